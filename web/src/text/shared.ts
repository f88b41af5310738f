/** What two articles share. */
import { at, type Report } from "../data/report";
import type { ArticleText } from "./article_text";
import { alone, type Run, runs } from "./differences";
import { inCharacters } from "./spans";

/** A passage that two documents have, and a use of it in either. */
export interface Shared {
  passage: number;
  uses: readonly [number, number];
}

/** The passages that documents a and b both have, in the order of a's text. Where one of them has a passage more often,
 * its uses are held against the last one of the other. */
export function shared(report: Report, a: number, b: number): Shared[] {
  const inB = new Map<number, number[]>();
  for (const use of report.usesIn(b)) {
    const passage = at(report.passageOf, use);
    inB.set(passage, [...(inB.get(passage) ?? []), use]);
  }
  const inA = new Map<number, number[]>();
  for (const use of report.usesIn(a)) {
    const passage = at(report.passageOf, use);
    if (inB.has(passage)) inA.set(passage, [...(inA.get(passage) ?? []), use]);
  }
  const found: Shared[] = [];
  for (const [passage, ours] of inA) {
    const theirs = inB.get(passage) as number[];
    for (let place = 0; place < Math.max(ours.length, theirs.length); place++) {
      found.push({ passage, uses: [pick(ours, place), pick(theirs, place)] });
    }
  }
  return found.sort(
    (one, other) =>
      at(report.uses.begin, one.uses[0]) - at(report.uses.begin, other.uses[0]) ||
      at(report.uses.begin, one.uses[1]) - at(report.uses.begin, other.uses[1]),
  );
}

const pick = (uses: readonly number[], place: number): number =>
  uses[Math.min(place, uses.length - 1)] as number;

/** Where one side of a passage differs from the other: characters of its article. */
export interface Changes {
  /** What it has alone, without white space before it. */
  ranges: [number, number][];
  /** Where it lacks something. */
  gaps: number[];
}

/** The differences of two uses, word by word; null where the texts of both are not at hand. */
export function changesOf(
  report: Report,
  pair: Shared["uses"],
  texts: readonly [ArticleText, ArticleText],
): [Changes, Changes] | null {
  const begins = pair.map((use) => at(report.uses.begin, use)) as [number, number];
  const [first, other] = pair.map((use, side) =>
    (texts[side] as ArticleText).slice(begins[side] as number, at(report.uses.end, use)),
  );
  if (first == null || other == null) return null;
  const found = runs(first, other);
  return [changesIn(first, found, 0, begins[0]), changesIn(other, found, 1, begins[1])];
}

function changesIn(text: string, found: readonly Run[], side: 0 | 1, begin: number): Changes {
  const { ranges, gaps } = alone(text, found, side);
  const places = inCharacters(text, ranges.flat(), begin);
  return {
    ranges: ranges.map((_, n) => [places[2 * n] as number, places[2 * n + 1] as number]),
    gaps: inCharacters(text, gaps, begin),
  };
}

/** How sure it is which article had a passage first, in words, from the times of its articles. */
import { at, type Report } from "../data/report";
import { counted, duration, time } from "./words";

/** Clocks of outlets differ: times closer than this (seconds) decide no order (syndication/origins.py). */
const TIE = 15 * 60;
const DAY = 86_400;

export interface Firstness {
  /** Known: an article of the file or outside it. Inferred: an agency without an article. Open: not known. */
  level: "known" | "inferred" | "open";
  /** Sentences. */
  sentences: string[];
  /** The documents that may have been first, where it is open. */
  candidates: number[];
}

/** From when to when a document may have been published, in seconds: a date alone is any moment of its day. */
export function bounds(report: Report, document: number): [number, number] {
  const published = at(report.documents.published, document);
  if (published === null) return [-Infinity, Infinity];
  return at(report.documents.dated, document) ? [published, published] : [published, published + DAY - TIE];
}

/** The documents of a passage, earliest first, each once. */
export function documentsOf(report: Report, passage: number): number[] {
  return [...new Set(report.usesOf(passage).map((use) => at(report.uses.document, use)))];
}

export function firstness(report: Report, passage: number): Firstness {
  const { passages } = report;
  const documents = documentsOf(report, passage);
  const origin = at(passages.origin, passage);
  const first = at(passages.first, passage);
  if (first >= 0) return { level: "known", sentences: known(report, first, documents), candidates: [] };
  if (origin !== null) return elsewhere(origin, documents.length);
  const candidates = mayBeFirst(report, documents);
  return { level: "open", sentences: open(report, passage, documents, candidates), candidates };
}

/** The documents that no other one certainly precedes. */
export function mayBeFirst(report: Report, documents: readonly number[]): number[] {
  const soonest = Math.min(...documents.map((document) => bounds(report, document)[1]));
  return documents.filter((document) => bounds(report, document)[0] < soonest + TIE);
}

function known(report: Report, first: number, documents: readonly number[]): string[] {
  const { published, dated } = report.documents;
  const others = documents.filter((document) => document !== first);
  const sentences = [`${report.name(first)} had it first, ${moment(report, first)}.`];
  const rivals = mayBeFirst(report, documents).filter((document) => document !== first);
  if (rivals.length) {
    sentences.push(
      `By their times ${counted(rivals.length, "other article")} may be as early; this one is the agency's own, from ` +
        "which the others have it.",
    );
    return sentences;
  }
  const next = others.find((document) => at(published, document) !== null);
  const [from, to] = [at(published, first), next === undefined ? null : at(published, next)];
  if (next === undefined || from === null || to === null) return sentences;
  const isExact = at(dated, first) && at(dated, next);
  sentences.push(
    isExact
      ? `The next article, of ${report.name(next)}, came ${duration(to - from)} later.`
      : `The next article, of ${report.name(next)}, is of ${moment(report, next)}. Of some only the day is known, so ` +
          "the hours between them are not.",
  );
  return sentences;
}

/** A first that no article of the file is. */
function elsewhere(origin: string, documents: number): Firstness {
  const agency = /^(.*) \(inferred\)$/s.exec(origin)?.[1];
  if (agency === undefined) {
    const sentence = `An article that this file leaves out had it first: ${origin}.`;
    return { level: "known", sentences: [sentence], candidates: [] };
  }
  const sentence =
    `Outlets credit ${agency}, and none of the articles that were scanned is its own; so all ` +
    `${counted(documents, "article")} count as copies.`;
  return { level: "inferred", sentences: [sentence], candidates: [] };
}

function open(
  report: Report,
  passage: number,
  documents: readonly number[],
  candidates: readonly number[],
): string[] {
  const { published, dated } = report.documents;
  const sentences: string[] = [];
  const undated = candidates.filter((document) => at(published, document) === null).length;
  const days = candidates.filter(
    (document) => at(published, document) !== null && !at(dated, document),
  ).length;
  if (candidates.length > 1) {
    const reasons = [
      undated ? `${undated} without a date` : "",
      days ? `${days} with a day but no time of the day` : "",
      candidates.length > undated + days ? "times less than 15 minutes apart decide nothing" : "",
    ].filter(Boolean);
    sentences.push(
      `${candidates.length} of ${counted(documents.length, "article")} may have been first: ${reasons.join("; ")}.`,
    );
  } else if (report.agency(passage)) {
    sentences.push(
      `Running it before others does not make an outlet the source of ${report.agency(passage)}'s text, and no article ` +
        "of the agency that may have been first was scanned.",
    );
  } else if (candidates[0] !== undefined) {
    sentences.push(
      `The earliest article is of ${report.name(candidates[0])}, ${moment(report, candidates[0])}.`,
    );
  }
  return sentences;
}

/** When a document was published, in words. */
export function moment(report: Report, document: number): string {
  return time(at(report.documents.published, document), at(report.documents.dated, document) === 1);
}

/** How a stretch of an article that uses of passages cover looks: colour, line, and letters where uses begin. */
import { at, type Report } from "../data/report";
import type { Segment } from "../text/spans";
import { kind } from "./kinds";

/** Kinds as they cover one another: of two over the same words, the earlier one gives the colour. */
export const RANK = ["wire", "copy", "release", "unknown", "quote", "boilerplate", "formula"];
/** More uses than these over the same words are in the list beside the text alone. */
const LAYERS = 3;

/** Uses in the order in which they cover one another, longer ones first. */
export function covering(report: Report, uses: readonly number[]): number[] {
  const rank = (use: number) => RANK.indexOf(report.kind(at(report.passageOf, use)));
  return [...uses].sort(
    (a, b) => rank(a) - rank(b) || at(report.uses.words, b) - at(report.uses.words, a) || a - b,
  );
}

/** The style of the kind of a use's passage. */
export const styleOf = (report: Report, use: number): string =>
  kind(report.kind(at(report.passageOf, use))).style;

/** The attributes of an element over a segment; `data-use` are all uses that cover it, `[data-use~="7"]` finds one. */
export function reuse(report: Report, { begin, end, uses }: Segment) {
  const [top, ...below] = uses;
  if (top === undefined) return {};
  const starting = uses.filter((use) => at(report.uses.begin, use) === begin);
  const isGiven = at(report.uses.role, top) === 0;
  return {
    class: `use ${styleOf(report, top)}${isGiven ? " given" : ""}${starting.length ? " begins" : ""}`,
    "data-use": uses.join(" "),
    "data-begin": begin,
    "data-end": end,
    "data-letter": starting.length ? starting.map((use) => letter(report, use)).join(" ") : undefined,
    style: layers(below.slice(0, LAYERS - 1).map((use) => styleOf(report, use))),
  };
}

/** The letter of a use's kind, with an arrow where the article had it first. */
function letter(report: Report, use: number): string {
  const { letter } = kind(report.kind(at(report.passageOf, use)));
  return at(report.uses.role, use) === 0 ? `${letter}↗` : letter;
}

/** Lines under the text, one a use that another one covers, from top to bottom. */
function layers(styles: readonly string[]) {
  if (!styles.length) return undefined;
  const lines = [...styles].reverse().flatMap((style, place) => {
    return [`inset 0 ${-4 * place - 2}px var(--${style})`, `inset 0 ${-4 * place - 4}px var(--ground)`];
  });
  return { boxShadow: lines.join(", "), paddingBottom: `${4 * styles.length + 1}px` };
}

/** What a stretch is, in words, for those who hear the page. */
export function spoken(report: Report, uses: readonly number[]): string {
  return uses
    .map((use) => {
      const passage = at(report.passageOf, use);
      const agency = report.agency(passage);
      const others = at(report.passages.documents, passage) - 1;
      const where = others === 1 ? "1 other article" : `${others} other articles`;
      return `${kind(report.kind(passage)).label}${agency ? ` of ${agency}` : ""}, also in ${where}`;
    })
    .join("; ");
}

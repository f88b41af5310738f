/** The passages that the filters leave, in the order that is asked for. */

import { at, type Report } from "../data/report";
import type { Filters, Sort } from "./address";
import { withinDays } from "./article_list";
import type { Marks } from "./marks";

/** Kinds that are listed unless others are asked for: what people look for, and what is not known. */
export const USUAL_KINDS = ["wire", "copy", "release", "unknown"];

type Test = (passage: number) => boolean;

/** The numbers of the passages, sorted.
 *
 * `found` are those with the words that are searched for; null where there is no search.
 */
export function select(report: Report, filters: Filters, marks: Marks, found: Set<number> | null): number[] {
  const tests = [...propertyTests(report, filters, marks), ...useTests(report, filters)];
  if (found) tests.push((passage) => found.has(passage));
  const chosen: number[] = [];
  for (let passage = 0; passage < report.passages.id.length; passage++) {
    if (tests.every((test) => test(passage))) chosen.push(passage);
  }
  return sorted(report, chosen, filters.sort);
}

/** The kinds that the filters leave. */
export function kindsOf(filters: Filters, known: readonly string[]): string[] {
  if (filters.kinds.includes("all")) return [...known];
  return filters.kinds.length ? filters.kinds : USUAL_KINDS;
}

/** Tests of what a passage itself is. */
function propertyTests(report: Report, filters: Filters, marks: Marks): Test[] {
  const { passages, head } = report;
  const kinds = new Set(
    kindsOf(
      filters,
      head.kinds.map((kind) => kind.name),
    ),
  );
  const wanted = head.kinds.map((kind) => kinds.has(kind.name));
  const tests: Test[] = [(passage) => wanted[at(passages.kind, passage)] ?? false];
  if (filters.agencies.length) {
    const agencies = new Set(filters.agencies);
    tests.push((passage) => agencies.has(report.agency(passage) ?? ""));
  }
  const { least, most } = filters;
  if (least !== null) tests.push((passage) => at(passages.words, passage) >= least);
  if (most !== null) tests.push((passage) => at(passages.words, passage) <= most);
  if (filters.credited) {
    tests.push((passage) => {
      if (at(passages.agency, passage) < 0) return false;
      const [credited, documents] = [at(passages.credited, passage), at(passages.documents, passage)];
      return filters.credited === (credited === 0 ? "none" : credited < documents ? "some" : "all");
    });
  }
  if (filters.marked) {
    tests.push((passage) => {
      const mark = marks[at(passages.id, passage)];
      if (filters.marked === "unmarked") return !mark;
      return filters.marked === "noted" ? !!mark?.note : mark?.state === filters.marked;
    });
  }
  return tests;
}

/** Tests of the articles that have a passage. */
function useTests(report: Report, filters: Filters): Test[] {
  const { passages, uses, documents } = report;
  const tests: Test[] = [];
  const any = (passage: number, test: (document: number) => boolean): boolean => {
    for (let use = at(passages.uses, passage); use < at(passages.uses, passage + 1); use++) {
      if (test(at(uses.document, use))) return true;
    }
    return false;
  };
  const isOf = (names: readonly string[]) => {
    const numbers = new Set(
      names.map((name) => report.head.outlets.findIndex((outlet) => outlet.name === name)),
    );
    numbers.delete(-1);
    return (document: number) => numbers.has(at(documents.outlet, document));
  };
  const { outlets, crediting, pair } = filters;
  if (outlets.length || crediting) {
    const isOfOutlets = outlets.length ? isOf(outlets) : () => true;
    const credits = (document: number) => !crediting || at(documents.credited, document) === crediting;
    tests.push((passage) => any(passage, (document) => isOfOutlets(document) && credits(document)));
  }
  for (const name of pair ?? []) {
    const isOfOutlet = isOf([name]);
    tests.push((passage) => any(passage, isOfOutlet));
  }
  const isWithin = withinDays(report, filters);
  if (isWithin) tests.push((passage) => any(passage, isWithin));
  return tests;
}

/** The passages in an order; equal ones as in the file, which has those of most reach first. */
function sorted(report: Report, chosen: number[], sort: Sort): number[] {
  const { passages } = report;
  const down = (column: ArrayLike<number | null>) => (a: number, b: number) =>
    (at(column, b) ?? -Infinity) - (at(column, a) ?? -Infinity) || a - b;
  const earliest = (passage: number) => at(passages.first_published, passage);
  const latest = (passage: number) => {
    const first = earliest(passage);
    return first === null ? -Infinity : first + (at(passages.spread, passage) ?? 0);
  };
  const orders: Record<Sort, (a: number, b: number) => number> = {
    reach: (a, b) => a - b,
    articles: down(passages.documents),
    words: down(passages.words),
    earliest: (a, b) => (earliest(a) ?? Infinity) - (earliest(b) ?? Infinity) || a - b,
    latest: (a, b) => latest(b) - latest(a) || a - b,
    spread: down(passages.spread),
    confidence: down(passages.confidence),
  };
  return chosen.sort(orders[sort]);
}

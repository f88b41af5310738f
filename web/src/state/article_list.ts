/** The articles that the filters leave, and their order. */

import { at, type Report } from "../data/report";
import type { Filters } from "./address";

/** What articles may be sorted by; the first is usual. */
export const ORDERS = ["shared", "agency", "copied", "own", "words", "earliest", "latest", "outlet"] as const;
export type Order = (typeof ORDERS)[number];

const DAY = 86_400;

type Test = (document: number) => boolean;

/** The numbers of the articles, sorted.
 *
 * An article is of one of the outlets, published within the days, has copy of one of the agencies, and credits it or not. Where a filter is
 * about passages (kinds, a pair, length, credit, marks, words), it has one of `passages`, which are those that are left.
 */
export function articles(
  report: Report,
  filters: Filters,
  passages: readonly number[],
  order: Order,
): number[] {
  const tests = [...ownTests(report, filters), ...passageTests(report, filters, passages)];
  const chosen: number[] = [];
  for (let document = 0; document < report.documents.id.length; document++) {
    if (tests.every((test) => test(document))) chosen.push(document);
  }
  return sorted(report, chosen, order);
}

/** Whether a filter is set that is about passages, not about articles. */
export function isAboutPassages(filters: Filters): boolean {
  const { kinds, pair, least, most, credited, marked, text } = filters;
  return (
    kinds.length > 0 ||
    pair !== null ||
    least !== null ||
    most !== null ||
    !!(credited || marked || text.trim())
  );
}

function ownTests(report: Report, filters: Filters): Test[] {
  const { documents } = report;
  const tests: Test[] = [];
  const outlets = filters.pair && !filters.outlets.length ? filters.pair : filters.outlets;
  if (outlets.length) {
    const names = new Set<string>(outlets);
    tests.push((document) => names.has(report.name(document)));
  }
  if (filters.agencies.length) {
    tests.push((document) => {
      const told = at(documents.agencies, document);
      return told !== null && filters.agencies.some((name) => `, ${told}, `.includes(`, ${name}, `));
    });
  }
  const { crediting } = filters;
  if (crediting) tests.push((document) => at(documents.credited, document) === crediting);
  const isWithin = withinDays(report, filters);
  if (isWithin) tests.push(isWithin);
  return tests;
}

/** Whether an article was published within the days of the filters; null where they set none. */
export function withinDays({ documents }: Report, { from, to }: Filters): Test | null {
  if (!from && !to) return null;
  const begin = from ? Date.parse(`${from}T00:00:00Z`) / 1000 : -Infinity;
  const end = to ? Date.parse(`${to}T00:00:00Z`) / 1000 + DAY : Infinity;
  return (document) => {
    const time = at(documents.published, document);
    return time !== null && time >= begin && time < end;
  };
}

function passageTests(report: Report, filters: Filters, passages: readonly number[]): Test[] {
  if (!isAboutPassages(filters)) return [];
  const has = new Uint8Array(report.documents.id.length);
  for (const passage of passages) {
    for (let use = at(report.passages.uses, passage); use < at(report.passages.uses, passage + 1); use++) {
      has[at(report.uses.document, use)] = 1;
    }
  }
  return [(document) => has[document] === 1];
}

/** Articles in an order; equal ones as in the file, which has those of most reuse first. */
function sorted(report: Report, chosen: number[], order: Order): number[] {
  const { documents } = report;
  const down = (column: (document: number) => number) => (a: number, b: number) =>
    column(b) - column(a) || a - b;
  const words = (share: readonly number[]) => (document: number) =>
    at(share, document) * at(documents.words, document);
  const time = (document: number, none: number) => at(documents.published, document) ?? none;
  const name = (document: number) => report.outlet(document) ?? "\uffff";
  const orders: Record<Order, (a: number, b: number) => number> = {
    shared: down((document) => at(documents.reused_words, document)),
    agency: down(words(documents.agency)),
    copied: down(words(documents.copied)),
    own: down((document) => at(documents.own, document)),
    words: down((document) => at(documents.words, document)),
    earliest: (a, b) => time(a, Infinity) - time(b, Infinity) || a - b,
    latest: (a, b) => time(b, -Infinity) - time(a, -Infinity) || a - b,
    outlet: (a, b) => name(a).localeCompare(name(b)) || a - b,
  };
  return chosen.sort(orders[order]);
}

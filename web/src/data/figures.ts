/** Numbers of the overview, taken from the head and the tables. */
import { bin, extent, max, rollup, sum } from "d3-array";
import { utcDay, utcMonday, utcMonth, utcYear } from "d3-time";
import type { Composition, Head } from "./block";
import { at, type Report } from "./report";

/** The name of an agency; in words where wire copy is of an agency that nobody names. */
export const agencyName = (name: string): string => name || "Agency not named";

/** Who ran words of others: of agencies, and of outlets that had them before. */
export interface Runner {
  name: string;
  agency: number;
  copied: number;
}

/** Outlets (articles without one) by the words of others that they ran, most first. An agency's own articles are none. */
export function runners(head: Head): Runner[] {
  const agency = rollup(
    head.agencies.flatMap(({ carried }) => carried),
    (rows) => sum(rows, ({ words }) => words),
    ({ name }) => name,
  );
  const copied = new Map(
    head.outlets.map(({ name, words, composition }) => [name, Math.round(words * composition.copied)]),
  );
  return [...new Set([...agency.keys(), ...copied.keys()])]
    .map((name) => ({ name, agency: agency.get(name) ?? 0, copied: copied.get(name) ?? 0 }))
    .filter((runner) => runner.agency + runner.copied > 0)
    .sort((a, b) => b.agency + b.copied - a.agency - a.copied || (a.name < b.name ? -1 : 1));
}

/** The share of words that are not an article's own. */
export const others = (composition: Composition): number =>
  sum([
    composition.agency,
    composition.copied,
    composition.quotation,
    composition.boilerplate,
    composition.unclear,
  ]);

/** An outlet whose text others ran: in how many of its passages, how many of their articles, how many words. */
export interface Source {
  outlet: number;
  passages: number;
  articles: number;
  words: number;
}

/** Outlets that had copies first, by the words of them that others ran. Passages that overlap count each. */
export function sources(report: Report): Source[] {
  const { passages, uses, documents } = report;
  const found = new Map<number, { passages: number; articles: Set<number>; words: number }>();
  for (let passage = 0; passage < passages.id.length; passage++) {
    const first = at(passages.first, passage);
    if (report.kind(passage) !== "copy" || first < 0) continue;
    const outlet = at(documents.outlet, first);
    const copies = report.usesOf(passage).filter((use) => {
      const other = at(documents.outlet, at(uses.document, use));
      return other >= 0 && other !== outlet;
    });
    if (outlet < 0 || !copies.length) continue;
    const source = found.get(outlet) ?? { passages: 0, articles: new Set(), words: 0 };
    source.passages++;
    for (const use of copies) {
      source.articles.add(at(uses.document, use));
      source.words += at(uses.words, use);
    }
    found.set(outlet, source);
  }
  return [...found]
    .map(([outlet, source]) => ({ ...source, outlet, articles: source.articles.size }))
    .sort((a, b) => b.words - a.words || a.outlet - b.outlet);
}

/** An outlet that ran agency copy without crediting the agency: in how many articles, how many words. */
export interface Uncredited {
  /** Its name; of an article without an outlet its id. */
  name: string;
  articles: number;
  words: number;
}

/** Who ran agency copy in articles that credit none of its agencies, by the words of agencies in them. */
export function uncredited(report: Report): Uncredited[] {
  const { documents } = report;
  const found = new Map<string, Uncredited>();
  documents.credited.forEach((credited, document) => {
    if (credited !== "no") return;
    const name = report.name(document);
    const one = found.get(name) ?? { name, articles: 0, words: 0 };
    one.articles++;
    one.words += Math.round(at(documents.agency, document) * at(documents.words, document));
    found.set(name, one);
  });
  return [...found.values()].sort((a, b) => b.words - a.words || (a.name < b.name ? -1 : 1));
}

/** Passages of some reach: those that people look for, and the rest (quotations, boilerplate, stock phrases). */
export interface Group {
  label: string;
  usual: number;
  rest: number;
}

/** Numbers of outlets that are put together. */
const REACH: [number, number][] = [
  [0, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [5, 5],
  [6, 10],
  [11, 20],
  [21, 50],
  [51, Infinity],
];

/** Passages by the number of outlets that have them, without the empty groups at both ends. */
export function reach(report: Report, isUsual: (passage: number) => boolean): Group[] {
  const groups = REACH.map(([least, most]): Group & { most: number } => ({
    label:
      most === 1
        ? "1 or none"
        : most === Infinity
          ? `${least} and more`
          : least === most
            ? `${least}`
            : `${least} to ${most}`,
    usual: 0,
    rest: 0,
    most,
  }));
  const { outlets: ofOutlets, documents } = report.passages;
  (report.head.noun === "outlet" ? ofOutlets : documents).forEach((outlets, passage) => {
    const group = groups.find(({ most }) => outlets <= most);
    if (group) group[isUsual(passage) ? "usual" : "rest"]++;
  });
  const there = groups.map((group) => total(group) > 0);
  return groups.slice(there.indexOf(true), there.lastIndexOf(true) + 1);
}

export const total = (group: Group | undefined): number => (group ? group.usual + group.rest : 0);

/** Passages that appeared first within some days. */
export interface Period extends Group {
  /** Its first day and its last. */
  begin: Date;
  last: Date;
}

const INTERVALS = [
  ["day", utcDay, 1],
  ["week", utcMonday, 7],
  ["month", utcMonth, 31],
  ["year", utcYear, 366],
] as const;
const MOST_PERIODS = 31;

/** Passages by the day, week, month or year of their first article, whichever is the shortest with at most 31 bars. */
export function overTime(
  report: Report,
  isUsual: (passage: number) => boolean,
): { unit: string; periods: Period[]; undated: number } {
  const dated: [Date, number][] = [];
  report.passages.first_published.forEach((seconds, passage) => {
    if (seconds !== null) dated.push([new Date(1000 * seconds), passage]);
  });
  const undated = report.passages.id.length - dated.length;
  const [begin, end] = extent(dated, ([time]) => time);
  if (!begin || !end) return { unit: "day", periods: [], undated };
  const days = utcDay.count(utcDay.floor(begin), end) + 1;
  const [unit, interval] = INTERVALS.find(([, , length]) => days / length <= MOST_PERIODS) ?? INTERVALS[3];
  const starts = interval.range(interval.floor(begin), new Date(+end + 1));
  const periods = bin<[Date, number], Date>()
    .value(([time]) => time)
    .domain([at(starts, 0), interval.ceil(new Date(+end + 1))])
    .thresholds(starts)(dated)
    .map((inside, number): Period => {
      const from = at(starts, number);
      return {
        label: label(unit, from),
        usual: inside.filter(([, passage]) => isUsual(passage)).length,
        rest: inside.filter(([, passage]) => !isUsual(passage)).length,
        begin: from,
        last: utcDay.offset(interval.offset(from, 1), -1),
      };
    });
  return { unit, periods, undated };
}

function label(unit: string, begin: Date): string {
  const day = begin.toISOString().slice(0, 10);
  if (unit === "month") return day.slice(0, 7);
  if (unit === "year") return day.slice(0, 4);
  return unit === "week" ? `week of ${day}` : day;
}

/** The group with most passages. */
export const highest = <G extends Group>(groups: readonly G[]): number => max(groups, total) ?? 0;

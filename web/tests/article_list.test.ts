import { describe, expect, test } from "vitest";
import { at } from "../src/data/report";
import { type Filters, NO_FILTERS } from "../src/state/address";
import { articles, ORDERS } from "../src/state/article_list";
import { select } from "../src/state/selection";
import { seeds } from "./fixture";

const report = seeds();
const { documents } = report;
const ALL = [...documents.id.keys()];

const left = (change: Partial<Filters>, order: (typeof ORDERS)[number] = "shared") => {
  const filters = { ...NO_FILTERS, ...change };
  return articles(report, filters, select(report, filters, {}, null), order);
};
const outlets = (numbers: number[]) => numbers.map((document) => report.outlet(document));

describe("articles", () => {
  test("are all there without filters, also those that share nothing", () => {
    expect([...left({})].sort((a, b) => a - b)).toEqual(ALL);
    expect(left({}).some((document) => at(documents.reused_words, document) === 0)).toBe(true);
  });

  test("are those of an outlet, an agency, some days", () => {
    expect(outlets(left({ outlets: ["Morning Bugle"] }))).toEqual(["Morning Bugle"]);
    expect(left({ agencies: ["Reuters"] })).toEqual(
      left({}).filter((document) => at(documents.agencies, document)?.includes("Reuters")),
    );
    expect(left({ agencies: ["Reuter"] })).toEqual([]);
    const days = left({ from: "2031-04-02", to: "2031-04-02" });
    expect(days.length).toBeGreaterThan(0);
    for (const document of days) {
      expect(new Date(1000 * (at(documents.published, document) ?? 0)).toISOString()).toMatch(/^2031-04-02/);
    }
  });

  test("credit the agencies whose copy they have, or do not", () => {
    const withCopy = ALL.filter((document) => at(documents.agencies, document) !== null);
    const parts = (["yes", "partly", "no"] as const).map((crediting) => left({ crediting }));
    expect(parts.flat().sort((a, b) => a - b)).toEqual(withCopy);
    const [, , without = []] = parts;
    expect(outlets(without)).toContain("Inland Review");
    expect(left({ crediting: "no", outlets: ["Harbour Courier"] })).toEqual([]);
  });

  test("have a passage that filters leave, where these are about passages", () => {
    const filters = { ...NO_FILTERS, kinds: ["quote"] };
    const passages = select(report, filters, {}, null);
    const having = new Set(
      passages.flatMap((one) => report.usesOf(one).map((use) => at(report.uses.document, use))),
    );
    expect(new Set(left({ kinds: ["quote"] }))).toEqual(having);
    expect(having.size).toBeLessThan(ALL.length);
  });

  test("of a pair are of these two", () => {
    const pair: [string, string] = ["Isthmus Times", "Harbour Courier"];
    expect(new Set(outlets(left({ pair })))).toEqual(new Set(pair));
    expect(left({ pair: ["Isthmus Times", "Moth Monthly"] })).toEqual([]);
  });

  test.each(ORDERS)("sorted by %s are the same ones", (order) => {
    expect([...left({}, order)].sort((a, b) => a - b)).toEqual(ALL);
  });

  test("are sorted", () => {
    const words = left({}, "words").map((document) => at(documents.words, document));
    expect(words).toEqual([...words].sort((a, b) => b - a));
    const times = left({}, "earliest").map((document) => at(documents.published, document) ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(left({}, "latest")).toEqual([...left({}, "earliest")].reverse());
  });
});

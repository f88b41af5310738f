import { describe, expect, test } from "vitest";
import { at } from "../src/data/report";
import { type Filters, NO_FILTERS, SORTS } from "../src/state/address";
import type { Marks } from "../src/state/marks";
import { select, USUAL_KINDS } from "../src/state/selection";
import { seeds } from "./fixture";

const report = seeds();
const { passages, uses, documents } = report;
const ALL = [...passages.id.keys()];

const chosen = (change: Partial<Filters>, marks: Marks = {}, found: Set<number> | null = null) =>
  select(report, { ...NO_FILTERS, ...change }, marks, found);

/** The documents that have a passage. */
const having = (passage: number) => report.usesOf(passage).map((use) => at(uses.document, use));

describe("select", () => {
  test("shows the usual kinds, and all on request", () => {
    expect(chosen({})).toEqual(ALL.filter((passage) => USUAL_KINDS.includes(report.kind(passage))));
    expect(chosen({ kinds: ["all"] })).toEqual(ALL);
    expect(chosen({ kinds: ["quote"] })).toEqual(ALL.filter((passage) => report.kind(passage) === "quote"));
    expect(chosen({ kinds: ["quote"] }).length).toBeGreaterThan(0);
  });

  const tests: [Partial<Filters>, (passage: number) => boolean][] = [
    [{ agencies: ["AFP"] }, (passage) => report.agency(passage) === "AFP"],
    [
      { outlets: ["Morning Bugle"] },
      (passage) => having(passage).some((one) => report.outlet(one) === "Morning Bugle"),
    ],
    [
      { pair: ["Morning Bugle", "Isthmus Times"] },
      (passage) =>
        ["Morning Bugle", "Isthmus Times"].every((name) =>
          having(passage).some((one) => report.outlet(one) === name),
        ),
    ],
    [{ least: 30 }, (passage) => at(passages.words, passage) >= 30],
    [{ most: 60 }, (passage) => at(passages.words, passage) <= 60],
    [
      { from: "2031-04-02", to: "2031-04-02" },
      (passage) =>
        having(passage).some((one) => new Date(1000 * (documents.published[one] ?? 0)).getUTCDate() === 2),
    ],
    [
      { credited: "none" },
      (passage) => at(passages.agency, passage) >= 0 && at(passages.credited, passage) === 0,
    ],
    [
      { credited: "all" },
      (passage) =>
        at(passages.agency, passage) >= 0 &&
        at(passages.credited, passage) === at(passages.documents, passage),
    ],
  ];

  test.each(tests)("%j alone, and with every other one", (change, holds) => {
    const kinds = { kinds: ["all"] };
    expect(chosen({ ...kinds, ...change })).toEqual(ALL.filter(holds));
    for (const [other, also] of tests) {
      const both = { ...kinds, ...other, ...change };
      if (Object.keys(other).some((name) => name in change)) continue;
      expect(chosen(both)).toEqual(ALL.filter((passage) => holds(passage) && also(passage)));
    }
  });

  test("an outlet that is not there has no passage", () => {
    expect(chosen({ outlets: ["No such paper"] })).toEqual([]);
    expect(chosen({ agencies: ["No such agency"] })).toEqual([]);
  });

  test("marks choose", () => {
    const id = at(passages.id, 1);
    const marks: Marks = { [id]: { state: "reviewed", note: "seen", at: "" } };
    const kinds = { kinds: ["all"] };
    expect(chosen({ ...kinds, marked: "reviewed" }, marks)).toEqual([1]);
    expect(chosen({ ...kinds, marked: "noted" }, marks)).toEqual([1]);
    expect(chosen({ ...kinds, marked: "not-reuse" }, marks)).toEqual([]);
    expect(chosen({ ...kinds, marked: "unmarked" }, marks)).toEqual(ALL.filter((one) => one !== 1));
  });

  test("what was searched for narrows", () => {
    expect(chosen({ kinds: ["all"] }, {}, new Set([0, 2]))).toEqual([0, 2]);
  });

  test.each(SORTS)("sorted by %s, it has the same passages", (sort) => {
    expect(chosen({ kinds: ["all"], sort }).sort((a, b) => a - b)).toEqual(ALL);
  });

  test("sorts by what it says", () => {
    const words = chosen({ kinds: ["all"], sort: "words" }).map((passage) => at(passages.words, passage));
    expect(words).toEqual([...words].sort((a, b) => b - a));
    const first = chosen({ kinds: ["all"], sort: "earliest" }).map(
      (passage) => at(passages.first_published, passage) ?? 0,
    );
    expect(first).toEqual([...first].sort((a, b) => a - b));
  });
});

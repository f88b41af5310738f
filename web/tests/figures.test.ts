import { sum } from "d3-array";
import { describe, expect, test } from "vitest";
import type { Block } from "../src/data/block";
import { others, overTime, reach, runners, sources, total } from "../src/data/figures";
import { at, compositionOf, reportOf } from "../src/data/report";
import { PART_NAMES } from "../src/parts/kinds";
import { block, seeds } from "./fixture";

const report = seeds();
const { head, passages, documents, uses } = report;
const usual = (passage: number) => report.kind(passage) !== "quote";
const DAY = 86_400;

/** The sample with other times of passages, in seconds. */
const withTimes = (times: (number | null)[]): Block => ({
  ...block,
  passages: {
    ...block.passages,
    first_published: passages.id.map((_, n) => times[n % times.length] ?? null),
  },
});

describe("runners", () => {
  test("add up what agencies were carried, and what outlets copied", () => {
    const ran = runners(head);
    const carried = sum(head.agencies, ({ words }) => words);
    const copied = sum(head.outlets, ({ words, composition }) => words * composition.copied);
    expect(sum(ran, ({ agency }) => agency)).toBe(carried);
    expect(sum(ran, (one) => one.copied)).toBeCloseTo(copied, -1);
    const words = ran.map((one) => one.agency + one.copied);
    expect(words).toEqual([...words].sort((a, b) => b - a));
    expect(words.every((one) => one > 0)).toBe(true);
  });

  test("know no outlet twice, and hostile names as names", () => {
    const names = ["__proto__", "constructor", "<b>"];
    const carried = names.map((name) => ({ name, words: 10 }));
    const agency = { passages: 0, documents: 0, words: 30, own: 0, carried };
    const two = {
      ...head,
      outlets: [],
      agencies: [
        { ...agency, name: "A" },
        { ...agency, name: "" },
      ],
    };
    expect(runners(two)).toEqual([...names].sort().map((name) => ({ name, agency: 20, copied: 0 })));
  });
});

test("sources are outlets that had copies first, without their own articles", () => {
  const found = sources(report);
  const copies = [...passages.id.keys()].filter(
    (one) => report.kind(one) === "copy" && at(passages.first, one) >= 0,
  );
  expect(sum(found, (one) => one.passages)).toBe(copies.length);
  const words = copies.flatMap((passage) =>
    report
      .usesOf(passage)
      .filter((use) => report.outlet(at(uses.document, use)) !== report.outlet(at(passages.first, passage)))
      .map((use) => at(uses.words, use)),
  );
  expect(sum(found, (one) => one.words)).toBe(sum(words));
  expect(found.map(({ outlet }) => head.outlets[outlet]?.name)).toEqual(["Plains Tribune"]);
});

describe("reach", () => {
  test("has every passage in one group", () => {
    const groups = reach(report, usual);
    expect(sum(groups, total)).toBe(passages.id.length);
    expect(total(groups.find(({ label }) => label === "3"))).toBe(
      passages.outlets.filter((n) => n === 3).length,
    );
    expect(sum(groups, ({ rest }) => rest)).toBe(passages.id.filter((_, n) => !usual(n)).length);
    expect(total(groups[0])).toBeGreaterThan(0);
    expect(total(groups[groups.length - 1])).toBeGreaterThan(0);
  });

  test("counts articles where no outlet is known", () => {
    const many = { ...block, head: { ...block.head, noun: "article" as const } };
    many.passages = {
      ...block.passages,
      documents: passages.id.map(() => 70),
      outlets: passages.id.map(() => 0),
    };
    expect(reach(reportOf(many), usual).map(({ label }) => label)).toEqual(["51 and more"]);
  });
});

describe("overTime", () => {
  test.each([
    ["day", [0, 30 * DAY]],
    ["week", [0, 40 * DAY]],
    ["month", [0, 300 * DAY]],
    ["year", [0, 4000 * DAY]],
    ["year", [-4_000_000_000, 4_000_000_000]],
  ])("puts passages together by %s where few bars are enough", (unit, times) => {
    const found = overTime(reportOf(withTimes(times)), usual);
    expect(found.unit).toBe(unit);
    expect(sum(found.periods, total)).toBe(passages.id.length);
    expect(total(found.periods[0])).toBeGreaterThan(0);
    expect(total(found.periods[found.periods.length - 1])).toBeGreaterThan(0);
  });

  test("has days that follow one another, and each passage in its own", () => {
    const times = [0, 1, DAY - 1, DAY, 3 * DAY];
    const { periods, undated } = overTime(reportOf(withTimes([...times, null])), usual);
    expect(periods.map(({ label }) => label)).toEqual([
      "1970-01-01",
      "1970-01-02",
      "1970-01-03",
      "1970-01-04",
    ]);
    expect(periods.map((period) => total(period) > 0)).toEqual([true, true, false, true]);
    expect(sum(periods, total) + undated).toBe(passages.id.length);
    for (const { begin, last } of periods) expect(last).toEqual(begin);
  });

  test("is empty without dates", () => {
    expect(overTime(reportOf(withTimes([null])), usual)).toMatchObject({
      periods: [],
      undated: passages.id.length,
    });
  });
});

test("the parts of an article sum to its words, and so do those of all", () => {
  for (const document of documents.id.keys()) {
    const parts = compositionOf(report, document);
    expect(sum(PART_NAMES, (part) => parts[part])).toBeCloseTo(1, 3);
    expect(others(parts)).toBeCloseTo(1 - parts.own, 3);
  }
});

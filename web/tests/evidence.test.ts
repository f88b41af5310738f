import { beforeEach, expect, test } from "vitest";
import { uncredited } from "../src/data/figures";
import { at } from "../src/data/report";
import { evidenceOf, evidenceRows, heldAgainst } from "../src/parts/evidence";
import { report as current } from "../src/state/store";
import { seeds } from "./fixture";

const report = seeds();
const { documents, uses, passages } = report;
const ALL = [...documents.id.keys()];

beforeEach(() => {
  current.value = report;
});

test("who ran agency copy without credit is summed from the articles", () => {
  const found = uncredited(report);
  const without = ALL.filter((document) => at(documents.credited, document) === "no");
  expect(without.length).toBeGreaterThan(0);
  expect(found.reduce((sum, one) => sum + one.articles, 0)).toBe(without.length);
  expect(found).toContainEqual({ name: "Inland Review", articles: 1, words: 74 });
  expect(
    uncredited({ ...report, documents: { ...documents, credited: ALL.map(() => null) } } as never),
  ).toEqual([]);
});

test("a use is held against the first article, else one that credits the agency", () => {
  for (const use of uses.document.keys()) {
    const other = heldAgainst(report, use);
    if (other === null) throw new Error("every passage of the sample is in two articles");
    const [document, passage] = [at(uses.document, use), at(report.passageOf, use)];
    expect(at(report.passageOf, other)).toBe(passage);
    expect(at(uses.document, other)).not.toBe(document);
    const first = at(passages.first, passage);
    if (first >= 0 && first !== document) expect(at(uses.document, other)).toBe(first);
  }
});

test("a row has the texts of both sides as the articles have them", async () => {
  const document = report.documentOf("08-inland-review.txt") as number;
  const chosen = evidenceOf(report, [document], ["wire"]);
  expect(chosen.length).toBeGreaterThan(0);
  expect(evidenceOf(report, [document], [])).toEqual([]);
  const rows = await evidenceRows(report, chosen);
  for (const [place, row] of rows.entries()) {
    const use = chosen[place] as number;
    const other = heldAgainst(report, use) as number;
    expect(row).toHaveLength(25);
    expect(row[1]).toBe("wire");
    expect(row[7]).toBe("08-inland-review.txt");
    expect(row[12]).toBe("no");
    expect(row[15]).toBe(await report.textOf(use));
    expect(row[16]).toBe(at(documents.id, at(uses.document, other)));
    expect(row[24]).toBe(await report.textOf(other));
    expect(row[15]).toBeTruthy();
  }
});

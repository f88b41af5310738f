import { expect, test } from "vitest";
import { at } from "../src/data/report";
import { folded, Search, terms } from "../src/text/search";
import { seeds } from "./fixture";

test("folds case and accents", () => {
  expect(folded("ÉCOLE Straße Ｆｕｌｌ")).toBe("ecole straße full");
  expect(terms('one "two  three" É "" ')).toEqual(["one", "two three", "e"]);
});

test("finds the passages that have all words", async () => {
  const report = seeds();
  const found = await new Search(report).find('RESERVOIR "metres of water"', new AbortController().signal);
  const plain = new Set<number>();
  for (const passage of report.passages.id.keys()) {
    const text = folded((await report.textOf(at(report.passages.uses, passage))) ?? "");
    if (text.includes("reservoir") && text.includes("metres of water")) plain.add(passage);
  }
  expect(plain.size).toBeGreaterThan(0);
  expect(found).toEqual(plain);
});

test("every use is cut from its article", async () => {
  const report = seeds();
  for (const [use, words] of report.uses.words.entries()) {
    const text = await report.textOf(use);
    expect(text?.split(/\s+/).length).toBeGreaterThan(words / 3);
  }
});

import { describe, expect, test } from "vitest";
import { characters, inCharacters, paragraphEnds, segments } from "../src/text/spans";

const span = (use: number, begin: number, end: number) => ({ use, begin, end });

describe("segments", () => {
  test("of spans that overlap name all uses that cover them, in the order of the spans", () => {
    const spans = [span(7, 5, 20), span(3, 0, 10), span(9, 8, 9)];
    expect(segments(spans, 0, 25)).toEqual([
      { begin: 0, end: 5, uses: [3] },
      { begin: 5, end: 8, uses: [7, 3] },
      { begin: 8, end: 9, uses: [7, 3, 9] },
      { begin: 9, end: 10, uses: [7, 3] },
      { begin: 10, end: 20, uses: [7] },
      { begin: 20, end: 25, uses: [] },
    ]);
  });

  test("end at the cuts, and where the text does; what is outside or empty is left out", () => {
    const spans = [span(1, -3, 4), span(2, 8, 30), span(3, 5, 5), span(4, 10, 12), span(5, 9, 2)];
    expect(segments(spans, 0, 10, [2, 0, 10, 99])).toEqual([
      { begin: 0, end: 2, uses: [1] },
      { begin: 2, end: 4, uses: [1] },
      { begin: 4, end: 8, uses: [] },
      { begin: 8, end: 10, uses: [2] },
    ]);
    expect(segments([], 3, 3)).toEqual([]);
  });
});

test("characters are code points", () => {
  expect(characters("a\u{1f600}b\ud800")).toBe(4);
  expect(inCharacters("\u{1f600}ab", [0, 2, 3, 4], 10)).toEqual([10, 11, 12, 13]);
});

describe("paragraphs", () => {
  const parts = (text: string) => {
    const signs = [...text];
    let begin = 0;
    return paragraphEnds(text).map((end) => {
      const part = signs.slice(begin, end).join("");
      begin = end;
      return part;
    });
  };

  test.each([
    ["one", ["one"]],
    ["one\n\ntwo\nthree", ["one\n\n", "two\nthree"]],
    ["one\ntwo\n", ["one\n", "two\n"]],
    ["\u{1f600}\r\n \r\n\u{1f600}", ["\u{1f600}\r\n \r\n", "\u{1f600}"]],
    ["\n\n\n", ["\n\n\n"]],
  ])("%j", (text, expected) => {
    expect(parts(text)).toEqual(expected);
  });

  test("end at each line end where lines are not broken by their length", () => {
    const long = "word ".repeat(30);
    expect(parts(`${long}\n${long}\n\n${long}`)).toHaveLength(3);
  });

  test("of an empty text are none", () => {
    expect(paragraphEnds("")).toEqual([]);
  });
});

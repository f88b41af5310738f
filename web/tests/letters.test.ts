import { expect, test } from "vitest";
import { legendPlaces } from "../src/parts/composition";
import { LETTER, linesOf } from "../src/parts/letters";

test("a text is parted between words, into lines that have room", () => {
  const text = "agency copy, copies, releases, and what is not clear";
  for (const letters of [1, 9, 20, 200]) {
    const lines = linesOf(text, letters * LETTER);
    expect(lines.join(" ")).toBe(text);
    for (const line of lines) expect(line.length <= letters || !line.includes(" ")).toBe(true);
  }
  expect(linesOf(text, 200 * LETTER)).toHaveLength(1);
  expect(linesOf("", 9)).toEqual([""]);
});

test("entries of a legend stand beside one another or below, and none on another", () => {
  const keys = ["own text", "agency copy, copies, releases, and what is not clear", "quotations"].map(
    (label) => ({
      style: "own",
      label,
    }),
  );
  for (const width of [120, 280, 390, 1200]) {
    const { entries, height } = legendPlaces(keys, width);
    const boxes = entries.map(({ x, y, lines }) => ({
      right: x + 18 + LETTER * Math.max(...lines.map((line) => line.length)),
      bottom: y + 18 * lines.length,
      x,
      y,
    }));
    for (const [n, one] of boxes.entries()) {
      expect(one.right).toBeLessThanOrEqual(width);
      expect(one.bottom).toBeLessThanOrEqual(height);
      for (const other of boxes.slice(n + 1))
        expect(other.y >= one.bottom || other.x >= one.right).toBe(true);
    }
  }
});

import { expect, test } from "vitest";
import { beside, inOrder } from "../src/text/anchors";

test("of anchors that cross, the most that are in order stay", () => {
  const anchors = [
    [10, 500],
    [20, 30],
    [30, 40],
    [40, 20],
    [50, 60],
  ] as const;
  expect(inOrder(anchors)).toEqual([
    [20, 30],
    [30, 40],
    [50, 60],
  ]);
  expect(inOrder([])).toEqual([]);
  expect(
    inOrder([
      [10, 5],
      [10, 9],
    ]),
  ).toHaveLength(1);
});

test("places between anchors lie in proportion, and the ends stand beside each other", () => {
  const { there, back } = beside([[100, 300]], [200, 1000]);
  expect([0, 50, 100, 150, 200, 999].map(there)).toEqual([0, 150, 300, 650, 1000, 1000]);
  expect([0, 150, 300, 650, 1000, 9999].map(back)).toEqual([0, 50, 100, 150, 200, 200]);
  const plain = beside([], [100, 100]);
  expect(plain.there(40)).toBe(40);
});

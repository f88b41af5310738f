import { describe, expect, test } from "vitest";
import type { Head } from "../src/data/block";
import { arrow, cell, type Pair, SHADES, Sharing, shades } from "../src/data/matrix";
import { block } from "./fixture";

const composition = block.head.totals.composition;

/** A head of outlets by their names and pairs [a, b, words, a first, b first]. */
function headOf(names: string[], pairs: [number, number, number, number?, number?][]): Head {
  return {
    ...block.head,
    outlets: names.map((name) => ({ name, documents: 1, words: 100, composition })),
    pairs: pairs.map(([a, b, words, a_first = 0, b_first = 0]) => ({ a, b, words, a_first, b_first })),
    order: names.map((_, number) => number),
  };
}

/** Two groups of three with a thin link, an order that mixes them, and one outlet aside. */
const two = new Sharing({
  ...headOf(["a0", "b0", "a1", "b1", "a2", "b2"], [
    [0, 2, 90], [0, 4, 80], [2, 4, 70], [1, 3, 50], [1, 5, 40], [3, 5, 45], [4, 5, 3],
  ]),
}); // biome-ignore format: a line is a group

const ALL = { count: 150, group: null, name: "" };

describe("Sharing", () => {
  test("puts outlets that share much beside one another, in the order of the head", () => {
    expect(two.order.map(two.name)).toEqual(["a0", "a1", "a2", "b0", "b1", "b2"]);
    expect(two.groups.map(([, outlets]) => outlets.length)).toEqual([3, 3]);
  });

  test("has all outlets once, also in the sample", () => {
    const sharing = new Sharing(block.head);
    expect([...sharing.order].sort()).toEqual([...block.head.order].sort());
    const groups = sharing.order.map((outlet) => sharing.groupOf.get(outlet) as number);
    expect(groups).toEqual([...groups].sort((a, b) => a - b));
  });

  test("shows the most connected first where not all have room", () => {
    expect(two.shown({ ...ALL, count: 3 }).map(two.name)).toEqual(["a0", "a1", "a2"]);
    expect(two.shown(ALL)).toEqual(two.order);
  });

  test("shows one group, and the outlets with a name beside those that share with them", () => {
    expect(two.shown({ ...ALL, group: 1 }).map(two.name)).toEqual(["b0", "b1", "b2"]);
    expect(two.shown({ ...ALL, name: "B2" }).map(two.name)).toEqual(["a2", "b0", "b1", "b2"]);
    expect(two.shown({ ...ALL, name: "b2", count: 2 }).map(two.name)).toEqual(["b1", "b2"]);
    expect(two.shown({ ...ALL, name: "nobody" })).toEqual([]);
  });

  test("takes a head without pairs", () => {
    const none = new Sharing(headOf([], []));
    expect(none.shown(ALL)).toEqual([]);
    expect(none.groups).toEqual([]);
  });

  test("takes 400 outlets that all share", () => {
    const names = Array.from({ length: 400 }, (_, n) => `Outlet ${n}`);
    const pairs = names.flatMap((_, a) =>
      names.slice(a + 1).map((_, n): [number, number, number] => [a, a + 1 + n, 1 + ((a * 7 + n * 13) % 97)]),
    );
    const sharing = new Sharing(headOf(names, pairs));
    expect(sharing.shown({ ...ALL, count: 40 })).toHaveLength(40);
  }, 20_000);
});

test("a cell is told from its row: who had more first", () => {
  const sharing = new Sharing(headOf(["a", "b", "c"], [[0, 1, 100, 60, 20], [1, 2, 10, 0, 6], [0, 2, 8, 4, 4]])); // biome-ignore format: short
  expect(cell(sharing, 0, 1)).toEqual({ words: 100, row: 60, column: 20 });
  expect(cell(sharing, 1, 0)).toEqual({ words: 100, row: 20, column: 60 });
  expect(cell(sharing, 1, 1)).toBeNull();
  const arrows = [[0, 1], [1, 0], [1, 2], [0, 2]].map(([row, column]) => arrow(cell(sharing, row as number, column as number) ?? { words: 0, row: 0, column: 0 })); // biome-ignore format: short
  expect(arrows).toEqual(["←", "↑", "↑", ""]);
});

describe("shades", () => {
  const pairs = (...words: number[]): Pair[] =>
    words.map((n) => ({ a: 0, b: 1, words: n, a_first: 0, b_first: 0 }));

  test.each([[[1]], [[8, 8]], [[8, 9]], [[8, 3000]], [[1, 2, 1_000_000]]])(
    "of %j rise with the words",
    (words) => {
      const { of, from } = shades(pairs(...words));
      expect(from[0]).toBe(Math.min(...words));
      expect(from).toEqual([...new Set(from)].sort((a, b) => a - b));
      const found = from.map(of);
      expect(found).toEqual([...found].sort((a, b) => a - b));
      expect(found.every((shade) => shade >= 1 && shade <= SHADES)).toBe(true);
      expect(of(Math.max(...words))).toBe(found[found.length - 1]);
    },
  );

  test("of nothing are none to speak of", () => {
    expect(shades([]).of(5)).toBeGreaterThanOrEqual(1);
  });
});

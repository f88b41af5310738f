/** The matrix of outlets: which of them are shown, in which groups, and what their cells say. */
import { max, min, sum } from "d3-array";
import { scaleThreshold } from "d3-scale";
import type { Head } from "./block";
import { at } from "./report";

export type Pair = Head["pairs"][number];

/** The pairs of an outlet, by the number of the other one. */
type Partners = Map<number, Pair>;

export class Sharing {
  /** Outlets by groups that stand together, each in the order of the head. */
  readonly order: number[];
  /** The group of each outlet, by its number; groups are counted from the one that comes first. */
  readonly groupOf: Map<number, number>;
  /** Words that an outlet shares with others, all pairs together. */
  readonly shared: Map<number, number>;
  private readonly partners: Map<number, Partners>;

  constructor(readonly head: Head) {
    this.partners = new Map(head.order.map((outlet) => [outlet, new Map()]));
    for (const pair of head.pairs) {
      this.partners.get(pair.a)?.set(pair.b, pair);
      this.partners.get(pair.b)?.set(pair.a, pair);
    }
    this.shared = new Map(
      [...this.partners].map(([outlet, partners]) => [outlet, sum(partners.values(), ({ words }) => words)]),
    );
    this.groupOf = groups(head.order, this.partners, this.shared);
    this.order = head.order
      .map((outlet, place) => [this.groupOf.get(outlet) ?? 0, place, outlet] as const)
      .sort((a, b) => a[0] - b[0] || a[1] - b[1])
      .map(([, , outlet]) => outlet);
  }

  pair = (a: number, b: number): Pair | null => this.partners.get(a)?.get(b) ?? null;

  /** Groups of two outlets or more, by their numbers, those that share most first in each. */
  get groups(): [group: number, outlets: number[]][] {
    const found = new Map<number, number[]>();
    for (const outlet of this.order) {
      const group = this.groupOf.get(outlet) ?? 0;
      found.set(group, [...(found.get(group) ?? []), outlet]);
    }
    return [...found]
      .filter(([, outlets]) => outlets.length > 1)
      .map(([group, outlets]) => [group, this.mostConnected(outlets)]);
  }

  /** At most `count` outlets, in the order of the matrix: the most connected ones.
   *
   * With a group only its outlets; with a part of a name those that have it, and the ones that share most with them.
   */
  shown({ count, group, name }: { count: number; group: number | null; name: string }): number[] {
    let outlets = this.order.filter((outlet) => group === null || this.groupOf.get(outlet) === group);
    const wanted = name.trim().toLowerCase();
    if (wanted) {
      const named = outlets.filter((outlet) => this.name(outlet).toLowerCase().includes(wanted));
      const among = new Set(outlets);
      const near = new Map<number, number>();
      for (const outlet of named) {
        for (const [other, { words }] of this.partners.get(outlet) ?? []) {
          if (among.has(other)) near.set(other, (near.get(other) ?? 0) + words);
        }
      }
      const others = [...near.keys()].sort((a, b) => (near.get(b) ?? 0) - (near.get(a) ?? 0) || a - b);
      outlets = [...new Set([...this.mostConnected(named), ...others])];
    } else {
      outlets = this.mostConnected(outlets);
    }
    const chosen = new Set(outlets.slice(0, count));
    return this.order.filter((outlet) => chosen.has(outlet));
  }

  name = (outlet: number): string => this.head.outlets[outlet]?.name ?? "";

  private mostConnected(outlets: readonly number[]): number[] {
    return [...outlets].sort((a, b) => (this.shared.get(b) ?? 0) - (this.shared.get(a) ?? 0) || a - b);
  }
}

/** Groups of outlets that share more with one another than with the rest.
 *
 * Each outlet moves to the group that raises the modularity most, as long as one does: the first level of Louvain's
 * method, in the order of the matrix, so that a result always has the same groups.
 */
function groups(
  order: readonly number[],
  partners: Map<number, Partners>,
  shared: Map<number, number>,
): Map<number, number> {
  const groupOf = new Map(order.map((outlet) => [outlet, outlet]));
  const weight = new Map(shared); // of all outlets in a group
  const total = sum(shared.values());
  let hasMoved = total > 0;
  for (let round = 0; hasMoved && round < 20; round++) {
    hasMoved = false;
    for (const outlet of order) {
      const [own, mine] = [groupOf.get(outlet) as number, shared.get(outlet) ?? 0];
      weight.set(own, (weight.get(own) ?? 0) - mine);
      const near = new Map([[own, 0]]);
      for (const [other, { words }] of partners.get(outlet) ?? []) {
        const group = groupOf.get(other);
        if (group !== undefined) near.set(group, (near.get(group) ?? 0) + words);
      }
      const gain = (group: number) => (near.get(group) ?? 0) - (mine * (weight.get(group) ?? 0)) / total;
      let best = own;
      for (const group of near.keys()) if (gain(group) > gain(best) + 1e-9) best = group;
      weight.set(best, (weight.get(best) ?? 0) + mine);
      groupOf.set(outlet, best);
      hasMoved ||= best !== own;
    }
  }
  const numbers = new Map<number, number>();
  return new Map(
    order.map((outlet) => {
      const group = groupOf.get(outlet) as number;
      if (!numbers.has(group)) numbers.set(group, numbers.size);
      return [outlet, numbers.get(group) as number];
    }),
  );
}

export const SHADES = 6;

/** The shade of a number of words, 1 to 6, and the least words of each shade: equal steps of the logarithm. */
export function shades(pairs: readonly Pair[]): { of: (words: number) => number; from: number[] } {
  const least = Math.max(1, min(pairs, ({ words }) => words) ?? 1);
  const most = Math.max(least, max(pairs, ({ words }) => words) ?? 1);
  const steps = Array.from({ length: SHADES - 1 }, (_, step) =>
    round(least * (most / least) ** ((step + 1) / SHADES)),
  );
  const from = [...new Set([least, ...steps])].filter((words) => words <= most).sort((a, b) => a - b);
  const scale = scaleThreshold<number, number>()
    .domain(from.slice(1))
    .range(from.map((_, shade) => 1 + Math.round((shade * (SHADES - 1)) / Math.max(from.length - 1, 1))));
  return { of: scale, from };
}

/** A number of two digits and zeros. */
function round(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}

/** What a cell says: the words, and how many the outlet of its row, or of its column, had first. */
export interface Cell {
  words: number;
  row: number;
  column: number;
}

export function cell(sharing: Sharing, row: number, column: number): Cell | null {
  const pair = row === column ? null : sharing.pair(row, column);
  if (!pair) return null;
  const [first, second] = [pair.a_first, pair.b_first];
  return pair.a === row
    ? { words: pair.words, row: first, column: second }
    : { words: pair.words, row: second, column: first };
}

/** An arrow to the outlet that had more than half of the words first; none where neither is known to. */
export function arrow({ words, row, column }: Cell): string {
  return 2 * row > words ? "←" : 2 * column > words ? "↑" : "";
}

/** The pairs with most words first. */
export function ranked(pairs: readonly Pair[]): Pair[] {
  return [...pairs].sort((x, y) => y.words - x.words || x.a - y.a || x.b - y.b);
}

export const nameOf = (head: Head, outlet: number): string => at(head.outlets, outlet).name;

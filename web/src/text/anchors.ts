/** Two long texts beside each other: which place of the one stands beside which place of the other. */
import { ascending, bisectLeft } from "d3-array";
import { scaleLinear } from "d3-scale";

/** A place of the first text, and the one of the other text that should stand beside it. */
export type Anchor = readonly [number, number];

/** The most anchors that are in the same order in both texts, by the first text (a longest increasing subsequence). */
export function inOrder(anchors: readonly Anchor[]): Anchor[] {
  const sorted = [...anchors].sort((a, b) => ascending(a[0], b[0]) || ascending(b[1], a[1]));
  const [tails, tailOf]: [number[], number[]] = [[], []];
  const before = sorted.map(([, b], place) => {
    const length = bisectLeft(tails, b);
    [tails[length], tailOf[length]] = [b, place];
    return length ? (tailOf[length - 1] as number) : -1;
  });
  const chain: Anchor[] = [];
  for (let place = tailOf.at(-1) ?? -1; place >= 0; place = before[place] as number)
    chain.push(sorted[place] as Anchor);
  chain.reverse();
  return chain.filter(([a], place) => a !== chain[place - 1]?.[0]);
}

/** Where a place of the first text lies in the other one, and the other way round, between anchors in proportion.
 *
 * `ends` are the ends of both texts.
 */
export function beside(
  anchors: readonly Anchor[],
  ends: Anchor,
): Record<"there" | "back", (y: number) => number> {
  const within = anchors.filter(([a, b]) => a > 0 && b > 0 && a < ends[0] && b < ends[1]);
  const all = [[0, 0] as const, ...inOrder(within), ends];
  const [ours, theirs] = [all.map(([a]) => a), all.map(([, b]) => b)];
  const [there, back] = [scaleLinear(ours, theirs).clamp(true), scaleLinear(theirs, ours).clamp(true)];
  return { there: (y) => there(y), back: (y) => back(y) };
}

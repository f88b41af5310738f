/** Two panes that scroll together, so that what both texts have stays beside each other. */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { type Anchor, beside } from "../text/anchors";

type Pane = RefObject<HTMLElement | null>;

/** The height of the panes, as a share, at which places stand beside each other. */
const LINE = 0.3;

/** The uses that the two panes share, pair by pair. */
export type Pairs = readonly (readonly [number, number])[];

/** Let panes a and b scroll together while `isOn`; places are measured again when the panes or `drawn` change.
 *
 * Returns what brings a use of each into view, at one height.
 */
export function useScrollTogether(
  a: Pane,
  b: Pane,
  pairs: Pairs,
  isOn: boolean,
  drawn: unknown,
): (pair: Pairs[number]) => void {
  // A pane that was moved says so as well: that is no wish of the reader's.
  const expected = useRef(new Map<HTMLElement, number>());
  useEffect(() => {
    const [left, right] = [a.current, b.current];
    if (!left || !right || !isOn) return;
    let measured: ReturnType<typeof beside> | null = null;
    const follow = (from: HTMLElement, to: HTMLElement, direction: "there" | "back") => () => {
      const set = expected.current.get(from);
      expected.current.delete(from);
      if (set !== undefined && Math.abs(from.scrollTop - set) < 2) return;
      measured ??= beside(anchors(left, right, pairs), [left.scrollHeight, right.scrollHeight]);
      const place = measured[direction](from.scrollTop + LINE * from.clientHeight);
      move(to, place - LINE * to.clientHeight, expected.current);
    };
    const [leads, follows] = [follow(left, right, "there"), follow(right, left, "back")];
    left.addEventListener("scroll", leads, { passive: true });
    right.addEventListener("scroll", follows, { passive: true });
    const sizes = new ResizeObserver(() => {
      measured = null;
    });
    for (const pane of [left, right]) {
      sizes.observe(pane);
      if (pane.firstElementChild) sizes.observe(pane.firstElementChild);
    }
    return () => {
      sizes.disconnect();
      left.removeEventListener("scroll", leads);
      right.removeEventListener("scroll", follows);
    };
  }, [a, b, pairs, isOn, drawn]);
  return ([useA, useB]) => {
    const [left, right] = [a.current, b.current];
    const [inA, inB] = [left && extents(left).get(useA), right && extents(right).get(useB)];
    if (!left || !right || !inA || !inB) return;
    const height = Math.min(0.2 * left.clientHeight, inA[0], inB[0]);
    move(left, inA[0] - height, expected.current);
    move(right, inB[0] - (inA[0] - left.scrollTop), expected.current);
    move(left, inA[0] - (inB[0] - right.scrollTop), expected.current);
  };
}

function move(pane: HTMLElement, top: number, expected: Map<HTMLElement, number>): void {
  const before = pane.scrollTop;
  pane.scrollTop = top;
  if (pane.scrollTop !== before) expected.set(pane, pane.scrollTop);
}

function anchors(left: HTMLElement, right: HTMLElement, pairs: Pairs): Anchor[] {
  const [ours, theirs] = [extents(left), extents(right)];
  return pairs.flatMap(([useA, useB]): Anchor[] => {
    const [inA, inB] = [ours.get(useA), theirs.get(useB)];
    if (!inA || !inB) return [];
    return [
      [inA[0], inB[0]],
      [inA[1], inB[1]],
    ];
  });
}

/** The top and the bottom of each use within what a pane scrolls, in pixels. */
function extents(pane: HTMLElement): Map<number, [number, number]> {
  const shift = pane.scrollTop - pane.getBoundingClientRect().top;
  const found = new Map<number, [number, number]>();
  for (const element of pane.querySelectorAll<HTMLElement>("[data-use]")) {
    const { top, bottom } = element.getBoundingClientRect();
    for (const use of (element.dataset.use ?? "").split(" ").map(Number)) {
      const known = found.get(use);
      found.set(use, [known?.[0] ?? top + shift, bottom + shift]);
    }
  }
  return found;
}

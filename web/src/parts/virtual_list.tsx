/** A long list of which only the rows near the window are drawn; it scrolls with the page. */
import { useWindowVirtualizer, type VirtualItem } from "@tanstack/react-virtual";
import type { ComponentChildren, RefObject } from "preact";
import { memo } from "preact/compat";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

interface Props {
  count: number;
  /** The height of a row to expect, in pixels; drawn rows are measured. */
  height: number;
  label: string;
  /** What tells rows apart when the list changes. */
  keyOf: (row: number) => string | number;
  children: (row: number) => ComponentChildren;
}

/** The rows of lists that were drawn before, as they were measured: a list that is drawn again is as high as it was. */
const measured = new Map<string, VirtualItem[]>();

export function VirtualList({ count, height, label, keyOf, children }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const top = useTop(list, children);
  const virtual = useWindowVirtualizer({
    count,
    estimateSize: () => height,
    overscan: 8,
    scrollMargin: top,
    getItemKey: keyOf,
    initialMeasurementsCache: measured.get(label) ?? [],
  });
  useEffect(() => () => void measured.set(label, virtual.measurementsCache), [label, virtual]);
  return (
    <ol ref={list} class="long" aria-label={label} style={{ height: `${virtual.getTotalSize()}px` }}>
      {virtual.getVirtualItems().map((row) => (
        <li
          key={row.key}
          data-index={row.index}
          ref={virtual.measureElement}
          aria-setsize={count}
          aria-posinset={row.index + 1}
          style={{ transform: `translateY(${row.start - top}px)` }}
        >
          <Drawn row={row.index} draw={children} />
        </li>
      ))}
    </ol>
  );
}

/** A row, which is drawn again only when the list is another one: scrolling moves it. */
const Drawn = memo(({ row, draw }: { row: number; draw: Props["children"] }) => <>{draw(row)}</>);

/** Where the list begins in the page, in pixels. It is looked at when the list or its surroundings change, not while
 * the page scrolls, since that would have the browser lay out every frame twice. */
function useTop(list: RefObject<HTMLOListElement | null>, drawn: unknown): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const look = () => {
      if (list.current) setTop(Math.round(list.current.getBoundingClientRect().top + scrollY));
    };
    look();
    const watch = new ResizeObserver(look);
    if (list.current?.parentElement) watch.observe(list.current.parentElement);
    return () => watch.disconnect();
  }, [list, drawn]);
  return top;
}

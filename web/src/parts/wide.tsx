/** A place as wide as its surroundings; what it holds is told its width in pixels, and again when that changes. */
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";

const USUAL = 720; // pixels, until it is measured

export function Wide({ children }: { children: (width: number) => ComponentChildren }) {
  const element = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(USUAL);
  useLayoutEffect(() => {
    const place = element.current;
    if (!place) return;
    const measure = () => setWidth(Math.round(place.clientWidth) || USUAL);
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(place);
    return () => observer.disconnect();
  }, []);
  return <div ref={element}>{children(width)}</div>;
}

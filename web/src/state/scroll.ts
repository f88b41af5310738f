/** How far the window was scrolled, kept with each entry of the history: going back leads to the place in a list. */

/** Milliseconds without scrolling after which the place is kept; browsers limit how often it may be. */
const PAUSE = 150;

/** Where the window was when this entry of the history was left, in pixels; 0 where it is new. */
export function keptTop(): number {
  const top: unknown = (history.state as { top?: unknown } | null)?.top;
  return typeof top === "number" ? top : 0;
}

/** Keep the place from now on. A click keeps it at once, since it may lead away. */
export function keepTop(): void {
  history.scrollRestoration = "manual"; // lists are drawn after the browser would scroll
  let timer = 0;
  const keep = () => {
    clearTimeout(timer);
    if (keptTop() !== scrollY) history.replaceState({ top: scrollY }, "");
  };
  addEventListener(
    "scroll",
    () => {
      clearTimeout(timer);
      timer = window.setTimeout(keep, PAUSE);
    },
    { passive: true },
  );
  addEventListener("click", keep, true);
  addEventListener("popstate", () => clearTimeout(timer)); // the place was that of the entry left behind
}

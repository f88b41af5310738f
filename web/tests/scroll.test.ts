// @vitest-environment happy-dom
import { expect, test, vi } from "vitest";
import { keepTop, keptTop } from "../src/state/scroll";

/** The window as it would be after it was scrolled there. */
function scroll(top: number): void {
  vi.stubGlobal("scrollY", top);
  dispatchEvent(new Event("scroll"));
}

test("the place is kept once scrolling rests, and not for an entry that is left before", () => {
  vi.useFakeTimers();
  keepTop();
  history.replaceState(null, "");
  expect(keptTop()).toBe(0);
  scroll(500);
  expect(keptTop()).toBe(0);
  vi.runAllTimers();
  expect(keptTop()).toBe(500);

  scroll(0); // the top of a passage
  history.replaceState({ top: 2067 }, ""); // back, to the place in the list
  dispatchEvent(new PopStateEvent("popstate"));
  vi.runAllTimers(); // before the list is drawn
  expect(keptTop()).toBe(2067);
});

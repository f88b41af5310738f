/** How a list or the matrix is arranged: in the address behind the view, as in `#articles/own`. */
import { fragment } from "./address";
import { filters, here, rename } from "./store";

/** Arrange the view that is shown anew: in place of the old entry of the history. Empty ends are left out. */
export function arrange(of: readonly string[]): void {
  const kept = [...of];
  while (kept.length && !kept[kept.length - 1]) kept.pop();
  rename(fragment({ ...here.value, of: kept, filters: filters.value }));
}

/** What the address says at a place, if it is among the allowed; else the first of these. */
export function arranged<T extends string>(place: number, allowed: readonly T[]): T {
  const found = here.value.of[place];
  return allowed.find((name) => name === found) ?? (allowed[0] as T);
}

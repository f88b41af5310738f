/** Steps within a view, which the address follows without new entries of the history. */
import { address, fragment } from "./address";
import { here } from "./store";

/** Look at another passage of the same article or comparison. */
export function lookAt(passage: number): void {
  if (here.value.passage === passage) return;
  const next = fragment({ ...here.value, passage });
  history.replaceState(null, "", next);
  here.value = address(next);
}

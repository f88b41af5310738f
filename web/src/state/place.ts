/** Steps within a view, which the address follows without new entries of the history. */
import { fragment } from "./address";
import { here, rename } from "./store";

/** Look at another passage of the same article or comparison. */
export function lookAt(passage: number): void {
  if (here.value.passage !== passage) rename(fragment({ ...here.value, passage }));
}

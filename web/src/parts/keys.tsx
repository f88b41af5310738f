/** Keys of a view: single letters, which do nothing while somebody types and can be switched off. */
import { signal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

export interface Key {
  /** The letters that do it. */
  letters: string;
  /** What it does, in words. */
  does: string;
  act: () => void;
}

/** Whether letters are keys: those who dictate to their browser may not want it. */
export const areKeysOn = signal(true);

/** Let keys act on the view as it is drawn now: one that is pressed at once after another as well. */
export function useKeys(keys: readonly Key[]): void {
  useLayoutEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (!areKeysOn.value || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target))
        return;
      const key = keys.find(({ letters }) => letters.includes(event.key));
      if (!key || event.key.length !== 1) return;
      event.preventDefault();
      key.act();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  });
}

export function KeyList({ keys }: { keys: readonly Key[] }) {
  return (
    <details class="keys">
      <summary>Keys</summary>
      <dl>
        {keys.map(({ letters, does }) => (
          <div key={letters}>
            <dt>
              {[...letters].map((letter, place) => (
                <span key={letter}>
                  {place > 0 && " or "}
                  <kbd>{letter}</kbd>
                </span>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input
          type="checkbox"
          checked={areKeysOn.value}
          onChange={(event) => {
            areKeysOn.value = event.currentTarget.checked;
          }}
        />{" "}
        Letters are keys
      </label>
    </details>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null
  );
}

/** A reader's marks on a passage: reviewed, not reuse, a note. */
import { useState } from "preact/hooks";
import { at } from "../data/report";
import { kept, mark, marks, STATES } from "../state/marks";
import { useReport } from "./small";

const LABELS: Record<(typeof STATES)[number], string> = { reviewed: "Reviewed", "not-reuse": "Not reuse" };

/** `passage` is its number in the file. */
export function MarkButtons({ passage }: { passage: number }) {
  const id = at(useReport().passages.id, passage);
  const { state, note } = marks.value[id] ?? { state: null, note: "" };
  const [isOpen, setOpen] = useState(false);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset of a long list would draw a box around each row
    <div class="marks" role="group" aria-label={`Marks on passage ${id}`}>
      {STATES.map((name) => (
        <button
          key={name}
          type="button"
          aria-pressed={state === name}
          onClick={() => mark(id, { state: state === name ? null : name })}
        >
          <span aria-hidden="true">{name === "reviewed" ? "✓" : "✗"}</span> {LABELS[name]}
        </button>
      ))}
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {note ? "Change the note" : "Add a note"}
      </button>
      {!kept.value && (state || note) && (
        <span class="dim">This browser keeps no marks: export them before you close the page.</span>
      )}
      {isOpen ? (
        <label class="note">
          Note on passage {id}
          <textarea
            rows={3}
            maxLength={4000}
            value={note}
            onInput={(event) => mark(id, { note: event.currentTarget.value })}
            onBlur={(event) => mark(id, { note: event.currentTarget.value.trim() })}
          />
        </label>
      ) : (
        note && <p class="note">{note}</p>
      )}
    </div>
  );
}

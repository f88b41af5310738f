/** Where the reader's marks are exported, imported and cleared. */
import { useId, useState } from "preact/hooks";
import { clear, exported, imported, kept, marks } from "../state/marks";
import { linkOnly } from "../state/store";
import { counted } from "../text/words";
import { save } from "./save";

export function MarksPlace({ id }: { id: string }) {
  const field = useId();
  const [said, setSaid] = useState("");
  const [isClearing, setClearing] = useState(false);
  const all = Object.values(marks.value);
  const having = (state: string) => all.filter((mark) => mark.state === state).length;
  const notes = all.filter((mark) => mark.note).length;
  const take = async (file: File | undefined) => {
    if (!file) return;
    try {
      setSaid(`${counted(imported(id, await file.text()), "mark")} taken from the file.`);
    } catch (error) {
      setSaid(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <>
      <p>
        A passage can be marked “reviewed” or “not reuse”, or given a note.{" "}
        {kept.value
          ? "Marks stay in this browser, under this report."
          : "This browser keeps no data for the page: marks last until it is closed, so export them."}{" "}
        {all.length ? (
          <>
            There {all.length === 1 ? "is" : "are"} {counted(all.length, "mark")}:{" "}
            <a href={linkOnly("passages", { kinds: ["all"], marked: "reviewed" })}>
              {having("reviewed")} reviewed
            </a>
            ,{" "}
            <a href={linkOnly("passages", { kinds: ["all"], marked: "not-reuse" })}>
              {having("not-reuse")} not reuse
            </a>
            , <a href={linkOnly("passages", { kinds: ["all"], marked: "noted" })}>{counted(notes, "note")}</a>
            .
          </>
        ) : (
          "There are none yet."
        )}
      </p>
      <div class="controls">
        <button
          type="button"
          disabled={!all.length}
          onClick={() => save("syndetect-marks.json", new Blob([exported(id)], { type: "application/json" }))}
        >
          Export marks as JSON
        </button>
        <label for={field}>Import marks:</label>
        <input
          id={field}
          type="file"
          accept=".json,application/json"
          onChange={(event) => {
            const input = event.currentTarget;
            void take(input.files?.[0]).then(() => {
              input.value = "";
            });
          }}
        />
        {isClearing ? (
          <>
            <button
              type="button"
              onClick={() => {
                clear();
                setClearing(false);
                setSaid("All marks are cleared.");
              }}
            >
              Clear {counted(all.length, "mark")} for good
            </button>
            <button type="button" onClick={() => setClearing(false)}>
              Keep them
            </button>
          </>
        ) : (
          <button type="button" disabled={!all.length} onClick={() => setClearing(true)}>
            Clear all marks
          </button>
        )}
      </div>
      <p role="status">{said}</p>
    </>
  );
}

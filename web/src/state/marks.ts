/** A reader's marks and notes on passages, kept in the browser under the id of the report. */
import { signal } from "@preact/signals";

export const STATES = ["reviewed", "not-reuse"] as const;

export interface Mark {
  state: (typeof STATES)[number] | null;
  note: string;
  /** When it was set: ISO 8601, UTC. */
  at: string;
}

/** Marks by passage_id. */
export type Marks = Readonly<Record<string, Mark>>;

export const marks = signal<Marks>({});
/** Whether the browser keeps them; else they last until the page is closed. */
export const kept = signal(true);

let key = "";

/** Take the marks of a report from the browser's store, and follow what other tabs change. */
export function open(report: string): void {
  key = `syndetect:${report}`;
  const read = () => {
    try {
      marks.value = known(JSON.parse(localStorage.getItem(key) ?? "{}"));
    } catch {
      kept.value = false;
    }
  };
  read();
  addEventListener("storage", (event) => {
    if (event.key === key) read();
  });
}

/** Set a mark, or take it away where neither state nor note is left. */
export function mark(passage: number, change: Partial<Pick<Mark, "state" | "note">>): void {
  const old = marks.value[passage] ?? { state: null, note: "", at: "" };
  const made: Mark = { ...old, ...change, at: new Date().toISOString() };
  const { [passage]: _, ...others } = marks.value;
  keep(made.state || made.note.trim() ? { ...others, [passage]: made } : others);
}

/** Take all marks away. */
export function clear(): void {
  keep({});
}

/** All marks as JSON, to be imported elsewhere. */
export function exported(report: string): string {
  return `${JSON.stringify({ program: "syndetect", version: 1, report, marks: marks.value }, null, 1)}\n`;
}

/** Add the marks of an export; of two for one passage the later stays. Returns how many were taken.
 *
 * Throws an Error that says why where the text is none, or of another report.
 */
export function imported(report: string, text: string): number {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Error("The file is not JSON.");
  }
  const { program, version, report: of, marks: given } = (found ?? {}) as Record<string, unknown>;
  if (program !== "syndetect" || typeof given !== "object" || !given)
    throw new Error("The file holds no marks.");
  if (version !== 1) throw new Error("The marks are of another version of syndetect.");
  if (of !== report) throw new Error("The marks are of another result.");
  const merged: Record<string, Mark> = { ...marks.value };
  let taken = 0;
  for (const [passage, mark] of Object.entries(known(given))) {
    const old = merged[passage];
    if (old && old.at >= mark.at) continue;
    merged[passage] = mark;
    taken++;
  }
  keep(merged);
  return taken;
}

/** The marks in a value from outside; what is none is left out. */
function known(value: unknown): Marks {
  const found: Record<string, Mark> = {};
  for (const [passage, one] of Object.entries((value ?? {}) as Record<string, Partial<Mark> | null>)) {
    if (!/^\d+$/.test(passage) || typeof one !== "object" || one === null) continue;
    const state = STATES.find((name) => name === one.state) ?? null;
    const note = typeof one.note === "string" ? one.note : "";
    if (state || note) found[passage] = { state, note, at: time(one.at) };
  }
  return found;
}

/** A time that compares with ours as text; empty, before all others, where it is none. */
function time(value: unknown): string {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? value : "";
}

function keep(changed: Marks): void {
  marks.value = changed;
  try {
    localStorage.setItem(key, JSON.stringify(changed));
    kept.value = true;
  } catch {
    kept.value = false;
  }
}

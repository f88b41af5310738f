/** The kinds of passages in an article, each of which can be left unmarked in its text. */
import { signal } from "@preact/signals";
import { at } from "../data/report";
import { kind as kindOf } from "./kinds";
import { RANK } from "./reuse";
import { KindMark, useReport } from "./small";

/** Styles of kinds that are not marked in texts; they stay so from article to article. */
export const dimmed = signal<ReadonlySet<string>>(new Set());

export function MarkedKinds({ uses }: { uses: number[] }) {
  const report = useReport();
  const counts = new Map<string, { kind: string; uses: number }>();
  for (const use of uses) {
    const kind = report.kind(at(report.passageOf, use));
    const entry = counts.get(kindOf(kind).style) ?? { kind, uses: 0 };
    counts.set(kindOf(kind).style, { ...entry, uses: entry.uses + 1 });
  }
  if (!counts.size) return <p>None of its text is shared with another article of the scan.</p>;
  const sorted = [...counts].sort(([, a], [, b]) => RANK.indexOf(a.kind) - RANK.indexOf(b.kind));
  const toggle = (style: string) => {
    const next = new Set(dimmed.value);
    if (!next.delete(style)) next.add(style);
    dimmed.value = next;
  };
  return (
    <fieldset class="marked-kinds">
      <legend>Marked in the text</legend>
      {sorted.map(([style, { kind, uses }]) => (
        <label key={style}>
          <input type="checkbox" checked={!dimmed.value.has(style)} onChange={() => toggle(style)} />{" "}
          <span class={`stretch use ${style}`} aria-hidden="true">
            ab
          </span>{" "}
          <KindMark kind={kind} /> <span class="dim">{uses}</span>
        </label>
      ))}
      {uses.some((use) => at(report.uses.role, use) === 0) && (
        <span class="dim">↗ and no shading: this article had it first.</span>
      )}
    </fieldset>
  );
}

/** A bar an outlet, or an article, parted by the origin of its words. */
import { max } from "d3-array";
import { useState } from "preact/hooks";
import type { Composition, Head } from "../data/block";
import { others } from "../data/figures";
import { at, compositionOf, type Report } from "../data/report";
import { Bars, type Row } from "../parts/bars";
import { Chart } from "../parts/chart";
import { PART_NAMES, PARTS } from "../parts/kinds";
import { PlainTable } from "../parts/plain_table";
import { Wide } from "../parts/wide";
import { arrange, arranged } from "../state/arrangement";
import { link, linkOnly, report } from "../state/store";
import { number, percent, shown } from "../text/words";

const DOZEN = 12;

interface Parted {
  key: string | number;
  label: string;
  words: number;
  composition: Composition;
  href: string;
}

/** Bars of the outlets, or articles, with most reuse, parted by origin. */
export function ShareChart({ head }: { head: Head }) {
  const [isWithoutOwn, setWithoutOwn] = useState(false);
  const of = arranged(0, ["outlets", "articles"]);
  const known = report.value;
  const bars = of === "articles" ? (known ? articleBars(known) : []) : outletBars(head);
  const parts = PART_NAMES.filter((part) => !(isWithoutOwn && part === "own"));
  const keys = parts.map((part) => PARTS[part]);
  const rows = bars.map((bar): Row => {
    const segments = parts.map((part) => ({
      value: bar.composition[part],
      style: part,
      name: `${PARTS[part].label}: ${percent(bar.composition[part])}`,
    }));
    const note = `${percent(others(bar.composition))} of ${number(bar.words)} words`;
    return {
      ...bar,
      note,
      segments,
    };
  });
  const most = isWithoutOwn ? (max(bars, (bar) => others(bar.composition)) ?? 1) : 1;
  return (
    <Chart
      name="parts"
      title={`Whose words: the ${of === "articles" ? of : `${head.noun}s`} with most shared words`}
      summary={
        <>
          A bar is all words of{" "}
          {of === "articles" || head.noun === "article" ? "an article" : "an outlet's articles"}, parted by
          origin; beside it stands how much is agency copy or in other articles too.{" "}
          {of === "articles" ? (
            <a href={link("articles")}>All articles</a>
          ) : (
            <a href={link("outlets")}>All {head.noun}s, pair by pair</a>
          )}
        </>
      }
    >
      <div class="controls">
        {(head.noun === "outlet" ? (["outlets", "articles"] as const) : []).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={of === name}
            onClick={() => arrange(name === "articles" ? [name] : [])}
          >
            {name === "articles" ? "Articles" : "Outlets"}
          </button>
        ))}
        <label>
          <input
            type="checkbox"
            checked={isWithoutOwn}
            onChange={(event) => setWithoutOwn(event.currentTarget.checked)}
          />{" "}
          Leave out own text
        </label>
      </div>
      <Wide>
        {(width) => (
          <Bars name="parts" keys={keys} title="Words by origin" rows={rows} most={most} width={width} />
        )}
      </Wide>
      <details>
        <summary>As a table{of === "outlets" && `, all ${head.noun}s`}</summary>
        <PartsTable bars={of === "articles" ? bars : outletBars(head, Infinity)} of={of} />
      </details>
    </Chart>
  );
}

function outletBars(head: Head, count = DOZEN): Parted[] {
  const { noun } = head;
  return head.outlets.slice(0, count).map(({ name, words, composition }) => ({
    key: name,
    label: shown(name),
    words,
    composition,
    href: noun === "article" ? link("article", [name]) : linkOnly("articles", { outlets: [name] }),
  }));
}

function articleBars(known: Report): Parted[] {
  const { documents } = known;
  const top = [...documents.id.keys()]
    .sort((a, b) => at(documents.reused_words, b) - at(documents.reused_words, a) || a - b)
    .slice(0, DOZEN);
  return top.map((document) => {
    const outlet = known.outlet(document);
    const title = at(documents.title, document) || at(documents.id, document);
    return {
      key: at(documents.id, document),
      label: shown(outlet ? `${outlet}: ${title}` : title),
      words: at(documents.words, document),
      composition: compositionOf(known, document),
      href: link("article", [at(documents.id, document)]),
    };
  });
}

function PartsTable({ bars, of }: { bars: Parted[]; of: string }) {
  const columns = [of, "words", ...PART_NAMES.map((part) => PARTS[part].label)];
  const rows = (told: (share: number) => string | number) =>
    bars.map((bar) => [bar.label, bar.words, ...PART_NAMES.map((part) => told(bar.composition[part]))]);
  return (
    <PlainTable
      name={`${of}-parts`}
      label={`Parts of ${of}`}
      columns={columns}
      rows={rows(percent)}
      exact={rows((share) => share)}
    />
  );
}

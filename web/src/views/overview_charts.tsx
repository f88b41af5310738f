/** The charts of the overview: agencies, outlets or articles by parts, kinds, reach, and time. */
import { max } from "d3-array";
import { utcFormat } from "d3-time-format";
import { useState } from "preact/hooks";
import type { Composition, Head } from "../data/block";
import { carriers, highest, others, overTime, type Period, reach, total } from "../data/figures";
import { at, type Report } from "../data/report";
import { Bars, type Row, type Segment } from "../parts/bars";
import { Chart } from "../parts/chart";
import { Columns, REST_STYLE, USUAL_STYLE } from "../parts/columns";
import { PartLegend, Swatch, spoken } from "../parts/composition";
import { kind, PART_NAMES, PARTS } from "../parts/kinds";
import { SaveCsv } from "../parts/small";
import { useWidth } from "../parts/use_width";
import { arrange, arranged } from "../state/arrangement";
import { USUAL_KINDS } from "../state/selection";
import { link, linkTo, report } from "../state/store";
import { counted, isoDay, number, percent, shown } from "../text/words";

const DOZEN = 12;

/** Bars as wide as their place. */
function WideBars(props: { name: string; title: string; rows: Row[]; most: number }) {
  const [place, width] = useWidth<HTMLDivElement>();
  return (
    <div ref={place}>
      <Bars {...props} width={width} />
    </div>
  );
}

export function AgencyChart({ head }: { head: Head }) {
  const rows = head.agencies.slice(0, DOZEN).map((agency): Row => {
    const { itself, most } = carriers(head, agency);
    const name = (carrier: { outlet: number }) => shown(head.outlets[carrier.outlet]?.name ?? "");
    const note = `${number(agency.words)} words${most ? `, most in ${name(most)}` : itself ? `, all in ${name(itself)}` : ""}`;
    const segments = agency.carried.map(
      ({ outlet, words, documents }, place): Segment => ({
        value: words,
        style: place % 2 ? "agency-light" : "agency",
        name: `${name({ outlet })}: ${counted(words, "word")} in ${counted(documents, "article")}`,
      }),
    );
    const label = shown(agency.name);
    return {
      key: agency.name,
      label,
      note,
      segments,
      href: linkTo("passages", { agencies: [agency.name] }),
      spoken: `${label}: ${note}; in ${counted(agency.documents, "article")} of ${counted(agency.outlets, "outlet")}`,
    };
  });
  return (
    <Chart
      name="agencies"
      title="Agencies by words carried"
      summary="Words of an agency's copy in all articles, parted by the outlets that ran it, most first; each word of an article counts once. A bar leads to its passages."
    >
      <WideBars
        name="agencies"
        title="Agencies by words carried"
        rows={rows}
        most={head.agencies[0]?.words ?? 0}
      />
      <details>
        <summary>As a table, all agencies and outlets</summary>
        <AgencyTable head={head} />
      </details>
    </Chart>
  );
}

function AgencyTable({ head }: { head: Head }) {
  const columns = ["agency", "outlet", "articles", "words"];
  const rows = head.agencies.flatMap((agency) =>
    agency.carried.map(({ outlet, documents, words }) => [
      agency.name,
      head.outlets[outlet]?.name ?? "",
      documents,
      words,
    ]),
  );
  return (
    <>
      <SaveCsv name="agencies" columns={columns} rows={() => rows} />
      <Plain label="Agencies by outlet" columns={columns} rows={rows.slice(0, 200)} />
      {rows.length > 200 && <p class="dim">The file has {number(rows.length - 200)} more rows.</p>}
    </>
  );
}

/** A table of names and numbers. */
export function Plain(props: { label: string; columns: string[]; rows: (string | number)[][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, which the keyboard must be able to do
    <section class="wide" aria-label={props.label} tabIndex={0}>
      <table class="plain">
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) => (
                <td key={props.columns[column]} class={typeof cell === "number" ? "number" : ""}>
                  {typeof cell === "number" ? number(cell) : <bdi>{shown(cell)}</bdi>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

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
  const rows = bars.map((bar): Row => {
    const parts = PART_NAMES.filter((part) => !(isWithoutOwn && part === "own"));
    const segments = parts.map((part) => ({
      value: bar.composition[part],
      style: part,
      name: `${PARTS[part].label}: ${percent(bar.composition[part])}`,
    }));
    const note = isWithoutOwn
      ? `${percent(others(bar.composition))} of ${number(bar.words)}`
      : counted(bar.words, "word");
    return {
      ...bar,
      note,
      segments,
      spoken: `${bar.label}, ${counted(bar.words, "word")}: ${spoken(bar.composition)}`,
    };
  });
  const most = isWithoutOwn ? (max(bars, (bar) => others(bar.composition)) ?? 1) : 1;
  return (
    <Chart
      name="parts"
      title={`Whose words: the ${of} with most shared words`}
      summary={
        <>
          A bar is all words of {of === "articles" ? "an article" : "an outlet's articles"}, parted by origin.{" "}
          {of === "articles" ? (
            <a href={link("articles")}>All articles</a>
          ) : (
            <a href={link("outlets")}>All outlets, pair by pair</a>
          )}
        </>
      }
    >
      <div class="controls">
        {(["outlets", "articles"] as const).map((name) => (
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
      <PartLegend parts={PART_NAMES.filter((part) => !(isWithoutOwn && part === "own"))} />
      <WideBars name="parts" title="Words by origin" rows={rows} most={most} />
      <details>
        <summary>As a table{of === "outlets" && ", all outlets"}</summary>
        <PartsTable bars={of === "articles" ? bars : outletBars(head, Infinity)} of={of} />
      </details>
    </Chart>
  );
}

function outletBars(head: Head, count = DOZEN): Parted[] {
  return head.outlets.slice(0, count).map(({ name, words, composition }) => ({
    key: name,
    label: shown(name),
    words,
    composition,
    href: linkTo("articles", { outlets: [name] }),
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

export function compositionOf({ documents }: Report, document: number): Composition {
  const share = (part: keyof Composition) => at(documents[part], document);
  return {
    agency: share("agency"),
    copied: share("copied"),
    quotation: share("quotation"),
    boilerplate: share("boilerplate"),
    unclear: share("unclear"),
    own: share("own"),
  };
}

function PartsTable({ bars, of }: { bars: Parted[]; of: string }) {
  const columns = [of, "words", ...PART_NAMES.map((part) => PARTS[part].label)];
  return (
    <>
      <SaveCsv
        name={`${of}-parts`}
        columns={columns}
        rows={() =>
          bars.map((bar) => [bar.label, bar.words, ...PART_NAMES.map((part) => bar.composition[part])])
        }
      />
      <Plain
        label={`Parts of ${of}`}
        columns={columns}
        rows={bars
          .slice(0, 200)
          .map((bar) => [bar.label, bar.words, ...PART_NAMES.map((part) => percent(bar.composition[part]))])}
      />
    </>
  );
}

export function KindChart({ head }: { head: Head }) {
  const there = head.kinds.filter((one) => one.passages > 0);
  const rows = there.map((one): Row => {
    const { label, style } = kind(one.name);
    const note = `${counted(one.passages, "passage")}, ${counted(one.words, "word")}`;
    return {
      key: one.name,
      label: `${kind(one.name).letter}  ${label}`,
      note,
      segments: [{ value: one.words, style, name: note }],
      href: linkTo("passages", { kinds: [one.name] }),
      spoken: `${label}: ${note} in ${counted(one.uses, "use")}`,
    };
  });
  return (
    <Chart
      name="kinds"
      title="Kinds of passages"
      summary="Words of all uses of the passages of a kind: a passage of 100 words in three articles counts 300. Passages may overlap. A bar leads to its passages."
    >
      <WideBars
        name="kinds"
        title="Kinds of passages"
        rows={rows}
        most={max(there, (one) => one.words) ?? 0}
      />
    </Chart>
  );
}

/** Whether people look for a passage: by its kind. */
const usual = (known: Report) => (passage: number) => USUAL_KINDS.includes(known.kind(passage));

function ColumnLegend() {
  return (
    <ul class="part-legend">
      <li>
        <Swatch origin={{ ...PARTS.agency, style: USUAL_STYLE }} /> agency copy, copies, releases, and what is
        not clear
      </li>
      <li>
        <Swatch origin={{ ...PARTS.quotation, style: REST_STYLE }} /> quotations, boilerplate, stock phrases
      </li>
    </ul>
  );
}

export function ReachChart() {
  const [place, width] = useWidth<HTMLDivElement>();
  const known = report.value;
  if (!known) return null;
  const groups = reach(known, usual(known));
  const columns = ["outlets", "copy and not clear", "quotations and boilerplate"];
  return (
    <Chart name="reach" title="Passages by reach" summary="How many outlets have a passage.">
      <ColumnLegend />
      <div ref={place}>
        <Columns
          name="reach"
          title="Passages by the number of outlets that have them"
          groups={groups}
          width={width}
          most={highest(groups)}
          tick={(group) => group.label}
        />
      </div>
      <details>
        <summary>As a table</summary>
        <SaveCsv name="reach" columns={columns} rows={() => groups.map((g) => [g.label, g.usual, g.rest])} />
        <Plain
          label="Passages by reach"
          columns={columns}
          rows={groups.map((g) => [g.label, g.usual, g.rest])}
        />
      </details>
    </Chart>
  );
}

const tick: Record<string, (date: Date) => string> = {
  day: utcFormat("%-d %b"),
  week: utcFormat("%-d %b"),
  month: utcFormat("%b %Y"),
  year: utcFormat("%Y"),
};

export function TimeChart() {
  const [place, width] = useWidth<HTMLDivElement>();
  const known = report.value;
  if (!known) return null;
  const { unit, periods, undated } = overTime(known, usual(known));
  if (!periods.length) return null;
  const day = (date: Date) => isoDay(+date / 1000);
  const top = periods.reduce((a, b) => (total(b) > total(a) ? b : a));
  const columns = [unit, "copy and not clear", "quotations and boilerplate"];
  const rows = periods.map((period) => [period.label, period.usual, period.rest]);
  return (
    <Chart
      name="time"
      title="Passages over time"
      summary={`By the ${unit} of the first article that has them; most in ${top.label} (${number(total(top))}).${undated ? ` ${counted(undated, "passage")} without a date are not shown.` : ""} A column leads to the passages of its ${unit}.`}
    >
      <ColumnLegend />
      <div ref={place}>
        <Columns<Period>
          name="time"
          title={`Passages by ${unit}`}
          groups={periods}
          width={width}
          most={highest(periods)}
          tick={(period) => tick[unit]?.(period.begin) ?? period.label}
          href={(period) => linkTo("passages", { from: day(period.begin), to: day(period.last) })}
        />
      </div>
      <details>
        <summary>As a table</summary>
        <SaveCsv name="time" columns={columns} rows={() => rows} />
        <Plain label="Passages over time" columns={columns} rows={rows} />
      </details>
    </Chart>
  );
}

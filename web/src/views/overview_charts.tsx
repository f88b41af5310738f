/** The charts of the overview: agencies, kinds, reach, and time. */
import { max } from "d3-array";
import { utcFormat } from "d3-time-format";
import type { Head } from "../data/block";
import { agencyName, highest, overTime, type Period, reach, total } from "../data/figures";
import type { Report } from "../data/report";
import { Bars, type Row, type Segment } from "../parts/bars";
import { Chart } from "../parts/chart";
import { Columns, REST_STYLE, USUAL_STYLE } from "../parts/columns";
import { Swatch } from "../parts/composition";
import { kind, PARTS } from "../parts/kinds";
import { PlainTable } from "../parts/plain_table";
import { SaveCsv } from "../parts/small";
import { Wide } from "../parts/wide";
import { USUAL_KINDS } from "../state/selection";
import { linkOnly, report } from "../state/store";
import { counted, isoDay, number, shown } from "../text/words";

const DOZEN = 12;
const MOST_ROWS = 200; // of a table on the page; the file has all

export function AgencyChart({ head }: { head: Head }) {
  const carried = head.agencies.filter((agency) => agency.words + agency.own > 0);
  const rows = carried.slice(0, DOZEN).map((agency): Row => {
    const label = shown(agencyName(agency.name));
    const [most] = agency.carried;
    const note = `${number(agency.words)} words${most ? `, most in ${shown(most.name)} (${number(most.words)})` : ""}`;
    const segments = agency.carried.map(
      ({ name, words }, place): Segment => ({
        value: words,
        style: place % 2 ? "agency-light" : "agency",
        name: `${shown(name)}: ${counted(words, "word")}`,
      }),
    );
    const href = linkOnly("passages", { agencies: [agency.name] });
    return { key: agency.name, label, note, segments, href, spoken: `${label}: ${note}` };
  });
  if (!rows.length) return null;
  return (
    <Chart
      name="agencies"
      title="Agencies by words carried"
      summary={`Words of an agency's copy in articles of others, parted by the ${head.noun}s that ran it, most first; each word of an article counts once. A bar leads to the passages.`}
    >
      <Wide>
        {(width) => (
          <Bars
            name="agencies"
            title="Agencies by words carried"
            rows={rows}
            most={max(carried, ({ words }) => words) ?? 0}
            width={width}
          />
        )}
      </Wide>
      <details>
        <summary>As a table, all agencies and {head.noun}s</summary>
        <AgencyTable head={head} />
      </details>
    </Chart>
  );
}

function AgencyTable({ head }: { head: Head }) {
  const columns = ["agency", head.noun, "words"];
  const rows = head.agencies.flatMap(({ name, own, carried }) => [
    ...carried.map((one): [string, string, number] => [agencyName(name), one.name, one.words]),
    ...(own > 0 ? [[agencyName(name), "its own articles", own] as [string, string, number]] : []),
  ]);
  return (
    <>
      <SaveCsv name="syndetect-agencies" columns={columns} rows={() => rows} />
      <PlainTable label={`Agencies by ${head.noun}`} columns={columns} rows={rows.slice(0, MOST_ROWS)} />
      {rows.length > MOST_ROWS && (
        <p class="dim">The file has {number(rows.length - MOST_ROWS)} more rows.</p>
      )}
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
      href: linkOnly("passages", { kinds: [one.name] }),
      spoken: `${label}: ${note} in ${counted(one.uses, "use")}`,
    };
  });
  return (
    <Chart
      name="kinds"
      title="Kinds of passages"
      summary="Words of all uses of the passages of a kind: a passage of 100 words in three articles counts 300. Passages may overlap. A bar leads to its passages."
    >
      <Wide>
        {(width) => (
          <Bars
            name="kinds"
            title="Kinds of passages"
            rows={rows}
            most={max(there, (one) => one.words) ?? 0}
            width={width}
          />
        )}
      </Wide>
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
  const known = report.value;
  if (!known) return null;
  const groups = reach(known, usual(known));
  const columns = ["outlets", "copy and not clear", "quotations and boilerplate"];
  return (
    <Chart name="reach" title="Passages by reach" summary="How many outlets have a passage.">
      <ColumnLegend />
      <Wide>
        {(width) => (
          <Columns
            name="reach"
            title="Passages by the number of outlets that have them"
            groups={groups}
            width={width}
            most={highest(groups)}
            tick={(group) => group.label}
          />
        )}
      </Wide>
      <details>
        <summary>As a table</summary>
        <SaveCsv name="reach" columns={columns} rows={() => groups.map((g) => [g.label, g.usual, g.rest])} />
        <PlainTable
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
      <Wide>
        {(width) => (
          <Columns<Period>
            name="time"
            title={`Passages by ${unit}`}
            groups={periods}
            width={width}
            most={highest(periods)}
            tick={(period) => tick[unit]?.(period.begin) ?? period.label}
            href={(period) => linkOnly("passages", { from: day(period.begin), to: day(period.last) })}
          />
        )}
      </Wide>
      <details>
        <summary>As a table</summary>
        <SaveCsv name="time" columns={columns} rows={() => rows} />
        <PlainTable label="Passages over time" columns={columns} rows={rows} />
      </details>
    </Chart>
  );
}

/** Passages by reach, and over time: those that people look for, with quotations and boilerplate on request. */
import { utcFormat } from "d3-time-format";
import { useMemo, useState } from "preact/hooks";
import { type Group, highest, overTime, type Period, reach, total } from "../data/figures";
import type { Report } from "../data/report";
import { Chart } from "../parts/chart";
import { Columns, REST_STYLE, USUAL_STYLE } from "../parts/columns";
import { PlainTable } from "../parts/plain_table";
import { Wide } from "../parts/wide";
import { USUAL_KINDS } from "../state/selection";
import { linkOnly, report } from "../state/store";
import { counted, isoDay, number } from "../text/words";

const USUAL = "agency copy, copies, releases, and what is not clear";
const REST = "quotations, boilerplate, stock phrases";

/** Both charts, once the passages are there. */
export function ColumnCharts() {
  const known = report.value;
  const [isWhole, setWhole] = useState(false);
  if (!known?.passages.id.length) return null;
  const id = "with-rest";
  return (
    <>
      <p class="controls">
        <input
          id={id}
          type="checkbox"
          checked={isWhole}
          onChange={(event) => setWhole(event.currentTarget.checked)}
        />
        <label for={id}>Passages by reach and over time: also {REST}</label>
      </p>
      <div class="two">
        <ReachChart known={known} isWhole={isWhole} />
        <TimeChart known={known} isWhole={isWhole} />
      </div>
    </>
  );
}

interface Props {
  known: Report;
  isWhole: boolean;
}

/** Whether people look for a passage: by its kind. */
const usual = (known: Report) => (passage: number) => USUAL_KINDS.includes(known.kind(passage));

const without = <G extends Group>(group: G): G => ({ ...group, rest: 0 });

/** What the parts of a column are. */
const keys = (isWhole: boolean) => [
  { style: USUAL_STYLE, label: USUAL },
  ...(isWhole ? [{ style: REST_STYLE, label: REST }] : []),
];

/** The numbers of the columns, always of all kinds. */
function Numbers({ name, label, groups }: { name: string; label: string; groups: readonly Group[] }) {
  const columns = [label, USUAL, REST];
  const rows = groups.map((group) => [group.label, group.usual, group.rest]);
  return (
    <details>
      <summary>As a table</summary>
      <PlainTable name={name} label={`Passages by ${label}`} columns={columns} rows={rows} />
    </details>
  );
}

function ReachChart({ known, isWhole }: Props) {
  const all = useMemo(() => reach(known, usual(known)), [known]);
  const { noun } = known.head;
  const groups = isWhole ? all : all.map(without);
  return (
    <Chart name="reach" title="Passages by reach" summary={`How many ${noun}s have a passage.`}>
      <Wide>
        {(width) => (
          <Columns
            name="reach"
            title={`Passages by the number of ${noun}s that have them`}
            groups={groups}
            keys={keys(isWhole)}
            width={width}
            most={highest(groups)}
            tick={(group) => group.label}
          />
        )}
      </Wide>
      <Numbers name="reach" label={`${noun}s`} groups={all} />
    </Chart>
  );
}

const TICKS: Record<string, (date: Date) => string> = {
  day: utcFormat("%-d %b"),
  week: utcFormat("%-d %b"),
  month: utcFormat("%b"),
  year: utcFormat("%Y"),
};

const day = (date: Date) => isoDay(+date / 1000);

function TimeChart({ known, isWhole }: Props) {
  const { unit, periods, undated } = useMemo(() => overTime(known, usual(known)), [known]);
  const groups = isWhole ? periods : periods.map(without);
  if (!groups.length) return null;
  const top = groups.reduce((a, b) => (total(b) > total(a) ? b : a));
  const ran = { kinds: isWhole ? ["all"] : [] };
  return (
    <Chart
      name="time"
      title="Passages over time"
      summary={`By the ${unit} of the first article that has them; most in ${top.label} (${number(total(top))}).${undated ? ` ${counted(undated, "passage")} without a date are not shown.` : ""} A column leads to all that ran in its ${unit}.`}
    >
      <Wide>
        {(width) => (
          <Columns<Period>
            name="time"
            title={`Passages by ${unit}`}
            groups={groups}
            keys={keys(isWhole)}
            width={width}
            most={highest(groups)}
            tick={(period) => TICKS[unit]?.(period.begin) ?? period.label}
            href={(period) => linkOnly("passages", { ...ran, from: day(period.begin), to: day(period.last) })}
          />
        )}
      </Wide>
      <Numbers name="time" label={unit} groups={periods} />
    </Chart>
  );
}

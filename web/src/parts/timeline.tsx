/** When the articles of a passage were published: a row an outlet, a sign an article. */
import { scaleUtc } from "d3-scale";
import { utcFormat } from "d3-time-format";
import { at, type Report } from "../data/report";
import { link } from "../state/store";
import { bounds, moment } from "../text/firstness";
import { counted, duration, shown, time } from "../text/words";
import { Chart } from "./chart";
import { ROLES } from "./elsewhere";
import { cut, LETTER } from "./letters";
import { useReport } from "./small";
import { Wide } from "./wide";

/** More outlets share the last row. */
const MOST_ROWS = 14;
/** More signs are no links: the list of uses has them. */
const MOST_LINKS = 60;
const [ROW, TOP, BOTTOM] = [26, 8, 30];
const UNDATED = 64;
const DAY = 86_400;

interface Row {
  name: string;
  uses: number[];
}

/** The uses of a passage by outlet, the outlet of the earliest use first; those beyond MOST_ROWS together. */
export function rowsOf(report: Report, uses: readonly number[]): Row[] {
  const rows = new Map<string, Row>();
  for (const use of uses) {
    const name = report.outlet(at(report.uses.document, use)) ?? "no outlet given";
    if (!rows.has(name)) rows.set(name, { name, uses: [] });
    rows.get(name)?.uses.push(use);
  }
  const all = [...rows.values()];
  if (all.length <= MOST_ROWS) return all;
  const rest = all.slice(MOST_ROWS - 1);
  return [
    ...all.slice(0, MOST_ROWS - 1),
    { name: counted(rest.length, `other ${report.head.noun}`), uses: rest.flatMap((row) => row.uses) },
  ];
}

export function Timeline({ passage }: { passage: number }) {
  const report = useReport();
  const uses = report.usesOf(passage);
  const dated = uses.filter((use) => publishedOf(report, use) !== null);
  const summary = summaryOf(report, uses, dated);
  if (!dated.length) return <p>When it appeared is not known: none of its articles has a date.</p>;
  return (
    <Wide>
      {(width) => (
        <Chart name={`passage-${at(report.passages.id, passage)}`} title="When it appeared" summary={summary}>
          <Drawing uses={uses} dated={dated} width={width} summary={summary} />
        </Chart>
      )}
    </Wide>
  );
}

interface DrawingProps {
  uses: number[];
  dated: number[];
  width: number;
  summary: string;
}

function Drawing({ uses, dated, width, summary }: DrawingProps) {
  const report = useReport();
  const rows = rowsOf(report, uses);
  const areLinks = uses.length <= MOST_LINKS;
  const longest = Math.max(...rows.map(({ name }) => [...shown(name)].length));
  const names = Math.min(LETTER * longest + 12, 0.34 * width);
  const right = width - (dated.length < uses.length ? UNDATED : 12);
  const spans = dated.map((use) => bounds(report, at(report.uses.document, use)));
  const [from, to] = [Math.min(...spans.map(([low]) => low)), Math.max(...spans.map(([, high]) => high))];
  const margin = Math.max(1800, 0.02 * (to - from));
  const x = scaleUtc([1000 * (from - margin), 1000 * (to + margin)], [names + 8, right]);
  const bottom = TOP + rows.length * ROW;
  const hasHours = dated.some((use) => at(report.documents.dated, at(report.uses.document, use)));
  const ticks = x
    .ticks(Math.max(2, Math.floor((right - names) / 110)))
    .filter((tick) => hasHours || Number(tick) % (1000 * DAY) === 0);
  const format = tickFormat(ticks);
  return (
    <svg
      viewBox={`0 0 ${width} ${bottom + BOTTOM}`}
      role={areLinks ? "group" : "img"}
      aria-label={summary}
      class="timeline"
    >
      {ticks.map((tick) => (
        <g key={+tick}>
          <line class="grid" x1={x(tick)} x2={x(tick)} y1={TOP} y2={bottom} />
          {x(tick) < width - 40 && (
            <text class="dim" x={x(tick)} y={bottom + 16} text-anchor="middle">
              {format(tick)}
            </text>
          )}
        </g>
      ))}
      {dated.length < uses.length && (
        <text class="dim" x={right + UNDATED / 2 + 4} y={bottom + 16} text-anchor="middle">
          undated
        </text>
      )}
      {rows.map((row, place) => {
        const y = TOP + (place + 0.5) * ROW;
        return (
          <g key={row.name}>
            <line class="grid" x1={names + 8} x2={right} y1={y} y2={y} />
            <text x={names} y={y} text-anchor="end" dominant-baseline="middle">
              {cut(shown(row.name), names)}
            </text>
            {(areLinks ? row.uses : apart(report, row.uses, x)).map((use) => (
              <Sign key={use} use={use} y={y} x={x} undated={right + UNDATED / 2 + 4} isLink={areLinks} />
            ))}
          </g>
        );
      })}
    </svg>
  );
}

/** The uses without those whose signs would cover one another wholly: a row has as many signs as pixels, at most. */
function apart(report: Report, uses: readonly number[], x: (time: number) => number): number[] {
  const seen = new Set<string>();
  return uses.filter((use) => {
    const [low] = bounds(report, at(report.uses.document, use));
    const place = `${at(report.uses.role, use)} ${Math.round(x(1000 * low))}`;
    return !seen.has(place) && seen.add(place);
  });
}

interface SignProps {
  use: number;
  y: number;
  x: (time: number) => number;
  undated: number;
  isLink: boolean;
}

/** A use: its time as a sign by its role, or its day as a bar with the sign in its middle. */
function Sign({ use, y, x, undated, isLink }: SignProps) {
  const report = useReport();
  const document = at(report.uses.document, use);
  const role = at(report.uses.role, use);
  const [low, high] = bounds(report, document);
  const isDated = Number.isFinite(low);
  const [left, right] = isDated ? [x(1000 * low), x(1000 * high)] : [undated, undated];
  const [middle, r] = [(left + right) / 2, 6];
  const drawn = (
    <g class={`sign role-${role}`}>
      {right - left > 2 * r && <line class="day" x1={left} x2={right} y1={y} y2={y} />}
      {role === 0 ? (
        <path
          d={`M${middle - r - 1} ${y}L${middle} ${y - r - 1}L${middle + r + 1} ${y}L${middle} ${y + r + 1}Z`}
        />
      ) : (
        <circle cx={middle} cy={y} r={r - 1} />
      )}
    </g>
  );
  if (!isLink) return drawn;
  const { documents, passages, passageOf } = report;
  const id = at(passages.id, at(passageOf, use));
  return (
    <a
      href={link("article", [at(documents.id, document)], id)}
      aria-label={`${shown(report.name(document))}, ${moment(report, document)}, ${ROLES[role]}`}
    >
      <title>{`${shown(report.name(document))}, ${moment(report, document)}, ${ROLES[role]}`}</title>
      {drawn}
    </a>
  );
}

function publishedOf(report: Report, use: number): number | null {
  return at(report.documents.published, at(report.uses.document, use));
}

function summaryOf(report: Report, uses: readonly number[], dated: readonly number[]): string {
  const undated = uses.length - dated.length;
  const rest = undated ? `; ${undated} undated` : "";
  const times = dated.map((use) => publishedOf(report, use) as number);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const isDay = dated.some((use) => !at(report.documents.dated, at(report.uses.document, use)));
  const span =
    from === to
      ? `all of ${time(from, !isDay)}`
      : `from ${time(from, !isDay)} to ${time(to, !isDay)}, ${duration(to - from)}`;
  return `${counted(uses.length, "use")} in articles ${span}${rest}. ◆ had it first, ● copy, ○ first not known.${
    isDay ? " A bar is a day of which the hour is not known." : ""
  }`;
}

/** Times of an axis in words of one form: their distance decides which. */
function tickFormat(ticks: readonly Date[]): (tick: Date) => string {
  const step = (Number(ticks[1] ?? 0) - Number(ticks[0] ?? 0)) / 1000;
  if (step >= 27 * DAY) return utcFormat("%b %Y");
  if (step >= DAY || ticks.length < 2) return utcFormat("%-d %b %Y");
  return utcFormat("%-d %b, %H:%M");
}

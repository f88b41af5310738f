/** Columns that stand side by side, of two segments each: passages that people look for, and the rest. */
import { scaleBand, scaleLinear } from "d3-scale";
import type { Group } from "../data/figures";
import { counted, number } from "../text/words";
import { type Key, Legend, legendPlaces, Patterns, paint } from "./composition";

export const USUAL_STYLE = "agency";
export const REST_STYLE = "quotation";

interface Props<G extends Group> {
  /** Names patterns; of one chart of the page alone. */
  name: string;
  title: string;
  groups: readonly G[];
  /** What the two segments mean; of one alone, if there is but one. */
  keys: readonly Key[];
  width: number;
  most: number;
  /** What stands under a column, and where it leads. */
  tick: (group: G) => string;
  href?: (group: G) => string;
}

const HEIGHT = 150;
const [TOP, BOTTOM, LEFT] = [16, 22, 44];

export function Columns<G extends Group>({ name, title, groups, keys, width, most, tick, href }: Props<G>) {
  const x = scaleBand<number>().domain(groups.keys()).range([LEFT, width]).paddingInner(0.15);
  const y = scaleLinear()
    .domain([0, most])
    .nice(4)
    .range([HEIGHT - BOTTOM, TOP]);
  const base = HEIGHT - BOTTOM;
  const head = legendPlaces(keys, width).height;
  const every = Math.ceil(56 / Math.max(x.step(), 1)); // ticks that have room
  return (
    <svg viewBox={`0 ${-head} ${width} ${HEIGHT + head}`} role={href ? "group" : "img"} aria-label={title}>
      <Patterns of={name} />
      <g transform={`translate(0 ${-head})`}>
        <Legend keys={keys} width={width} patterns={name} />
      </g>
      {y.ticks(4).map((value) => (
        <g key={value}>
          <line class="grid-line" x1={LEFT} x2={width} y1={y(value)} y2={y(value)} />
          <text class="dim" x={LEFT - 6} y={y(value) + 4} text-anchor="end">
            {number(value)}
          </text>
        </g>
      ))}
      {groups.map((group, n) => {
        const [left, band, middle] = [x(n) ?? 0, x.bandwidth(), y(group.usual)];
        const top = y(group.usual + group.rest);
        const body = (
          <>
            <rect class="row-ground" x={left} y={TOP} width={band} height={base - TOP} />
            <rect x={left} y={middle} width={band} height={base - middle} {...paint(name, USUAL_STYLE)} />
            <rect x={left} y={top} width={band} height={middle - top} {...paint(name, REST_STYLE)} />
            {band > 28 && (
              <text x={left + band / 2} y={top - 4} text-anchor="middle">
                {number(group.usual + group.rest)}
              </text>
            )}
            <title>{spoken(group)}</title>
          </>
        );
        return href && group.usual + group.rest > 0 ? (
          <a key={group.label} href={href(group)} aria-label={spoken(group)}>
            {body}
          </a>
        ) : (
          <g key={group.label}>{body}</g>
        );
      })}
      {groups.map((group, n) =>
        n % every === 0 ? (
          <text
            key={group.label}
            class="dim"
            x={(x(n) ?? 0) + x.bandwidth() / 2}
            y={HEIGHT - 6}
            text-anchor="middle"
          >
            {tick(group)}
          </text>
        ) : null,
      )}
    </svg>
  );
}

/** A column in words. */
export function spoken({ label, usual, rest }: Group): string {
  const all = `${label}: ${counted(usual + rest, "passage")}`;
  return rest ? `${all}, of them ${number(rest)} of quotations, boilerplate and stock phrases` : all;
}

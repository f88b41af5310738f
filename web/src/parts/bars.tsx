/** Bars that lie, one a row: a name, a bar of segments, a note. On narrow places the bar stands under its name. */
import type { JSX } from "preact";
import { type Key, Legend, legendPlaces, Patterns, paint } from "./composition";
import { cut, LETTER } from "./letters";

export interface Segment {
  value: number;
  /** The style of an origin. */
  style: string;
  /** In words, for the pointer. */
  name: string;
}

export interface Row {
  key: string | number;
  label: string;
  /** What stands right of the bar. */
  note: string;
  segments: Segment[];
  /** Where the row leads. */
  href: string;
}

interface Props {
  /** Names patterns; of one chart of the page alone. */
  name: string;
  title: string;
  rows: Row[];
  /** What the styles of the segments mean, where the rows do not say. */
  keys?: readonly Key[];
  width: number;
  /** The value that a bar of the full width has. */
  most: number;
}

const NARROW = 620;

export function Bars({ name, title, rows, keys = [], width, most }: Props) {
  const isNarrow = width < NARROW;
  const longest = Math.max(...rows.map((row) => row.note.length));
  const [left, right] = isNarrow
    ? [0, 0]
    : [Math.min(210, 0.24 * width), Math.min(LETTER * longest + 12, 0.4 * width)];
  const [height, bar] = isNarrow ? [38, 14] : [24, 16];
  const head = legendPlaces(keys, width).height;
  const scale = (value: number) => (most > 0 ? (value / most) * (width - left - right) : 0);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a picture has no fieldset
    <svg viewBox={`0 0 ${width} ${head + rows.length * height}`} role="group" aria-label={title}>
      <Patterns of={name} />
      <Legend keys={keys} width={width} patterns={name} />
      {rows.map((row, number) => {
        const top = head + number * height;
        const room = Math.max(width - LETTER * row.note.length - 12, 0.5 * width); // of a label above its bar
        const used = Math.min(LETTER * row.label.length, room);
        const y = top + (isNarrow ? 19 : 4);
        return (
          <a key={row.key} href={row.href}>
            <rect class="row-ground" x={0} y={top} width={width} height={height} />
            <text
              x={isNarrow ? 0 : left - 8}
              y={isNarrow ? y - 5 : y + 12}
              text-anchor={isNarrow ? "start" : "end"}
            >
              {cut(row.label, isNarrow ? room : left - 8)}
            </text>{" "}
            <Segments name={name} row={row} left={left} y={y} height={bar} scale={scale} />
            <text
              class="dim"
              x={isNarrow ? width : left + scale(total(row)) + 8}
              y={isNarrow ? y - 5 : y + 12}
              text-anchor={isNarrow ? "end" : "start"}
            >
              {cut(row.note, isNarrow ? width - used - 12 : width - left - scale(total(row)) - 8)}
            </text>
          </a>
        );
      })}
    </svg>
  );
}

const total = (row: Row): number => row.segments.reduce((sum, { value }) => sum + value, 0);

function Segments(props: {
  name: string;
  row: Row;
  left: number;
  y: number;
  height: number;
  scale: (value: number) => number;
}): JSX.Element {
  const { name, row, left, y, height, scale } = props;
  let begin = left;
  return (
    <g>
      {row.segments.map((segment) => {
        const x = begin;
        const width = scale(segment.value);
        begin += width;
        return segment.value > 0 ? (
          <rect
            key={segment.name}
            x={x}
            y={y}
            width={Math.max(width, 0.75)}
            height={height}
            {...paint(name, segment.style)}
          >
            <title>{segment.name}</title>
          </rect>
        ) : null;
      })}
    </g>
  );
}

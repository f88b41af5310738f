/** The words of an article, an outlet or all, parted by origin, as a bar: told apart by pattern as well as by colour. */
import type { Composition } from "../data/block";
import { percent } from "../text/words";
import { type Origin, PART_NAMES, PARTS } from "./kinds";
import { LETTER, linesOf } from "./letters";

/** The patterns, by style: each chart that is saved needs its own, under a name that no other has. */
export function Patterns({ of }: { of: string }) {
  const id = (style: string) => `${of}-${style}`;
  const box = { patternUnits: "userSpaceOnUse" as const, width: 6, height: 6 };
  return (
    <defs>
      <pattern id={id("copied")} {...box} patternTransform="rotate(45)">
        <rect class="ground-copied" width="6" height="6" />
        <rect class="ink-copied" width="3" height="6" />
      </pattern>
      <pattern id={id("quotation")} {...box}>
        <rect class="ground-quotation" width="6" height="6" />
        <circle class="ink-quotation" cx="3" cy="3" r="1.8" />
      </pattern>
      <pattern id={id("boilerplate")} {...box}>
        <rect class="ground-boilerplate" width="6" height="6" />
        <rect class="ink-boilerplate" width="6" height="2.5" />
      </pattern>
      <pattern id={id("unclear")} {...box}>
        <rect class="ground-unclear" width="6" height="6" />
        <path class="line-unclear" d="M0 0L6 6M6 0L0 6" />
      </pattern>
      <pattern id={id("release")} {...box}>
        <rect class="ground-release" width="6" height="6" />
        <rect class="ink-release" width="2.5" height="6" />
      </pattern>
    </defs>
  );
}

const PLAIN = new Set(["agency", "agency-light", "own"]);

/** What fills a mark: agency copy and own text are plain. */
export function paint(patterns: string, style: string): { class: string; fill?: string } {
  return PLAIN.has(style)
    ? { class: `ink-${style} edge` }
    : { class: "edge", fill: `url(#${patterns}-${style})` };
}

/** The shares in words, those that there are: "Agency copy 40.0 %, Own text 60.0 %". */
export function spoken(shares: Composition): string {
  const there = PART_NAMES.filter((part) => shares[part] > 0);
  return there.map((part) => `${PARTS[part].label} ${percent(shares[part])}`).join(", ") || "no words";
}

/** A small bar for a row of a list. Its patterns are named "bar": the view draws `SharedPatterns` once. */
export function CompositionBar({ of }: { of: Composition }) {
  let begin = 0;
  return (
    <svg class="composition" role="img" aria-label={spoken(of)}>
      {PART_NAMES.map((part) => {
        const x = begin;
        begin += 100 * of[part];
        return of[part] > 0 ? (
          <rect key={part} x={`${x}%`} width={`${100 * of[part]}%`} height="100%" {...paint("bar", part)} />
        ) : null;
      })}
    </svg>
  );
}

export function SharedPatterns() {
  return (
    <svg class="unseen" aria-hidden="true" width="0" height="0">
      <Patterns of="bar" />
    </svg>
  );
}

/** A square in the colour and pattern of an origin. */
export function Swatch({ origin }: { origin: Origin }) {
  return (
    <svg class="sample" viewBox="0 0 14 14" aria-hidden="true">
      <rect x="0.5" y="0.5" width="13" height="13" {...paint("bar", origin.style)} />
    </svg>
  );
}

/** What the colours and patterns of a chart mean, within the chart, so that a saved one has it too. */
export interface Key {
  style: string;
  label: string;
}

const [LINE, SWATCH, GAP] = [18, 18, 16]; // pixels: height of a line, a swatch with its space, space between entries

interface Entry {
  x: number;
  y: number;
  lines: string[];
}

/** Where the entries of a legend stand, entries too long for the width in several lines, and its height. */
export function legendPlaces(keys: readonly Key[], width: number): { entries: Entry[]; height: number } {
  let [x, y] = [0, 0];
  const entries = keys.map(({ label }) => {
    const lines = linesOf(label, width - SWATCH);
    const size = SWATCH + LETTER * Math.max(...lines.map((line) => line.length)) + GAP;
    if (x > 0 && (lines.length > 1 || x + size - GAP > width)) [x, y] = [0, y + LINE];
    const entry = { x, y, lines };
    if (lines.length > 1) y += LINE * lines.length;
    else x += size;
    return entry;
  });
  const last = entries.at(-1);
  return { entries, height: last ? last.y + LINE * last.lines.length + 8 : 0 };
}

export function Legend({ keys, width, patterns }: { keys: readonly Key[]; width: number; patterns: string }) {
  const { entries } = legendPlaces(keys, width);
  return (
    <g>
      {keys.map(({ style, label }, n) => {
        const { x, y, lines } = entries[n] as Entry;
        return (
          <g key={label}>
            <rect x={x} y={y + 3} width="12" height="12" {...paint(patterns, style)} />
            <text x={x + SWATCH} y={y + 13}>
              {lines.map((line, place) => (
                <tspan key={line} x={x + SWATCH} dy={place && LINE}>
                  {line}
                </tspan>
              ))}
            </text>
          </g>
        );
      })}
    </g>
  );
}

/** The parts with their swatches, beside bars of a list. */
export function PartLegend() {
  return (
    <ul class="part-legend" aria-label="What the parts of a bar are">
      {PART_NAMES.map((part) => (
        <li key={part}>
          <Swatch origin={PARTS[part]} /> {PARTS[part].label}
        </li>
      ))}
    </ul>
  );
}

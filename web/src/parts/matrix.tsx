/** The matrix as a grid: one stop for the tab key, arrow keys between cells and names. */
import { type Signal, useSignal } from "@preact/signals";
import type { TargetedEvent } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { arrow, type Cell, cell, type Sharing, shades } from "../data/matrix";
import { number, percent, shown as plain } from "../text/words";
import { Name } from "./small";

interface Props {
  sharing: Sharing;
  /** The outlets, in order. */
  shown: number[];
  /** The pair that is chosen, and the outlets that are. */
  pair: readonly [string, string] | null;
  outlets: readonly string[];
  onPair: (a: string, b: string) => void;
  onOutlet: (name: string) => void;
}

const MOST_WITH_NUMBERS = 14; // outlets, up to which cells have room for their numbers

/** A place in the grid: 0 is the line of names. */
type Place = [row: number, column: number];

export function Matrix(props: Props) {
  const { sharing, shown, pair, outlets, onPair, onOutlet } = props;
  const looked = useSignal<Place | null>(null);
  const table = useRef<HTMLTableElement>(null);
  const name = (place: number) => sharing.name(shown[place - 1] ?? -1);
  const act = ([row, column]: Place) => {
    if (row && column) {
      if (row !== column) onPair(name(row), name(column));
    } else if (row || column) onOutlet(name(row || column));
  };
  const move = (event: KeyboardEvent) => {
    const from = placeOf(event);
    if (!from) return;
    if ((event.key === "Enter" || event.key === " ") && from[0] && from[1]) {
      event.preventDefault();
      act(from);
      return;
    }
    const to = target(event, from, shown.length);
    if (!to) return;
    event.preventDefault();
    focus(table.current, to);
  };
  const onLook = (event: TargetedEvent<HTMLTableElement>) => {
    looked.value = placeOf(event);
  };
  return (
    <>
      <Readout looked={looked} sharing={sharing} shown={shown} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, which the keyboard must be able to do */}
      <section class="matrix-box" aria-label="Matrix, scrolls" tabIndex={0}>
        <table
          ref={table}
          // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table is what a grid is made of
          role="grid"
          class={shown.length <= MOST_WITH_NUMBERS ? "matrix roomy" : "matrix"}
          aria-label={`Words that ${shown.length} ${sharing.head.noun}s share, each with each`}
          onKeyDown={move}
          onClick={(event) => {
            const place = placeOf(event);
            if (place) act(place);
          }}
          onPointerOver={onLook}
          onPointerLeave={() => {
            looked.value = null;
          }}
          onFocusIn={(event) => {
            const place = placeOf(event);
            if (place) stop(table.current, place);
            looked.value = place;
          }}
        >
          <Rows sharing={sharing} shown={shown} pair={pair} outlets={outlets} />
        </table>
      </section>
    </>
  );
}

/** The rows, drawn again only when what they show changes. */
function Rows({ sharing, shown, pair, outlets }: Pick<Props, "sharing" | "shown" | "pair" | "outlets">) {
  const shade = useMemo(() => shades(sharing.head.pairs).of, [sharing]);
  const isChosen = (row: number, column: number) => {
    const names = [sharing.name(row), sharing.name(column)];
    return pair?.every((name) => names.includes(name)) ?? false;
  };
  const isEdge = (place: number) =>
    place > 0 && sharing.groupOf.get(shown[place] ?? -1) !== sharing.groupOf.get(shown[place - 1] ?? -1);
  return useMemo(
    () => (
      <>
        <thead>
          <tr>
            <td class="corner" />
            {shown.map((outlet, column) => (
              <th key={outlet} scope="col" class={isEdge(column) ? "edge-left" : ""}>
                <Head
                  name={sharing.name(outlet)}
                  place={[0, column + 1]}
                  isSet={outlets.includes(sharing.name(outlet))}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((outlet, row) => (
            <tr key={outlet} class={isEdge(row) ? "edge-top" : ""}>
              <th scope="row">
                <Head
                  name={sharing.name(outlet)}
                  place={[row + 1, 0]}
                  isSet={outlets.includes(sharing.name(outlet))}
                />
              </th>
              {shown.map((other, column) => {
                const value = cell(sharing, outlet, other);
                return (
                  <td
                    key={other}
                    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a cell of the grid
                    role="gridcell"
                    tabIndex={row === 0 && column === Math.min(1, shown.length - 1) ? 0 : -1}
                    data-row={row + 1}
                    data-column={column + 1}
                    class={`${outlet === other ? "same" : value ? `shade-${shade(value.words)}` : ""} ${isEdge(column) ? "edge-left" : ""}`}
                    aria-selected={isChosen(outlet, other)}
                    aria-label={told(sharing, outlet, other, value)}
                  >
                    {value && (
                      <>
                        <span class="value">{number(value.words)}</span>
                        {arrow(value)}
                      </>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </>
    ),
    [sharing, shown, pair, outlets],
  );
}

/** A name, which sets the filter of outlets. */
function Head({ name, place: [row, column], isSet }: { name: string; place: Place; isSet: boolean }) {
  return (
    <button
      type="button"
      tabIndex={-1}
      data-row={row}
      data-column={column}
      aria-pressed={isSet}
      title={plain(name)}
    >
      <Name of={name} />
    </button>
  );
}

/** What the cell under the pointer, or with the focus, says. */
function Readout({
  looked,
  sharing,
  shown,
}: { looked: Signal<Place | null> } & Pick<Props, "sharing" | "shown">) {
  const [row, column] = looked.value ?? [0, 0];
  const [one, other] = [shown[row - 1], shown[column - 1]];
  const { noun } = sharing.head;
  return (
    <p class="readout" aria-hidden="true">
      {one !== undefined && other !== undefined ? (
        told(sharing, one, other, cell(sharing, one, other))
      ) : one !== undefined || other !== undefined ? (
        `${plain(sharing.name(one ?? other ?? -1))}: ${number(sharing.shared.get(one ?? other ?? -1) ?? 0)} words shared, pair by pair; a click filters by it`
      ) : (
        <span class="dim">
          Point at a cell to read it; click it to see the passages that both {noun}s have.
        </span>
      )}
    </p>
  );
}

export function told(sharing: Sharing, row: number, column: number, value: Cell | null): string {
  const [one, other] = [plain(sharing.name(row)), plain(sharing.name(column))];
  if (row === column) return `${one}: the same ${sharing.head.noun}`;
  if (!value) return `${one} and ${other}: nothing shared`;
  const first = [
    ...(value.row > 0 ? [`${one} had ${number(value.row)} first`] : []),
    ...(value.column > 0 ? [`${other} had ${number(value.column)} first`] : []),
  ];
  const unknown = value.words - value.row - value.column;
  const rest =
    unknown <= 0
      ? []
      : [first.length ? `not known for ${percent(unknown / value.words)}` : "who was first is not known"];
  return `${one} and ${other}: ${number(value.words)} ${value.words === 1 ? "word" : "words"}; ${[...first, ...rest].join(", ")}`;
}

function placeOf(event: Event): Place | null {
  const found = event.target instanceof Element ? event.target.closest("[data-row]") : null;
  return found instanceof HTMLElement ? [Number(found.dataset.row), Number(found.dataset.column)] : null;
}

/** Where a key leads; null for other keys, and into the empty corner. */
export function target(event: KeyboardEvent, [row, column]: Place, size: number): Place | null {
  const kept = (value: number) => Math.max(0, Math.min(size, value));
  const leads: Record<string, Place> = {
    ArrowUp: [kept(row - 1), column],
    ArrowDown: [kept(row + 1), column],
    ArrowLeft: [row, kept(column - 1)],
    ArrowRight: [row, kept(column + 1)],
    PageUp: [kept(row - 10), column],
    PageDown: [kept(row + 10), column],
    Home: event.ctrlKey ? [1, 1] : [row, row ? 0 : 1],
    End: event.ctrlKey ? [size, size] : [row, size],
  };
  const to = leads[event.key];
  return to && (to[0] || to[1]) ? to : null;
}

/** Make a place the one stop of the tab key. */
function stop(table: HTMLTableElement | null, place: Place): HTMLElement | null {
  const found =
    table?.querySelector<HTMLElement>(`[data-row="${place[0]}"][data-column="${place[1]}"]`) ?? null;
  for (const old of table?.querySelectorAll<HTMLElement>('[tabindex="0"]') ?? []) old.tabIndex = -1;
  if (found) found.tabIndex = 0;
  return found;
}

function focus(table: HTMLTableElement | null, place: Place): void {
  stop(table, place)?.focus();
}

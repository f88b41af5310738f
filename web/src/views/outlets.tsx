/** Who shares with whom: the matrix of outlets, and the passages of a pair. */
import { useId, useMemo, useRef, useState } from "preact/hooks";
import type { Head } from "../data/block";
import { nameOf, ranked, Sharing, shades } from "../data/matrix";
import { at } from "../data/report";
import { FilterStrip } from "../parts/filters";
import { Matrix } from "../parts/matrix";
import { withPicture } from "../parts/matrix_picture";
import { PlainTable } from "../parts/plain_table";
import { savePng, saveSvg } from "../parts/save";
import { Name, useReport } from "../parts/small";
import { arrange } from "../state/arrangement";
import { filters, here, linkTo, selected, setFilters } from "../state/store";
import { counted, number, shown as plain } from "../text/words";
import { Row } from "./passages";

const COUNTS = [20, 40, 80, 150];
const USUAL_COUNT = 40;
const FIRST = 8; // passages of a pair that are shown here

export function Outlets() {
  const { head } = useReport();
  const sharing = useMemo(() => new Sharing(head), [head]);
  const [count, group, name] = arrangement(sharing);
  const shown = useMemo(() => sharing.shown({ count, group, name }), [sharing, count, group, name]);
  const { pair, outlets } = filters.value;
  const below = useRef<HTMLElement>(null);
  const choose = (a: string, b: string) => {
    setFilters({ pair: [a, b] });
    setTimeout(() => below.current?.querySelector("h2")?.scrollIntoView({ block: "nearest" }), 60);
  };
  const toggle = (outlet: string) =>
    setFilters({
      outlets: outlets.includes(outlet) ? outlets.filter((one) => one !== outlet) : [...outlets, outlet],
    });
  return (
    <>
      <h1>Who shares with whom</h1>
      <p>
        {summary(head)}{" "}
        <span class="dim">
          Counted are agency copy, copies, press releases and what is not clear; not quotations, boilerplate
          and stock phrases.
        </span>
      </p>
      <FilterStrip />
      {head.pairs.length > 0 && (
        <>
          <Controls sharing={sharing} shown={shown} count={count} group={group} name={name} />
          <Legend head={head} />
          <Matrix
            key={shown.join()}
            sharing={sharing}
            shown={shown}
            pair={pair}
            outlets={outlets}
            onPair={choose}
            onOutlet={toggle}
          />
          <p class="chart-files">
            <button type="button" class="quiet" onClick={() => void withPicture(sharing, shown, saveSvg)}>
              Save as SVG<span class="unseen">: the matrix</span>
            </button>
            <button type="button" class="quiet" onClick={() => void withPicture(sharing, shown, savePng)}>
              Save as PNG<span class="unseen">: the matrix</span>
            </button>
          </p>
          <section ref={below} aria-label="The pair that is chosen">
            <Both />
          </section>
          <Pairs head={head} />
        </>
      )}
    </>
  );
}

/** What the address says: how many, the group, a part of a name. */
function arrangement(sharing: Sharing): [number, number | null, string] {
  const [count = "", group = "", name = ""] = here.value.of;
  const known = sharing.groups.some(([one]) => String(one) === group);
  return [COUNTS.find((one) => String(one) === count) ?? USUAL_COUNT, known ? Number(group) : null, name];
}

/** What the matrix says, in words. */
function summary(head: Head): string {
  const [top] = ranked(head.pairs);
  if (!top)
    return `No two ${head.noun}s share agency copy, copies, press releases, or text that is not clear.`;
  const [a, b] = [nameOf(head, top.a), nameOf(head, top.b)].map(plain);
  return (
    `${counted(head.order.length, head.noun)} share words in ${counted(head.pairs.length, "pair")}, most of them ` +
    `${a} and ${b} (${number(top.words)} words).` +
    (head.unlisted
      ? ` ${counted(head.unlisted, `more ${head.noun}`)} that share less are not in the matrix.`
      : "")
  );
}

interface ControlProps {
  sharing: Sharing;
  shown: number[];
  count: number;
  group: number | null;
  name: string;
}

function Controls({ sharing, shown, count, group, name }: ControlProps) {
  const id = useId();
  const [typed, setTyped] = useState(name);
  const { noun, order } = sharing.head;
  const counts = COUNTS.filter((_, place) => place === 0 || at(COUNTS, place - 1) < order.length);
  const set = (change: Partial<{ count: number; group: string; name: string }>) => {
    const next = { count, group: group === null ? "" : String(group), name, ...change };
    const first = next.count === USUAL_COUNT && !next.group && !next.name ? "" : String(next.count);
    arrange([first, next.group, next.name]);
  };
  return (
    <div class="controls">
      <p class="field">
        <label for={`${id}-count`}>Show</label>
        <select
          id={`${id}-count`}
          value={String(counts.find((one) => one >= count) ?? counts[counts.length - 1])}
          onChange={(event) => set({ count: Number(event.currentTarget.value) })}
        >
          {counts.map((one) => (
            <option key={one} value={String(one)}>
              {one >= order.length ? `all ${order.length}` : `the ${one} most connected`}
            </option>
          ))}
        </select>
      </p>
      <p class="field">
        <label for={`${id}-group`}>Group</label>
        <select
          id={`${id}-group`}
          value={group === null ? "" : String(group)}
          onChange={(event) => set({ group: event.currentTarget.value })}
        >
          <option value="">all groups</option>
          {sharing.groups.map(([one, outlets]) => (
            <option key={one} value={String(one)}>
              {outlets
                .slice(0, 2)
                .map((outlet) => plain(sharing.name(outlet)))
                .join(", ")}
              {outlets.length > 2 && ` and ${outlets.length - 2} more`}
            </option>
          ))}
        </select>
      </p>
      <p class="field">
        <label for={`${id}-name`}>Name has</label>
        <input
          id={`${id}-name`}
          type="search"
          value={typed}
          placeholder={`part of an ${noun}'s name`}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            set({ name: event.currentTarget.value });
          }}
        />
      </p>
      <span class="dim" role="status">
        {counted(shown.length, noun)} shown
        {name && ": those named so, and the ones that share most with them"}
      </span>
    </div>
  );
}

function Legend({ head }: { head: Head }) {
  const { of, from } = shades(head.pairs);
  return (
    <ul class="part-legend matrix-legend" aria-label="What the cells say">
      {from.map((words, place) => (
        <li key={words}>
          <span class={`shade shade-${of(words)}`} aria-hidden="true" />
          {place + 1 < from.length
            ? `${number(words)} to ${number(at(from, place + 1) - 1)}`
            : `${number(words)} and more`}
          {place === 0 && " words"}
        </li>
      ))}
      <li>← the {head.noun} of the row had more than half of it first</li>
      <li>↑ that of the column had</li>
      <li>no arrow: neither is known to</li>
      <li>thick lines part groups that share much with one another</li>
    </ul>
  );
}

/** The passages that both of the chosen pair have. */
function Both() {
  const report = useReport();
  const { pair } = filters.value;
  if (!pair) return <p class="dim">The passages of a pair stand here when its cell is clicked.</p>;
  const words = report.passages.words;
  const passages = [...selected.value].sort((one, other) => at(words, other) - at(words, one) || one - other);
  return (
    <>
      <h2 class="both">
        What <Name of={pair[0]} /> and <Name of={pair[1]} /> both have
      </h2>
      <p role="status">
        {passages.length === 0
          ? "No passage of these is left by the filters. "
          : `${counted(passages.length, "passage")}${passages.length > FIRST ? `, the ${FIRST} longest here` : ""}. `}
        <a href={linkTo("passages", {})}>All in the list of passages</a>,{" "}
        <a href={linkTo("passages", { kinds: ["all"] })}>with quotations and boilerplate</a>
      </p>
      <ul class="few">
        {passages.slice(0, FIRST).map((passage) => (
          <li key={passage}>
            <Row report={report} passage={passage} />
          </li>
        ))}
      </ul>
    </>
  );
}

/** The numbers of the matrix as a table. */
function Pairs({ head }: { head: Head }) {
  const pairs = useMemo(() => ranked(head.pairs), [head]);
  const columns = [`${head.noun} A`, `${head.noun} B`, "words both have", "A had first", "B had first"];
  const rows = useMemo(
    () =>
      pairs.map(({ a, b, words, a_first, b_first }): [string, string, number, number, number] => [
        nameOf(head, a),
        nameOf(head, b),
        words,
        a_first,
        b_first,
      ]),
    [head, pairs],
  );
  return (
    <details>
      <summary>As a table: {counted(pairs.length, "pair")}</summary>
      <PlainTable name="pairs" label="Pairs, most words first" columns={columns} rows={rows} />
    </details>
  );
}

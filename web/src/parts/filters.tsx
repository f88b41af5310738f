/** The filters: a form over the lists, and a line that says which are set, for the views without the form. */
import { useId } from "preact/hooks";
import type { Report } from "../data/report";
import { CREDITED, type Filters, MARKED, NO_FILTERS, SORTS } from "../state/address";
import { kindsOf } from "../state/selection";
import { clearFilters, filters, found, here, setFilters } from "../state/store";
import { number } from "../text/words";
import { Choice, CountFilter, CREDITING_NAMES, DayFilter, NameFilter } from "./fields";
import { kind as kindOf } from "./kinds";
import { KindMark, Name, useReport } from "./small";

const SORT_NAMES: Record<(typeof SORTS)[number], string> = {
  reach: "widest reach",
  articles: "most articles",
  words: "longest",
  earliest: "earliest first",
  latest: "latest first",
  spread: "longest time between uses",
  confidence: "surest",
};
const CREDITED_NAMES: Record<(typeof CREDITED)[number], string> = {
  "": "credited or not",
  all: "credited by all who have it",
  some: "credited by some only",
  none: "credited by nobody",
};
const MARKED_NAMES: Record<(typeof MARKED)[number], string> = {
  "": "marked or not",
  unmarked: "not marked yet",
  reviewed: "reviewed",
  "not-reuse": "not reuse",
  noted: "with a note",
};

/** The form. Every control acts at once, and all of them together. */
export function FilterBar() {
  const report = useReport();
  return (
    <search class="filters">
      <form onSubmit={(event) => event.preventDefault()} aria-label="Filter passages">
        <div class="filter-row">
          <TextFilter />
          <Choice
            label="Sort"
            value={filters.value.sort}
            options={SORTS.map((name) => [name, SORT_NAMES[name]])}
            onChange={(sort) => setFilters({ sort: sort as Filters["sort"] })}
          />
        </div>
        <KindFilter report={report} />
        <details class="more-filters" open={hasMore(filters.value)}>
          <summary>More filters: agency, outlet, date, length, credit, marks</summary>
          <div class="filter-row">
            <NameFilter field="agencies" label="Agency" names={report.head.agencies.map((one) => one.name)} />
            <NameFilter
              field="outlets"
              label={report.head.noun === "outlet" ? "Outlet" : "Article"}
              names={report.head.outlets.map((one) => one.name)}
            />
            <DayFilter field="from" label="Published from" />
            <DayFilter field="to" label="to" />
            <CountFilter field="least" label="Words, at least" />
            <CountFilter field="most" label="at most" />
            <Choice
              label="Credit"
              value={filters.value.credited}
              options={CREDITED.map((name) => [name, CREDITED_NAMES[name]])}
              onChange={(credited) => setFilters({ credited: credited as Filters["credited"] })}
            />
            <Choice
              label="Marks"
              value={filters.value.marked}
              options={MARKED.map((name) => [name, MARKED_NAMES[name]])}
              onChange={(marked) => setFilters({ marked: marked as Filters["marked"] })}
            />
          </div>
        </details>
      </form>
    </search>
  );
}

/** What the filters are set to, each with a button that takes it away; nothing where none is set. */
export function FilterStrip() {
  const set = described(filters.value);
  if (!set.length) return null;
  return (
    <section class="strip" aria-label="Filters that are set">
      <span class="dim">Only {here.value.view === "articles" ? "articles" : "passages"}</span>
      <ul>
        {set.map(([name, text, without]) => (
          <li key={`${name}${text}`}>
            <button type="button" class="chip" onClick={() => setFilters(without)}>
              {name} <Name of={text} />
              <span aria-hidden="true"> ×</span>
              <span class="unseen">, take this filter away</span>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" class="quiet" onClick={clearFilters}>
        Clear all
      </button>
    </section>
  );
}

/** Words in which a filter is told, and the change that takes it away. */
function described(set: Filters): [string, string, Partial<Filters>][] {
  const told: [string, string, Partial<Filters>][] = [];
  for (const kind of set.kinds) {
    const label = kind === "all" ? "all kinds" : kindOf(kind).label;
    told.push(["of kind", label, { kinds: set.kinds.filter((one) => one !== kind) }]);
  }
  for (const name of set.agencies)
    told.push(["of", name, { agencies: set.agencies.filter((one) => one !== name) }]);
  for (const name of set.outlets)
    told.push(["in", name, { outlets: set.outlets.filter((one) => one !== name) }]);
  if (set.pair) told.push(["that both have:", set.pair.join(" and "), { pair: null }]);
  if (set.from) told.push(["published from", set.from, { from: "" }]);
  if (set.to) told.push(["published to", set.to, { to: "" }]);
  if (set.least !== null) told.push(["of at least", `${set.least} words`, { least: null }]);
  if (set.most !== null) told.push(["of at most", `${set.most} words`, { most: null }]);
  if (set.credited) told.push(["", CREDITED_NAMES[set.credited], { credited: "" }]);
  if (set.crediting) told.push(["agency", CREDITING_NAMES[set.crediting], { crediting: "" }]);
  if (set.marked) told.push(["", MARKED_NAMES[set.marked], { marked: "" }]);
  if (set.text) told.push(["with the words", set.text, { text: "" }]);
  return told;
}

/** Whether a filter is set that the folded part of the form holds. */
function hasMore(set: Filters): boolean {
  const names = ["from", "to", "least", "most", "credited", "marked"] as const;
  return (
    set.agencies.length > 0 || set.outlets.length > 0 || names.some((name) => set[name] !== NO_FILTERS[name])
  );
}

/** Full-text search; it follows the typing. */
function TextFilter() {
  const id = useId();
  return (
    <p class="field wide">
      <label for={id}>Search in the texts</label>
      <input
        id={id}
        type="search"
        value={filters.value.text}
        placeholder='words, or "a phrase"'
        onInput={(event) => setFilters({ text: event.currentTarget.value }, true)}
      />
      <span class="dim" role="status">
        {found.value === "searching" ? "Searching …" : ""}
      </span>
    </p>
  );
}

/** A button a kind; the kinds that are shown are pressed. */
function KindFilter({ report }: { report: Report }) {
  const known = report.head.kinds.filter((kind) => kind.passages > 0);
  const chosen = kindsOf(
    filters.value,
    known.map((kind) => kind.name),
  );
  const toggle = (name: string) => {
    const kinds = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
    setFilters({ kinds: kinds.filter((one) => known.some((kind) => kind.name === one)) });
  };
  return (
    <fieldset class="kinds">
      <legend class="unseen">Kinds of passages</legend>
      {known.map(({ name, passages }) => (
        <button
          key={name}
          type="button"
          class="kind-button"
          aria-pressed={chosen.includes(name)}
          onClick={() => toggle(name)}
        >
          <KindMark kind={name} /> <span class="count">{number(passages)}</span>
        </button>
      ))}
      <button type="button" class="quiet" onClick={() => setFilters({ kinds: ["all"] })}>
        All kinds
      </button>
    </fieldset>
  );
}

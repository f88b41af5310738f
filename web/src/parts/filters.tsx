/** The filters: a form over the lists, and a line that says which are set, for the views without the form. */
import { useId, useState } from "preact/hooks";
import type { Report } from "../data/report";
import { CREDITED, type Filters, MARKED, NO_FILTERS, SORTS } from "../state/address";
import { kindsOf } from "../state/selection";
import { clearFilters, filters, found, here, setFilters } from "../state/store";
import { shown } from "../text/words";
import { kind as kindOf } from "./kinds";
import { KindMark, Name, useReport } from "./small";

const SORT_NAMES: Record<(typeof SORTS)[number], string> = {
  reach: "agency copy and copies first, by reach",
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
      <span class="dim">Only passages</span>
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
          <KindMark kind={name} /> <span class="count">{passages.toLocaleString("en-US")}</span>
        </button>
      ))}
      <button type="button" class="quiet" onClick={() => setFilters({ kinds: ["all"] })}>
        All kinds
      </button>
    </fieldset>
  );
}

interface ChoiceProps {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}

export function Choice({ label, value, options, onChange }: ChoiceProps) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
    </p>
  );
}

// preact/compat, which the list needs, takes onChange of a field for onInput; with Capture it stays what it says.

/** A name to add to the ones that are chosen; the browser offers those that there are. */
export function NameFilter({
  field,
  label,
  names,
}: {
  field: "agencies" | "outlets";
  label: string;
  names: string[];
}) {
  const id = useId();
  const [typed, setTyped] = useState("");
  const known = names.filter(Boolean);
  const take = (value: string) => {
    const name = known.find(
      (one) => one === value || shown(one).toLowerCase() === value.trim().toLowerCase(),
    );
    setTyped(name === undefined ? value : "");
    if (name !== undefined && !filters.value[field].includes(name)) {
      setFilters({ [field]: [...filters.value[field], name] });
    }
  };
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        list={`${id}-names`}
        value={typed}
        placeholder={`any ${label.toLowerCase()}`}
        autocomplete="off"
        onChangeCapture={(event) => take(event.currentTarget.value)}
      />
      <datalist id={`${id}-names`}>
        {known.slice(0, 1000).map((name) => (
          <option key={name} value={shown(name)} />
        ))}
      </datalist>
    </p>
  );
}

export function DayFilter({ field, label }: { field: "from" | "to"; label: string }) {
  const id = useId();
  return (
    <p class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="date"
        value={filters.value[field]}
        onChangeCapture={(event) => setFilters({ [field]: event.currentTarget.value })}
      />
    </p>
  );
}

function CountFilter({ field, label }: { field: "least" | "most"; label: string }) {
  const id = useId();
  return (
    <p class="field narrow">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        value={filters.value[field] ?? ""}
        onChangeCapture={(event) => {
          const { value } = event.currentTarget;
          setFilters({ [field]: /^\d+$/.test(value) ? Number(value) : null });
        }}
      />
    </p>
  );
}

/** Whether the view has the form itself. */
export const hasForm = () => here.value.view === "passages";

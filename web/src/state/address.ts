/** The address: the view and the filters, as the fragment of the page holds them. */

export const VIEWS = [
  "overview",
  "outlets",
  "passages",
  "passage",
  "articles",
  "article",
  "compare",
  "about",
] as const;
export type View = (typeof VIEWS)[number];

export const SORTS = ["reach", "articles", "words", "earliest", "latest", "spread", "confidence"] as const;
export type Sort = (typeof SORTS)[number];

export const CREDITED = ["", "all", "some", "none"] as const;
export const CREDITING = ["", "yes", "partly", "no"] as const;
export const MARKED = ["", "unmarked", "reviewed", "not-reuse", "noted"] as const;

/** What passages must have to be listed. An empty list, string or null excludes none. */
export interface Filters {
  /** Kinds; empty for the usual ones (wire, copies, releases and what is not known), "all" alone for all. */
  kinds: string[];
  agencies: string[];
  /** Outlets of which one at least has the passage. */
  outlets: string[];
  /** Two outlets that both have it. */
  pair: [string, string] | null;
  /** Days, as 2019-01-31, within which an article has it. */
  from: string;
  to: string;
  least: number | null;
  most: number | null;
  /** Whether its articles credit its agency: all of them, some but not all, none. */
  credited: (typeof CREDITED)[number];
  /** Whether an article credits the agencies whose copy it has. */
  crediting: (typeof CREDITING)[number];
  marked: (typeof MARKED)[number];
  /** Words that its text must have. */
  text: string;
  sort: Sort;
}

export const NO_FILTERS: Filters = {
  kinds: [],
  agencies: [],
  outlets: [],
  pair: null,
  from: "",
  to: "",
  least: null,
  most: null,
  credited: "",
  crediting: "",
  marked: "",
  text: "",
  sort: "reach",
};

/** A view, what it shows, and the filters. */
export interface Address {
  view: View;
  /** passage: the passage_id; article: the document's id; compare: the ids of two. */
  of: string[];
  /** article, compare: the passage_id that is looked at. */
  passage: number | null;
  filters: Filters;
}

const LISTS = ["kinds", "agencies", "outlets"] as const;
const STRINGS = ["from", "to", "credited", "crediting", "marked", "text", "sort"] as const;
const NUMBERS = ["least", "most"] as const;
const ALLOWED: Partial<Record<(typeof STRINGS)[number], readonly string[]>> = {
  credited: CREDITED,
  crediting: CREDITING,
  marked: MARKED,
  sort: SORTS,
};

/** The fragment of an address, with its "#". What is as by default is left out. */
export function fragment({ view, of, passage, filters }: Address): string {
  const query = new URLSearchParams();
  if (passage !== null) query.set("passage", String(passage));
  for (const name of LISTS) for (const value of filters[name]) query.append(name, value);
  for (const value of filters.pair ?? []) query.append("pair", value);
  for (const name of STRINGS) if (filters[name] !== NO_FILTERS[name]) query.set(name, filters[name]);
  for (const name of NUMBERS) if (filters[name] !== null) query.set(name, String(filters[name]));
  const path = [view, ...of].map(encodeURIComponent).join("/");
  return `#${path}${query.size ? `?${query}` : ""}`;
}

/** The address of a fragment. Whatever it cannot mean is as by default: it may be anybody's. */
export function address(text: string): Address {
  const [path = "", search = ""] = text.replace(/^#/, "").split(/\?(.*)/s);
  const [view = "", ...of] = path.split("/").map(decoded);
  const query = new URLSearchParams(search);
  const filters: Filters = { ...NO_FILTERS };
  for (const name of LISTS) filters[name] = query.getAll(name);
  const [a, b] = query.getAll("pair");
  if (a !== undefined && b !== undefined) filters.pair = [a, b];
  for (const name of STRINGS) {
    const value = query.get(name) ?? "";
    const allowed = ALLOWED[name];
    if (value && (!allowed || allowed.includes(value))) (filters[name] as string) = value;
  }
  for (const name of ["from", "to"] as const) if (!isDay(filters[name])) filters[name] = "";
  for (const name of NUMBERS) filters[name] = count(query.get(name));
  return { view: isView(view) ? view : "overview", of, passage: count(query.get("passage")), filters };
}

function isView(name: string): name is View {
  return (VIEWS as readonly string[]).includes(name);
}

/** Whether a text is a day of the calendar, as a field for dates takes it: 2019-02-30 is none. */
function isDay(text: string): boolean {
  const time = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(time) && text > "0001" && new Date(time).toISOString().startsWith(text);
}

function count(text: string | null): number | null {
  return text && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What the page shows now: one address, the report once it is unpacked, and what follows from both. */
import { computed, effect, signal } from "@preact/signals";
import type { Head } from "../data/block";
import type { Report } from "../data/report";
import { Search } from "../text/search";
import { type Address, address, type Filters, fragment, NO_FILTERS, type View } from "./address";
import { marks } from "./marks";
import { select } from "./selection";

export const head = signal<Head | null>(null);
export const report = signal<Report | null>(null);
/** Why the page cannot show its data. */
export const failure = signal<string | null>(null);

export const here = signal<Address>(address(location.hash));
/** The fragment that `here` was made of. */
let followed = location.hash;
export const filters = computed(() => here.value.filters);

/** The passages with the words that are searched for: null without a search, "searching" while it runs. */
export const found = signal<Set<number> | null | "searching">(null);

/** The numbers of the passages that the filters leave, sorted. */
export const selected = computed<number[]>(() => {
  const [known, searched] = [report.value, found.value];
  if (!known) return [];
  return select(known, filters.value, marks.value, searched === "searching" ? null : searched);
});

/** The address of a view that keeps the filters, for links. */
export function link(
  view: View,
  of: readonly (string | number)[] = [],
  passage: number | null = null,
): string {
  return fragment({ view, of: of.map(String), passage, filters: filters.value });
}

/** The address of a list with other filters, for links; `of` says how the list is arranged. */
export function linkTo(view: View, change: Partial<Filters>, of: readonly string[] = []): string {
  return fragment({ view, of: [...of], passage: null, filters: { ...filters.value, ...change } });
}

/** The address of a view with no other filters than these: from where the whole result is shown. */
export function linkOnly(view: View, change: Partial<Filters>, of: readonly string[] = []): string {
  return linkTo(view, { ...NO_FILTERS, sort: filters.value.sort, ...change }, of);
}

/** Go to an address of the page: a new entry of the history. A key pressed at once after this acts there. */
export function goTo(fragment: string): void {
  location.hash = fragment;
  follow();
}

/** Give the view that is shown another address, in place of its entry of the history. */
export function rename(fragment: string): void {
  history.replaceState(null, "", fragment);
  follow();
}

function follow(): void {
  if (location.hash === followed) return;
  followed = location.hash;
  here.value = address(followed);
}

/** Change the filters and stay in the view. A new entry of the history, unless the change goes on with typing. */
export function setFilters(change: Partial<Filters>, isTyping = false): void {
  const next = fragment({ ...here.value, filters: { ...filters.value, ...change } });
  if (isTyping) rename(next);
  else goTo(next);
}

export function clearFilters(): void {
  setFilters({ ...NO_FILTERS, sort: filters.value.sort });
}

/** Follow the address, and search when its words change. */
export function start(): void {
  addEventListener("hashchange", follow);
  const text = computed(() => filters.value.text.trim());
  let search: Search | null = null;
  effect(() => {
    const [known, query] = [report.value, text.value];
    if (!known || !query) {
      found.value = null;
      return;
    }
    search ??= new Search(known);
    const control = new AbortController();
    found.value = "searching";
    search.find(query, control.signal).then(
      (passages) => {
        if (!control.signal.aborted) found.value = passages;
      },
      (error: unknown) => {
        if (!control.signal.aborted) failure.value = String(error);
      },
    );
    return () => control.abort();
  });
}

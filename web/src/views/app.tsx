/** The page: its header, the way to the views, and the view that the address names. */
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { View } from "../state/address";
import { keptTop } from "../state/scroll";
import { failure, head, here, link, report } from "../state/store";
import { shown } from "../text/words";
import { About } from "./about";
import { ArticleView } from "./article";
import { Articles } from "./articles";
import { Compare } from "./compare";
import { Outlets } from "./outlets";
import { Overview } from "./overview";
import { PassageView } from "./passage";
import { Passages } from "./passages";

/** The views that the head of the page leads to; narrow screens show no more than the first part of a name. */
const WAYS: [view: View, name: string, rest?: string][] = [
  ["overview", "Overview"],
  ["outlets", "Who shares", " with whom"],
  ["passages", "Passages"],
  ["articles", "Articles"],
  ["about", "About"],
];

const VIEWS: Record<View, () => preact.JSX.Element> = {
  overview: Overview,
  outlets: Outlets,
  passages: Passages,
  passage: PassageView,
  articles: Articles,
  article: ArticleView,
  compare: Compare,
  about: About,
};

/** The way that stands for a view. */
const WAY_OF: Partial<Record<View, View>> = { passage: "passages", article: "articles", compare: "articles" };

/** Views that are one place however they are arranged: what stands behind them in the address is their order. */
const ARRANGED = new Set<View>(["overview", "outlets", "passages", "articles"]);

/** The title that the file has. */
const TITLE = document.title;

export function App() {
  const main = useRef<HTMLElement>(null);
  const { view, of } = here.value;
  const place = ARRANGED.has(view) ? view : [view, ...of].join("/");
  const isFirst = useRef(true);
  const isThere = report.value !== null;
  // Tabs, bookmarks and screen readers tell views apart by the title.
  useEffect(() => {
    const heading = main.current?.querySelector("h1")?.cloneNode(true) as Element | undefined;
    for (const sign of heading?.querySelectorAll("[aria-hidden]") ?? []) sign.remove();
    document.title = heading ? `${shown(heading.textContent)} · ${TITLE}` : TITLE;
  }, [place, isThere]);
  // Before the page is drawn: what is pressed next belongs to the new view.
  useLayoutEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, keptTop());
    main.current?.focus({ preventScroll: true });
  }, [place]);
  useEffect(() => {
    if (isThere && keptTop()) scrollTo(0, keptTop()); // the page was loaded again
  }, [isThere]);
  const way = WAY_OF[view] ?? view;
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <p class="brand">
          <a href={link("overview")}>syndetect</a>
        </p>
        <nav aria-label="Views">
          <ul>
            {WAYS.map(([name, label, rest]) => (
              <li key={name}>
                <a href={link(name)} aria-current={name === way ? "page" : undefined}>
                  {label}
                  {rest && <span class="rest">{rest}</span>}
                </a>
              </li>
            ))}
          </ul>
        </nav>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        <Content view={view} place={place} />
      </main>
    </>
  );
}

/** The view; before its data is there, or where it cannot be had, what there is to say. */
function Content({ view, place }: { view: View; place: string }) {
  if (failure.value) {
    return (
      <div role="alert" class="notice">
        <h1>This report cannot be shown</h1>
        <p>{failure.value}</p>
      </div>
    );
  }
  if (!head.value || (view !== "overview" && view !== "about" && !report.value)) {
    return (
      <p role="status" class="loading">
        Unpacking the report …
      </p>
    );
  }
  const Shown = VIEWS[view];
  return <Shown key={place} />;
}

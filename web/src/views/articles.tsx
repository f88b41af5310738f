/** The list of articles, each with its words parted by origin. */
import { useId, useMemo, useState } from "preact/hooks";
import { others } from "../data/figures";
import { at, compositionOf, type Report } from "../data/report";
import { ARTICLE_COLUMNS, articleCells } from "../parts/article_cells";
import { CompositionBar, PartLegend, SharedPatterns } from "../parts/composition";
import { SaveEvidence } from "../parts/evidence";
import { Choice, CreditingFilter, DayFilter, NameFilter } from "../parts/fields";
import { FilterStrip } from "../parts/filters";
import { PART_NAMES } from "../parts/kinds";
import type { Cell } from "../parts/save";
import { AgencyCopy, ArticleLink, Name, SaveCsv, useReport } from "../parts/small";
import { VirtualList } from "../parts/virtual_list";
import { NO_FILTERS } from "../state/address";
import { arrange, arranged } from "../state/arrangement";
import { articles, isAboutPassages, ORDERS, type Order } from "../state/article_list";
import { filters, found, here, selected, setFilters } from "../state/store";
import { folded } from "../text/search";
import { counted, number, percent, time } from "../text/words";

const ROW = 66; // pixels, about

const ORDER_NAMES: Record<Order, string> = {
  shared: "most shared words",
  agency: "most words of agencies",
  copied: "most words of other outlets",
  own: "most own text, by share",
  words: "longest",
  earliest: "earliest first",
  latest: "latest first",
  outlet: "by outlet",
};

export function Articles() {
  const report = useReport();
  const order = arranged(0, ORDERS);
  const title = here.value.of[1] ?? "";
  const chosen = useMemo(
    () => named(report, articles(report, filters.value, selected.value, order), title),
    [report, filters.value, selected.value, order, title],
  );
  const { id } = report.documents;
  return (
    <>
      <SharedPatterns />
      <h1>Articles</h1>
      <Controls report={report} order={order} title={title} />
      <FilterStrip />
      {isAboutPassages(filters.value) && (
        <p class="dim">Articles that have one of the passages that these filters leave.</p>
      )}
      <div class="list-head">
        <p role="status">
          {found.value === "searching" ? "Searching; so far " : ""}
          {counted(chosen.length, "article")} of {number(report.head.totals.documents)}
        </p>
        <span class="ways">
          <SaveCsv name="syndetect-articles" columns={COLUMNS} rows={() => rows(report, chosen)} />
          <SaveEvidence documents={chosen} />
        </span>
      </div>
      {report.head.kept.note && <p class="dim">{report.head.kept.note}</p>}
      <PartLegend />
      {chosen.length ? (
        <VirtualList
          count={chosen.length}
          height={ROW}
          label="Articles"
          keyOf={(row) => at(id, at(chosen, row))}
        >
          {(row) => <Row report={report} document={at(chosen, row)} />}
        </VirtualList>
      ) : (
        <p>
          No article is left.{" "}
          <button
            type="button"
            onClick={() => {
              arrange([]);
              setFilters(NO_FILTERS);
            }}
          >
            Clear the filters
          </button>
        </p>
      )}
    </>
  );
}

/** Those with some words in their titles, or a part of the id. */
function named(report: Report, documents: number[], title: string): number[] {
  const wanted = folded(title.trim());
  if (!wanted) return documents;
  const { title: titles, id } = report.documents;
  return documents.filter(
    (document) =>
      folded(at(titles, document) ?? "").includes(wanted) || folded(at(id, document)).includes(wanted),
  );
}

function Controls({ report: { head }, order, title }: { report: Report; order: Order; title: string }) {
  const id = useId();
  const [typed, setTyped] = useState(title);
  const set = (nextOrder: string, nextTitle: string) =>
    arrange([nextOrder === ORDERS[0] && !nextTitle ? "" : nextOrder, nextTitle]);
  return (
    <search class="filters">
      <form class="filter-row" onSubmit={(event) => event.preventDefault()} aria-label="Filter articles">
        <p class="field">
          <label for={id}>Title has</label>
          <input
            id={id}
            type="search"
            value={typed}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              set(order, event.currentTarget.value);
            }}
          />
        </p>
        <Choice
          label="Sort"
          value={order}
          options={ORDERS.map((name) => [name, ORDER_NAMES[name]])}
          onChange={(next) => set(next, title)}
        />
        <NameFilter field="agencies" label="Agency" names={head.agencies.map((one) => one.name)} />
        {head.noun === "outlet" && (
          <NameFilter field="outlets" label="Outlet" names={head.outlets.map((one) => one.name)} />
        )}
        <CreditingFilter />
        <DayFilter field="from" label="Published from" />
        <DayFilter field="to" label="to" />
      </form>
    </search>
  );
}

/** One article: its title, where and when it ran, and whose its words are. */
function Row({ report, document }: { report: Report; document: number }) {
  const { documents } = report;
  const composition = compositionOf(report, document);
  const outlet = report.outlet(document);
  const published = at(documents.published, document);
  return (
    <article class="article-row">
      <div>
        <p class="row-title">
          <ArticleLink document={document} />
        </p>
        <p class="row-names dim">
          {report.head.noun === "outlet" && outlet !== null && (
            <>
              <Name of={outlet} />,{" "}
            </>
          )}
          {published !== null && <>{time(published, at(documents.dated, document) === 1)}, </>}
          {counted(at(documents.words, document), "word")}
          {at(documents.agencies, document) !== null && (
            <>
              , <AgencyCopy document={document} />
            </>
          )}
        </p>
      </div>
      <div class="row-parts">
        <CompositionBar of={composition} />
        <span class="dim" aria-hidden="true">
          {percent(others(composition))}
        </span>
      </div>
    </article>
  );
}

const COLUMNS = [
  ...["id", ...ARTICLE_COLUMNS, "words", "reused_words"],
  ...PART_NAMES.map((part) => `${part}_share`),
  ...["agencies", "credited", "derivation", "derived_from"],
];

function* rows(report: Report, chosen: number[]): Iterable<Cell[]> {
  const { documents } = report;
  for (const document of chosen) {
    const from = at(documents.derived_from, document);
    yield [
      ...articleCells(report, document),
      at(documents.words, document),
      at(documents.reused_words, document),
      ...PART_NAMES.map((part) => at(documents[part], document)),
      at(documents.agencies, document),
      at(documents.credited, document),
      at(documents.derivation, document),
      from === null ? null : at(documents.id, from),
    ];
  }
}

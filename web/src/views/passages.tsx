/** The list of passages that the filters leave. */
import { at, type Report } from "../data/report";
import { FilterBar, FilterStrip } from "../parts/filters";
import type { Cell } from "../parts/save";
import { KindMark, Name, PassageLink, SaveCsv, useReport } from "../parts/small";
import { VirtualList } from "../parts/virtual_list";
import { marks } from "../state/marks";
import { clearFilters, found, selected } from "../state/store";
import { counted, duration, isoTime, number, percent, shown, time } from "../text/words";

const MOST_NAMES = 6; // outlets that a row names
const ROW = 112; // pixels, about

export function Passages() {
  const report = useReport();
  const passages = selected.value;
  const { id } = report.passages;
  const all = report.head.totals.passages;
  return (
    <>
      <h1>Passages</h1>
      <FilterBar />
      <FilterStrip />
      <div class="list-head">
        <p role="status">
          {found.value === "searching" ? "Searching; so far " : ""}
          {counted(passages.length, "passage")} of {number(all)}
        </p>
        <SaveCsv name="syndetect-passages" columns={COLUMNS} rows={() => rows(report, passages)} />
      </div>
      {report.head.kept.note && <p class="dim">{report.head.kept.note}</p>}
      {passages.length ? (
        <VirtualList
          count={passages.length}
          height={ROW}
          label="Passages"
          keyOf={(row) => at(id, at(passages, row))}
        >
          {(row) => <Row report={report} passage={at(passages, row)} />}
        </VirtualList>
      ) : (
        <p>
          No passage is left.{" "}
          <button type="button" onClick={clearFilters}>
            Clear the filters
          </button>
        </p>
      )}
    </>
  );
}

/** One passage: what it is, its beginning, and who has it. */
export function Row({ report, passage }: { report: Report; passage: number }) {
  const { passages } = report;
  const id = at(passages.id, passage);
  const mark = marks.value[id];
  const snippet = at(passages.snippet, passage);
  return (
    <article class="passage-row">
      <p class="row-head">
        <KindMark kind={report.kind(passage)} agency={report.agency(passage)} />
        <span>
          {counted(at(passages.documents, passage), "article")}
          {report.head.noun === "outlet" && `, ${counted(at(passages.outlets, passage), "outlet")}`},{" "}
          {counted(at(passages.words, passage), "word")}
        </span>
        <span class="dim">{when(report, passage)}</span>
        {mark && (
          <span class="marked">{mark.state === "not-reuse" ? "not reuse" : (mark.state ?? "note")}</span>
        )}
      </p>
      <p class="row-text">
        <PassageLink passage={passage}>
          {snippet ? <bdi>{shown(snippet)} …</bdi> : `Passage ${id}`}
        </PassageLink>
      </p>
      <p class="row-names dim">
        <Names report={report} passage={passage} />
      </p>
    </article>
  );
}

/** The outlets that have a passage, the earliest first, and how many more there are. */
function Names({ report, passage }: { report: Report; passage: number }) {
  const names = [...new Set(report.usesOf(passage).map((use) => report.name(at(report.uses.document, use))))];
  const rest = names.length - MOST_NAMES;
  return (
    <>
      {names.slice(0, MOST_NAMES).map((name, place) => (
        <span key={name}>
          {place > 0 && ", "}
          <Name of={name} />
        </span>
      ))}
      {rest > 0 && ` and ${number(rest)} more`}
    </>
  );
}

/** When a passage ran: its first time, and how long it went on. */
function when(report: Report, passage: number): string {
  const { passages } = report;
  const first = at(passages.first_published, passage);
  if (first === null) return "undated";
  const spread = at(passages.spread, passage) ?? 0;
  return spread > 0 ? `${time(first, false)}, over ${duration(spread)}` : time(first, false);
}

const COLUMNS = [
  "passage_id", "kind", "agency", "confidence", "words", "articles", "outlets", "credited_by", "first", "first_published",
  "spread_seconds", "quoted_share", "reasons", "mark", "note", "beginning",
]; // biome-ignore format: a line is a list

function* rows(report: Report, chosen: number[]): Iterable<Cell[]> {
  const { passages, documents } = report;
  for (const passage of chosen) {
    const id = at(passages.id, passage);
    const [first, begun] = [at(passages.first, passage), at(passages.first_published, passage)];
    const mark = marks.value[id];
    yield [
      id,
      report.kind(passage),
      report.agency(passage),
      at(passages.confidence, passage),
      at(passages.words, passage),
      at(passages.documents, passage),
      at(passages.outlets, passage),
      at(passages.credited, passage),
      first >= 0 ? at(documents.id, first) : at(passages.origin, passage),
      isoTime(begun, true),
      at(passages.spread, passage),
      percent(at(passages.quoted_share, passage)),
      at(passages.reasons, passage),
      mark?.state ?? null,
      mark?.note ?? null,
      at(passages.snippet, passage),
    ];
  }
}

/** What shows that an article has text of others: its passages, each held against an article that has it too. */
import { at, type Report } from "../data/report";
import { kindsOf } from "../state/selection";
import { filters } from "../state/store";
import { ARTICLE_COLUMNS, articleCells } from "./article_cells";
import type { Cell } from "./save";
import { SaveCsv, useReport } from "./small";

const OF_ARTICLE = ["article", ...ARTICLE_COLUMNS, "credited", "begin", "end", "text"];

const COLUMNS = [
  ...["passage_id", "kind", "agency", "confidence", "reasons", "words", "identity"],
  ...OF_ARTICLE,
  ...OF_ARTICLE.map((name) => `other_${name}`),
];

/** The use that one is held against: of the first article, else of one that credits its agency, else the earliest other
 * one; null where no other article of the file has the passage. */
export function heldAgainst(report: Report, use: number): number | null {
  const { uses, documents, passages } = report;
  const passage = at(report.passageOf, use);
  const others = report.usesOf(passage).filter((one) => at(uses.document, one) !== at(uses.document, use));
  const first = others.find((one) => at(uses.document, one) === at(passages.first, passage));
  const crediting = others.find((one) => at(documents.credited, at(uses.document, one)) === "yes");
  return first ?? (report.agency(passage) === null ? undefined : crediting) ?? others[0] ?? null;
}

/** The uses in documents whose passages are of some kinds, document by document, each in the order of its text. */
export function evidenceOf(report: Report, chosen: readonly number[], kinds: readonly string[]): number[] {
  const wanted = new Set(kinds);
  return chosen.flatMap((document) =>
    report.usesIn(document).filter((use) => wanted.has(report.kind(at(report.passageOf, use)))),
  );
}

/** The rows of a file of evidence, in the order of `COLUMNS`; texts are null where the file has none. */
export async function evidenceRows(report: Report, uses: readonly number[]): Promise<Cell[][]> {
  const { passages } = report;
  const rows: Cell[][] = [];
  for (const use of uses) {
    const [passage, other] = [at(report.passageOf, use), heldAgainst(report, use)];
    rows.push([
      at(passages.id, passage),
      report.kind(passage),
      report.agency(passage),
      at(passages.confidence, passage),
      at(passages.reasons, passage),
      at(report.uses.words, use),
      at(report.uses.identity, use),
      ...(await cellsOf(report, use)),
      ...(other === null ? OF_ARTICLE.map(() => null) : await cellsOf(report, other)),
    ]);
  }
  return rows;
}

async function cellsOf(report: Report, use: number): Promise<Cell[]> {
  const { documents, uses } = report;
  const document = at(uses.document, use);
  return [
    ...articleCells(report, document),
    at(documents.credited, document),
    at(uses.begin, use),
    at(uses.end, use),
    await report.textOf(use),
  ];
}

/** A button that gives them: passages of the kinds that the filters leave, each beside the article that it is held against. */
export function SaveEvidence({ documents }: { documents: readonly number[] }) {
  const report = useReport();
  const kinds = kindsOf(
    filters.value,
    report.head.kinds.map((kind) => kind.name),
  );
  return (
    <SaveCsv
      name="syndetect-evidence"
      columns={COLUMNS}
      rows={() => evidenceRows(report, evidenceOf(report, documents, kinds))}
    >
      Save passages and texts as CSV
    </SaveCsv>
  );
}

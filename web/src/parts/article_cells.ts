/** What every file of articles or passages says of an article. */
import { at, type Report } from "../data/report";
import { isoTime } from "../text/words";
import type { Cell } from "./save";

/** The columns behind the id. */
export const ARTICLE_COLUMNS = ["outlet", "published", "title", "url"];

/** The id and the cells of `ARTICLE_COLUMNS`. */
export function articleCells(report: Report, document: number): Cell[] {
  const { documents } = report;
  return [
    at(documents.id, document),
    report.outlet(document),
    isoTime(at(documents.published, document), at(documents.dated, document) === 1),
    at(documents.title, document),
    at(documents.url, document),
  ];
}

/** What the page says of a use of a passage, and where else the passage is. */
import { at, type Report } from "../data/report";
import { link } from "../state/store";
import { moment } from "../text/firstness";
import { counted, percent } from "../text/words";
import { ArticleLink, KindMark, Name, PassageLink, useReport } from "./small";

export const ROLES = ["had it first", "copy", "first not known"] as const;
/** Shapes and words of the roles: 0 first, 1 copy, 2 not known. */
export const ROLE_SIGNS = ["◆", "●", "○"] as const;

/** How surely the kind of a passage is told, in words; nothing where the kind is not known. */
export function sureness(report: Report, passage: number): string | null {
  const confidence = at(report.passages.confidence, passage);
  if (confidence === null || report.kind(passage) === "unknown") return null;
  const word =
    confidence >= 0.9
      ? "sure"
      : confidence >= 0.8
        ? "fairly sure"
        : confidence >= 0.7
          ? "likely"
          : "uncertain";
  return `${word} (${Math.round(100 * confidence)} %)`;
}

/** The other article to hold one against: the first, else the earliest other one; null where there is no other. */
export function counterpart(report: Report, passage: number, document: number): number | null {
  const first = at(report.passages.first, passage);
  if (first >= 0 && first !== document) return first;
  const use = report.usesOf(passage).find((one) => at(report.uses.document, one) !== document);
  return use === undefined ? null : at(report.uses.document, use);
}

/** The address of two articles side by side at a passage; all are numbers in the file. */
export function compareLink(report: Report, a: number, b: number, passage: number): string {
  const { documents, passages } = report;
  return link("compare", [at(documents.id, a), at(documents.id, b)], at(passages.id, passage));
}

/** What a use is: the kind of its passage, its length and its role. */
export function UseSummary({ use }: { use: number }) {
  const report = useReport();
  const passage = at(report.passageOf, use);
  const [identity, role] = [at(report.uses.identity, use), at(report.uses.role, use)];
  const sure = sureness(report, passage);
  return (
    <p>
      <KindMark kind={report.kind(passage)} agency={report.agency(passage)} />
      {sure && <span class="dim"> {sure}</span>}
      <br />
      {counted(at(report.uses.words, use), "word")}, <strong>{ROLES[role]}</strong>
      {role !== 0 && identity !== null && identity < 1 && `, ${percent(identity)} equal to the earliest`}.
    </p>
  );
}

/** The other articles that have the passage of a use, earliest first, at most `most`. */
export function Elsewhere({ use, most = 6 }: { use: number; most?: number }) {
  const report = useReport();
  const { uses } = report;
  const [passage, document] = [at(report.passageOf, use), at(uses.document, use)];
  const seen = new Set([document]);
  const others = report.usesOf(passage).filter((one) => {
    const other = at(uses.document, one);
    return !seen.has(other) && seen.add(other);
  });
  return (
    <>
      <ul class="elsewhere">
        {others.slice(0, most).map((one) => {
          const other = at(uses.document, one);
          const role = at(uses.role, one);
          return (
            <li key={one}>
              <span aria-hidden="true">{ROLE_SIGNS[role]}</span> <Name of={report.name(other)} />,{" "}
              {moment(report, other)}
              {role === 0 && <strong> had it first</strong>}
              <br />
              <a href={compareLink(report, document, other, passage)}>
                Side by side<span class="unseen"> with {report.name(other)}</span>
              </a>
              {" · "}
              <ArticleLink document={other} passage={at(report.passages.id, passage)} />
            </li>
          );
        })}
      </ul>
      <p>
        <PassageLink passage={passage}>
          {others.length > most
            ? `All ${counted(at(report.passages.documents, passage), "article")} with this passage`
            : "All about this passage"}
        </PassageLink>
      </p>
    </>
  );
}

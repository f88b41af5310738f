/** A use of a passage: whose it is, and its text against the earliest one. */
import { Fragment } from "preact";
import { useMemo, useState } from "preact/hooks";
import { at, type Report } from "../data/report";
import { differences, type Piece, withoutLongEnds } from "../text/differences";
import { moment } from "../text/firstness";
import { counted, isoTime, number, percent } from "../text/words";
import { compareLink, ROLE_SIGNS, ROLES } from "./elsewhere";
import type { Cell } from "./save";
import { ArticleLink, Name, OutsideLink, useReport } from "./small";
import { useTexts } from "./use_texts";

/** Characters before and after a use that are shown on request. */
const AROUND = 280;

interface Props {
  use: number;
  /** The use that it is held against. */
  earliest: number;
  /** Its place in order of time, from 1. */
  place: number;
}

export function Use({ use, earliest, place }: Props) {
  const report = useReport();
  const { uses, documents, passages } = report;
  const [document, first] = [at(uses.document, use), at(uses.document, earliest)];
  const passage = at(report.passageOf, use);
  const [role, identity] = [at(uses.role, use), at(uses.identity, use)];
  const [isOpen, setOpen] = useState(false);
  const texts = useTexts([document, first]);
  const [text, firstText] = Array.isArray(texts) ? texts : [];
  const [begin, end] = [at(uses.begin, use), at(uses.end, use)];
  const outlet = report.outlet(document);
  const named = outlet === at(documents.id, document) ? null : outlet;
  const words = text?.slice(begin, end) ?? null;
  const firstWords = firstText?.slice(at(uses.begin, earliest), at(uses.end, earliest)) ?? null;
  return (
    <li value={place}>
      <h3>
        {named !== null && (
          <>
            <Name of={named} />:{" "}
          </>
        )}
        <ArticleLink document={document} passage={at(passages.id, passage)} />
      </h3>
      <p class="dim">
        {moment(report, document)} · <span aria-hidden="true">{ROLE_SIGNS[role]}</span>{" "}
        <strong>{ROLES[role]}</strong> · {counted(at(uses.words, use), "word")}
        {use !== earliest && identity !== null && ` · ${percent(identity)} equal to the earliest`}
        {words === null && ` · characters ${number(begin)}–${number(end)}`}
      </p>
      {words !== null && (
        <p class="words-of" dir="auto">
          {isOpen && (
            <span class="dim">{around(text?.slice(Math.max(0, begin - AROUND), begin), "before")}</span>
          )}
          {use === earliest || firstWords === null ? words : <Differences first={firstWords} other={words} />}
          {isOpen && (
            <span class="dim">{around(text?.slice(end, Math.min(text.end, end + AROUND)), "after")}</span>
          )}
        </p>
      )}
      {texts === null && <p role="status">Unpacking the text …</p>}
      <p class="use-ways">
        {words !== null && text?.whole != null && (
          <button type="button" class="quiet" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            Before and after
          </button>
        )}
        {document !== first && (
          <a href={compareLink(report, first, document, passage)}>
            Side by side with the earliest<span class="unseen">: {report.name(document)}</span>
          </a>
        )}
        <OutsideLink url={at(documents.url, document)} />
      </p>
    </li>
  );
}

/** The other text with the words that it leaves out and adds. */
function Differences({ first, other }: { first: string; other: string }) {
  const pieces = useMemo(() => withoutLongEnds(differences(first, other)), [first, other]);
  if (pieces.every(({ change }) => change === "same"))
    return (
      <>
        {other} <span class="dim">(word for word)</span>
      </>
    );
  return (
    <>
      {pieces.map((piece, place) => (
        <Fragment key={place}>{drawn(piece)}</Fragment>
      ))}
    </>
  );
}

function drawn({ change, text }: Piece) {
  if (change === "same") return text;
  const words = text.trimStart();
  const space = text.slice(0, text.length - words.length);
  return (
    <>
      {space}
      {change === "removed" ? (
        <del class="removed">
          <span class="unseen">[left out: </span>
          {words}
          <span class="unseen">]</span>
        </del>
      ) : (
        <ins class="added">
          <span class="unseen">[added: </span>
          {words}
          <span class="unseen">]</span>
        </ins>
      )}
    </>
  );
}

/** What stands around a use, cut at words. */
function around(text: string | null | undefined, side: "before" | "after"): string {
  if (!text) return "";
  if ([...text].length < AROUND) return text;
  return side === "before" ? text.replace(/^\S*\s/, "… ") : text.replace(/\s\S*$/, " …");
}

/** The roles as the tables name them. */
const ROLE_CODES = ["first", "copy", "unknown"];

export const USE_COLUMNS = [
  "document",
  "outlet",
  "published",
  "title",
  "url",
  "begin",
  "end",
  "words",
  "identity",
  "role",
];

/** The uses as rows of a file. */
export function* useRows(report: Report, uses: readonly number[]): Iterable<Cell[]> {
  const { documents } = report;
  for (const use of uses) {
    const document = at(report.uses.document, use);
    yield [
      at(documents.id, document),
      report.outlet(document),
      isoTime(at(documents.published, document), !!at(documents.dated, document)),
      at(documents.title, document),
      at(documents.url, document),
      at(report.uses.begin, use),
      at(report.uses.end, use),
      at(report.uses.words, use),
      at(report.uses.identity, use),
      ROLE_CODES[at(report.uses.role, use)] ?? null,
    ];
  }
}

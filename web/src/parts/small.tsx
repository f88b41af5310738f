/** Small parts that several views share. */
import type { ComponentChildren } from "preact";
import { at, type Report } from "../data/report";
import { report as current, link } from "../state/store";
import { safeAddress, shown } from "../text/words";
import { kind as kindOf } from "./kinds";
import { type Cell, csv, save } from "./save";

/** The report, for views that are drawn only when it is there. */
export function useReport(): Report {
  if (!current.value) throw new Error("the report is not unpacked yet");
  return current.value;
}

/** A name from an article: its direction does not touch what stands around it. */
export function Name({ of }: { of: string }) {
  return <bdi>{shown(of)}</bdi>;
}

/** The kind of a passage, with its agency: a letter and a colour, then words. */
export function KindMark({ kind, agency = null }: { kind: string; agency?: string | null }) {
  const { style, letter, label } = kindOf(kind);
  return (
    <span class={`kind ${style}`}>
      <span class="letter" aria-hidden="true">
        {letter}
      </span>
      {agency ? (
        <>
          <Name of={agency} />
          {kind === "wire" ? " copy" : ` ${label.toLowerCase()}`}
        </>
      ) : (
        label
      )}
    </span>
  );
}

const CREDIT: Record<string, string> = {
  yes: "credited",
  no: "not credited",
  partly: "credited in part",
};

/** The agencies whose copy an article has, and whether it credits them; nothing where it has none. */
export function AgencyCopy({ document }: { document: number }) {
  const { documents } = useReport();
  const [agencies, credited] = [at(documents.agencies, document), at(documents.credited, document)];
  if (agencies === null) return null;
  const told = CREDIT[credited ?? ""];
  return (
    <>
      <Name of={agencies.split(", ").join(" and ")} /> copy
      {told && <>, {credited === "yes" ? told : <strong>{told}</strong>}</>}
    </>
  );
}

/** A link to a passage by its number in the file. */
export function PassageLink({ passage, children }: { passage: number; children?: ComponentChildren }) {
  const id = at(useReport().passages.id, passage);
  return <a href={link("passage", [id])}>{children ?? `Passage ${id}`}</a>;
}

/** A link to an article by its number in the file: its title, else its id. */
export function ArticleLink({ document, passage = null }: { document: number; passage?: number | null }) {
  const { documents } = useReport();
  const id = at(documents.id, document);
  return (
    <a href={link("article", [id], passage)}>
      <Name of={at(documents.title, document) || id} />
    </a>
  );
}

/** A link to the article where it was published, if its address is one of the web: without a referrer, in a new tab. */
export function OutsideLink({ url }: { url: string | null }) {
  const address = safeAddress(url);
  if (!address) return url ? <Name of={url} /> : null;
  return (
    <a
      class="outside"
      href={address}
      target="_blank"
      rel="noopener noreferrer external"
      referrerpolicy="no-referrer"
    >
      <Name of={new URL(address).hostname} />
      <span class="unseen"> (opens the article in a new tab)</span>
    </a>
  );
}

/** A button that gives a list as CSV. */
export function SaveCsv({
  name,
  columns,
  rows,
  children = "Save as CSV",
}: {
  name: string;
  columns: string[];
  rows: () => Iterable<Cell[]> | Promise<Iterable<Cell[]>>;
  children?: ComponentChildren;
}) {
  const give = async () => save(`${name}.csv`, new Blob([csv(columns, await rows())], { type: "text/csv" }));
  return (
    <button type="button" class="quiet" onClick={() => void give()}>
      {children}
    </button>
  );
}

/** The head of an article: what it is called, where and when it was published, and what it is made of. */
import { at } from "../data/report";
import { link } from "../state/store";
import { moment } from "../text/firstness";
import { counted, percent } from "../text/words";
import { PART_NAMES, PARTS } from "./kinds";
import { ArticleLink, Name, OutsideLink, useReport } from "./small";

export function ArticleHead({ document }: { document: number }) {
  const report = useReport();
  const { documents } = report;
  const outlet = report.outlet(document);
  const [id, url] = [at(documents.id, document), at(documents.url, document)];
  return (
    <header class="article-head">
      <h1>
        <Name of={at(documents.title, document) || id} />
      </h1>
      <p>
        {outlet !== null && (
          <>
            <strong>
              <Name of={outlet} />
            </strong>
            {" · "}
          </>
        )}
        {moment(report, document)} · {counted(at(documents.words, document), "word")} ·{" "}
        <span class="dim">
          id <Name of={id} />
        </span>
        {url && (
          <>
            {" · "}
            <OutsideLink url={url} />
          </>
        )}
      </p>
      <Parts document={document} />
      <Sources document={document} />
    </header>
  );
}

/** What its words are, as a bar and in words. */
function Parts({ document }: { document: number }) {
  const { documents } = useReport();
  const parts = PART_NAMES.map((name) => ({
    name,
    share: at(documents[name], document),
    ...PARTS[name],
  })).filter(({ share }) => share >= 0.0005);
  if (!parts.length) return null;
  return (
    <>
      <div class="parts" aria-hidden="true">
        {parts.map(({ name, style, letter, share }) => (
          <span key={name} class={`part ${style}`} style={{ flexGrow: share }}>
            {share > 0.04 && letter}
          </span>
        ))}
      </div>
      <ul class="parts-words">
        {parts.map(({ name, letter, label, share }) => (
          <li key={name}>
            <strong>{percent(share)}</strong> {label} <span aria-hidden="true">({letter})</span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** Whose copy it names, and the article that it derives from. */
function Sources({ document }: { document: number }) {
  const { documents } = useReport();
  const [agencies, credited] = [at(documents.agencies, document), at(documents.credited, document)];
  const [derivation, from] = [at(documents.derivation, document), at(documents.derived_from, document)];
  const names: Record<string, string> = {
    yes: "named as its source",
    partly: "of which it names some",
    no: "which it does not name",
  };
  return (
    <p>
      {agencies && (
        <>
          Copy of <Name of={agencies} />
          {credited && names[credited] && `, ${names[credited]}`}.{" "}
        </>
      )}
      {from !== null && derivation !== null && derivation !== "non" && (
        <>
          {derivation === "wholly" ? "Wholly" : "Partly"} derived; closest to <ArticleLink document={from} />{" "}
          (<a href={link("compare", [at(documents.id, document), at(documents.id, from)])}>side by side</a>).
        </>
      )}
    </p>
  );
}

/** The head of an article: what it is called, where and when it was published, and what it is made of. */
import { at, compositionOf } from "../data/report";
import { link } from "../state/store";
import { moment } from "../text/firstness";
import { counted, percent } from "../text/words";
import { CompositionBar, SharedPatterns, Swatch } from "./composition";
import { PART_NAMES, PARTS } from "./kinds";
import { AgencyCopy, ArticleLink, Name, OutsideLink, useReport } from "./small";

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
        {outlet !== null && outlet !== id && (
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
  const shares = compositionOf(useReport(), document);
  const there = PART_NAMES.filter((name) => shares[name] > 0);
  if (!there.length) return null;
  return (
    <div class="made-of">
      <SharedPatterns />
      <CompositionBar of={shares} />
      <ul>
        {there.map((name) => (
          <li key={name}>
            <Swatch origin={PARTS[name]} /> <strong>{percent(shares[name])}</strong> {PARTS[name].label}
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Whose copy it names, and the article that it derives from. */
function Sources({ document }: { document: number }) {
  const { documents } = useReport();
  const [derivation, from] = [at(documents.derivation, document), at(documents.derived_from, document)];
  return (
    <p>
      {at(documents.agencies, document) !== null && (
        <>
          <AgencyCopy document={document} />.{" "}
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

/** A passage: its text, what it is and why, who had it first, and every use of it. */
import { useState } from "preact/hooks";
import { at } from "../data/report";
import { sureness } from "../parts/elsewhere";
import { type Key, KeyList, useKeys } from "../parts/keys";
import { kind as kindOf } from "../parts/kinds";
import { MarkButtons } from "../parts/mark_buttons";
import { ArticleLink, KindMark, Name, SaveCsv, useReport } from "../parts/small";
import { Timeline } from "../parts/timeline";
import { USE_COLUMNS, Use, useRows } from "../parts/use";
import { useTexts } from "../parts/use_texts";
import { goTo, here, link, selected } from "../state/store";
import { firstness } from "../text/firstness";
import { counted, number, percent } from "../text/words";

/** Uses that are drawn at a time. */
const SHOWN = 50;
/** Articles that are named where several may have been first. */
const NAMED = 5;

/** The passages as they were listed when one was opened: a mark may take one out of the list that is gone through. */
let listed: readonly number[] = [];

export function PassageView() {
  const report = useReport();
  const id = here.value.of[0] ?? "";
  const passage = /^\d{1,15}$/.test(id) ? report.passageBy(Number(id)) : undefined;
  if (passage !== undefined) return <Passage passage={passage} />;
  return (
    <>
      <h1>No such passage</h1>
      <p>
        This file has no passage <Name of={id} />. <a href={link("passages")}>All passages</a>
      </p>
    </>
  );
}

function Passage({ passage }: { passage: number }) {
  const report = useReport();
  const { passages } = report;
  const [kind, agency] = [report.kind(passage), report.agency(passage)];
  const sure = sureness(report, passage);
  const outlets = at(passages.outlets, passage);
  return (
    <article class="passage">
      <Way passage={passage} />
      <h1>
        <KindMark kind={kind} agency={agency} /> in {counted(at(passages.documents, passage), "article")}
        {report.head.noun === "outlet" && outlets > 0 && ` of ${counted(outlets, "outlet")}`}
      </h1>
      <p>
        {counted(at(passages.words, passage), "word")}: {kindOf(kind).meaning}
        {sure && (
          <>
            , <strong>{sure}</strong>
          </>
        )}
        .
      </p>
      <MarkButtons passage={passage} />
      <div class="passage-top">
        <Words passage={passage} />
        <Evidence passage={passage} />
      </div>
      <Timeline passage={passage} />
      <Uses passage={passage} />
    </article>
  );
}

/** Its place in the list that the filters leave, and the ways to the next and the previous one. */
function Way({ passage }: { passage: number }) {
  const { passages } = useReport();
  if (selected.value.includes(passage)) listed = selected.value;
  const place = listed.indexOf(passage);
  const href = (to: number) => link("passage", [at(passages.id, to)]);
  const [before, after] = place < 0 ? [] : [listed[place - 1], listed[place + 1]];
  const go = (to: number | undefined) => () => {
    if (to !== undefined) goTo(href(to));
  };
  const keys: Key[] = [
    { letters: "nj", does: "next passage of the list", act: go(after) },
    { letters: "pk", does: "previous passage", act: go(before) },
    { letters: "l", does: "back to the list", act: () => goTo(link("passages")) },
  ];
  useKeys(keys);
  return (
    <div class="way">
      <p>
        <a href={link("passages")}>Passages</a> ›{" "}
        {place < 0
          ? `passage ${at(passages.id, passage)}, which the filters leave out`
          : `${number(place + 1)} of ${number(listed.length)} (passage ${at(passages.id, passage)})`}
        {before !== undefined && (
          <>
            {" · "}
            <a rel="prev" href={href(before)}>
              Previous
            </a>
          </>
        )}
        {after !== undefined && (
          <>
            {" · "}
            <a rel="next" href={href(after)}>
              Next
            </a>
          </>
        )}
      </p>
      <KeyList keys={keys} />
    </div>
  );
}

/** The text, once: that of the earliest use. */
function Words({ passage }: { passage: number }) {
  const report = useReport();
  const [use] = report.usesOf(passage) as [number];
  const texts = useTexts([at(report.uses.document, use)]);
  if (texts === null) return <p role="status">Unpacking the text …</p>;
  const text = Array.isArray(texts)
    ? texts[0]?.slice(at(report.uses.begin, use), at(report.uses.end, use))
    : null;
  const { style } = kindOf(report.kind(passage));
  if (text == null) {
    const snippet = at(report.passages.snippet, passage);
    return snippet ? (
      <blockquote class={`words ${style}`}>
        <p dir="auto">{snippet} …</p>
      </blockquote>
    ) : (
      <p class="notice-quiet">The file holds no text of this passage.</p>
    );
  }
  return (
    <blockquote class={`words ${style}`}>
      {text.split(/\n\s*/).map((paragraph, place) => (
        <p key={place} dir="auto">
          {paragraph}
        </p>
      ))}
    </blockquote>
  );
}

/** Why it is of its kind, whose it is, and how sure it is who had it first. */
function Evidence({ passage }: { passage: number }) {
  const { passages, agency } = useReport();
  const [documents, credited] = [at(passages.documents, passage), at(passages.credited, passage)];
  const evidence = at(passages.evidence, passage);
  const reasons = at(passages.reasons, passage);
  return (
    <section aria-labelledby="evidence">
      <h2 id="evidence">What speaks for it</h2>
      <dl class="evidence">
        <dt>Kind</dt>
        <dd>{reasons || "No rule applied."}</dd>
        {evidence !== null && !reasons.includes(evidence) && (
          <>
            <dt>Whose</dt>
            <dd>
              <Name of={evidence} />
            </dd>
          </>
        )}
        {agency(passage) !== null && (
          <>
            <dt>Credited</dt>
            <dd>
              {credited === documents ? "All" : credited === 0 ? "None of" : `${number(credited)} of`}{" "}
              {counted(documents, "article")} {credited === 1 ? "names" : "name"}{" "}
              <Name of={agency(passage) ?? ""} />.
            </dd>
          </>
        )}
        <dt>Quoted</dt>
        <dd>
          {at(passages.quoted_share, passage) > 0 ? percent(at(passages.quoted_share, passage)) : "None"} of
          its words, over all uses, are in quotation marks.
        </dd>
        <dt>First</dt>
        <dd>
          <First passage={passage} />
        </dd>
      </dl>
    </section>
  );
}

function First({ passage }: { passage: number }) {
  const report = useReport();
  const { level, sentences, candidates } = firstness(report, passage);
  const signs = { known: "◆ Known.", inferred: "◇ Inferred.", open: "○ Not known." } as const;
  const first = at(report.passages.first, passage);
  return (
    <>
      <strong>{signs[level]}</strong> <Name of={sentences.join(" ")} />
      {first >= 0 && (
        <>
          {" "}
          <ArticleLink document={first} passage={at(report.passages.id, passage)} />
        </>
      )}
      {candidates.length > 1 && (
        <ul>
          {candidates.slice(0, NAMED).map((document) => (
            <li key={document}>
              <Name of={report.name(document)} />:{" "}
              <ArticleLink document={document} passage={at(report.passages.id, passage)} />
            </li>
          ))}
          {candidates.length > NAMED && <li>and {candidates.length - NAMED} more</li>}
        </ul>
      )}
    </>
  );
}

/** Every use in order of time, against the earliest one. */
function Uses({ passage }: { passage: number }) {
  const report = useReport();
  const [most, setMost] = useState(SHOWN);
  const uses = report.usesOf(passage);
  const id = at(report.passages.id, passage);
  return (
    <section aria-labelledby="uses">
      <h2 id="uses">Every use, earliest first</h2>
      <p>
        Against the earliest: <del class="removed">words left out</del> and{" "}
        <ins class="added">words added</ins>.{" "}
        <SaveCsv name={`syndetect-passage-${id}`} columns={USE_COLUMNS} rows={() => useRows(report, uses)} />
      </p>
      <ol class="uses">
        {uses.slice(0, most).map((use, place) => (
          <Use key={use} use={use} earliest={uses[0] as number} place={place + 1} />
        ))}
      </ol>
      {uses.length > most && (
        <p>
          <button type="button" onClick={() => setMost(most + SHOWN)}>
            Show {Math.min(SHOWN, uses.length - most)} more of {number(uses.length)}
          </button>
        </p>
      )}
    </section>
  );
}

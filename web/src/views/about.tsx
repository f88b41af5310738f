/** What was scanned and how, what is left out, how the page is to be read, and the reader's marks. */
import type { ComponentChildren } from "preact";
import type { Head } from "../data/block";
import { SharedPatterns, Swatch } from "../parts/composition";
import { KINDS, kind as kindOf, PART_NAMES, PARTS } from "../parts/kinds";
import { MarksPlace } from "../parts/marks_place";
import { KindMark, Name } from "../parts/small";
import { head, link, linkOnly } from "../state/store";
import { counted, number, percent, time, took } from "../text/words";

export function About() {
  const known = head.value as Head;
  return (
    <div class="about">
      <SharedPatterns />
      <h1>About this report</h1>
      <Scanned head={known} />
      <LeftOut head={known} />
      <h2 id="marks">Your marks</h2>
      <MarksPlace id={known.id} />
      <Reading head={known} />
      <Keys />
      <Settings head={known} />
      <Licences head={known} />
    </div>
  );
}

function Scanned({ head: known }: { head: Head }) {
  const { inputs, input_files, scanned, seconds, totals, program, noun } = known;
  const rows: [string, ComponentChildren][] = [
    [
      "Read",
      <>
        {inputs.map((input, place) => (
          <span key={input}>
            {place > 0 && ", "}
            <Name of={input} />
          </span>
        ))}
        {input_files > 0 && ` (${counted(input_files, "file")})`}
      </>,
    ],
    ["When", scanned === null ? "not recorded" : time(Date.parse(scanned) / 1000)],
    ["How long", seconds === null ? "not recorded" : took(seconds)],
    ["Articles", `${number(totals.documents)}, with ${counted(totals.words, "word")}`],
    [
      "Outlets",
      noun === "outlet" ? number(totals.outlets) : "none is known, so each article stands for itself",
    ],
    ["Passages", `${number(totals.passages)}, in ${counted(totals.uses, "use")}`],
    [
      "Words in passages",
      `${number(totals.reused_words)} (${percent(totals.words ? totals.reused_words / totals.words : 0)}), each word of an article once`,
    ],
    ["By", <Name key="program" of={program} />],
  ];
  return (
    <>
      <h2>What was scanned</h2>
      <dl class="facts">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function LeftOut({ head: { kept, totals, texts, text_note, anonymised, unlisted, noun } }: { head: Head }) {
  const told = [
    ...(totals.skipped > 0
      ? [
          `${counted(totals.skipped, "place")} of the input could not be used: skipped.jsonl beside the tables says which, and why.`,
        ]
      : []),
    ...(kept.note ? [kept.note] : []),
    ...(kept.documents < totals.documents
      ? [
          `The file holds ${number(kept.documents)} of ${counted(totals.documents, "article")}; the numbers of the overview are of all.`,
        ]
      : []),
    ...(kept.passages < totals.passages
      ? [`It holds ${number(kept.passages)} of ${counted(totals.passages, "passage")}.`]
      : []),
    ...(texts !== "all" ? [text_note ?? "Not all articles have their texts in the file."] : []),
    ...(anonymised ? ["Outlets, titles and ids are replaced, and addresses left out."] : []),
    ...(unlisted > 0 ? [`${counted(unlisted, noun)} that share few words are not in the matrix.`] : []),
  ];
  return (
    <>
      <h2>What was left out</h2>
      {told.length ? (
        <ul>
          {told.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      ) : (
        <p>Nothing: all articles and passages of the result are in this file.</p>
      )}
      <p class="dim">
        Only what articles of this scan share can be found. An article that ran elsewhere first, and is not
        among them, is not known here.
      </p>
    </>
  );
}

/** Kinds and parts explained, with their numbers. */
function Reading({ head: { kinds, totals } }: { head: Head }) {
  return (
    <>
      <h2>How to read it</h2>
      <p>
        A <b>passage</b> is a run of words that two or more articles share, with small changes or none. Each
        place where it stands is a <b>use</b>. Every passage has a kind, told from who ran it, when, and what
        stands around it; the letter before its name is the same everywhere, so nobody needs the colours.
      </p>
      <table class="plain">
        <caption>Kinds of passages</caption>
        <thead>
          <tr>
            <th scope="col">kind</th>
            <th scope="col" class="meaning">
              whose words
            </th>
            <th scope="col">passages</th>
            <th scope="col">words of all uses</th>
          </tr>
        </thead>
        <tbody>
          {kinds.map(({ name, passages, words }) => (
            <tr key={name}>
              <th scope="row">
                <a href={linkOnly("passages", { kinds: [name] })}>
                  <KindMark kind={name} />
                </a>
              </th>
              <td class="meaning">{(KINDS[name] ?? kindOf("unknown")).meaning}</td>
              <td class="figure">{number(passages)}</td>
              <td class="figure">{number(words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <table class="plain">
        <caption>Parts of an article, an outlet, or all: every word is in one of them</caption>
        <thead>
          <tr>
            <th scope="col">part</th>
            <th scope="col" class="meaning">
              what it counts
            </th>
            <th scope="col">words</th>
            <th scope="col">share</th>
          </tr>
        </thead>
        <tbody>
          {PART_NAMES.map((part) => (
            <tr key={part}>
              <th scope="row">
                <Swatch origin={PARTS[part]} /> {PARTS[part].label}
              </th>
              <td class="meaning">{PARTS[part].meaning}</td>
              <td class="figure">{number(Math.round(totals.composition[part] * totals.words))}</td>
              <td class="figure">{percent(totals.composition[part])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <ul>
        <li>
          <b>Agency copy may be more than what is shared.</b> An article that is credited to an agency alone
          counts as its copy in whole, though none of the other articles has it.
        </li>
        <li>
          <b>Kinds and parts differ.</b> The words of a kind are those of all uses, so words in two passages
          count twice; the parts count each word of an article once.
        </li>
        <li>
          <b>“First” is the first of these articles.</b> It is told from the times of publication. Where they
          are missing, equal, or without a time of the day, who was first is often not known, and the page
          says so.
        </li>
        <li>
          <b>Confidence</b> is how sure the kind is, from 0 to 1; the evidence stands with each passage, in
          words.
        </li>
      </ul>
    </>
  );
}

function Keys() {
  return (
    <>
      <h2>Links and keys</h2>
      <ul>
        <li>
          The address of this page holds the view and the filters: a link, or a bookmark, leads back to them.
        </li>
        <li>
          The <a href={link("outlets")}>matrix</a> is one stop of the tab key; arrow keys, Home, End, Page Up
          and Page Down move in it, Enter chooses a pair.
        </li>
        <li>
          In a passage, an article or two of them side by side, n and p lead to the next and the previous
          passage; the keys of a view are listed in it, where they can be switched off as well.
        </li>
        <li>Charts can be saved as SVG or PNG, lists as CSV. The page needs no network and sends nothing.</li>
      </ul>
    </>
  );
}

function Settings({ head: { settings } }: { head: Head }) {
  return (
    <>
      <h2>Settings</h2>
      <p class="dim">Those that differ from the default come first.</p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">setting</th>
            <th scope="col" class="meaning">
              what it is
            </th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {settings.map(({ name, value }) => {
            const [code = "", meaning = ""] = name.split(/: (.*)/s);
            return (
              <tr key={name}>
                <th scope="row">
                  <code>
                    <Name of={code} />
                  </code>
                </th>
                <td class="meaning">
                  <Name of={meaning} />
                </td>
                <td class="figure">
                  <Name of={value} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}

function Licences({ head: { program } }: { head: Head }) {
  return (
    <>
      <h2>Licences</h2>
      <p>
        This page is part of <Name of={program} />, under the Apache License 2.0. It contains Preact and its
        signals, and TanStack Virtual, under the MIT License; parts of D3, under the ISC License; and jsdiff,
        under the BSD 3-Clause License. The texts of articles belong to those who wrote and published them:
        what you may do with this file depends on your rights to them.
      </p>
    </>
  );
}

/** Two articles side by side, at a passage that both have. */
import { signal } from "@preact/signals";
import type { RefObject } from "preact";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { at } from "../data/report";
import { ROLES, sureness } from "../parts/elsewhere";
import { type Key, KeyList, useKeys } from "../parts/keys";
import { Prose } from "../parts/prose";
import { covering, reuse } from "../parts/reuse";
import { useScrollTogether } from "../parts/scroll_together";
import { ArticleLink, KindMark, Name, OutsideLink, PassageLink, useReport } from "../parts/small";
import { UseTable } from "../parts/use_table";
import { useTexts } from "../parts/use_texts";
import { lookAt } from "../state/place";
import { goTo, here, link } from "../state/store";
import type { ArticleText } from "../text/article_text";
import { moment } from "../text/firstness";
import { type Changes, changesOf, type Shared, shared } from "../text/shared";
import type { Segment } from "../text/spans";
import { counted, percent } from "../text/words";

const isTogether = signal(true);

export function Compare() {
  const report = useReport();
  const numbers = here.value.of.slice(0, 2).map(report.documentOf);
  const [a, b] = numbers;
  if (a !== undefined && b !== undefined) return <Comparison a={a} b={b} />;
  return (
    <>
      <h1>No such articles</h1>
      <p>
        This file has no article <Name of={here.value.of[numbers.indexOf(undefined)] ?? ""} />.{" "}
        <a href={link("articles")}>All articles</a>
      </p>
    </>
  );
}

function Comparison({ a, b }: { a: number; b: number }) {
  const report = useReport();
  const all = useMemo(() => shared(report, a, b), [report, a, b]);
  const [place, setPlace] = useState(() => beginning(all, report.uses.words, wanted(report.passageBy)));
  const passage = wanted(report.passageBy);
  useEffect(() => {
    const found = all.findIndex((one) => one.passage === passage);
    if (found >= 0 && all[place]?.passage !== passage) setPlace(found);
  }, [passage, all, place]);
  const texts = useTexts([a, b]);
  const [left, right] = Array.isArray(texts) ? texts : [];
  const now = all[place];
  const changes = useMemo(
    () => (left && right && now ? changesOf(report, now.uses, [left, right]) : null),
    [report, left, right, now],
  );
  const panes = [useRef<HTMLElement>(null), useRef<HTMLElement>(null)] as const;
  const pairs = useMemo(() => all.map(({ uses }) => uses), [all]);
  const show = useScrollTogether(panes[0], panes[1], pairs, isTogether.value, texts);
  useLayoutEffect(() => {
    if (now && texts) show(now.uses);
  }, [now, texts]);
  const step = (by: 1 | -1) => () => {
    const next = all[place + by];
    if (!next) return;
    setPlace(place + by);
    lookAt(at(report.passages.id, next.passage));
  };
  const swapped = link("compare", [here.value.of[1] ?? "", here.value.of[0] ?? ""], here.value.passage);
  const keys: Key[] = [
    { letters: "nj", does: "next passage that both have", act: step(1) },
    { letters: "pk", does: "previous passage", act: step(-1) },
    { letters: "x", does: "swap the sides", act: () => goTo(swapped) },
    {
      letters: "t",
      does: "scroll together, or apart",
      act: () => {
        isTogether.value = !isTogether.value;
      },
    },
  ];
  useKeys(keys);
  return (
    <div class="comparison">
      <h1>
        <Name of={report.name(a)} /> and <Name of={report.name(b)} /> side by side
      </h1>
      <div class="compare-bar">
        <p aria-live="polite" class="where">
          {now ? <Where now={now} place={place} of={all.length} /> : "They share no passage of this file."}
        </p>
        <p class="compare-actions">
          <button type="button" disabled={place <= 0} onClick={step(-1)}>
            Previous
          </button>
          <button type="button" disabled={place + 1 >= all.length} onClick={step(1)}>
            Next
          </button>
          <a href={swapped}>Swap sides</a>
          <label>
            <input
              type="checkbox"
              checked={isTogether.value}
              onChange={(event) => {
                isTogether.value = event.currentTarget.checked;
              }}
            />{" "}
            Scroll together
          </label>
        </p>
        <p class="dim compare-legend">
          <mark class="differs side-0">only left</mark> <mark class="differs side-1">only right</mark>{" "}
          <span class="gap-sign">‸</span> left out here
        </p>
        <KeyList keys={keys} />
      </div>
      <div class="panes">
        {([a, b] as const).map((document, side) => (
          <Pane
            key={side}
            side={side as 0 | 1}
            document={document}
            text={side ? right : left}
            all={all}
            now={now}
            changes={changes?.[side] ?? NO_CHANGES}
            pane={panes[side as 0 | 1]}
          />
        ))}
      </div>
    </div>
  );
}

/** Which passage is shown, of how many. */
function Where({ now, place, of }: { now: Shared; place: number; of: number }) {
  const report = useReport();
  const sure = sureness(report, now.passage);
  return (
    <>
      Passage {place + 1} of {of} that both have:{" "}
      <KindMark kind={report.kind(now.passage)} agency={report.agency(now.passage)} />
      {sure && <span class="dim"> {sure}</span>},{" "}
      <PassageLink passage={now.passage}>all about it</PassageLink>
    </>
  );
}

const NO_CHANGES: Changes = { ranges: [], gaps: [] };

interface PaneProps {
  side: 0 | 1;
  document: number;
  text: ArticleText | undefined;
  all: Shared[];
  now: Shared | undefined;
  changes: Changes;
  pane: RefObject<HTMLElement | null>;
}

function Pane({ side, document, text, all, now, changes, pane }: PaneProps) {
  const report = useReport();
  const { uses, documents } = report;
  const current = now?.uses[side];
  const spans = useMemo(() => {
    const own = new Set(all.map((one) => one.uses[side]));
    if (current !== undefined) own.delete(current);
    const ordered = covering(report, [...own]);
    if (current !== undefined) ordered.unshift(current);
    return ordered.map((use) => ({ use, begin: at(uses.begin, use), end: at(uses.end, use) }));
  }, [report, all, side, current, uses]);
  const cuts = useMemo(() => [...changes.ranges.flat(), ...changes.gaps], [changes]);
  const filters = here.value.filters;
  const draw = useCallback(
    (segment: Segment, words: string) => {
      const attributes = reuse(report, segment);
      if (current === undefined || segment.uses[0] !== current) {
        const passage = at(report.passages.id, at(report.passageOf, segment.uses[0] as number));
        return (
          <a
            key={segment.begin}
            {...attributes}
            class={`${attributes.class} other`}
            href={link("compare", here.value.of, passage)}
          >
            {words}
          </a>
        );
      }
      const isAlone = changes.ranges.some(([begin, end]) => begin <= segment.begin && segment.end <= end);
      const gap = changes.gaps.includes(segment.begin) ? " gap-before" : "";
      const isEnd = segment.end === at(uses.end, current);
      const gapAfter = isEnd && changes.gaps.includes(segment.end) ? " gap-after" : "";
      const look = `${attributes.class} here${gap}${gapAfter}`;
      return isAlone ? (
        <mark key={segment.begin} {...attributes} class={`${look} differs side-${side}`}>
          {words}
        </mark>
      ) : (
        <span key={segment.begin} {...attributes} class={look}>
          {words}
        </span>
      );
    },
    [report, current, changes, side, filters],
  );
  const role = current === undefined ? null : ROLES[at(uses.role, current)];
  const identity = current === undefined ? null : at(uses.identity, current);
  const label = `side-${side}`;
  return (
    <section class="side" aria-labelledby={label}>
      <header>
        <h2 id={label}>
          <span class="unseen">{side ? "Right: " : "Left: "}</span>
          <Name of={report.name(document)} />
          <span class="dim">, {moment(report, document)}</span>
        </h2>
        <p>
          <ArticleLink document={document} passage={here.value.passage} />{" "}
          <OutsideLink url={at(documents.url, document)} />
          {role && (
            <>
              <br />
              This passage: <strong>{role}</strong>
              {identity !== null && identity < 1 && `, ${percent(identity)} equal to the earliest`},{" "}
              {counted(at(uses.words, current as number), "word")}
            </>
          )}
        </p>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a pane that scrolls must be reached by key */}
      <section ref={pane} class="pane" tabIndex={0} aria-label={`Text on the ${side ? "right" : "left"}`}>
        {text && text.pieces.length > 0 && <Prose text={text} spans={spans} cuts={cuts} draw={draw} />}
        {text && text.pieces.length === 0 && (
          <>
            <p>The file holds no text of this article, but where the passages are that both have.</p>
            <UseTable uses={all.map((one) => one.uses[side])} />
          </>
        )}
      </section>
    </section>
  );
}

/** The passage that the address names, by its number in the file. */
function wanted(passageBy: (id: number) => number | undefined): number | undefined {
  return here.value.passage === null ? undefined : passageBy(here.value.passage);
}

/** The place at which to begin: the passage of the address, else the longest one. */
function beginning(all: readonly Shared[], words: readonly number[], passage: number | undefined): number {
  const found = all.findIndex((one) => one.passage === passage);
  if (found >= 0) return found;
  const length = (one: Shared) => at(words, one.uses[0]);
  return all.reduce((best, one, place) => (length(one) > length(all[best] as Shared) ? place : best), 0);
}

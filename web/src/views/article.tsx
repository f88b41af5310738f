/** An article: its text with what others have too, and where they have it. */
import { signal } from "@preact/signals";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { at } from "../data/report";
import { ArticleHead } from "../parts/article_head";
import { compareLink, counterpart, Elsewhere, UseSummary } from "../parts/elsewhere";
import { SaveEvidence } from "../parts/evidence";
import { type Key, KeyList, useKeys } from "../parts/keys";
import { dimmed, MarkedKinds } from "../parts/marked_kinds";
import { Prose } from "../parts/prose";
import { covering, reuse, spoken, styleOf } from "../parts/reuse";
import { KindMark, Name, useReport } from "../parts/small";
import { UseTable } from "../parts/use_table";
import { useTexts } from "../parts/use_texts";
import { lookAt } from "../state/place";
import { here, link } from "../state/store";
import type { Segment } from "../text/spans";
import { counted } from "../text/words";

/** The stretch that a reader points at, in the article that is shown. */
interface Stretch {
  begin: number;
  uses: readonly number[];
}
const active = signal<Stretch | null>(null);
/** Milliseconds that a pointer stays on a stretch before it is shown. */
const HOVER = 120;
/** Passages that are listed beside the text. */
const MOST_LISTED = 200;

export function ArticleView() {
  const report = useReport();
  const [id = ""] = here.value.of;
  const document = report.documentOf(id);
  if (document !== undefined) return <Article document={document} />;
  return (
    <>
      <h1>No such article</h1>
      <p>
        This file has no article <Name of={id} />. <a href={link("articles")}>All articles</a>
      </p>
    </>
  );
}

function Article({ document }: { document: number }) {
  const report = useReport();
  const body = useRef<HTMLDivElement>(null);
  const uses = useMemo(() => report.usesIn(document), [report, document]);
  const [text] = asList(useTexts([document]));
  const isReady = text !== undefined;
  const passage = here.value.passage;

  useEffect(
    () => () => {
      active.value = null;
    },
    [],
  );
  useEffect(() => {
    const number = passage === null ? undefined : report.passageBy(passage);
    if (!isReady || number === undefined) return;
    if (active.value?.uses.some((use) => at(report.passageOf, use) === number)) return;
    const use = uses.find((one) => at(report.passageOf, one) === number);
    if (use !== undefined) point(body.current, use);
  }, [passage, isReady, report, uses]);

  const step = (by: 1 | -1) => () => {
    const shown = uses.filter((use) => !dimmed.value.has(styleOf(report, use)));
    const begin = (use: number) => at(report.uses.begin, use);
    const now = active.value?.begin;
    const use =
      by > 0
        ? shown.find((one) => now === undefined || begin(one) > now)
        : shown.filter((one) => now === undefined || begin(one) < now).at(-1);
    if (use !== undefined) point(body.current, use);
  };
  const keys: Key[] = [
    { letters: "nj", does: "next passage in this article", act: step(1) },
    { letters: "pk", does: "previous passage", act: step(-1) },
    { letters: "w", does: "where else the passage is", act: () => focus("#where") },
    { letters: "b", does: "back to the passage in the text", act: () => pointAgain(body.current) },
  ];
  useKeys(keys);

  return (
    <>
      <ArticleHead document={document} />
      {uses.length > 0 && (
        <p>
          <SaveEvidence documents={[document]} />
        </p>
      )}
      <MarkedKinds uses={uses} />
      <div class="reading">
        <div ref={body} class={`reading-text ${[...dimmed.value].map((style) => `no-${style}`).join(" ")}`}>
          <h2 class="unseen">Text</h2>
          {isReady && text.pieces.length > 0 && <MarkedText document={document} uses={uses} text={text} />}
          {isReady && text.pieces.length === 0 && (
            <>
              <p class="notice-quiet">
                The file holds no text of this article{uses.length > 0 && ", but where its passages are"}.
              </p>
              {uses.length > 0 && <UseTable uses={uses} />}
            </>
          )}
        </div>
        <Beside uses={uses} keys={keys} />
      </div>
    </>
  );
}

type Text = NonNullable<Exclude<ReturnType<typeof useTexts>, Error>>[number];

/** The text; it follows what a reader points at without being drawn again. */
function MarkedText({ document, uses, text }: { document: number; uses: number[]; text: Text }) {
  const report = useReport();
  const box = useRef<HTMLDivElement>(null);
  const tapped = useRef<Element | null>(null);
  const spans = useMemo(
    () =>
      covering(report, uses).map((use) => ({
        use,
        begin: at(report.uses.begin, use),
        end: at(report.uses.end, use),
      })),
    [report, uses],
  );
  const filters = here.value.filters;
  const draw = useCallback(
    (segment: Segment, words: string) => {
      const passage = at(report.passageOf, segment.uses[0] as number);
      const other = counterpart(report, passage, document);
      const begins = segment.uses.some((use) => at(report.uses.begin, use) === segment.begin);
      return (
        <a
          key={segment.begin}
          {...reuse(report, segment)}
          href={
            other === null
              ? link("passage", [at(report.passages.id, passage)])
              : compareLink(report, document, other, passage)
          }
          tabIndex={begins ? 0 : -1}
          aria-description={spoken(report, segment.uses)}
        >
          {words}
        </a>
      );
    },
    [report, document, filters],
  );
  useEffect(() => {
    for (const element of box.current?.querySelectorAll(".active") ?? []) element.classList.remove("active");
    for (const use of active.value?.uses ?? [])
      for (const element of elementsOf(box.current, use)) element.classList.add("active");
  }, [active.value]);
  // A pointer on its way to the list beside the text crosses other stretches: they are shown when it stays.
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const hover = (event: PointerEvent) => {
    clearTimeout(timer.current);
    const found = marked(event.target);
    if (found)
      timer.current = setTimeout(() => {
        active.value = stretch(found);
      }, HOVER);
  };
  const focused = (event: FocusEvent) => {
    const found = marked(event.target);
    if (!found) return;
    const { begin, uses } = stretch(found);
    active.value = { begin, uses };
    // The passage that begins here, rather than one that goes on over it.
    const use = uses.find((one) => at(report.uses.begin, one) === begin) ?? uses[0];
    if (use !== undefined) lookAt(at(report.passages.id, at(report.passageOf, use)));
  };
  // Where nothing can be pointed at without a tap, the first tap shows what is there and the second one follows.
  const tap = (event: MouseEvent) => {
    const found = marked(event.target);
    if (!found || !matchMedia("(hover: none)").matches || tapped.current === found) return;
    tapped.current = found;
    event.preventDefault();
    active.value = stretch(found);
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: links inside are what is clicked; this delays the first tap alone
    // biome-ignore lint/a11y/noStaticElementInteractions: the same
    <div
      ref={box}
      onPointerOver={hover}
      onPointerLeave={() => clearTimeout(timer.current)}
      onFocusIn={focused}
      onClick={tap}
    >
      <Prose text={text} spans={spans} draw={draw} />
    </div>
  );
}

/** What is at the place that a reader points at, and all passages of the article. */
function Beside({ uses, keys }: { uses: number[]; keys: Key[] }) {
  const report = useReport();
  const shown = active.value?.uses ?? [];
  return (
    <aside class={`beside${shown.length ? " is-open" : ""}`} aria-label="Passages">
      <h2 id="where" tabIndex={-1}>
        {shown.length > 1
          ? `${shown.length} passages overlap here`
          : shown.length
            ? "This passage"
            : "Passages"}
      </h2>
      {shown.length > 0 && (
        <button
          type="button"
          class="quiet close"
          onClick={() => {
            active.value = null;
          }}
        >
          Close
        </button>
      )}
      {shown.map((use) => (
        <section key={use} class="at-place">
          <UseSummary use={use} />
          <Elsewhere use={use} most={shown.length > 1 ? 3 : 6} />
        </section>
      ))}
      {!shown.length && uses.length > 0 && (
        <p class="dim">
          Point at a marked stretch to see where else it is; click it to see both articles side by side.
        </p>
      )}
      <details open={!shown.length}>
        <summary>
          {uses.length === 1 ? "The one passage" : `All ${counted(uses.length, "passage")}`} of this article
        </summary>
        <ol class="passages-of">
          {uses.slice(0, MOST_LISTED).map((use) => {
            const passage = at(report.passageOf, use);
            return (
              <li key={use}>
                <a
                  href={link("article", here.value.of, at(report.passages.id, passage))}
                  onClick={() => {
                    active.value = null;
                  }}
                >
                  <KindMark kind={report.kind(passage)} agency={report.agency(passage)} />{" "}
                  {counted(at(report.uses.words, use), "word")}
                </a>
                , in {counted(at(report.passages.documents, passage), "article")}
              </li>
            );
          })}
        </ol>
        {uses.length > MOST_LISTED && <p class="dim">and {uses.length - MOST_LISTED} more in the text.</p>}
      </details>
      <KeyList keys={keys} />
    </aside>
  );
}

const asList = (texts: ReturnType<typeof useTexts>): Text[] => (Array.isArray(texts) ? texts : []);
const marked = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>("[data-use]") : null;

function stretch(element: HTMLElement): Stretch {
  const { use = "", begin } = element.dataset;
  return { begin: Number(begin), uses: use.split(" ").map(Number) };
}

function elementsOf(box: HTMLElement | null, use: number): HTMLElement[] {
  return [...(box?.querySelectorAll<HTMLElement>(`[data-use~="${use}"]`) ?? [])];
}

/** Bring a use into view and put the focus on it. */
function point(box: HTMLElement | null, use: number): void {
  const [element] = elementsOf(box, use);
  if (!element) return;
  active.value = stretch(element);
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
}

function pointAgain(box: HTMLElement | null): void {
  const use = active.value?.uses[0];
  if (use !== undefined) point(box, use);
}

function focus(selector: string): void {
  document.querySelector<HTMLElement>(selector)?.focus();
}

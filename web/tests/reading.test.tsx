import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Block } from "../src/data/block";
import { at, type Report, reportOf } from "../src/data/report";
import { areKeysOn } from "../src/parts/keys";
import { address } from "../src/state/address";
import { marks } from "../src/state/marks";
import { head, here, report as shown } from "../src/state/store";
import { ArticleView } from "../src/views/article";
import { Compare } from "../src/views/compare";
import { PassageView } from "../src/views/passage";
import { block } from "./fixture";

const VIEWS = { article: ArticleView, compare: Compare, passage: PassageView };
let root: HTMLElement;

beforeEach(() => {
  root = document.createElement("div");
  document.body.append(root);
  marks.value = {};
  areKeysOn.value = true;
});
afterEach(() => {
  act(() => render(null, root));
  root.remove();
});

/** Draw the view of an address, with the texts that it asks for. */
async function open(report: Report, hash: string): Promise<void> {
  head.value = report.head;
  shown.value = report;
  location.hash = hash;
  here.value = address(hash);
  const View = VIEWS[here.value.view as keyof typeof VIEWS];
  await act(async () => render(<View />, root));
  await settled();
}
const settled = () => act(() => new Promise<void>((done) => setTimeout(done, 5)));
const press = (key: string, target: Element = document.body) =>
  act(async () => void target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })));

/** The text that is marked as of a use, within an element. */
const markedAs = (use: number, within: Element = root) =>
  [...within.querySelectorAll(`[data-use~="${use}"]`)].map((element) => element.textContent).join("");

const report = reportOf(block);
const { uses, documents, passages } = report;
const wanted = (use: number) =>
  [...(block.texts[at(uses.document, use)] as string)].slice(at(uses.begin, use), at(uses.end, use)).join("");
const idOf = (document: number) => encodeURIComponent(at(documents.id, document));

describe("an article", () => {
  test.each([...documents.id.keys()])(
    "%i has the text of each of its uses marked, and its own text whole",
    async (number) => {
      await open(report, `#article/${idOf(number)}`);
      for (const use of report.usesIn(number)) expect(markedAs(use)).toBe(wanted(use));
      expect(root.querySelector(".prose")?.textContent ?? null).toBe(block.texts[number]);
    },
  );

  test("goes from passage to passage by key, which the address follows, but not while somebody types", async () => {
    await open(report, `#article/${idOf(0)}`);
    const begins = [...new Set(report.usesIn(0).map((use) => at(uses.begin, use)))];
    for (const begin of begins) {
      await press("n");
      expect((document.activeElement as HTMLElement).dataset.begin).toBe(String(begin));
    }
    expect(here.value.passage).toBe(at(passages.id, at(report.passageOf, report.usesIn(0).at(-1) as number)));
    await press("k");
    expect((document.activeElement as HTMLElement).dataset.begin).toBe(String(begins.at(-2)));
    const field = document.createElement("input");
    root.append(field);
    await press("n", field);
    areKeysOn.value = false;
    await press("n");
    expect((document.activeElement as HTMLElement).dataset.begin).toBe(String(begins.at(-2)));
  });

  test("opens at the passage of the address, and tells where else it is", async () => {
    const use = report.usesIn(0)[1] as number;
    const passage = at(report.passageOf, use);
    await open(report, `#article/${idOf(0)}?passage=${at(passages.id, passage)}`);
    expect((document.activeElement as HTMLElement).dataset.use?.split(" ")).toContain(String(use));
    const others = report.usesOf(passage).filter((one) => at(uses.document, one) !== 0);
    const links = [...root.querySelectorAll(".elsewhere a")].map((link) => link.getAttribute("href"));
    for (const other of others)
      expect(links).toContain(
        `#compare/${idOf(0)}/${idOf(at(uses.document, other))}?passage=${at(passages.id, passage)}`,
      );
  });

  test("of which the file has pieces, or nothing, shows what is known", async () => {
    const made = structuredClone(block) as Block;
    const use = report.usesIn(0)[0] as number;
    made.texts[0] = [[at(uses.begin, use), wanted(use)]];
    made.texts[1] = null;
    await open(reportOf(made), `#article/${idOf(0)}`);
    expect(markedAs(use)).toBe(wanted(use));
    expect(root.textContent).toContain("characters that the file leaves out");
    await open(reportOf(made), `#article/${idOf(1)}`);
    expect(root.querySelectorAll("tbody tr")).toHaveLength(report.usesIn(1).length);
  });
});

describe("two articles side by side", () => {
  const [a, b] = report.usesOf(0).map((use) => at(uses.document, use)) as [number, number];
  const panes = () => [...root.querySelectorAll(".pane")] as [Element, Element];

  test("mark the passage in both, and the words that differ", async () => {
    await open(report, `#compare/${idOf(a)}/${idOf(b)}?passage=${at(passages.id, 0)}`);
    const [useA, useB] = report.usesOf(0) as [number, number];
    expect(markedAs(useA, panes()[0])).toBe(wanted(useA));
    expect(markedAs(useB, panes()[1])).toBe(wanted(useB));
    const same = panes().map((pane) =>
      [...pane.querySelectorAll(".here:not(.differs)")]
        .map((element) => element.textContent)
        .join("")
        .replace(/\s/g, ""),
    );
    expect(same[0]).toBe(same[1]);
    expect(same[0]?.length).toBeGreaterThan(0);
  });

  test("go through all that both have by key", async () => {
    await open(report, `#compare/${idOf(a)}/${idOf(b)}`);
    const inB = new Set(report.usesIn(b).map((use) => at(report.passageOf, use)));
    const both = report.usesIn(a).filter((use) => inB.has(at(report.passageOf, use)));
    for (let n = 0; n < both.length; n++) await press("p");
    expect(root.querySelector(".where")?.textContent).toContain(`Passage 1 of ${both.length}`);
    for (let n = 0; n < both.length; n++) await press("n");
    expect(root.querySelector(".where")?.textContent).toContain(`Passage ${both.length} of ${both.length}`);
  });

  test("that share nothing, or that the file has not got, say so", async () => {
    const apart = [...documents.id.keys()].find((number) => !report.usesIn(number).length) ?? -1;
    expect(apart).toBeGreaterThanOrEqual(0);
    await open(report, `#compare/${idOf(0)}/${idOf(apart)}`);
    expect(root.textContent).toContain("They share no passage");
    await open(report, `#compare/${idOf(0)}/nowhere`);
    expect(root.textContent).toContain("no article nowhere");
  });
});

describe("a passage", () => {
  test.each([...passages.id.keys()])("%i shows every use, and what is left out and added", async (number) => {
    await open(report, `#passage/${at(passages.id, number)}`);
    const items = [...root.querySelectorAll(".uses > li")];
    const own = report.usesOf(number);
    expect(items).toHaveLength(own.length);
    items.forEach((item, place) => {
      const copy = item.querySelector(".words-of")?.cloneNode(true) as Element;
      for (const element of copy.querySelectorAll("del, .unseen, .dim")) element.remove();
      expect(copy.textContent?.replace(/\s/g, "")).toBe(wanted(own[place] as number).replace(/\s/g, ""));
    });
  });

  test("takes marks and notes", async () => {
    await open(report, `#passage/${at(passages.id, 0)}`);
    const button = (label: string) =>
      [...root.querySelectorAll("button")].find((one) =>
        one.textContent?.includes(label),
      ) as HTMLButtonElement;
    await act(async () => button("Reviewed").click());
    expect(marks.value[at(passages.id, 0)]?.state).toBe("reviewed");
    expect(button("Reviewed").getAttribute("aria-pressed")).toBe("true");
    await act(async () => button("Reviewed").click());
    expect(marks.value).toEqual({});
    await act(async () => button("Add a note").click());
    const field = root.querySelector("textarea") as HTMLTextAreaElement;
    field.value = " see the desk ";
    await act(async () => void field.dispatchEvent(new Event("input", { bubbles: true })));
    await act(async () => void field.dispatchEvent(new Event("blur")));
    expect(marks.value[at(passages.id, 0)]?.note).toBe("see the desk");
  });

  test("of 300 uses draws 50 at first", async () => {
    const made = structuredClone(block) as Block;
    const [from, to] = [at(passages.uses, 0), at(passages.uses, 1)];
    const more = Array.from({ length: 300 }, (_, n) => from + (n % (to - from)));
    for (const column of ["document", "begin", "end", "words", "identity", "role"] as const) {
      const values = made.uses[column] as number[];
      values.push(...more.map((use) => values[use] as number));
    }
    for (const column of Object.values(made.passages) as unknown[][]) column.push(column[0]);
    made.passages.uses[made.passages.uses.length - 1] = made.uses.document.length;
    made.passages.id[made.passages.id.length - 1] = 999_999;
    await open(reportOf(made), "#passage/999999");
    expect(root.querySelectorAll(".uses > li")).toHaveLength(50);
  });
});

test("what articles hold is text, never markup", async () => {
  const made = structuredClone(block) as Block;
  const markup = "<img src=x onerror=alert(1)><script>alert(2)</script>";
  const [use] = made.uses.document.flatMap((number, one) => (number === 0 ? [one] : [])) as [number];
  const text = made.texts[0] as string;
  made.texts[0] = markup + text.slice(markup.length);
  made.uses.begin[use] = 0;
  made.documents.title[0] = markup;
  made.documents.url[0] = "javascript:alert(3)";
  made.head.outlets[made.documents.outlet[0] as number] = {
    ...(made.head.outlets[made.documents.outlet[0] as number] as Block["head"]["outlets"][number]),
    name: markup,
  };
  made.passages.reasons[0] = markup;
  const hostile = reportOf(made);
  const other = at(
    made.uses.document,
    hostile.usesOf(at(hostile.passageOf, use)).find((one) => at(made.uses.document, one) !== 0) as number,
  );
  for (const hash of [
    `#article/${idOf(0)}`,
    `#compare/${idOf(0)}/${idOf(other)}`,
    `#passage/${at(passages.id, at(hostile.passageOf, use))}`,
    `#article/${encodeURIComponent(markup)}`,
    `#passage/${encodeURIComponent(markup)}`,
  ]) {
    await open(hostile, hash);
    expect(root.querySelector("img, script, iframe")).toBeNull();
    expect(root.textContent).toContain("<img src=x");
    for (const link of root.querySelectorAll("a")) expect(link.getAttribute("href")).toMatch(/^(#|https?:)/);
  }
});

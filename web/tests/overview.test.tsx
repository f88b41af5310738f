import { render } from "preact";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Head } from "../src/data/block";
import { address } from "../src/state/address";
import { marks } from "../src/state/marks";
import { head, here, report } from "../src/state/store";
import { About } from "../src/views/about";
import { Articles } from "../src/views/articles";
import { Outlets } from "../src/views/outlets";
import { Overview } from "../src/views/overview";
import { block, seeds } from "./fixture";

const HOSTILE = '<img src=x onerror="alert(1)"></script>\u202e"\'&\u0000';

let place: HTMLElement;

const tick = () => new Promise((done) => setTimeout(done, 20));

const show = async (view: () => preact.JSX.Element, hash = "") => {
  here.value = address(hash);
  const View = view;
  render(<View />, place);
  await tick();
};

beforeEach(() => {
  place = document.createElement("main");
  document.body.append(place);
  marks.value = {};
  head.value = block.head;
  report.value = seeds();
});

afterEach(() => {
  render(null, place);
  place.remove();
});

/** A head in which every name is hostile. */
function hostile(): Head {
  const { agencies, outlets, settings } = block.head;
  return {
    ...block.head,
    inputs: [HOSTILE],
    program: HOSTILE,
    settings: [...settings, { name: HOSTILE, value: HOSTILE }],
    agencies: agencies.map((one, n) => ({
      ...one,
      name: `${HOSTILE}${n}`,
      carried: one.carried.map((carrier, place) => ({ ...carrier, name: `${HOSTILE}${place}` })),
    })),
    outlets: outlets.map((outlet, n) => ({ ...outlet, name: `${HOSTILE}${n}` })),
  };
}

const VIEWS = { Overview, Outlets, Articles, About };

describe.each(Object.entries(VIEWS))("%s", (_, view) => {
  test("has one h1, headings in order, and unique ids", async () => {
    await show(view);
    const levels = [...place.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1]));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.slice(1).forEach((level, n) => {
      expect(level - (levels[n] as number)).toBeLessThanOrEqual(1);
    });
    const ids = [...place.querySelectorAll("[id]")].map((one) => one.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("takes names as text", async () => {
    const evil = hostile();
    head.value = evil;
    report.value = Object.assign(seeds(), { head: evil });
    await show(view);
    expect(place.querySelector("img, script")).toBeNull();
    expect(place.textContent).not.toContain("\u202e");
    if (view !== Articles) expect(place.textContent).toContain("<img src=x");
  });
});

describe("Overview", () => {
  test("is drawn from the head alone, and says whose copy, how much, and who ran it most", async () => {
    report.value = null;
    await show(Overview);
    const lead = place.querySelector(".lead")?.textContent ?? "";
    expect(lead).toContain("49.7 % of 6,174 words in 12 articles of 12 outlets");
    expect(lead).toContain("copy of AFP (1,528 words); Harbour Courier ran most of it (517)");
    const [whose, , most] = [...place.querySelectorAll(".answers section")].map((one) => one.textContent);
    expect(whose).toContain("Reuters: 1,045 words in 6 outlets, most in Northgate Financial Record (513)");
    expect(most).toContain("Harbour Courier: 517 words; 100.0 % of its words");
  });

  test("has the numbers of the tables", async () => {
    await show(Overview);
    const { composition, words } = block.head.totals;
    const rows = [...place.querySelectorAll(".shares tbody tr")].map((row) => row.textContent ?? "");
    expect(rows[0]).toContain(Math.round(composition.agency * words).toLocaleString("en-US"));
    expect(rows).toHaveLength(6);
    expect(place.textContent).toContain("2,600 words (42.1 %) stand in passages that several");
  });

  test("speaks where nothing was found", async () => {
    const nothing = { ...block.head.totals, passages: 0, words: 0, reused_words: 0, uses: 0 };
    const parts = { agency: 0, copied: 0, quotation: 0, boilerplate: 0, unclear: 0, own: 0 };
    head.value = {
      ...block.head,
      totals: { ...nothing, composition: parts },
      agencies: [],
      outlets: [],
      pairs: [],
      order: [],
      kinds: [],
    };
    report.value = null;
    await show(Overview);
    expect(place.textContent).toContain("The articles share no passage.");
    expect(place.textContent).not.toContain("NaN");
  });

  test("says that its numbers are of the whole where filters are set", async () => {
    await show(Overview, "#overview?outlets=Morning+Bugle");
    expect(place.textContent).toContain("This view shows the whole result");
    const link = place.querySelector<HTMLAnchorElement>(".ranked a");
    expect(link?.getAttribute("href")).toBe("#passages?agencies=AFP");
  });
});

describe("Outlets", () => {
  const stops = () => [...place.querySelectorAll<HTMLElement>('.matrix [tabindex="0"]')];
  const press = (key: string, more: KeyboardEventInit = {}) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));

  test("is one stop of the tab key, with arrow keys between cells and names", async () => {
    await show(Outlets);
    expect(stops()).toHaveLength(1);
    stops()[0]?.focus();
    press("Home", { ctrlKey: true });
    expect((document.activeElement as HTMLElement).dataset).toMatchObject({ row: "1", column: "1" });
    press("ArrowRight");
    press("ArrowDown");
    expect((document.activeElement as HTMLElement).dataset).toMatchObject({ row: "2", column: "2" });
    expect(stops()).toEqual([document.activeElement]);
    press("Home");
    expect(document.activeElement?.tagName).toBe("BUTTON");
    press("ArrowUp");
    press("ArrowUp");
    expect((document.activeElement as HTMLElement).dataset).toMatchObject({ row: "1", column: "0" });
  });

  test("a cell says what it counts, and sets the pair, whose passages stand below", async () => {
    await show(Outlets);
    const cell = place.querySelector<HTMLElement>(
      '[aria-label^="Isthmus Times and Harbour Courier: 238 words"]',
    );
    expect(cell).not.toBeNull();
    cell?.focus();
    press("Enter");
    expect(address(location.hash).filters.pair).toEqual(["Isthmus Times", "Harbour Courier"]);
    here.value = address(location.hash);
    await tick();
    expect(place.querySelectorAll('[aria-selected="true"]')).toHaveLength(2);
    expect(place.textContent).toContain("What Isthmus Times and Harbour Courier both have");
    expect(place.querySelectorAll(".few li").length).toBeGreaterThan(0);
  });

  test("a name sets the filter of outlets, and takes it away", async () => {
    await show(Outlets, "#outlets");
    const name = place.querySelector<HTMLElement>('tbody th button[data-row="1"]');
    name?.click();
    const { outlets } = address(location.hash).filters;
    expect(outlets).toEqual([name?.textContent]);
    here.value = address(location.hash);
    await tick();
    place.querySelector<HTMLElement>('tbody th button[aria-pressed="true"]')?.click();
    expect(address(location.hash).filters.outlets).toEqual([]);
  });

  test("draws what is shown alone", async () => {
    await show(Outlets, "#outlets/20//morning");
    const shown = place.querySelectorAll(".matrix tbody tr").length;
    expect(shown).toBeGreaterThan(1);
    expect(shown).toBeLessThan(block.head.order.length);
  });
});

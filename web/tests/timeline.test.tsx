import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, expect, test } from "vitest";
import type { Block } from "../src/data/block";
import { at, reportOf } from "../src/data/report";
import { rowsOf, Timeline } from "../src/parts/timeline";
import { report as shown } from "../src/state/store";
import { block, seeds } from "./fixture";

const root = document.createElement("div");
afterEach(() => act(() => render(null, root)));

test("a passage has a sign a use, with its outlet, time and role, which leads to its article", () => {
  const report = seeds();
  shown.value = report;
  act(() => render(<Timeline passage={0} />, root));
  const uses = report.usesOf(0);
  const links = [...root.querySelectorAll("svg a")];
  expect(links).toHaveLength(uses.length);
  for (const use of uses) {
    const document = at(report.uses.document, use);
    const link = links.find((one) =>
      one
        .getAttribute("href")
        ?.startsWith(`#article/${encodeURIComponent(at(report.documents.id, document))}`),
    );
    expect(link?.getAttribute("aria-label")).toContain(report.name(document));
  }
});

test("a day without an hour is a bar as long as the day, and an undated article stands apart", () => {
  const made = structuredClone(block) as Block;
  const [first, second] = reportOf(made)
    .usesOf(0)
    .map((use) => at(made.uses.document, use)) as [number, number];
  made.documents.dated.fill(1);
  made.documents.dated[first] = 0;
  made.documents.published[first] = 86_400 * Math.floor((made.documents.published[first] as number) / 86_400);
  made.documents.published[second] = null;
  shown.value = reportOf(made);
  act(() => render(<Timeline passage={0} />, root));
  expect(root.querySelectorAll("svg .day")).toHaveLength(1);
  expect(root.querySelector("svg")?.textContent).toContain("undated");
  made.documents.published.fill(null);
  shown.value = reportOf(made);
  act(() => render(<Timeline passage={1} />, root));
  expect(root.querySelector("svg")).toBeNull();
});

test("many outlets share the last row, and no use is lost", () => {
  const made = structuredClone(block) as Block;
  const outlet = at(made.head.outlets, 0);
  made.head.outlets = Array.from({ length: 40 }, (_, n) => ({ ...outlet, name: `Outlet ${n}` }));
  made.documents.outlet = made.documents.outlet.map((_, n) => n);
  const report = reportOf(made);
  const uses = [...made.uses.document.keys()];
  for (const row of rowsOf(report, uses)) expect(row.uses.length).toBeGreaterThan(0);
  expect(
    rowsOf(report, uses)
      .flatMap((row) => row.uses)
      .sort((a, b) => a - b),
  ).toEqual(uses);
});

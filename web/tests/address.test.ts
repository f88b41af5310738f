import { expect, test } from "vitest";
import { type Address, address, fragment, NO_FILTERS } from "../src/state/address";

const FULL: Address = {
  view: "compare",
  of: ["a/b?c#d&e=%20 é", "</script>"],
  passage: 12,
  filters: {
    kinds: ["wire", "copy"],
    agencies: ["A, B", "C&D"],
    outlets: ["x=y"],
    pair: ["One", "Two + 3"],
    from: "2031-01-02",
    to: "2031-02-03",
    least: 0,
    most: 500,
    credited: "some",
    crediting: "no",
    marked: "not-reuse",
    text: 'two "words here" 100 %',
    sort: "latest",
  },
};

test("an address leads back to itself", () => {
  expect(address(fragment(FULL))).toEqual(FULL);
  const plain: Address = { view: "overview", of: [], passage: null, filters: NO_FILTERS };
  expect(fragment(plain)).toBe("#overview");
  expect(address("")).toEqual(plain);
});

test.each([
  "#no-such-view",
  "#passages?sort=evil&credited=1&crediting=x&marked=<b>&from=yesterday&to=2031-1-1&least=-1&most=1e9&passage=x&pair=one",
  "#%E0%A4%A?text=",
  "#__proto__/constructor?__proto__=1",
  "#//////",
])("an address that cannot be is as by default: %s", (text) => {
  const { view, passage, filters } = address(text);
  expect(["overview", "passages"]).toContain(view);
  expect(passage).toBeNull();
  expect(filters).toEqual(NO_FILTERS);
});

test.each(["2019-02-30", "2024-13-45", "0000-01-01", "2019-1-1"])("%s is no day", (text) => {
  expect(address(`#passages?from=${text}&to=${text}`).filters).toEqual(NO_FILTERS);
});
test.each(["2020-02-29", "0001-01-01", "9999-12-31"])("%s is a day", (text) => {
  expect(address(`#passages?from=${text}`).filters.from).toBe(text);
});

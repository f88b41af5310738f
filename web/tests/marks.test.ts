import { beforeEach, expect, test } from "vitest";
import { exported, imported, kept, mark, marks, open } from "../src/state/marks";

beforeEach(() => {
  localStorage.clear();
  open("report-1");
});

test("marks are kept for the report, and taken away when nothing is left of them", () => {
  mark(3, { state: "reviewed" });
  mark(3, { note: "seen twice" });
  expect(marks.value[3]).toMatchObject({ state: "reviewed", note: "seen twice" });
  open("report-2");
  expect(marks.value).toEqual({});
  open("report-1");
  expect(marks.value[3]).toMatchObject({ state: "reviewed", note: "seen twice" });
  mark(3, { state: null, note: "" });
  expect(marks.value).toEqual({});
});

test("an export is imported elsewhere, and of two marks the later stays", () => {
  mark(1, { state: "not-reuse" });
  mark(2, { note: "old" });
  const text = exported("report-1");
  localStorage.clear();
  open("report-1");
  expect(imported("report-1", text)).toBe(2);
  expect(marks.value[1]?.state).toBe("not-reuse");
  marks.value = { ...marks.value, 2: { state: null, note: "new", at: "9999-01-01T00:00:00.000Z" } };
  expect(imported("report-1", text)).toBe(0);
  expect(marks.value[2]?.note).toBe("new");
});

test.each([
  ["not json", "not JSON"],
  ["null", "no marks"],
  ['{"program":"other","marks":{}}', "no marks"],
  ['{"program":"syndetect","version":1,"report":"report-1","marks":null}', "no marks"],
  ['{"program":"syndetect","version":2,"report":"report-1","marks":{}}', "another version"],
  ['{"program":"syndetect","version":1,"report":"another","marks":{}}', "another result"],
])("an import of %s is refused", (text, why) => {
  expect(() => imported("report-1", text)).toThrow(why);
});

test("what is no mark in a file is left out", () => {
  const given = {
    1: { state: "evil", note: 5 },
    x: { state: "reviewed" },
    2: null,
    3: { state: "reviewed", extra: 1, at: "zzz: after all times" },
  };
  const text = JSON.stringify({ program: "syndetect", version: 1, report: "report-1", marks: given });
  expect(imported("report-1", text)).toBe(1);
  expect(marks.value).toEqual({ 3: { state: "reviewed", note: "", at: "" } });
});

test("a broken store is as an empty one", () => {
  localStorage.setItem("syndetect:report-1", "{");
  open("report-1");
  mark(1, { state: "reviewed" });
  expect(marks.value[1]?.state).toBe("reviewed");
  expect(kept.value).toBe(true);
});

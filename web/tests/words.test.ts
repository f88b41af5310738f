import { expect, test } from "vitest";
import { csv } from "../src/parts/save";
import { duration, percent, safeAddress, shown, time } from "../src/text/words";

test.each([
  ["https://paper.invalid/a?b=c#d", "https://paper.invalid/a?b=c#d"],
  ["http://paper.invalid", "http://paper.invalid/"],
  ["javascript:alert(1)", null],
  [" java\tscript:alert(1)", null],
  ["data:text/html,x", null],
  ["//paper.invalid/a", null],
  ["paper.invalid", null],
  ["", null],
  [null, null],
])("the address %j as a link is %j", (given, expected) => {
  expect(safeAddress(given)).toBe(expected);
});

test("names show what would steer the text around them", () => {
  expect(shown("a\u202eb\u2066c\n\td\u0007")).toBe("a\ufffdb\ufffdc d\ufffd");
  expect(shown("👩‍👩‍👧 नमस्‍ते")).toBe("👩‍👩‍👧 नमस्‍ते");
});

test("numbers, times and durations", () => {
  expect(percent(0.3144)).toBe("31.4 %");
  expect(percent(0.0001)).toBe("< 0.1 %");
  expect(percent(0)).toBe("0.0 %");
  expect(time(0)).toBe("1 Jan 1970, 00:00 UTC");
  expect(time(0, false)).toBe("1 Jan 1970");
  expect(time(null)).toBe("undated");
  expect(duration(90)).toBe("2 minutes");
  expect(duration(86_400)).toBe("1 day");
});

test("CSV quotes what must be, and runs nothing in a spreadsheet", () => {
  expect(
    csv(
      ["a", "b,c"],
      [
        ["=1+1", null],
        ['x"y', 2.5],
        ["-3", "line\nend"],
        ["\tx", "@y"],
      ],
    ),
  ).toBe('\ufeffa,"b,c"\r\n\'=1+1,\r\n"x""y",2.5\r\n\'-3,"line\nend"\r\n\'\tx,\'@y\r\n');
});

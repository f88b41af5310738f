import { describe, expect, test } from "vitest";
import type { Block } from "../src/data/block";
import { type Report, reportOf } from "../src/data/report";
import { documentsOf, firstness, mayBeFirst } from "../src/text/firstness";
import { block } from "./fixture";

const DAY = 86_400;

/** The sample report with one passage, of documents that were published so; null without a date. */
function report(
  times: [seconds: number | null, isExact: boolean][],
  passage: Partial<Record<"first" | "origin" | "agency", number | string | null>> = {},
): Report {
  const made = structuredClone(block) as Block;
  const numbers = times.map((_, number) => number);
  for (const number of numbers) {
    const [seconds, isExact] = times[number] as [number | null, boolean];
    made.documents.published[number] = seconds;
    made.documents.dated[number] = isExact ? 1 : 0;
  }
  made.uses = {
    document: numbers,
    begin: numbers.map(() => 0),
    end: numbers.map(() => 5),
    words: numbers.map(() => 1),
    identity: numbers.map(() => 1),
    role: numbers.map(() => 2),
  };
  for (const name of Object.keys(made.passages)) {
    const column = made.passages[name as "id"];
    column.length = 1;
  }
  made.passages.uses = [0, times.length];
  made.passages.first = [(passage.first as number) ?? -1];
  made.passages.origin = [(passage.origin as string) ?? null];
  made.passages.agency = [(passage.agency as number) ?? -1];
  return reportOf(made);
}

const candidates = (...times: [number | null, boolean][]) => {
  const made = report(times);
  return mayBeFirst(made, documentsOf(made, 0));
};

describe("which may have been first", () => {
  test("times less than 15 minutes apart are a tie", () => {
    expect(candidates([10_000, true], [10_000 + 899, true], [10_000 + 900, true])).toEqual([0, 1]);
  });

  test("a date without a time is any moment of its day, and two dates are in order", () => {
    expect(candidates([DAY, false], [DAY + 80_000, true], [2 * DAY, false])).toEqual([0, 1]);
    expect(candidates([DAY + 10, true], [DAY, false])).toEqual([0, 1]);
  });

  test("an article without a date may always have been", () => {
    expect(candidates([null, false], [DAY, true], [9 * DAY, true])).toEqual([0, 1]);
  });
});

describe("in words", () => {
  test("a known first names the next and how much later it came", () => {
    const { level, sentences } = firstness(
      report(
        [
          [DAY, true],
          [DAY + 7200, true],
        ],
        { first: 0 },
      ),
      0,
    );
    expect(level).toBe("known");
    expect(sentences.join(" ")).toMatch(/had it first.*came 2 hours later/);
  });

  test("a known first without hours says that they are not known", () => {
    const found = firstness(
      report(
        [
          [DAY, false],
          [2 * DAY, false],
        ],
        { first: 0 },
      ),
      0,
    );
    expect(found.sentences.join(" ")).toMatch(/only the day is known/);
  });

  test("an agency without an article is inferred; an article that the file leaves out is named", () => {
    const inferred = firstness(report([[DAY, true]], { origin: "AFP (inferred)" }), 0);
    expect(inferred.level).toBe("inferred");
    expect(inferred.sentences[0]).toContain("AFP");
    expect(inferred.sentences[0]).not.toContain("(inferred)");
    const outside = firstness(report([[DAY, true]], { origin: "some-id" }), 0);
    expect(outside.level).toBe("known");
    expect(outside.sentences[0]).toContain("leaves out had it first: some-id");
  });

  test("an open one says why it is open", () => {
    const found = firstness(
      report([
        [null, false],
        [DAY, false],
        [DAY + 60, true],
      ]),
      0,
    );
    expect(found.level).toBe("open");
    expect(found.candidates).toEqual([0, 1, 2]);
    expect(found.sentences[0]).toMatch(/^3 of 3 articles.*1 without a date; 1 with a day.*15 minutes/);
    const one = firstness(
      report(
        [
          [DAY, true],
          [9 * DAY, true],
        ],
        { agency: 0 },
      ),
      0,
    );
    expect(one.sentences[0]).toContain("does not make an outlet the source of");
  });
});

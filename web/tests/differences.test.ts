import { describe, expect, test } from "vitest";
import { alone, differences, runs, withoutLongEnds } from "../src/text/differences";

const told = (first: string, other: string) =>
  differences(first, other)
    .map(({ change, text }) => ({ same: text, removed: `[-${text}-]`, added: `{+${text}+}` })[change])
    .join("");

/** A generator of numbers from 0 to 1, by Lehmer. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

describe("differences", () => {
  test.each([
    ["He said so.", "He said so.", "He said so."],
    ["He said so.", "He wrote so.", "He[- said-]{+ wrote+} so."],
    ["So he said", "he said", "[-So-] he said"],
    ["He “said” so", 'He "said" so', 'He[- “-]{+ "+}said[-”-]{+"+} so'],
    ["a b c", "a c", "a[- b-] c"],
    ["a c", "a b c", "a{+ b+} c"],
    ["", "a b", "{+a b+}"],
    ["a b", "", "[-a b-]"],
    ["", "", ""],
    ["one  two\n\nthree", "one two three", "one two three"],
    ["総理大臣は語った", "総理大臣が語った", "総理大臣[-は-]{+が+}語った"],
    ["a \u{1f600} b", "a \u{1f680} b", "a[- \u{1f600}-]{+ \u{1f680}+} b"],
  ])("%j and %j", (first, other, expected) => {
    expect(told(first, other)).toBe(expected);
  });

  test("say of a long end that is left out how long it is", () => {
    const end = "one two three four five six seven eight nine";
    const [, last] = withoutLongEnds(differences(`Begin ${end}`, "Begin"));
    expect(last?.text).toContain("9 words left out");
    const short = differences("Begin one two", "Begin");
    expect(withoutLongEnds(short)).toEqual(short);
  });
});

describe("runs", () => {
  test("cover both texts, equal words in the equal ones alone", () => {
    const next = random(7);
    const signs = ["the", "a", "b", " ", "  ", "\n\n", ",", "“", "語", "\u{1f600}", "\ud800", "é"];
    for (let round = 0; round < 300; round++) {
      const text = () =>
        Array.from({ length: Math.floor(30 * next()) }, () => signs[Math.floor(next() * signs.length)]).join(
          "",
        );
      const [a, b] = [text(), text()];
      const found = runs(a, b);
      expect(found.map((run) => a.slice(...run.a)).join("")).toBe(a.trim() && a);
      expect(found.map((run) => b.slice(...run.b)).join("")).toBe(b.trim() && b);
      for (const run of found) {
        const [ours, theirs] = [a.slice(...run.a), b.slice(...run.b)].map((part) => part.replace(/\s+/g, ""));
        if (run.isEqual) expect(ours).toBe(theirs);
      }
      found.forEach((run, place) => {
        if (place > 0) expect(run.isEqual).toBe(!found[place - 1]?.isEqual);
      });
    }
  });

  test("of long texts without a word in common end soon", () => {
    const long = (word: string) => Array.from({ length: 60_000 }, (_, n) => `${word}${n}`).join(" ");
    const begun = performance.now();
    const found = runs(`same ${long("a")} end`, `same ${long("b")} end`);
    expect(found.map((run) => run.isEqual)).toEqual([true, false, true]);
    expect(performance.now() - begun).toBeLessThan(3000);
  });
});

test("what one text has alone is without the white space before it, and gaps are where it lacks words", () => {
  const [a, b] = ["He said it so.", "He wrote so indeed."];
  const found = runs(a, b);
  const words = (text: string, side: 0 | 1) =>
    alone(text, found, side).ranges.map((range) => text.slice(...range));
  expect(words(a, 0)).toEqual(["said it"]);
  expect(words(b, 1)).toEqual(["wrote", "indeed"]);
  expect(alone(a, found, 0).gaps).toEqual([a.indexOf(".")]);
  expect(alone(b, found, 1).gaps).toEqual([]);
});

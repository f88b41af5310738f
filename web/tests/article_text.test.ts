import { describe, expect, test } from "vitest";
import { ArticleText } from "../src/text/article_text";

describe("ArticleText", () => {
  test.each(["plain words", "a😀b𠀀c", "😀😀😀", "\ud800 alone", "é e\u0301 👩‍👩‍👧", ""])(
    "cuts by code points: %j",
    (text) => {
      const characters = [...text];
      const cut = new ArticleText(text);
      expect(cut.end).toBe(characters.length);
      for (let begin = 0; begin <= characters.length; begin++) {
        for (let end = begin; end <= characters.length; end++) {
          expect(cut.slice(begin, end)).toBe(characters.slice(begin, end).join(""));
        }
      }
      expect(cut.slice(0, characters.length + 1)).toBeNull();
    },
  );

  test("knows only what its pieces hold", () => {
    const cut = new ArticleText([
      [10, "first 😀 piece"],
      [40, "second"],
    ]);
    expect(cut.whole).toBeNull();
    expect(cut.slice(16, 19)).toBe("😀 p");
    expect(cut.slice(40, 46)).toBe("second");
    expect(cut.slice(9, 12)).toBeNull();
    expect(cut.slice(20, 42)).toBeNull();
    expect(cut.end).toBe(46);
  });

  test("may have no text", () => {
    expect(new ArticleText(null).slice(0, 0)).toBeNull();
    expect(new ArticleText(null).end).toBe(0);
  });
});

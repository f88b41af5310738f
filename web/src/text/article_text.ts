/** The text of an article, cut by characters as the tables count them: Unicode code points, not UTF-16 units. */
import type { Texts } from "../data/block";

/** A piece of a text, and the character at which it begins. */
export interface Piece {
  begin: number;
  text: string;
}

export class ArticleText {
  /** The whole text, or null where the file holds pieces of it. */
  readonly whole: string | null;
  /** The pieces that there are, in order; of a whole text the one. */
  readonly pieces: Piece[];
  private readonly wide: Uint32Array[];

  constructor(stored: Texts[number]) {
    this.whole = typeof stored === "string" ? stored : null;
    this.pieces =
      typeof stored === "string"
        ? [{ begin: 0, text: stored }]
        : (stored ?? []).map(([begin, text]) => ({ begin: Number(begin), text: String(text) }));
    this.wide = this.pieces.map((piece) => astral(piece.text));
  }

  /** The characters begin to end, or null where the file does not hold all of them. */
  slice(begin: number, end: number): string | null {
    for (const [number, piece] of this.pieces.entries()) {
      const wide = this.wide[number] ?? new Uint32Array();
      const [low, high] = [begin - piece.begin, end - piece.begin];
      if (low >= 0 && high <= piece.text.length - wide.length) {
        return piece.text.slice(unit(wide, low), unit(wide, high));
      }
    }
    return null;
  }

  /** The number of characters up to which the text is known. */
  get end(): number {
    return Math.max(
      0,
      ...this.pieces.map((piece, n) => piece.begin + piece.text.length - (this.wide[n]?.length ?? 0)),
    );
  }
}

/** The characters of a text that take two units, by their numbers. */
function astral(text: string): Uint32Array {
  const found: number[] = [];
  for (const match of text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g))
    found.push(match.index - found.length);
  return Uint32Array.from(found);
}

/** The unit at which a character begins: one more for each wide character before it. */
function unit(wide: Uint32Array, character: number): number {
  let [low, high] = [0, wide.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((wide[middle] ?? 0) < character) low = middle + 1;
    else high = middle;
  }
  return character + low;
}

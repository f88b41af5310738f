/** The differences between two texts, word by word, as `syndetect show` tells them (report/word_diff.py). */
import { diffArrays } from "diff";

/** A run of words that both texts have, or that replace each other: UTF-16 units of either text, white space before
 * its words included. */
export interface Run {
  a: [number, number];
  b: [number, number];
  isEqual: boolean;
}

/** A piece of the other text, or one of the first text that the other one lacks. */
export interface Piece {
  change: "same" | "removed" | "added";
  text: string;
}

// Punctuation is a token of its own: another style of quotation marks does not change the word between them.
const PUNCTUATION =
  "!-\\/:-@\\[-`\\{-~\\u00a1\\u00ab\\u00b7\\u00bb\\u00bf\\u2010-\\u2027\\u2030-\\u205e\\u3000-\\u303f\\uff00-\\uff0f";
// Scripts without spaces: each character is a token.
const UNSPACED =
  "\\u0e00-\\u0eff\\u1000-\\u109f\\u1780-\\u17ff\\u3040-\\u30ff\\u3400-\\u9fff\\uf900-\\ufaff\\u{20000}-\\u{3ffff}";
const TOKEN = new RegExp(`(\\s*)([^\\s${PUNCTUATION}${UNSPACED}]+|\\S)`, "gu");

/** Words left out and added that are looked for: some tens of milliseconds, whatever the texts. Beyond that all
 * between the common beginning and end of the texts counts as replaced. */
const MAX_EDITS = 1500;
/** More words that are left out at an end of the text are only counted. */
const MAX_REMOVED = 8;

interface Tokens {
  words: string[];
  /** The unit at which each token begins, with its white space; then the end of the text. */
  begin: number[];
}

/** The runs of two texts, in order; they cover both texts wholly, but for one of white space alone.
 * White space is not compared. */
export function runs(first: string, other: string): Run[] {
  const [a, b] = [tokens(first), tokens(other)];
  const shorter = Math.min(a.words.length, b.words.length);
  let head = 0;
  while (head < shorter && a.words[head] === b.words[head]) head++;
  let tail = 0;
  while (tail < shorter - head && a.words.at(-1 - tail) === b.words.at(-1 - tail)) tail++;
  const [endA, endB] = [a.words.length - tail, b.words.length - tail];
  const found: Run[] = [];
  let [i, j] = [0, 0];
  const take = (inA: number, inB: number, isEqual: boolean) => {
    const run: Run = { a: units(a, i, i + inA), b: units(b, j, j + inB), isEqual };
    [i, j] = [i + inA, j + inB];
    const last = found.at(-1);
    if (last?.isEqual === isEqual) [last.a[1], last.b[1]] = [run.a[1], run.b[1]];
    else if (inA || inB) found.push(run);
  };
  take(head, head, true);
  const middle = [a.words.slice(head, endA), b.words.slice(head, endB)] as const;
  const changes = diffArrays(middle[0], middle[1], { maxEditLength: MAX_EDITS });
  for (const { count, added, removed } of changes ?? []) {
    if (added || removed) take(removed ? count : 0, added ? count : 0, false);
    else take(count, count, true);
  }
  take(endA - i, endB - j, false);
  take(tail, tail, true);
  return found;
}

/** The pieces of the other text in order, and between them the pieces of the first one that it lacks. */
export function differences(first: string, other: string): Piece[] {
  const pieces: Piece[] = [];
  for (const { a, b, isEqual } of runs(first, other)) {
    const [ours, theirs] = [first.slice(...a), other.slice(...b)];
    if (!isEqual && ours) pieces.push({ change: "removed", text: ours });
    if (!theirs) continue;
    const isApart = pieces.at(-1)?.change === "removed" && !/^\s/.test(theirs) && /^\s/.test(ours || " ");
    pieces.push({ change: isEqual ? "same" : "added", text: isApart ? ` ${theirs}` : theirs });
  }
  return pieces;
}

/** The pieces, with the number of words in place of a long one that is left out at either end. */
export function withoutLongEnds(pieces: Piece[]): Piece[] {
  return pieces.map((piece, place) => {
    const isEnd = place === 0 || place === pieces.length - 1;
    const words = tokens(piece.text).words.length;
    if (!isEnd || piece.change !== "removed" || words <= MAX_REMOVED) return piece;
    return { change: "removed", text: ` … ${words} words left out … ` };
  });
}

/** What one of the two texts (0: the first, 1: the other) has alone: ranges of its units without the white space
 * before them, and the units at which it lacks something. */
export function alone(
  text: string,
  found: readonly Run[],
  side: 0 | 1,
): { ranges: [number, number][]; gaps: number[] } {
  const ranges: [number, number][] = [];
  const gaps: number[] = [];
  for (const run of found) {
    if (run.isEqual) continue;
    const [begin, end] = side === 0 ? run.a : run.b;
    if (begin === end) gaps.push(begin);
    else ranges.push([end - text.slice(begin, end).trimStart().length, end]);
  }
  return { ranges, gaps };
}

function tokens(text: string): Tokens {
  const [words, begin]: [string[], number[]] = [[], []];
  for (const match of text.matchAll(TOKEN)) {
    words.push(match[2] as string);
    begin.push(match.index);
  }
  begin.push(text.length);
  return { words, begin };
}

/** The units of the tokens begin to end; white space at the end of the text belongs to its last token. */
function units({ begin: of }: Tokens, begin: number, end: number): [number, number] {
  return [of[begin] as number, of[end] as number];
}

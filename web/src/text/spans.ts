/** Texts cut where spans over them begin and end, in characters (Unicode code points). */

/** What a use covers. */
export interface Span {
  use: number;
  begin: number;
  end: number;
}

/** A stretch of a text that the same uses cover throughout, in the order of their spans. */
export interface Segment {
  begin: number;
  end: number;
  uses: number[];
}

/** The text from begin to end in segments: one ends where a span begins or ends, and at each of `cuts`. */
export function segments(
  spans: readonly Span[],
  begin: number,
  end: number,
  cuts: Iterable<number> = [],
): Segment[] {
  const places = new Set([begin, end]);
  for (const cut of cuts) if (cut > begin && cut < end) places.add(cut);
  const inside = spans.filter((span) => span.begin < end && span.end > begin && span.begin < span.end);
  for (const span of inside) {
    places.add(Math.max(begin, span.begin));
    places.add(Math.min(end, span.end));
  }
  const ordered = [...places].sort((a, b) => a - b);
  const coming = inside.map((span, place) => ({ span, place })).sort((a, b) => a.span.begin - b.span.begin);
  let covering: typeof coming = [];
  let next = 0;
  return ordered.slice(1).map((segmentEnd, number) => {
    const from = ordered[number] as number;
    covering = covering.filter(({ span }) => span.end > from);
    for (let one = coming[next]; one && one.span.begin <= from; one = coming[++next]) covering.push(one);
    covering.sort((a, b) => a.place - b.place);
    return { begin: from, end: segmentEnd, uses: covering.map(({ span }) => span.use) };
  });
}

/** The number of characters of a text. */
export function characters(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** Places in units of a text, ascending, as characters that are counted from `begin`. */
export function inCharacters(text: string, units: readonly number[], begin: number): number[] {
  let [unit, character] = [0, begin];
  return units.map((place) => {
    character += characters(text.slice(unit, place));
    unit = place;
    return character;
  });
}

const WRAPPED = 100;

/** The characters at which the paragraphs of a text end, white space after them included; it begins at `begin`.
 *
 * Paragraphs end at line ends. Where lines are broken by their length (none has more than 100 characters, and there
 * are empty ones), they end at empty lines alone.
 */
export function paragraphEnds(text: string, begin = 0): number[] {
  const isWrapped = /\n[ \t\r]*\n/.test(text) && !new RegExp(`[^\\n]{${WRAPPED + 1}}`).test(text);
  const ends: number[] = [];
  for (const match of text.matchAll(isWrapped ? /\n[ \t\r]*\n\s*/g : /\n\s*/g))
    ends.push(match.index + match[0].length);
  if (text && ends.at(-1) !== text.length) ends.push(text.length);
  return inCharacters(text, ends, begin);
}

/** The text of an article in paragraphs, cut where uses of passages begin and end. */
import type { ComponentChildren } from "preact";
import { useMemo } from "preact/hooks";
import type { ArticleText } from "../text/article_text";
import { characters, paragraphEnds, type Segment, type Span, segments } from "../text/spans";
import { counted } from "../text/words";

interface Props {
  text: ArticleText;
  spans: readonly Span[];
  /** More characters at which the text is cut. */
  cuts?: readonly number[];
  /** A segment that uses cover. The texts of its elements, joined, must be the text that is given. */
  draw: (segment: Segment, text: string) => ComponentChildren;
}

/** Drawn again only when the text, the spans or `draw` change. */
export function Prose({ text, spans, cuts, draw }: Props) {
  return useMemo(() => {
    let known = 0;
    return (
      <div class="prose">
        {text.pieces.map((piece) => {
          const end = piece.begin + characters(piece.text);
          const gap = piece.begin - known;
          known = end;
          return (
            <>
              {gap > 0 && <p class="dim left-out">[{counted(gap, "character")} that the file leaves out]</p>}
              {paragraphs(text, piece.begin, end, paragraphEnds(piece.text, piece.begin), spans, cuts, draw)}
            </>
          );
        })}
        {text.whole === null && <p class="dim left-out">[and what follows, if anything]</p>}
      </div>
    );
  }, [text, spans, cuts, draw]);
}

function paragraphs(
  text: ArticleText,
  begin: number,
  end: number,
  ends: readonly number[],
  spans: readonly Span[],
  cuts: readonly number[] | undefined,
  draw: Props["draw"],
) {
  const parts = segments(spans, begin, end, [...ends, ...(cuts ?? [])]);
  let next = 0;
  return ends.map((paragraphEnd) => {
    const drawn: ComponentChildren[] = [];
    for (let part = parts[next]; part && part.begin < paragraphEnd; part = parts[++next]) {
      const words = text.slice(part.begin, part.end) ?? "";
      drawn.push(part.uses.length ? draw(part, words) : words);
    }
    return (
      <p key={paragraphEnd} dir="auto">
        {drawn}
      </p>
    );
  });
}

/** The matrix as a picture, drawn when it is saved. */
import { render } from "preact";
import { arrow, cell, type Sharing, shades } from "../data/matrix";
import { number, shown as plain } from "../text/words";
import { cut } from "./letters";

const [SIZE, LABEL] = [18, 170]; // pixels of a cell, and of the names
const [LEGEND, STEP] = [56, 88]; // the height of the legend, and the width of a shade in it

export function MatrixPicture({ sharing, shown }: { sharing: Sharing; shown: number[] }) {
  const { of: shade, from } = shades(sharing.head.pairs);
  const whole = LABEL + SIZE * shown.length;
  const width = Math.max(whole, LABEL + STEP * from.length);
  return (
    <svg viewBox={`0 0 ${width} ${whole + LEGEND}`} role="img" aria-label="Matrix">
      {shown.map((outlet, place) => {
        const name = cut(plain(sharing.name(outlet)), LABEL - 8);
        const middle = LABEL + SIZE * (place + 0.5);
        return (
          <g key={outlet}>
            <text x={LABEL - 6} y={middle + 4} text-anchor="end">
              {name}
            </text>
            <text transform={`translate(${middle + 4} ${LABEL - 6}) rotate(-90)`}>{name}</text>
          </g>
        );
      })}
      {shown.flatMap((one, row) =>
        shown.map((other, column) => {
          const value = cell(sharing, one, other);
          if (!value && one !== other) return null;
          const [x, y] = [LABEL + SIZE * column, LABEL + SIZE * row];
          const style = value ? `shade-${shade(value.words)}` : "shade-same";
          return (
            <g key={`${one} ${other}`} class={style}>
              <rect class="cell" x={x + 0.5} y={y + 0.5} width={SIZE - 1} height={SIZE - 1} />
              {value && arrow(value) && (
                <text class="cell-text" x={x + SIZE / 2} y={y + SIZE / 2 + 4} text-anchor="middle">
                  {arrow(value)}
                </text>
              )}
            </g>
          );
        }),
      )}
      <text x={LABEL - 6} y={whole + 26} text-anchor="end">
        Words both have
      </text>
      {from.map((words, place) => (
        <g key={words} class={`shade-${shade(words)}`}>
          <rect class="cell" x={LABEL + STEP * place} y={whole + 14} width={14} height={14} />
          <text x={LABEL + STEP * place + 20} y={whole + 26}>
            from {number(words)}
          </text>
        </g>
      ))}
      <text x={LABEL} y={whole + 48}>
        ← the row had more than half first, ↑ the column
      </text>
    </svg>
  );
}

/** Draw the picture where nobody sees it, hand it out, and take it away. */
export async function withPicture(
  sharing: Sharing,
  shown: number[],
  give: (name: string, chart: SVGSVGElement) => unknown,
): Promise<void> {
  const place = document.createElement("div");
  place.className = "unseen";
  document.body.append(place);
  render(<MatrixPicture sharing={sharing} shown={shown} />, place);
  const chart = place.querySelector("svg");
  if (chart) await give("syndetect-matrix", chart);
  render(null, place);
  place.remove();
}

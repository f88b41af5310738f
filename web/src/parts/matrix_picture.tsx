/** The matrix as a picture, drawn when it is saved. */
import { render } from "preact";
import { arrow, cell, type Sharing, shades } from "../data/matrix";
import { shown as plain } from "../text/words";
import { cut } from "./bars";

const [SIZE, LABEL] = [18, 170]; // pixels of a cell, and of the names

export function MatrixPicture({ sharing, shown }: { sharing: Sharing; shown: number[] }) {
  const shade = shades(sharing.head.pairs).of;
  const whole = LABEL + SIZE * shown.length;
  return (
    <svg viewBox={`0 0 ${whole} ${whole}`} role="img" aria-label="Matrix">
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
          const [x, y] = [LABEL + SIZE * column, LABEL + SIZE * row];
          const style = value ? `shade-${shade(value.words)}` : row === column ? "shade-same" : "shade-0";
          return (
            <g key={`${one} ${other}`} class={style}>
              <rect class="cell" x={x + 0.5} y={y + 0.5} width={SIZE - 1} height={SIZE - 1} />
              {value && (
                <text class="cell-text" x={x + SIZE / 2} y={y + SIZE / 2 + 4} text-anchor="middle">
                  {arrow(value)}
                </text>
              )}
            </g>
          );
        }),
      )}
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

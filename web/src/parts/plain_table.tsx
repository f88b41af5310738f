/** A table of names and numbers, as charts have beside them; it scrolls in its own box. */
import { number, shown } from "../text/words";

export function PlainTable(props: { label: string; columns: string[]; rows: (string | number)[][] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, which the keyboard must be able to do
    <section class="scroll-box" aria-label={props.label} tabIndex={0}>
      <table class="plain">
        <thead>
          <tr>
            {props.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell, column) => (
                <td key={props.columns[column]} class={typeof cell === "number" ? "figure" : ""}>
                  {typeof cell === "number" ? number(cell) : <bdi>{shown(cell)}</bdi>}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A table of names and numbers, as charts have beside them; it scrolls in its own box. */
import { number, shown } from "../text/words";
import { SaveCsv } from "./small";

const MOST_ROWS = 200; // on the page; the file has all

interface Props {
  /** The name of the file. */
  name: string;
  label: string;
  columns: string[];
  rows: (string | number)[][];
  /** Rows of the file with numbers as they are, where the table has them in words. */
  exact?: (string | number)[][];
}

export function PlainTable({ name, label, columns, rows, exact = rows }: Props) {
  const more = rows.length - MOST_ROWS;
  return (
    <>
      <SaveCsv name={`syndetect-${name}`} columns={columns} rows={() => exact} />
      <Table label={label} columns={columns} rows={rows.slice(0, MOST_ROWS)} />
      {more > 0 && <p class="dim">The file has {number(more)} more rows.</p>}
    </>
  );
}

function Table(props: Pick<Props, "label" | "columns" | "rows">) {
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

/** Outlets whose own text others ran. */
import { sources } from "../data/figures";
import { Name, SaveCsv } from "../parts/small";
import { linkOnly, report } from "../state/store";
import { number } from "../text/words";

const SHOWN = 8;

export function SourcesTable() {
  const known = report.value;
  const found = known ? sources(known) : [];
  if (!known || !found.length) return null;
  const name = (outlet: number) => known.head.outlets[outlet]?.name ?? "";
  return (
    <section class="chart" aria-labelledby="sources">
      <h3 id="sources">Outlets whose text others ran</h3>
      <p class="dim">
        Passages of the kind “copy” that an outlet had first, and what other outlets ran of them. Who was
        first is known only among these articles.
      </p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">outlet</th>
            <th scope="col">passages</th>
            <th scope="col">articles of others</th>
            <th scope="col">words in them</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, SHOWN).map(({ outlet, passages, articles, words }) => (
            <tr key={outlet}>
              <th scope="row">
                <a href={linkOnly("passages", { kinds: ["copy"], outlets: [name(outlet)] })}>
                  <Name of={name(outlet)} />
                </a>
              </th>
              <td class="figure">{number(passages)}</td>
              <td class="figure">{number(articles)}</td>
              <td class="figure">{number(words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <SaveCsv
        name="sources"
        columns={["outlet", "passages", "articles_of_others", "words"]}
        rows={() =>
          found.map((source) => [name(source.outlet), source.passages, source.articles, source.words])
        }
      />
      {found.length > SHOWN && <span class="dim"> {number(found.length)} outlets in the file</span>}
    </section>
  );
}

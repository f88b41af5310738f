/** Outlets that ran agency copy without credit, and outlets whose own text others ran. */
import { sum } from "d3-array";
import { sources, uncredited } from "../data/figures";
import { Name, SaveCsv } from "../parts/small";
import { link, linkOnly, report } from "../state/store";
import { counted, number } from "../text/words";

const SHOWN = 8;

/** Where an outlet's uncredited articles are, or those of all: with most agency copy first. */
export const uncreditedLink = (outlets: string[] = []): string =>
  linkOnly("articles", { outlets, crediting: "no" }, ["agency"]);

export function UncreditedTable() {
  const known = report.value;
  const found = known ? uncredited(known) : [];
  if (!known || !found.length) return null;
  const { noun } = known.head;
  return (
    <section class="chart" aria-labelledby="uncredited">
      <h3 id="uncredited">Agency copy without credit</h3>
      <p class="dim">
        Articles that have an agency's copy and do not credit it. A name leads to them, and to a file of the
        passages with their texts.{" "}
        <a href={uncreditedLink()}>
          All{" "}
          {counted(
            sum(found, (one) => one.articles),
            "article",
          )}
        </a>
      </p>
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">{noun}</th>
            {noun === "outlet" && <th scope="col">articles</th>}
            <th scope="col">words of agencies</th>
          </tr>
        </thead>
        <tbody>
          {found.slice(0, SHOWN).map(({ name, articles, words }) => (
            <tr key={name}>
              <th scope="row">
                <a href={noun === "outlet" ? uncreditedLink([name]) : link("article", [name])}>
                  <Name of={name} />
                </a>
              </th>
              {noun === "outlet" && <td class="figure">{number(articles)}</td>}
              <td class="figure">{number(words)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <SaveCsv
        name="syndetect-uncredited"
        columns={[noun, "articles", "words_of_agencies"]}
        rows={() => found.map(({ name, articles, words }) => [name, articles, words])}
      />
      {found.length > SHOWN && <span class="dim"> {counted(found.length, noun)} in the file</span>}
    </section>
  );
}

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
        name="syndetect-sources"
        columns={["outlet", "passages", "articles_of_others", "words"]}
        rows={() =>
          found.map((source) => [name(source.outlet), source.passages, source.articles, source.words])
        }
      />
      {found.length > SHOWN && <span class="dim"> {number(found.length)} outlets in the file</span>}
    </section>
  );
}

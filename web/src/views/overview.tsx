/** The first screen: whose copy there is, how much, and who ran it most; drawn from the head alone. Below it, charts. */
import { extent, sum } from "d3-array";
import type { Head } from "../data/block";
import { agencyName, others, type Runner, runners, uncredited } from "../data/figures";
import { CompositionBar, SharedPatterns, Swatch } from "../parts/composition";
import { FilterStrip } from "../parts/filters";
import { PART_NAMES, PARTS } from "../parts/kinds";
import { Name } from "../parts/small";
import { fragment } from "../state/address";
import { filters, head, here, link, linkOnly, report } from "../state/store";
import { counted, number, percent, time, took } from "../text/words";
import { AgencyChart, KindChart } from "./overview_charts";
import { ColumnCharts } from "./overview_columns";
import { ShareChart } from "./overview_parts";
import { SourcesTable, UncreditedTable, uncreditedLink } from "./overview_sources";

const MOST_CARRIERS = 200; // that the head names of an agency
const FIRST = 4; // agencies, and outlets, that the first screen names

export function Overview() {
  const known = head.value as Head;
  return (
    <>
      <SharedPatterns />
      <h1>Who ran whose copy</h1>
      <Lead head={known} />
      <Scope head={known} />
      <Whole />
      <div class="answers">
        <Whose head={known} />
        <HowMuch head={known} />
        <WhoMost head={known} />
      </div>
      <h2>In detail</h2>
      <div class="charts">
        {known.agencies.length > 0 && <AgencyChart head={known} />}
        <ShareChart head={known} />
        <div class="two">
          <UncreditedTable />
          <SourcesTable />
        </div>
        <KindChart head={known} />
        <ColumnCharts />
      </div>
    </>
  );
}

/** What filters do here: nothing. */
function Whole() {
  const isSet = fragment({ ...here.value, filters: { ...filters.value, sort: "reach" } }).includes("?");
  if (!isSet) return null;
  return (
    <div class="whole">
      <p class="dim">This view shows the whole result. These filters hold in the lists:</p>
      <FilterStrip />
    </div>
  );
}

/** The answer in one sentence or two. */
function Lead({ head: known }: { head: Head }) {
  const { totals, agencies, noun } = known;
  const [agency] = agencies;
  const [runner] = runners(known);
  const [most] = agency?.carried ?? [];
  if (!totals.passages && !agency) return <p class="lead">The articles share no passage.</p>;
  return (
    <p class="lead">
      <strong>{percent(others(totals.composition))}</strong> of {counted(totals.words, "word")} in{" "}
      {counted(totals.documents, "article")}
      {totals.outlets > 0 && <> of {counted(totals.outlets, "outlet")}</>} are agency copy, or appear in other
      articles as well.{" "}
      {agency && most ? (
        <>
          Carried most was copy of{" "}
          <strong>
            <Name of={agencyName(agency.name)} />
          </strong>{" "}
          ({counted(agency.words, "word")}); <WhoRan name={most.name} noun={noun} /> ran most of it (
          {number(most.words)}).
        </>
      ) : (
        runner && (
          <>
            <WhoRan name={runner.name} noun={noun} /> ran most of what others had before (
            {counted(runner.agency + runner.copied, "word")}).
          </>
        )
      )}
    </p>
  );
}

function WhoRan({ name, noun }: { name: string; noun: Head["noun"] }) {
  return (
    <strong>
      {noun === "article" && "the article "}
      <Name of={name} />
    </strong>
  );
}

/** What was scanned, when, and the days of its articles. */
function Scope({ head: { inputs, input_files, scanned, seconds, kept } }: { head: Head }) {
  const [first, last] = extent(report.value?.documents.published ?? [], (second) => second ?? undefined);
  const [input] = inputs;
  return (
    <p class="dim scope">
      {input !== undefined && (
        <>
          From <Name of={input} />
          {inputs.length > 1 && <> and others</>}
          {input_files > 1 && <>, {counted(input_files, "file")}</>}
          {first !== undefined && last !== undefined ? ", " : ". "}
        </>
      )}
      {first !== undefined && last !== undefined && (
        <>
          published {time(first, false)} to {time(last, false)}.{" "}
        </>
      )}
      {scanned !== null && <>Scanned {time(Date.parse(scanned) / 1000)}. </>}
      {seconds !== null && <>The scan took {took(seconds)}. </>}
      {kept.note && <>{kept.note} </>}
      <a href={link("about")}>Settings, and how to read this</a>
    </p>
  );
}

/** Agencies, in sentences. */
function Whose({ head: known }: { head: Head }) {
  const { agencies } = known;
  const more = agencies.length - FIRST;
  return (
    <section aria-labelledby="whose">
      <h2 id="whose">Whose copy</h2>
      {agencies.length === 0 && (
        <p>
          No agency's copy was found. What the articles took from one another is under{" "}
          <a href={link("outlets")}>Who shares with whom</a>.
        </p>
      )}
      <ol class="ranked">
        {agencies.slice(0, FIRST).map((agency) => (
          <li key={agency.name}>
            <a class="leader" href={linkOnly("passages", { agencies: [agency.name] })}>
              <Name of={agencyName(agency.name)} />
            </a>
            : <Carried agency={agency} noun={known.noun} />
          </li>
        ))}
      </ol>
      {more > 0 && (
        <p class="dim">{more === 1 ? "One more agency" : `${number(more)} more agencies`} below.</p>
      )}
    </section>
  );
}

/** How much of an agency's copy others carried, and who most. */
function Carried({ agency, noun }: { agency: Head["agencies"][number]; noun: Head["noun"] }) {
  const { words, own, carried, passages } = agency;
  const [most] = carried;
  if (!most) {
    return (
      <>
        {own > 0 ? `${counted(own, "word")} in its own articles, ` : ""}
        {passages > 0 ? counted(passages, "passage") : "carried by nobody"}
      </>
    );
  }
  return (
    <>
      <strong>{counted(words, "word")}</strong> in {carried.length < MOST_CARRIERS ? "" : "at least "}
      {counted(carried.length, noun)}
      {carried.length > 1 ? ", most in " : ", "}
      <b>
        <Name of={most.name} />
      </b>
      {carried.length > 1 && <> ({number(most.words)})</>}
      {own > 0 && <span class="dim">; {number(own)} more in its own articles</span>}
    </>
  );
}

/** All words, parted by origin. */
function HowMuch({ head: { totals } }: { head: Head }) {
  const { composition } = totals;
  const shared = totals.words ? totals.reused_words / totals.words : 0;
  return (
    <section aria-labelledby="how-much">
      <h2 id="how-much">How much</h2>
      <p>
        <strong class="figure">{percent(others(composition))}</strong> of all words are not own text:
      </p>
      <CompositionBar of={composition} />
      <table class="shares">
        <thead class="unseen">
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Words</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {PART_NAMES.map((part) => (
            <tr key={part}>
              <th scope="row">
                <Swatch origin={PARTS[part]} /> {PARTS[part].label}
              </th>
              <td>{number(Math.round(composition[part] * totals.words))}</td>
              <td>{percent(composition[part])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="dim">
        {number(totals.reused_words)} words ({percent(shared)}) stand in passages that several of the articles
        share.
        {composition.agency > shared && (
          <>
            {" "}
            Agency copy is more than that: an article that is credited to an agency alone counts as its copy
            in whole, even if none of the other articles has it.
          </>
        )}
      </p>
    </section>
  );
}

/** Outlets by the words of others that they ran. */
function WhoMost({ head: known }: { head: Head }) {
  const ranked = runners(known);
  return (
    <section aria-labelledby="who-most">
      <h2 id="who-most">Who ran it most</h2>
      {ranked.length === 0 && <p>Nobody ran words of agencies, or of others who had them before.</p>}
      <ol class="ranked">
        {ranked.slice(0, FIRST).map((runner) => (
          <li key={runner.name}>
            <RunnerLine head={known} runner={runner} />
          </li>
        ))}
      </ol>
      <UncreditedLine />
      <p class="dim">
        Words of agencies' copy, and words that another {known.noun} had before. What an agency ran of itself
        is not counted here.
      </p>
    </section>
  );
}

/** How many articles have agency copy that they do not credit, once the articles are there. */
function UncreditedLine() {
  const known = report.value;
  const articles = known ? sum(uncredited(known), (one) => one.articles) : 0;
  if (!articles) return null;
  return (
    <p>
      <a href={uncreditedLink()}>{counted(articles, "article")} with agency copy without credit</a>
    </p>
  );
}

function RunnerLine({ head: known, runner }: { head: Head; runner: Runner }) {
  const { name, agency, copied } = runner;
  const outlet = known.outlets.find((one) => one.name === name);
  const href = known.noun === "article" ? link("article", [name]) : linkOnly("articles", { outlets: [name] });
  return (
    <>
      <a class="leader" href={href}>
        <Name of={name} />
      </a>
      : <strong>{counted(agency + copied, "word")}</strong>
      {copied > 0 && agency > 0 && (
        <>
          , {number(agency)} of agencies, {number(copied)} of others
        </>
      )}
      {copied > 0 && agency === 0 && <>, none of agencies</>}
      {outlet && outlet.words > 0 && (
        <span class="dim">; {percent((agency + copied) / outlet.words)} of its words</span>
      )}
    </>
  );
}

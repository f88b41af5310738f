/** The first screen: whose copy there is, how much, and who ran it most; drawn from the head alone. Below it, charts. */
import { extent } from "d3-array";
import type { Head } from "../data/block";
import { carriers, others, type Runner, runners } from "../data/figures";
import { CompositionBar, SharedPatterns, Swatch } from "../parts/composition";
import { PART_NAMES, PARTS } from "../parts/kinds";
import { Name } from "../parts/small";
import { head, link, linkTo, report } from "../state/store";
import { counted, duration, number, percent, time } from "../text/words";
import { AgencyChart, KindChart, ReachChart, ShareChart, TimeChart } from "./overview_charts";
import { SourcesTable } from "./overview_sources";

const FIRST = 4; // agencies, and outlets, that the first screen names

export function Overview() {
  const known = head.value as Head;
  return (
    <>
      <SharedPatterns />
      <h1>Who ran whose copy</h1>
      <Scope head={known} />
      <div class="answers">
        <Whose head={known} />
        <HowMuch head={known} />
        <WhoMost head={known} />
      </div>
      <h2>In detail</h2>
      <div class="charts">
        {known.agencies.length > 0 && <AgencyChart head={known} />}
        <ShareChart head={known} />
        <SourcesTable />
        <KindChart head={known} />
        <ReachChart />
        <TimeChart />
      </div>
    </>
  );
}

/** What was scanned, when, and the days of its articles. */
function Scope({ head: { totals, inputs, input_files, scanned, seconds, kept } }: { head: Head }) {
  const [first, last] = extent(report.value?.documents.published ?? [], (second) => second ?? undefined);
  const [input] = inputs;
  return (
    <p class="dim scope">
      {counted(totals.documents, "article")} of {counted(totals.outlets, "outlet")}
      {first !== undefined && last !== undefined && (
        <>
          , {time(first, false)} to {time(last, false)}
        </>
      )}
      {input !== undefined && (
        <>
          , from <Name of={input} />
          {input_files > 1 && <> and {counted(input_files - 1, "other file")}</>}
        </>
      )}
      .{" "}
      {scanned !== null && (
        <>
          Scanned {time(Date.parse(scanned) / 1000)}
          {seconds !== null && (
            <>, in {seconds < 60 ? counted(Math.ceil(seconds), "second") : duration(seconds)}</>
          )}
          .{" "}
        </>
      )}
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
          No agency's copy was found. What outlets took from one another is under{" "}
          <a href={link("outlets")}>Who shares with whom</a>.
        </p>
      )}
      <ol class="ranked">
        {agencies.slice(0, FIRST).map((agency) => (
          <li key={agency.name}>
            <a class="leader" href={linkTo("passages", { agencies: [agency.name] })}>
              <Name of={agency.name} />
            </a>
            : <strong>{counted(agency.words, "word")}</strong> in {counted(agency.documents, "article")} of{" "}
            {counted(agency.outlets, "outlet")}
            <Carriers head={known} agency={agency} />
          </li>
        ))}
      </ol>
      {more > 0 && (
        <p class="dim">
          {counted(more, "more agenc").replace(/agencs?$/, more > 1 ? "agencies" : "agency")} below.
        </p>
      )}
    </section>
  );
}

function Carriers({ head: known, agency }: { head: Head; agency: Head["agencies"][number] }) {
  const { itself, most } = carriers(known, agency);
  const outlet = (carrier: { outlet: number }) => <Name of={known.outlets[carrier.outlet]?.name ?? ""} />;
  if (itself && itself.words > 0) {
    return (
      <>
        ; {number(itself.words)} in {outlet(itself)} itself
        {most ? (
          <>
            , then most in <b>{outlet(most)}</b> ({number(most.words)})
          </>
        ) : (
          <>, none elsewhere</>
        )}
      </>
    );
  }
  if (!most) return null;
  return (
    <>
      , {agency.outlets > 1 && "most "}in <b>{outlet(most)}</b>
      {agency.outlets > 1 && <> ({number(most.words)})</>}
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
        <strong class="figure">{percent(others(composition))}</strong> of {number(totals.words)} words are not
        an article's own:
      </p>
      <CompositionBar of={composition} />
      <table class="parts">
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
      {ranked.length === 0 && <p>No outlet ran words of agencies, or of other outlets.</p>}
      <ol class="ranked">
        {ranked.slice(0, FIRST).map((runner) => (
          <li key={runner.outlet}>
            <RunnerLine head={known} runner={runner} />
          </li>
        ))}
      </ol>
      <p class="dim">
        Words of agencies, and words that another outlet had before. An agency's copy in its own outlet is not
        counted here.
      </p>
    </section>
  );
}

function RunnerLine({ head: known, runner }: { head: Head; runner: Runner }) {
  const outlet = known.outlets[runner.outlet];
  if (!outlet) return null;
  const words = runner.agency + runner.copied;
  return (
    <>
      <a class="leader" href={linkTo("articles", { outlets: [outlet.name] })}>
        <Name of={outlet.name} />
      </a>
      : <strong>{counted(words, "word")}</strong>
      {runner.agency > 0 && <>, {runner.copied > 0 ? number(runner.agency) : "all"} of agencies</>}
      {runner.copied > 0 && <>, {runner.agency > 0 ? number(runner.copied) : "all"} of other outlets</>}
      {outlet.words > 0 && <span class="dim"> ({percent(words / outlet.words)} of what it ran)</span>}
    </>
  );
}

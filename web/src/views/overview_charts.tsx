/** The charts of the overview: agencies, kinds, reach, and time. */
import { max } from "d3-array";
import type { Head } from "../data/block";
import { agencyName } from "../data/figures";
import { Bars, type Row, type Segment } from "../parts/bars";
import { Chart } from "../parts/chart";
import { kind } from "../parts/kinds";
import { PlainTable } from "../parts/plain_table";
import { Wide } from "../parts/wide";
import { linkOnly } from "../state/store";
import { counted, number, shown } from "../text/words";

const DOZEN = 12;

export function AgencyChart({ head }: { head: Head }) {
  const carried = head.agencies.filter((agency) => agency.words + agency.own > 0);
  const rows = carried.slice(0, DOZEN).map((agency): Row => {
    const label = shown(agencyName(agency.name));
    const [most] = agency.carried;
    const note = `${number(agency.words)} words${most ? `, most in ${shown(most.name)} (${number(most.words)})` : ""}`;
    const segments = agency.carried.map(
      ({ name, words }, place): Segment => ({
        value: words,
        style: place % 2 ? "agency-light" : "agency",
        name: `${shown(name)}: ${counted(words, "word")}`,
      }),
    );
    const href = linkOnly("passages", { agencies: [agency.name] });
    return { key: agency.name, label, note, segments, href };
  });
  if (!rows.length) return null;
  return (
    <Chart
      name="agencies"
      title="Agencies by words carried"
      summary={`Words of an agency's copy in articles of others, parted by the ${head.noun}s that ran it, most first; each word of an article counts once. A bar leads to the passages.`}
    >
      <Wide>
        {(width) => (
          <Bars
            name="agencies"
            title="Agencies by words carried"
            rows={rows}
            most={max(carried, ({ words }) => words) ?? 0}
            width={width}
          />
        )}
      </Wide>
      <details>
        <summary>As a table, all agencies and {head.noun}s</summary>
        <AgencyTable head={head} />
      </details>
    </Chart>
  );
}

function AgencyTable({ head }: { head: Head }) {
  const columns = ["agency", head.noun, "words"];
  const rows = head.agencies.flatMap(({ name, own, carried }) => [
    ...carried.map((one): [string, string, number] => [agencyName(name), one.name, one.words]),
    ...(own > 0 ? [[agencyName(name), "its own articles", own] as [string, string, number]] : []),
  ]);
  return <PlainTable name="agencies" label={`Agencies by ${head.noun}`} columns={columns} rows={rows} />;
}

export function KindChart({ head }: { head: Head }) {
  const there = head.kinds.filter((one) => one.passages > 0);
  const rows = there.map((one): Row => {
    const { label, style } = kind(one.name);
    const note = `${counted(one.passages, "passage")}, ${counted(one.words, "word")}`;
    return {
      key: one.name,
      label: `${kind(one.name).letter}  ${label}`,
      note,
      segments: [{ value: one.words, style, name: note }],
      href: linkOnly("passages", { kinds: [one.name] }),
    };
  });
  return (
    <Chart
      name="kinds"
      title="Kinds of passages"
      summary="Words of all uses of the passages of a kind: a passage of 100 words in three articles counts 300. Passages may overlap. A bar leads to its passages."
    >
      <Wide>
        {(width) => (
          <Bars
            name="kinds"
            title="Kinds of passages"
            rows={rows}
            most={max(there, (one) => one.words) ?? 0}
            width={width}
          />
        )}
      </Wide>
    </Chart>
  );
}

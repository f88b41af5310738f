"""What a person sees: whose copy was carried, the passages, the totals, one passage in all its documents."""

import dataclasses
import re
from collections.abc import Mapping
from types import MappingProxyType

import polars as pl
import pytest

from samples.results import result, with_shares
from syndetect.errors import ResultError
from syndetect.report import passage_table, passage_view, summary
from syndetect.results.result import Result
from syndetect.syndication import KINDS

SUMMARY = """\
copy of        carried  own feed  words carried by
Northwire           97       212  Kesh Daily 61, Morvia Post 36
other outlets        9            Morvia Post 9

passage  outlets  words  text, and where it runs (earliest first)
      1        3     25  The bridge over the Tamsin will close to lorries from…
                         Northwire wire: Northwire, Morvia Post, Kesh Daily
1  boilerplate in 4 articles    --kind boilerplate
1  stock phrase in 4 articles   --kind formula
1  quotation in 2 articles      --kind quote
1  press release in 4 articles  --kind release
1  unknown kind in 4 articles   --kind unknown

4 articles, 6 reused passages; 1.0 s, 4.8 MB/s
13.3 % of the words are reused: another article has them as well
39.0 % are agency copy; credited articles count whole, reused or not
7 files not readable to their ends (-o DIR keeps the list)
"""

PASSAGE = """\
Passage 1: 3 articles; [-left out-] and {+added+} against the first
    Northwire wire (98 % sure): Northwire credited by 2
    first Northwire (inferred)

  1 wire-17  Northwire  2031-06-02 09:30 UTC
    Tamsin bridge to close
    news://northwire/17
    characters 0-153, 25 words
    The bridge over the Tamsin will close to lorries from Monday, the transport
    ministry of Morvia said, after inspectors found cracks in two of its
    pillars.

  2 morvia/a.txt  Morvia Post  2031-06-03
    Bridge shut
    characters 20-167, 23 words, 92 % equal
    The bridge over the Tamsin will close to {+heavy+} lorries from Monday,
    [-the-] {+Morvia's+} transport ministry [-of Morvia-] said, after inspectors
    found cracks in two [-of its-] pillars.

  3 kesh/b.txt  Kesh Daily
    characters 410-563, 25 words, 100 % equal
    The bridge over the Tamsin will close to lorries from Monday, the transport
    ministry of Morvia said, after inspectors found cracks in two of its
    pillars.
"""

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def show(one: Result, number: int = 1, *, width: int = 80, colour: bool = False) -> str:
    return passage_view.passage(one.documents, one.passages, one.clusters, number, width=width, colour=colour)


def without_sources(one: Result, *doc_ids: str) -> Result:
    """A passage in articles of which only the ids are known."""
    documents = pl.DataFrame({"doc_id": doc_ids}).join(one.documents.clear(), on="doc_id", how="left")
    nobody = pl.lit(None, pl.String)
    uses = pl.concat(
        [one.passages[:1].with_columns(doc_id=pl.lit(doc_id), source=nobody) for doc_id in doc_ids]
    )
    return dataclasses.replace(one, documents=documents, passages=uses, clusters=one.clusters.clear())


def test_the_summary_at_80_columns() -> None:
    assert summary.summary(with_shares(skipped=7)) == SUMMARY


def test_one_passage_at_80_columns() -> None:
    assert show(result()) == PASSAGE


def test_colours_change_nothing_but_colours() -> None:
    for width in (40, 80):
        plain = ANSI.sub("", summary.summary(with_shares(), width=width, colour=True))
        expected = summary.summary(with_shares(), width=width).splitlines()
        assert [line.rstrip() for line in plain.splitlines()] == expected
    coloured = show(result(), colour=True)
    assert "\x1b[1;32m heavy\x1b[0m" in coloured
    assert "\x1b[9;31m of Morvia\x1b[0m" in coloured
    assert "[-" not in coloured


def of_an_index(one: Result) -> Result:
    """The result as an index would answer: without kinds and shares."""
    return dataclasses.replace(one, clusters=one.clusters.clear(), manifest={"index": "wire.idx"})


def test_the_most_are_shown_and_the_rest_counted() -> None:
    """Only what leads counts; what an index answers has no kinds, and all of it leads."""
    text = summary.summary(of_an_index(result()), top=1)
    assert "angry drivers" not in text
    assert "\n1  more like these  --all\n\n4 articles queried, 2 passages found" in text
    assert "--all" not in summary.summary(of_an_index(result()))
    copies = with_kinds("copy", "wire")
    assert "1  more like these" not in summary.summary(copies)
    assert "\n1  more like these              --top 2\n1  boilerplate in 4" in summary.summary(copies, top=1)


def with_kinds(first: str, second: str, *, manifest: Mapping[str, object] = MappingProxyType({})) -> Result:
    """The result with other kinds of its first two passages."""
    one = with_shares()
    kinds = {1: first, 2: second}
    clusters = one.clusters.with_columns(
        kind=pl.coalesce(pl.col("passage_id").replace_strict(kinds, default=None), "kind")
    )
    return dataclasses.replace(one, clusters=clusters, manifest={**one.manifest, **manifest})


def passages_shown(text: str) -> list[int]:
    return [int(found[1]) for found in re.finditer(r"^ +(\d+) +\d+ +\d+  ", text, re.MULTILINE)]


def test_agency_copy_and_copies_lead_however_wide_boilerplate_runs() -> None:
    assert passages_shown(summary.summary(with_shares())) == [1]
    assert passages_shown(summary.summary(with_kinds("quote", "copy"))) == [2]
    assert passages_shown(summary.summary(with_shares(), everything=True)) == [1, 3, 4, 5, 6, 2]


def test_chosen_kinds_stand_alone() -> None:
    chosen = {"syndication": {"kinds": ["boilerplate", "quote"]}}
    one = with_kinds("quote", "quote", manifest=chosen)
    ids = [1, 2, 3]
    one = dataclasses.replace(
        one,
        passages=one.passages.filter(pl.col("passage_id").is_in(ids)),
        clusters=one.clusters.filter(pl.col("passage_id").is_in(ids)),
    )
    text = summary.summary(one)
    assert passages_shown(text) == [1, 3, 2]
    assert "--kind" not in text
    assert "carried" not in text
    assert "13.3 % of the words are in these passages\n" in text


def test_without_copies_the_next_kind_leads_and_it_is_said() -> None:
    none = with_kinds("quote", "quote")
    none = dataclasses.replace(
        none,
        documents=none.documents.with_columns(agency_share=pl.lit(0.0), copied_share=pl.lit(0.0)),
    )
    text = summary.summary(none)
    assert text.startswith(
        "No passage is told to be agency copy or a copy between outlets.\n\npassage  outlets"
    )
    assert passages_shown(text) == [5]
    assert "--kind release" not in text
    assert "\n2  quotations in 3 articles    --kind quote\n" in text


def test_unknown_kinds_lead_where_no_source_is_known() -> None:
    one = with_shares()
    nobody = {"source": pl.lit(None, pl.String)}
    one = dataclasses.replace(
        one, documents=one.documents.with_columns(**nobody), passages=one.passages.with_columns(**nobody)
    )
    text = summary.summary(one)
    assert passages_shown(text) == [6, 1]
    assert "passage  articles  words" in text
    assert "\nother articles        9            morvia/a.txt 9\n" in text


def test_every_kind_has_a_name() -> None:
    assert {*passage_table.LEADING, *passage_table.OTHERS} == {*KINDS}


def many_copies(number: int) -> Result:
    """A result with so many passages of agency copy, of which the last has most words."""
    one = with_shares()
    ids = range(7, 7 + number)
    uses = [one.passages[:3].with_columns(passage_id=pl.lit(n).cast(pl.Int64), words=pl.lit(n)) for n in ids]
    rows = [one.clusters[:1].with_columns(passage_id=pl.lit(n).cast(pl.Int64)) for n in ids]
    return dataclasses.replace(
        one,
        passages=pl.concat([one.passages, *uses], how="vertical_relaxed"),
        clusters=pl.concat([one.clusters, *rows]),
    )


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize("lines", [20, 24, 30, 50, 200])
def test_a_screen_holds_whose_copy_it_is_and_who_ran_it(width: int, lines: int) -> None:
    text = summary.summary(many_copies(100), width=width, lines=lines)
    assert text.count("\n") <= lines
    assert "Northwire           97       212  Kesh Daily 61" in text
    shown = passages_shown(text)
    assert 3 <= len(shown) <= 20
    assert shown == sorted(shown, reverse=True)
    assert shown[0] == 106
    room = lines - text.count("\n")
    assert room < 2 or len(shown) == 20
    assert f"{101 - len(shown)}  more like these" in text
    assert f"--top {101}" in text


@pytest.mark.parametrize(("lines", "agencies"), [(20, 3), (24, 5)])
def test_a_low_screen_has_fewer_agencies_before_it_has_few_passages(lines: int, agencies: int) -> None:
    one = many_copies(100)
    names = pl.Series([f"Agency {number}" for number in range(8)])
    documents = pl.concat([one.documents] * 2).with_columns(agencies=names, agency_share=pl.lit(1.0))
    text = summary.summary(dataclasses.replace(one, documents=documents), lines=lines)
    assert text.count("\n") <= lines
    assert len(re.findall("^Agency", text, re.MULTILINE)) == agencies


def test_a_low_screen_has_three_passages_in_any_case() -> None:
    assert len(passages_shown(summary.summary(many_copies(10), lines=5))) == 3
    assert len(passages_shown(summary.summary(many_copies(100)))) == 20
    assert len(passages_shown(summary.summary(many_copies(100), top=30, lines=20))) == 30


def test_nothing_found_is_said() -> None:
    one = result()
    none = dataclasses.replace(one, passages=one.passages.clear(), documents=one.documents[:1], manifest={})
    end = "1 article, 0 reused passages\n18.9 % of the words are reused: another article has them as well\n"
    assert summary.summary(none) == "No reused passage found.\n\n" + end
    no_articles = dataclasses.replace(none, documents=one.documents.clear())
    assert summary.totals(no_articles) == (
        "0 articles, 0 reused passages\nnone of the words are reused: another article has them as well"
    )
    with pytest.raises(ResultError, match="there is no passage 1: this result has none"):
        show(none)


@pytest.mark.parametrize("number", [0, 3, -1])
def test_a_passage_that_is_not_there_is_named(number: int) -> None:
    with pytest.raises(ResultError, match=f"there is no passage {number}: this result has 1 to 2"):
        show(result(), number)


def test_ids_stand_where_no_source_is_known() -> None:
    few = without_sources(result(), "a.txt", "b.txt")
    assert "\n                          a.txt, b.txt\n" in summary.summary(few)
    many = without_sources(result(), *(f"archive/2031/06/{n:03}-tamsin-bridge.txt" for n in range(40)))
    line = summary.summary(many).splitlines()[2]
    assert line == " " * 26 + "000-tamsin-bridge, 001-tamsin-bridge +38"


def test_skipped_places_are_listed_up_to_a_number() -> None:
    assert summary.skipped(result(skipped=2).skipped).splitlines() == [
        "unreadable: kesh/0.txt: not text: it holds NUL bytes",
        "unreadable: kesh/1.txt: not text: it holds NUL bytes",
    ]
    assert summary.skipped(result(skipped=7).skipped).splitlines()[-1] == "and 2 more places"
    assert summary.skipped(result().skipped) == ""


def test_totals_say_where_the_list_of_the_skipped_is() -> None:
    one = result(skipped=1)
    assert summary.totals(one, "see out/skipped.jsonl").endswith(
        "\n1 file not readable to its end (see out/skipped.jsonl)"
    )
    assert "readable" not in summary.totals(result())


def test_an_address_is_kept_whole_so_that_it_can_be_copied() -> None:
    address = "news://northwire/" + "bridge-" * 30
    one = result()
    one = dataclasses.replace(one, documents=one.documents.with_columns(url=pl.lit(address)))
    assert f"\n    {address}\n" in show(one)


def test_limits_that_were_reached_are_told() -> None:
    found = result()
    assert "limit reached" not in summary.totals(found)
    counts = {**found.manifest.get("counts", {}), "passed_seeds": 1234, "passed_names": 0}
    told = summary.totals(dataclasses.replace(found, manifest={**found.manifest, "counts": counts}))
    assert told.splitlines()[-1].startswith("limit reached: 1,234 places in pairs of articles")

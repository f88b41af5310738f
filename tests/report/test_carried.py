"""How much of whose copy was carried, and by whom."""

import dataclasses

import polars as pl

from samples.results import result, with_shares
from syndetect.report.carried import Carried, agency_copy, copies
from syndetect.report.carried_table import table
from syndetect.results.result import Result


def changed(one: Result, table_name: str, **columns: pl.Expr | pl.Series) -> Result:
    return dataclasses.replace(one, **{table_name: getattr(one, table_name).with_columns(**columns)})


def test_an_agency_s_own_articles_are_not_carried() -> None:
    assert agency_copy(with_shares()) == [
        Carried("Northwire", 212, 97, [("Kesh Daily", 61), ("Morvia Post", 36)])
    ]
    without_marks = dataclasses.replace(with_shares(), credits=with_shares().credits.clear())
    assert agency_copy(without_marks) == [
        Carried("Northwire", 0, 309, [("Northwire", 212), ("Kesh Daily", 61), ("Morvia Post", 36)])
    ]


def test_the_first_of_wire_copy_is_the_agency_s_whatever_its_source_is_called() -> None:
    one = dataclasses.replace(with_shares(), credits=with_shares().credits.clear())
    first = pl.when(passage_id=1, doc_id="kesh/b.txt").then(pl.lit("first")).otherwise("role")
    (told,) = agency_copy(changed(one, "passages", role=first))
    assert told == Carried("Northwire", 61, 248, [("Northwire", 212), ("Morvia Post", 36)])


def test_every_word_of_agency_copy_counts_once() -> None:
    """Of an article with copy of two agencies each has its passages, and the rest is the leading one's."""
    names = pl.Series(["Northwire", "Northwire, Stern, Sons", "Stern, Sons, Northwire", None])
    one = changed(with_shares(), "documents", agencies=names)
    stern = one.clusters[:1].with_columns(passage_id=pl.lit(7).cast(pl.Int64), agency=pl.lit("Stern, Sons"))
    uses = one.passages[1:3].with_columns(passage_id=pl.lit(7).cast(pl.Int64), words=pl.Series([11, 40]))
    one = dataclasses.replace(
        one, clusters=pl.concat([one.clusters, stern]), passages=pl.concat([one.passages, uses])
    )
    told = {row.agency: row for row in agency_copy(one)}
    # morvia/a.txt: 36 words, 23 of Northwire's and 11 of Stern's; kesh/b.txt: 61 words, 25 and 40, which overlap
    assert told["Northwire"] == Carried("Northwire", 212, 48, [("Morvia Post", 25), ("Kesh Daily", 23)])
    assert told["Stern, Sons"] == Carried("Stern, Sons", 0, 49, [("Kesh Daily", 38), ("Morvia Post", 11)])
    documents = one.documents
    assert sum(row.own + row.words for row in told.values()) == round(
        (documents["words"] * documents["agency_share"]).sum()
    )


def test_passages_that_are_not_shown_leave_the_words_to_the_leading_agency() -> None:
    names = pl.Series(["Northwire", "Northwire, Stern", "Stern, Northwire", None])
    one = changed(with_shares(), "documents", agencies=names)
    none = dataclasses.replace(one, clusters=one.clusters.clear(), passages=one.passages.clear())
    assert {row.agency: row.words for row in agency_copy(none)} == {"Northwire": 36, "Stern": 61}


def test_an_unknown_agency_has_a_row_of_its_own() -> None:
    one = changed(with_shares(), "documents", agencies=pl.Series(["Northwire", None, "Northwire", None]))
    assert [(row.agency, row.words) for row in agency_copy(one)] == [("Northwire", 61), (None, 36)]
    assert "\nagency not known       36            Morvia Post 36\n" in table(one, 5, 80, colour=False)


def test_texts_of_a_reference_are_not_carried_though_no_agency_is_known() -> None:
    one = with_shares()
    nobody = pl.lit(None, pl.String)
    one = changed(changed(one, "documents", agencies=nobody), "clusters", agency=nobody)
    first = pl.when(passage_id=1, doc_id="wire-17").then(pl.lit("first")).otherwise("role")
    assert agency_copy(changed(one, "passages", role=first)) == [
        Carried(None, 212, 97, [("Kesh Daily", 61), ("Morvia Post", 36)])
    ]


def test_an_agency_whose_name_begins_as_another_s_is_another_one() -> None:
    names = pl.Series(["Stern", "Stern, Sons", "Stern, Sons, Northwire", None])
    one = changed(with_shares(), "documents", agencies=names)
    marks = pl.concat([one.credits] * 2).with_columns(
        agency=pl.Series(["Stern", "Stern, Sons"]), rule=pl.lit("dateline")
    )
    one = dataclasses.replace(one, credits=marks, clusters=one.clusters.filter(pl.col("kind") != "wire"))
    assert {row.agency: row.words for row in agency_copy(one)} == {"Stern": 212, "Stern, Sons": 97}


def test_what_others_carried_comes_before_what_an_agency_published_itself() -> None:
    one = changed(with_shares(), "documents", agencies=pl.Series(["Northwire", "Stern", "Stern", None]))
    assert [(row.agency, row.own, row.words) for row in agency_copy(one)] == [
        ("Stern", 0, 97),
        ("Northwire", 212, 0),
    ]


def test_copies_of_outlets() -> None:
    assert copies(with_shares()) == Carried(None, 0, 9, [("Morvia Post", 9)])
    assert copies(result()) is None


def test_an_answer_of_an_index_has_no_shares() -> None:
    assert agency_copy(result()) == []
    assert table(result(), 5, 80, colour=False) == ""


def test_agencies_beyond_the_most_are_one_line() -> None:
    names = pl.Series([f"Agency {number}" for number in range(4)])
    one = changed(with_shares(), "documents", agencies=names, agency_share=pl.lit(1.0))
    assert table(one, 3, 80, colour=False) == (
        "copy of             carried  words carried by\n"
        "Agency 2                305  Kesh Daily 305\n"
        "Agency 0                212  Northwire 212\n"
        "Agency 1, Agency 3      275  Morvia Post 180, Kesh Daily 95\n"
        "other outlets             9  Morvia Post 9\n"
    )


def test_a_narrow_terminal_has_two_lines_for_each() -> None:
    assert table(with_shares(), 3, 40, colour=False) == (
        "Northwire: 97 words carried\n"
        "  Kesh Daily 61, Morvia Post 36\n"
        "other outlets: 9 words carried\n"
        "  Morvia Post 9\n"
    )
    assert table(with_shares(), 3, 60, colour=False).startswith("Northwire: 97 words carried, own feed 212\n")

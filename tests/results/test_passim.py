"""Passages as passim's cluster rows."""

import json

import polars as pl
import pytest

from samples.results import result
from syndetect.results.frames import encode
from syndetect.results.passim import clusters
from syndetect.schema import TABLES

COLUMNS = "uid cluster begin end boiler src size pboiler id series date title url text"


def test_rows_have_the_columns_of_passim() -> None:
    rows = clusters(result().documents, result().passages)
    assert " ".join(rows.columns) == COLUMNS
    assert rows["cluster"].to_list() == [1, 1, 1, 2, 2]
    assert rows["size"].to_list() == [3, 3, 3, 2, 2]
    assert rows["id"].to_list() == result().passages["doc_id"].to_list()
    assert rows["series"].to_list() == ["Northwire", "Morvia Post", "Kesh Daily", "Northwire", "Morvia Post"]


def test_the_number_of_a_document_is_that_which_spark_gives_it() -> None:
    one = result()
    named = pl.lit("childrens_hour")  # an id of passim's own quick start, which prints its uid
    rows = clusters(one.documents[:1].with_columns(doc_id=named), one.passages[:1].with_columns(doc_id=named))
    assert rows["uid"].to_list() == [-7966282239007996852]


def test_the_source_is_the_earliest_use() -> None:
    first, *others = clusters(result().documents, result().passages).filter(pl.col("cluster") == 1).to_dicts()
    assert first["src"] == []
    assert all(row["src"] == [{key: first[key] for key in ("uid", "begin", "end")}] for row in others)


def test_boilerplate_is_what_stays_within_a_series() -> None:
    one = result()
    houses = pl.Series("source", ["Kesh Daily", "Morvia Post", "Kesh Daily", None])
    rows = clusters(one.documents.with_columns(houses), one.passages)
    assert rows["boiler"].to_list() == [False, False, True, False, False]
    assert rows["pboiler"].to_list() == pytest.approx([0.5, 0.5, 0.5, 0, 0])


def test_a_row_is_an_object_a_line() -> None:
    lines = [
        json.loads(line)
        for line in b"".join(encode(clusters(result().documents, result().passages), "jsonl")).splitlines()
    ]
    assert [line["cluster"] for line in lines] == [1, 1, 1, 2, 2]
    assert lines[0]["date"] == "2031-06-02T09:30:00Z"
    assert lines[2]["date"] is None
    assert lines[1]["src"][0]["uid"] == lines[0]["uid"]


def test_no_passages_are_no_rows() -> None:
    one = result()
    none = pl.DataFrame(schema=TABLES["passages"])
    rows = clusters(one.documents, none)
    assert rows.is_empty()
    assert " ".join(rows.columns) == COLUMNS

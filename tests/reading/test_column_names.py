"""Columns and values under the names and in the forms of extractors, interfaces and databases."""

import base64
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from samples.reading import as_jsonl, gather, texts
from syndetect.reading.columns import ALIASES, Columns, folded
from syndetect.reading.notes import Notes, columns_line
from syndetect.reading.sources import read
from syndetect.reading.values import host_of

MOMENT = datetime(2023, 5, 1, 10, tzinfo=UTC)
TIME = "2023-05-01T10:00:00Z"


def one(record: dict[str, Any], **options: Any) -> dict[str, Any]:
    frame, skipped = gather([record], **options)
    assert not skipped
    return frame.row(0, named=True)


def test_case_12_a_source_that_is_an_address_is_the_site(tmp_path: Path) -> None:
    record = {
        "hostname": "gazette.example", "source-hostname": "Gazette", "text": "words",
        "source": "https://www.gazette.example/7.html", "author": None, "date": "2023-05-01",
    }  # fmt: skip
    (tmp_path / "a.jsonl").write_bytes(as_jsonl([record]))
    for source in (tmp_path, [record], pl.DataFrame([record])):
        assert gather(source)[0]["source"].to_list() == ["gazette.example"]


@pytest.mark.parametrize(
    "record",
    [
        {"url": "http://gazette.example:8080/a?b=c"},
        {"url": "https://WWW.Gazette.example/a", "source": None},
        {"link": "//gazette.example/a", "source": {"id": None, "name": None}},
        {"source_url": "https://www.gazette.example"},
        {"source": "www.gazette.example"},
        {"source": "gazette.example/2023/05/a.html"},
        {"domain": "gazette.example", "url": "https://m.gazette.example/a"},
        {"source": "https://user@gazette.example./a", "url": "https://other.example/b"},
    ],
)
def test_siblings_of_case_12_the_host_stands_in_for_the_source(record: dict[str, Any]) -> None:
    assert one(record | {"text": "words"})["source"] == "gazette.example"


@pytest.mark.parametrize(
    ("record", "source"),
    [
        ({"source": "https://gazette.example/a", "publication": "The Gazette"}, "The Gazette"),
        ({"source": "The Gazette", "url": "https://gazette.example/a"}, "The Gazette"),
        ({"source": "AFP/Reuters", "url": "https://gazette.example/a"}, "AFP/Reuters"),
        ({"source": {"id": "gaz", "name": "The Gazette"}}, "The Gazette"),
        ({"source": {"uri": "gazette.example", "title": "The Gazette"}}, "The Gazette"),
        ({"source": {"url": "https://www.gazette.example", "name": None}}, "gazette.example"),
    ],
)
def test_a_name_of_a_source_is_before_an_address(record: dict[str, Any], source: str) -> None:
    assert one(record | {"text": "words"})["source"] == source


def test_a_site_whose_outlet_has_a_name_keeps_it() -> None:
    record = {"text": "words", "url": "https://www.gazette.example/a"}
    frame, _ = gather([record | {"source": "The Gazette"}, record])
    assert frame["source"].to_list() == ["The Gazette", "The Gazette"]
    frame, _ = gather([record | {"source": "The Gazette"}, record | {"source": "Herald"}, record])
    assert frame["source"].to_list() == ["The Gazette", "Herald", None]


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://www.gazette.example/a", "gazette.example"),
        ("http://GAZETTE.example?x", "gazette.example"),
        ("ftp://gazette.example:21", "gazette.example"),
        ("https://user:word@www2.gazette.example:443/", "gazette.example"),
        ("https:///a", None),
        ("The Gazette", None),
        ("gazette.example", None),
        ("AFP/Reuters", None),
        ("1/2", None),
        ("", None),
    ],
)
def test_hosts(address: str, host: str | None) -> None:
    assert host_of(address) == host


MAKERS: dict[str, dict[str, Any]] = {
    "an interface of headlines": {
        "source": {"id": "gaz", "name": "Gazette"}, "author": "A. Writer", "title": "T", "publishedAt": TIME,
        "url": "https://gazette.example/1", "description": "not this", "content": "words",
    },
    "an extractor of paragraphs": {
        "body": {"summary": [], "sections": [{"headline": ["x"]}]}, "plaintext": "words", "publishing_date": TIME,
        "title": "T", "authors": ["A. Writer"], "publisher": "Gazette", "requested_url": "https://gazette.example/1",
    },
    "a crawler": {
        "maintext": "words", "date_publish": TIME, "source_domain": "Gazette", "title": "T", "authors": ["A. Writer"],
        "url": "https://gazette.example/1", "image_url": "https://gazette.example/1.png",
    },
    "schema.org": {
        "@type": "NewsArticle", "headline": "T", "articleBody": "words", "datePublished": TIME,
        "author": [{"@type": "Person", "name": "A. Writer"}], "publisher": {"@type": "Organization", "name": "Gazette"},
        "mainEntityOfPage": {"@id": "https://gazette.example/1"},
    },
    "a weblog's interface": {
        "date": TIME, "link": "https://gazette.example/1", "title": {"rendered": "T"}, "site_name": "Gazette",
        "content": {"rendered": "words", "protected": False}, "author_name": "A. Writer",
    },
    "a database": {
        "_id": {"$oid": "64f0"}, "headline": {"main": "T"}, "full_text": "words", "pub_date": {"$date": TIME},
        "web_url": "https://gazette.example/1", "byline": {"original": "A. Writer"}, "source": "Gazette",
    },
    "a flattened interface": {
        "fields.bodyText": "words", "fields.headline": "T", "webPublicationDate": TIME, "fields.byline": "A. Writer",
        "webUrl": "https://gazette.example/1", "publication": "Gazette",
    },
    "an archive": {
        "Newspaper": "Gazette", "Headline": "T", "Article": "words", "Published Date": TIME, "Byline": "A. Writer",
        "Permalink": "https://gazette.example/1",
    },
}  # fmt: skip


@pytest.mark.parametrize("maker", MAKERS)
def test_columns_of_makers(maker: str) -> None:
    row = one(MAKERS[maker])
    told = {name: row[name] for name in ("text", "source", "published", "title", "author")}
    assert told == {
        "text": "words", "source": "Gazette", "published": MOMENT, "title": "T", "author": "A. Writer",
    }  # fmt: skip
    assert row["url"] == "https://gazette.example/1"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ({"$date": TIME}, MOMENT),
        ({"$date": {"$numberLong": "1682935200000"}}, MOMENT),
        ({"$date": 0}, datetime(1970, 1, 1, tzinfo=UTC)),
        ({"$numberLong": "1682935200"}, MOMENT),
    ],
)
def test_values_of_extended_json(value: Any, moment: datetime) -> None:
    row = one({"text": "words", "date": value, "_id": {"$oid": "a1"}})
    assert (row["published"], row["doc_id"]) == (moment, "a1")


def test_case_22_a_text_of_paragraphs(tmp_path: Path) -> None:
    paragraphs = ["One of the old mills burnt.", None, " ", "Nobody was hurt."]
    joined = "One of the old mills burnt.\n\nNobody was hurt."
    (tmp_path / "a.jsonl").write_bytes(as_jsonl([{"id": "a", "text": paragraphs}]))
    pl.DataFrame({"id": ["a"], "text": [paragraphs]}).write_parquet(tmp_path / "b.parquet")
    for source in (tmp_path / "a.jsonl", tmp_path / "b.parquet", [{"id": "a", "text": tuple(paragraphs)}]):
        assert texts(source) == [("a", joined)]


@pytest.mark.parametrize(
    "text",
    [
        [{"type": "p", "text": "One."}, {"type": "p", "text": "Two."}],
        [["One."], ["Two."]],
        {"content": ["One.", "Two."]},
        [{"content": "One."}, {"content": "Two."}, {"content": None, "text": ""}],
    ],
)
def test_siblings_of_case_22(text: Any) -> None:
    assert one({"text": text})["text"] == "One.\n\nTwo."


def test_the_first_column_that_holds_text_counts() -> None:
    assert one({"text": " ", "body": "words"})["text"] == "words"
    assert one({"text": {"a": 1}, "body": "words"})["text"] == "words"


@pytest.mark.parametrize("named", ["published_at", "publishedAt", "Published At", "PUBLISHED-AT"])
@pytest.mark.parametrize("given", ["publishedAt", "published at", "Published_At"])
def test_named_columns_are_matched_as_aliases_are(named: str, given: str, tmp_path: Path) -> None:
    record = {"text": "words", given: TIME, "date": "2001-01-01"}
    (tmp_path / "a.csv").write_bytes(pl.DataFrame([record]).write_csv().encode())
    for source in ([record], pl.DataFrame([record]), tmp_path):
        frame, _ = gather(source, columns={"published": named})
        assert frame["published"].to_list() == [MOMENT]


def test_a_column_of_just_the_name_is_before_one_that_is_like_it() -> None:
    record = {"text": "words", "Pub Date": "2001-01-01", "pub_date": TIME}
    assert one(record, columns={"published": "pub_date"})["published"] == MOMENT


def test_no_alias_is_that_of_two_columns() -> None:
    names = [folded(name) for names in ALIASES.values() for name in set(map(folded, names))]
    assert len(names) == len(set(names))


def test_columns_that_nobody_asked_for_spoil_nothing(tmp_path: Path) -> None:
    odd: dict[str, Any] = {
        "text": "words",
        "id": {"a": [1]},
        "x": [[{}]],
        "tags": None,
        "created": "soon",
        "title": [],
    }
    (tmp_path / "a.jsonl").write_bytes(as_jsonl([odd]))
    (tmp_path / "b.csv").write_text("text,x,x,\nwords,1,2,3\n")
    frame, skipped = gather(tmp_path)
    assert frame["text"].to_list() == ["words", "words"]
    assert [reason.partition(":")[0] for _, reason in skipped] == [
        "id is neither a string nor an integer", "published not understood",
    ]  # fmt: skip


def test_text_in_binary_columns(tmp_path: Path) -> None:
    frame = pl.DataFrame({"id": [b"a"], "text": ["naïve words".encode()], "source": [b"Gazette"]})
    frame.write_parquet(tmp_path / "a.parquet")
    for source in (frame, tmp_path):
        assert gather(source)[0].select("doc_id", "text", "source").rows() == [
            ("a", "naïve words", "Gazette")
        ]


def test_the_columns_that_were_taken_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"body": "words", "url": "https://gazette.example/1"}) + "\n"
    )
    (tmp_path / "b.txt").write_text("words")
    notes = Notes(strict=False)
    list(read(tmp_path, on_skip=notes, on_columns=notes.add_columns))
    assert notes.columns["source"] == ["url (its host)"]
    line = "columns: text from body; source from url (its host); url; none for id, published, title, author"
    assert columns_line(notes.columns) == line
    notes = Notes(strict=False)
    list(read(tmp_path / "b.txt", on_skip=notes, on_columns=notes.add_columns))
    assert columns_line(notes.columns) == ""


def test_keys_of_no_columns() -> None:
    assert Columns({"text": "words"}).keys([]) == ((),) * len(ALIASES)


def test_a_type_that_polars_lacks_in_a_column_that_nobody_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"text": ["words"], "seen": [MOMENT]}).write_parquet(path)
    data = path.read_bytes()
    found = re.search(rb"ARROW:schema.{1,4}?([A-Za-z0-9+/=]{40,})", data, re.DOTALL)
    assert found is not None
    schema = base64.b64decode(found[1])
    assert b"UTC" in schema
    path.write_bytes(data.replace(found[1], base64.b64encode(schema.replace(b"UTC", b"+05"))))
    with pytest.raises(pl.exceptions.PanicException):
        pl.read_parquet(path)
    assert texts(path) == [("a.parquet:1", "words")]


@pytest.mark.parametrize("nothing", ["None", "null", "NaN", "N/A", "\\N"])
def test_words_for_nothing_are_no_sources(nothing: str) -> None:
    records = [
        {"text": "one", "source": nothing, "url": "https://www.kesh.example/1"},
        {"text": "two", "source": nothing},
    ]
    assert gather(records)[0]["source"].to_list() == ["kesh.example", None]

"""Bad records: each is passed over with its place and reason, and what stands around it is read."""

import gzip
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from samples.reading import GOOD, LAST, ids_of, skipped_beside
from syndetect.errors import InputError, SyndetectError
from syndetect.reading.sources import read


def test_nul_characters_in_what_is_binary(tmp_path: Path) -> None:
    reason = "text with NUL characters (binary?)"
    assert skipped_beside(tmp_path, "a.txt", b"some text\0and more") == reason
    (tmp_path / "a.txt").unlink()
    (tmp_path / "b.csv").write_bytes(b"id,text\na,x\0y\nb,good\n")
    (tmp_path / "c.jsonl").write_bytes(GOOD.replace(b"first", b"a\\u0000b") + LAST)
    assert ids_of(tmp_path) == (
        ["b", "z", "zz.txt"],
        [(f"{tmp_path}/b.csv, record 1", reason), (f"{tmp_path}/c.jsonl:1", reason)],
    )


def test_nul_characters_in_good_text_are_replaced_one_for_one(tmp_path: Path) -> None:
    text = "A ferry of the old line\0 goes on\0 until the winter, and nobody knows why."
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "b.jsonl").write_text(json.dumps({"id": "b", "text": text}), encoding="utf-8")
    skipped: list[tuple[str, str]] = []
    frame = pl.concat(read(tmp_path, on_skip=lambda *told: skipped.append(told[:2])))
    assert frame["text"].to_list() == [text.replace("\0", "\ufffd")] * 2
    assert len(skipped) == 2
    assert {reason for _, reason in skipped} == {"2 NUL characters in the text, U+FFFD for each"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"id": "b", "text": "cut', "broken JSON at character 21: Unterminated string starting at"),
        (b'{"id": "b" "text": "x"}', "broken JSON at character 12: Expecting ',' delimiter"),
        (b'{"id": "b", "text": "a\0b"}', "text with NUL characters (binary?)"),
        (b"{'id': 'b'}", "broken JSON at character 2: Expecting property name enclosed in double quotes"),
        (b"[" * 200_000, "broken JSON: "),
        (b'{"id": ' + b"9" * 9999 + b"}", "broken JSON: Exceeds the limit"),
        (b"nonsense", "broken JSON at character 1: Expecting value"),
        (b'[{"text": "x"}]', "no JSON object but list"),
        (b"null", "no JSON object but NoneType"),
        (b'"text"', "no JSON object but str"),
        (b'{"id": "b"}', "no text"),
        (b'{"id": "b", "Text ": ""}', "no text"),
        (b'{"id": "b", "text": null}', "text is null"),
        (b'{"id": "b", "text": 7}', "text is no string but int"),
        (b'{"id": "b", "text": [7]}', "text is no string but list"),
        (b'{"id": "b", "text": NaN}', "text is null"),
        (b'{"id": "b", "text": " \\n "}', "no text, only white space"),
    ],
)
def test_bad_line(line: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + b"\n" + line + b"\n" + LAST)
    ids, [(place, told)] = ids_of(path)
    assert ids == ["a", "z"]
    assert place == f"{path}:3"
    assert told.startswith(reason)


@pytest.mark.parametrize("value", [["b"], True, 1.5, float("inf"), {}])
def test_an_article_with_an_id_that_is_none_is_named_by_its_place(value: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + json.dumps({"id": value, "text": "x"}).encode() + b"\n" + LAST)
    ids, skipped = ids_of(path)
    assert ids == ["a", "a.jsonl:2", "z"]
    assert skipped == [(f"{path}:2", f"id is neither a string nor an integer: {value!r}")]


def test_bad_rows_of_csv(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b'id,text\na,x\nb,one, two\nc\nd,\ne,x\ry\nf,"good\nlines"\ng,"never\nclosed\n')
    ids, skipped = ids_of(path)
    assert ids == ["a", "e", "f", "g"]
    assert skipped == [
        (f"{path}, record 2", "3 fields under 2 columns"),
        (f"{path}, record 3", "no text"),
        (f"{path}, record 4", "no text"),
        (f"{path}, record 7", "a quotation mark that is never closed"),
    ]


@pytest.mark.parametrize("name", ["a.csv", "a.parquet"])
def test_a_table_without_text(name: str, tmp_path: Path) -> None:
    file = io.BytesIO()
    frame = pl.DataFrame({"id": [1], "words": [2]})
    frame.write_csv(file) if name == "a.csv" else frame.write_parquet(file)
    assert skipped_beside(tmp_path, name, file.getvalue()) == "no column of text, only id, words"
    with pytest.raises(InputError, match="the frame has no column of text, only id, words"):
        read(frame, on_skip=print)


def test_bad_values_of_a_table() -> None:
    frame = pl.DataFrame({"id": ["a", "b", "c", "a"], "text": ["x", None, " ", "x"]})
    assert ids_of(frame) == (
        ["a"],
        [
            ("record 2", "text is null"),
            ("record 3", "no text, only white space"),
            ("record 4", "id 'a' again, first in record 1"),
        ],
    )
    assert ids_of(pl.DataFrame({"text": [bytes(range(128, 160)) + bytes(range(9))]})) == (
        [],
        [("record 1", "not text (binary?)")],
    )


def test_bad_mappings() -> None:
    records: list[Any] = [{"text": "x"}, "text", None, {}, {"text": None}, {1: 2, "text": "y"}]
    ids, skipped = ids_of(records)
    assert ids == ["record 1", "record 6"]
    with pytest.raises(InputError, match="the source has no column 'words', only text"):
        ids_of(records, columns={"title": "words"})
    assert skipped == [
        ("record 2", "no mapping but str"),
        ("record 3", "no mapping but NoneType"),
        ("record 4", "no text"),
        ("record 5", "text is null"),
    ]


def test_values_that_are_arrays() -> None:
    array = np.arange(3)
    ids, skipped = ids_of(
        [{"text": "x", "title": array, "date": array}, {"text": "x", "id": array}, {"text": array}]
    )
    assert ids == ["record 1", "record 2"]
    assert [reason.partition(":")[0] for _, reason in skipped] == [
        "published not understood",
        "title not understood",
        "id is neither a string nor an integer",
        "text is no string but ndarray",
    ]


class OtherFrame(dict[str, list[str]]):
    """As of a library that is not asked for."""

    columns = ("id", "text")


@pytest.mark.parametrize("source", [{"text": "x"}, b"text", 7, None, OtherFrame()])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(InputError, match="cannot be read: give paths, open files, a table"):
        read(source, on_skip=print)


def test_duplicate_ids(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GOOD + LAST + GOOD)
    (tmp_path / "b.csv").write_bytes(b"id,text\nb,x\nz,y\nb,z\na.txt,x\n")
    (tmp_path / "a.txt").write_bytes(b"x")
    assert ids_of(tmp_path, batch_bytes=1) == (
        ["a", "z", "a.txt", "b"],
        [
            (f"{tmp_path}/a.jsonl:3", f"id 'a' again, first in {tmp_path}/a.jsonl:1"),
            (f"{tmp_path}/b.csv, record 2", f"id 'z' again, first in {tmp_path}/a.jsonl:2"),
            (f"{tmp_path}/b.csv, record 3", f"id 'b' again, first in {tmp_path}/b.csv, record 1"),
            (f"{tmp_path}/b.csv, record 4", f"id 'a.txt' again, first in {tmp_path}/a.txt"),
        ],
    )


def test_a_skipped_record_does_not_take_an_id() -> None:
    assert ids_of([{"id": "a", "text": ""}, {"id": "a", "text": "x"}])[0] == ["a"]


def test_a_time_that_is_not_understood_keeps_the_article() -> None:
    assert ids_of([{"id": "a", "text": "x", "date": "some day"}]) == (
        ["a"],
        [("record 1", "published not understood: 'some day'")],
    )


def test_what_is_too_long(tmp_path: Path) -> None:
    too_long = "longer than 100 bytes"
    assert skipped_beside(tmp_path, "a.txt", b"x" * 101, max_bytes=100) == too_long
    assert skipped_beside(tmp_path, "a.txt", "é".encode() * 51, max_bytes=100) == too_long
    (tmp_path / "a.txt").write_bytes(b"x" * 100)
    (tmp_path / "b.jsonl").write_bytes(GOOD + GOOD.replace(b"first", b"x" * 100) + LAST)
    (tmp_path / "c.csv").write_bytes(
        b'id,text\nb,"' + b'x,""\n' * 50 + b'"\nc,good\nd,' + b"x" * 100 + b"\ne,good\n"
    )
    pl.DataFrame({"id": ["f", "g"], "text": ["x" * 100, "x" * 101]}).write_parquet(tmp_path / "d.parquet")
    assert ids_of(tmp_path, max_bytes=100) == (
        ["a.txt", "a", "z", "c", "e", "f", "zz.txt"],
        [
            (f"{tmp_path}/b.jsonl:2", too_long),
            (f"{tmp_path}/c.csv, record 1", too_long),
            (f"{tmp_path}/c.csv, record 3", too_long),
            (f"{tmp_path}/d.parquet, record 2", too_long),
        ],
    )


def test_whoever_is_told_may_raise(tmp_path: Path) -> None:
    for name, data in {
        "a.jsonl": GOOD + b"broken\n",
        "b.csv": b"x\n1\n",
        "c.txt": b"",
        "d.jsonl.gz": b"x",
    }.items():
        (tmp_path / name).write_bytes(data)

        def strict(place: str, reason: str, _: str) -> None:
            raise InputError(f"{place}: {reason}")

        with pytest.raises(SyndetectError, match=name):
            list(read(tmp_path, on_skip=strict))
        (tmp_path / name).unlink()


def test_a_hostile_folder_gives_every_good_article(tmp_path: Path) -> None:
    """Everything at once, cut into batches of every size: the same articles and the same reasons."""
    dice = random.Random(7)
    lines = [
        json.dumps({"id": f"j{n}", "text": f"words {n} é"}, ensure_ascii=False).encode() for n in range(99)
    ]
    lines = [line if dice.random() < 0.7 else dice.randbytes(30).replace(b"\n", b"") for line in lines]
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(b"\n".join(lines).replace(b'"j', b'"k'))[:-30])
    (tmp_path / "c.bin").write_bytes(b"\0")
    (tmp_path / "d.csv").write_bytes(b'id,text\n1,"a\n2,"b"\n3,c\n')
    found = [ids_of(tmp_path, batch_bytes=size) for size in (1, 100, 1 << 20)]
    assert found[0] == found[1] == found[2]
    assert sum(doc_id.startswith("j") for doc_id in found[0][0]) == sum(line[:1] == b"{" for line in lines)

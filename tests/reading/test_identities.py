"""Ids that occur again: told apart, passed over, or an error."""

import json
from pathlib import Path

import pytest

from syndetect import InputError, ReadingOptions, scan
from syndetect.reading.encoding import UnusableError
from syndetect.reading.identities import Identities
from syndetect.reading.options import DuplicateIds
from syndetect.reading.sources import read

FERRY = "Ferries to the islands will stop at noon on Friday, the harbour office of Lindrow said, because of a storm."
BAKER = (
    "The bakery in the old quarter of Kesh has won the prize for the best bread for the third time in a row."
)


def shards(folder: Path) -> Path:
    """Two files whose row numbers begin with 0 in each, and a third in which ids look as if they were made."""
    folder.mkdir()
    for name, ids in (
        ("a.jsonl", [0, 1]),
        ("b.jsonl", [0, 1, 1, None]),
        ("c.jsonl", ["b.jsonl:0", "b.jsonl:4", 0]),
    ):
        lines = [json.dumps({"id": one, "text": f"{FERRY} {name} {at}"}) for at, one in enumerate(ids)]
        (folder / name).write_text("\n".join(lines))
    return folder


def ids_of(folder: Path, rule: DuplicateIds | None) -> tuple[list[str], list[tuple[str, str, str]]]:
    told: list[tuple[str, str, str]] = []
    frames = read(folder, reading=ReadingOptions(duplicate_ids=rule), on_skip=lambda *one: told.append(one))
    return [doc_id for frame in frames for doc_id in frame["doc_id"].to_list()], told


def test_ids_are_told_apart_by_their_files(tmp_path: Path) -> None:
    ids, told = ids_of(shards(tmp_path / "in"), "keep")
    assert ids == [
        "0", "1", "b.jsonl:0", "b.jsonl:1", "b.jsonl:3", "b.jsonl:4",
        "c.jsonl:b.jsonl:0", "c.jsonl:b.jsonl:4", "c.jsonl:0",
    ]  # fmt: skip
    assert [(Path(place).name, outcome) for place, _, outcome in told] == [
        ("b.jsonl", "told apart"), ("c.jsonl", "told apart")
    ]  # fmt: skip
    assert told[0][1] == "3 ids again that other records have, told apart: '0' is called 'b.jsonl:0'"


def test_the_first_of_an_id_is_taken_where_nothing_is_said(tmp_path: Path) -> None:
    ids, told = ids_of(shards(tmp_path / "in"), None)
    assert ids == ["0", "1", "b.jsonl:4", "b.jsonl:0"]
    assert [outcome for *_, outcome in told] == ["left out"] * 5
    assert told[0][1] == f"id '0' again, first in {tmp_path.as_posix()}/in/a.jsonl:1"


def test_an_id_again_can_be_an_error(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"b\.jsonl:1: id '0' again, first in .*a\.jsonl:1: with --duplicate-ids keep"
    ):
        ids_of(shards(tmp_path / "in"), "error")


def test_no_two_ids_are_ever_the_same() -> None:
    identities, found = Identities("keep"), list[bytes | UnusableError]()
    for name in ("x", "y"):
        identities.begin(str, f"{name}:{{}}".format, name)
        found += [
            identities.admit(one, at) for at, one in enumerate([b"0", b"y:0", b"y:1", b"x:2", b"0", b"0"])
        ]
    assert len(set(found)) == len(found) == 12
    assert found[:5] == [b"0", b"y:0", b"y:1", b"x:2", b"x:4"]
    assert found[6:9] == [b"y:0#2", b"y:y:0", b"y:y:1"]


def test_shards_with_the_same_ids_in_a_scan(tmp_path: Path) -> None:
    """The kind of case 05: row numbers that begin anew in each file."""
    for name, text in (("a.jsonl", FERRY), ("b.jsonl", f"{BAKER}\n\n{FERRY}")):
        (tmp_path / name).write_text(json.dumps({"id": 0, "text": text}))
    assert scan(tmp_path).documents["doc_id"].to_list() == ["0"]
    found = scan(tmp_path, reading=ReadingOptions(duplicate_ids="keep"), strict=True)
    assert found.documents["doc_id"].to_list() == ["0", "b.jsonl:0"]
    assert found.matches.select("doc_a", "doc_b").rows() == [("0", "b.jsonl:0")]


def test_records_in_memory_are_told_apart_by_their_numbers() -> None:
    records = [{"id": 7, "text": FERRY}, {"id": 7, "text": BAKER}]
    (frame,) = read(records, reading=ReadingOptions(duplicate_ids="keep"), on_skip=lambda *_: None)
    assert frame["doc_id"].to_list() == ["7", "record 2"]

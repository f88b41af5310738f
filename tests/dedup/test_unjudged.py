"""What dedup cannot judge stays as it stands, and is listed with what became of it."""

import gzip
import json
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from samples import command
from samples.short_news import BAKER, FERRY, MAYOR
from syndetect import InputError, ReadingOptions, deduplicate
from syndetect.dedup import rewrite_rows

run = partial(command.run, "dedup")


def line(text: str, **more: object) -> str:
    return json.dumps({**more, "text": text}) + "\n"


def outcomes(path: Path) -> list[tuple[str, str]]:
    rows = [json.loads(one) for one in path.read_text().splitlines()]
    return [(Path(row["place"]).name, row["outcome"]) for row in rows]


def test_shards_with_the_same_ids(tmp_path: Path) -> None:
    """The kind of case 05: ids that begin with 0 in each shard decide nothing, the texts do."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_text(line(BAKER, id=0) + line(FERRY, id=1))
    (folder / "b.jsonl").write_text(line(MAYOR, id=0) + line(FERRY, id=1) + line(f"{MAYOR} {BAKER}", id=0))
    assert run(folder, "-o", tmp_path / "kept", "--strict").exit_code == 0
    assert (tmp_path / "kept/a.jsonl").read_text() == (folder / "a.jsonl").read_text()
    assert (tmp_path / "kept/b.jsonl").read_text() == line(MAYOR, id=0) + line(f"{MAYOR} {BAKER}", id=0)
    (removed,) = [json.loads(one) for one in (tmp_path / "kept.removed.jsonl").read_text().splitlines()]
    assert (removed["doc_id"], removed["kept"], removed["relation"]) == ("b.jsonl:1", "1", "exact")
    assert run(folder, "-o", tmp_path / "skip", "--duplicate-ids", "skip").exit_code == 0
    assert (tmp_path / "skip/b.jsonl").read_text() == ""
    assert "id '0' again" in run(folder, "-o", tmp_path / "error", "--duplicate-ids", "error").stderr


def test_rows_of_csv_with_the_same_ids(tmp_path: Path) -> None:
    """A sibling of case 05: one id for all rows, as of a constant column."""
    (tmp_path / "in.csv").write_text(
        f"id,text\nkesh,{BAKER.replace(',', '')}\nkesh,{MAYOR.replace(',', '')}\n"
    )
    found = deduplicate(tmp_path / "in.csv", tmp_path / "out.csv")
    assert found.kept.to_list() == ["kesh", "in.csv:2"]
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "in.csv").read_bytes()


def test_a_stray_byte_costs_no_line(tmp_path: Path) -> None:
    """The kind of case 06: whether the line is read or not, it is in what is kept, byte for byte."""
    odd = line(MAYOR).encode().replace(b"council", b"c\xf6uncil \xe2\x82")
    given = line(BAKER).encode() + odd + line(BAKER).encode()
    (tmp_path / "in.jsonl").write_bytes(given)
    assert run(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == line(BAKER).encode() + odd


def test_rows_in_windows_1252_are_all_there(tmp_path: Path) -> None:
    """The kind of case 08: rows that are not taken for Windows-1252 one by one."""
    rows = ["id,text", f"1,{BAKER[:40]}", f"2,Ü {MAYOR[:50]}", f"3,3 × 4 {FERRY[:40]}", f"4,{BAKER[:40]}"]
    (tmp_path / "in.csv").write_bytes("".join(f"{row}\n" for row in rows).encode("cp1252"))
    assert run(tmp_path / "in.csv", "-o", tmp_path / "out.csv").exit_code == 0
    assert (tmp_path / "out.csv").read_bytes() == "".join(f"{row}\n" for row in rows[:4]).encode("cp1252")


UNJUDGED = [
    "{broken\r",
    "[1, 2]",
    '{"id": 5}',
    '{"text": "  "}',
    '{"text": 7, "n": 1.0}',
    "\0\1\2 no text at all \0",
]


@pytest.mark.parametrize("end", ["", "\n"])
def test_lines_that_cannot_be_judged_stay_where_they_were(tmp_path: Path, end: str) -> None:
    given = line(BAKER) + "\n".join(UNJUDGED) + "\n\n" + line(BAKER) + line(FERRY) + '{"text": "cut o' + end
    (tmp_path / "in.jsonl").write_text(given)
    outcome = run(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl")
    wanted = line(BAKER) + "\n".join(UNJUDGED) + "\n" + line(FERRY) + '{"text": "cut o\n'
    assert (tmp_path / "out.jsonl").read_bytes() == wanted.encode()
    numbers = [f"in.jsonl:{number}" for number in (2, 3, 4, 5, 6, 7, 11)]
    assert outcomes(tmp_path / "out.skipped.jsonl") == [(place, "kept as it stands") for place in numbers]
    assert "7 kept as they stand, not judged (see the list beside" in outcome.stderr
    dropped = run(tmp_path / "in.jsonl", "-o", tmp_path / "drop.jsonl", "--unjudged", "drop")
    assert (tmp_path / "drop.jsonl").read_text() == line(BAKER) + line(FERRY)
    assert "7 records left out" in dropped.stderr


def test_a_line_that_is_too_long_is_written_in_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndetect.reading.formats._BLOCK_BYTES", 100)
    monkeypatch.setattr("syndetect.reading.sources.batches.__kwdefaults__", {
        **__import__("syndetect").reading.sources.batches.__kwdefaults__, "max_bytes": 400
    })  # fmt: skip
    long = line("word " * 200)
    (tmp_path / "in.jsonl").write_text(line(BAKER) + long + line(BAKER) + long)
    found = deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl")
    assert found.counts["unjudged"] == 2
    assert (tmp_path / "out.jsonl").read_text() == line(BAKER) + long + long


def test_a_row_that_is_too_long_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewrite_rows, "MAX_BYTES", 400)
    monkeypatch.setattr("syndetect.reading.sources.batches.__kwdefaults__", {
        **__import__("syndetect").reading.sources.batches.__kwdefaults__, "max_bytes": 400
    })  # fmt: skip
    (tmp_path / "in.csv").write_text(f"text,x\n{'word ' * 200},\n{MAYOR},\n")
    with pytest.raises(
        InputError, match=r"record 1 is too long to be written again: leave it out with --unjudged drop"
    ):
        deduplicate(tmp_path / "in.csv", tmp_path / "out.csv")
    deduplicate(tmp_path / "in.csv", tmp_path / "out.csv", unjudged="drop")
    assert (tmp_path / "out.csv").read_text() == f"text,x\n{MAYOR},\n"


def test_rows_without_a_text_stay(tmp_path: Path) -> None:
    table = pl.DataFrame({"n": [1, 2, 3, 4], "text": [BAKER, None, BAKER, " "]})
    table.write_parquet(tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pl.read_parquet(tmp_path / "out.parquet").equals(table[[0, 1, 3]])
    (tmp_path / "in.tsv").write_text(f"n\ttext\n1\t{BAKER}\n2\n3\t{BAKER}\n4\ta\tb\tc\n")
    deduplicate(tmp_path / "in.tsv", tmp_path / "rows.tsv")
    assert (tmp_path / "rows.tsv").read_text() == f"n\ttext\n1\t{BAKER}\n2\n4\ta\tb\tc\n"


def test_files_that_are_not_readable_to_their_ends_are_copied(tmp_path: Path) -> None:
    """Their articles are all kept, and preferred to those of other files: nothing in them is listed as removed."""
    folder = tmp_path / "in"
    folder.mkdir()
    whole = gzip.compress((line(FERRY) + line(FERRY) + line(MAYOR) * 200).encode())
    files = {
        "a.jsonl": (line(BAKER) + line(FERRY)).encode(), "b.jsonl.gz": whole[:-20], "c.txt": b"",
        "d.txt": bytes(range(256)),
        "e.parquet": b"no Parquet", "f.csv": b"", "g.csv": b"name,size\nx,1\n", "h.csv": b"text,name\n",
    }  # fmt: skip
    for name, data in files.items():
        (folder / name).write_bytes(data)
    (folder / "i.pdf").write_bytes(b"%PDF")
    told = run(folder, "-o", tmp_path / "kept").stderr
    kept = {path.name: path.read_bytes() for path in (tmp_path / "kept").iterdir()}
    assert kept == files | {"a.jsonl": line(BAKER).encode()}
    assert dict(outcomes(tmp_path / "kept.skipped.jsonl")) == {
        "b.jsonl.gz": "kept whole", "c.txt": "kept as it stands", "d.txt": "kept as it stands",
        "e.parquet": "kept whole", "f.csv": "kept whole", "g.csv": "kept whole", "h.csv": "remark",
        "i.pdf": "passed over",
    }  # fmt: skip
    assert (
        "2 kept as they stand, not judged, 4 files kept whole, not readable to their ends, 1 file passed over"
        in told
    )
    assert run(folder, "-o", tmp_path / "less", "--unjudged", "drop").exit_code == 0
    assert gzip.decompress((tmp_path / "less/b.jsonl.gz").read_bytes()).decode() == line(MAYOR)
    assert (tmp_path / "less/a.jsonl").read_text() == line(BAKER) + line(FERRY)


def test_records_in_memory_are_left_out() -> None:
    records: list[dict[str, str | None]] = [{"text": BAKER}, {"text": None}]
    found = deduplicate(records)
    assert found.skipped["outcome"].to_list() == ["left out"]
    assert found.counts["unjudged"] == 0


def test_ids_can_be_skipped_in_python() -> None:
    records = [{"id": 1, "text": BAKER}, {"id": 1, "text": MAYOR}]
    assert deduplicate(records).kept.to_list() == ["1", "record 2"]
    assert deduplicate(records, reading=ReadingOptions(duplicate_ids="skip")).kept.to_list() == ["1"]


def test_empty_shards_are_written(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(BAKER)
    (folder / "b.txt").write_text(BAKER)
    (folder / "c.jsonl.gz").write_bytes(gzip.compress(line(BAKER).encode()))
    (folder / "d.csv").write_bytes(b"\xef\xbb\xbf" + f"n,text\r\n1,{BAKER}\r\n".encode())
    table = pl.DataFrame({"n": pl.Series([1], dtype=pl.Int8), "text": [BAKER]})
    table.write_parquet(folder / "e.parquet")
    table.write_ipc(folder / "f.arrow")
    deduplicate(folder, tmp_path / "kept")
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == [
        "a.txt", "c.jsonl.gz", "d.csv", "e.parquet", "f.arrow"
    ]  # fmt: skip
    assert gzip.decompress((tmp_path / "kept/c.jsonl.gz").read_bytes()) == b""
    assert (tmp_path / "kept/d.csv").read_bytes() == b"\xef\xbb\xbfn,text\r\n"
    assert pl.read_parquet(tmp_path / "kept/e.parquet").equals(table[:0])
    assert pl.read_ipc(tmp_path / "kept/f.arrow").equals(table[:0])


@pytest.mark.parametrize("given", [
    [{"title": "x"}, 5, {"text": BAKER}], [{"articles": []}, {"articles": [{"text": BAKER}]}],
    [{"articles": [{"text": BAKER}]}, {"articles": [{"title": "x"}]}], [{"text": BAKER}, 5, {"title": "x"}],
    [{"title": "x"}, {"title": "y"}, 5, {"title": "z"}, {"text": BAKER}, {"title": "x"}],
])  # fmt: skip
def test_json_without_what_cannot_be_judged_is_json(given: list[Any], tmp_path: Path) -> None:
    (tmp_path / "in.json").write_text(json.dumps(given))
    deduplicate(tmp_path / "in.json", tmp_path / "out.json", unjudged="drop")
    left = json.loads((tmp_path / "out.json").read_text())
    assert BAKER in json.dumps(left)
    assert "title" not in json.dumps(left)

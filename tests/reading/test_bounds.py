"""What reading holds is bounded by bytes, and parsers of what users write by depth, digits and size."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from samples.reading import gather, ids_of
from syndetect import deduplicate, scan
from syndetect.errors import InputError, ResultError, SettingsError
from syndetect.evaluation.truth import pan_cases, read_pairs, read_truth
from syndetect.reading import formats, tables
from syndetect.reading.columns import Columns
from syndetect.reading.small_files import read_text
from syndetect.results.result import Result
from syndetect.runtime.memory import BATCH_BYTES, PROCESS_BYTES, readers
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.owners import read_owners

ROWS = 150
LONG = "some words of a long text " * 40_000

READ_ALL = """
import sys
from syndetect.reading.sources import batches
articles = 0
for path in sys.argv[1:]:
    articles += sum(len(texts) for _, texts in batches(path, on_skip=print, batch_bytes=1 << 23))
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(articles, peak.split()[1])  # not ru_maxrss, which is also that of the process that began this one
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_a_text_that_a_small_file_holds_many_times(tmp_path: Path) -> None:
    texts = pl.Series("text", [LONG, "short"]).gather([0] * ROWS)
    plain = pl.DataFrame([texts])
    packed = plain.cast(pl.Categorical)
    late = pl.concat([pl.DataFrame({"text": ["short"] * 10_000}), plain]).cast(pl.Categorical)
    packed.write_ipc(tmp_path / "a.arrow", compression="zstd")
    packed.write_ipc_stream(tmp_path / "b.arrow", compression="zstd")
    plain.write_parquet(tmp_path / "c.parquet")
    packed.write_parquet(tmp_path / "d.parquet")
    late.write_ipc(tmp_path / "e.arrow", compression="zstd")
    files = sorted(tmp_path.iterdir())
    assert sum(file.stat().st_size for file in files) < 200_000
    child = [sys.executable, "-c", READ_ALL]
    # compiles what is not compiled yet, which takes memory
    subprocess.run([*child, str(tmp_path / "c.parquet")], capture_output=True, check=True)
    articles, peak = map(
        int, subprocess.run([*child, *map(str, files)], capture_output=True, check=True).stdout.split()
    )
    assert articles == 5 * ROWS + 10_000
    # kB; the texts of one file are 156 MB in polars and in Python, and an idle process takes 125
    assert peak < 300_000


@pytest.mark.parametrize("piece", [1, 30, 1 << 20])
def test_pieces_do_not_change_the_rows(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    monkeypatch.setattr(tables, "_PIECE_BYTES", piece)
    frame = pl.DataFrame(
        {
            "text": ["one", None, "three " * 9, "", "five"],
            "author": [["A", None], [], None, ["B"], ["C", "D"]],
            "source": pl.Series(["x", "y", None, "x", "y"], dtype=pl.Categorical),
            "title": [{"a": "b", "c": [1]}] * 5,
            "url": [b"u", None, b"", b"v", b"w"],
        }
    )
    blocks = [block for _, block in tables.table_blocks(frame.lazy(), Columns(), "here")]
    rows = [record for block in blocks for _, record in block.records(0, block.values.height)]
    assert rows == list(frame.select("text", "source", "title", "url", "author").iter_rows(named=True))


def test_few_batches_are_at_work_where_the_memory_is_small() -> None:
    assert readers(64, 1) == readers(64, PROCESS_BYTES) == 1
    assert readers(64, PROCESS_BYTES + 6 * BATCH_BYTES) == 4
    assert readers(2, 64 << 30) == 2


BIG = 10**5000
DEEP = "[" * 100_000


@pytest.mark.parametrize("name", ["id", "published", "title", "author"])
def test_a_number_of_thousands_of_digits(name: str) -> None:
    frame, skipped = gather([{"text": "one"}, {"text": "two", name: BIG}])
    assert frame["doc_id"].to_list() == ["record 1", "record 2"]
    assert [place for place, _ in skipped] == ["record 2"]
    assert max(len(reason) for _, reason in skipped) < 99


def test_lines_that_are_deep_or_have_too_many_digits(tmp_path: Path) -> None:
    lines = [f'{{"text": "a", "x": {value}}}' for value in (DEEP, f"1{'0' * 5000}", "NaN", "1e999", "-0")]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    ids, skipped = ids_of(tmp_path / "a.jsonl")
    assert ids == ["a.jsonl:3", "a.jsonl:4", "a.jsonl:5"]
    assert all(reason.startswith("broken JSON: ") for _, reason in skipped)


def test_a_header_of_very_many_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text" + ",x" * 600_000 + "\na\n")
    assert ids_of(tmp_path / "a.csv") == ([], [(f"{tmp_path}/a.csv", "longer than 1,048,576 bytes")])
    pl.DataFrame({f"column {n}": [1] for n in range(5000)}).write_parquet(tmp_path / "b.parquet")
    [(_, reason)] = ids_of(tmp_path / "b.parquet")[1]
    assert reason.startswith("no column of text, only column 0, ")
    assert len(reason) < 400


CASE = (
    '<document reference="a.txt"><feature name="plagiarism" this_offset="0" this_length="9"'
    ' source_reference="b.txt" source_offset="3" source_length="4"/></document>'
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "latin-1"])
def test_a_document_type_is_refused_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    name = encoding.removesuffix("-le").removesuffix("-be")
    head = f'<?xml version="1.0" encoding="{name}"?>'
    file = tmp_path / "a-b.xml"
    mark = "\ufeff" if encoding[-3:] in ("-le", "-be") else ""
    file.write_bytes((mark + head + CASE).encode(encoding))
    assert pan_cases(file) == ([("a.txt", 0, 9, "b.txt", 3, 7)], ("a.txt", "b.txt"))
    for doctype in (
        '<!DOCTYPE document [<!ENTITY a "x">]>',
        "<!DOCTYPE  document SYSTEM 'file:///etc/passwd'>",
    ):
        file.write_bytes((mark + head + doctype + CASE).encode(encoding))
        with pytest.raises(InputError, match="not of a PAN corpus: it has a document type"):
            read_truth(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"<a>" * 100_000, b"<?xml version='1.0' encoding='no-such'?><document/>", b"", b"\xff\xfe\xff",
        b"<?xml version='1.0' encoding='utf-7'?><document/>", b"<document reference=''/>", b"<other/>",
    ],
)  # fmt: skip
def test_xml_that_is_none_of_pan(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.xml").write_bytes(content)
    with pytest.raises(InputError, match=r"broken XML|not of a PAN corpus"):
        pan_cases(tmp_path / "a.xml")


def test_deep_xml_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(
        CASE.replace("<feature", "<x>" * 9999 + "<feature").replace("/></", "/>" + "</x>" * 9999 + "</")
    )
    assert len(pan_cases(tmp_path / "a.xml")[0]) == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"x = {DEEP}", "nested too deep"),
        (f"x = {'{a=' * 50_000}", "nested too deep"),
        (f"x = {'9' * 5000}", "is not TOML"),
        ("x = nan\n", r"must consist of \[\[agency\]\]"),
        ("[[agency]]\nname = 3\n", "needs a name"),
        (f"[[agency]]\nname = 'a'\nkind = {'[' * 90}{']' * 90}\n", "kind must be"),
        ("\0", "is not TOML"),
    ],
)
def test_agencies_that_cannot_be_read(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "a.toml").write_text(content)
    with pytest.raises(InputError, match=message) as raised:
        Agencies.load(tmp_path / "a.toml")
    assert len(str(raised.value)) < 500


def test_small_files_are_bounded(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"\xef\xbb\xbfsource,owner\r\nA,B\r\n")
    assert read_owners(file) == {"A": "B"}
    with pytest.raises(InputError, match="it has more than 9 bytes"):
        read_text(file, 9)
    file.write_bytes(b"source,owner\n\xff,B\n")
    for read in (read_text, read_owners, Agencies.load, read_pairs):
        with pytest.raises(InputError, match="it is not UTF-8"):
            read(file)
        with pytest.raises(InputError, match="cannot read"):
            read(Path("a\0b"))
    file.write_text(f"source,owner\nA,{'x' * 200_000}\n")
    with pytest.raises(InputError, match="line 2: field larger than field limit"):
        read_owners(file)
    with pytest.raises(SettingsError):
        read_owners({"A": ""})


@pytest.mark.parametrize(
    "value", [DEEP, "[" * 200 + "]" * 200, f"1{'0' * 5000}", "NaN", "1e999", "true", "{}"]
)
@pytest.mark.parametrize("name", ["cluster", "begin"])
def test_truth_with_values_that_are_none(tmp_path: Path, name: str, value: str) -> None:
    record = '{"cluster": "c", "doc_id": "d", "begin": 0, "end": 9}'
    (tmp_path / "a.jsonl").write_text(re_member(record, name, value))
    with pytest.raises(InputError, match=r"a\.jsonl:1: ") as raised:
        read_truth(tmp_path / "a.jsonl")
    assert len(str(raised.value)) < 300


def re_member(record: str, name: str, value: str) -> str:
    """The line of a record with one member's value replaced by JSON that need not be sound."""
    members = [
        f'"{key}": {value if key == name else json.dumps(old)}' for key, old in json.loads(record).items()
    ]
    return "{" + ", ".join(members) + "}\n"


@pytest.mark.parametrize(
    "text",
    [DEEP, "[1]", "9" * 5000, "nul", "", "\xff", '{"program": "syndetect", "files": 3}', '{"files": {}}'],
)
def test_manifests_that_are_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ResultError, match="is not a result of a scan"):
        Result.read(tmp_path)


@pytest.mark.parametrize("change", ["append", "touch", "replace"])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    lines = [json.dumps({"id": f"d{n}", "text": f"Number {n} of the ferries."}) + "\n" for n in range(9)]
    file = tmp_path / "in" / "a.jsonl"
    file.parent.mkdir()
    file.write_text("".join(lines))
    (file.parent / "b.txt").write_text("Another.")
    blocks = formats.Reader.blocks

    def changed(reader: formats.Reader) -> Iterator[bytes]:
        yield from blocks(reader)
        if reader.file.name == "a.jsonl":
            if change == "append":
                file.write_text("".join(lines) + lines[0])
            elif change == "touch":
                os.utime(file, ns=(1, 1))
            else:
                (tmp_path / "new").write_text("".join(lines))
                (tmp_path / "new").replace(file)

    monkeypatch.setattr(formats.Reader, "blocks", changed)
    result = scan(file.parent)
    assert result.documents.height == 10
    assert result.skipped.rows() == [
        (str(file), "changed while it was read, and may be of two versions: read it again", "remark")
    ]
    file.write_text("".join(lines))
    with pytest.raises(InputError, match=r"a\.jsonl changed while it was read: try again"):
        deduplicate(file.parent, tmp_path / "kept")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    file.write_text("".join(lines))
    with pytest.raises(InputError, match="changed while it was read"):
        scan(file.parent, strict=True)

"""The tables as other people's code relies on them, and the folder that keeps a result."""

import dataclasses
import errno
import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samples.results import result
from syndetect.errors import OutputError, ResultError, SettingsError
from syndetect.results import frames as frames_module
from syndetect.results import result as result_module
from syndetect.results.frames import encode, read_frame, write_frame
from syndetect.results.result import FORMATS, Result, check_place, read_tables
from syndetect.schema import SKIPPED, TABLES
from syndetect.storage import staging
from syndetect.storage.filesystem import reason

COLUMNS = {
    "documents": "doc_id source published title url paragraphs words reused_words reused_share"
    " reused_unquoted_share agencies agency_share copied_share own_share derived_share wording_share derived_from"
    " derivation credited",
    "pairs": "doc_a paragraph_a begin_a end_a doc_b paragraph_b begin_b end_b"
    " jaccard containment_a containment_b",
    "matches": "doc_a begin_a end_a doc_b begin_b end_b words identity score",
    "passages": "passage_id doc_id begin end words identity text source published role",
    "clusters": "passage_id uses documents sources first_doc first_published spread kind agency agency_evidence"
    " quoted_share words reasons confidence",
    "credits": "doc_id agency role begin end rule",
    "edges": "from_doc to_doc passage_id words share",
    "links": "doc_a doc_b words wording_a wording_b",
    "families": "family_id doc_id representative relation share",
}
FILES = {f"{name}.parquet" for name in TABLES} | {"skipped.jsonl", "manifest.json"}


def same(one: Result, other: Result) -> bool:
    fields = [field.name for field in dataclasses.fields(Result) if field.name not in ("manifest", "texts")]
    return one.manifest == other.manifest and all(
        getattr(one, name).schema == getattr(other, name).schema
        and getattr(one, name).equals(getattr(other, name))
        for name in fields
    )


def empty() -> Result:
    none = {name: pl.DataFrame(schema=schema) for name, schema in TABLES.items()}
    return Result(**none, skipped=pl.DataFrame(schema=SKIPPED), manifest={}, texts=None)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_the_columns_are_those_that_are_published() -> None:
    assert {name: " ".join(schema.names()) for name, schema in TABLES.items()} == COLUMNS


@pytest.mark.parametrize("made", [result, lambda: result(skipped=3), empty])
@pytest.mark.parametrize("form", [*FORMATS, "passim"])
def test_a_result_is_read_back_as_it_was(tmp_path: Path, form: str, made: Callable[[], Result]) -> None:
    made().write(tmp_path / "out", format=form)
    assert same(Result.read(tmp_path / "out"), made())
    assert names(tmp_path) == {"out"}


def test_the_folder_holds_these_files(tmp_path: Path) -> None:
    result().write(tmp_path / "a")
    result().write(tmp_path / "b", format="csv")
    result().write(tmp_path / "c", format="passim")
    assert names(tmp_path / "a") == FILES
    assert names(tmp_path / "b") == {name.replace("parquet", "csv") for name in FILES}
    assert names(tmp_path / "c") == FILES | {"passim.jsonl"}


VALUES = {
    pl.String(): st.none()
    | st.text(max_size=12)
    | st.sampled_from(["", '"', "a\nb", "\r", "\0", ",", "null", "\ufeff"]),
    pl.Int64(): st.integers(-(2**63), 2**63 - 1),
    pl.Float64(): st.floats(allow_nan=False, allow_infinity=False),
    pl.Datetime("us", "UTC"): st.none() | st.datetimes(timezones=st.just(UTC)),
}


@st.composite
def frames(draw: st.DrawFn) -> tuple[pl.DataFrame, pl.Schema]:
    schema = TABLES[draw(st.sampled_from(sorted(TABLES)))]
    row = st.tuples(*(VALUES[dtype] for dtype in schema.values()))
    return pl.DataFrame(draw(st.lists(row, max_size=5)), schema=schema, orient="row"), schema


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=60, derandomize=True, deadline=None)
@given(made=frames())
def test_any_table_is_read_back_as_it_was(form: str, made: tuple[pl.DataFrame, pl.Schema]) -> None:
    frame, schema = made
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table.{form}"
        write_frame(frame, path)
        back = read_frame(path, schema)
    assert back.schema == schema
    assert back.equals(frame)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    texts=st.lists(VALUES[pl.String()], max_size=12),
    rows=st.integers(1, 5),
    escapes=st.booleans(),
    mark=st.booleans(),
)
def test_a_table_whose_texts_are_read_when_they_are_written_is_the_same_file(
    form: str, texts: list[str | None], rows: int, escapes: bool, mark: bool
) -> None:
    whole = pl.DataFrame({"number": range(len(texts)), "text": pl.Series(texts, dtype=pl.String)})
    column, change = whole["text"], frames_module.escape_formulas if escapes and form != "parquet" else None
    lacking = whole.drop("text")
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(frames_module, "_SLICE", rows)
        patch.setattr(frames_module, "_ROW_GROUP_OF_TEXTS", 3 * rows)
        one, two = Path(folder) / f"one.{form}", Path(folder) / f"two.{form}"
        write_frame(
            lacking,
            one,
            mark=mark,
            fill=lambda rows, low: rows.with_columns(text=column[low : low + len(rows)]),
            change=change,
        )
        write_frame(whole, two, mark=mark, change=change)
        assert one.read_bytes() == two.read_bytes()


def test_times_are_iso_8601_in_text() -> None:
    frame = pl.DataFrame(
        {
            "at": [
                datetime(2031, 6, 2, 9, 30, tzinfo=UTC),
                datetime(2031, 6, 2, 9, 30, 0, 250_000, tzinfo=UTC),
                None,
            ]
        },
        schema={"at": pl.Datetime("us", "UTC")},
    )
    assert b"".join(encode(frame, "csv")).split() == [
        b"at",
        b"2031-06-02T09:30:00Z",
        b"2031-06-02T09:30:00.250Z",
    ]
    lines = b"".join(encode(frame, "jsonl")).splitlines()
    assert [json.loads(line)["at"] for line in lines] == [
        "2031-06-02T09:30:00Z",
        "2031-06-02T09:30:00.250Z",
        None,
    ]


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_text_comes_in_pieces_that_make_one_whole(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(frames_module, "_SLICE", 3)
    frame = pl.DataFrame(
        {"n": range(rows), "text": ["a\n},\n{"] * rows}, schema={"n": pl.Int64, "text": pl.String}
    )
    expected = frame.to_dicts()
    assert json.loads(b"".join(encode(frame, "json"))) == expected
    assert [json.loads(line) for line in b"".join(encode(frame, "jsonl")).splitlines()] == expected
    assert pl.read_csv(b"".join(encode(frame, "csv")), schema=frame.schema).equals(frame)


def test_equal_results_are_equal_bytes(tmp_path: Path) -> None:
    one = result(skipped=2)
    pieces = {
        name: pl.concat([getattr(one, name)[:1], getattr(one, name)[1:]], rechunk=False) for name in TABLES
    }
    other = dataclasses.replace(one, **pieces, manifest=dict(reversed(one.manifest.items())))
    one.write(tmp_path / "one")
    other.write(tmp_path / "other")
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes(), name


def test_the_manifest_is_for_people_and_bears_our_name(tmp_path: Path) -> None:
    strange = dataclasses.replace(result(), manifest={"inputs": ["caf\udce9.txt", "Ťăḿşin"]})
    strange.write(tmp_path / "out")
    text = (tmp_path / "out" / "manifest.json").read_bytes()
    on_disk = json.loads(text)
    assert on_disk.pop("files").keys() == on_disk.pop("checksums").keys() == FILES - {"manifest.json"}
    assert on_disk == {"inputs": ["caf\udce9.txt", "Ťăḿşin"], "program": "syndetect"}
    assert "Ťăḿşin" in text.decode()
    assert text.endswith(b"}\n")
    assert Result.read(tmp_path / "out").manifest == strange.manifest


def test_a_folder_that_is_there_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(OutputError, match=r"out is there already: choose another folder, or add --force"):
        result().write(tmp_path / "out")
    assert names(tmp_path / "out") == set()


def test_force_replaces_a_result_whole(tmp_path: Path) -> None:
    result().write(tmp_path / "out", format="csv")
    (tmp_path / "out" / ".DS_Store").touch()
    result(skipped=1).write(tmp_path / "out", force=True)
    assert names(tmp_path / "out") == FILES
    assert names(tmp_path) == {"out"}
    assert same(Result.read(tmp_path / "out"), result(skipped=1))


@pytest.mark.parametrize("there", ["nothing", "an empty folder"])
def test_force_needs_no_result_to_replace(tmp_path: Path, there: str) -> None:
    if there == "an empty folder":
        (tmp_path / "out").mkdir()
    result().write(tmp_path / "out", force=True)
    assert names(tmp_path / "out") == FILES


def test_force_follows_a_link_and_leaves_it(tmp_path: Path) -> None:
    result().write(tmp_path / "runs" / "first")
    (tmp_path / "latest").symlink_to(tmp_path / "runs" / "first")
    result(skipped=1).write(tmp_path / "latest", force=True)
    assert (tmp_path / "latest").is_symlink()
    assert Result.read(tmp_path / "runs" / "first").skipped.height == 1


def test_force_spares_what_is_no_result(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "bridge.jpg").write_bytes(b"jpg")
    with pytest.raises(OutputError, match="is no result, so it is not replaced"):
        result().write(tmp_path / "photos", force=True)
    (tmp_path / "photos" / "manifest.json").write_text('{"program": "another"}')
    with pytest.raises(OutputError, match="is no result, so it is not replaced"):
        result().write(tmp_path / "photos", force=True)
    with pytest.raises(OutputError, match="is not a folder"):
        result().write(tmp_path / "photos" / "bridge.jpg", force=True)
    result().write(tmp_path / "out")
    (tmp_path / "out" / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds notes\.txt, which is no part of a result"):
        result().write(tmp_path / "out", force=True)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"
    assert (tmp_path / "photos" / "bridge.jpg").exists()


def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="file is not a folder that you may write in"):
        check_place(tmp_path / "file" / "below" / "out")
    assert check_place(tmp_path / "new" / "out") == tmp_path / "new" / "out"
    assert not (tmp_path / "new").exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="needs a user whom permissions bind")
def test_a_folder_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(OutputError, match="is not a folder that you may write in"):
        check_place(tmp_path / "out")


def test_a_format_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="format must be parquet, csv, jsonl or passim, not 'xlsx'"):
        result().write(tmp_path / "out", format="xlsx")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")
def test_the_folder_may_be_read_by_whom_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        result().write(tmp_path / "out")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


FAILURES = {
    "disk full": (OSError(errno.ENOSPC, "No space left on device"), OutputError, "no space left on the disk"),
    "refused": (PermissionError(errno.EACCES, "Permission denied"), OutputError, "Permission denied"),
    "disk full, as polars tells it": (
        pl.exceptions.ComputeError("parquet: underlying IO error: No space left on device (os error 28)"),
        OutputError,
        "no space left on the disk",
    ),
    "another failure of polars": (pl.exceptions.ComputeError("one\ntwo"), OutputError, "one$"),
    "Ctrl-C": (KeyboardInterrupt(), KeyboardInterrupt, "^$"),
    "a bug": (ZeroDivisionError("why"), ZeroDivisionError, "why"),
}


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize(("fault", "raised", "message"), FAILURES.values(), ids=FAILURES)
def test_a_failed_write_leaves_nothing_of_it(
    tmp_path: Path, *, monkeypatch: pytest.MonkeyPatch, fault: BaseException, raised: type[BaseException],
    message: str, there: bool,
) -> None:  # fmt: skip
    if there:
        result(skipped=1).write(tmp_path / "out")

    def fail(frame: pl.DataFrame, path: Path, **_: object) -> None:
        if path.name.startswith("matches"):
            path.write_bytes(b"half")
            raise fault
        write_frame(frame, path)

    monkeypatch.setattr(result_module, "write_frame", fail)
    with pytest.raises(raised, match=message):
        result().write(tmp_path / "out", force=there)
    assert names(tmp_path) == ({"out"} if there else set())
    if there:
        assert same(Result.read(tmp_path / "out"), result(skipped=1))


@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize("fault", [OSError(errno.EBUSY, "Device or resource busy"), KeyboardInterrupt()])
def test_a_result_that_cannot_be_moved_into_place_leaves_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, exchanges: bool
) -> None:
    result(skipped=1).write(tmp_path / "out")
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if exchanges or self.suffix == ".partial":
            raise fault
        return rename(self, target)

    if exchanges:
        monkeypatch.setattr(staging, "_exchange", fail)
    else:
        monkeypatch.setattr(staging, "_exchange", lambda *_: False)
        monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        result().write(tmp_path / "out", force=True)
    assert names(tmp_path) == {"out"}
    assert same(Result.read(tmp_path / "out"), result(skipped=1))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device that is always full")
@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_is_named_whatever_writes(tmp_path: Path, form: str) -> None:
    (path := tmp_path / f"full.{form}").symlink_to("/dev/full")
    with pytest.raises((OSError, pl.exceptions.PolarsError)) as caught:
        write_frame(pl.DataFrame({"n": range(100_000)}), path)
    assert reason(caught.value) == "no space left on the disk; free some and try again"


def test_what_is_no_result_is_not_read(tmp_path: Path) -> None:
    for folder in (tmp_path / "missing", tmp_path):
        with pytest.raises(
            ResultError, match=r"is not a result of a scan: it has no readable manifest\.json"
        ):
            Result.read(folder)
    for text in ("{", '["program"]', "{}", '{"program": "another"}', "\udcff"):
        (tmp_path / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
        with pytest.raises(ResultError, match=r"is not a result of a scan: it.* manifest\.json"):
            Result.read(tmp_path)


@pytest.mark.parametrize("form", FORMATS)
def test_a_broken_table_is_named_on_one_line(tmp_path: Path, form: str) -> None:
    result().write(tmp_path / "out", format=form)
    path = tmp_path / "out" / f"matches.{form}"
    whole = path.read_bytes()
    for broken in (whole[: len(whole) // 2], b"", b"\x00" * len(whole)):
        path.write_bytes(broken)
        with pytest.raises(ResultError, match=rf"cannot read .*matches\.{form}: .") as caught:
            Result.read(tmp_path / "out")
        assert "\n" not in str(caught.value)
    path.unlink()
    with pytest.raises(ResultError, match=rf"cannot read .*matches\.{form}: No such file"):
        Result.read(tmp_path / "out")


def test_a_result_of_another_version_is_named(tmp_path: Path) -> None:
    one = dataclasses.replace(result(), pairs=pl.DataFrame({"n": [1]}))
    one.write(tmp_path / "out")
    with pytest.raises(ResultError, match=r"pairs\.parquet: its columns are not those of this version"):
        Result.read(tmp_path / "out")
    assert read_tables(tmp_path / "out", "passages")[0].equals(one.passages)
    path = tmp_path / "out" / "manifest.json"
    path.write_text(path.read_text().replace("matches.parquet", "matched.parquet"))
    with pytest.raises(ResultError, match="has no file of its table matches"):
        read_tables(tmp_path / "out", "matches")


def test_a_folder_that_cannot_be_listed_is_one_that_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result().write(tmp_path / "out")

    def fail(_: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "iterdir", fail)
    with pytest.raises(OutputError, match=r"cannot write .*out: Input/output error"):
        check_place(tmp_path / "out", force=True)


def test_a_name_that_is_too_long_is_refused_before_the_work(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*x: File name too long"):
        check_place(tmp_path / ("x" * 300))

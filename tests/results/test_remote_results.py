"""Results at addresses: whole by their manifests, replaced with ``force`` alone."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from samples import results
from samples.command import run
from samples.store import empty_store, objects, put
from syndetect import OutputError, Result, ResultError, evaluate
from syndetect.results.frames import write_frame
from syndetect.results.result import holds_result_of, read_tables
from syndetect.schema import TABLES

OUT = "memory://out/result"


@pytest.fixture
def store() -> Iterator[Any]:
    with empty_store() as found:
        yield found


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl", "passim"])
def test_a_result_is_read_as_it_was_written(form: str, store: Any, tmp_path: Path) -> None:
    result = results.result()
    result.write(OUT, format=form)
    result.write(tmp_path / "result", format=form)
    local = {path.name: path.read_bytes() for path in (tmp_path / "result").iterdir()}
    assert objects(store, "out/result") == local
    read = Result.read(OUT)
    assert all(getattr(read, name).equals(getattr(result, name)) for name in TABLES)
    (passages,) = read_tables(OUT, "passages")
    assert passages.equals(result.passages)


def test_the_manifest_is_uploaded_last_and_goes_first(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    results.result().write(OUT)
    seen, put_file = [], store.put_file

    def watched(local: str, remote: str, **named: Any) -> None:
        seen.append((Path(remote).name, "manifest.json" in objects(store, "out/result")))
        put_file(local, remote, **named)

    monkeypatch.setattr(store, "put_file", watched)
    results.result().write(OUT, format="csv", force=True)
    assert seen[-1] == ("manifest.json", False)
    assert [name for name, is_whole in seen if is_whole] == [".result.partial"]
    assert not [name for name in objects(store, "out") if name.endswith((".parquet", ".partial"))]


class TestPlaces:
    def test_what_is_there_is_refused_without_force(self, store: Any) -> None:
        results.result().write(OUT)
        before = objects(store)
        with pytest.raises(
            OutputError, match=f"^{OUT} is there already: choose another folder, or add --force"
        ):
            results.result().write(OUT)
        assert objects(store) == before

    @pytest.mark.parametrize(
        ("there", "words"),
        [
            ({"out/result/a.txt": b"mine"}, "is no result, so it is not replaced"),
            ({"out/result": b"mine"}, "is not a folder"),
        ],
    )
    def test_what_is_no_result_is_never_replaced(
        self, there: dict[str, bytes], words: str, store: Any
    ) -> None:
        put(store, there)
        with pytest.raises(OutputError, match=words):
            results.result().write(OUT, force=True)
        assert objects(store) == there

    def test_what_lies_in_a_result_is_not_removed(self, store: Any) -> None:
        results.result().write(OUT)
        put(store, {"out/result/mine.txt": b"mine"})
        with pytest.raises(OutputError, match=r"holds mine\.txt, which is no part of a result"):
            results.result().write(OUT, force=True)

    def test_an_unfinished_upload_is_replaced_with_force(self, store: Any) -> None:
        put(store, {"out/.result.partial": b"", "out/result/pairs.csv": b"half"})
        with pytest.raises(OutputError, match="is there already"):
            results.result().write(OUT)
        with pytest.raises(
            ResultError, match=r"cannot read the result at memory://out/result: it does not exist"
        ):
            Result.read(OUT)
        results.result().write(OUT, force=True)
        assert Result.read(OUT).passages.height
        assert not {"out/.result.partial", "out/result/pairs.csv"} & objects(store).keys()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("passages.parquet", b"other", r"passages\.parquet: it is not as it was written"),
        ("manifest.json", b"{", "is not a result of a scan"),
        ("manifest.json", json.dumps({"program": "other"}).encode(), "another program's"),
    ],
)
def test_a_damaged_result_is_refused_by_its_address(name: str, data: bytes, words: str, store: Any) -> None:
    results.result().write(OUT)
    put(store, {f"out/result/{name}": data})
    with pytest.raises(ResultError, match=f"memory://out/result.*{words}|{words}") as raised:
        Result.read(OUT)
    assert "memory://out/result" in str(raised.value)
    assert "/tmp" not in str(raised.value)


def test_bytes_of_another_result_are_noticed_though_as_many(store: Any) -> None:
    """A reader beside a writer: sizes alone would not tell."""
    results.result().write(OUT)
    data = bytearray(objects(store)["out/result/passages.parquet"])
    data[len(data) // 2] ^= 1
    put(store, {"out/result/passages.parquet": bytes(data)})
    with pytest.raises(ResultError, match=r"passages\.parquet is not as it was written"):
        read_tables(OUT, "passages")


def test_a_manifest_cannot_name_files_elsewhere(store: Any, tmp_path: Path) -> None:
    results.result().write(OUT)
    manifest = json.loads(store.cat("/out/result/manifest.json"))
    manifest["files"]["../../passages.csv"] = 1
    put(store, {"out/result/manifest.json": json.dumps(manifest).encode(), "out/passages.csv": b"x"})
    assert Result.read(OUT).passages.height
    assert not list(tmp_path.rglob("passages.csv"))


def test_whether_a_scan_is_complete_already(store: Any) -> None:
    assert not holds_result_of(OUT, {})
    results.result().write(OUT)
    assert holds_result_of(OUT, {})
    assert not holds_result_of(OUT, {"version": "another"})
    put(store, {"out/result/pairs.parquet": b"other"})
    with pytest.raises(ResultError, match="it is not as it was written"):
        holds_result_of(OUT, {})


def test_show_and_evaluate(store: Any, tmp_path: Path) -> None:  # noqa: ARG001
    result = results.result()
    result.write(OUT)
    result.write(tmp_path / "result")
    shown = run("show", OUT, 1)
    assert (shown.exit_code, shown.output) == (0, run("show", tmp_path / "result", 1).output)
    truth = tmp_path / "truth.csv"
    truth.write_text("doc_id,family\n" + "".join(f"{name},1\n" for name in result.documents["doc_id"]))
    assert evaluate(OUT, truth).to_dict() == evaluate(tmp_path / "result", truth).to_dict()


def test_a_result_that_another_process_wrote_meanwhile_stays(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def overtaken(*arguments: Any, **named: Any) -> None:
        put(store, {"out/result/manifest.json": b"of another"})
        write_frame(*arguments, **named)

    monkeypatch.setattr("syndetect.results.result.write_frame", overtaken)
    with pytest.raises(OutputError, match="is there already"):
        results.result().write(OUT)
    assert objects(store) == {"out/result/manifest.json": b"of another"}

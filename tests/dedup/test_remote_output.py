"""What dedup keeps at addresses: the same bytes as in folders, whole when its list is there."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from samples.reading import as_jsonl
from samples.store import empty_store, objects, put
from syndetect import OutputError, deduplicate
from syndetect.dedup import set_join

FERRY = "Ferries to the islands will stop at noon on Sunday, the harbour office of Lindrow said on Friday."
STORM = "A storm from the west took forty roofs in Morvia, and nobody was hurt, the fire brigade reported at dawn."
FILES = {
    "a.jsonl": as_jsonl([{"id": "1", "text": FERRY}, {"id": "2", "text": f"{FERRY} Go."}]) + b"{broken\n",
    "s/b.jsonl.gz": gzip.compress(
        as_jsonl([{"id": "3", "text": FERRY}, {"id": "4", "text": STORM}]), mtime=0
    ),
    "s/c.txt": f"{FERRY}\n".encode(),
    "s/d.html": f"<html><body><article><p>{FERRY * 3}</p></article></body></html>".encode(),
}
OUT = "memory://out/kept"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Any]:
    """The files in a store and in the folder ``in``."""
    pytest.importorskip("trafilatura", exc_type=ImportError)
    with empty_store() as found:
        put(found, {f"in/{name}": data for name, data in FILES.items()})
        pl.DataFrame({"id": [5, 6], "text": [STORM, FERRY]}).write_parquet(tmp_path / "e.parquet")
        put(found, {"in/e.parquet": (tmp_path / "e.parquet").read_bytes()})
        (tmp_path / "in" / "s").mkdir(parents=True)
        for name, data in objects(found, "in").items():
            (tmp_path / "in" / name).write_bytes(data)
        yield found


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_a_folder_at_an_address_is_the_folder(unit: Any, store: Any, tmp_path: Path) -> None:
    if unit == "paragraph":
        store.rm("/in/s/d.html")
        (tmp_path / "in" / "s" / "d.html").unlink()
    local = deduplicate(tmp_path / "in", tmp_path / "kept", unit=unit)
    remote = deduplicate("memory://in", OUT, unit=unit)
    assert remote.kept.equals(local.kept)
    assert len(remote.kept) < remote.counts["documents"]
    files = {
        path.relative_to(tmp_path).as_posix(): path for path in tmp_path.glob("kept*/**/*") if path.is_file()
    }
    expected = {name: path.read_bytes() for name, path in files.items()}
    for what in ("removed", "skipped"):
        listed = (tmp_path / f"kept.{what}.jsonl").read_text()
        expected[f"kept.{what}.jsonl"] = listed.replace((tmp_path / "in").as_posix(), "memory://in").encode()
    assert objects(store, "out") == expected


def test_one_file_and_its_lists(store: Any) -> None:
    deduplicate("memory://in/a.jsonl", "memory://out/one.jsonl")
    assert objects(store, "out").keys() == {"one.jsonl", "one.removed.jsonl", "one.skipped.jsonl"}
    with pytest.raises(OutputError, match=r"give it a name that ends in \.jsonl"):
        deduplicate("memory://in/a.jsonl", "memory://out/one.txt")


def test_the_list_is_uploaded_last_and_goes_first(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    deduplicate("memory://in", OUT)
    put(store, {"out/kept/old.txt": b"of an earlier run"})
    seen, put_file = [], store.put_file

    def watched(local: str, remote: str, **named: Any) -> None:
        seen.append((Path(remote).name, "kept.removed.jsonl" in objects(store, "out")))
        put_file(local, remote, **named)

    monkeypatch.setattr(store, "put_file", watched)
    deduplicate("memory://in", OUT, force=True)
    assert seen[0] == (".kept.partial", True)
    assert seen[-1] == ("kept.removed.jsonl", False)
    assert not any(is_whole for _, is_whole in seen[1:])
    assert not {"kept/old.txt", ".kept.partial"} & objects(store, "out").keys()


class TestPlaces:
    @pytest.mark.parametrize(
        "there", ["kept/a.jsonl", "kept.removed.jsonl", "kept.skipped.jsonl", ".kept.partial"]
    )
    def test_what_is_there_is_refused_without_force(self, there: str, store: Any) -> None:
        put(store, {f"out/{there}": b""})
        with pytest.raises(OutputError, match="is there already: choose another place, or add --force"):
            deduplicate("memory://in", OUT)
        assert objects(store, "out") == {there: b""}

    @pytest.mark.parametrize(
        ("there", "source", "output", "words"),
        [
            ("kept/mine.txt", "memory://in", OUT, "is not what dedup wrote"),
            ("kept", "memory://in", OUT, "is no folder"),
            ("one.jsonl/a", "memory://in/a.jsonl", "memory://out/one.jsonl", "is a folder"),
        ],
    )
    def test_what_dedup_did_not_write_is_never_replaced(
        self, there: str, source: str, output: str, words: str, store: Any
    ) -> None:
        put(store, {f"out/{there}": b"mine"})
        with pytest.raises(OutputError, match=words):
            deduplicate(source, output, force=True)
        assert objects(store, "out") == {there: b"mine"}

    @pytest.mark.parametrize("output", ["memory://in", "memory://in/s", "memory://in/s/c.txt"])
    def test_the_input_is_never_replaced(self, output: str, store: Any) -> None:
        before = objects(store)
        with pytest.raises(OutputError, match="which is read: choose another place"):
            deduplicate("memory://in", output, force=True)
        assert objects(store) == before

    def test_an_unfinished_upload_is_replaced_with_force(self, store: Any) -> None:
        put(store, {"out/.kept.partial": b"", "out/kept/z.jsonl": b"half", "out/kept.skipped.jsonl": b"half"})
        deduplicate("memory://in", OUT, force=True)
        assert not {".kept.partial", "kept/z.jsonl"} & objects(store, "out").keys()
        assert b"half" not in objects(store, "out").values()


def test_an_object_that_changed_is_not_written(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    join = set_join.join_outcomes

    def joined_and_changed(*arguments: Any, **named: Any) -> Any:
        store.pipe("/in/s/c.txt", b"other words of another length")
        return join(*arguments, **named)

    monkeypatch.setattr("syndetect.dedup.deduplicate.join_outcomes", joined_and_changed)
    with pytest.raises(ValueError, match=r"memory://in/s/c\.txt changed while it was read: try again"):
        deduplicate("memory://in", OUT)
    assert objects(store, "out") == {}

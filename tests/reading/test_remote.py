"""Objects at addresses are found and read as files are; fsspec's ``memory://`` stands for an object store."""

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import polars as pl
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from samples import results
from samples.reading import as_jsonl, gather, ids_of
from samples.store import empty_store, put
from syndetect import InputError, MissingExtraError, Result, deduplicate, scan
from syndetect.errors import ScratchError
from syndetect.reading.discovery import expand
from syndetect.reading.fingerprints import fingerprints
from syndetect.runtime.progress import Silent
from syndetect.storage.compression import zstd

FERRY = "Ferries to the islands will stop at noon on Sunday, the harbour office of Lindrow said on Friday."
LINES = as_jsonl({"id": name, "text": f"{name}. {FERRY}"} for name in "ab")


@pytest.fixture
def store() -> Iterator[Any]:
    with empty_store() as found:
        yield found


def table(form: str) -> bytes:
    out, frame = io.BytesIO(), pl.DataFrame({"id": ["t1", "t2"], "text": [FERRY, FERRY]})
    frame.write_parquet(out) if form == "parquet" else frame.write_ipc(out)
    return out.getvalue()


FILES = {
    "a.jsonl": LINES,
    "b.jsonl.gz": gzip.compress(LINES),
    "below/c.jsonl.zst": zstd.compress(LINES),
    "below/d.csv": f"id,text\nr,{FERRY}\n".replace("Sunday,", "Sunday;").encode(),
    "below/e.parquet": table("parquet"),
    "f.arrow": table("arrow"),
    "g.txt": FERRY.encode(),
    "UPPER.TXT": FERRY.encode("utf-16"),
    ".hidden/h.txt": b"no",
    ".h.txt": b"no",
    "picture.png": b"no",
}


def test_a_folder_of_objects_is_read_as_a_folder(store: Any, tmp_path: Path) -> None:
    for name, data in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    put(store, {f"news/in/{name}": data for name, data in FILES.items()})
    local, skipped = gather(tmp_path)
    remote, remotely_skipped = gather("memory://news/in")
    assert remote.rows() == local.rows()
    assert len(local) > 5
    told = [(place.replace(tmp_path.as_posix(), "memory://news/in"), why) for place, why in skipped]
    assert remotely_skipped == [
        (place, why.replace(tmp_path.as_posix(), "memory://news/in")) for place, why in told
    ]


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        (["memory://in/x/a.txt"], ["a.txt"]),
        (["memory://top.txt"], ["top.txt"]),
        (["MEMORY://in/x/"], ["a.txt", "b.txt"]),
        (["memory:/in/x"], ["a.txt", "b.txt"]),
        (["memory://in/*/a.txt"], ["x/a.txt", "y/a.txt"]),
        (["memory://in/**/b.txt"], ["x/b.txt"]),
        (["memory://in/[xz]"], ["x/a.txt", "x/b.txt"]),
        (["memory://in/x", "memory://in/y"], ["x/a.txt", "x/b.txt", "y/a.txt"]),
        (["memory://in/x", "memory://in", "memory://in/x/a.txt"], ["x/a.txt", "x/b.txt", "y/a.txt"]),
        (["memory://in/.z/c.txt"], ["c.txt"]),
    ],
)
def test_names_are_those_of_files(given: list[str], ids: list[str], store: Any) -> None:
    put(store, {"top.txt": b"word"})
    put(store, {f"in/{name}": b"word" for name in ("x/a.txt", "x/b.txt", "y/a.txt", ".z/c.txt")})
    assert ids_of(given) == (ids, [])


def test_objects_and_files_together_are_told_apart(store: Any, tmp_path: Path) -> None:
    put(store, {"in/news/a.txt": b"there"})
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("here")
    ids, skipped = ids_of([tmp_path / "news", "memory://in/news"])
    assert (ids, skipped) == (["in/news/a.txt", f"{tmp_path.name}/news/a.txt"], [])


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("memory://in/none", "it does not exist"),
        ("memory://in/*.csv", "it matches nothing"),
        ("memory://in/x.bin", "no known format"),
        ("memory://in/sub", r"nothing to read in memory://in/sub \(memory://in/sub/x.bin: unknown suffix\)"),
        ("nothing://in", "knows no addresses"),
    ],
)
def test_what_cannot_be_read_is_one_line(address: str, words: str, store: Any) -> None:
    put(store, {"in/x.bin": b"1", "in/sub/x.bin": b"1", "in/a.txt": b"word"})
    with pytest.raises(InputError, match=words):
        expand(["memory://in/a.txt", address])


def test_keys_that_no_file_could_have_stay_out(store: Any) -> None:
    """Of a hostile bucket, dedup would write them outside its folder."""
    names = ("good.txt", "../up.txt", "x/../../up.txt", "x/./dot.txt", "x//empty.txt")
    for name in names:  # as the store itself would not make them
        MemoryFileSystem.store[f"/in/{name}"] = MemoryFileSystem.store.get("/in/good.txt") or _memory_file(
            store
        )
    ids, skipped = ids_of("memory://in")
    assert ids == ["good.txt"]
    assert skipped == [("memory://in/x//empty.txt", "a part of its name is empty, as no file's can be")]


def _memory_file(store: Any) -> Any:
    store.pipe("/in/good.txt", b"word")
    return MemoryFileSystem.store["/in/good.txt"]


class TestOwnOutput:
    """What syndetect wrote among objects is passed over, as in folders."""

    @pytest.fixture
    def written(self, store: Any) -> Any:
        put(store, {f"in/{name}.txt": FERRY.encode() for name in "ab"} | {"in/s/c.jsonl": LINES})
        return store

    @pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
    def test_a_result(self, form: str, written: Any) -> None:  # noqa: ARG002
        results.result().write("memory://in/result", format=form)
        ids, skipped = ids_of("memory://in")
        assert ids == ["a.txt", "b.txt", "a", "b"]
        assert skipped == [("memory://in/result", "a result of syndetect, not articles")]
        with pytest.raises(InputError, match="memory://in/result: it is a result of syndetect"):
            expand("memory://in/result")
        with pytest.raises(
            InputError, match=r"nothing to read in .*: a file of a result of syndetect, not articles"
        ):
            expand("memory://in/result/*")

    @pytest.mark.parametrize("glob", ["", "/*"])
    def test_what_dedup_kept(self, glob: str, written: Any) -> None:
        deduplicate("memory://in", "memory://in/kept")
        deduplicate("memory://in/s/c.jsonl", "memory://in/one.jsonl")
        written.pipe("/in/other.removed.jsonl", as_jsonl([{"id": "o", "text": FERRY}]))  # no list of dedup
        ids, skipped = ids_of(f"memory://in{glob}")
        assert ids == ["a.txt", "b.txt", "o", "a", "b"]
        assert [place for place, _ in skipped] == [
            f"memory://in/{name}" for name in ("kept", "kept.removed.jsonl", "one.jsonl", "one.removed.jsonl")
        ]
        assert ids_of("memory://in/kept")[0] == ["a.txt"]  # where it is given, it is wanted

    @pytest.mark.parametrize("glob", ["", "/*"])
    def test_an_unfinished_upload(self, glob: str, written: Any) -> None:
        put(written, {"in/.kept.partial": b"", "in/kept/a.jsonl": LINES})
        ids, skipped = ids_of(f"memory://in{glob}")
        assert ids == ["a.txt", "b.txt", "a", "b"]
        assert skipped == [("memory://in/kept", "an unfinished output of syndetect, not articles")]


def test_the_card_of_a_data_set_is_no_article() -> None:
    """``hf://`` is any file system of fsspec that is registered for it."""

    class Hub(MemoryFileSystem):  # type: ignore[misc]
        protocol = "hf"
        store: dict[str, Any] = {}  # noqa: RUF012  (as its base has it)
        pseudo_dirs = [""]  # noqa: RUF012

        @classmethod
        def _strip_protocol(cls, path: str) -> str:
            return str(path).removeprefix("hf://").rstrip("/")

    known = dict(fsspec.registry)
    fsspec.register_implementation("hf", Hub, clobber=True)
    try:
        root = "datasets/lindrow/ferries"
        for name, data in {"README.md": b"# Ferries", "data/train.jsonl": LINES}.items():
            with Hub().open(f"{root}/{name}", "wb") as file:
                file.write(data)
        ids, skipped = ids_of(f"hf://{root}")
        assert ids == ["a", "b"]
        assert skipped == [(f"hf://{root}/README.md", "the card of a data set, no article")]
    finally:
        Hub.clear_instance_cache()
        if "hf" in known:
            fsspec.register_implementation("hf", known["hf"], clobber=True)
        else:
            del __import__("sys").modules["fsspec.registry"]._registry["hf"]


class TestVersions:
    def test_an_object_that_changes_while_it_is_read_is_remarked_upon(self, store: Any) -> None:
        put(store, {"in/a.jsonl": LINES})
        found = expand("memory://in")
        store.pipe("/in/a.jsonl", LINES)
        assert ids_of(found)[1] == [
            ("memory://in/a.jsonl", "changed while it was read, and may be of two versions: read it again")
        ]
        assert found.files[0].has_changed()
        store.rm("/in/a.jsonl")
        assert not found.files[0].has_changed()
        assert ids_of(found)[1] == [
            ("memory://in/a.jsonl", "cannot be read: it does not exist: check the address")
        ]

    def test_the_manifest_tells_versions_and_how(self, store: Any) -> None:
        put(store, {"in/a.jsonl": LINES, "in/b.txt": b"word"})
        (first,) = fingerprints(expand("memory://in"))
        assert first["path"] == "memory://in"
        assert (first["files"], first["bytes"]) == (2, len(LINES) + 4)
        assert first["xxh3_of"] == "names, sizes and versions"
        assert fingerprints(expand("memory://in")) == [first]
        store.pipe("/in/b.txt", b"worn")
        assert fingerprints(expand("memory://in"))[0]["xxh3"] != first["xxh3"]

    def test_a_scan_of_objects_goes_on_while_they_are_the_same(self, store: Any, tmp_path: Path) -> None:
        put(store, {"in/a.jsonl": LINES})

        class Stopping(Silent):
            def stage(self, name: str, total: int | None, unit: str) -> None:
                super().stage(name, total, unit)
                if name == "tables":
                    raise KeyboardInterrupt

        def go(progress: Silent) -> Result:
            return scan("memory://in", scratch=tmp_path / "scratch", resume=True, progress=progress)

        for _ in range(2):  # the second finds the state of the first
            with pytest.raises(KeyboardInterrupt):
                go(Stopping())
        assert go(Silent()).passages.equals(scan("memory://in").passages)
        with pytest.raises(KeyboardInterrupt):
            go(Stopping())
        store.pipe("/in/a.jsonl", LINES)  # another version, of the same bytes
        with pytest.raises(ScratchError, match="an unfinished scan of other articles"):
            go(Silent())
        with pytest.raises(ScratchError, match="memory://x: a scratch folder must be on this machine"):
            scan("memory://in", scratch="memory://x")

    def test_without_versions_it_does_not(
        self, store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        put(store, {"in/a.jsonl": LINES})
        monkeypatch.setattr("syndetect.storage.objects._TIME", ())
        assert fingerprints(expand("memory://in"))[0]["xxh3"] is None
        with pytest.raises(InputError, match="only a scan of files can be resumed"):
            scan("memory://in", scratch=tmp_path / "scratch", resume=True)


@pytest.mark.parametrize("packing", ["", ".gz"])
def test_a_stream_that_breaks_off_is_read_up_to_there(
    packing: str, store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = as_jsonl({"id": number, "text": 40 * FERRY} for number in range(2000))
    put(store, {f"in/a.jsonl{packing}": gzip.compress(lines, 1) if packing else lines})
    opened = store.open

    def open_and_break(path: str, mode: str = "rb", **named: Any) -> Any:
        file = opened(path, mode, **named)
        size, read = len(file.getvalue()), file.read

        def broken(length: int = -1) -> bytes:
            if file.tell() >= size // 2:
                raise ConnectionResetError("s3cret")
            return bytes(read(length))

        file.read = broken
        return file

    monkeypatch.setattr(store, "open", open_and_break)
    ids, [(place, reason)] = ids_of("memory://in")
    assert 300 < len(ids) < 2000
    assert place == f"memory://in/a.jsonl{packing}"
    behind = f"cannot be read behind number {len(ids)}, up to which it is read: the connection broke off: try again"
    assert reason == behind


def test_a_damaged_table_is_unreadable(store: Any) -> None:
    put(
        store, {"in/a.parquet": table("parquet")[:-9], "in/b.arrow": table("arrow")[:99], "in/c.txt": b"word"}
    )
    ids, skipped = ids_of("memory://in")
    assert ids == ["c.txt"]
    assert [place for place, _ in skipped] == ["memory://in/a.parquet", "memory://in/b.arrow"]


def test_a_scan_and_its_result_at_addresses(store: Any) -> None:
    put(store, {"in/a.jsonl": LINES})
    result = scan("memory://in")
    assert result.passages.height == 2
    result.write("memory://out/result")
    assert Result.read("memory://out/result").manifest["inputs"] == result.manifest["inputs"]
    assert json.loads(store.cat("/out/result/manifest.json"))["inputs"][0]["xxh3_of"]


def test_without_the_extra_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "fsspec", None)
    with pytest.raises(
        MissingExtraError, match=r"^to use s3://bucket/in, pip install 'syndetect\[remote\]'$"
    ):
        scan("s3://bucket/in")

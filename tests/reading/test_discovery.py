"""Finding the files: names, order, links, globs, and what is an error at once."""

import os
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from syndetect.errors import InputError
from syndetect.reading.sources import expand, fingerprints, read


def fill(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"the text of {name}")


def names(paths: Any) -> list[str]:
    return [file.name for file in expand(paths).files]


def ids(paths: Any) -> list[str]:
    return [doc_id for frame in read(paths, on_skip=lambda *_: None) for doc_id in frame["doc_id"]]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    fill(
        tmp_path,
        "b.txt",
        "a/z.txt",
        "a/b/c.md",
        "a.txt",
        "a-b.txt",
        "B.txt",
        "ä.txt",
        "a/b.jsonl.gz",
        "x.TXT",
    )
    fill(tmp_path, ".hidden/a.txt", ".a.txt", "a/.DS_Store")
    return tmp_path


def test_a_folder_is_read_with_all_folders_in_it_in_order_of_names(tree: Path) -> None:
    expected = ["B.txt", "a-b.txt", "a.txt", "a/b.jsonl.gz", "a/b/c.md", "a/z.txt", "b.txt", "x.TXT", "ä.txt"]
    assert names(tree) == expected
    assert names(str(tree) + os.sep) == expected
    assert ids(tree) == [name for name in expected if name != "a/b.jsonl.gz"]
    assert expand(tree).bytes == sum((tree / name).stat().st_size for name in expected)
    assert expand(tree).skipped == ()


class _Shuffled:
    def __init__(self, entries: Iterable[os.DirEntry[str]], seed: int) -> None:
        self.entries = list(entries)
        random.Random(seed).shuffle(self.entries)

    def __enter__(self) -> list[os.DirEntry[str]]:
        return self.entries

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_the_file_system_does_not_matter(
    seed: int, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tree / "elsewhere", "e.txt", "f.txt")
    for link in ("l1", "l2", "a/l3", "a/b/l4"):
        (tree / link).symlink_to(tree / "elsewhere")
        (tree / f"{link}.txt").symlink_to(tree.parent / "outside.txt")
    fill(tree.parent, "outside.txt")
    expected = expand(tree)
    scandir = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: _Shuffled(scandir(path), seed))
    assert expand(tree) == expected


def test_the_order_of_the_paths_does_not_matter(tree: Path) -> None:
    paths: list[str | Path] = [
        tree / "a.txt",
        tree / "a",
        tree / "b.txt",
        tree / "a" / "b",
        str(tree / "*.txt"),
        tree / "a.txt",
    ]
    expected = expand(paths)
    assert expand(reversed(paths)) == expected
    assert [file.name for file in expected.files] == names([tree / "a", str(tree / "*.txt")])


def test_a_file_is_named_by_its_file_name(tree: Path) -> None:
    assert names(tree / "a" / "b" / "c.md") == ["c.md"]
    assert names([tree / "a" / "z.txt", tree / "a" / "b.jsonl.gz"]) == ["b.jsonl.gz", "z.txt"]


def test_names_are_the_same_from_within(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tree / "a")
    assert names(".") == names(tree / "a") == ["b.jsonl.gz", "b/c.md", "z.txt"]
    assert names("z.txt") == ["z.txt"]
    assert names("../a.txt") == ["a.txt"]
    assert names(["..", "."]) == names(tree)
    assert names(["../a.txt", "."]) == ["a.txt", "a/b.jsonl.gz", "a/b/c.md", "a/z.txt"]
    assert [file.place(0) for file in expand("b").files] == ["b/c.md"]


def test_folders_within_others_are_named_from_the_outermost(tree: Path) -> None:
    assert names([tree / "a" / "b", tree]) == names(tree)
    assert names([tree / "a" / "b", tree / "a.txt"]) == ["a.txt", "a/b/c.md"]


def test_several_folders_begin_the_names(tmp_path: Path) -> None:
    fill(tmp_path, "2019/one.txt", "2020/one.txt", "2020/two.txt", "old/2019/one.txt", "three.txt")
    assert names([tmp_path / "2019", tmp_path / "2020"]) == ["2019/one.txt", "2020/one.txt", "2020/two.txt"]
    assert names([tmp_path / "2019" / "one.txt", tmp_path / "2020"])[0] == "2019/one.txt"
    assert names([tmp_path / "2019", tmp_path / "old" / "2019"]) == [
        "old/2019/one.txt",
        f"{tmp_path.name}/2019/one.txt",
    ]


def test_globs(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert names(str(tree / "*.txt")) == ["B.txt", "a-b.txt", "a.txt", "b.txt", "ä.txt"]
    assert names(str(tree / "**" / "*.md")) == ["a/b/c.md"]
    assert names(str(tree / "[ab]*")) == ["a-b.txt", "a.txt", "a/b.jsonl.gz", "a/b/c.md", "a/z.txt", "b.txt"]
    assert names(str(tree / "**")) == names(tree)
    assert names(str(tree / ".*.txt")) == [".a.txt"]
    monkeypatch.chdir(tree)
    assert names("a*/*.txt") == ["a/z.txt"]
    assert [file.path for file in expand("a*/*.txt").files] == [os.path.join("a", "z.txt")]  # noqa: PTH118


def test_a_name_that_looks_like_a_glob(tmp_path: Path) -> None:
    fill(tmp_path, "[a].txt", "a.txt")
    assert names(tmp_path / "[a].txt") == ["[a].txt"]


def test_what_was_hidden_is_read_when_it_is_given(tree: Path) -> None:
    assert names(tree / ".hidden") == ["a.txt"]
    assert names(tree / ".a.txt") == [".a.txt"]


def test_a_name_that_is_no_text(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    try:
        with open(path, "wb") as file:  # noqa: PTH123  (a path of bytes)
            file.write(b"words")
    except OSError:
        pytest.skip("this file system wants names in UTF-8")
    assert ids(tmp_path) == [r"caf\xe9.txt"]
    assert ids(path.decode("utf-8", "surrogateescape")) == [r"caf\xe9.txt"]


def test_links_are_followed_and_every_file_is_read_once(tmp_path: Path) -> None:
    fill(tmp_path / "out", "d/one.txt", "two.txt")
    fill(tmp_path / "in", "three.txt")
    for link, target in {
        "in/d1": "out/d", "in/d2": "out/d", "in/d3": "in", "in/up": ".",
        "in/two.txt": "out/two.txt", "in/3.txt": "in/three.txt",
    }.items():  # fmt: skip
        (tmp_path / link).symlink_to(tmp_path / target)
    inputs = expand(tmp_path / "in")
    assert [file.name for file in inputs.files] == ["d1/one.txt", "three.txt", "two.txt"]
    read_there = {place.rpartition("/")[2]: reason for place, reason in inputs.skipped}
    assert read_there == {
        "3.txt": f"a link to {tmp_path}/in/three.txt, which is read there",
        "d2": f"a link to {tmp_path}/in/d1, which is read there",
        "d3": f"a link to {tmp_path}/in, which is read there",
    }
    assert names(tmp_path / "in" / "two.txt") == ["two.txt"]


def test_a_given_link_names_what_is_below_it(tmp_path: Path) -> None:
    fill(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to("real")
    assert names(tmp_path / "link") == ["a.txt"]
    assert names([tmp_path / "link", tmp_path / "real"]) == ["a.txt"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("nowhere", "nowhere does not exist: check the path"),
        ("nowhere/*.txt", r"nowhere/\*.txt matches nothing"),
        ("*.nothing", "matches nothing"),
        ("empty", "nothing to read in .*empty: give .txt, .md, .html"),
        ("strange", r"nothing to read in .*strange \(.*strange/a.docx: unknown suffix\): give .txt"),
        ("hidden", "nothing to read in .*hidden: give"),
        ("strange/*", r"nothing to read in .*strange/\* \("),
        ("strange/a.docx", "a.docx is of no known format: give .txt, .md, .html, .htm, .jsonl"),
        ("strange/a.parquet.gz", "is of no known format"),
        ("dangling.txt", "dangling.txt leads nowhere: check the link"),
        ("pipe.jsonl", "pipe.jsonl is no regular file"),
        ("a text that is not a path " * 99, "a text that is not .* cannot be read: File name too long"),
        ("a\0b", "does not exist"),
    ],
)
def test_errors_at_once(path: str, message: str, tmp_path: Path) -> None:
    fill(tmp_path, "strange/a.docx", "strange/a.parquet.gz", "hidden/.a.txt", "good.txt")
    (tmp_path / "empty" / "sub").mkdir(parents=True)
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe.jsonl")
    two: list[str | Path] = [tmp_path / "good.txt", str(tmp_path / path)]
    for paths in (tmp_path / path, two):
        with pytest.raises(InputError, match=message):
            read(paths, on_skip=print)


def test_no_path_is_an_error() -> None:
    with pytest.raises(InputError, match="nothing to read: give a file or a folder"):
        expand([])


def test_an_unreadable_folder(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scandir = os.scandir

    def refuse(path: str) -> Any:
        if path.endswith("a"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert expand(tree).skipped == ((f"{tree}/a", "cannot be read: Permission denied"),)
    with pytest.raises(
        InputError, match=r"nothing to read in .*/a \(.*/a: cannot be read: Permission denied\)"
    ):
        expand(tree / "a")


def test_folders_nested_deeply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folders = [Path("d/" * depth) for depth in range(1, 1101)]
    for folder in folders:
        folder.mkdir()
    (folders[-1] / "a.txt").write_text("words")
    assert names(".") == [f"{'d/' * 1100}a.txt"]
    (folders[-1] / "a.txt").unlink()
    for folder in reversed(folders):  # pytest could not
        folder.rmdir()


def test_fingerprints(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    [whole] = fingerprints(expand(tree))
    assert whole["path"] == str(tree)
    assert (whole["files"], whole["bytes"]) == (9, expand(tree).bytes)
    assert len(whole["xxh3"]) == 32
    copy = tmp_path_factory.mktemp("copy")
    for file in expand(tree).files:
        fill(copy, file.name)
    [copied] = fingerprints(expand(copy))
    assert copied == whole | {"path": str(copy)}
    (copy / "b.txt").rename(copy / "c.txt")
    assert fingerprints(expand(copy))[0]["xxh3"] != whole["xxh3"]
    (copy / "c.txt").rename(copy / "b.txt")
    assert fingerprints(expand(copy)) == [copied]
    (copy / "b.txt").write_text("The text of b.txt")
    assert fingerprints(expand(copy))[0]["xxh3"] != whole["xxh3"]


def test_fingerprints_of_several_paths(tree: Path) -> None:
    inputs = expand([tree / "a" / "z.txt", tree / "b.txt", "-", str(tree / "a*.txt")])
    entries = {entry["path"]: entry for entry in fingerprints(inputs)}
    assert entries["-"] == {"path": "-", "files": 1, "bytes": None, "xxh3": None}
    assert [entries[str(tree / path)]["files"] for path in ("a/z.txt", "b.txt", "a*.txt")] == [1, 1, 2]
    assert entries[str(tree / "b.txt")] == fingerprints(expand(tree / "b.txt"))[0]
    (tree / "b.txt").unlink()
    assert len(fingerprints(inputs)) == 4


def test_a_file_is_skipped_that_a_link_names_twice(tmp_path: Path) -> None:
    fill(tmp_path, "a/x.txt")
    (tmp_path / "a" / "y.txt").symlink_to("x.txt")
    told: list[tuple[str, str]] = []
    frames = list(read(tmp_path / "a", on_skip=lambda *both: told.append(both[:2])))
    assert [frame["doc_id"].to_list() for frame in frames] == [["x.txt"]]
    assert told == [(f"{tmp_path}/a/y.txt", f"a link to {tmp_path}/a/x.txt, which is read there")]

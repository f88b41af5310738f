"""A manifest that says odd things with a right checksum is refused, and nothing outside of its folder is touched."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from samples.manifests import reseal
from syndetect import Index, InputError, StoredIndexError

Change = Callable[[dict[str, Any]], object]


def entry(manifest: dict[str, Any], suffix: str) -> dict[str, Any]:
    return next(one for one in manifest["entries"] if one["name"].endswith(suffix))


def set_fact(suffix: str, name: str, value: object) -> Change:
    return lambda manifest: entry(manifest, suffix)["facts"].update({name: value})


CHANGES: dict[str, Change] = {
    "a file outside": lambda manifest: entry(manifest, ".segment").update(name="../precious.segment"),
    "an absolute path": lambda manifest: entry(manifest, ".segment").update(name="/precious.segment"),
    "the manifest": lambda manifest: entry(manifest, ".removed").update(name="manifest.json"),
    "no name": lambda manifest: entry(manifest, ".segment").update(name=7),
    "no size": lambda manifest: entry(manifest, ".segment").update(size="9"),
    "a negative count": lambda manifest: manifest.update(generation=-1),
    "an immense count": lambda manifest: manifest.update(next_file=10**400),
    "no facts": lambda manifest: entry(manifest, ".segment").update(facts=None),
    "no head": lambda manifest: manifest.update(head=[]),
    "no settings": lambda manifest: manifest["head"].pop("settings"),
    "odd settings": lambda manifest: manifest["head"].update(settings={"bands": "many"}),
    "other bands": lambda manifest: manifest["head"]["settings"].update(bands=43),
    "texts or not": lambda manifest: manifest["head"].update(store_text="perhaps"),
    "more documents": set_fact(".segment", "documents", 9),
    "immensely many words": set_fact(".segment", "words", 1 << 62),
    "more removed": set_fact(".removed", "documents", 9),
    "removed of nothing": set_fact(".removed", "of", "000000000009.segment"),
    "a segment twice": lambda manifest: manifest["entries"].insert(0, entry(manifest, ".segment")),
    "removed twice": lambda manifest: manifest["entries"].insert(0, entry(manifest, ".removed")),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Index.create(tmp_path / "x.idx") as index:
        index.add([{"id": name, "text": f"a few words of {name}"} for name in "abc"], threads=1)
        index.remove("b")
    (tmp_path / "precious.segment").write_bytes(b"precious")
    return tmp_path / "x.idx"


@pytest.mark.parametrize("mode", ["r", "a"])
@pytest.mark.parametrize("name", CHANGES)
def test_what_no_index_can_say_is_refused(name: str, mode: Any, folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    CHANGES[name](manifest)
    reseal(folder, **manifest)
    with pytest.raises(StoredIndexError, match="damaged"):
        Index.open(folder, mode=mode)
    assert (folder.parent / "precious.segment").read_bytes() == b"precious"
    assert len([*folder.glob("*.removed")]) == 1 or name == "the manifest"


def test_an_id_that_is_no_text_is_not_there(folder: Path) -> None:
    """The shell may give such: a file's name that is not UTF-8."""
    with Index.open(folder) as index:
        assert "\udcff" not in index
        assert index.get("\ud800") is None
        assert index.remove(["\udcff"], missing="skip") == 0
        with pytest.raises(InputError, match="no document"):
            index.remove("\udcff")


def test_opening_does_not_wait_for_numba(folder: Path) -> None:
    """Its first call in a process takes half a second."""
    code = (
        "import sys; from syndetect import Index; from syndetect.kernels import ranges\n"
        f"with Index.open({str(folder)!r}, mode='r') as index: assert len(index) == 2\n"
        "print(len(getattr(ranges.all_checked, 'signatures', ())))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"

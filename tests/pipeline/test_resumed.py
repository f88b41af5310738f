"""A scratch folder that says what cannot be is refused before anything is read by it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samples.lies import Change, put
from samples.newspapers import newspapers, written
from syndetect import scan
from syndetect.errors import ScratchError
from syndetect.runtime.progress import Silent


class StoppedError(Exception):
    pass


class Until(Silent):
    """A progress that stops the scan before its tables."""

    def stage(self, name: str, *more: Any) -> None:  # noqa: ARG002
        if name == "tables":
            raise StoppedError


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(newspapers(5, 20), tmp_path_factory.mktemp("corpus") / "articles")


@pytest.fixture(scope="module")
def stopped(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("stopped") / "scratch"
    with pytest.raises(StoppedError):
        scan(source, scratch=scratch, resume=True, progress=Until(), threads=1)
    return scratch


@pytest.fixture
def scratch(stopped: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stopped, tmp_path / "scratch"))


def refused(source: Path, scratch: Path) -> None:
    with pytest.raises(ScratchError, match=r"remove it and scan again|which is no part of a scan"):
        scan(source, scratch=scratch, resume=True, threads=1)


def add(number: int) -> Change:
    return lambda array: array + np.array(number).astype(array.dtype)


VALUES: dict[str, tuple[str, Change]] = {
    "texts are no UTF-8": ("text", put(255, at=7)),
    "a text is longer": ("text_sizes", add(1)),
    "a text is negative": ("text_sizes", put(-9, at=0)),
    "tags are of other words": ("tags", put(0, at=3)),
    "words are others": ("code", put(77, at=3)),
    "a document has more words": ("word_counts", put(9999, at=2)),
    "words of documents are moved": ("word_counts", lambda array: array + np.resize([1, -1], len(array))),
    "a document has more paragraphs": ("paragraph_counts", add(1)),
    "a paragraph is behind all words": ("paragraph_bounds", put(2**32 - 1, at=3)),
    "a compared paragraph is not there": ("sketched", put(2**32 - 1, at=-1)),
    "a compared paragraph is of another document": ("sketched_owner", lambda array: array * 0),
    "parts of postings go back": ("part_bounds", put(99999, at=100)),
    "a credit is of no document": ("credits", put(*[99] * 6, at=0)),
    "a quotation is behind all words": ("quotes", lambda array: np.append(array, [1 << 40, 1 << 41])),
    "a representative is not there": ("leaders", put(2**32 - 1, at=-1)),
    "a candidate is not there": ("pair_runs", lambda array: array | np.uint64(1 << 31)),
    "candidates are out of order": ("pair_runs", lambda array: array[::-1]),
    "similar paragraphs are not there": ("near_pairs", put(1 << 40, at=0)),
    "a similarity is no number": ("near_shares", put(9, at=0)),
    "a seed is behind all words": ("seed_runs", lambda array: array | np.uint64(1 << 63)),
    "seeds are out of order": ("seed_runs", lambda array: array[::-1]),
    "a match is behind all words": ("matches", put(2**32 - 1, at=1)),
    "a match is nothing": ("matches", put(5, 5, at=0)),
    "a match is of one document": ("matches", put(0, 9, 1, 10, at=0)),
    "a linked document is not there": ("links", put(1 << 40, at=0)),
    "wording is of other sizes": ("wording_sizes", add(1)),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_values_that_cannot_be_are_refused(name: str, source: Path, scratch: Path) -> None:
    array, change = VALUES[name]
    path = scratch / f"syndetect-{array}.array"
    state = json.loads((scratch / "state.json").read_bytes())
    before = np.frombuffer(bytearray(path.read_bytes()), state["kinds"][array][0])
    if not len(before) and array == "credits":
        before = np.zeros(6, np.int64)
    changed = np.ascontiguousarray(change(before))
    path.write_bytes(changed.tobytes())
    if len(changed) != len(before) or array == "credits":
        state["sizes"][array] = [len(changed) // int(np.prod(state["kinds"][array][1]))]
        (scratch / "state.json").write_text(json.dumps(state))
    refused(source, scratch)


def step(name: str, done: int) -> Callable[[dict[str, Any]], object]:
    return lambda state: state["steps"].update({name: done})


def size(name: str, *sizes: int) -> Callable[[dict[str, Any]], object]:
    return lambda state: state["sizes"].update({name: [*sizes]})


STATES: dict[str, Callable[[dict[str, Any]], object]] = {
    "more steps than there are": step("bands", 99),
    "more portions than there are": step("alignment", 9),
    "a step that is none": step("wording", -1),
    "no step of reading": lambda state: state["steps"].pop("reading"),
    "steps that are none": lambda state: state.update(steps=[]),
    "an array elsewhere": lambda state: state["kinds"].update({"../precious": state["kinds"].pop("code")}),
    "an array of objects": lambda state: state["kinds"].update(code=["|O", []]),
    "an array of another type": lambda state: state["kinds"].update(code=["<i4", []]),
    "an array of other columns": lambda state: state["kinds"].update(matches=["<u4", [1]]),
    "an immense array": size("code", 1 << 58),
    "a negative array": size("code", -1),
    "a missing array": lambda state: [state[part].pop("links") for part in ("kinds", "sizes")],
    "pieces of other batches": lambda state: size("tags", state["sizes"]["tags"][0], 0)(state),
    "repeats of no document": lambda state: state["facts"].update(repeats=[[99, 0]]),
    "facts that are none": lambda state: state.update(facts=7),
}


@pytest.mark.parametrize("name", STATES)
def test_a_state_that_cannot_be_is_refused(name: str, source: Path, scratch: Path) -> None:
    (scratch.parent / "precious.array").write_bytes(b"precious")
    state = json.loads((scratch / "state.json").read_bytes())
    STATES[name](state)
    (scratch / "state.json").write_text(json.dumps(state))
    refused(source, scratch)
    assert (scratch.parent / "precious.array").read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["passed_names", "passed_seeds", "matches", "text"])
def test_an_array_that_is_missing_is_refused(source: Path, scratch: Path, name: str) -> None:
    state = json.loads((scratch / "state.json").read_bytes())
    del state["kinds"][name], state["sizes"][name]
    (scratch / "state.json").write_text(json.dumps(state))
    refused(source, scratch)


@pytest.mark.parametrize("name", ["syndetect-code.array", "state.json", "state.json.new", "lock"])
def test_a_link_is_refused_and_not_followed(name: str, source: Path, scratch: Path) -> None:
    precious = scratch.parent / "precious"
    precious.write_bytes((scratch / name).read_bytes() if (scratch / name).exists() else b"precious")
    before = precious.read_bytes()
    (scratch / name).unlink(missing_ok=True)
    (scratch / name).symlink_to(precious)
    refused(source, scratch)
    assert precious.read_bytes() == before


def test_what_was_left_is_gone_on_with(source: Path, scratch: Path) -> None:
    assert scan(source, scratch=scratch, resume=True, threads=1).matches.height

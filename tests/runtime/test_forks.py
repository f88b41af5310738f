"""Forked processes: what they may do with their parent's objects, and what is refused at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples.strategies import INTERPRETED
from syndetect import Index

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or INTERPRETED,
    reason="the system has no fork, or each process would take too long",
)

TEXT = "Ferries to the islands will stop at noon on Friday, the harbour office said on Monday."
START = """
import os, sys, syndetect
from syndetect.errors import ProcessError
place, text = sys.argv[1:]

def forked(work):
    pid = os.fork()
    if pid == 0:
        try:
            print("child:", work(), flush=True)
        except syndetect.SyndetectError as error:
            print("child:", type(error).__name__, error, flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
"""


def run(code: str, place: Path) -> str:
    """The output of a program; a child that waits for ever is an error after a while."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", START + code, place, TEXT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not done.stderr, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of one article."""
    place = tmp_path_factory.mktemp("forks") / "i"
    with Index.create(place) as made:
        made.add([{"id": "1", "text": TEXT}], threads=1)
    return place


SCANNED = "syndetect.scan([{'id': 'a', 'text': text}])"
DEDUPLICATED = "syndetect.deduplicate([{'id': 'a', 'text': text}])"
REFUSED = [
    "opened.query(text)",
    "len(opened)",
    "opened.refresh()",
    "opened.get('1')",
    "opened.near_duplicates(text)",
    "opened.query_many([{'text': text}])",
    "syndetect.Index.open(place, mode='r').query(text)",
    SCANNED,
    DEDUPLICATED,
]


@pytest.mark.parametrize(
    ("asked", "refused"),
    [("opened.query(text)", REFUSED), (SCANNED, [SCANNED]), (DEDUPLICATED, [DEDUPLICATED])],
    ids=["query", "scan", "deduplicate"],
)
def test_a_child_of_a_process_that_has_asked_is_refused_at_once(
    held: Path, asked: str, refused: list[str]
) -> None:
    said = run(
        f"opened = syndetect.Index.open(place, mode='r'); {asked}\n"
        + "\n".join(f"forked(lambda: {work})" for work in refused),
        held,
    )
    told = dict(zip(refused, said.splitlines(), strict=True))
    start = "child: ProcessError this process was forked from one that had already asked"
    assert {work: line for work, line in told.items() if not line.startswith(start)} == {}


def test_a_reader_that_has_not_asked_answers_in_both_processes(held: Path) -> None:
    said = run(
        "opened = syndetect.Index.open(place, mode='r')\n"
        "forked(lambda: opened.query(text).matches.height)\n"
        "print('parent:', opened.query(text).matches.height)",
        held,
    )
    assert said == "child: 1\nparent: 1\n"


def test_only_the_process_that_opened_an_index_writes_it(tmp_path: Path) -> None:
    changes = ["add([{'id': '2', 'text': text}])", "remove('1')", "compact()", "add([])"]
    said = run(
        "made = syndetect.Index.create(place)\n"
        + "".join(f"forked(lambda: made.{change})\n" for change in changes)
        + "print('parent:', made.add([{'id': '1', 'text': text}], threads=1).documents, len(made))",
        tmp_path / "i",
    )
    *children, parent = said.splitlines()
    start = f"child: ProcessError {tmp_path / 'i'} was opened for writing by process"
    told = dict(zip(changes, children, strict=True))
    assert {change: line for change, line in told.items() if not line.startswith(start)} == {}
    assert parent == "parent: 1 1"


def test_the_lock_ends_with_its_owner_whatever_its_children_do(held: Path) -> None:
    said = run(
        "opened = syndetect.Index.open(place)\n"
        "reading, writing = os.pipe()\n"
        "pid = os.fork()\n"
        "if pid == 0:\n"
        "    os.close(writing)\n"
        "    os.read(reading, 1)\n"  # it lives on
        "    os._exit(0)\n"
        "opened.close()\n"
        "with syndetect.Index.open(place): print('opened again')\n"
        "os.close(writing); os.waitpid(pid, 0)",
        held,
    )
    assert said == "opened again\n"


def test_a_child_that_closes_an_index_leaves_the_lock(held: Path) -> None:
    said = run(
        "opened = syndetect.Index.open(place)\n"
        "forked(lambda: opened.close())\n"
        "try: syndetect.Index.open(place)\n"
        "except syndetect.BusyError: print('still locked')",
        held,
    )
    assert said == "child: None\nstill locked\n"


def test_a_minhash_lsh_in_a_folder(tmp_path: Path) -> None:
    said = run(
        "made = syndetect.MinHashLSH(path=place)\n"
        "made.insert('1', text)\n"
        "forked(lambda: made.query(text))\n"
        "forked(lambda: made.insert('2', text))\n"
        "forked(lambda: made.remove('1'))\n"
        "forked(lambda: made.commit())\n"
        "forked(lambda: made.close())\n"  # what waits is the parent's to commit
        "made.close()\n"
        "print(syndetect.MinHashLSH(path=place, mode='r').query(text))",
        tmp_path / "l",
    ).splitlines()
    assert (said[0], said[4], said[5]) == ("child: ['1']", "child: None", "['1']")
    assert all(line.startswith("child: ProcessError") for line in said[1:4])


def test_a_child_that_unwinds_removes_nothing_of_its_parents(tmp_path: Path) -> None:
    """It is forked while a scan with a scratch folder, and a staged result, are under way."""
    said = run(
        """
from pathlib import Path
from syndetect.storage.scratch import Store
from syndetect.storage.staging import staging_folder
import numpy as np
store = Store(Path(place), 0, {})
store.append("a", np.arange(5))
with staging_folder(Path(place + "-result")) as folder:
    pid = os.fork()
    if pid == 0:
        try:
            with folder.parent.joinpath("no such folder").open(): pass
        except OSError:
            store.close()
            sys.exit(0)
    os.waitpid(pid, 0)
    print(store["a"].tolist(), folder.is_dir())
store.close()
print(folder.exists(), Path(place).exists())
""",
        tmp_path / "s",
    )
    assert said == "[0, 1, 2, 3, 4] True\nFalse False\n"

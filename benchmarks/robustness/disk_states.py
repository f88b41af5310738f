"""States of a disk after a loss of power, rebuilt from a trace of system calls.

What was written to a file is safe once the file is synced; that a file, folder or name is there, gone or another, once
the folder is synced. Of what was not synced any part may be there: of a file its old bytes, its new bytes, a beginning
of the writes, or zeros; of changes of folders the first ones, or any of them.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.robustness.system_calls import Call, TracingError

#: The system calls that are traced.
CALLS = (
    "openat", "open", "creat", "close", "dup", "dup2", "dup3", "fcntl", "lseek",
    "write", "pwrite64", "writev", "ftruncate", "truncate", "fsync", "fdatasync",
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat",
    "link", "linkat", "symlink", "symlinkat", "sendfile", "copy_file_range", "fallocate", "pwritev", "pwritev2",
)  # fmt: skip
_UNKNOWN = (*CALLS[CALLS.index("link") :], "truncate")  # which syndetect does not use

Names = dict[int, dict[str, int]]  # of each folder


class Operation(NamedTuple):
    """A change of the disk, a sync, or an announcement.

    Attributes:
        kind: "create", "mkdir", "write", "cut", "sync", "rename", "exchange", "remove" or "announce".
        path, other: what it concerns.
        at: the offset of written bytes, or the length of a file that is cut; None for its end.
        data: bytes that are written or announced.
    """

    kind: str
    path: str
    other: str = ""
    at: int | None = None
    data: bytes = b""


def operations(calls: Sequence[Call], disk: Path, log: Path) -> Iterator[Operation]:
    """The operations below a folder, and the announcements in a file.

    Raises:
        TracingError: a call does what is not understood here.
    """
    offsets: dict[
        int, list[int | None]
    ] = {}  # by descriptor; those that share one share the list; None: at the end
    for call in calls:
        if call.result < 0:
            continue
        given, paths = " ".join(call.arguments), call.paths()
        if call.name in ("open", "openat", "creat"):
            offsets[call.result] = [None if "O_APPEND" in given else 0]
        elif call.name.startswith("dup") or "F_DUPFD" in given:
            offsets[call.result] = offsets.setdefault(call.handle(), [0])
        inside = [one for one in paths if one == str(disk) or one.startswith(f"{disk}/")]
        if str(log) in paths and call.writes():
            yield from (Operation("announce", str(log), data=line) for line in call.data().splitlines())
        elif inside:
            yield from _operations(call, inside, given, offsets)


_OTHERS = {
    "fsync": "sync", "fdatasync": "sync", "mkdir": "mkdir", "mkdirat": "mkdir",
    "unlink": "remove", "unlinkat": "remove", "rmdir": "remove",
    "rename": "rename", "renameat": "rename", "renameat2": "rename",
}  # fmt: skip


def _operations(
    call: Call, paths: Sequence[str], given: str, offsets: dict[int, list[int | None]]
) -> Iterator[Operation]:
    """The operations that a call on files of the disk comes to."""
    if call.name in _UNKNOWN:
        raise TracingError(f"{call.name} is not understood here")
    if call.name in ("open", "openat", "creat"):
        if "O_CREAT" in given and "O_TMPFILE" not in given:
            yield Operation("create", paths[0])
        if "O_TRUNC" in given:
            yield Operation("cut", paths[0], at=0)
    elif call.name == "ftruncate":
        yield Operation("cut", paths[0], at=int(call.arguments[1]))
    elif call.writes():
        offset = offsets.setdefault(call.handle(), [0])
        at = int(call.arguments[-1]) if call.name == "pwrite64" else offset[0]
        yield Operation("write", paths[0], at=at, data=call.data())
        if call.name != "pwrite64" and offset[0] is not None:
            offset[0] += call.result
    elif call.name == "lseek":
        if (offset := offsets.setdefault(call.handle(), [0]))[0] is not None:
            offset[0] = call.result
    elif call.name in _OTHERS:
        kind = "exchange" if "RENAME_EXCHANGE" in given else _OTHERS[call.name]
        yield Operation(kind, paths[0], paths[1] if kind in ("rename", "exchange") else "")


@dataclass
class _File:
    """A file: its bytes on the disk, and the operations that were not synced since."""

    synced: bytes = b""
    later: list[Operation] = field(default_factory=list)

    def content(self, operations: int) -> bytes:
        """The bytes after so many of the operations that were not synced."""
        found = bytearray(self.synced)
        for one in self.later[:operations]:
            at = len(found) if one.at is None else one.at
            found.extend(bytes(max(at - len(found), 0)))
            if one.kind == "cut":
                del found[at:]
            else:
                found[at : at + len(one.data)] = one.data
        return bytes(found)

    def sync(self) -> None:
        """Let all be on the disk."""
        self.synced, self.later = self.content(len(self.later)), []

    def lost(self, random: Random) -> bytes:
        """The bytes after a loss of power."""
        whole = self.content(len(self.later))
        how = random.choice(("old", "new", "part", "zeros")) if self.later else "old"
        if how == "part":
            part = self.content(random.randrange(len(self.later) + 1))
            return part if self.synced else part[: random.randrange(len(part) + 1)]
        return {"old": self.synced, "new": whole, "zeros": bytes(len(whole))}[how]


class Disk:
    """A folder on a disk, as a process changed it.

    Args:
        root: the folder, empty at first.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._files: dict[int, _File] = {}
        self._live: Names = {0: {}}
        self._safe: Names = {0: {}}
        self._unsynced: list[
            tuple[set[int], Callable[[Names], None]]
        ] = []  # by the folders that they concern
        self._count = 0

    def apply(self, operation: Operation) -> None:
        """Make an operation, of which a loss of power may leave nothing yet."""
        kind, path = operation.kind, Path(operation.path)
        folder, node = self._find(path.parent), self._find(path)
        if kind in ("create", "mkdir"):
            if node is None and folder is not None:
                self._make(folder, path.name, is_folder=kind == "mkdir")
        elif node is None:
            return  # it has no name any more
        elif kind == "sync":
            self._sync(node)
        elif kind in ("write", "cut"):
            self._files[node].later.append(operation)
        elif folder is not None:
            self._change(*self._renaming(operation, folder, node))

    def _renaming(
        self, operation: Operation, folder: int, node: int
    ) -> tuple[set[int], Callable[[Names], None]]:
        """A name goes, to another place or for good, or two are exchanged: the folders, and the change of names."""
        name, other = Path(operation.path).name, Path(operation.other)
        target = self._find(other.parent) if operation.kind != "remove" else None
        replaced = self._find(other) if operation.kind == "exchange" else None

        def change(names: Names) -> None:
            if names[folder].get(name) == node:
                del names[folder][name]
            if target is not None:
                names[target][other.name] = node
            if replaced is not None:
                names[folder][name] = replaced

        return {folder} if target is None else {folder, target}, change

    def _make(self, folder: int, name: str, *, is_folder: bool) -> None:
        self._count += 1
        node = self._count
        if is_folder:
            self._live[node], self._safe[node] = {}, {}
        else:
            self._files[node] = _File()
        self._change({folder}, lambda names: names[folder].update({name: node}))

    def _change(self, folders: set[int], change: Callable[[Names], None]) -> None:
        change(self._live)
        self._unsynced.append((folders, change))

    def _sync(self, node: int) -> None:
        if node in self._files:
            self._files[node].sync()
            return
        for concerned, change in self._unsynced:
            if node in concerned:
                change(self._safe)
        self._unsynced = [one for one in self._unsynced if node not in one[0]]

    def _find(self, path: Path) -> int | None:
        """The file or folder of a path; the root's own parent is None."""
        if not path.is_relative_to(self._root):
            return None
        node: int | None = 0
        for name in path.relative_to(self._root).parts:
            node = None if node is None else self._live.get(node, {}).get(name)
        return node

    def lose_power(self, random: Random, *, in_order: bool) -> None:
        """Write the folder as it may be after a loss of power; what is there is removed.

        Args:
            random: draws what is lost.
            in_order: of the changes of folders the first ones are kept; else any of them.
        """
        names = {folder: dict(inside) for folder, inside in self._safe.items()}
        kept = random.randrange(len(self._unsynced) + 1)
        share = random.random()
        for number, (_, change) in enumerate(self._unsynced):
            if number < kept if in_order else random.random() < share:
                change(names)
        shutil.rmtree(self._root)
        self._lay(names, 0, self._root, random)

    def _lay(self, names: Names, folder: int, place: Path, random: Random) -> None:
        place.mkdir()
        for name, node in names[folder].items():
            if node in self._files:
                (place / name).write_bytes(self._files[node].lost(random))
            else:
                self._lay(names, node, place / name, random)

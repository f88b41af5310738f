"""Paths to files: the files to read, in an order that only their names decide."""

import errno
import os
import stat
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from syndetect.errors import InputError, MissingExtraError
from syndetect.reading import own_output
from syndetect.reading.file_names import FORMATS, PACKINGS, format_of, printable
from syndetect.reading.sheets import ROW_BITS, workbook_opener
from syndetect.storage import addresses
from syndetect.storage.filesystem import absolute

if TYPE_CHECKING:
    from syndetect.storage.objects import ObjectState, Place

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


class FileState(NamedTuple):
    """What tells a file from a later version of it: its size in bytes, time of change in ns, and place on the disk."""

    size: int
    changed: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileState":
        """The state that the system tells."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ino)


class File(NamedTuple):
    """A file or object to be read; the path ``-`` is JSON Lines on the standard input."""

    path: str  #: or address, as given, with what stands below it
    name: str  #: what its documents are called; see :func:`expand`
    given: str  #: the path, folder or glob that led to it
    within: str  #: its path relative to the folder, with ``/``
    size: int  #: bytes
    format: str  #: a value of :data:`FORMATS`
    packing: str  #: one of :data:`PACKINGS`, or ``""``
    state: "FileState | ObjectState | None" = None  #: when it was found; None for the standard input

    @property
    def holds_one(self) -> bool:
        """Whether the whole file is one article."""
        return self.format in ("text", "html")

    def place(self, number: int) -> str:
        """The place of a record, as messages name it."""
        path = "stdin" if self.path == "-" else self.shown
        match self.format:
            case _ if not number:
                return path
            case "jsonl":
                return f"{path}:{number}"
            case "xlsx":
                sheet, row = divmod(number, 1 << ROW_BITS)
                return f"{path}, sheet {sheet + 1}, row {row}"
        return f"{path}, record {number}"

    @property
    def is_remote(self) -> bool:
        """Whether it is an object at an address."""
        return self.state is not None and not isinstance(self.state, FileState)

    @property
    def shown(self) -> str:
        """The path as messages name it."""
        return printable(addresses.shown(self.path) if self.is_remote else Path(self.path).as_posix())

    def open(self) -> BinaryIO:
        """The bytes, packed as they are; an object is read in order.

        Raises:
            OSError: they cannot be read.
        """
        return _at(self.path).open() if self.is_remote else Path(self.path).open("rb")

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A file of this machine for the length of a block: this one, or a copy of the object.

        Raises:
            OSError: it cannot be read, or not be copied.
        """
        if not self.is_remote:
            yield Path(self.path)
            return
        from syndetect.storage.objects import temporary_folder  # noqa: PLC0415  (local paths need no objects)

        with temporary_folder() as folder:
            _at(self.path).fetch(folder / "copy")
            yield folder / "copy"

    def default_id(self, number: int) -> str:
        """The ``doc_id`` of a record that has none."""
        name = printable(self.name)
        if self.format == "xlsx":
            sheet, row = divmod(number, 1 << ROW_BITS)
            return f"{name}:{sheet + 1}:{row}"
        return f"{name}:{number}" if number else name

    def has_changed(self) -> bool:
        """Whether the file is another one than when it was found; False where it is gone, which reading tells."""
        with suppress(OSError):
            if isinstance(self.state, FileState):
                return FileState.of(os.stat(self.path)) != self.state  # noqa: PTH116
            if self.state is not None:
                return self.state.differs(type(self.state).of(_at(self.path).info()))
        return False


def _at(address: str) -> "Place":
    from syndetect.storage.objects import connect  # noqa: PLC0415  (local paths need no objects)

    return connect(address)


@dataclass(frozen=True)
class Inputs:
    """The files behind the paths that were given.

    Attributes:
        given: the paths, folders and globs as given, each once.
        files: what to read, in order of their names.
        skipped: place and reason of what was found and cannot be read, in order.
        folders: the folders in which files were looked for, without links.
    """

    given: tuple[str, ...]
    files: tuple[File, ...]
    skipped: tuple[tuple[str, str], ...]
    folders: frozenset[str] = frozenset()

    def would_find(self, place: Path) -> bool:
        """Whether a file or folder that is made at a place would be found in one of the folders."""
        for folder in (place := absolute(place)).parents:
            if str(folder) in self.folders:
                return not any(part.startswith(".") for part in place.relative_to(folder).parts)
        return False

    @property
    def bytes(self) -> int:
        """The size of all files; the standard input counts nothing."""
        return sum(file.size for file in self.files)


def expand(paths: Paths, *, takes_kept: bool = False) -> Inputs:
    """Find the files behind paths, folders (with all folders in them), globs and ``-`` (JSON Lines on stdin).

    Addresses such as ``s3://bucket/folder`` are taken as paths are; one on the web (``https://``) is a single file or
    page.

    Each file and folder is read once, however many paths and links lead to it. Names that begin with a dot
    are left out, except where they are given. Files of an unknown suffix in a folder are skipped, and so are results,
    indexes and scratch folders in it, and what dedup wrote beside its list of what was removed.

    A file is named by its path below the folder that was given, or below the part of a glob before its first
    wildcard; a file that was given itself by its file name. Where there are several such folders, not one in
    another, a name begins with its folder's: with as many of the last parts of the folders' absolute paths as
    tell them all apart.

    Args:
        paths: as above.
        takes_kept: read what dedup kept, too, where it lies in a folder.

    Raises:
        InputError: a path does not exist, is of no known format, or is what syndetect wrote and no articles; or a
            folder or glob has nothing to read.
        MissingExtraError: there is HTML, and nothing to read it with.
    """
    listed: Any = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    given = sorted({addresses.given(path) for path in listed})
    if not given:
        raise InputError("nothing to read: give a file or a folder")
    remote = [path for path in given if addresses.is_address(path)]
    objects, skipped, bases = _objects(remote) if remote else ([], [], {})
    spots = {path: _spots(path) for path in given if path != "-" and path not in remote}
    finder = _Finder(takes_kept=takes_kept)
    # an outer folder before what lies in it, which is then reached through the outer
    for spot in sorted((spot for found in spots.values() for spot in found), key=lambda spot: spot.real):
        if spot.real not in finder.seen:
            finder.enter(spot)
    finder.follow_links()
    used = {file.given for file in finder.files.values()}
    reals = sorted(real + os.sep for real in finder.files)
    for path, found in spots.items():
        if path not in used and not any(_is_below(reals, spot.real) for spot in found):
            shown = printable(path)
            raise InputError(f"nothing to read in {shown}{finder.why_nothing()}: {_WHAT_TO_GIVE}")
    # not resolved, since a link has the name that was given; Path.absolute would keep ".."
    bases |= {path: os.path.abspath(found[0].base) for path, found in spots.items()}  # noqa: PTH100
    files = _named([*finder.files.values(), *objects], bases)
    for kind, file in {file.format: file for file in reversed(files)}.items():
        if check := _EXTRAS.get(kind):
            check(file.place(0))
    if "-" in given:
        files.append(File("-", "stdin", "-", "", 0, "jsonl", ""))
    skipped += finder.skipped
    return Inputs(tuple(given), tuple(files), tuple(sorted(skipped)), frozenset(finder.folders))


def _objects(given: Sequence[str]) -> tuple[list[File], list[tuple[str, str]], dict[str, str]]:
    """The objects behind addresses, each once; what is skipped, with the reason; and the addresses' bases."""
    from syndetect.reading import remote  # noqa: PLC0415  (local paths need no objects)

    files: dict[tuple[str, str], tuple[str, remote.Object]] = {}
    skipped: dict[str, str] = {}
    bases = {}
    for address in given:  # sorted: an outer one comes before what lies in it
        try:
            found = remote.find(address)
        except OSError as error:
            raise InputError(f"{printable(addresses.shown(address))}: {error}") from None
        if not found.objects:
            why = "".join(f" ({place}: {reason})" for place, reason in sorted(found.skipped)[:1])
            raise InputError(
                f"nothing to read in {printable(addresses.shown(address))}{why}: {_WHAT_TO_GIVE}"
            )
        skipped |= found.skipped
        bases[address] = found.base
        for one in found.objects:
            files.setdefault(one.key, (address, one))
    names = remote.names(one for _, one in files.values())
    taken = [
        File(one.address, "", address, names[one.address], one.state.size, *one.format, one.state)
        for address, one in files.values()
    ]
    return taken, list(skipped.items()), bases


def _is_below(reals: Sequence[str], real: str) -> bool:
    """Whether one of the sorted paths, which end in a separator, is a path or lies below it."""
    folder = real.rstrip(os.sep) + os.sep
    at = bisect_left(reals, folder)
    return at < len(reals) and reals[at].startswith(folder)


class _Spot(NamedTuple):
    """A file, folder or link that a given path leads to."""

    path: str
    real: str  #: the same without links; for a link that is still to be followed, its own place
    within: str  #: the path below ``base``
    given: str
    base: str  #: the folder below which the files are named


_WHAT_TO_GIVE = f"give {', '.join(FORMATS)}, or texts with .{', .'.join(PACKINGS)} behind that"


def _spots(given: str) -> list[_Spot]:
    """The path itself, or the matches of a glob."""
    path, shown = Path(given), printable(given)
    try:
        if own := _kind_of_given(path):
            raise InputError(f"{shown} is {own}, not articles: give the articles")
        if path.is_dir():
            return [_Spot(given, os.path.realpath(given), "", given, given)]
        if path.is_file():
            if format_of(path.name) is None:
                raise InputError(f"{shown} is of no known format: {_WHAT_TO_GIVE}")
            return [_Spot(given, os.path.realpath(given), path.name, given, str(path.parent))]
        if path.exists():
            raise InputError(f"{shown} is no regular file: give files, folders, or - for JSON Lines on stdin")
        if path.is_symlink():
            raise InputError(f"{shown} leads nowhere: check the link")
        return _matches(given)
    except OSError as error:  # a folder on the way is closed, or this is no path but a text
        raise InputError(f"{shown[:99]} cannot be read: {error.strerror}") from error


def _kind_of_given(path: Path) -> str | None:
    """What a path that was given is of syndetect's own; what dedup kept can be given."""
    if path.is_dir():
        return own_output.kind_of(path)
    if own_output.may_be_report(path.name) and own_output.is_report(path):
        return own_output.OF_REPORT
    if path.is_file() and own_output.is_table((file := absolute(path)).name):
        own = own_output.kind_of(file.parent)
        return own and f"a file of {own}"
    return None


def _matches(glob: str) -> list[_Spot]:
    path, shown = Path(glob), printable(glob)
    wild = next(
        (
            at
            for at, part in enumerate(path.parts)
            if any(sign in part for sign in "*?[")
            and not Path(*path.parts[: at + 1]).exists()  # what is there is no pattern
        ),
        None,
    )
    if wild is None:
        raise InputError(f"{shown} does not exist: check the path")
    base, pattern = Path(*path.parts[:wild]), Path(*path.parts[wild:])
    hidden = any(part.startswith(".") for part in pattern.parts)
    try:
        below = {match: match.relative_to(base) for match in base.glob(str(pattern))}
    except ValueError as error:
        raise InputError(f"{shown} is no pattern: {error}") from error
    spots = [
        _Spot(str(match), os.path.realpath(match), "/".join(within.parts), glob, str(base))
        for match, within in below.items()
        if hidden or not any(part.startswith(".") for part in within.parts)
    ]
    if not spots:
        raise InputError(f"{shown} matches nothing: check the path")
    return spots


class _Finder:
    """Gathers the files below spots, each once."""

    def __init__(self, *, takes_kept: bool) -> None:
        self._takes_kept = takes_kept
        self.files: dict[str, File] = {}  #: by real path
        self.seen: dict[str, str] = {}  #: real paths of files and folders to those by which they were reached
        self.skipped: list[tuple[str, str]] = []  #: place and reason
        self.folders: set[str] = set()  #: real paths
        self._links: list[_Spot] = []
        self._kinds: dict[Path, str | None] = {}  # of folders

    def enter(self, spot: _Spot, real: str = "") -> None:
        """Take a file, or all files below a folder; links wait. What syndetect wrote is passed over.

        Args:
            spot: a path that was given, the match of a glob, or a link.
            real: what a link leads to.
        """
        if (status := self._status(spot)) is None:
            return
        is_file = not stat.S_ISDIR(status.st_mode)
        given = spot.path == spot.given
        path, depth = (
            (Path(real), 1) if real else (Path(spot.path), 0 if given else spot.within.count("/") + 1)
        )
        if own := self._own(path, depth, is_file=is_file):
            self._skip(spot, f"{own}, not articles")
        elif is_file:
            self._take(spot, status)
        else:
            self._enter_folder(spot)

    def _own(self, path: Path, depth: int, *, is_file: bool) -> str | None:
        """What a path, or one of the folders above it, ``depth`` levels in all, is of syndetect's own."""
        if depth and is_file and own_output.is_table(path.name) and (kind := self._kind(path.parent)):
            return f"a file of {kind}"
        if is_file and own_output.may_be_report(path.name) and own_output.is_report(path):
            return own_output.OF_REPORT
        for level, above in enumerate((path, *path.parents)[:depth]):
            is_file_here = is_file and not level
            if kind := None if is_file_here else self._kind(above):
                return kind
            may_be_read = self._takes_kept and not (is_file_here and own_output.is_list(above.name))
            if not may_be_read and own_output.is_of_dedup(above, is_file=is_file_here):
                return own_output.OF_DEDUP
        return None

    def _kind(self, folder: Path) -> str | None:
        if folder not in self._kinds:
            self._kinds[folder] = own_output.kind_of(folder)
        return self._kinds[folder]

    def _status(self, spot: _Spot) -> os.stat_result | None:
        try:
            return os.stat(spot.path)  # noqa: PTH116  (here paths are strings: there may be millions)
        except OSError as error:
            nowhere = error.errno == errno.ENOENT
            self._skip(spot, "leads nowhere" if nowhere else f"cannot be read: {error.strerror}")
            return None

    def _take(self, spot: _Spot, status: os.stat_result) -> None:
        """Take a file."""
        self.seen[spot.real] = spot.path
        kind = format_of(spot.path)
        if not stat.S_ISREG(status.st_mode):
            self._skip(spot, "no regular file but a pipe, socket or device")
        elif kind is None:
            self._skip(spot, "unknown suffix")
        else:
            state = FileState.of(status)
            self.files[spot.real] = File(spot.path, "", spot.given, spot.within, status.st_size, *kind, state)

    def follow_links(self) -> None:
        """Enter the targets of links that were not reached without them."""
        while self._links:
            links, self._links = sorted(self._links), []
            for link in links:
                real = os.path.realpath(link.path)
                if real in self.seen:
                    self._skip(link, f"a link to {printable(self.seen[real])}, which is read there")
                else:
                    self.enter(link._replace(real=real), real)

    def why_nothing(self) -> str:
        """The first skipped path with its reason, for the error when no file is left."""
        return "".join(f" ({place}: {reason})" for place, reason in sorted(self.skipped)[:1])

    def _enter_folder(self, top: _Spot) -> None:
        folders = [top]
        while folders:
            folder = folders.pop()
            self.seen[folder.real] = folder.path
            self.folders.add(folder.real)
            try:
                with os.scandir(folder.path) as entries:
                    found = [entry for entry in entries if not entry.name.startswith(".")]
            except OSError as error:
                self._skip(folder, f"cannot be read: {error.strerror}")
                continue
            has_lists = any(entry.name.endswith(own_output.LIST) for entry in found)
            for entry in found:
                real = os.path.join(folder.real, entry.name)  # noqa: PTH118
                within = f"{folder.within}/{entry.name}" if folder.within else entry.name
                spot = folder._replace(path=entry.path, real=real, within=within)
                if entry.is_symlink():
                    self._links.append(spot)
                elif real not in self.seen:
                    is_file = not entry.is_dir(follow_symlinks=False)
                    may_be_own = has_lists or not is_file or own_output.may_be_report(entry.name)
                    if may_be_own and (own := self._own(Path(entry.path), 1, is_file=is_file)):
                        self._skip(spot, f"{own}, not articles")
                    elif not is_file:
                        folders.append(spot)
                    elif status := self._status(spot):
                        self._take(spot, status)

    def _skip(self, spot: _Spot, reason: str) -> None:
        self.skipped.append((printable(Path(spot.path).as_posix()), reason))


def _named(files: Iterable[File], bases: Mapping[str, str]) -> list[File]:
    """The files with their names, as :func:`expand` defines them, sorted by name."""
    files = list(files)
    folders = {file.given: Path(bases[file.given]) for file in files}
    used = set(folders.values())
    outermost = {
        folder: next(up for up in (*reversed(folder.parents), folder) if up in used) for folder in used
    }
    outer = {folder.parts for folder in outermost.values()}
    depth = 0
    while len({parts[max(len(parts) - depth, 0) :] for parts in outer}) < len(outer):
        depth += 1
    heads = {}
    for given, folder in folders.items():
        common = len(outermost[folder].parts)
        heads[given] = "/".join((*folder.parts[max(common - depth, 0) :], ""))
    named = [file._replace(name=heads[file.given] + file.within) for file in files]
    return sorted(named, key=lambda file: printable(file.name))


def html_extractor(place: str, extra: str = "html") -> Callable[..., Any]:
    """The function that finds main texts in HTML.

    Raises:
        MissingExtraError: it is not installed, which keeps ``place`` from being read.
    """
    try:
        from trafilatura import bare_extraction  # noqa: PLC0415  (optional)
    except ImportError as error:
        raise MissingExtraError(f"to read {place}, pip install 'syndetect[{extra}]' ({error})") from error
    return bare_extraction  # type: ignore[no-any-return]


#: By format: what raises MissingExtraError where an extra that it needs is not installed.
_EXTRAS: Mapping[str, Callable[[str], object]] = {
    "html": html_extractor,
    "warc": partial(html_extractor, extra="warc"),
    "xlsx": workbook_opener,
}

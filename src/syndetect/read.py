"""Sources to articles: find the files, read their records, check them, hand them over in frames.

Whatever cannot be used is passed over, and its place and the reason are told to the caller, who decides
whether that is an error. The articles and their order depend on the names and contents of the files alone:
not on the order in which paths are given or found, nor on the size of the batches.
"""

import errno
import math
import os
import reprlib
import stat
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from numbers import Integral, Number, Real
from pathlib import Path
from typing import Any, NamedTuple, TypeGuard

import polars as pl

from syndetect.decode import UnusableError, encode, is_missing, microseconds, too_long
from syndetect.errors import InputError
from syndetect.formats import (
    FORMATS,
    Columns,
    File,
    Keys,
    Reader,
    Record,
    format_of,
    html_extractor,
    printable,
    table,
)
from syndetect.tables import ARTICLES

__all__ = ["ARTICLES", "Inputs", "Source", "expand", "fingerprints", "read"]

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]
Source = Paths | pl.DataFrame | pl.LazyFrame | Iterable[Mapping[str, Any]]

_CHECKED_RECORDS = 1000  # of JSON Lines or mappings: among so many must be a column that the user names


@dataclass(frozen=True)
class Inputs:
    """The files behind the paths that were given.

    Attributes:
        given: the paths, folders and globs as given, each once.
        files: what to read, in order of their names.
        skipped: place and reason of what was found and cannot be read, in order.
    """

    given: tuple[str, ...]
    files: tuple[File, ...]
    skipped: tuple[tuple[str, str], ...]

    @property
    def bytes(self) -> int:
        """The size of all files; the standard input counts nothing."""
        return sum(file.size for file in self.files)


def expand(paths: Paths) -> Inputs:
    """Find the files behind paths, folders (with all folders in them), globs and ``-`` (JSON Lines on stdin).

    Each file and folder is read once, however many paths and links lead to it. Names that begin with a dot
    are left out, except where they are given. Files of an unknown suffix in a folder are skipped.

    A file is named by its path below the folder that was given, or below the part of a glob before its first
    wildcard; a file that was given itself by its file name. Where there are several such folders, not one in
    another, a name begins with its folder's: with as many of the last parts of the folders' absolute paths as
    tell them all apart.

    Raises:
        InputError: a path does not exist or is of no known format, or a folder or glob has nothing to read.
        MissingExtraError: there is HTML, and nothing to read it with.
    """
    listed: Any = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    given = sorted({os.fsdecode(path) for path in listed})
    if not given:
        raise InputError("nothing to read: give a file or a folder")
    spots = {path: _spots(path) for path in given if path != "-"}
    finder = _Finder()
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
    files = _named(finder.files.values(), {path: found[0].base for path, found in spots.items()})
    if pages := [file for file in files if file.format == "html"]:
        html_extractor(pages[0].place(0))
    if "-" in given:
        files.append(File("-", "stdin", "-", "", 0, "jsonl", ""))
    return Inputs(tuple(given), tuple(files), tuple(sorted(finder.skipped)))


def _is_below(reals: Sequence[str], real: str) -> bool:
    """Whether one of the sorted paths, which end in a separator, is a path or lies below it."""
    folder = real.rstrip(os.sep) + os.sep
    at = bisect_left(reals, folder)
    return at < len(reals) and reals[at].startswith(folder)


class _Spot(NamedTuple):
    """A file, folder or link that was reached from a given path."""

    path: str
    real: str  #: the same without links; for a link that is still to be followed, its own place
    within: str  #: the path below ``base``
    given: str
    base: str  #: the folder below which the files are named


_WHAT_TO_GIVE = f"give {', '.join(FORMATS)}, or texts with .gz or .zst behind that"


def _spots(given: str) -> list[_Spot]:
    """What a given path stands for: itself, or what a glob matches."""
    path, shown = Path(given), printable(given)
    try:
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


def _matches(glob: str) -> list[_Spot]:
    path, shown = Path(glob), printable(glob)
    wild = next((at for at, part in enumerate(path.parts) if any(sign in part for sign in "*?[")), None)
    if wild is None:
        raise InputError(f"{shown} does not exist: check the path")
    base, pattern = Path(*path.parts[:wild]), Path(*path.parts[wild:])
    hidden = any(part.startswith(".") for part in pattern.parts)
    below = {match: match.relative_to(base) for match in base.glob(str(pattern))}
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

    def __init__(self) -> None:
        self.files: dict[str, File] = {}  #: by real path
        self.seen: dict[str, str] = {}  #: real paths of files and folders to those by which they were reached
        self.skipped: list[tuple[str, str]] = []  #: place and reason
        self._links: list[_Spot] = []

    def enter(self, spot: _Spot) -> None:
        """Take a file, or all below a folder but links, which wait."""
        try:
            status = os.stat(spot.path)  # noqa: PTH116  (here paths are strings: there may be millions)
        except OSError as error:
            nowhere = error.errno == errno.ENOENT
            self._skip(spot, "leads nowhere" if nowhere else f"cannot be read: {error.strerror}")
            return
        if stat.S_ISDIR(status.st_mode):
            self._enter_folder(spot)
            return
        self.seen[spot.real] = spot.path
        kind = format_of(spot.path)
        if not stat.S_ISREG(status.st_mode):
            self._skip(spot, "no regular file but a pipe, socket or device")
        elif kind is None:
            self._skip(spot, "unknown suffix")
        else:
            self.files[spot.real] = File(spot.path, "", spot.given, spot.within, status.st_size, *kind)

    def follow_links(self) -> None:
        """Enter what links lead to, except where it was reached without them."""
        while self._links:
            links, self._links = sorted(self._links), []
            for link in links:
                real = os.path.realpath(link.path)
                if real in self.seen:
                    self._skip(link, f"a link to {printable(self.seen[real])}, which is read there")
                else:
                    self.enter(link._replace(real=real))

    def why_nothing(self) -> str:
        """The first of what was skipped, for the case that nothing is left."""
        return "".join(f" ({place}: {reason})" for place, reason in sorted(self.skipped)[:1])

    def _enter_folder(self, top: _Spot) -> None:
        folders = [top]
        while folders:
            folder = folders.pop()
            self.seen[folder.real] = folder.path
            try:
                with os.scandir(folder.path) as entries:
                    found = [entry for entry in entries if not entry.name.startswith(".")]
            except OSError as error:
                self._skip(folder, f"cannot be read: {error.strerror}")
                continue
            for entry in found:
                real = os.path.join(folder.real, entry.name)  # noqa: PTH118
                within = f"{folder.within}/{entry.name}" if folder.within else entry.name
                spot = folder._replace(path=entry.path, real=real, within=within)
                if entry.is_symlink():
                    self._links.append(spot)
                elif real not in self.seen:
                    folders.append(spot) if entry.is_dir(follow_symlinks=False) else self.enter(spot)

    def _skip(self, spot: _Spot, reason: str) -> None:
        self.skipped.append((printable(Path(spot.path).as_posix()), reason))


def _named(files: Iterable[File], bases: Mapping[str, str]) -> list[File]:
    """The files with their names, as :func:`expand` explains them, in order of these."""
    files = list(files)
    # not resolved, since a link has the name that was given; Path.absolute would keep ".."
    folders = {file.given: Path(os.path.abspath(bases[file.given])) for file in files}  # noqa: PTH100
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
    named = [file._replace(name=printable(heads[file.given] + file.within)) for file in files]
    return sorted(named, key=lambda file: file.name)


def fingerprints(inputs: Inputs) -> list[dict[str, Any]]:
    """What there was to read, for the record: an entry for each given path.

    Returns:
        Mappings with ``path`` as given; ``files`` and ``bytes`` that it led to (a file to which two paths
        lead counts for one of them); and ``xxh3``, 32 hexadecimal digits from the names below the path and
        the contents of the files. The standard input, which is gone when it is read, has no bytes or xxh3.
    """
    files: dict[str, list[File]] = defaultdict(list)
    for file in inputs.files:
        files[file.given].append(file)
    return [_fingerprint(given, sorted(files[given], key=lambda file: file.within)) for given in inputs.given]


def _fingerprint(given: str, files: Sequence[File]) -> dict[str, Any]:
    import xxhash  # noqa: PLC0415  (needed once)

    if given == "-":
        return {"path": given, "files": 1, "bytes": None, "xxh3": None}
    whole = xxhash.xxh3_128()
    for file in files:
        content = xxhash.xxh3_128()
        with suppress(OSError), Path(file.path).open("rb") as stream:  # reading it tells of the error
            while block := stream.read(1 << 20):
                content.update(block)
        whole.update(os.fsencode(file.within) + b"\0" + content.digest())
    size = sum(file.size for file in files)
    return {"path": printable(given), "files": len(files), "bytes": size, "xxh3": whole.hexdigest()}


def read(
    source: Source | Inputs,
    *,
    columns: Mapping[str, str] | None = None,
    on_skip: Callable[[str, str], None],
    on_bytes: Callable[[int], None] | None = None,
    batch_bytes: int = 32 << 20,
    max_bytes: int = 128 << 20,
) -> Iterator[pl.DataFrame]:
    """Read articles.

    Args:
        source: what :func:`expand` takes or gives; a polars frame; or mappings such as dictionaries.
        columns: from ``id``, ``text``, ``source``, ``published``, ``title`` and ``url`` to the source's own
            names of them, where they are not among ``formats.ALIASES``; text and HTML files have none.
        on_skip: told, in the order of the source, the place and reason of whatever is passed over, and of
            each value that is left out of an article; it may raise.
        on_bytes: told how many more bytes of the files were read; in the end, together, ``Inputs.bytes``.
        batch_bytes: how much text a frame holds, about.
        max_bytes: the longest line, row, text or single-article file that is taken.

    Returns:
        An iterator over frames of ``tables.ARTICLES``. ``doc_id`` is the record's own, integers in decimal;
        else the file's name, with ``:`` and the number of the line (JSON Lines) or record, from 1, in a file
        of several; else ``record`` and the number. Of articles with the same id the first is kept.

    Raises:
        InputError: as :func:`expand`; or a column in ``columns`` is not there.
        MissingExtraError: as :func:`expand`.
    """
    wanted = Columns(columns)
    if isinstance(source, Iterator):
        first = list(islice(source, 1))
        rest: Any = chain(first, source)
        source = list(rest) if first and _are_paths(first) else rest
    inputs = expand(source) if _are_paths(source) else source
    skipped: Sequence[tuple[str, str]] = ()
    if isinstance(inputs, Inputs):
        origins: Iterable[_Origin] = (_from_file(file, wanted, max_bytes) for file in inputs.files)
        skipped = inputs.skipped
    else:
        origins = [_from_memory(inputs, wanted)]
    return _frames(
        origins,
        skipped,
        on_skip=on_skip,
        on_bytes=on_bytes or (lambda _: None),
        batch_bytes=batch_bytes,
        max_bytes=max_bytes,
    )


class _Article(NamedTuple):
    doc_id: bytes
    text: bytes
    source: bytes | None
    published: int | None  #: microseconds since 1970
    title: bytes | None
    url: bytes | None
    remarks: tuple[str, ...]  #: which values could not be understood


class _Origin(NamedTuple):
    """Where records come from, and how they are named there."""

    records: Iterable[tuple[int, Record]]
    columns: Columns
    place: Callable[[int], str]
    default_id: Callable[[int], str]
    has_header: bool  #: which its reader compares with the columns that the user named

    def articles(self, max_bytes: int) -> Iterator[tuple[int, _Article | UnusableError]]:
        """The records, checked."""
        shapes: dict[tuple[Any, ...], Keys] = {}  # the columns of a record, to those that hold what is wanted
        names: dict[Any, None] = {}
        unchecked = 0 if self.has_header else _CHECKED_RECORDS
        for number, record in self.records:
            if isinstance(record, UnusableError):
                yield number, record
                continue
            shape = tuple(record)
            if shape not in shapes:
                if len(shapes) == _CHECKED_RECORDS:
                    shapes.clear()
                shapes[shape] = self.columns.keys(shape)
            yield number, _check(record, shapes[shape], self.default_id(number), max_bytes)
            if unchecked:
                unchecked -= 1
                names |= dict.fromkeys(shape)
                if not unchecked:
                    self.columns.require(names, self.place(0))
        if unchecked and names:
            self.columns.require(names, self.place(0))


def _are_paths(source: object) -> TypeGuard[Paths]:
    if isinstance(source, (list, tuple, set, frozenset)):
        return all(isinstance(path, (str, os.PathLike)) for path in source)
    return isinstance(source, (str, os.PathLike))


def _from_file(file: File, columns: Columns, max_bytes: int) -> _Origin:
    if file.format in ("text", "html"):
        columns = Columns()  # what their readers call the values is not the user's to rename
    reader = Reader(file, columns, max_bytes)
    return _Origin(reader, columns, file.place, file.default_id, file.format != "jsonl")


def _from_memory(source: Any, columns: Columns) -> _Origin:
    has_header = isinstance(source, (pl.DataFrame, pl.LazyFrame))
    if has_header:
        try:
            columns.of_table(source.lazy().collect_schema().names(), "the frame")
        except UnusableError as error:
            raise InputError(f"the frame has {error}") from None
        records = table(source.lazy(), columns, "the frame")
    elif _is_iterable_of_records(source):
        records = ((number, _mapping(record)) for number, record in enumerate(source, 1))
    else:
        raise InputError(f"{type(source).__name__} cannot be read: give paths, a polars frame or mappings")
    return _Origin(records, columns, _record, _record, has_header)


def _is_iterable_of_records(source: object) -> bool:
    # another library's frame is an iterable of the names of its columns
    return isinstance(source, Iterable) and not (
        isinstance(source, (Mapping, bytes)) or hasattr(source, "columns")
    )


def _record(number: int) -> str:
    return f"record {number}" if number else "the source"


def _mapping(record: object) -> Record:
    return record if isinstance(record, Mapping) else UnusableError(f"no mapping but {type(record).__name__}")


def _frames(
    origins: Iterable[_Origin],
    skipped: Iterable[tuple[str, str]],
    *,
    on_skip: Callable[[str, str], None],
    on_bytes: Callable[[int], None],
    batch_bytes: int,
    max_bytes: int,
) -> Iterator[pl.DataFrame]:
    """Gather articles into frames; of those with one id, the first."""
    for place, reason in skipped:
        on_skip(place, reason)
    # ids to where they stand: the number in the low 40 bits, above it the origin
    firsts: dict[bytes, int] = {}
    places: list[Callable[[int], str]] = []
    rows: list[_Article] = []
    held = 0
    for index, origin in enumerate(origins):
        places.append(origin.place)
        told = 0
        for number, article in origin.articles(max_bytes):
            if isinstance(article, UnusableError):
                on_skip(origin.place(number), str(article))
                continue
            spot = index << 40 | number
            first = firsts.setdefault(article.doc_id, spot)
            if first != spot:
                where = places[first >> 40](first & (1 << 40) - 1)
                on_skip(origin.place(number), f"id {article.doc_id.decode()!r} again, first in {where}")
                continue
            for remark in article.remarks:
                on_skip(origin.place(number), remark)
            rows.append(article)
            held += len(article.text)
            if held >= batch_bytes:
                yield _frame(rows)
                rows, held = [], 0
                told += _tell(on_bytes, origin, told)
        _tell(on_bytes, origin, told, done=True)
    if rows:
        yield _frame(rows)


def _tell(on_bytes: Callable[[int], None], origin: _Origin, told: int, done: bool = False) -> int:
    """Tell of the bytes read beyond those ``told``; of a file that is done, of all that were promised."""
    if not isinstance(origin.records, Reader):
        return 0
    file, reached = origin.records.file, origin.records.consumed
    if file.path != "-":
        reached = file.size if done else min(reached, file.size)
    on_bytes(reached - told)
    return reached - told


def _frame(articles: Iterable[_Article]) -> pl.DataFrame:
    # as bytes, since polars would encode strings a second time, and each would keep a copy of that
    values = zip(ARTICLES, zip(*articles, strict=True), strict=False)
    columns = (pl.Series(name, held, pl.Int64 if name == "published" else pl.Binary) for name, held in values)
    return pl.DataFrame(columns).cast(ARTICLES)


def _check(
    record: Mapping[str, Any], keys: Keys, default_id: str, max_bytes: int
) -> _Article | UnusableError:
    """A record as an article, or why it is none."""
    doc_id, text, source, published, title, url = [_first(record, names) for names in keys]
    if not isinstance(text, str):
        if text is None:
            return UnusableError("text is null" if keys[1] else "no text")
        return UnusableError(f"text is no string but {type(text).__name__}")
    if not text or text.isspace():
        return UnusableError("no text, only white space" if text else "no text")
    encoded = encode(text)
    if b"\0" in encoded:
        return UnusableError("text with NUL characters (binary?)")
    if len(encoded) > max_bytes:
        return too_long(max_bytes)
    identity = _identity(doc_id)
    if isinstance(identity, UnusableError):
        return identity
    remarks: list[str] = []
    try:
        moment = microseconds(published)
    except (ValueError, TypeError, OverflowError):
        moment = None
        remarks.append(f"published not understood: {reprlib.repr(published)} (article kept, undated)")
    return _Article(
        encode(identity or default_id),
        encoded,
        _optional(source, "source", remarks),
        moment,
        _optional(title, "title", remarks),
        _optional(url, "url", remarks),
        tuple(remarks),
    )


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if (value := record[name]) is not None:
            return value
    return None


def _identity(value: Any) -> str | UnusableError:
    """An id as a string, empty where there is none; a float or decimal that is whole was an integer once."""
    if isinstance(value, str):
        return value
    if is_missing(value):
        return ""
    if isinstance(value, Integral) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, (Real, Decimal)) and math.isfinite(value) and value == int(value):
        return str(int(value))
    return UnusableError(f"id is neither a string nor an integer: {reprlib.repr(value)}")


def _optional(value: Any, name: str, remarks: list[str]) -> bytes | None:
    """A source, title or address as UTF-8, None where it is blank."""
    if isinstance(value, str):
        return encode(value) if value and not value.isspace() else None
    if is_missing(value):
        return None
    if isinstance(value, (Number, date)):
        return str(value).encode()
    remarks.append(f"{name} not understood: {reprlib.repr(value)} (article kept without it)")
    return None

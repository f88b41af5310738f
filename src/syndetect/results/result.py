"""The result that holds the tables, and its folder."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl
from xxhash import xxh3_128

from syndetect.errors import MissingExtraError, OutputError, ResultError, SettingsError
from syndetect.reading.own_output import is_report, may_be_report
from syndetect.results import frames, validity
from syndetect.results.frames import read_frame, write_frame
from syndetect.schema import SKIPPED, TABLES
from syndetect.storage import addresses
from syndetect.storage.filesystem import absolute, check_parent, read_file, reason, write_bytes, writing_to
from syndetect.storage.staging import restore, staged

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from syndetect.report.findings import TextSource
    from syndetect.storage.objects import Place

#: How a folder may hold the tables; the name is also the files' suffix.
FORMATS = ("parquet", "csv", "jsonl")

T = TypeVar("T")

_PROGRAM = "syndetect"
_ATTEMPTS = 20  # at reading a folder whose place other results take
_ESCAPED = "escaped_formulas"  # in the manifest
_MANIFEST, _SKIPPED, _CLUSTERS = "manifest.json", "skipped.jsonl", "passim.jsonl"
_FILES = {f"{name}.{suffix}" for name in TABLES for suffix in FORMATS} | {_MANIFEST, _SKIPPED, _CLUSTERS}


@dataclass(frozen=True, repr=False)
class Result:
    """What a scan found: the tables, what was skipped, and the manifest.

    Attributes:
        documents, pairs, matches, passages, clusters, credits, edges, links, families: the tables, with the columns and
            types of :data:`syndetect.schema.TABLES`. What an index answers has no rows in the last five.
        skipped: what could not be used, as :data:`SKIPPED`.
        manifest: version, settings, counts, timings and inputs, as JSON can hold them.
        texts: where a report takes the articles' texts from, which no table holds; None where they are gone.
    """

    documents: pl.DataFrame
    pairs: pl.DataFrame
    matches: pl.DataFrame
    passages: pl.DataFrame
    clusters: pl.DataFrame
    credits: pl.DataFrame
    edges: pl.DataFrame
    links: pl.DataFrame
    families: pl.DataFrame
    skipped: pl.DataFrame
    manifest: dict[str, Any]
    texts: "TextSource | None" = field(default=None, repr=False, compare=False)

    def _filling(self, table: str) -> frames.Fill | None:  # noqa: ARG002
        """What makes the rows of a table from those that are held; None where these are whole."""
        return None

    def _filling_texts(self) -> frames.Fill | None:
        """What puts the texts of passages into rows, one for each; None where they are there."""
        return None

    def _named(self, table: str) -> pl.DataFrame:
        """A table whole, but for the texts of passages."""
        found: pl.DataFrame = getattr(self, table)
        return found

    def whole(self) -> "Result":
        """The result with all columns in memory: this one, but within its scan."""
        return self

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        articles: Any = None,
        texts: bool = True,
        anonymise: bool = False,
        force: bool = False,
    ) -> None:
        """Write the page of a report: one HTML file that shows the result in any browser, without a network.

        Args:
            path: the file. A report that is there is replaced.
            articles: what was scanned, as the scan was given it; by default it is read again from where it came. Where
                that is not possible or it changed, the page has the passages of articles alone.
            texts: have the articles' texts in the file.
            anonymise: other names for outlets and articles, the same everywhere, and no titles and addresses. Texts
                stay as they are.
            force: replace also a file that is no report.

        Raises:
            OutputError: another file is there, or the file cannot be written.
            InputError: ``articles`` cannot be read.
        """
        from syndetect.report.page.write import PageOptions, write  # noqa: PLC0415  (needed by few)

        findings = self if articles is None else self._with_texts_of(articles)
        write(findings, path, PageOptions(texts=texts, anonymise=anonymise), force=force)

    def _with_texts_of(self, articles: Any) -> "Result":
        from syndetect.reading.options import ReadingOptions  # noqa: PLC0415
        from syndetect.report.reread import reread  # noqa: PLC0415

        reading = ReadingOptions(**self.manifest.get("reading", {}))
        return replace(self, texts=reread(articles, reading, once=True))

    def __repr__(self) -> str:
        """The numbers of documents and passages, and the share of reused words."""
        from syndetect.report import notebook  # noqa: PLC0415  (a report is not asked of most results)

        return notebook.line(self)

    def _repr_html_(self) -> str:
        """A summary for notebooks, which ask for it by this name: :func:`syndetect.report.notebook.html`."""
        from syndetect.report import notebook  # noqa: PLC0415

        return notebook.html(self)

    def plot(self, part: str = "all", *, top: int = 30, kinds: Collection[str] | None = None) -> "Figure":
        """Draw the words that outlets share as a matrix, and the words of passages over time as bars.

        A notebook shows the figure; elsewhere ``plot().savefig("outlets.png")`` writes it. Where no outlet is known,
        each article stands for itself.

        Args:
            part: "outlets" for the matrix, "timeline" for the bars, or "all".
            top: the most outlets in the matrix, those that share most; 2 to 100.
            kinds: the kinds of passages that count. None counts all in the timeline, and in the matrix "wire", "copy",
                "release" and "unknown".

        Returns:
            A figure of matplotlib, of which pyplot does not know.

        Raises:
            SettingsError: there is no such part or kind, or ``top`` is out of its range.
            MissingExtraError: matplotlib is not installed.
        """
        try:
            from syndetect.report import plots  # noqa: PLC0415  (optional)
        except ImportError as error:
            raise MissingExtraError(f"to draw a result, pip install 'syndetect[plot]' ({error})") from error
        return plots.figure(self, part, top=top, kinds=kinds)

    def write(
        self,
        directory: str | os.PathLike[str],
        *,
        format: str = "parquet",  # noqa: A002  (the word of the command line)
        force: bool = False,
        escape_formulas: bool = False,
        utf8_mark: bool = False,
    ) -> None:
        """Write the tables, ``skipped.jsonl`` and ``manifest.json`` as one folder, whole or not at all.

        The folder is written beside its place and moved there when it is complete and on the disk. To the
        manifest are added the name of this program, and the files with their sizes in bytes and their checksums (XXH3,
        128 bits).

        At an address (``s3://bucket/folder``) there are no folders to move: the files are uploaded one by one, and the
        manifest last; a result that is replaced loses its manifest first.

        Args:
            directory: the folder to make; missing parents are made too. Or an address.
            format: "parquet", "csv" or "jsonl"; or "passim" for Parquet tables and, beside them, the passages
                as passim's cluster rows in ``passim.jsonl``.
            force: replace a result that is there already.
            escape_formulas: in CSV, put an apostrophe before each cell of text that a spreadsheet would run as a
                formula, as :func:`syndetect.results.frames.escape_formulas` does; :meth:`read` takes it away.

            utf8_mark: begin CSV with the byte order mark by which Excel knows that it is UTF-8.

        Raises:
            SettingsError: there is no such format, or ``escape_formulas`` or ``utf8_mark`` with another one than "csv".
            OutputError: the folder is there already, or cannot be written.
            MissingExtraError: an address needs an optional dependency.
        """
        if format not in (*FORMATS, "passim"):
            raise SettingsError(f"format must be parquet, csv, jsonl or passim, not {format!r}")
        for name, is_given in (("escape_formulas", escape_formulas), ("utf8_mark", utf8_mark)):
            if is_given and format != "csv":
                raise SettingsError(f"{name} goes with format csv, not {format}")
        place = check_place(directory, force=force)
        try:
            with _new_folder(place, force) as folder:
                suffix = "parquet" if format == "passim" else format
                change = frames.escape_formulas if escape_formulas else None
                for name in TABLES:
                    path = folder / f"{name}.{suffix}"
                    write_frame(
                        getattr(self, name), path, mark=utf8_mark, fill=self._filling(name), change=change
                    )
                write_frame(self.skipped, folder / _SKIPPED)
                if format == "passim":
                    from syndetect.results.passim import clusters  # noqa: PLC0415  (read by few)

                    rows = clusters(self._named("documents"), self._named("passages"))
                    write_frame(rows, folder / _CLUSTERS, fill=self._filling_texts())
                written = {path.name: path for path in folder.iterdir()}
                manifest = self.manifest | ({_ESCAPED: True} if escape_formulas else {}) | {
                    "program": _PROGRAM,
                    "files": {name: path.stat().st_size for name, path in written.items()},
                    "checksums": {name: _checksum(path) for name, path in written.items()},
                }  # fmt: skip
                write_bytes([_manifest_text(manifest)], folder / _MANIFEST)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise OutputError(f"cannot write {addresses.shown(str(place))}: {reason(error)}") from error

    def explain(self, passage_id: int, *, width: int = 80) -> str:
        """What ``syndetect show`` prints of a passage: its kind and why, who had it first, and all its uses.

        Words that a use leaves out or adds against the first one stand in ``[- -]`` and ``{+ +}``.

        Args:
            passage_id: as in ``passages`` and ``clusters``.
            width: columns, 40 or more.

        Raises:
            ResultError: there is no such passage.
        """
        from syndetect.report import passage_view  # noqa: PLC0415  (rich is not needed otherwise)

        return passage_view.passage(self.documents, self.passages, self.clusters, passage_id, width=width)

    @classmethod
    def read(cls, directory: str | os.PathLike[str]) -> "Result":
        """The result that :meth:`write` left in a folder or at an address, whatever the format.

        Raises:
            ResultError: the folder is not a result, or a file of it is missing or broken, or they contradict one
                another.
        """
        from syndetect.report.reread import of_manifest  # noqa: PLC0415  (no other use of a result reads articles)

        def read(folder: Path, manifest: dict[str, Any]) -> "Result":
            tables = {name: _read(folder, manifest, name, schema) for name, schema in TABLES.items()}
            if wrong := validity.contradiction(tables, manifest.get("counts")):
                raise ResultError(f"{folder} is damaged: {wrong}; scan again")
            is_of_spark = "engine" in manifest  # which counts what it skips, and does not list it
            skipped = SKIPPED.to_frame() if is_of_spark else _read(folder, manifest, "skipped", SKIPPED)
            added = ("program", "files", "checksums", _ESCAPED)
            kept = {name: value for name, value in manifest.items() if name not in added}
            return cls(**tables, skipped=skipped, manifest=kept, texts=of_manifest(kept))

        with _at_hand(directory, ("skipped", *TABLES)) as folder:
            return _read_of_one(folder, read)


def read_tables(directory: str | os.PathLike[str], *names: str) -> list[pl.DataFrame]:
    """Tables of a result's folder, with the columns and types of :data:`syndetect.schema.TABLES`.

    Raises:
        ResultError: the folder is not a result, or a table's file is missing or broken.
    """

    def read(folder: Path, manifest: dict[str, Any]) -> list[pl.DataFrame]:
        return [_read(folder, manifest, name, TABLES[name]) for name in names]

    with _at_hand(directory, names) as folder:
        return _read_of_one(folder, read)


@contextmanager
def _at_hand(
    directory: str | os.PathLike[str], names: Collection[str], *, check: bool = True
) -> Iterator[Path]:
    """The folder of a result, or, for an address, a copy of its manifest and of the tables that are named.

    Raises:
        ResultError: there is none, or a file that was copied is not as it was written; with ``check`` false, the latter
            is not looked at.
    """
    if not addresses.is_address(address := addresses.given(directory)):
        yield Path(address)
        return
    from syndetect.storage.objects import connect, temporary_folder  # noqa: PLC0415

    shown = addresses.shown(address)
    with temporary_folder() as folder:
        try:
            place = connect(address)
            place.below(_MANIFEST).fetch(folder / _MANIFEST)
            manifest = _read_manifest(folder)
            wanted = [name for name in manifest["files"] if name in _FILES and Path(name).stem in names]
            for name in wanted:
                place.below(name).fetch(folder / name)
            if check:
                _check_files(folder, manifest, wanted)
            yield folder
        except OSError as error:
            raise ResultError(f"cannot read the result at {shown}: {reason(error)}") from None
        except ResultError as error:
            raise ResultError(str(error).replace(str(folder), shown)) from None


def _read_of_one(folder: Path, read: Callable[[Path, dict[str, Any]], T]) -> T:
    """What ``read`` takes from a result's folder; again, where another result took its place meanwhile."""
    with suppress(OSError):  # then reading tells of it
        restore(folder)
    for attempt in range(_ATTEMPTS):
        manifest = _read_manifest(folder)
        try:
            found = read(folder, manifest)
        except ResultError:
            if attempt == _ATTEMPTS - 1 or _read_manifest(folder) == manifest:
                raise
        else:
            if _read_manifest(folder) == manifest:
                return found
    raise ResultError(f"cannot read {folder}: other results take its place all the time")


def _read(
    directory: str | os.PathLike[str], manifest: Mapping[str, Any], name: str, schema: pl.Schema
) -> pl.DataFrame:
    """One file of a result; its size must be the one in the manifest."""
    for file in manifest["files"]:
        if file in {f"{name}.{suffix}" for suffix in FORMATS}:  # in the folder itself
            path = Path(directory) / file
            if path.is_dir():
                return _checked(path, name, frames.read_parts(path, schema))
            if os.path.lexists(path):
                _check_size(path, manifest)
            frame = read_frame(path, schema)
            if manifest.get(_ESCAPED) and path.suffix == ".csv":
                frame = frames.unescape_formulas(frame)
            return _checked(path, name, frame)
    raise ResultError(f"{directory} has no file of its table {name}: scan again")


def _checked(path: Path, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """A table that was read, if nothing is wrong with it."""
    if wrong := validity.fault(name, frame):
        raise ResultError(f"cannot read {path}: {wrong}; scan again")
    return frame


def _check_size(path: Path, manifest: Mapping[str, Any]) -> None:
    if path.is_symlink() or path.stat().st_size != manifest["files"][path.name]:
        raise ResultError(f"cannot read {path}: it is not as it was written; copy it again, or scan again")


def holds_result_of(directory: str | os.PathLike[str], manifest: Mapping[str, Any]) -> bool:
    """Whether a folder holds the result whose manifest says what ``manifest`` says.

    Raises:
        ResultError: it does, and a file of it is missing, or is not as it was written.
    """
    expected = json.loads(json.dumps(manifest))
    if not holds_result(directory):
        return False
    with _at_hand(directory, {Path(name).stem for name in _FILES}, check=False) as folder:
        found = _read_manifest(folder)
        if any(found.get(name) != value for name, value in expected.items()):
            return False
        _check_files(folder, found, found["checksums"])
    return True


def holds_result(directory: str | os.PathLike[str]) -> bool:
    """Whether there is the manifest of a result."""
    try:
        with _at_hand(directory, ()) as folder:
            with suppress(OSError):
                restore(folder)
            return bool(_read_manifest(folder))
    except ResultError:
        return False


def _check_files(folder: Path, manifest: Mapping[str, Any], names: Iterable[str]) -> None:
    """Raise ResultError where a file of a result is missing, or is not as the manifest says."""
    for name in names:
        path = folder / name
        try:
            _check_size(path, manifest)
            is_same = _checksum(path) == manifest["checksums"][name]
        except OSError as error:
            raise ResultError(f"cannot read {path}: {reason(error)}; add --force to scan again") from error
        if not is_same:
            raise ResultError(f"{path} is not as it was written: add --force to scan again")


def _checksum(path: Path) -> str:
    """The XXH3 (128 bits) of a file, in hexadecimal digits."""
    digest = xxh3_128()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return str(digest.hexdigest())


def check_place(directory: str | os.PathLike[str], *, force: bool = False) -> "Path | Place":
    """Make sure that a result may be written to a folder or an address, before the work is done that fills it.

    With ``force`` only a result gives way, and only when nothing else lies in its folder.

    Returns:
        The folder's absolute path, links followed; or the place of the address.

    Raises:
        OutputError: something is there already, or the place cannot be written.
    """
    path = addresses.given(directory)
    shown = addresses.shown(path)
    with writing_to(shown):
        if addresses.is_address(path):
            return _check_remote(path, shown, force)
        place = absolute(path)
        restore(place)
        if place.exists():
            if not force:
                raise OutputError(f"{shown} is there already: choose another folder, or add --force")
            if not place.is_dir():
                raise OutputError(f"{shown} is not a folder: choose another")
            names = {one.name for one in place.iterdir() if not (may_be_report(one.name) and is_report(one))}
            _check_replaceable(names, shown, holds_result(place))
        check_parent(place, shown)
        return place


def _check_remote(address: str, shown: str, force: bool) -> "Place":
    """:func:`check_place` for an address. What a killed process uploaded of a result gives way as a result does."""
    from syndetect.storage.objects import output_place, unfinished_mark  # noqa: PLC0415

    place = output_place(address)
    names = set(place.objects())
    is_unfinished = unfinished_mark(place).exists()
    if (names or is_unfinished or place.exists()) and not force:
        raise OutputError(f"{shown} is there already: choose another folder, or add --force")
    if not names and place.exists() and place.info().get("type") != "directory":
        raise OutputError(f"{shown} is not a folder: choose another")
    _check_replaceable(names, shown, is_unfinished or holds_result(address))
    return place


def _check_replaceable(names: set[str], shown: str, is_result: bool) -> None:
    """Raise OutputError unless a folder is empty, or is a result and holds nothing else."""
    if names and not is_result:
        raise OutputError(f"{shown} is no result, so it is not replaced: choose another folder")
    if foreign := sorted(names - _FILES - {".DS_Store"}):  # macOS leaves one in every folder it shows
        raise OutputError(f"{shown} holds {foreign[0]}, which is no part of a result: move it away first")


@contextmanager
def _new_folder(place: "Path | Place", force: bool) -> Iterator[Path]:
    """A folder to write a result to; when the block ends it is moved to its place, or uploaded."""
    if isinstance(place, Path):
        with staged(place, replace=force) as folder:
            yield folder
        return
    from syndetect.storage.objects import publish, temporary_folder  # noqa: PLC0415

    with temporary_folder() as folder:
        yield folder
        _check_remote(place.address, str(place), force)  # again: another process may have been quicker
        old = {f"{place.name}/{name}" for name in place.objects()}
        files = {f"{place.name}/{path.name}": path for path in sorted(folder.iterdir())}
        publish(place, files, f"{place.name}/{_MANIFEST}", old)


def _manifest_text(manifest: Mapping[str, Any]) -> bytes:
    """The manifest as JSON that a person can read: equal manifests are equal bytes."""
    text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    # What is no UTF-8 (a file name of raw bytes) becomes \udc.., which JSON reads back.
    return text.encode("utf-8", "backslashreplace")


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result's folder."""
    try:
        manifest = json.loads(read_file(frames.only_part(folder / _MANIFEST)))
    except (OSError, ValueError, RecursionError) as error:
        raise ResultError(f"{folder} is not a result of a scan: it has no readable {_MANIFEST}") from error
    if not isinstance(manifest, dict) or manifest.get("program") != _PROGRAM or "files" not in manifest:
        raise ResultError(f"{folder} is not a result of a scan: its {_MANIFEST} is another program's")
    for name in ("files", "counts", "timings"):
        found = manifest.get(name, {})
        if not isinstance(found, dict) or not all(type(one) in (int, float) for one in found.values()):
            raise ResultError(
                f"{folder} is not a result of a scan: its {_MANIFEST} has no {name} that can be"
            )
    return manifest

"""The output of the kept documents: a file or a folder that appears whole or not at all, and the lists beside it."""

import os
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from syndetect.dedup.against import Held
from syndetect.dedup.kept import KeptRecords
from syndetect.dedup.request import Request
from syndetect.dedup.rewrite import write_kept
from syndetect.errors import InputError, OutputError
from syndetect.reading.discovery import File, Inputs
from syndetect.reading.encoding import UnusableError
from syndetect.reading.file_names import beside, format_of, printable
from syndetect.reading.options import ReadingOptions
from syndetect.results.frames import write_frame
from syndetect.storage import addresses
from syndetect.storage.filesystem import absolute, check_parent, reason, sync_folder, writing_to
from syndetect.storage.staging import move, restore, staging_folder

if TYPE_CHECKING:
    from syndetect.storage.objects import Place

#: By format: what is read and not written.
_NOT_WRITTEN = {"warc": "web archives", "wet": "web archives", "xlsx": "spreadsheets"}
_CHANGED = "{} changed while it was read: try again"


@dataclass(frozen=True)
class Target:
    """The output: its place, and the files whose kept records are written there.

    Attributes:
        place: absolute, links followed.
        files: the input files.
        is_file: whether ``place`` is for one file; else for a folder.
        force: replace an earlier output.
        compared: files that the input files were compared with.
        remote: the place, where it is at an address: of ``place`` only the name counts then.
    """

    place: Path
    files: Sequence[File]
    is_file: bool
    force: bool
    compared: Sequence[File]
    remote: "Place | None" = None

    def beside(self, what: str) -> Path:
        """The file for a list: ``kept.jsonl.gz`` has ``kept.removed.jsonl``, the folder ``kept`` too."""
        return self.place.with_name(beside(self.place.name, what, is_file=self.is_file))


def check_target(
    found: Any, output: str | os.PathLike[str], held: Held, request: Request, *, force: bool
) -> Target:
    """Check, before the texts are read, that the kept documents of a source can be written.

    Args:
        found: a source, resolved.
        output: the path or address to write to.
        held: what the documents are compared with.
        request: what is removed.
        force: replace a file, a folder that is empty, or one beside which lies the list of what was removed.

    Raises:
        InputError: the source cannot be written again.
        OutputError: the place is taken, is among the inputs, has the end of another format, or cannot be written.
        MissingExtraError: an address needs an optional dependency.
    """
    if not isinstance(found, Inputs):
        raise InputError("only files can be written again: of frames and mappings take the ids that are kept")
    for file in found.files:
        if file.path == "-":
            raise InputError("standard input cannot be read a second time: give a file")
        if what := _NOT_WRITTEN.get(file.format):
            raise InputError(
                f"{file.place(0)}: {what} cannot be written again: give no output, and take the kept ids"
            )
        if request.unit == "paragraph" and file.format == "html":
            raise InputError(f"{file.place(0)}: paragraphs cannot be cut from HTML")
    path = addresses.given(output)
    shown = printable(addresses.shown(path))
    is_file = len(found.files) == 1 and found.given == (found.files[0].path,)
    with writing_to(shown):  # the name may be too long, or a folder on the way closed
        if addresses.is_address(path):
            return _remote_target(path, found.files, held, is_file=is_file, force=force)
        place = absolute(path)
        target = Target(place, found.files, is_file, force, held.files)
        restore(place)
        _check_names(target, held.places, shown)
        _check_free(target, shown)
        check_parent(place, shown)
    return target


def _remote_target(address: str, files: Sequence[File], held: Held, *, is_file: bool, force: bool) -> Target:
    from syndetect.dedup import remote_output  # noqa: PLC0415  (paths of this machine do without)
    from syndetect.storage.objects import output_place  # noqa: PLC0415

    remote = output_place(address)
    target = Target(Path(remote.name), files, is_file, force, held.files, remote)
    _check_names(target, held.places, str(remote))
    remote_output.check_free((*files, *held.files), remote, is_file=is_file, force=force)
    return target


def _check_names(target: Target, held: Sequence[str], shown: str) -> None:
    inside = str(target.place).rstrip(os.sep) + os.sep
    for path in (*(file.path for file in target.files), *held):
        if (os.path.realpath(path) + os.sep).startswith(inside):
            raise OutputError(
                f"{shown} is or holds {printable(Path(path).as_posix())}, which is read: choose another place"
            )
    for file in target.files:
        if target.is_file and format_of(target.place.name) != (file.format, file.packing):
            end = "".join(Path(file.within).suffixes[-2 if file.packing else -1 :])
            raise OutputError(f"{shown} will be as {file.place(0)} is: give it a name that ends in {end}")


def _check_free(target: Target, shown: str) -> None:
    place, removed = target.place, target.beside("removed")
    there = next((path for path in (place, removed, target.beside("skipped")) if path.exists()), None)
    if there is not None and not target.force:
        raise OutputError(f"{there} is there already: choose another place, or add --force")
    if place.exists() and place.is_dir() == target.is_file:
        raise OutputError(f"{shown} is {'a' if target.is_file else 'no'} folder: choose another place")
    if place.is_dir() and any(place.iterdir()) and not removed.exists():
        raise OutputError(f"{shown} is not what dedup wrote, so it is not replaced: choose another place")


def write(
    target: Target,
    kept: Mapping[int, KeptRecords],
    lost: Container[int],
    reading: ReadingOptions,
    removed: pl.DataFrame,
    skipped: pl.DataFrame,
) -> None:
    """Write the kept records, and the lists beside them; nothing half-written stays after an error.

    Args:
        target: the result of :func:`check_target`.
        kept: the kept records of the files, by the files' places in the target. Of the others, a folder gets an empty
            file, but for those that are one document.
        lost: the places of files that cannot be read to their ends: a folder gets none if nothing in them is kept.
        reading: how the records were read.
        removed, skipped: the lists, without the optional columns that are null throughout; an empty list of skipped
            records has no file.

    Raises:
        InputError: a file changed since it was read.
        OutputError: the place cannot be written.
    """
    try:
        with _staged(target) as stage:
            for number, file in enumerate(target.files):
                records = kept.get(number, KeptRecords([], {}))
                if records.numbers or target.is_file or not (file.holds_one or number in lost):
                    place = stage / "kept" if target.is_file else stage / "kept" / file.name
                    place.parent.mkdir(parents=True, exist_ok=True)
                    _write_unchanged(file, records, reading, place)
            # those of which nothing is kept as well: the others were compared with them
            for file in (*target.files, *target.compared):
                _check_unchanged(file)
            optional = ("paragraph", "kept_paragraph", "against")
            empty = [name for name in optional if removed[name].null_count() == removed.height]
            write_frame(removed.drop(empty), stage / "removed.jsonl")
            if skipped.height:
                write_frame(skipped, stage / "skipped.jsonl")
    except (OSError, pl.exceptions.PolarsError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(f"cannot write {target.remote or target.place}: {reason(error)}") from error


def _write_unchanged(file: File, kept: KeptRecords, reading: ReadingOptions, place: Path) -> None:
    """Write the kept records of a file, if it is still the file that was read."""
    _check_unchanged(file)
    try:
        write_kept(file, kept, reading, place)
    except UnusableError as error:
        raise InputError(_CHANGED.format(file.place(0))) from error


def _check_unchanged(file: File) -> None:
    if file.has_changed():
        raise InputError(_CHANGED.format(file.place(0)))


@contextmanager
def _staged(target: Target) -> Iterator[Path]:
    """A staging folder; the files in it move to their places when the block ends, or are uploaded."""
    if target.remote is not None:
        from syndetect.dedup.remote_output import uploaded  # noqa: PLC0415  (paths of this machine do without)

        with uploaded(target.files, target.remote, is_file=target.is_file, force=target.force) as stage:
            yield stage
        return
    place = target.place
    with staging_folder(place) as stage:
        if not target.is_file:
            (stage / "kept").mkdir()
        yield stage
        for name in ("removed", "skipped"):  # first: by its list, a folder is known to be replaceable
            if (made := stage / f"{name}.jsonl").exists():
                made.replace(target.beside(name))
            else:
                target.beside(name).unlink(missing_ok=True)
        sync_folder(place.parent)
        if target.is_file:
            (stage / "kept").replace(place)
            sync_folder(place.parent)
        else:
            for folder, _, _ in os.walk(stage / "kept"):
                sync_folder(Path(folder))
            move(stage / "kept", place, replace=target.force)

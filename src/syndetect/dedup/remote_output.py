"""Kept documents and their lists at an address: checked before the work, and uploaded after it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from syndetect.errors import OutputError
from syndetect.reading.discovery import File
from syndetect.reading.file_names import beside
from syndetect.storage.objects import Place, connect, publish, temporary_folder, unfinished_mark


def check_free(files: Sequence[File], place: Place, *, is_file: bool, force: bool) -> None:
    """Make sure that an output may be uploaded to a place.

    With ``force``, a file gives way, and a folder beside which lies the list of what was removed, or the mark of an
    upload that a killed process left.

    Raises:
        OutputError: the place is taken, or is or holds one of the input files.
        AccessError: the store cannot be reached.
    """
    for file in files:
        source = connect(file.path) if file.is_remote else place.beside("")
        if source.fs == place.fs and f"{source.path}/".startswith(f"{place.path}/"):
            raise OutputError(f"{place} is or holds {file.place(0)}, which is read: choose another place")
    objects = [] if is_file else list(place.objects())
    is_object = place.exists() and place.info().get("type") != "directory"
    lists = {what: one for what, one in _lists(place, is_file=is_file).items() if one.exists()}
    is_unfinished = unfinished_mark(place).exists()
    if (objects or is_object or lists or is_unfinished) and not force:
        there = place if objects or is_object else [*lists.values(), unfinished_mark(place)][0]
        raise OutputError(f"{there} is there already: choose another place, or add --force")
    if place.exists() and is_object != is_file:
        raise OutputError(f"{place} is {'a' if is_file else 'no'} folder: choose another place")
    if objects and not is_unfinished and "removed" not in lists:
        raise OutputError(f"{place} is not what dedup wrote, so it is not replaced: choose another place")


@contextmanager
def uploaded(files: Sequence[File], place: Place, *, is_file: bool, force: bool) -> Iterator[Path]:
    """A folder for ``kept``, a file or a folder, and ``removed.jsonl`` and ``skipped.jsonl``.

    They are uploaded when the block ends: the list of what was removed last, to say that the output is whole.

    Raises:
        OutputError, AccessError: as :func:`check_free`, whose arguments these are.
    """
    with temporary_folder() as stage:
        yield stage
        check_free(files, place, is_file=is_file, force=force)  # again: another process may have been quicker
        kept, lists = stage / "kept", _lists(place, is_file=is_file)
        if is_file:
            made, old = {place.name: kept}, set()
        else:
            paths = (path for path in sorted(kept.rglob("*")) if path.is_file())
            made = {f"{place.name}/{path.relative_to(kept).as_posix()}": path for path in paths}
            old = {f"{place.name}/{name}" for name in place.objects()}
        for what in ("skipped", "removed"):
            if (path := stage / f"{what}.jsonl").exists():
                made[lists[what].name] = path
            if lists[what].exists():
                old.add(lists[what].name)
        publish(place, made, lists["removed"].name, old)


def _lists(place: Place, *, is_file: bool) -> dict[str, Place]:
    return {what: place.beside(beside(place.name, what, is_file=is_file)) for what in ("removed", "skipped")}

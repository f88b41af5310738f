"""An index that is built beside its place, and stands there whole or not at all."""

import glob
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from syndetect.disk import reason
from syndetect.errors import OutputError, SyndetectError
from syndetect.files import staged
from syndetect.ledger import check_replaceable, check_vacant, lock_folder


@contextmanager
def built(place: Path, *, replace: bool = False) -> Iterator[Path]:
    """A new folder to make an index in: moved to its place when the block ends, gone when the block fails.

    Args:
        place: where the index shall stand: missing or empty; absolute.
        replace: an index that stands there gives way, at the last moment; nobody can write it until then. Who reads it
            goes on with what it had.

    Raises:
        StoredIndexError: an index is there, and is not to be replaced.
        BusyError: another process writes it.
        OutputError: something else is there, or the place cannot be written.
    """
    with ExitStack() as held:
        check = check_replaceable if replace else check_vacant
        check(place)
        gives_way = place.exists() and any(place.iterdir())  # an index, or what a killed creation left
        if gives_way:
            held.enter_context(lock_folder(place))
            check(place)  # another process may have been quicker
        _sweep(place)
        try:
            with staged(place, replace=gives_way) as folder:
                yield folder
        except SyndetectError:
            raise
        except OSError as error:
            raise OutputError(f"cannot write {place}: {reason(error)}") from error


def _sweep(place: Path) -> None:
    """Remove what killed processes left that were building an index to stand here; those at work hold its lock."""
    for stale in place.parent.glob(f".{glob.escape(place.name)}-????????.partial"):
        with suppress(SyndetectError, OSError), lock_folder(stale):
            shutil.rmtree(stale, ignore_errors=True)

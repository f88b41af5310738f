"""The errors that syndetect raises; each is also the nearest builtin.

    SyndetectError
    ├── InputError (ValueError)      an input that cannot be read at all, or, with strict, one bad record
    ├── SettingsError (ValueError)   a setting out of its range, or settings that exclude each other
    ├── OutputError (OSError)        a place that cannot be written, or that is there already
    │   └── ScratchError             a scratch folder that is in use, damaged, or of another scan
    ├── ResultError (ValueError)     a folder that is not a result of a scan, or a passage that it lacks
    ├── StoredIndexError (OSError)   an index that is missing, damaged, of another kind or of a newer version
    │   └── BusyError                an index that another writer is at work in
    ├── ProcessError (RuntimeError, TypeError)   what another process cannot use: after a fork, or as a pickle
    └── MissingExtraError (ImportError)   an optional dependency that is not installed

Every message is one line that says what to do, whatever the names of files in it.
"""

from pathlib import Path
from typing import Self


def one_line(text: str) -> str:
    r"""A text as one line that no terminal obeys: what is not printable is written as in Python, an escape ``\x1b``."""
    line = " ".join(map(str.strip, text.splitlines()))
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in line)


class SyndetectError(Exception):
    """The root: catch this to catch whatever syndetect raises on purpose."""

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class InputError(SyndetectError, ValueError):
    """An input cannot be read."""


class SettingsError(SyndetectError, ValueError):
    """A setting is out of its range."""


class OutputError(SyndetectError, OSError):
    """An output cannot be written."""


class ScratchError(OutputError):
    """A scratch folder cannot be used."""


class ResultError(SyndetectError, ValueError):
    """A folder does not hold the result that was asked of it."""


class StoredIndexError(SyndetectError, OSError):
    """An index on disk cannot be used."""

    @classmethod
    def damaged(cls, path: Path, how: str) -> Self:
        """The error that says how a file of an index is not what it should be."""
        return cls(f"{path} is damaged ({how}): restore the index from a copy, or build it anew")


class BusyError(StoredIndexError):
    """An index has a writer already."""


class ProcessError(SyndetectError, RuntimeError, TypeError):
    """An object cannot be used in another process than its own; TypeError is what pickle leads to expect."""


class MissingExtraError(SyndetectError, ImportError):
    """A feature needs an optional dependency that is not installed."""

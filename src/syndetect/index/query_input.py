"""Documents and ids as callers of an index give them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.errors import InputError
from syndetect.index.snapshot import Snapshot
from syndetect.reading import sources

#: One document: its text, or a mapping with ``text`` and, where known, ``id``, ``source``, ``published`` ...
Document = str | Mapping[str, Any]

#: The internal id of a single query document without an id.
_UNNAMED = "\0query"


def one_document(document: Document) -> tuple[pl.DataFrame, list[bytes]]:
    """A single document as a frame of one row, and its text; a time that cannot be read is left out.

    Raises:
        InputError: the document cannot be used.
    """
    record = {"text": document} if isinstance(document, str) else document
    if not isinstance(record, Mapping):
        raise InputError(f"a document is a text or a mapping, not {type(document).__name__}")
    reasons: list[str] = []
    found = next(
        sources.batches(
            [record], on_skip=lambda _, reason: reasons.append(reason), default_id=lambda _: _UNNAMED
        ),
        None,
    )
    if found is None:
        raise InputError(f"the document cannot be used: {'; '.join(reasons)}")
    return found


def without_id(number: int) -> str:
    """The internal id of a record without an id; it begins with a character that no text from a reader has."""
    return f"\0record {number}"


def has_id(doc_id: str) -> bool:
    """Whether an id is a record's own, not one from :func:`without_id`."""
    return not doc_id.startswith("\0")


def names_of(ids: str | Iterable[str]) -> list[str]:
    """Distinct ids, in order.

    Raises:
        InputError: one is no string.
    """
    names = list(dict.fromkeys([ids] if isinstance(ids, str) else ids))
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"ids are strings, not {name!r}: an integer is known by its digits")
    return names


def numbers_of(snapshot: Snapshot, ids: Sequence[str]) -> I64:
    """int64[n]: the numbers of documents with these ids.

    Raises:
        InputError: the index lacks an id.
    """
    numbers = snapshot.numbers_of(ids)
    if (numbers < 0).any():
        raise InputError(f"the index has no document {ids[int(np.argmin(numbers))]!r}")
    return numbers


def resolved(documents: sources.Source) -> Any:
    """As :func:`syndetect.reading.sources.resolve`; but an empty list means no documents rather than no paths."""
    return iter(()) if isinstance(documents, Sequence) and not documents else sources.resolve(documents)

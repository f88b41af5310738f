"""Records to articles: the columns of a record, and the conversion of its values."""

import math
import re
import reprlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from numbers import Integral, Number, Real
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.kernels.documents import UNDATED
from syndetect.reading.columns import Keys
from syndetect.reading.dates import is_missing, microseconds
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.notes import KEPT_CHANGED, KEPT_UNDATED

#: A record of a file under the file's own names, or why it cannot be used.
Record = Mapping[str, Any] | UnusableError

#: Characters that a text must have for each NUL character: with more of them it is binary.
_FEW_NULS = 20
#: The replacement character, one for one, so that offsets stay those of the text as given.
_REPLACEMENT = "\ufffd".encode()


class Article(NamedTuple):
    """A row of ``schema.ARTICLES``, encoded."""

    doc_id: bytes
    text: bytes
    source: bytes | None
    published: int | None  #: microseconds since 1970
    title: bytes | None
    url: bytes | None
    author: bytes | None  #: several joined by ", "
    remarks: tuple[tuple[str, str], ...]  #: what was not taken as it stands: reason and outcome


def to_article(
    record: Mapping[str, Any], keys: Keys, default_id: str, max_bytes: int
) -> Article | UnusableError:
    """The article of a record, or the reason why it is unusable."""
    doc_id, text, source, published, title, url, author = [_first(record, names) for names in keys]
    if not isinstance(text, str):
        if text is None:
            return UnusableError("text is null" if keys[1] else "no text")
        return UnusableError(f"text is no string but {type(text).__name__}")
    if not text or text.isspace():
        return UnusableError("no text, only white space" if text else "no text")
    data, broken = encoded(text)
    remarks: list[tuple[str, str]] = []
    if broken:
        remarks.append((broken_characters(broken, "text"), KEPT_CHANGED))
    if nuls := data.count(0):
        if _FEW_NULS * nuls > len(text):
            return UnusableError("text with NUL characters (binary?)")
        data = data.replace(b"\0", _REPLACEMENT)
        remarks.append(
            (f"{nuls:,} NUL character{'s' if nuls > 1 else ''} in the text, U+FFFD for each", KEPT_CHANGED)
        )
    if len(data) > max_bytes:
        return too_long(max_bytes)
    identity = _identity(doc_id)
    if isinstance(identity, UnusableError):
        return identity
    try:
        moment = microseconds(published)
    except (ValueError, TypeError, OverflowError):
        moment = None
        remarks.append((f"published not understood: {_shown(published)}", KEPT_UNDATED))
    return Article(
        encode(identity or default_id),
        data,
        _optional(source, "source", remarks),
        moment,
        _optional(title, "title", remarks),
        _optional(url, "url", remarks),
        _optional(_joined(author), "author", remarks),
        tuple(remarks),
    )


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if not is_missing(value := record[name]):
            return value
    return None


def _identity(value: Any) -> str | UnusableError:
    """An id as a string, empty where there is none; a whole float or decimal is written as an integer."""
    if isinstance(value, str):
        return value
    if is_missing(value):
        return ""
    is_number = isinstance(value, (Real, Decimal)) and not isinstance(value, bool)
    with suppress(ValueError, OverflowError):  # a number of thousands of digits
        if is_number and (isinstance(value, Integral) or (math.isfinite(value) and value == int(value))):
            return str(int(value))
    return UnusableError(f"id is neither a string nor an integer: {_shown(value)}")


def _shown(value: Any) -> str:
    """A value in a few characters."""
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists without end
        return type(value).__name__


def _joined(value: Any) -> Any:
    """A list of authors as one string; any other value unchanged."""
    if hasattr(value, "tolist"):  # numpy's arrays
        value = value.tolist()
    if not isinstance(value, (list, tuple)):
        return value
    names = [name for name in value if not is_missing(name)]
    return (
        ", ".join(name.strip() for name in names) if all(isinstance(name, str) for name in names) else value
    )


def _optional(value: Any, name: str, remarks: list[tuple[str, str]]) -> bytes | None:
    """A source, title or address as UTF-8, None where it is blank."""
    if isinstance(value, str):
        data, broken = encoded(value)
        if broken:
            remarks.append((broken_characters(broken, name), KEPT_CHANGED))
        return data if value and not value.isspace() else None
    if is_missing(value):
        return None
    if isinstance(value, (Number, date)):
        with suppress(ValueError):  # a number of thousands of digits
            return str(value).encode()
    remarks.append((f"{name} not understood: {_shown(value)}", KEPT_CHANGED))
    return None


def broken_characters(number: int, place: str) -> str:
    """The remark that a text has characters that could not be decoded."""
    return f"{number:,} broken character{'s' if number > 1 else ''} in the {place}, U+FFFD for each"


def times(published: pl.Series) -> I64:
    """int64[d]: microseconds since 1970, ``UNDATED`` where unknown."""
    physical = published.to_physical()
    if published.null_count():
        physical = physical.fill_null(int(UNDATED))
    return physical.to_numpy().astype(np.int64)


def id_rank(ids: pl.Series) -> U32:
    """uint32[d]: each document's place in the order of ids: shorter ids first, then character by character.

    So numbers are in their order.
    """
    rank = np.empty(len(ids), np.uint32)
    named = pl.DataFrame({"length": ids.str.len_chars(), "id": ids})
    order = named.select(pl.arg_sort_by("length", "id")).to_series()
    rank[order.to_numpy()] = np.arange(len(ids), dtype=np.uint32)
    return rank


def encode(text: str) -> bytes:
    """The text in UTF-8, with U+FFFD for every lone surrogate, one for one."""
    return encoded(text)[0]


def encoded(text: str) -> tuple[bytes, int]:
    """The text in UTF-8, with U+FFFD for every lone surrogate, one for one, and how many there are."""
    try:
        return text.encode(), 0
    except UnicodeEncodeError:
        replaced, broken = re.subn("[\ud800-\udfff]", "\ufffd", text)
        return replaced.encode(), broken

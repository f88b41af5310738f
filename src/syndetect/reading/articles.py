"""Records to articles: the columns of a record, and the conversion of its values."""

import math
import re
import reprlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from numbers import Integral, Number, Real
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.errors import InputError
from syndetect.kernels.documents import UNDATED
from syndetect.reading.encoding import UnusableError, too_long

#: The names that a column may have, whatever their case; of those that a record has, the first not null counts.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "doc_id"),
    "text": ("text", "maintext", "body", "content"),
    "source": ("source", "outlet", "source_domain", "newspaper", "series"),
    "published": ("published", "published_at", "date_publish", "publish_date", "date", "created"),
    "title": ("title",),
    "url": ("url",),
    "author": ("author", "authors", "byline", "creator"),
}
#: For each entry of :data:`ALIASES`, the columns of a record that may hold it.
Keys = tuple[tuple[str, ...], ...]


class Columns:
    """The columns of a record by their meaning.

    Args:
        named: from the names in :data:`ALIASES` to the user's, which then have no aliases.

    Raises:
        InputError: ``named`` has a key that is none of those names.
    """

    def __init__(self, named: Mapping[str, str] | None = None) -> None:
        self.named = {"id" if ours == "doc_id" else ours: theirs for ours, theirs in (named or {}).items()}
        if unknown := sorted(set(self.named) - set(ALIASES)):
            raise InputError(f"no such column: {', '.join(unknown)}; there are {', '.join(ALIASES)}")

    def keys(self, names: Iterable[Any]) -> Keys:
        """For each entry of :data:`ALIASES` those of ``names`` that may hold it, in order of preference."""
        names = [name for name in names if isinstance(name, str)]
        folded: dict[str, str] = {}
        for name in sorted(names, key=lambda name: name != name.lower()):
            folded.setdefault(name.strip().lower(), name)
        return tuple(
            tuple({name for name in names if name == self.named[ours]})
            if ours in self.named
            else tuple(folded[alias] for alias in aliases if alias in folded)
            for ours, aliases in ALIASES.items()
        )

    def require(self, names: Iterable[Any], place: str) -> None:
        """Raise InputError where a column that the user named is not among ``names``."""
        names = [name for name in names if isinstance(name, str)]
        for theirs in self.named.values():
            if theirs not in names:
                raise InputError(f"{place} has no column {theirs!r}, only {_listed(names)}")

    def of_table(self, names: list[str], place: str) -> list[str]:
        """The columns of a table that are needed.

        Raises:
            InputError: a column that the user named is not there.
            UnusableError: none of them holds text.
        """
        self.require(names, place)
        keys = self.keys(names)
        if not keys[1]:
            raise UnusableError(f"no column of text, only {_listed(names)}")
        return list(dict.fromkeys(chain.from_iterable(keys)))


def _listed(names: list[str]) -> str:
    """The first names of columns, for a message."""
    shown = ", ".join(reprlib.repr(name)[1:-1] if len(name) > 99 else name for name in names[:20])
    return (shown or "empty ones") + (" ..." if len(names) > 20 else "")


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
    remarks: tuple[str, ...]  #: which values could not be understood


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
    encoded = encode(text)
    remarks: list[str] = []
    if nuls := encoded.count(0):
        if _FEW_NULS * nuls > len(text):
            return UnusableError("text with NUL characters (binary?)")
        encoded = encoded.replace(b"\0", _REPLACEMENT)
        remarks.append(f"{nuls} NUL characters in the text (article kept, U+FFFD in their places)")
    if len(encoded) > max_bytes:
        return too_long(max_bytes)
    identity = _identity(doc_id)
    if isinstance(identity, UnusableError):
        return identity
    try:
        moment = microseconds(published)
    except (ValueError, TypeError, OverflowError):
        moment = None
        remarks.append(f"published not understood: {_shown(published)} (article kept, undated)")
    return Article(
        encode(identity or default_id),
        encoded,
        _optional(source, "source", remarks),
        moment,
        _optional(title, "title", remarks),
        _optional(url, "url", remarks),
        _optional(_joined(author), "author", remarks),
        tuple(remarks),
    )


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    for name in names:
        if (value := record[name]) is not None:
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


def _optional(value: Any, name: str, remarks: list[str]) -> bytes | None:
    """A source, title or address as UTF-8, None where it is blank."""
    if isinstance(value, str):
        return encode(value) if value and not value.isspace() else None
    if is_missing(value):
        return None
    if isinstance(value, (Number, date)):
        with suppress(ValueError):  # a number of thousands of digits
            return str(value).encode()
    remarks.append(f"{name} not understood: {_shown(value)} (article kept without it)")
    return None


def is_missing(value: object) -> bool:
    """Whether a value is None or another library's missing value: NaN, NaT, NA."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  (NaN and NaT differ from themselves)
    except TypeError:  # pandas' NA is neither
        return True
    except ValueError:  # an array
        return False


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
#: The years 1 to 9999, as microseconds since 1970.
FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_RFC_2822 = re.compile(
    r"(?:[A-Z][a-z]{2},\s*)?\d{1,2}\s+[A-Z][a-z]{2}\s+\d{4}\s+\d\d:\d\d(?::\d\d)?"
    r"\s+(?:[+-]\d{4}|UTC?|GMT|Z|[ACEMP][SD]T)"  # other names of zones would be read as UTC
)
#: From which absolute value on a number counts nano-, micro- or milliseconds, and how many make a second.
_UNITS = ((1e17, 10**9), (1e14, 10**6), (1e11, 10**3), (0, 1))


def microseconds(value: Any) -> int | None:
    """A point in time as microseconds since 1970 in UTC; None for what is missing and for an empty string.

    Understood are ``datetime`` and ``date``; ISO 8601, with ``Z`` or an offset, else taken as UTC, or the
    date alone; RFC 2822; a date or time without signs, ``20190711`` or ``20190711093000``; and other numbers,
    or strings of five digits and more: seconds since 1970, or milli-, micro- or nanoseconds where the number
    is too large for seconds.

    Raises:
        ValueError: the value is none of these. A year alone is none of them.
    """
    if isinstance(value, str):
        return _from_string(value.strip())
    if is_missing(value):
        return None
    if isinstance(value, datetime):
        return _since_epoch(value)
    if isinstance(value, date):
        return _since_epoch(datetime(value.year, value.month, value.day))
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _from_number(value)
    if hasattr(value, "item"):  # numpy's scalars
        return microseconds(value.item())
    raise ValueError(value)


def _since_epoch(moment: datetime) -> int:
    return _in_range((moment - (_EPOCH if moment.tzinfo else _EPOCH.replace(tzinfo=None))) // _MICROSECOND)


def _in_range(since: int) -> int:
    """A time of the years 1 to 9999 in UTC, which an offset may leave; ValueError for any other."""
    if not FIRST <= since <= LAST:
        raise ValueError(since)
    return since


def _from_string(text: str) -> int | None:
    if not text:
        return None
    if text[4:5] == "-":  # nearly all, and so the shortest way
        with suppress(ValueError):
            return _since_epoch(datetime.fromisoformat(text))
    if re.fullmatch(r"-?\d{5,20}(?:\.\d{1,9})?", text, re.ASCII):
        return _from_number(float(text) if "." in text else int(text))
    if _RFC_2822.fullmatch(text):
        from email.utils import parsedate_to_datetime  # noqa: PLC0415  (slow to import, seldom needed)

        return _since_epoch(parsedate_to_datetime(text))
    return _since_epoch(datetime.fromisoformat(re.sub(r"\s*(?:UTC|GMT)$|\s+(?=[+-]\d\d:?\d\d$)", "", text)))


def _from_number(number: float) -> int:
    if not math.isfinite(number) or 1000 <= number < 3000:
        raise ValueError(number)
    digits = str(int(number))
    if len(digits) in (8, 14) and digits[0] in "12":
        return _since_epoch(datetime.strptime(digits, "%Y%m%d%H%M%S"[: len(digits) - 2]))
    per_second = next(unit for least, unit in _UNITS if abs(number) >= least)
    return _in_range(
        number * 10**6 // per_second if isinstance(number, int) else round(number * (10**6 / per_second))
    )


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
    try:
        return text.encode()
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()

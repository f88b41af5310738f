"""Records to articles: the columns of a record, and the conversion of its values."""

import math
import re
import reprlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import copy
from datetime import date
from decimal import Decimal
from numbers import Integral, Number, Real
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.kernels.documents import UNDATED
from syndetect.reading.columns import Keys
from syndetect.reading.dates import Times, is_missing
from syndetect.reading.decoding import text_of
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.markup import is_blank, is_html, masked, plain
from syndetect.reading.notes import KEPT_CHANGED, KEPT_UNDATED, REMARK
from syndetect.reading.options import ReadingOptions
from syndetect.reading.values import BETWEEN_PARAGRAPHS, NO_VALUES, host_of, named, paragraphs, unwrapped
from syndetect.reading.written_dates import AmbiguousError

#: Characters that a text must have for each NUL character: with more of them it is binary.
_FEW_NULS = 20
#: The replacement character, one for one, so that offsets stay those of the text as given.
_REPLACEMENT = "\ufffd".encode()
#: What numpy has for a time that is not known.
_NOT_A_TIME = np.datetime64("NaT", "us").view(np.int64)
_NO_TEXT = UnusableError("no text")
_AS_HTML = "texts are read as HTML, without its markup: say --markup html, or none to take it as text"


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


class Conversion:
    """How the values of records become those of articles.

    Args:
        reading: the formats of dates, and whether texts are HTML.
    """

    def __init__(self, reading: ReadingOptions) -> None:
        self.times = Times(reading.date_format, reading.day_first)
        self.markup = reading.markup
        self.ruled: Mapping[str, str] = {}  # of all records, whatever they say, by the article's columns
        self.default: Mapping[str, str] = {}  # of those that say nothing
        self._outlets: dict[str, str | None] = {}  # of hosts, None where there are several
        self._is_told = False  # that texts are HTML

    def of_file(self, *, ruled: Mapping[str, str], default: Mapping[str, str], is_page: bool) -> "Conversion":
        """The conversion of the records of a file; whole files of text are taken as they stand."""
        one = copy(self)
        one.ruled, one.default = ruled, default
        if is_page:
            one.markup = "none"
        return one

    @property
    def is_plain(self) -> bool:
        """Whether articles are what their records say, without what holds for a file or a form of dates."""
        return not self.ruled and not self.default and self.times.is_usual

    def is_html(self, text: str, remarks: list[tuple[str, str]]) -> bool:
        """Whether a text is to be read as HTML; the first of a file that was found to be is remarked upon."""
        if self.markup != "auto":
            return self.markup == "html"
        found = is_html(text)
        if found and not self._is_told:
            self._is_told = True
            remarks.append((_AS_HTML, REMARK))
        return found

    def outlet(self, name: str | None, host: str | None, url: str | None) -> str | None:
        """The outlet of an article: its name, or what holds for the file, or else the host.

        Where all articles of a host so far had one name for their outlet, that is it; where they had several, none.

        Args:
            name: what the record says.
            host: of the address that it gives for a source.
            url: its own.
        """
        if host is None or name is not None:
            host = host_of(url) if url else None
            name = name or self.default.get("source")
        if name is None:
            return self._outlets.get(host, host) if host else None
        if host and self._outlets.setdefault(host, name) != name:
            self._outlets[host] = None
        return name


def to_article(
    record: Mapping[str, Any], keys: Keys, default_id: str, max_bytes: int, conversion: Conversion
) -> Article | UnusableError:
    """The article of a record, or the reason why it is unusable."""
    remarks: list[tuple[str, str]] = []
    text = _text(record, keys[1])
    if isinstance(text, UnusableError):
        return text
    data, broken = encoded(text)
    if broken:
        remarks.append((broken_characters(broken, "text"), KEPT_CHANGED))
    in_html = (b"<" in data or b"&" in data) and conversion.is_html(text, remarks)
    if in_html:
        text = masked(text)
        if is_blank(text):
            return UnusableError("no text, only markup")
        data = encode(text)
    if b"\0" in data:  # quicker than to count them
        nuls = data.count(0)
        if _FEW_NULS * nuls > len(text):
            return UnusableError("text with NUL characters (binary?)")
        data = data.replace(b"\0", _REPLACEMENT)
        remarks.append(
            (f"{nuls:,} NUL character{'s' if nuls > 1 else ''} in the text, U+FFFD for each", KEPT_CHANGED)
        )
    if len(data) > max_bytes:
        return too_long(max_bytes)
    identity = _identity(record, keys[0], remarks)
    moment = _published(record, keys[3], conversion, remarks)
    source, host = _source(record, keys[2], remarks)
    title = _value(record, keys[4], "title", remarks)
    url = _value(record, keys[5], "url", remarks)
    author = _value(record, keys[6], "author", remarks)
    if source is None or url is not None:
        source = conversion.outlet(source, host, url)
    if in_html:
        source, title, author = (value and plain(value) for value in (source, title, author))
    if conversion.ruled or conversion.default:
        source = conversion.ruled.get("source", source)
        title, author = title or conversion.default.get("title"), author or conversion.default.get("author")
    return Article(
        encode(identity or default_id),
        data,
        _encoded(source, "source", remarks),
        moment,
        _encoded(title, "title", remarks),
        _encoded(url, "url", remarks),
        _encoded(author, "author", remarks),
        tuple(remarks),
    )


def _text(record: Mapping[str, Any], names: tuple[str, ...]) -> str | UnusableError:
    """The text of a record; of a list of paragraphs they are joined by blank lines."""
    if names and type(text := record[names[0]]) is str and text and not text.isspace():  # nearly always
        return text
    name, fault = text_column(record, names)
    if name is None:
        return fault
    value = record[name]
    return value if isinstance(value, str) else BETWEEN_PARAGRAPHS.join(paragraphs(value) or ())


def text_column(record: Mapping[str, Any], names: tuple[str, ...]) -> tuple[str | None, UnusableError]:
    """The first of some columns that holds text; None where none does, and why not the first that holds anything."""
    fault = None
    for name in names:
        if is_missing(value := record[name]):
            continue
        if isinstance(value, str):
            if value and not value.isspace():
                return name, _NO_TEXT
            fault = fault or UnusableError("no text, only white space" if value else "no text")
            continue
        try:
            if found := paragraphs(value):
                return name, _NO_TEXT
            reason = f"text is no string but {type(value).__name__}" if found is None else "no text"
            fault = fault or UnusableError(reason)
        except UnusableError as error:  # bytes that are no text
            fault = fault or error
    return None, fault or (UnusableError("text is null") if names else _NO_TEXT)


def _published(
    record: Mapping[str, Any], names: tuple[str, ...], conversion: Conversion, remarks: list[tuple[str, str]]
) -> int | None:
    """Microseconds since 1970: the first time that is understood, of the path of the file if a pattern says so."""
    values: Iterable[Any] = map(record.__getitem__, names)
    if "published" in conversion.ruled:
        values = [conversion.ruled["published"]]
    elif "published" in conversion.default:
        values = (*values, conversion.default["published"])
    fault = ""
    for value in values:
        try:
            if (
                moment := conversion.times(value if isinstance(value, str) else unwrapped(value))
            ) is not None:
                return moment
        except (ValueError, TypeError, OverflowError) as error:
            why = f": {error}" if isinstance(error, AmbiguousError) else ""
            fault = fault or f"published not understood: {_shown(value)}{why}"
    if fault:
        remarks.append((fault, KEPT_UNDATED))
    return None


def _identity(record: Mapping[str, Any], names: tuple[str, ...], remarks: list[tuple[str, str]]) -> str:
    """An id as a string, empty where there is none; a whole float or decimal is written as an integer."""
    fault = None
    for name in names:
        value = record[name]
        if not isinstance(value, str):
            value = unwrapped(value)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        if isinstance(value, str):
            if value:
                return value
        elif not is_missing(value):
            is_number = isinstance(value, (Real, Decimal)) and not isinstance(value, bool)
            with suppress(ValueError, OverflowError):  # a number of thousands of digits
                if is_number and (
                    isinstance(value, Integral) or (math.isfinite(value) and value == int(value))
                ):
                    return str(int(value))
            fault = fault or f"id is neither a string nor an integer: {_shown(value)}"
    if fault:
        remarks.append((fault, KEPT_CHANGED))
    return ""


def _shown(value: Any) -> str:
    """A value in a few characters."""
    try:
        return reprlib.repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists without end
        return type(value).__name__


def _source(
    record: Mapping[str, Any], names: tuple[str, ...], remarks: list[tuple[str, str]]
) -> tuple[str | None, str | None]:
    """The first name of a source, and the host of the first address before it."""
    host = None
    for at in range(len(names)):
        value = _value(record, names[at:], "source", remarks)
        if value is None:
            break
        if (address := host_of(value)) is None:
            return value, host
        host = host or address
    return None, host


def _value(
    record: Mapping[str, Any], names: tuple[str, ...], what: str, remarks: list[tuple[str, str]]
) -> str | None:
    """The first value that is not blank, as a string: a name of a mapping, the names in a list joined by commas."""
    fault = None
    for name in names:
        value = record[name]
        if not isinstance(value, str):
            value = _as_string(value)
        if isinstance(value, str):
            if value and not value.isspace() and not (what != "title" and _is_no_value(value)):
                return value
        elif value is not None:
            fault = fault or f"{what} not understood: {_shown(value)}"
    if fault:
        remarks.append((fault, KEPT_CHANGED))
    return None


def _is_no_value(value: str) -> bool:
    """Whether a string says that there is nothing, as ``None`` or ``N/A``."""
    return len(value) < 12 and value.strip().lower() in NO_VALUES


def _as_string(value: Any) -> Any:
    """A value as a string, None where it is missing; the value itself where it cannot be one."""
    if is_missing(value):
        return None
    value = named(value)
    if isinstance(value, bytes):
        with suppress(UnusableError):
            return text_of(value)
    if isinstance(value, (Number, date)):
        with suppress(ValueError):  # a number of thousands of digits
            return str(value)
    return value


def _encoded(value: str | None, name: str, remarks: list[tuple[str, str]]) -> bytes | None:
    """A source, title or address as UTF-8; None where there is none."""
    if not value:
        return None
    data, broken = encoded(value)
    if broken:
        remarks.append((broken_characters(broken, name), KEPT_CHANGED))
    return data


def broken_characters(number: int, place: str) -> str:
    """The remark that a text has characters that could not be decoded."""
    return f"{number:,} broken character{'s' if number > 1 else ''} in the {place}, U+FFFD for each"


def times(published: pl.Series) -> I64:
    """int64[d]: microseconds since 1970, ``UNDATED`` where unknown."""
    time = published.to_numpy().astype("M8[us]").view(np.int64)
    time[time == _NOT_A_TIME] = UNDATED
    return time


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

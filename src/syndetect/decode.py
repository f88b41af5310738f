"""Bytes to text and to lines, and single values to text and time.

An encoding is recognised in this order: a byte order mark (UTF-8, UTF-16, UTF-32); UTF-16 without a mark,
by the zeros that Latin letters and spaces leave in every other byte; UTF-8, strictly; Latin-1 with the
printable additions of Windows-1252, where :func:`is_latin1` finds it plausible. All else is not text.

No line end is translated and no character normalised: an offset counts in the text as it was given.
"""

import codecs
import math
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from typing import Any


class UnusableError(ValueError):
    """Input that cannot be used; the message is the reason, in a few words, as a person will read it.

    Raised where a single thing is read; yielded in the place of the record where several are.
    """


_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (codecs.BOM_UTF8, "utf-8"),
)
#: Codecs for text in one or several bytes a character; Python has others, which rewrite text.
_DECLARABLE = ("iso8859", "cp", "koi8", "mac", "gb", "big5", "euc", "shift_jis", "tis")
#: Bytes of a file's beginning that :func:`encoding_of` wants to see.
HEAD_BYTES = 4096

_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
_HIGH = bytes(range(0x80, 0x100))
#: What Latin-1 text hardly holds, but other bytes read as Latin-1 are full of.
_ODD = re.compile(
    r"""
    [Â-ß][\x80-¿] | [à-ï][\x80-¿]{2} | [ð-ô][\x80-¿]{3}     # valid UTF-8, so the fault is elsewhere
    | â\x80                                                 # half a curly quote in UTF-8
    | (?<![A-Za-zÀ-ÿ])[À-ÿ]{2,}(?![A-Za-zÀ-ÿ])              # a word without ASCII: Cyrillic, Greek, Chinese
    | (?<![A-Za-zÀ-ÿ])(?![ÀÁÄÅÆÈÉÌÍÒÓÔÖØÚàáäåæèéìíòóôöøú])[À-ÿ](?![A-Za-zÀ-ÿ])    # a letter that is no word
    | (?<=[a-z])[¡-©«¬®-³µ¶¸¹»-¿](?=[a-z])                  # a sign in a word: Latin-2
    | (?<=[a-zß-öø-þ])[\x8a\x8c\x8e\x9fÀ-ÖØ-Þ]              # a capital in a word: Mac Roman
    | [¡-¿]{2,} | [\x83\x88\x98¤¦¨¯¸ÿ]                      # signs in a row, and signs that no article uses
    """,
    re.VERBOSE,
)


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding at the beginning of a file, and the length of its byte order mark.

    Args:
        head: the first bytes, :data:`HEAD_BYTES` of them where there are so many.

    Returns:
        A codec's name, ``"utf-8"`` where nothing says otherwise, and the mark's length in bytes.
    """
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    for encoding, high in (("utf-16-le", 1), ("utf-16-be", 0)):
        if _is_utf16(head[: len(head) // 2 * 2], encoding, high):
            return encoding, 0
    return "utf-8", 0


def _is_utf16(head: bytes, encoding: str, high: int) -> bool:
    """Whether bytes are plausible as UTF-16 in an alphabet.

    A tenth of the ``high`` bytes of the units are zero, as of Latin letters, spaces and stops; four in five are
    below 32, as of all alphabets; of the other bytes hardly one is zero; and four in five characters are usual.
    """
    upper, lower = head[high::2], head[1 - high :: 2]
    zeros = upper.count(0)
    if not zeros or 10 * zeros < len(upper) or 20 * lower.count(0) > zeros:
        return False
    if 5 * len(upper.translate(None, bytes(range(32)))) > len(upper):
        return False
    text = head.decode(encoding, "replace")
    usual = sum(c.isalnum() or c.isspace() or "!" <= c <= "~" or "‐" <= c <= "…" for c in text)
    return 5 * usual >= 4 * len(text)


def is_binary(data: bytes) -> bool:
    """Whether bytes are not UTF-8, with control characters (1 in 20) and much that is not ASCII (3 in 10)."""
    controls = len(data) - len(data.translate(None, _CONTROLS))
    high = len(data) - len(data.translate(None, _HIGH))
    try:
        codecs.utf_8_decode(data, "strict", False)  # a character cut off at the end is no fault
    except UnicodeDecodeError:
        return 20 * controls > len(data) and 10 * (controls + high) > 3 * len(data)
    return False


def is_latin1(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 are plausible as Latin-1 or Windows-1252.

    They are where none is a control character or undefined in Windows-1252, at most three in ten are beyond
    ASCII, and at most one in ten of those stands as it would in no language that is written with Latin-1: in
    a sequence that is valid UTF-8, in a word without an ASCII letter, alone though no word, as a sign between
    letters or beside another sign, as a capital after a small letter, or as a sign that no article uses.
    """
    if re.search(rb"[\x00-\x08\x0b\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d]", data):
        return False
    high = len(data) - len(data.translate(None, _HIGH))
    return 10 * high <= 3 * len(data) and 10 * sum(map(len, _ODD.findall(data.decode("latin-1")))) <= high


def decode_line(line: bytes) -> str:
    """Decode a line or record that is UTF-8 or, taken by itself, plausible as Latin-1.

    Raises:
        UnusableError: it is neither.
    """
    try:
        return line.decode()
    except UnicodeDecodeError:
        if is_latin1(line):
            return line.decode("cp1252")
    raise UnusableError("not text (binary?)" if is_binary(line) else "not UTF-8, UTF-16 or Latin-1")


def decode(data: bytes, declared: str | None = None) -> str:
    """Decode a whole file, without its byte order mark.

    Args:
        data: the file's bytes.
        declared: the encoding that the file itself names (HTML does), tried after UTF-16 and UTF-8.

    Raises:
        UnusableError: the bytes are not text, or in an encoding that is not recognised.
    """
    encoding, mark = encoding_of(data[:HEAD_BYTES])
    try:
        return data[mark:].decode(encoding, "strict" if encoding == "utf-8" else "surrogatepass")
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise UnusableError(f"broken {encoding[:6].upper()}") from None
    try:
        name = codecs.lookup(declared or "utf-8").name
        if name.startswith(_DECLARABLE):
            return data.decode("cp1252" if name == "iso8859-1" else name)
    except (LookupError, UnicodeError):  # no such encoding, or not its bytes
        pass
    return decode_line(data)


def too_long(max_bytes: int) -> UnusableError:
    """What is said of a line, row or file of more than ``max_bytes``."""
    return UnusableError(f"longer than {max_bytes:,} bytes")


def as_utf8(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Transcode the blocks of a text to UTF-8 where it is UTF-16 or UTF-32, and drop the byte order mark.

    Raises:
        UnusableError: there are no bytes, or they begin like a binary file.
    """
    head = b""
    try:
        while len(head) < HEAD_BYTES and (block := next(blocks, b"")):
            head += block
    except Exception as error:  # it comes up again behind what was read before it
        blocks = _raising(error)
    encoding, mark = encoding_of(head[:HEAD_BYTES])
    if encoding != "utf-8":
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for block in chain((head[mark:],), blocks):
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", True).encode()
    elif is_binary(head[:HEAD_BYTES]):
        raise UnusableError("not text (binary?)")
    else:
        yield head[mark:]
        yield from blocks
    if not head:
        raise UnusableError("empty file")


def _raising(error: Exception) -> Iterator[bytes]:
    yield from ()
    raise error


def lines(blocks: Iterable[bytes], max_bytes: int) -> Iterator[bytes | int]:
    """The lines in blocks of bytes, without their line feeds.

    In the place of a line of more than ``max_bytes``, which is never held, stands the number of its quotation
    marks.
    """
    parts: list[bytes] = []
    length = quotes = 0
    for block in blocks:
        pieces = block.split(b"\n")
        for end, piece in enumerate(pieces, 1 - len(pieces)):
            parts.append(piece)
            length += len(piece)
            if length > max_bytes:
                quotes += sum(part.count(b'"') for part in parts)
                parts.clear()
            if end:
                yield quotes if length > max_bytes else b"".join(parts)
                parts.clear()
                length = quotes = 0
    if length:
        yield quotes if length > max_bytes else b"".join(parts)


def rows(physical: Iterable[bytes | int], delimiter: str, max_bytes: int) -> Iterator[bytes | UnusableError]:
    """Join the :func:`lines` that a quoted field of CSV runs through.

    A quotation mark opens a field only at its beginning and is doubled inside it. In a row of more than
    ``max_bytes``, which is never held, they are only counted: it ends where their number is even.
    """
    opening = re.compile(rb'(?:^|%b)"[^"]*+(?:""[^"]*+)*+("?)' % re.escape(delimiter.encode()))
    held: list[bytes] = []
    length, is_open = 0, False
    for line in physical:
        length += max_bytes + 1 if isinstance(line, int) else len(line) + bool(held)
        if isinstance(line, bytes) and length <= max_bytes:
            is_open = _stays_open(line, is_open, opening)
            held.append(line)
        else:
            if held:
                is_open = sum(part.count(b'"') for part in held) % 2 == 1
                held.clear()
            is_open ^= (line if isinstance(line, int) else line.count(b'"')) % 2 == 1
        if not is_open:
            yield b"\n".join(held) if held else too_long(max_bytes)
            held.clear()
            length = 0
    if is_open:
        yield UnusableError("a quotation mark that is never closed") if held else too_long(max_bytes)


_INSIDE = re.compile(rb'[^"]*+(?:""[^"]*+)*+')


def _stays_open(line: bytes, is_open: bool, opening: re.Pattern[bytes]) -> bool:
    """Whether a quoted field runs on at the end of a line, at whose beginning one did or did not."""
    if b'"' not in line:
        return is_open
    begin = 0
    if is_open and (inside := _INSIDE.match(line)):
        if inside.end() == len(line):
            return True
        begin = inside.end() + 1
    return any(not field[1] for field in opening.finditer(line, begin))


def encode(text: str) -> bytes:
    """The text in UTF-8, with U+FFFD for every lone surrogate, one for one."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return re.sub("[\ud800-\udfff]", "\ufffd", text).encode()


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


def is_missing(value: object) -> bool:
    """Whether a value is None, or what other libraries have for it: NaN, NaT, NA."""
    try:
        return value is None or bool(value != value)  # noqa: PLR0124  (NaN and NaT differ from themselves)
    except TypeError:  # pandas' NA is neither
        return True
    except ValueError:  # an array
        return False


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
    return (moment - (_EPOCH if moment.tzinfo else _EPOCH.replace(tzinfo=None))) // _MICROSECOND


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
    since = number * 10**6 // per_second if isinstance(number, int) else round(number * (10**6 / per_second))
    if not FIRST <= since <= LAST:
        raise ValueError(number)
    return since

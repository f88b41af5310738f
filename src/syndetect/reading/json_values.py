"""JSON in other forms than lines: an array, articles in objects around them, one value after another.

A file is read value by value and never held whole, however long its arrays are. What is broken is told, and reading
goes on at the next object that begins as the broken one did.
"""

import codecs
import json
import re
from collections.abc import Container, Iterable, Iterator
from typing import Any, NamedTuple

from syndetect.reading.columns import Columns, Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.json_lines import json_object
from syndetect.reading.nesting import Kind, Nesting
from syndetect.reading.notes import REMARK, listed

#: Up to so many characters a value is looked at as a whole to see what it is; longer ones are what they begin as.
_LOOK = 1 << 20
_KEPT = 1 << 16  # characters that are held where the beginning of the next object is looked for
_DEPTH = 50  # of arrays and objects with articles in one another
_PART = 1 << 12  # characters
_NEAR_END = 12  # characters: what is cut off is not understood at so many before the end, or is a string
_BLANK = " \t\n\r"
_SEPARATORS = f"{_BLANK},\x1e"  # the last one stands before the values of RFC 7464
_STRICT = json.JSONDecoder()
_DECODER = json.JSONDecoder(strict=False)  # a line end in a string spoils no article
_FIRST_KEY = re.compile(r'\{\s*("(?:[^"\\]|\\.)*+")\s*:')
_NEXT_OBJECT = re.compile(r'\}\s*,?\s*(\{\s*")')
_ANY_BEGIN = re.compile(r'([\[{]\s*[{"])')
_COLUMNS = UnusableError("columns in place of articles: of a frame of pandas write orient='records'")
_ARTICLES_BEGIN = re.compile(r"\{|\[\s*[\[{]")


class Piece(NamedTuple):
    """A stretch of a file, from the end of the one before to the end of a record.

    Attributes:
        gap: what stands before the record: separators, and what lies around the records.
        raw: the record.
        record: as read; None for more of the last record, or of the gap before the next one.
    """

    gap: str
    raw: str
    record: Record | None

    @property
    def begins(self) -> bool:
        """Whether something other than separators lies between this record and the one before."""
        return bool(self.gap.strip(_SEPARATORS))


class _LongError(Exception):
    """A value is longer than what is looked at."""


def is_values(head: bytes) -> bool:
    """Whether a text that begins so is read by :func:`pieces`, and not as JSON Lines.

    It is where its first line is no object, and an array or an object begins there that ends further on.
    """
    line, is_cut, _ = head.lstrip(b" \t\r\n").partition(b"\n")
    if isinstance(json_object(line, Decoder()), dict):
        return False
    text = head.decode("utf-8", "surrogateescape").lstrip(_SEPARATORS)
    if text[:1] == "[":
        return True
    try:
        _STRICT.raw_decode(text)
    except json.JSONDecodeError as error:
        return bool(is_cut) and _may_be_cut(error, text)
    except (ValueError, RecursionError):
        return False
    return text[:1] == "{"


def _may_be_cut(error: json.JSONDecodeError, text: str) -> bool:
    """Whether an error may come from the end of a text, which goes on."""
    return error.pos >= len(text) - _NEAR_END or error.msg.startswith("Unterminated string")


def json_values(
    blocks: Iterable[bytes], decoder: Decoder, columns: Columns, max_bytes: int
) -> Iterator[tuple[int, Record]]:
    """The records of :func:`pieces` with their numbers from 1.

    Raises:
        EOFError: the text ends within an array or object.
    """
    values = _Values(blocks, decoder, columns, max_bytes)
    records = (piece.record for piece in values.pieces() if piece.record is not None)
    yield from enumerate(records, 1)
    if values.passed or (values.names and not values.found):
        names = listed(values.names)
        told = f"without text before the first article: {values.passed:,} objects, with {names}"
        yield 0, UnusableError(told, REMARK) if values.found else UnusableError(f"no text, only {names}")
    if values.within:
        yield 0, UnusableError(f"{values.within:,} articles in lists of others are not read", REMARK)
    if values.is_cut:
        raise EOFError("it ends within an array or object")


def pieces(blocks: Iterable[bytes], decoder: Decoder, columns: Columns, max_bytes: int) -> Iterator[Piece]:
    """The whole of a text of JSON as stretches, each with one record at most.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        decoder: of the file.
        columns: which tell articles from what lies around them.
        max_bytes: the longest record that is taken, in characters.
    """
    return _Values(blocks, decoder, columns, max_bytes).pieces()


class _Values:
    """The values of a text, of which what was not handed over yet is held.

    Attributes:
        found: whether an article was found.
        passed: elements of arrays in objects that have no text, before the first article.
        names: of the members of the first object without text.
        is_cut: whether the text ends within a value.
        within: articles in lists of articles.
    """

    def __init__(self, blocks: Iterable[bytes], decoder: Decoder, columns: Columns, max_bytes: int) -> None:
        self.found, self.passed, self.is_cut, self.within = False, 0, False, 0
        self.names: list[str] = []
        self._blocks, self._decoder, self._columns, self._max = iter(blocks), decoder, columns, max_bytes
        self._nesting = Nesting(columns)
        self._decode_block = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._last = ""  # record
        self._text, self._start, self._at = "", 0, 0  # where the next piece starts, and what is read next
        self._is_broken = False  # whether the last value was
        self._depth = 0  # arrays and objects around the place that is read
        self._is_whole = False  # whether the text is there to its end, or to an error
        self._error: Exception | None = None

    def pieces(self) -> Iterator[Piece]:
        """All of the text."""
        yield from self._listed("", inner=False)
        yield Piece(self._text[self._start :], "", None)
        if self._error:
            raise self._error

    # -------------------------------------------------------------------------------------------- the text

    def _fill(self, most: int = _LOOK) -> bool:
        """Hold twice as much of the text behind the place that is read, ``most`` at most; whether there was more."""
        held = len(self._text) - self._at
        parts, more = [self._text[self._start :]], 0
        while not self._is_whole and (not more or more < min(held, most - held)):
            try:
                block = next(self._blocks, None)
            except Exception as error:  # it comes up again behind what was read before it
                block, self._error = None, error
            self._is_whole = block is None
            parts.append(self._decode_block(block or b"", self._is_whole))
            more += len(parts[-1])
        self._text = "".join(parts)
        self._at, self._start = self._at - self._start, 0
        return more > 0

    def _skip(self, signs: str = _SEPARATORS) -> str:
        """The next character that is none of the signs; empty at the end."""
        while True:
            self._at = _behind(self._text, self._at, signs)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._fill():
                return ""

    def _decoded(self, most: int) -> tuple[Any, int]:
        """The value that begins here, and where it ends.

        Raises:
            _LongError: it has more than ``most`` characters.
            ValueError, RecursionError: it is broken.
        """
        while True:
            try:
                if self._is_broken:  # a further error would count the lines of all that is held
                    part = self._text[self._at : self._at + _PART]
                    try:
                        _DECODER.raw_decode(part)
                    except json.JSONDecodeError as error:
                        if not _may_be_cut(error, part):
                            raise json.JSONDecodeError(error.msg, part, self._at + error.pos) from None
                    self._is_broken = False
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or self._text[end - 1] in '"]}' or not self._fill():
                    if end - self._at > most:
                        raise _LongError
                    return value, end
            except json.JSONDecodeError as error:
                if self._is_broken or self._is_whole or not _may_be_cut(error, self._text):
                    raise
                if len(self._text) - self._at > most:
                    raise _LongError from None
                self._fill(most + 1)

    def _follow(self, end: int, signs: str) -> None:
        """Go on behind a string or number.

        Raises:
            ValueError: there is none of the signs: it was no string, but stood between two.
        """
        self._at = end
        if (sign := self._skip(_BLANK)) not in signs:
            raise ValueError(f"unexpected {sign}")

    def _piece(self, record: Record | None, begin: int, end: int) -> Piece:
        """The stretch to ``end``, which is read then; the record begins at ``begin``."""
        gap, raw = self._text[self._start : begin], self._text[begin:end]
        self._start = self._at = end
        if isinstance(record, dict):
            self._last = raw
            self.within += self._nesting.articles_within(record)
            try:
                raw.encode()
            except UnicodeEncodeError:  # no UTF-8
                record = json_object(raw[raw.find("{") :].encode("utf-8", "surrogateescape"), self._decoder)
        return Piece(gap, raw, record)

    # ------------------------------------------------------------------------------------------- the values

    def _value(self, *, inner: bool) -> Iterator[Piece]:
        """The records of the value that begins here; ``inner``: whether an object lies around it."""
        value: Any
        try:
            value, kind, end = (None, "list", 0) if self._text[self._at] == "[" else self._looked_at()
            if self._depth == _DEPTH and kind in ("list", "holder"):
                raise ValueError("nested too deeply")
        except (ValueError, RecursionError, _LongError) as error:
            yield from self._broken(error)
            return
        self.found |= kind == "article"
        if kind in ("list", "holder"):
            self._at += 1
            self._depth += 1
            yield from self._object() if kind == "holder" else self._listed("]", inner=inner)
            self._depth -= 1
        elif inner and not self.found:
            self.passed += 1
            self._pass(value, end)
        else:
            is_of_columns = not kind and self._nesting.is_of_columns(value)
            yield self._piece(_COLUMNS if is_of_columns else value, self._at, end)

    def _looked_at(self) -> tuple[Any, Kind, int]:
        """The value that begins here, its kind, and where it ends; of a holder perhaps only the kind.

        Raises:
            As :meth:`_decoded`.
        """
        try:
            value, end = self._decoded(_LOOK)
        except _LongError:
            if self._begins_as_holder():
                return None, "holder", self._at
            value, end = self._decoded(self._max)
        return value, self._nesting.kind_of(value), end

    def _begins_as_holder(self) -> bool:
        """Whether, of an object of which only the beginning is held, the member at its end may hold articles."""
        text, begin = self._text, len(self._text)
        if text[self._at] != "{":
            return False
        at = self._at + 1
        try:
            while True:
                name, at = _DECODER.raw_decode(text, _behind(text, at, _SEPARATORS))
                begin = _behind(text, at, f"{_BLANK}:")
                value, at = _DECODER.raw_decode(text, begin)
                if self._nesting.has_text({name: value}):
                    return False
                begin = len(text)
        except (ValueError, RecursionError):  # here it is cut off
            return _ARTICLES_BEGIN.match(text, begin) is not None

    def _listed(self, closing: str, *, inner: bool) -> Iterator[Piece]:
        """The records of an array, behind its bracket, or of all of the text; of others only the number is told."""
        others = 0
        while sign := self._skip(_SEPARATORS + ("}" if closing else "]}")):
            yield from self._flushed()
            if sign == closing:
                self._at += 1
                break
            if sign in "{[":
                yield from self._value(inner=inner)
                continue
            begin = self._at - self._start
            try:
                self._follow(self._decoded(self._max)[1], ",]" if closing else '{["')
                others += 1
            except (ValueError, _LongError) as error:
                self._at = self._start + begin
                yield from self._broken(error)
        self.is_cut |= bool(closing) and not sign
        if others and (self.found or not inner):
            yield self._piece(
                UnusableError(f"{others:,} values that are no JSON objects"), self._at, self._at
            )

    def _object(self) -> Iterator[Piece]:
        """The records of an object that holds some, behind its brace."""
        value: Any
        is_map = True  # from names to articles, so far
        while sign := self._skip(_SEPARATORS + "]:"):
            yield from self._flushed()
            if sign == "}":
                self._at += 1
                return
            if sign != '"':  # behind what was broken
                yield from self._value(inner=True)
                continue
            begin = self._at - self._start
            try:
                name, end = self._decoded(_LOOK)
                self._follow(end, ":")
            except (ValueError, _LongError) as error:
                self._at = self._start + begin
                yield from self._broken(error)
                continue
            try:
                is_long = self._skip(_SEPARATORS + ":") == "[" and self._is_long()
                value, kind, end = (None, "holder", 0) if is_long else self._looked_at()
            except (ValueError, RecursionError, _LongError) as error:
                yield from self._broken(error)
                continue
            is_map &= kind == "article"
            if kind == "holder":
                yield from self._value(inner=True)
            elif kind == "article":
                self.found = True
                has_id = not is_map or self._columns.keys(tuple(value))[0]
                yield self._piece(value if has_id else {"id": name, **value}, self._start + begin, end)
            else:
                self._pass(value, end)
        self.is_cut = True

    def _is_long(self) -> bool:
        """Whether the array that begins here is too long to be looked at as a whole."""
        try:
            self._decoded(_LOOK)
        except _LongError:
            return True
        return False

    def _pass(self, value: object, end: int) -> None:
        """Go on behind a value that is no article, and lies around some."""
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, dict) and not self.found:
            self.names = self.names or list(first)
        self._at = end

    def _flushed(self) -> Iterator[Piece]:
        """What was passed over, if it is long."""
        if self._at - self._start > _LOOK:
            yield self._piece(None, self._at, self._at)

    def _broken(self, error: Exception) -> Iterator[Piece]:
        """What cannot be read here, up to the next object that begins as it does, or as any does."""
        self._is_broken = True
        if isinstance(error, _LongError):
            record: UnusableError | None = too_long(self._max)
        elif isinstance(error, json.JSONDecodeError):
            at = error.pos - self._at + 1
            record = UnusableError(f"broken JSON at character {at} of the value: {error.msg}")
        else:  # a number of thousands of digits; thousands of brackets
            record = UnusableError(f"broken JSON: {error}")
        own, last = _FIRST_KEY.match(self._text, self._at), _FIRST_KEY.search(self._last)
        keys = {key[1] for key in (own, last) if key}
        begins = _NEXT_OBJECT if own else _ANY_BEGIN
        begin = at = self._at - self._start  # from where on the next object is looked for
        while True:
            found = begins.search(self._text, self._start + at + 1)
            if found:
                at = found.start(1) - self._start
                if self._is_next(found.start(1), keys):
                    break
                continue
            held = len(self._text) - self._start
            if held > _LOOK + _KEPT:
                yield self._piece(record, self._start + begin, len(self._text) - _KEPT)
                record, begin, at = None, 0, 0
            else:
                at = max(at, held - _KEPT)
            if not self._fill():
                at = len(self._text) - self._start
                break
        raw = self._text[self._start + begin : self._start + at].rstrip(_SEPARATORS)
        yield self._piece(record, self._start + begin, self._start + begin + len(raw))

    def _is_next(self, at: int, keys: Container[str]) -> bool:
        """Whether an object behind a broken one is a record of its own, and not in it."""
        if (key := _FIRST_KEY.match(self._text, at)) and key[1] in keys:
            return True
        for size in (_PART, len(self._text)):  # an error counts the lines of all that is given
            part = self._text[at : at + size]
            try:
                return self._nesting.kind_of(_DECODER.raw_decode(part)[0]) != ""
            except json.JSONDecodeError as error:
                if not _may_be_cut(error, part):
                    return False
            except (ValueError, RecursionError):
                return False
        return not self._is_whole


def _behind(text: str, at: int, signs: str) -> int:
    """The next place from ``at`` whose character is none of the signs; the end, where there is none."""
    while at < len(text) and text[at] in signs:
        at += 1
    return at

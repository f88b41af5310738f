"""JSON written again, in lines or in any other form, with only the kept records and the changes in them."""

import json
import re
from collections.abc import Iterator, Sequence

from syndetect.dedup.cuts import Spans, cut
from syndetect.dedup.kept import MAX_BYTES, Chosen, KeptRecords, Texts
from syndetect.reading.decoding import Decoder
from syndetect.reading.formats import Reader
from syndetect.reading.json_lines import JSON
from syndetect.reading.json_values import is_values, pieces
from syndetect.reading.lines import looked_into
from syndetect.reading.nesting import Nesting

_VALUE = JSON.raw_decode
_BLANK = " \t\n\r"
_COMMA_FIRST, _COMMA_LAST = re.compile(r"\A\s*,\s*"), re.compile(r"\s*,\s*\Z")


def kept_json(blocks: Iterator[bytes], reader: Reader, texts: Texts, kept: KeptRecords) -> Iterator[bytes]:
    """The kept records of a file of JSON, in pieces.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        reader: of the file.
        texts: where its texts are.
        kept: the records.
    """
    head, blocks = looked_into(blocks)
    change = _Changes(reader.decoder, texts, kept)
    if reader.file.format == "json" or is_values(head):
        return _values(blocks, reader, change)
    return _lines(blocks, change)


class _Changes:
    """The changes of records, which are objects of JSON."""

    def __init__(self, decoder: Decoder, texts: Texts, kept: KeptRecords) -> None:
        self._decoder, self._texts, self.kept = decoder, texts, kept

    def made(self, record: bytes, number: int) -> bytes:
        """A record, perhaps with its name in an object before it; the other bytes stay the same."""
        if number in self.kept.cuts:
            record = self._cut(record, self.kept.cuts[number])
        if self.kept.flags is not None and self.kept.has_flag(number):
            record = self._with_member(record, self.kept.flags.column, self.kept.flags.of.get(number))
        return record

    def _cut(self, record: bytes, spans: Spans) -> bytes:
        """A record with the spans removed from its text."""
        text = self._decoder.line(record)
        begin, end = self._text_value(text, _object_in(text))
        return self._with_value(record, begin, end, cut(_VALUE(text, begin)[0], spans, self._texts.markup))

    def _text_value(self, text: str, at: int) -> tuple[int, int]:
        """Begin and end of the text of the object that begins at a place, or of the record with text in it."""
        columns = self._texts.columns
        record, _ = _VALUE(text, at)
        inner = None if columns.keys(tuple(record))[1] else Nesting(columns).inner_name(record)
        wanted = self._texts.column_of(record) if inner is None else inner
        begin, end = {name: (begin, end) for name, begin, end in members(text, at)}[wanted]
        return (begin, end) if inner is None else self._text_value(text, begin)

    def _with_member(self, record: bytes, name: str, value: str | None) -> bytes:
        """A record with a member set, the last one if it is new."""
        written = json.dumps(name)
        if (
            name.encode() in record or written[1:-1].encode() in record or b"\\u" in record
        ):  # it may be escaped
            text = self._decoder.line(record)
            for known, begin, end in members(text, _object_in(text)):
                if known == name:
                    return self._with_value(record, begin, end, value)
        before = record.rstrip(_BLANK.encode())[:-1].rstrip(_BLANK.encode())
        return before + f", {written}: {json.dumps(value)}".encode() + record[record.rindex(b"}") :]

    def _with_value(self, record: bytes, begin: int, end: int, value: object) -> bytes:
        """A record with another value in the place of some characters."""
        text = self._decoder.line(record)
        for only_ascii in (record.isascii(), True):
            made = text[:begin] + json.dumps(value, ensure_ascii=only_ascii) + text[end:]
            try:
                return self._decoder.encode(made, record)
            except UnicodeEncodeError:  # JSON can hold characters, and half ones, that the encoding cannot
                continue
        raise AssertionError("ASCII can always be encoded")


def _lines(blocks: Iterator[bytes], change: _Changes) -> Iterator[bytes]:
    """The kept lines, in pieces: one that is not changed is never held."""
    kept = change.kept
    is_kept, number = Chosen(kept.numbers), 1
    held, is_begun = list[bytes](), False
    for block in blocks:
        *ended, rest = block.split(b"\n")
        for at, piece in enumerate((*ended, rest)):
            is_begun = is_begun or bool(piece)
            if is_kept[number]:
                if kept.is_changed(number):
                    held.append(piece)
                elif piece:
                    yield piece
            if at < len(ended):
                if is_kept[number]:
                    yield _line(held, number, change)
                held, is_begun, number = [], False, number + 1
                if number > is_kept.last:  # what follows may be broken
                    return
    if is_begun and is_kept[number]:
        yield _line(held, number, change)


def _line(held: Sequence[bytes], number: int, change: _Changes) -> bytes:
    """A line that was held, with its changes, and its line feed; of any other line the line feed."""
    return (change.made(b"".join(held), number) if held else b"") + b"\n"


def _values(blocks: Iterator[bytes], reader: Reader, change: _Changes) -> Iterator[bytes]:
    """JSON in other forms, all but the removed records; with each goes one of the commas beside it."""
    chosen, number, is_kept = Chosen(change.kept.numbers), 0, False
    is_first, separated = (
        True,
        False,
    )  # whether a record begins its array; whether something kept is before it
    is_lost = False  # whether the last record is left out, and no comma went with it
    for piece in pieces(blocks, reader.decoder, reader.columns, MAX_BYTES):
        raw, gap, has_comma = piece.raw.encode("utf-8", "surrogateescape"), piece.gap, False
        if piece.begins and is_lost:
            gap, is_lost = _COMMA_FIRST.sub("", gap, count=1), False
        if piece.record is not None:
            number += 1
            is_kept = chosen[number]
            is_first |= piece.begins
            if is_kept and change.kept.is_changed(number):
                raw = change.made(raw, number)
            elif not is_kept and piece.begins:
                gap, found = _COMMA_LAST.subn("", gap)
                has_comma = found > 0
        if piece.record is None or is_first or (is_kept and separated):
            yield gap.encode("utf-8", "surrogateescape")
        if is_kept:
            yield raw
        separated = is_kept or has_comma or (separated and not is_first)
        if piece.record is not None:
            is_lost = not separated
        is_first = piece.record is None and not raw


def _object_in(text: str) -> int:
    """Where the object of a record begins, which may have a name before it."""
    return text.index("{", _VALUE(text, 0)[1] if text.startswith('"') else 0)


def members(line: str, at: int = 0) -> Iterator[tuple[str, int, int]]:
    """The members of the JSON object at a place, which must be well formed: name, and begin and end of the value."""

    def skip(at: int, signs: str) -> int:
        while line[at] in signs:
            at += 1
        return at

    at = skip(skip(at, _BLANK) + 1, _BLANK)
    while line[at] != "}":
        name, at = _VALUE(line, at)
        begin = skip(at, _BLANK + ":")
        _, end = _VALUE(line, begin)
        yield name, begin, end
        at = skip(end, _BLANK + ",")

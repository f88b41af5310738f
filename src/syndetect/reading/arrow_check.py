"""Check Arrow files and streams before polars reads them: it ends the process where a buffer claims an immense size.

Of the format (Apache Arrow, "Columnar format: serialization and interprocess communication") this reads as much as
tells where buffers lie: messages, each a table in a flatbuffer, and a body of buffers behind it.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from syndetect.reading.encoding import UnusableError
from syndetect.runtime.memory import free_memory

_MAGIC = b"ARROW1"
_CONTINUED = 0xFFFFFFFF  # before the length of a message; streams of old versions lack it
_DICTIONARY, _BATCH = 2, 3  # kinds of messages that have buffers
_TAIL = 10  # bytes: the length of a file's footer, and the magic number again
_MOST_PACKED = 1 << 16  # times; Zstandard makes four bytes of 128 KiB at best
_HARMLESS = 1 << 20  # bytes that there always are


class _Table(NamedTuple):
    """A table in a flatbuffer, whose fields lie at offsets.

    Attributes:
        data: the flatbuffer.
        at: where the table begins.
    """

    data: bytes
    at: int

    @classmethod
    def root(cls, data: bytes) -> "_Table":
        """The root table of a flatbuffer."""
        return cls(data, _number("<I", data, 0))

    def number(self, field: int, form: str) -> int:
        """The number in a field; 0 where the field is absent."""
        place = self._place(field)
        return _number(form, self.data, place) if place else 0

    def table(self, field: int) -> "_Table | None":
        """The table in a field."""
        place = self._place(field)
        return _Table(self.data, place + _number("<I", self.data, place)) if place else None

    def rows(self, field: int, form: str) -> Iterator[tuple[Any, ...]]:
        """The list of structures in a field."""
        if place := self._place(field):
            begin = place + _number("<I", self.data, place)
            size = _number("<I", self.data, begin) * struct.calcsize(form)
            rows = self.data[begin + 4 : begin + 4 + size]
            if len(rows) < size:
                raise struct.error("a list that is longer than the message")
            yield from struct.iter_unpack(form, rows)

    def _place(self, field: int) -> int:
        """The place of a field; 0 where the field is absent."""
        fields = self.at - _number("<i", self.data, self.at)
        at = 4 + 2 * field
        offset = _number("<H", self.data, fields + at) if at < _number("<H", self.data, fields) else 0
        return self.at + offset if offset else 0


class _Message(NamedTuple):
    """A message, and the place of its body in the file."""

    table: _Table
    body: int


class _File(NamedTuple):
    """A file and its bytes."""

    file: BinaryIO
    size: int

    def read(self, begin: int, length: int) -> bytes:
        """Bytes of the file; they must be in it."""
        if begin < 0 or length < 0 or begin + length > self.size:
            raise struct.error("bytes that are not in the file")
        self.file.seek(begin)
        return self.file.read(length)

    def message(self, at: int) -> tuple[_Table | None, int]:
        """The message at a place (None at the end mark), and the place behind it."""
        length = _number("<I", self.read(at, 4), 0)
        at += 4
        if length == _CONTINUED:
            length = _number("<I", self.read(at, 4), 0)
            at += 4
        return _Table.root(self.read(at, length)) if length else None, at + length

    def messages(self) -> Iterator[_Message]:
        """All messages: those that the footer of a file names, or those of a stream in order."""
        if self.size < len(_MAGIC) or self.read(0, len(_MAGIC)) != _MAGIC:
            yield from self._streamed()
            return
        length = _number("<i", self.read(self.size - _TAIL, 4), 0)
        footer = _Table.root(self.read(self.size - _TAIL - length, length))
        for field in (2, 3):  # dictionaries, batches
            for begin, head, _ in footer.rows(field, "<qi4xq"):
                message, _ = self.message(begin)
                if message is not None:
                    yield _Message(message, begin + head)

    def _streamed(self) -> Iterator[_Message]:
        at = 0
        while at < self.size:
            message, at = self.message(at)
            if message is None:
                return
            yield _Message(message, at)
            if (body := message.number(3, "<q")) < 0:
                raise struct.error("a body of less than nothing")
            at += body

    def check(self, message: _Message) -> None:
        """Make sure that the buffers of a message lie in the file, and are not immense when they are unpacked."""
        kind = message.table.number(1, "<B")
        batch = message.table.table(2) if kind in (_DICTIONARY, _BATCH) else None
        if batch is not None and kind == _DICTIONARY:
            batch = batch.table(1)
        if batch is None:
            return
        is_packed = batch.table(3) is not None
        for offset, length in batch.rows(2, "<qq"):
            begin = message.body + offset
            if offset < 0 or length < 0 or begin + length > self.size:
                raise UnusableError("broken arrow: a column that is longer than the file")
            if is_packed and length >= 8 and not _is_sound(length, _number("<q", self.read(begin, 8), 0)):
                raise UnusableError("broken arrow: a column that is larger than it can be")


def check(path: Path) -> None:
    """Make sure that the buffers of an Arrow file or stream lie in it, and can be unpacked.

    Raises:
        UnusableError: they do not, or it is no such file.
        OSError: it cannot be read.
    """
    with path.open("rb") as opened:
        file = _File(opened, opened.seek(0, 2))
        try:
            for message in file.messages():
                file.check(message)
        except struct.error as error:
            raise UnusableError("broken arrow: it does not say where its columns are") from error


def _is_sound(packed: int, unpacked: int) -> bool:
    """Whether a buffer of ``packed`` bytes can have the stated size unpacked; -1 means that it is not packed."""
    return -1 <= unpacked <= _HARMLESS or 0 < unpacked <= min(packed * _MOST_PACKED, free_memory())


def _number(form: str, data: bytes, at: int) -> int:
    """The number at a place; it must be in the file."""
    if at < 0:
        raise struct.error("a place before the beginning")
    number: int = struct.unpack_from(form, data, at)[0]
    return number

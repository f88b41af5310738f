"""Web archives to records: WARC and WET (ISO 28500), and ARC before them.

A response of HTML is an article by its main text, a conversion (WET) by its whole text. Neither fastwarc nor warcio
reads on behind a broken record, and warcio takes a file that is cut off for a whole one; so records are framed here:
behind what is broken, reading goes on at the next member of gzip, and at the next line that begins a record.
"""

import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from syndetect.reading.columns import Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError, too_long
from syndetect.reading.notes import REMARK
from syndetect.reading.values import host_of
from syndetect.storage.compression import zstd

#: The main text of a page, given its bytes and the charset that HTTP names.
ReadPage = Callable[[bytes, str | None], Record]

_BLOCK_BYTES = 1 << 20
_MOST_HEADER = 1 << 16
_MOST_KINDS = 9  # of other records, that are named
_GZIP = b"\x1f\x8b\x08"
_WARC_HEADER = re.compile(rb"WARC/\d[^\n]*\n(?:[^\r\n][^\n]*\n)*+\r?\n")
_ARC_HEADER = re.compile(rb"[a-z][a-z0-9+.-]*:\S* [\d.:a-f-]+ \d{8,14} [^\n]*?(\d+)\r?\n", re.IGNORECASE)
_NEXT_RECORD = re.compile(rb"(?<=\n)(?:WARC/1\.\d\r?\n|[a-z]+://\S+ [\d.]{7,15} \d{14} \S+ \d+\n)")
_HTTP_HEADER = re.compile(rb"HTTP/\S+ +(\d{3})[^\n]*\n(?:[^\r\n][^\n]*\n)*+\r?\n")
_CHUNK = re.compile(rb"(?:\r?\n)?([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_ZSTD = b"\x28\xb5\x2f\xfd"
_ABOUT_OTHERS = ("warcinfo", "request", "metadata")
_LOOKS_LIKE_HTML = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)


class Frame(NamedTuple):
    """A record of an archive.

    Attributes:
        fields: the names, in small letters, and values of its header; of ARC those that WARC has for them.
        content: its block; of one that is too long only the beginning.
        is_whole: whether the content is.
    """

    fields: Mapping[str, str]
    content: bytes
    is_whole: bool


def warc_records(
    blocks: Iterator[bytes], read_page: ReadPage, max_bytes: int, *, gzipped: bool
) -> Iterator[tuple[int, Record]]:
    """The articles of an archive, with the numbers of their records, from 1; what holds none is told once, as number 0.

    Args:
        blocks: the archive's bytes, still packed by gzip where ``gzipped``.
        read_page: reads a page.
        max_bytes: the longest content that is taken.
        gzipped: whether to unpack.

    Raises:
        EOFError: the archive is cut off.
    """
    others: Counter[str] = Counter()
    frames = _Frames(_members(blocks) if gzipped else blocks, max_bytes)
    for number, frame in enumerate(frames, 1):
        record = frame if isinstance(frame, UnusableError) else _record(frame, read_page, max_bytes, others)
        if record is not None:
            yield number, record
    if others:
        kinds = sorted(others.items(), key=lambda one: (-one[1], one[0]))
        most = [f"{count:,} {kind}" for kind, count in kinds[:_MOST_KINDS]]
        more = ["and others"] if len(others) > _MOST_KINDS else []
        told = f"{others.total():,} records are no pages of HTML: {', '.join(most + more)}"
        yield 0, UnusableError(told, REMARK)
    if frames.is_cut or frames.error:
        raise frames.error or EOFError("it is cut off")


def _members(blocks: Iterator[bytes]) -> Iterator[bytes | None]:
    """The members of gzip unpacked; None in the place of what is broken, up to the next member."""
    decoder, data, begun = zlib.decompressobj(31), b"", False
    lost = False
    for block in blocks:
        data += block
        while data:
            if lost:
                at = data.find(_GZIP)
                if at < 0:
                    data = data[-2:]
                    break
                decoder, data, lost = zlib.decompressobj(31), data[at:], False
            try:
                unpacked = decoder.decompress(data, _BLOCK_BYTES)
            except zlib.error:
                yield None
                data, lost, begun = data[1:], True, False
                continue
            if unpacked:
                yield unpacked
            data, begun = decoder.unconsumed_tail, True
            if decoder.eof:
                data, decoder, begun = decoder.unused_data.lstrip(b"\0"), zlib.decompressobj(31), False
    if begun:
        yield decoder.flush()
        if not decoder.eof:
            raise EOFError("it is cut off")


class _Frames:
    """The records of an archive one by one; in the place of what is broken an ``UnusableError``.

    Attributes:
        is_cut: whether the archive ends within a record.
        error: with which reading it ended, if it did.
    """

    def __init__(self, blocks: Iterator[bytes | None], max_bytes: int) -> None:
        self.is_cut = False
        self.error: Exception | None = None
        self._blocks, self._max = blocks, max_bytes
        self._data = bytearray()  # from the record that is read next
        self._is_gap = False  # whether what follows is broken

    def __iter__(self) -> Iterator[Frame | UnusableError]:
        told = False  # whether a record was that reaches into a gap
        while not self.is_cut:
            if self._skip_line_ends():
                frame = self._frame()
                told = self._is_gap and isinstance(frame, UnusableError)
                if not self.is_cut:
                    yield frame
            elif self._is_gap:
                self._is_gap = False
                if not told:
                    yield UnusableError("broken gzip, up to the next record")
                told = False
            else:
                return

    def _fill(self) -> bool:
        """Hold more; False at the end and before a gap."""
        if self._is_gap or self.error:
            return False
        try:
            block = next(self._blocks, b"")
        except Exception as error:  # it comes up again behind what was read before it
            self.error, block = error, b""
        self._is_gap = block is None
        self._data += block or b""
        return bool(block)

    def _skip_line_ends(self) -> bool:
        """Whether something is there behind line ends."""
        while True:
            end = re.match(rb"[\r\n]*", self._data)
            del self._data[: end.end() if end else 0]
            if self._data or not self._fill():
                return bool(self._data)

    def _frame(self) -> Frame | UnusableError:
        """The record that begins here."""
        while len(self._data) < _MOST_HEADER and self._fill():
            pass
        fields, size, begin = _header(self._data)
        if size is None:
            return self._broken("no header of a record")
        del self._data[:begin]
        held, left = bytearray(), size
        while left and (self._data or self._fill()):
            part = self._data[:left]
            left -= len(part)
            held += part if size <= self._max else part[: max(0, _MOST_HEADER - len(held))]
            del self._data[: len(part)]
        if left or (self._skip_line_ends() and not _begins(self._data)):
            self._data[:0] = held  # in which the next record may be
            return self._broken("cut off, or of another length than its header says")
        return Frame(fields, bytes(held), size <= self._max)

    def _broken(self, how: str) -> UnusableError:
        """Go on to the next record."""
        while not (found := _NEXT_RECORD.search(self._data)):
            del self._data[:-_MOST_HEADER]
            if not self._fill():
                self.is_cut = not self._is_gap
                self._data.clear()
                break
        if found:
            del self._data[: found.start()]
        return UnusableError(f"broken record: {how}")


def _begins(data: bytearray) -> bool:
    return data.startswith(b"WARC/") or _ARC_HEADER.match(data) is not None


def _header(data: bytearray) -> tuple[dict[str, str], int | None, int]:
    """The fields of the header at the beginning, the length of the content behind it, and the header's end."""
    if arc := _ARC_HEADER.match(data):
        uri, kind = arc[0].split(b" ", 1)[0].decode("utf-8", "replace"), "response"
        if uri.startswith("filedesc:"):
            kind = "warcinfo"
        return {"warc-type": kind, "warc-target-uri": uri}, int(arc[1]), arc.end()
    if not (found := _WARC_HEADER.match(data)):
        return {}, None, 0
    fields = _fields(found[0])
    length = fields.get("content-length", "")
    return fields, int(length) if re.fullmatch("[0-9]{1,18}", length) else None, found.end()


def _fields(header: bytes) -> dict[str, str]:
    """The fields of a header of WARC or HTTP below its first line, with names in small letters."""
    unfolded = re.sub(r"\r?\n[ \t]+", " ", header.decode("utf-8", "replace"))
    named = (line.partition(":") for line in unfolded.splitlines()[1:])
    return {name.strip().lower(): value.strip() for name, _, value in named}


# -------------------------------------------------------------------------------------------------- contents


def _record(frame: Frame, read_page: ReadPage, max_bytes: int, others: Counter[str]) -> Record | None:
    """The article of a record; None for one that has none, which may be counted among ``others``."""
    kind = frame.fields.get("warc-type", "").lower()
    try:
        if kind == "conversion":
            if not frame.is_whole:
                raise too_long(max_bytes)
            page: Record | None = {"text": Decoder(lambda: (frame.content,)).text(frame.content)}
        elif kind in ("response", "resource"):
            page = _page(frame, read_page, max_bytes, others)
        else:
            if kind not in _ABOUT_OTHERS:
                others[f"of the type {kind[:20]}"] += 1
            page = None
    except UnusableError as error:
        return error
    if page is None or isinstance(page, UnusableError):
        return page
    uri = frame.fields.get("warc-target-uri", "").strip("<>")
    name = frame.fields.get("warc-record-id", "").strip("<>")
    return {**page, "id": name or None, "url": uri or None, "source": host_of(uri)}


def _page(frame: Frame, read_page: ReadPage, max_bytes: int, others: Counter[str]) -> Record | None:
    """The article of a response or resource; None for what is no page of HTML.

    Raises:
        UnusableError: it is too long, or packed in a way that is not known.
    """
    http, body = _HTTP_HEADER.match(frame.content), frame.content
    fields = {} if http is None else _fields(http[0])
    kind = fields.get("content-type", "" if http else frame.fields.get("content-type", ""))
    if http:
        body = body[http.end() :]
        if int(http[1]) != 200:
            others[f"with status {int(http[1])}"] += 1
            return None
    if fields.get("transfer-encoding", "").lower() == "chunked":
        body = _unchunked(body)
    media = kind.partition(";")[0].strip().lower()
    if media not in ("", "text/html", "application/xhtml+xml") and not media.startswith("application/http"):
        others[f"of {media}"] += 1
        return None
    if not frame.is_whole:
        raise too_long(max_bytes)
    body = _decoded(body, fields.get("content-encoding", "").lower(), max_bytes)
    if media not in ("text/html", "application/xhtml+xml") and not _LOOKS_LIKE_HTML.match(body):
        others["of no known type"] += 1
        return None
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]+)", kind, re.IGNORECASE)
    return read_page(body, charset[1] if charset else None)


def _unchunked(body: bytes) -> bytes:
    """A body without the lengths of its chunks; as it is where it has none, since some archives leave them out."""
    parts, at = [], 0
    while found := _CHUNK.match(body, at):
        at = found.end() + int(found[1], 16)
        parts.append(body[found.end() : at])
    return b"".join(parts) if parts else body


def _decoded(body: bytes, encoding: str, max_bytes: int) -> bytes:
    """A body unpacked; as it is where it is not packed, since some archives unpack it and leave the header.

    Raises:
        UnusableError: it is too long or broken, or packed by what is not installed.
    """
    try:
        match encoding:
            case "gzip" | "x-gzip" if body.startswith(_GZIP[:2]):
                unpacked = zlib.decompressobj(31).decompress(body, max_bytes + 1)
            case "deflate":  # with the header of zlib, as it should be, or without
                bits = 15 if body[:1] == b"\x78" else -15
                unpacked = zlib.decompressobj(bits).decompress(body, max_bytes + 1)
            case "zstd" if body.startswith(_ZSTD):
                unpacked = zstd.ZstdDecompressor().decompress(body, max_bytes + 1)
            case "br" if not _LOOKS_LIKE_HTML.match(body):
                unpacked = _brotli(body)
            case _:
                unpacked = body
    except (zlib.error, zstd.ZstdError) as error:
        raise UnusableError(f"broken {encoding} in the record") from error
    if len(unpacked) > max_bytes:
        raise too_long(max_bytes)
    return unpacked


def _brotli(body: bytes) -> bytes:
    try:
        import brotli  # noqa: PLC0415  (optional)
    except ImportError:
        raise UnusableError("packed by brotli: pip install 'syndetect[warc]'") from None
    try:
        return bytes(brotli.decompress(body))
    except brotli.error as error:
        raise UnusableError("broken br in the record") from error

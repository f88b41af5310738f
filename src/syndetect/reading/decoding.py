"""The text of one file: its encoding, decided once, and its lines decoded and encoded again.

An encoding is recognised in this order: a byte order mark (UTF-8, UTF-16, UTF-32); what the user names; UTF-16 without
a mark; UTF-8; and where a line is not UTF-8, what the whole file says. A file with as many characters of UTF-8 as other
bytes beyond ASCII is UTF-8, in which some lines may be in another encoding. Any other file is in one encoding. Which
one is guessed.

What cannot be decoded becomes lone surrogates, one a byte, as Python's ``surrogateescape`` makes them: so a line is
encoded to the same bytes again, and an article gets U+FFFD for each. No line end is translated and no character
normalised: an offset counts in the text as it was given.
"""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain

from syndetect.reading import labels
from syndetect.reading.detection import guess
from syndetect.reading.encoding import HEAD_BYTES, HIGH, UnusableError, encoding_of, is_binary
from syndetect.reading.lines import beginning

_SAMPLE_BYTES = 1 << 16  # of lines that are not UTF-8, from which their encoding is guessed
_FEW = 2  # bytes beyond ASCII, which tell nothing of an encoding
_FEW_IN_UTF8 = 20  # the same in a file that is mostly UTF-8, where they are rather damage
_ACCIDENTS = 2  # characters of UTF-8 in a line, which other encodings may have by chance
_LONG_LINE = 1 << 20
_ASCII = (
    bytes(range(128)) + b"\x1b$B!!\x1b(B\x1b$)C\x0e!!\x0f~{!!~}+AGE-"
)  # with what opens other sets in seven bits
#: What opens Japanese and Korean text in seven bits (RFC 1468, RFC 1557).
_OF_SEVEN_BITS = {b"\x1b$@": "iso2022_jp", b"\x1b$B": "iso2022_jp", b"\x1b$)C": "iso2022_kr"}
_SEVEN_BITS = re.compile(b"|".join(map(re.escape, _OF_SEVEN_BITS)))
_SURROGATE = re.compile("[\udc80-\udcff]")


def _lone(error: UnicodeError) -> tuple[str | bytes, int]:
    """Lone surrogates as themselves; one for other bytes that cannot be decoded, and for it a question mark."""
    with suppress(UnicodeError):
        return codecs.lookup_error("surrogatepass")(error)
    if isinstance(error, UnicodeDecodeError):
        return "\udcff", error.end
    assert isinstance(error, UnicodeEncodeError)
    return "?", error.end


codecs.register_error("syndetect.lone", _lone)


class Decoder:
    """Decodes the lines of one file, in order.

    Args:
        again: the blocks of the file once more, as many of them as can be had, when its encoding is to be decided. If
            there are none, lines of UTF-8 are that, whatever others are.
        encoding: the codec, if it is known; a byte order mark still counts for more.

    Attributes:
        mark: the byte order mark.
    """

    def __init__(self, again: Callable[[], Iterable[bytes]] = tuple, encoding: str | None = None) -> None:
        self._again, self._named = again, encoding
        self._transcoded = ""  # the codec of a file whose lines are transcoded to UTF-8
        self._is_utf8 = self._is_decided = encoding == "utf-8"
        self._guess: str | None = None
        self._has_guessed = False
        self._seen_utf8 = self._seen_others = False  # of lines that are not ASCII
        self.mark = b""
        if self._is_utf8:
            self._named = None

    def stream(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        """The blocks of the file without its mark, in UTF-8 if their encoding is no superset of ASCII.

        Raises:
            UnusableError: there are no bytes, or they begin like a binary file.
        """
        head, blocks = beginning(blocks, HEAD_BYTES)
        if head:
            self._begin(head[:HEAD_BYTES])
        rest = chain((head[len(self.mark) :],), blocks)
        if self._transcoded:
            decoder = codecs.getincrementaldecoder(self._transcoded)("syndetect.lone")
            for block in _in_step(rest, self._transcoded):
                yield decoder.decode(block).encode("utf-8", "surrogatepass")
            yield decoder.decode(b"", True).encode("utf-8", "surrogatepass")
        else:
            yield from rest
        if not head:
            raise UnusableError("empty file")

    def _begin(self, head: bytes) -> None:
        encoding, length = encoding_of(head)
        self.mark = head[:length]
        if length:
            self._named = None
            self._is_utf8 = self._is_decided = True
        elif self._named or self._is_utf8:
            encoding = self._named or "utf-8"
        elif (opening := _SEVEN_BITS.search(head)) and head.isascii():
            encoding = self._guess = _OF_SEVEN_BITS[opening[0]]
            self._has_guessed = True
        if not is_ascii_superset(encoding):
            self._transcoded, self._named = encoding, None
        elif not self._named and is_binary(head):
            raise UnusableError("not text (binary?)")

    @property
    def tries_utf8(self) -> bool:
        """Whether a line that is valid UTF-8 is taken as that, whatever the others are."""
        return self._is_utf8 or not (self._is_decided or self._named)

    def text(self, data: bytes) -> str:
        """The text of a whole file that is one.

        Raises:
            UnusableError: as :meth:`stream`.
        """
        return self.line(b"".join(self.stream(iter((data,)))))

    def line(self, line: bytes) -> str:
        """A line of :meth:`stream`, or several, as text.

        Raises:
            UnusableError: it is binary.
        """
        if self.tries_utf8:
            try:
                return line.decode()
            except UnicodeDecodeError:
                pass
        return line.decode(*self._codec(line))

    def encode(self, text: str, line: bytes) -> bytes:
        """A text encoded as a line of :meth:`stream` is.

        Raises:
            UnicodeEncodeError: the encoding lacks a character.
        """
        return text.encode(*self._codec(line))

    def original(self, line: bytes) -> bytes:
        """A line of :meth:`stream`, or what was encoded as one, as the file has it."""
        if not self._transcoded:
            return line
        return line.decode("utf-8", "surrogatepass").encode(self._transcoded, "syndetect.lone")

    def remarks(self) -> Iterator[str]:
        """What one should know of a file that was read."""
        if self._named and self._seen_utf8 and not self._seen_others:
            yield f"read as {labels.shown(self._named)}, which was asked for, but it is valid UTF-8"
        if self._guess and self._has_guessed:
            name = labels.shown(self._guess)
            what = f"UTF-8, and as {name} where it is not" if self._is_utf8 else name
            yield f"read as {what}, a guess: give --encoding to be sure"

    def _codec(self, line: bytes) -> tuple[str, str]:
        """The codec of a line, and how it treats what it cannot decode."""
        if self._transcoded:
            return "utf-8", "surrogatepass"
        if line.isascii():
            return "utf-8", "strict"
        valid, others = characters(line)
        self._seen_utf8 |= not others
        self._seen_others |= others > 0
        if self._named:
            return self._named, "surrogateescape"
        if others and is_binary(line):
            raise UnusableError("not text (binary?)")
        if others and not self._is_decided:
            self._decide(line)
        is_utf8 = valid >= others and (self._is_utf8 or valid > _ACCIDENTS)
        if is_utf8 or self._guess is None:
            return "utf-8", "surrogateescape" if others else "strict"
        self._has_guessed = True
        return self._guess, "surrogateescape"

    def _decide(self, line: bytes) -> None:
        """Decide the encoding of the file at its first line that is not UTF-8."""
        self._is_decided = True
        sample = bytearray()
        valid = others = 0
        known = _lines(self._again())
        first = next(known, None)
        for one in chain((first or b"",), known, (line,)):
            if not one.isascii():
                of_utf8, of_others = characters(one)
                valid, others = valid + of_utf8, others + of_others
                if of_others > of_utf8 and len(sample) < _SAMPLE_BYTES:
                    sample += one[:_SAMPLE_BYTES] + b"\n"
        self._guess = guess(bytes(sample[:_SAMPLE_BYTES]), _FEW_IN_UTF8 if valid >= others else _FEW)
        self._is_utf8 = valid >= others or first is None


def text_of(data: bytes) -> str:
    """The text that some bytes are by themselves, as in a column of bytes.

    Raises:
        UnusableError: as :meth:`Decoder.stream`, but for no bytes at all.
    """
    return Decoder(lambda: (data,)).text(data) if data else ""


def is_ascii_superset(codec: str) -> bool:
    """Whether bytes of ASCII stand for themselves in an encoding, so that lines can be told before they are decoded."""
    return _ASCII.decode(codec, "replace").encode("utf-8", "replace") == _ASCII


def _in_step(blocks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Blocks of UTF-16 that are in step again from the next line on where a byte is missing, or there is one too many.

    There a line feed is read as U+0A00, which is no character. A lone surrogate before the line feed tells of it. Other
    encodings stay as they are.
    """
    if not encoding.startswith("utf-16-"):
        yield from blocks
        return
    wrong, right = (b"\0\n", b"\xff\xdc\n") if encoding == "utf-16-le" else (b"\n\0", b"\xdc\xff\0\n\0")
    held, given = b"", 0
    for block in blocks:
        data = held + block
        begin = 0
        at = data.find(wrong)
        while at >= 0:
            if (given + at - begin) % 2 == 0:
                yield data[begin:at] + right
                given += at - begin + len(right)
                begin = at + len(wrong)
            at = data.find(wrong, max(begin, at + 1))
        held = data[max(begin, len(data) - 1) :]
        yield data[begin : len(data) - len(held)]
        given += len(data) - len(held) - begin
    yield held


def characters(line: bytes) -> tuple[int, int]:
    """The number of characters beyond ASCII in UTF-8, and of other bytes beyond ASCII."""
    text = line.decode("utf-8", "surrogateescape")
    others = len(_SURROGATE.findall(text))
    return len(text) - len(line.translate(None, HIGH)) - others, others


def _lines(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines in blocks, or parts of long ones; where reading fails, which whoever reads on tells, they end."""
    held = b""
    with suppress(Exception):
        for block in blocks:
            *whole, held = (held + block).split(b"\n")
            yield from whole
            if len(held) > _LONG_LINE:
                yield held
                held = b""
    if held:
        yield held

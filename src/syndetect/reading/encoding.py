"""Bytes to text: the encoding of a file, and how damaged text is decoded.

An encoding is recognised in this order: a byte order mark (UTF-8, UTF-16, UTF-32); UTF-16 without a mark,
by the zeros that Latin letters and spaces leave in every other byte; UTF-8, strictly; Latin-1 with the
printable additions of Windows-1252, where :func:`is_latin1` finds it plausible. All else is not text.

No line end is translated and no character normalised: an offset counts in the text as it was given.
"""

import codecs
import re

from syndetect.reading.notes import LEFT_OUT


class UnusableError(ValueError):
    """Input that cannot be used; the message is the reason, in a few words, as a person will read it.

    Raised where a single thing is read; yielded in the place of the record where several are.

    Args:
        reason: the message.
        outcome: what came of it, of :data:`syndetect.reading.notes.OUTCOMES`.
    """

    def __init__(self, reason: str, outcome: str = LEFT_OUT) -> None:
        super().__init__(reason)
        self.outcome = outcome


def too_long(max_bytes: int) -> UnusableError:
    """The message for a line, row or file of more than ``max_bytes``."""
    return UnusableError(f"longer than {max_bytes:,} bytes")


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
    """Whether bytes are plausible as UTF-16 text in an alphabet.

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

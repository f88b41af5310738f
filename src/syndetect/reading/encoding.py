"""What the first bytes of a file say of its encoding, and why input cannot be used."""

import codecs

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
#: Bytes of a file's beginning that :func:`encoding_of` wants to see.
HEAD_BYTES = 4096
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b")) + b"\x7f"
#: All bytes beyond ASCII.
HIGH = bytes(range(0x80, 0x100))


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
    high = len(data) - len(data.translate(None, HIGH))
    try:
        codecs.utf_8_decode(data, "strict", False)  # a character cut off at the end is no fault
    except UnicodeDecodeError:
        return 20 * controls > len(data) and 10 * (controls + high) > 3 * len(data)
    return False

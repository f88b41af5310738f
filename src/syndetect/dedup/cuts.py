"""Paragraphs cut out of texts, whatever a text was given as: a string, bytes, or a list of paragraphs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from syndetect.reading.decoding import text_of
from syndetect.reading.markup import content_within, is_html, masked
from syndetect.reading.options import Markup
from syndetect.reading.values import BETWEEN_PARAGRAPHS, paragraphs, text_member

#: Begin and end of paragraphs, from their first word to their last, in characters; ascending.
Spans = Sequence[tuple[int, int]]

_LINE_ENDS = "\n\v\f\r\x85\u2028\u2029"
_LINE_END = re.compile(f"[{_LINE_ENDS}]")
_BLANK_LINES = re.compile(rf"\s*[{_LINE_ENDS}]")


def without(text: str, spans: Spans) -> str:
    r"""A text without the lines of some paragraphs, and without the blank lines after each.

    >>> without("One.\n\n“Two,” he said.\n\nThree.\n", [(7, 19)])
    'One.\n\nThree.\n'

    The end of the text (a line feed, or nothing) stays when the last paragraph is removed.

    >>> without("One.\n\nTwo.\n", [(6, 9)])
    'One.\n'
    """
    for begin, end in reversed(spans):
        first, last_end = _lines(text, begin, end)
        blank = _BLANK_LINES.match(text, last_end)
        next_begin = blank.end() if blank else last_end
        if next_begin == len(text):
            first, next_begin = len(text[:first].rstrip()), last_end
        text = text[:first] + text[next_begin:]
    return text


def _lines(text: str, begin: int, end: int) -> tuple[int, int]:
    """The begin and end of the lines that a span lies in, without the last line's end."""
    first = 1 + max(text.rfind(sign, 0, begin) for sign in _LINE_ENDS)
    last = _LINE_END.search(text, end)
    return first, last.start() if last else len(text)


def without_content(text: str, spans: Spans, shown: str) -> str:
    """HTML without the content of some paragraphs; their tags stay. ``shown`` is the text masked."""
    for begin, end in reversed(spans):
        first, last_end = content_within(text, shown, *_lines(shown, begin, end))
        text = text[:first] + text[last_end:]
    return text


def cut(value: Any, spans: Spans, markup: Markup) -> Any:
    """A text without some paragraphs, in the form that it was given in.

    Args:
        value: what :mod:`syndetect.reading.articles` takes for a text.
        spans: places in the text; in that of a list, in its texts joined by blank lines.
        markup: as of :class:`syndetect.reading.options.ReadingOptions`.
    """
    text = value if isinstance(value, str) else BETWEEN_PARAGRAPHS.join(paragraphs(value) or ())
    in_html = markup == "html" or (markup == "auto" and is_html(text))
    return _Cutter(spans, masked(text) if in_html else None).cut(value)


class _Cutter:
    """Cuts the texts of a value one after the other."""

    def __init__(self, spans: Spans, shown: str | None) -> None:
        self._spans, self._shown, self._at = spans, shown, 0

    def cut(self, value: Any) -> Any:
        """What is left of a value; in a list, nothing of what was cut whole."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, bytes):
            return self._text(text_of(value)).encode("utf-8", "surrogateescape")
        if isinstance(value, (list, tuple)):
            pairs = [(one, self.cut(one)) for one in value]
            return [left for one, left in pairs if left == one or not _is_empty(left)]
        if isinstance(value, Mapping) and (name := text_member(value)) is not None:
            return {**value, name: self.cut(value[name])}
        return value

    def _text(self, text: str) -> str:
        if not text or text.isspace():
            return text
        begin, end = self._at, self._at + len(text)
        self._at = end + len(BETWEEN_PARAGRAPHS)
        inside = [(low - begin, high - begin) for low, high in self._spans if begin <= low < end]
        shown = self._shown and self._shown[begin:end]
        return without_content(text, inside, shown) if shown else without(text, inside)


def _is_empty(left: Any) -> bool:
    if isinstance(left, Mapping) and (name := text_member(left)) is not None:
        left = left[name]
    return not left

"""The context of agencies' names in a text: their line, its position, and the text around them."""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from syndetect.syndication.credits import cues
from syndetect.syndication.credits.agencies import ALIAS

#: The number of characters after a name that belong to its context.
AHEAD = 320
#: A line with at most so many characters before it in the article is early.
EARLY = 700
#: A line with at most so many characters after it is late: the text that follows is the page's, not the article's.
LATE = 400
#: The longest line that may be a by-line or a credit line, and the longest place and date in one.
SHORT, DATE = 110, 40

_ANYTHING = re.compile(r"\S")
#: Signs between a name and the place or date behind it.
PARTING = frozenset("|,/·–—-:()")


class Mention(NamedTuple):
    """A name in a text.

    Its characters, the agency, the way in which it stands for the agency (``ALIAS`` ...), and the bits of the cues that
    may stand before it and behind it (-1: all may).
    """

    begin: int
    end: int
    agency: int
    way: int
    cues_before: int = -1
    cues_behind: int = -1


class Line:
    """A line of a text: its characters, without the line end. It may be long and have many names."""

    def __init__(self, text: str, begin: int, end: int) -> None:
        self._text, self.begin, self.end = text, begin, end

    @cached_property
    def contributors(self) -> int:
        """The character from which on the line names those who contributed; its end where it does not."""
        return self.begin + cues.begin_contributors(self._text[self.begin : self.end])


class Context:
    """The context of consecutive names.

    Args:
        text: the document.
        names: the names, in order.
        line: their line.
        photo, release: the numbers of the agencies of these kinds.

    Attributes:
        before: the text before the names in their line, at most its last characters.
        lower: the same in lower case.
        after: the text after the names in their line, at most its first characters.
    """

    def __init__(
        self, text: str, names: Sequence[Mention], line: Line, photo: frozenset[int], release: frozenset[int]
    ) -> None:
        self.text, self.names, self.line, self.photo, self.release = text, names, line, photo, release
        begin, end = names[0].begin, names[-1].end
        self.before = text[max(line.begin, begin - cues.REACH) : begin]
        self.lower = self.before.lower()
        self.after = text[end : min(line.end, end + AHEAD)]
        self._before, self._behind = names[0].cues_before, names[-1].cues_behind

    def has(self, cue: cues.Cues) -> bool:
        """Whether a cue stands before the names."""
        return self.find(cue) is not None

    def find(self, cue: cues.Cues) -> re.Match[str] | None:
        """The cue before the names."""
        if self._before < 0:
            self._before = cues.bits_in(self.lower)
        return cue.pattern.search(self.lower) if self._before & cue.bit else None

    def is_followed(self, cue: cues.After) -> bool:
        """Whether a cue stands behind the names."""
        return self._behind & cue.bit != 0 and cue.pattern.match(self.after) is not None

    def may_be_followed(self, *some: cues.After) -> bool:
        """Whether one of some cues may stand behind the names."""
        return any(self._behind & cue.bit for cue in some)

    @property
    def starts_line(self) -> bool:
        """Whether ``before`` has all the text before the names in their line."""
        return self.names[0].begin - self.line.begin <= cues.REACH

    @property
    def is_short(self) -> bool:
        """Whether the line may be a by-line or a credit line."""
        return self.line.end - self.line.begin <= SHORT

    @property
    def is_early(self) -> bool:
        """Whether the line is among the article's first."""
        return self.line.begin <= EARLY

    @property
    def is_late(self) -> bool:
        """Whether the line is among the article's last."""
        return self.line.begin > 0 and len(self.text) - self.line.end <= LATE

    @property
    def is_last(self) -> bool:
        """Whether nothing follows the line."""
        return _ANYTHING.search(self.text, self.line.end) is None

    @property
    def opens(self) -> bool:
        """Whether the names are the first words of their line."""
        return self.starts_line and cues.INITIALS.fullmatch(self.before) is not None

    @property
    def closes(self) -> bool:
        """Whether only signs and initials follow in the line."""
        return cues.END.fullmatch(self.after) is not None

    @property
    def is_dated(self) -> bool:
        """Whether only a place or a date follows in the line."""
        if self.closes:
            return True
        return len(self.after) <= DATE and self.after.lstrip()[:1] in PARTING and cues.is_place(self.after)

    @property
    def several(self) -> bool:
        """Whether more than one agency is named."""
        return len({mention.agency for mention in self.names} - self.photo) > 1

    @property
    def share(self) -> str:
        """The role of agencies that the text is credited to: ``text`` for a single one, ``mixture`` for several."""
        return "mixture" if self.several else "text"

    @property
    def is_alias(self) -> bool:
        """Whether the names have no other meaning."""
        return all(mention.way == ALIAS for mention in self.names)


def line_of(text: str, begin: int, end: int, last: Line) -> Line:
    """The line of some characters; ``last`` (of earlier ones, or 0 to -1) saves searching a line twice."""
    low, high = last.begin, last.end
    if end <= high:
        return last
    if begin > high:
        low = max(low, text.rfind("\n", max(high, 0), begin) + 1)
    high = text.find("\n", end)
    return Line(text, low, high if high >= 0 else len(text))

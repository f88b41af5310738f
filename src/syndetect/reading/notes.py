"""Notes on an input: what was not used or not as it stands, and which columns were taken for what."""

import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from syndetect.errors import InputError

if TYPE_CHECKING:  # imported when needed, so that --help is quick
    import polars as pl

#: What became of a place in the input: the values of the column ``outcome`` of :data:`syndetect.schema.SKIPPED`.
LEFT_OUT = "left out"  #: a record is not among the articles
KEPT_UNDATED = "kept undated"  #: an article is there, but the time of its publication was not understood
KEPT_CHANGED = "kept changed"  #: an article is there, with characters replaced or without a value
UNREADABLE = "unreadable"  #: a file, or all of it behind some place
PASSED_OVER = "passed over"  #: a file that holds no articles, by its name or as syndetect's own
REMARK = "remark"  #: what one should know of an input that is used
#: How many of each outcome are told in a sentence: one, several.
_WORDS = {
    LEFT_OUT: ("record left out", "records left out"),
    UNREADABLE: ("file not readable to its end", "files not readable to their ends"),
    KEPT_UNDATED: ("article kept undated", "articles kept undated"),
    KEPT_CHANGED: ("change in articles that are kept", "changes in articles that are kept"),
    PASSED_OVER: ("file passed over", "files passed over"),
    REMARK: ("remark", "remarks"),
}
OUTCOMES = tuple(_WORDS)
_MOST_OTHERS = 100
#: What the reason begins with where a table has no column of text.
NO_TEXT_COLUMN = "no column of text"


#: Told of each place in the input that was not used as it stands: the place, the reason, and what came of it (of
#: :data:`OUTCOMES`); it may raise.
Tell = Callable[[str, str, str], None]


class Notes:
    """Collects what a :data:`Tell` is told; in strict mode raises at the first.

    Args:
        strict: raise InputError at the first place.

    Attributes:
        rows: place, reason and outcome.
        columns: for each of the article's columns, the names that the input has for it.
        others: names of the input's columns, where none was taken for the text.
    """

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.rows: list[tuple[str, str, str]] = []
        self.columns: dict[str, list[str]] = {}
        self.others: list[str] = []

    def __call__(self, place: str, reason: str, outcome: str) -> None:
        """Record one place."""
        if self._strict:
            raise InputError(f"{place}: {reason}")
        self.rows.append((place, reason, outcome))

    def add_columns(self, taken: Mapping[str, Sequence[str]], names: Sequence[str]) -> None:
        """Record which columns of a source were taken for which of the article's, and all that it has."""
        for ours, theirs in taken.items():
            known = self.columns.setdefault(ours, [])
            known += [name for name in theirs if name not in known]
        if not taken.get("text", names) and len(self.others) < _MOST_OTHERS:
            self.others += [name for name in names if name not in self.others]

    def frame(self) -> "pl.DataFrame":
        """The places, as :data:`syndetect.schema.SKIPPED`."""
        import polars as pl  # noqa: PLC0415

        from syndetect.schema import SKIPPED  # noqa: PLC0415

        return pl.DataFrame(self.rows, schema=SKIPPED, orient="row")

    def check_any(self, articles: int, source: Any, begin: int = 0) -> None:
        """Raise InputError where nothing was read of a source that has something.

        Records in memory may be few or without texts, as those of a feed; they must have a column of texts.

        Args:
            articles: how many were read.
            source: resolved, see :func:`syndetect.reading.sources.resolve`.
            begin: the first of ``rows`` that is of the source.
        """
        is_fed = not hasattr(source, "files") and self.columns.get("text")
        if not articles and self.rows[begin:] and not is_fed:
            raise self.nothing_read(begin)

    def nothing_read(self, begin: int = 0) -> InputError:
        """The error where nothing was read: the first place, and where no column has texts, those that there are."""
        first = "".join(f" ({place}: {reason})" for place, reason, _ in self.rows[begin : begin + 1])
        advice = ""
        has_no_column = [reason for _, reason, _ in self.rows[begin:] if reason.startswith(NO_TEXT_COLUMN)]
        if has_no_column or self.columns.get("text") == []:
            there = f"; there are {listed(self.others)}" if self.others else ""
            advice = f": name the column of the texts with --text-column (in Python: columns){there}"
        return InputError(f"nothing could be read{first}{advice}")


def columns_line(columns: Mapping[str, Sequence[str]]) -> str:
    """Which columns were taken for what, in a line; empty where the input has none, as files of text."""
    taken = [
        ours if list(names) == [ours] else f"{ours} from {', '.join(names)}"
        for ours, names in columns.items()
        if names
    ]
    missing = [ours for ours, names in columns.items() if not names]
    if not taken:
        return ""
    none = f"; none for {', '.join(missing)}" if missing else ""
    return f"columns: {'; '.join(taken)}{none}"


def listed(names: list[str]) -> str:
    """The first names of columns, for a message."""
    shown = ", ".join(reprlib.repr(name)[1:-1] if len(name) > 99 else name for name in names[:20])
    return (shown or "empty ones") + (" ..." if len(names) > 20 else "")


def counted(skipped: "pl.DataFrame") -> str:
    """How many places have which outcome, in words; ``skipped`` has the columns of ``schema.SKIPPED``."""
    counts = dict(skipped["outcome"].value_counts().iter_rows())
    told = [f"{counts[name]:,} {words[counts[name] > 1]}" for name, words in _WORDS.items() if name in counts]
    if others := skipped["outcome"].null_count():  # of a result of an older version
        told.append(f"{others:,} skipped")
    return ", ".join(told)

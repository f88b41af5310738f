"""Notes on an input: what was not used or not as it stands, and which columns were taken for what."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from syndetect.errors import InputError

if TYPE_CHECKING:  # imported when needed, so that --help is quick
    import polars as pl

#: What became of a place in the input: the values of the column ``outcome`` of :data:`syndetect.schema.SKIPPED`.
LEFT_OUT = "left out"  #: a record is not among the articles
KEPT_UNDATED = "kept undated"  #: an article is there, but the time of its publication was not understood
KEPT_AS_IT_STANDS = (
    "kept as it stands"  #: of dedup: what it cannot judge, a record or a file, is written unchanged
)
KEPT_WHOLE = "kept whole"  #: of dedup: a file that cannot be read to its end is written unchanged
KEPT_CHANGED = "kept changed"  #: an article is there, with characters replaced or without a value
UNREADABLE = "unreadable"  #: a file, or all of it behind some place
PASSED_OVER = "passed over"  #: a file that holds no articles, by its name or as syndetect's own
TOLD_APART = "told apart"  #: articles of a file have ids of others, and are called otherwise
REMARK = "remark"  #: what one should know of an input that is used
#: How many of each outcome are told in a sentence: one, several.
_WORDS = {
    LEFT_OUT: ("record left out", "records left out"),
    UNREADABLE: ("file not readable to its end", "files not readable to their ends"),
    KEPT_UNDATED: ("article kept undated", "articles kept undated"),
    KEPT_AS_IT_STANDS: ("kept as it stands, not judged", "kept as they stand, not judged"),
    KEPT_WHOLE: ("file kept whole, not readable to its end", "files kept whole, not readable to their ends"),
    KEPT_CHANGED: ("change in articles that are kept", "changes in articles that are kept"),
    PASSED_OVER: ("file passed over", "files passed over"),
    TOLD_APART: ("file with ids of other records, told apart", "files with ids of other records, told apart"),
    REMARK: ("remark", "remarks"),
}
OUTCOMES = tuple(_WORDS)


#: Told of each place in the input that was not used as it stands: the place, the reason, and what came of it (of
#: :data:`OUTCOMES`); it may raise.
Tell = Callable[[str, str, str], None]


class Notes:
    """Collects what a :data:`Tell` is told; in strict mode raises at the first, but for ids told apart.

    Args:
        strict: raise InputError at the first place; that ids were told apart is no fault.

    Attributes:
        rows: place, reason and outcome.
        columns: for each of the article's columns, the names that the input has for it.
    """

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.rows: list[tuple[str, str, str]] = []
        self.columns: dict[str, list[str]] = {}

    def __call__(self, place: str, reason: str, outcome: str) -> None:
        """Record one place."""
        if self._strict and outcome != TOLD_APART:
            raise InputError(f"{place}: {reason}")
        self.rows.append((place, reason, outcome))

    def add_columns(self, taken: Mapping[str, Sequence[str]]) -> None:
        """Record which columns of a source were taken for which of the article's."""
        for ours, names in taken.items():
            known = self.columns.setdefault(ours, [])
            known += [name for name in names if name not in known]

    def frame(self) -> "pl.DataFrame":
        """The places, as :data:`syndetect.schema.SKIPPED`."""
        import polars as pl  # noqa: PLC0415

        from syndetect.schema import SKIPPED  # noqa: PLC0415

        return pl.DataFrame(self.rows, schema=SKIPPED, orient="row")

    def first(self) -> str:
        """The first place in brackets, for the end of a message; empty where there is none."""
        return "".join(f" ({place}: {reason})" for place, reason, _ in self.rows[:1])


def counted(skipped: "pl.DataFrame") -> str:
    """How many places have which outcome, in words; ``skipped`` has the columns of ``schema.SKIPPED``."""
    counts = dict(skipped["outcome"].value_counts().iter_rows())
    told = [f"{counts[name]:,} {words[counts[name] > 1]}" for name, words in _WORDS.items() if name in counts]
    if others := skipped["outcome"].null_count():  # of a result of an older version
        told.append(f"{others:,} skipped")
    return ", ".join(told)

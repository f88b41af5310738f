"""The records of a file that are written again, and what is changed in them."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from syndetect.dedup.cuts import Spans
from syndetect.reading.articles import text_column
from syndetect.reading.columns import Columns
from syndetect.reading.options import Markup

#: The longest record that is held: the limit of :func:`syndetect.reading.sources.batches`.
MAX_BYTES = 128 << 20


class Flags(NamedTuple):
    """A column for all records of a file.

    Attributes:
        column: its name; one of that name that is there already is replaced.
        of: by number, its values that are not null.
        unjudged: the records that have no columns.
    """

    column: str
    of: dict[int, str]
    unjudged: set[int]


class KeptRecords(NamedTuple):
    """The kept records of a file.

    Attributes:
        numbers: ascending; lines of JSON Lines and rows count from 1, a whole file is 0.
        cuts: by number, the removed paragraphs of the records that have some.
        flags: a column to add.
        is_whole: whether the file is copied as it stands.
    """

    numbers: list[int]
    cuts: dict[int, Spans]
    flags: Flags | None = None
    is_whole: bool = False

    def is_changed(self, number: int) -> bool:
        """Whether a record is not written as it stands."""
        return number in self.cuts or self.has_flag(number)

    def has_flag(self, number: int) -> bool:
        """Whether a record has the added column."""
        return self.flags is not None and number not in self.flags.unjudged


class Texts(NamedTuple):
    """Where texts stand in records, and what they are."""

    columns: Columns
    markup: Markup

    def column_of(self, record: Mapping[str, Any]) -> str:
        """The column from which a record's text was read."""
        name, _ = text_column(record, self.columns.keys(tuple(record))[1])
        assert name is not None
        return name


class Chosen:
    """Which numbers are among some, which ascend."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self.last = numbers[-1] if numbers else 0
        self._is_chosen = bytearray(self.last + 1)
        for number in numbers:
            self._is_chosen[number] = 1

    def __getitem__(self, number: int) -> bool:
        return number <= self.last and self._is_chosen[number] == 1

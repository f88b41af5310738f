"""Rows that a kernel has read, taken as articles as far as they stand; what the kernel cannot know is looked at here.

That is whether an id is new, and what the outlet is. The first row that is not to be taken as it stands is dropped with
those behind it, and is to be given as a record. :mod:`syndetect.reading.plain_lines` and
:mod:`syndetect.reading.plain_tables` say what is read.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

from syndetect.kernels.json_lines import ALWAYS, LOOKED_AT, NEVER
from syndetect.reading.articles import Conversion, encode
from syndetect.reading.columns import Keys, Record
from syndetect.reading.identities import Identities
from syndetect.reading.rows import Columns, Rows
from syndetect.reading.values import host_of

_MARKUP = {"auto": LOOKED_AT, "none": NEVER, "html": ALWAYS}
_LEAST_BYTES = 1 << 20  # of text, up to which all is given as records: to load the kernel takes longer
_FEW = 8  # rows at a time, with which it is not worth trying; others are then given as records
_MOST_PASSED = 1 << 12  # records, until the next trial
_LONGEST = 1 << 24  # bytes of a row, for each of which there is room five times
_MOST_KNOWN = 1 << 14

_Block = TypeVar("_Block")


class Run(NamedTuple):
    """Rows that were taken, by the numbers of their lines or records."""

    numbers: list[int]


class PlainRows(ABC, Generic[_Block]):
    """Takes the rows of a file.

    Args:
        conversion: of its values.
        default_id: the id of a row that has none.
        max_bytes: the longest row that is taken.

    Attributes:
        is_tried: whether rows may be read by the kernel.
    """

    def __init__(self, conversion: Conversion, default_id: Callable[[int], str], max_bytes: int) -> None:
        self.is_tried = True
        self._default_id, self._max_bytes = default_id, max_bytes
        # for the kernel
        self._longest, self._markup = min(max_bytes, _LONGEST), _MARKUP[conversion.markup]
        # records to pass: after the last trial, which gave few rows, and before the next one
        self._passed = self._passes = 0
        self._outlets = _Outlets(conversion)

    @abstractmethod
    def learn(self, names: tuple[str, ...], keys: Keys) -> None:
        """Learn which members or columns records have, and which of them hold what is wanted."""

    @abstractmethod
    def records(
        self, block: _Block, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Record | Run]]:
        """The rows of a block: runs, which are in ``rows`` then, and records.

        Whoever takes a run sees to it that the rows are no full batch when it takes the next.

        Args:
            block: of the file.
            rows: to which plain rows go.
            identities: of all articles.
        """

    def is_worth_it(self, rows: Rows) -> bool:
        """Whether there are so many rows that the kernel is to be loaded."""
        return self.is_tried and rows.bytes_so_far >= _LEAST_BYTES

    def _pass_some(self, run: Run) -> None:
        """Pass records behind a run that ended at one which is not plain: more each time that there were few rows."""
        self._passed = min(2 * self._passed + 1, _MOST_PASSED) if len(run.numbers) < _FEW else 0
        self._passes = self._passed

    def _taken(self, columns: Columns, low: int, high: int, rows: Rows, identities: Identities) -> Run:
        """Take the rows ``low`` to ``high`` (excluded), up to the first that is not to be taken as it stands."""
        if low == high:
            return Run([])
        numbers = columns.numbers[low:high].tolist()
        ids, sources, urls = columns.values(low, high, "doc_id", "source", "url")
        if b"" in ids:
            ids = [
                doc_id or encode(self._default_id(number))
                for doc_id, number in zip(ids, numbers, strict=True)
            ]
        new = identities.admit_new(ids, numbers)
        named = self._outlets.of(sources[:new], urls[:new])
        rows.accept(ids[: len(named)], named)
        return Run(numbers[: len(named)])


class _Outlets:
    """The outlets of rows, as :meth:`Conversion.outlet` gives them."""

    def __init__(self, conversion: Conversion) -> None:
        self._conversion = conversion
        # names that were given for an outlet, with what tells its host
        self._known = set[tuple[bytes, bytes]]()

    def of(self, sources: list[bytes], urls: list[bytes]) -> list[bytes | None]:
        """The outlet of each row, by its source and its own address, up to the first that cannot be encoded."""
        found: list[bytes | None] = []
        with suppress(UnicodeEncodeError):  # a name that another article gave for the host
            for source, url in zip(sources, urls, strict=True):
                found.append(source if source and not url and _is_name(source) else self._of(source, url))
        return found

    def _of(self, source: bytes, url: bytes) -> bytes | None:
        network = url.split(b"/", 3)[2] if url.startswith((b"https://", b"http://")) else b""
        if network and (source, network) in self._known:
            return source
        name, host = source.decode() or None, host_of(source.decode()) if source else None
        if host is not None:
            name = None
        outlet = name
        if name is None or url:
            outlet = self._conversion.outlet(name, host, url.decode() or None)
        if name and network:
            if len(self._known) == _MOST_KNOWN:
                self._known.clear()
            self._known.add((source, network))
        return outlet.encode() if outlet else None


def _is_name(source: bytes) -> bool:
    """Whether a source is surely no address."""
    return b"/" not in source and source[:4].lower() != b"www."

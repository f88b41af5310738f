"""Plain lines of JSON to rows, many at a time; each other line is given as a record, with which nothing differs.

A kernel reads lines as long as they are plain (:mod:`syndetect.kernels.json_lines`) and their members are those of a
line that was read as a record before. What a row says that the kernel cannot know is then looked at: whether its id is
new, and what its outlet is. The first row that is not to be taken as it stands is dropped with those behind it, and its
line is given as a record.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from syndetect.arrays import bounds_of
from syndetect.kernels.json_lines import ALWAYS, CROWDED, LOOKED_AT, NEVER, ODD, read
from syndetect.kernels.json_syntax import MOST
from syndetect.reading.articles import Conversion, encode
from syndetect.reading.columns import Keys, Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import too_long
from syndetect.reading.identities import Identities
from syndetect.reading.json_lines import LineBlock, json_object
from syndetect.reading.rows import Columns, Rows
from syndetect.reading.values import host_of

_MARKUP = {"auto": LOOKED_AT, "none": NEVER, "html": ALWAYS}
_LEAST_BYTES = 1 << 20  # of text, up to which lines are given as records: to load the kernel takes longer
_MOST_SHAPES = 32
_FEW = 8  # rows at a time, with which it is not worth trying; lines are then given as records
_MOST_PASSED = 1 << 12  # lines, until the next trial
_LONGEST = 1 << 24  # bytes of a line, for each of which there is room five times
_MOST_KNOWN = 1 << 14
_SIGNS = frozenset('"\\') | frozenset(map(chr, range(32)))


class Run(NamedTuple):
    """Rows that were taken, by the numbers of their lines."""

    numbers: list[int]


class _Shapes:
    """The names of the members that lines have, as :func:`syndetect.kernels.json_lines.read` takes them."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, ...], Keys] = {}
        self.arrays: tuple[np.ndarray[Any, Any], ...] | None = None

    def add(self, names: tuple[str, ...], keys: Keys) -> None:
        """Add a shape, if it is one that lines can have as it stands, and there are not too many."""
        is_new = names not in self._known and len(self._known) < _MOST_SHAPES
        if not (is_new and keys[1] and len(names) <= MOST and _stand_as_they_are("".join(names))):
            return
        self._known[names] = keys
        encoded = [name.encode() for shape in self._known for name in shape]
        candidates = [
            [shape.index(name) for name in column]
            for shape, columns in self._known.items()
            for column in columns
        ]
        self.arrays = (
            np.frombuffer(b"".join(encoded), np.uint8),
            bounds_of(map(len, encoded)),
            bounds_of(map(len, self._known)),
            bounds_of(map(len, candidates)),
            np.array(list(chain.from_iterable(candidates)), np.int64),
        )


def _stand_as_they_are(names: str) -> bool:
    """Whether names can stand in a line without escapes."""
    with suppress(UnicodeEncodeError):
        return bool(names.encode()) and not _SIGNS & set(names)
    return False


class PlainLines:
    """Reads the blocks of a file of JSON Lines.

    Args:
        decoder: of the file.
        conversion: of its values.
        default_id: the id of a line that has none.
        max_bytes: the longest line that is taken.

    Attributes:
        is_tried: whether lines may be read by the kernel.
    """

    def __init__(
        self, decoder: Decoder, conversion: Conversion, default_id: Callable[[int], str], max_bytes: int
    ) -> None:
        self.is_tried = True
        self._decoder, self._conversion, self._default_id = decoder, conversion, default_id
        self._max_bytes, self._markup = max_bytes, _MARKUP[conversion.markup]
        self._shapes = _Shapes()
        # lines to pass: after the last trial, which gave few rows, and before the next one
        self._passed = self._passes = 0
        self._outlets = _Outlets(conversion)

    def learn(self, names: tuple[str, ...], keys: Keys) -> None:
        """Learn which members records have, and which of them hold what is wanted."""
        self._shapes.add(names, keys)

    def records(
        self, block: LineBlock, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Record | Run]]:
        """The lines of a block: runs of rows, which are in ``rows`` then, and records.

        Whoever takes a run sees to it that the rows are no full batch when it takes the next.

        Args:
            block: of the file.
            rows: to which plain lines go.
            identities: of all articles.
        """
        at, number = 0, block.number
        while at < block.size:
            if self._is_time(rows):
                run, at, number, is_odd = self._read(block, at, number, rows, identities)
                if run.numbers:
                    yield run.numbers[-1], run
                if not is_odd:
                    continue
                self._passed = min(2 * self._passed + 1, _MOST_PASSED) if len(run.numbers) < _FEW else 0
                self._passes = self._passed
            elif self._passes:
                self._passes -= 1
            end = block.data.find(b"\n", at, block.size)
            line = block.data[at : end if end >= 0 else block.size]
            if len(line) > self._max_bytes:
                yield number, too_long(self._max_bytes)
            elif line and not line.isspace():
                yield number, json_object(line, self._decoder)
            at, number = at + len(line) + 1, number + 1

    def _is_time(self, rows: Rows) -> bool:
        """Whether the next line is to be tried."""
        is_worth_it = rows.bytes_so_far >= _LEAST_BYTES and not self._passes
        is_known = self.is_tried and self._shapes.arrays is not None
        return is_worth_it and is_known and self._decoder.tries_utf8

    def _read(
        self, block: LineBlock, at: int, number: int, rows: Rows, identities: Identities
    ) -> tuple[Run, int, int, bool]:
        """Read plain lines; the next line, its number, and whether it is to be given as a record."""
        columns, held = rows.columns()
        state = np.array([at, number, held, 0])
        limits = np.array([min(self._max_bytes, _LONGEST), rows.enough, self._markup])
        buffer = np.frombuffer(block.data, np.uint8)
        why = read(buffer, block.size, self._shapes.arrays, tuple(columns), limits, state)
        at, number, end, _ = state.tolist()
        if why == CROWDED:
            line_end = block.data.find(b"\n", at, block.size)
            size = (line_end if line_end >= 0 else block.size) - at
        taken = self._taken(columns, held, end, rows, identities)
        if len(taken.numbers) < end - held:
            row = held + len(taken.numbers)
            return taken, int(columns.places[row]), int(columns.numbers[row]), True
        if why == CROWDED:
            rows.columns(size + 1)
        return taken, at, number, why == ODD

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

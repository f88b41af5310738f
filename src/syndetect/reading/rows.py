"""Articles gathered to batches: one by one, or many at a time, which a kernel writes to the columns of a batch."""

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

import numpy as np
import polars as pl

from syndetect.arrays import I64, U8, ByteStrings
from syndetect.kernels.documents import UNDATED
from syndetect.reading.articles import Article
from syndetect.schema import ARTICLES

#: Articles without their texts, and the texts.
Batch = tuple[pl.DataFrame, ByteStrings]

#: The values of an article that are strings, in the order of ``kernels.json_lines.FIELDS``.
FIELDS = ("doc_id", "source", "title", "url", "author")
WIDE = len(FIELDS)
_IN_PLACE = FIELDS[2:]  # those that stay what a kernel has written
_DESCRIPTION = pl.Schema({name: kind for name, kind in ARTICLES.items() if name != "text"})
_SPARE = 64  # bytes behind the last one, which a kernel may write to
_ROOM, _ROWS = 1 << 16, 1 << 10  # bytes, and rows, for which there is room at first

_Values = TypeVar("_Values", U8, I64)


class Columns(NamedTuple):
    """The columns of a batch with room for more rows, as :func:`syndetect.kernels.json_lines.read` writes them.

    Attributes:
        texts: uint8, with their bounds (int64[rows + 1]).
        fields: uint8, the values of :data:`FIELDS` row by row, empty for none, with their bounds
            (int64[rows * WIDE + 1]). Ids and sources are held elsewhere, since they may be others in the end.
        times: int64[rows], ``UNDATED`` for none.
        numbers, places: int64[rows], of lines in their file, and where each begins in its block.
    """

    texts: U8
    bounds: I64
    fields: U8
    field_bounds: I64
    times: I64
    numbers: I64
    places: I64

    @classmethod
    def empty(cls) -> "Columns":
        """Columns without rows."""
        return cls(
            np.empty(_ROOM, np.uint8), np.zeros(_ROWS + 1, np.int64), np.empty(_ROOM, np.uint8),
            np.zeros(_ROWS * WIDE + 1, np.int64), *(np.empty(_ROWS, np.int64) for _ in range(3)),
        )  # fmt: skip

    def wider(self, held: int, more: int, texts: int, fields: int) -> "Columns":
        """Columns with room for more rows than are held, with so many bytes of texts and of other values."""
        rows = _room(len(self.times), held + more)
        text_room = _room(len(self.texts), int(self.bounds[held]) + texts + _SPARE)
        field_room = _room(len(self.fields), int(self.field_bounds[held * WIDE]) + fields + _SPARE)
        return Columns(
            _longer(self.texts, text_room),
            _longer(self.bounds, rows + 1),
            _longer(self.fields, field_room),
            _longer(self.field_bounds, rows * WIDE + 1),
            _longer(self.times, rows),
            _longer(self.numbers, rows),
            _longer(self.places, rows),
        )

    def write(self, row: int, articles: Sequence[Article]) -> None:
        """Write articles as the rows from ``row`` on, for which there is room."""
        texts = ByteStrings.of([article.text for article in articles])
        values = ByteStrings.of([
            value or b""
            for article in articles
            for value in (b"", b"", article.title, article.url, article.author)
        ])  # fmt: skip
        _append(texts, self.texts, self.bounds, row)
        _append(values, self.fields, self.field_bounds, row * WIDE)
        self.times[row : row + len(articles)] = [
            UNDATED if article.published is None else article.published for article in articles
        ]

    def values(self, low: int, high: int, *names: str) -> list[list[bytes]]:
        """Some of :data:`FIELDS` of the rows ``low`` to ``high`` (excluded)."""
        bounds = self.field_bounds[low * WIDE : high * WIDE + 1]
        held = self.fields[bounds[0] : bounds[-1]].tobytes()
        places = (bounds - bounds[0]).tolist()
        return [
            [held[begin:end] for begin, end in zip(places[at:-1:WIDE], places[at + 1 :: WIDE], strict=True)]
            for at in map(FIELDS.index, names)
        ]

    def frame(self, ids: Sequence[bytes], sources: Sequence[bytes | None]) -> pl.DataFrame:
        """The articles of the first rows, without their texts, with these ids and sources."""
        rows = len(ids)
        whole = pl.Series([self.fields[: self.field_bounds[rows * WIDE]].tobytes()], dtype=pl.Binary)
        bounds = self.field_bounds[: rows * WIDE + 1]
        begins, sizes = bounds[:-1].reshape(rows, WIDE), np.diff(bounds).reshape(rows, WIDE)
        frame = pl.DataFrame({
            "doc_id": _strings(ids),
            "source": _strings(sources),
            "published": self.times[:rows].copy(),  # polars may keep it, and it is written to again
            **{f"{name} at": begins[:, FIELDS.index(name)] for name in _IN_PLACE},
            **{f"{name} size": sizes[:, FIELDS.index(name)] for name in _IN_PLACE},
        })  # fmt: skip
        times = pl.when(pl.col("published") != int(UNDATED)).then("published").cast(ARTICLES["published"])
        return frame.select(
            "doc_id",
            "source",
            times.alias("published"),
            *(
                pl.when(pl.col(f"{name} size") > 0)
                .then(pl.lit(whole).first().bin.slice(f"{name} at", f"{name} size").cast(pl.String))
                .alias(name)
                for name in _IN_PLACE
            ),
        )


class Rows:
    """The articles of a batch.

    Args:
        enough: bytes of text with which a batch is full.
    """

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self._articles: list[Article] = []  # behind the rows of the columns
        self._bytes = 0  # of their texts
        self._before = 0  # bytes, of batches that were taken
        self._columns: Columns | None = None  # only where a kernel writes
        self._room = _ROOM  # bytes, of the texts in them
        self._ids: list[bytes] = []  # of the rows in the columns
        self._sources: list[bytes | None] = []

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._articles or self._ids)

    @property
    def bytes_so_far(self) -> int:
        """Bytes of text of this batch and those before."""
        return self._before + self._held

    @property
    def is_full(self) -> bool:
        """Whether there is enough text for a batch."""
        return self._held >= self.enough

    @property
    def _held(self) -> int:
        """Bytes of text of this batch."""
        return self._bytes + (0 if self._columns is None else int(self._columns.bounds[len(self._ids)]))

    def add(self, article: Article) -> None:
        """Add an article."""
        self._articles.append(article)
        self._bytes += len(article.text)

    def columns(self, size: int = 0) -> tuple[Columns, int]:
        """The columns, and how many rows they have; there is room for a row of a line of ``size`` bytes."""
        columns, rows, articles = self._columns or Columns.empty(), len(self._ids), self._articles
        if not len(columns.texts):
            columns = columns._replace(texts=np.empty(self._room, np.uint8))
        if articles:
            values = sum(
                len(one.title or b"") + len(one.url or b"") + len(one.author or b"") for one in articles
            )
            columns = columns.wider(rows, len(articles), self._bytes, values)
            columns.write(rows, articles)
            self.accept([one.doc_id for one in articles], [one.source for one in articles])
            self._articles, self._bytes = [], 0
        self._columns = columns.wider(len(self._ids), 1, size, WIDE * size) if size else columns
        return self._columns, len(self._ids)

    def accept(self, ids: Sequence[bytes], sources: Sequence[bytes | None]) -> None:
        """Take rows that a kernel has written behind the others, as many as there are ids."""
        self._ids += ids
        self._sources += sources

    def taken(self) -> Batch:
        """The batch, which is not held any more."""
        self._before += self._held
        if self._columns is None or not self._ids:
            batch = _batch(self._articles)
            self._articles, self._bytes = [], 0
            return batch
        columns, rows = self.columns()
        texts = ByteStrings(columns.texts[: columns.bounds[rows]], columns.bounds[: rows + 1].copy())
        frame = columns.frame(self._ids, self._sources)
        self._room = len(columns.texts)  # the next batch is about as long
        self._columns = columns._replace(texts=np.empty(0, np.uint8))
        self._ids, self._sources = [], []
        return frame, texts


def _room(present: int, wanted: int) -> int:
    """The room that an array gets where so much is wanted."""
    return present if wanted <= present else max(wanted, 2 * present)


def _longer(array: _Values, size: int) -> _Values:
    """An array of another length, which begins with the same values."""
    if size == len(array):
        return array
    longer = np.empty(size, array.dtype)
    longer[: len(array)] = array
    return longer


def _append(strings: ByteStrings, data: U8, bounds: I64, number: int) -> None:
    """Write strings behind a number of others."""
    begin = bounds[number]
    data[begin : begin + len(strings.data)] = strings.data
    bounds[number + 1 : number + len(strings) + 1] = begin + strings.bounds[1:]


def _strings(values: Sequence[bytes | None]) -> pl.Series:
    """A column of strings from their bytes, since polars would encode strings a second time."""
    return pl.Series(values, dtype=pl.Binary).cast(pl.String)


def _batch(articles: Sequence[Article]) -> Batch:
    """The batch of articles that were added one by one."""
    columns = {
        name: pl.Series([article.published for article in articles], dtype=pl.Int64).cast(kind)
        if kind.is_temporal()
        else _strings([getattr(article, name) for article in articles])
        for name, kind in _DESCRIPTION.items()
    }
    return pl.DataFrame(columns), ByteStrings.of([article.text for article in articles])

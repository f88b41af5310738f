"""The result of a scan that is still open: tables have numbers of articles, which are read from its store."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any

import polars as pl

from syndetect.results import frames
from syndetect.results.result import Result
from syndetect.schema import TABLES

#: Reads a column of ``schema.ARTICLES`` of some articles, by their numbers; null where a number is null.
ReadArticles = Callable[[str, pl.Series], pl.Series]
#: Reads the texts of rows of ``passages``, from the first up to the second.
ReadTexts = Callable[[int, int], pl.Series]


@dataclass(frozen=True, repr=False, kw_only=True)
class StoredResult(Result):
    """A result within its scan, whose tables are filled in portions: whole, they may be too much for the memory.

    Ids of articles are numbers in its tables (UInt32), other columns of articles are not there where there is
    ``doc_id``, and ``passages`` has no texts.

    Attributes:
        articles, texts_of_passages: read what is not there, while the scan's store is open.
    """

    articles: ReadArticles = field(compare=False)
    texts_of_passages: ReadTexts = field(compare=False)

    def _filling(self, table: str) -> frames.Fill:
        if table == "passages":
            return lambda rows, low: self._with_texts(self._with_names(table, rows), low)
        return lambda rows, _: self._with_names(table, rows)

    def _filling_texts(self) -> frames.Fill:
        return self._with_texts

    def _named(self, table: str) -> pl.DataFrame:
        pieces = frames.slices(getattr(self, table), fill=lambda rows, _: self._with_names(table, rows))
        return pl.concat(pieces, rechunk=True)

    def _with_texts(self, rows: pl.DataFrame, low: int) -> pl.DataFrame:
        """Rows of passages, from row ``low`` on, with their texts."""
        return rows.with_columns(self.texts_of_passages(low, low + len(rows)).alias("text"))

    def _with_names(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of a table with all of its columns; texts are null."""

        def column(name: str, kind: pl.DataType) -> pl.Series:
            if name == "text":
                return pl.repeat(None, len(rows), dtype=kind, eager=True).alias(name)
            if name not in rows.columns:
                return self.articles(name, rows["doc_id"]).alias(name)
            if kind == pl.String and rows.schema[name] == pl.UInt32:
                return self.articles("doc_id", rows[name]).alias(name)
            return rows[name]

        return pl.DataFrame([column(name, kind) for name, kind in TABLES[table].items()])

    def whole(self) -> Result:
        """The result with all columns in memory."""
        tables: dict[str, Any] = {
            name: pl.concat(frames.slices(getattr(self, name), fill=self._filling(name)), rechunk=True)
            for name in TABLES
        }
        return Result(**{one.name: getattr(self, one.name) for one in fields(Result)} | tables)

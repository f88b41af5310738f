"""What articles say of themselves beside their texts: strings in the store of a scan, as there may be many."""

from functools import cached_property
from itertools import pairwise

import numpy as np
import polars as pl

from syndetect.arrays import U32
from syndetect.pipeline.stored_texts import StoredTexts, encoded
from syndetect.reading.articles import id_rank
from syndetect.schema import ARTICLES
from syndetect.storage.scratch import Store

_STRINGS = tuple(name for name, kind in ARTICLES.items() if kind == pl.String and name != "text")
_MANY = 1 << 16  # strings of a column that are read at once


class StoredArticles:
    """The columns of ``schema.ARTICLES`` without the texts, by the numbers of articles in the order of reading.

    Args:
        store: holds the strings.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._strings = {name: StoredTexts(store, f"article_{name}") for name in _STRINGS}
        self._whole: dict[str, pl.Series] = {}  # as long as the store is in memory
        self._times = [pl.Series("published", dtype=ARTICLES["published"])]

    def add(self, frame: pl.DataFrame) -> None:
        """Add articles behind those that are there, all before the first one is read."""
        for name, strings in self._strings.items():
            strings.add(encoded(frame[name]), frame[name].is_null().to_numpy())
        self._times.append(frame["published"])

    def rename(self, ids: pl.Series) -> None:
        """Give all articles other ids."""
        self._strings["doc_id"] = StoredTexts(self._store, "article_doc_id")
        self._whole.clear()
        self._strings["doc_id"].add(encoded(ids))

    def __len__(self) -> int:
        """How many there are."""
        return len(self.published)

    @cached_property
    def published(self) -> pl.Series:
        """Datetime: when they were published; null where not known."""
        return pl.concat(self._times, rechunk=True)

    @cached_property
    def id_rank(self) -> U32:
        """uint32[d]: the order of their ids, as of :func:`syndetect.reading.articles.id_rank`."""
        return id_rank(self.column("doc_id"))

    @cached_property
    def numbered(self) -> pl.DataFrame:
        """``doc_id, published``: the numbers of the articles (UInt32) in the place of their ids."""
        return pl.DataFrame(
            {"doc_id": pl.arange(len(self), eager=True, dtype=pl.UInt32), "published": self.published}
        )

    def column(self, name: str) -> pl.Series:
        """String: a whole column."""
        if name in self._whole:
            return self._whole[name]
        reader, cuts = self._strings[name].reader(), [*range(0, len(self), _MANY), len(self)]
        parts = [reader(np.arange(low, high)) for low, high in pairwise(cuts)]
        whole = pl.concat([pl.Series(name, dtype=pl.String), *parts], rechunk=True)
        if not self._store.spilled:
            self._whole[name] = whole
        return whole

    def read(self, name: str, numbers: pl.Series) -> pl.Series:
        """A column of some articles, by their numbers; null where a number is null."""
        if name not in self._strings:
            return self.published.gather(numbers)
        if not self._store.spilled:
            return self.column(name).gather(numbers)
        self._whole.clear()
        found = self._strings[name].reader()(numbers.drop_nulls().to_numpy().astype(np.int64)).alias(name)
        if not numbers.null_count():
            return found
        return pl.repeat(None, len(numbers), dtype=pl.String, eager=True).scatter(
            numbers.is_not_null().arg_true(), found
        )

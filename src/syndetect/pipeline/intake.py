"""Read the articles of a scan into its store, batch by batch: sketch them, and find credits and quotation marks."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.errors import InputError
from syndetect.matching import portions
from syndetect.matching.portions import Batch
from syndetect.matching.tokens import joined
from syndetect.pipeline.corpus import Corpus
from syndetect.pipeline.stored_articles import StoredArticles
from syndetect.reading import sources
from syndetect.reading.notes import REMARK, Notes
from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import BATCH_BYTES
from syndetect.runtime.progress import Progress
from syndetect.runtime.threads import in_order
from syndetect.settings import Settings
from syndetect.storage.scratch import Store
from syndetect.syndication import marks
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.marks import Marks

#: Words have 31-bit numbers.
_MOST_WORDS = 1 << 31


class Taken(NamedTuple):
    """The articles without their texts, their corpus, and how many of them, the first ones, are a reference."""

    articles: StoredArticles
    corpus: Corpus
    references: int


@dataclass(frozen=True)
class Intake:
    """The context of reading the articles of a scan."""

    store: Store
    settings: Settings
    agencies: Agencies
    threads: int
    notes: Notes
    progress: Progress

    def take(self, found: Any, reference: Any, reading: ReadingOptions) -> Taken:
        """Read the articles of a reference, if there is one, and then all others.

        Args:
            found, reference: resolved sources, see :func:`syndetect.reading.sources.resolve`.
            reading: how articles are read.
        """
        of_files = [source for source in (reference, found) if isinstance(source, sources.Inputs)]
        self.progress.stage("reading", sum(one.bytes for one in of_files) if of_files else None, "bytes")
        corpus, articles = Corpus(self.store, self.settings.bands), StoredArticles(self.store)
        repeats = self.store.facts.setdefault("repeats", [])
        sizes = [0, 0]

        def texts() -> Iterator[tuple[int, Sequence[str], Sequence[bytes]]]:
            done, number = self.store.steps.get("reading", 0), 0
            for side, source in enumerate((reference, found)):
                told = len(self.notes.rows)
                for frame, encoded in self._batches(source, reading):
                    articles.add(frame)
                    sizes[side] += len(frame)
                    if number >= done:
                        yield number, frame["doc_id"].to_list(), encoded
                    number += 1
                self.notes.check_any(sizes[side], source, told)

        with closing(in_order(self._index, texts(), self.threads)) as indexed:
            for number, batch, repeated, found_marks in indexed:
                documents = np.searchsorted(batch.words.document_paragraphs, repeated, side="right") - 1
                within = repeated - batch.words.document_paragraphs[documents] + 1
                repeats += np.stack([documents + corpus.size, within], axis=1).tolist()
                self._keep(corpus, batch, found_marks)
                self.store.step("reading", number + 1)
        if "reading" not in self.store.steps:  # there was no article: all arrays are empty
            _, batch, _, found_marks = self._index((0, [], []))
            self._keep(corpus, batch, found_marks)
            self.store.step("reading", 0)
        if sizes[0]:
            articles.rename(_distinct_ids(articles.column("doc_id"), sizes[0]))
        if len(articles) != corpus.size:
            raise self.store.refused("it has other articles than were read")
        for document, paragraph in repeats:
            name = articles.read("doc_id", pl.Series([document])).item()
            self.notes(f"{name}, paragraph {paragraph}", "one word again and again; not compared", REMARK)
        return Taken(articles, corpus, sizes[0])

    def _batches(self, source: Any, reading: ReadingOptions) -> Iterator[sources.Batch]:
        if source is None:
            return iter(())
        return sources.batches(
            source,
            reading=reading,
            on_skip=self.notes,
            on_columns=self.notes.add_columns,
            on_bytes=self.progress.advance,
            batch_bytes=BATCH_BYTES,
        )

    def _index(self, batch: tuple[int, Sequence[str], Sequence[bytes]]) -> tuple[int, Batch, I64, Marks]:
        """Sketches and marks of a batch, and its paragraphs that only repeat one word."""
        number, names, encoded = batch
        sketched, repeated = portions.sketch_articles(*joined(encoded), self.settings, names)
        found = marks.find(sketched.text, sketched.text_bounds, sketched.words, self.agencies)
        return number, sketched, repeated, found

    def _keep(self, corpus: Corpus, batch: Batch, found: Marks) -> None:
        credits_ = found.credits.copy()
        credits_[:, 0] += corpus.size  # from numbers in the batch to numbers in the corpus
        self.store.append("credits", credits_)
        self.store.append("quotes", found.quotes + corpus.words)
        self.store.append("contents", found.contents)
        self.store.append("passed_names", np.array([found.passed]))
        corpus.add(batch)
        if corpus.words > _MOST_WORDS:
            raise InputError(f"{corpus.words:,} words are more than one scan can hold: split the corpus")


def _distinct_ids(names: pl.Series, references: int) -> pl.Series:
    """Ids of articles; one of the reference that another article has too gets a prefix."""
    prefix = "reference:"
    again = (pl.int_range(len(names), eager=True) < references) & names.is_in(names[references:].implode())
    while (prefix + names.filter(again)).is_in(names.implode()).any():
        prefix += "reference:"
    return pl.select(pl.when(again).then(prefix + names).otherwise(names)).to_series()

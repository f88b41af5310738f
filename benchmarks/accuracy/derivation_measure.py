"""What texts of known derivation have in common with their possible sources, as a scan would measure it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks.accuracy.derived_texts import FOLDS, Case, Event
from benchmarks.corpus.corpus_files import Article, read_articles, scan_articles
from syndetect.arrays import F64, I64, U32, bounds_of
from syndetect.kernels.documents import UNDATED
from syndetect.matching.rare_shingles import rare_pairs
from syndetect.matching.tokens import joined, tokenise
from syndetect.matching.wording import Rarity, Sketches, shares, sketch, union_shares
from syndetect.results.result import Result
from syndetect.settings import Settings
from syndetect.syndication.derivation import MOST_SOURCES, RULE, Rule, Sources, choose, estimate

_DAY = 86_400_000_000
_WINDOW = 3 * _DAY
_CUTS = (60, 120, 250)
_EVENTS = 160

Spans = Mapping[tuple[int, int], list[tuple[int, int]]]


class Row(NamedTuple):
    """A document and its possible sources."""

    document: int
    sources: Sequence[int]


@dataclass(frozen=True)
class Measured:
    """Cases as they are measured.

    Attributes:
        corpus, kind: str[n].
        truth: int64[n], the class; -1 for what is not counted.
        fold: int64[n].
        verbatim: float64[n], the share in matches with the sources.
        words: int64[n], the number of words.
        sources: of all cases, in turn.
    """

    corpus: npt.NDArray[np.str_]
    kind: npt.NDArray[np.str_]
    truth: I64
    fold: I64
    verbatim: F64
    words: I64
    sources: Sources

    @property
    def wording(self) -> F64:
        """float64[n]: the share of the wording in the best single source."""
        return self.sources.wording[self.sources.starts[:-1]]

    def shares(self, rule: Rule = RULE) -> F64:
        """float64[n]: the shares that derive, by a rule."""
        chosen, chance = choose(self.sources, self.words, rule)
        return estimate(self.verbatim, self.sources.wording[chosen], chance, rule)


def together(parts: Sequence[Measured]) -> Measured:
    """The cases of several corpora."""
    sizes = np.concatenate([np.diff(part.sources.starts) for part in parts])
    of_sources = (
        np.concatenate([getattr(part.sources, name) for part in parts])
        for name in ("source", "wording", "words")
    )
    return Measured(
        np.concatenate([part.corpus for part in parts]),
        np.concatenate([part.kind for part in parts]),
        np.concatenate([part.truth for part in parts]),
        np.concatenate([part.fold for part in parts]),
        np.concatenate([part.verbatim for part in parts]),
        np.concatenate([part.words for part in parts]),
        Sources(np.arange(len(sizes)), bounds_of(sizes), *of_sources),
    )


def measure(corpus: str, cases: Sequence[Case], threads: int) -> Measured:
    """Both shares of each case; the rarity of words comes from the texts of all cases."""
    known = {source: i for i, source in enumerate(dict.fromkeys(s for case in cases for s in case.sources))}
    texts = [*known, *(case.text for case in cases)]
    rows = [
        Row(i, [known[source] for source in case.sources]) for i, case in enumerate(cases, start=len(known))
    ]
    words = tokenise(*joined([text.encode() for text in texts]), threads)
    articles = [Article(str(i), text) for i, text in enumerate(texts)]
    spans = _spans(scan_articles(articles, Settings(), threads).matches)
    sketches = _sketched(words.code, words.documents, Rarity.of(words.code, words.documents))
    return Measured(
        np.full(len(cases), corpus),
        np.array([case.kind for case in cases]),
        np.array([-1 if case.truth is None else case.truth for case in cases]),
        np.array([case.fold for case in cases]),
        np.array([_verbatim(texts[row.document], row, spans) for row in rows]),
        *_sourced(sketches, rows),
    )


def _sketched(code: U32, documents: I64, rarity: Rarity) -> Sketches:
    """The wording of all documents."""
    return sketch(code, documents, np.arange(len(documents) - 1), rarity)


def _spans(matches: pl.DataFrame) -> Spans:
    """The characters of the first of two documents, by their numbers, that lie in matches with the second."""
    spans: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    columns = ("doc_a", "begin_a", "end_a", "doc_b", "begin_b", "end_b")
    for a, begin_a, end_a, b, begin_b, end_b in matches.select(columns).iter_rows():
        spans[int(a), int(b)].append((begin_a, end_a))
        spans[int(b), int(a)].append((begin_b, end_b))
    return spans


def _verbatim(text: str, row: Row, spans: Spans) -> float:
    """The share of a text, by its characters, that lies in matches with its sources."""
    is_in = np.zeros(len(text), bool)
    for source in row.sources:
        for begin, end in spans.get((row.document, source), ()):
            is_in[begin:end] = True
    return float(is_in.mean())


def _sourced(sketches: Sketches, rows: Sequence[Row]) -> tuple[I64, Sources]:
    """The words of documents; and their sources, those with the largest share first."""
    pairs = np.array([(row.document, source) for row in rows for source in row.sources], np.int64)
    case = np.repeat(np.arange(len(rows)), [len(row.sources) for row in rows])
    order = np.lexsort((pairs[:, 1], -shares(sketches, pairs)[:, 0], case))
    sizes = np.bincount(case, minlength=len(rows))
    order = order[np.arange(len(order)) - np.repeat(bounds_of(sizes)[:-1], sizes) < MOST_SOURCES]
    starts, source = bounds_of(np.minimum(sizes, MOST_SOURCES)), pairs[order, 1]
    document = np.array([row.document for row in rows], np.int64)
    wording = union_shares(sketches, document, source, starts)
    words = np.concatenate([np.cumsum(one) for one in np.split(sketches.words[source], starts[1:-1])])
    return sketches.words[document], Sources(np.arange(len(rows)), starts, source, wording, words)


class News:
    """Articles that report one event, independently as far as is known: linked within three days, of two sources.

    Attributes:
        articles: the articles.
        free: the pairs that share no match.
        quoting: the pairs whose common passages are all quotations.
        beside: the articles that each one is linked to without a match, for those that are.
        fold: int64[articles], by the week, so that articles on one event are mostly in one fold.
    """

    def __init__(self, path: Path, threads: int) -> None:
        self.articles = read_articles(path)
        self._words = tokenise(*joined([article.text.encode() for article in self.articles]), threads)
        time = np.array([
            UNDATED if one.published is None else np.datetime64(one.published, "us").astype(np.int64)
            for one in self.articles
        ])  # fmt: skip
        self.fold: I64 = time // (7 * _DAY) % FOLDS
        numbered = [article._replace(id=str(i)) for i, article in enumerate(self.articles)]
        result = scan_articles(numbered, Settings(), threads)
        self._spans = _spans(result.matches)
        self._threads = threads
        linked = rare_pairs(self._words.code, self._words.documents, time, _WINDOW, threads).tolist()
        across = [(a, b) for a, b in linked if self.articles[a].source != self.articles[b].source]
        kinds = _common_kinds(result)
        self.free = [pair for pair in across if pair not in self._spans]
        self.quoting = [pair for pair in across if kinds.get(pair) == {"quote"}]
        self.beside: dict[int, list[int]] = {}
        for a, b in self.free:
            self.beside.setdefault(a, []).append(b)
            self.beside.setdefault(b, []).append(a)

    def measured(self) -> Iterator[Measured]:
        """Articles beside one or several others on the same event, whole and their beginnings: not derived."""
        if not self.free:
            return
        rarity = Rarity.of(self._words.code, self._words.documents)
        whole = _sketched(self._words.code, self._words.documents, rarity)
        rows = [Row(a, [b]) for pair in self.free for a, b in (pair, pair[::-1])]
        yield self._independent("linked articles", rows, whole)
        rows = [Row(a, several) for a, several in self.beside.items() if len(several) > 1]
        if rows:
            yield self._independent("linked to several", rows, whole)
        rows = [Row(a, [b]) for pair in self.quoting for a, b in (pair, pair[::-1])]
        if rows:
            yield self._independent("quotations in common", rows, whole)
        for words in _CUTS:
            begun = [self._words.code[low : low + words] for low in self._words.documents[[*self.beside]]]
            code = np.concatenate([self._words.code, *begun])
            ends = self._words.documents[-1] + np.cumsum([len(one) for one in begun])
            documents = np.concatenate([self._words.documents, ends])
            sketches = _sketched(code, documents, rarity)
            rows = [Row(i, some) for i, some in enumerate(self.beside.values(), start=len(self.articles))]
            yield self._independent(f"beginnings, {words} words", rows, sketches, [*self.beside])

    def events(self, number: int = _EVENTS, seed: int = 1) -> list[Event]:
        """Pairs of independent articles on one event, with up to three more that the first is linked to."""
        chosen = Random(seed).sample(self.free, min(number, len(self.free)))
        texts = [article.text for article in self.articles]
        return [
            Event(
                texts[a], texts[b],
                tuple(texts[c] for c in self.beside[a] if c != b and c not in self.beside[b])[:3], int(self.fold[a]),
            )
            for a, b in chosen
        ]  # fmt: skip

    def _independent(
        self, kind: str, rows: Sequence[Row], sketches: Sketches, of: Sequence[int] = ()
    ) -> Measured:
        """Cases that are not derived; ``of`` are their articles, where their texts are other ones."""
        n = len(rows)
        if of:
            verbatim, fold = np.zeros(n), self.fold[[*of]]
        else:
            texts = (self.articles[row.document].text for row in rows)
            verbatim = np.array(
                [_verbatim(text, row, self._spans) for text, row in zip(texts, rows, strict=True)]
            )
            fold = self.fold[[row.document for row in rows]]
        return Measured(
            np.full(n, "news"),
            np.full(n, kind),
            np.zeros(n, np.int64),
            fold,
            verbatim,
            *_sourced(sketches, rows),
        )


def _common_kinds(result: Result) -> dict[tuple[int, int], set[str]]:
    """The kinds of the passages that two documents have in common."""
    uses = result.passages.select("passage_id", doc=pl.col("doc_id").cast(pl.Int64)).unique()
    uses = uses.join(result.clusters.select("passage_id", "kind"), "passage_id")
    both = uses.join(uses.select("passage_id", other="doc"), "passage_id").filter(
        pl.col("doc") < pl.col("other")
    )
    kinds = both.group_by("doc", "other").agg(pl.col("kind").unique())
    return {(a, b): set(some) for a, b, some in kinds.iter_rows()}

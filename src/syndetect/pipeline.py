"""The pipeline on one page: sources to articles to words to candidates to matches to passages to tables."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect import align, lsh, minhash, passages, read, shingle, tabulate, text, winnow
from syndetect.errors import InputError, SettingsError
from syndetect.kernels.jit import is_compiled, note_compiled
from syndetect.progress import Progress, Silent
from syndetect.settings import Settings
from syndetect.tables import ARTICLES, SKIPPED, Result
from syndetect.text import Words

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]

#: Words have 32-bit numbers.
_MOST_WORDS = 1 << 32


def scan(
    source: read.Source,
    settings: Settings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    threads: int | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Find every passage that two or more articles share.

    Args:
        source: files, folders, globs or ``"-"`` (JSON Lines on standard input); or a polars frame; or an iterable of
            mappings with ``id`` and ``text`` and, where known, ``source``, ``published``, ``title`` and ``url``.
        settings: what decides the result; the defaults suit news.
        columns: the input's own names of ``id``, ``text`` ... where they are not among the usual ones.
        threads: processor cores to use (default: all). The result does not depend on it.
        strict: raise at the first thing that would be skipped.
        progress: told of every stage; see :class:`syndetect.progress.Progress`.

    Raises:
        SettingsError: settings or threads are none.
        InputError: a path does not exist or holds nothing readable; with ``strict``, whatever would be skipped.
        MissingExtraError: the input needs an optional dependency.
    """
    settings, progress = settings or Settings(), progress or Silent()
    if not isinstance(settings, Settings):
        raise SettingsError(f"settings must be Settings, not {type(settings).__name__}")
    if threads is not None and (isinstance(threads, bool) or not isinstance(threads, int) or threads < 1):
        raise SettingsError(f"threads must be a whole number from 1, not {threads!r}")
    threads = threads or _cores()
    clock = _Clock()
    skipped = _Skipped(strict)
    was_compiled = is_compiled()
    if not was_compiled:
        progress.note("Compiling kernels; this happens once and takes some seconds.")
    articles, words, inputs = _read(source, columns, threads, skipped, progress)
    if len(words.code) > _MOST_WORDS:
        raise InputError(f"{len(words.code):,} words are more than one scan can hold: split the corpus")
    clock.lap("read")
    words = _blank_repeats(words, articles, skipped)
    rank = tabulate.time_rank(articles["published"])
    found = candidates(words, settings, rank, threads, progress)
    clock.lap("candidates")
    matches = find_matches(words, found, settings, threads, progress)
    clock.lap("alignment")
    progress.stage("passages", None, "matches")
    result = _tabulate(articles, words, rank, found, matches, settings)
    clock.lap("passages")
    if not was_compiled:
        note_compiled()
    manifest = {
        "version": version("syndetect"),
        "settings": settings.to_dict(),
        "settings_fingerprint": settings.fingerprint,
        "inputs": inputs,
        "counts": _counts(articles, words, found, result) | {"skipped": len(skipped.rows)},
        "timings": clock.seconds,
    }
    return Result(**result, skipped=skipped.frame(), manifest=manifest)


def _cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._at = perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.seconds[stage] = round(now - self._at, 3)
        self._at = now


class _Skipped:
    """What could not be used; raises instead when nothing may be skipped."""

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.rows: list[tuple[str, str]] = []

    def __call__(self, place: str, reason: str) -> None:
        if self._strict:
            raise InputError(f"{place}: {reason}")
        self.rows.append((place, reason))

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=SKIPPED, orient="row")


def _read(
    source: read.Source,
    columns: Mapping[str, str] | None,
    threads: int,
    skipped: _Skipped,
    progress: Progress,
) -> tuple[pl.DataFrame, Words, list[dict[str, Any]]]:
    """All articles and their words, batch by batch, and what the manifest says of where they came from."""
    found = read.resolve(source)
    inputs = read.fingerprints(found) if isinstance(found, read.Inputs) else []
    progress.stage("reading", found.bytes if isinstance(found, read.Inputs) else None, "bytes")
    frames, parts = [pl.DataFrame(schema=ARTICLES)], []
    for frame in read.read(found, columns=columns, on_skip=skipped, on_bytes=progress.advance):
        frames.append(frame)
        parts.append(tokenise(frame, threads))
    return pl.concat(frames), text.concatenate(parts), inputs


def tokenise(articles: pl.DataFrame, threads: int = 1) -> Words:
    """The words of a frame of articles, in its order."""
    encoded = [article.encode() for article in articles["text"]]
    documents = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(article) for article in encoded], out=documents[1:])
    return text.tokenise(np.frombuffer(b"".join(encoded), np.uint8), documents, threads)


def _blank_repeats(words: Words, articles: pl.DataFrame, skipped: _Skipped) -> Words:
    """Take paragraphs out of the comparison that are one word again and again."""
    words, paragraphs = text.blank_repeats(words)
    documents = np.searchsorted(words.document_paragraphs, paragraphs, side="right") - 1
    for paragraph, document in zip(paragraphs.tolist(), documents.tolist(), strict=True):
        number = paragraph - int(words.document_paragraphs[document]) + 1
        skipped(
            f"{articles['doc_id'][document]}, paragraph {number}", "one word again and again; not compared"
        )
    return words


@dataclass(frozen=True)
class Candidates:
    """What may be reuse.

    Attributes:
        paragraph_pairs: int64[n, 2], near-duplicate paragraphs by MinHash and LSH, in different documents.
        overlaps: their exact Jaccard and containments.
        seeds: words at which two documents agree, from fingerprints.
    """

    paragraph_pairs: I64
    overlaps: shingle.Overlaps
    seeds: winnow.Seeds


def candidates(
    words: Words,
    settings: Settings,
    rank: U32 | None = None,
    threads: int = 1,
    progress: Progress | None = None,
) -> Candidates:
    """Candidates of both kinds; ``rank`` is each document's place in time order (default: input order)."""
    progress = progress or Silent()
    if rank is None:
        rank = np.arange(len(words.documents) - 1, dtype=np.uint32)
    pairs = _paragraph_pairs(words, settings, threads, progress)
    low, high = words.paragraphs[:-1], words.paragraphs[1:]
    overlaps = shingle.compare(words.code, low, high, pairs, settings.shingle_words)
    progress.stage("fingerprints", len(rank), "articles")
    k = settings.fingerprint_words
    prints = winnow.fingerprint(
        words.code, words.documents, k, settings.winnow_window, threads, progress.advance
    )
    seeds = winnow.join(prints, words.code, words.documents, rank, k, settings.hot_places)
    return Candidates(pairs, overlaps, seeds)


def _paragraph_pairs(words: Words, settings: Settings, threads: int, progress: Progress) -> I64:
    """Pairs of similar paragraphs of different documents: a star of each class, and of similar classes the first."""
    progress.stage("near-duplicates", settings.bands, "bands")
    classes = lsh.collapse(words.code, words.paragraphs, settings.min_words)
    low, high = words.paragraphs[classes.first], words.paragraphs[classes.first + 1]
    owner = words.paragraph_documents
    similar = lsh.similar_classes(
        words.code, low, high, owner[classes.first], minhash.permutations(settings.slots, settings.seed),
        (settings.shingle_words, settings.bands, settings.rows), settings.hot_places, threads, progress.advance,
    )  # fmt: skip
    pairs = np.concatenate([lsh.identical_pairs(classes, owner), classes.first[similar]])
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def find_matches(
    words: Words, found: Candidates, settings: Settings, threads: int = 1, progress: Progress | None = None
) -> align.Matches:
    """Candidates of both kinds, verified and aligned word by word."""
    progress = progress or Silent()
    progress.stage("alignment", None, "pairs")
    of_paragraphs = align.seed_pairs(words.code, words.paragraphs, found.paragraph_pairs)
    seeds = np.concatenate([found.seeds.words, of_paragraphs])
    rules = align.Rules(
        settings.min_words,
        settings.min_score,
        settings.min_linked_score,
        settings.link_words,
        settings.drop,
        settings.join_words,
    )
    return align.align(words.code, words.documents, seeds, rules, threads, progress.advance)


def _tabulate(
    articles: pl.DataFrame,
    words: Words,
    rank: U32,
    found: Candidates,
    matches: align.Matches,
    settings: Settings,
) -> dict[str, pl.DataFrame]:
    """The four tables."""
    documents, ranges = (matches.document_a, matches.document_b), (matches.words_a, matches.words_b)
    grouped = passages.group(documents, ranges, matches.equal, matches.columns, matches.score, rank)
    shares = found.overlaps
    near = shares.jaccard >= settings.min_jaccard
    return {
        "documents": tabulate.documents_table(
            articles, words, (np.concatenate(documents), np.concatenate(ranges))
        ),
        "pairs": tabulate.pairs_table(
            articles, words, found.paragraph_pairs[near],
            (shares.jaccard[near], shares.containment_a[near], shares.containment_b[near]),
        ),
        "matches": tabulate.matches_table(
            articles, words, documents, ranges, (matches.equal, matches.columns, matches.score)
        ),
        "passages": tabulate.passages_table(
            articles, words, (grouped.passage, grouped.document), grouped.words, (grouped.equal, grouped.columns)
        ),
    }  # fmt: skip


def _counts(
    articles: pl.DataFrame, words: Words, found: Candidates, tables: Mapping[str, pl.DataFrame]
) -> dict[str, int]:
    """The manifest's counts: the tables' rows, and what was considered or set aside on the way."""
    return {
        "bytes": int(articles["text"].str.len_bytes().sum()),
        "documents": tables["documents"].height,
        "paragraphs": len(words.paragraphs) - 1,
        "words": len(words.code),
        "candidate_paragraph_pairs": len(found.paragraph_pairs),
        "candidate_seeds": len(found.seeds.words),
        "hot_fingerprints": found.seeds.hot_keys,
        "starred_places": found.seeds.starred_places,
        "dropped_repeats": found.seeds.dropped_places,
        "pairs": tables["pairs"].height,
        "matches": tables["matches"].height,
        "passages": tables["passages"]["passage_id"].n_unique(),
    }

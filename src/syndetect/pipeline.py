"""The pipeline on one page: sources to articles to words to candidates to matches to passages to tables."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect import align, budget, passages, read, stages, tabulate
from syndetect.chunks import in_order
from syndetect.corpus import Batch, Corpus
from syndetect.errors import InputError, SettingsError
from syndetect.progress import Progress, Silent, compiling
from syndetect.settings import Settings
from syndetect.skipped import Skipped
from syndetect.store import Store
from syndetect.tables import ARTICLES, Result
from syndetect.text import Places, time_rank

I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

#: Words have 31-bit numbers.
_MOST_WORDS = 1 << 31
#: The part of the memory from which on pages of files are let go of.
_WATERMARK = 0.8
#: Bytes of text that are indexed at a time.
BATCH_BYTES = 8 << 20


def scan(
    source: read.Source,
    settings: Settings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    threads: int | None = None,
    memory: int | None = None,
    scratch: str | os.PathLike[str] | None = None,
    resume: bool = False,
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
        memory: bytes that the scan should keep to (default: half of what is free). What does not fit goes to files.
            The result, which is in memory in the end, is not counted.
        scratch: the folder for these files (default: a new one among the system's temporary files). It is removed
            when the scan ends, whichever way; only a killed process leaves it.
        resume: go on with the scan that a killed process left in ``scratch``, if there is one; have everything in
            files from the beginning, and keep them when the scan fails.
        strict: raise at the first thing that would be skipped.
        progress: told of every stage; see :class:`syndetect.progress.Progress`.

    Raises:
        SettingsError: settings, threads or memory are none; or ``resume`` without ``scratch``.
        InputError: a path does not exist or holds nothing readable; with ``strict``, whatever would be skipped; with
            ``resume``, the source is not of files.
        OutputError: the scratch folder cannot be used.
        MissingExtraError: the input needs an optional dependency.
    """
    with scanning(
        source, settings, columns=columns, threads=threads, memory=memory, scratch=scratch, resume=resume,
        strict=strict, progress=progress,
    ) as result:  # fmt: skip
        return result


@contextmanager
def scanning(
    source: read.Source,
    settings: Settings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    threads: int | None = None,
    memory: int | None = None,
    scratch: str | os.PathLike[str] | None = None,
    resume: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> Iterator[Result]:
    """:func:`scan` as a context in which the scratch folder is still there: the place to write the result.

    Killed before the block ends, the scan can be resumed.
    """
    settings, progress = settings or Settings(), progress or Silent()
    _check(settings, {"threads": threads, "memory": memory}, resume, scratch)
    threads, memory = threads or budget.cores(), memory or budget.default_memory()
    clock, skipped = _Clock(), Skipped(strict)
    found = read.resolve(source)
    inputs = read.fingerprints(found) if isinstance(found, read.Inputs) else []
    if resume and (not inputs or any(given["xxh3"] is None for given in inputs)):
        raise InputError(
            "only a scan of files can be resumed: standard input, frames and mappings are gone when read"
        )
    if isinstance(found, read.Inputs):
        budget.check(found, memory, scratch, progress)
    identity = {
        "version": version("syndetect"), "settings": settings.to_dict(), "inputs": inputs,
        "columns": dict(columns or {}), "batch": BATCH_BYTES,
    }  # fmt: skip
    place = None if scratch is None else Path(scratch)
    with (
        compiling("scan", progress),
        _store(place, budget.for_arrays(memory), identity, resume) as store,
        budget.kept_within(int(memory * _WATERMARK), store.release),
    ):
        articles, corpus = _read(found, columns, settings, threads, store, skipped, progress)
        clock.lap("reading")
        places = _places(articles, corpus)
        job = stages.Job(store, corpus, places, settings, threads, progress)
        for stage in (stages.near_duplicates, stages.compare, stages.find_seeds, stages.find_matches):
            stage(job)
            budget.trim()
            clock.lap(stage.__name__)
        progress.stage("tables", None, "articles")
        result = _tables(articles, job)
        clock.lap("tables")
        manifest = {
            "version": version("syndetect"),
            "settings": settings.to_dict(),
            "settings_fingerprint": settings.fingerprint,
            "inputs": inputs,
            "counts": _counts(job, result) | {"skipped": len(skipped.rows)},
            "timings": clock.seconds,
        }
        yield Result(**result, skipped=skipped.frame(), manifest=manifest)


def _check(
    settings: Settings,
    numbers: Mapping[str, int | None],
    resume: bool,
    scratch: str | os.PathLike[str] | None,
) -> None:
    """Raise SettingsError for what a scan cannot be told."""
    if not isinstance(settings, Settings):
        raise SettingsError(f"settings must be Settings, not {type(settings).__name__}")
    for name, value in numbers.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise SettingsError(f"{name} must be a whole number from 1, not {value!r}")
    if resume and scratch is None:
        raise SettingsError("to resume a scan, name its scratch folder")


def origin_of(source: read.Source, settings: Settings) -> dict[str, Any]:
    """What the manifest of a finished scan says of its source and settings."""
    return {
        "version": version("syndetect"),
        "settings_fingerprint": settings.fingerprint,
        "inputs": read.fingerprints(read.resolve(source)),
    }


@contextmanager
def _store(place: Path | None, most: int, identity: Mapping[str, Any], resume: bool) -> Iterator[Store]:
    """A store whose files are gone in the end, unless the scan fails and is to be resumed."""
    store = Store(place, most, identity, resume=resume)
    try:
        yield store
    except BaseException:
        store.close(keep=resume)
        raise
    store.close()


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self._at = perf_counter()
        self.seconds: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self.seconds[stage] = round(now - self._at, 3)
        self._at = now


def _read(
    found: Any,
    columns: Mapping[str, str] | None,
    settings: Settings,
    threads: int,
    store: Store,
    skipped: Skipped,
    progress: Progress,
) -> tuple[pl.DataFrame, Corpus]:
    """All articles without their texts, and what is indexed of these, batch by batch."""
    progress.stage("reading", found.bytes if isinstance(found, read.Inputs) else None, "bytes")
    corpus, frames = Corpus(store, settings.bands), [pl.DataFrame(schema=ARTICLES).drop("text")]
    done = store.steps.get("reading", 0)

    def texts() -> Iterator[tuple[int, Sequence[str], list[bytes]]]:
        batches = read.batches(
            found, columns=columns, on_skip=skipped, on_bytes=progress.advance, batch_bytes=BATCH_BYTES
        )
        for number, (frame, encoded) in enumerate(batches):
            frames.append(frame)
            if number >= done:
                yield number, frame["doc_id"].to_list(), encoded

    def index(batch: tuple[int, Sequence[str], list[bytes]]) -> tuple[int, Batch, I64]:
        number, names, encoded = batch
        return number, *stages.sketch(*joined(encoded), settings, names)

    repeats = store.facts.setdefault("repeats", [])
    with closing(in_order(index, texts(), threads)) as indexed:
        for number, batch, repeated in indexed:
            documents = np.searchsorted(batch.words.document_paragraphs, repeated, side="right") - 1
            within = repeated - batch.words.document_paragraphs[documents] + 1
            repeats += np.stack([documents + corpus.size, within], axis=1).tolist()
            corpus.add(batch)
            if corpus.words > _MOST_WORDS:
                raise InputError(f"{corpus.words:,} words are more than one scan can hold: split the corpus")
            store.step("reading", number + 1)
    if "reading" not in store.steps:  # there was no article: all arrays are empty
        corpus.add(index((0, [], []))[1])
        store.step("reading", 0)
    articles = pl.concat(frames)
    for document, paragraph in repeats:
        place = f"{articles['doc_id'][document]}, paragraph {paragraph}"
        skipped(place, "one word again and again; not compared")
    return articles, corpus


def joined(encoded: list[bytes]) -> tuple[U8, I64]:
    """Texts as one buffer, and where each begins in it."""
    bounds = np.zeros(len(encoded) + 1, np.int64)
    np.cumsum([len(article) for article in encoded], out=bounds[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), bounds


def _places(articles: pl.DataFrame, corpus: Corpus) -> Places:
    """Where words stand, and when they were published."""
    time = tabulate.times(articles["published"])
    return Places.of(corpus.tags, corpus.documents, time, time_rank(time))


def _tables(articles: pl.DataFrame, job: stages.Job) -> dict[str, pl.DataFrame]:
    """The four tables."""
    store, corpus, places = job.store, job.corpus, job.places
    matches = align.Matches.of(store["matches"], places)
    documents, ranges = (matches.document_a, matches.document_b), (matches.words_a, matches.words_b)
    grouped = passages.group(documents, ranges, matches.equal, matches.columns, matches.score, places.rank)
    pairs = tabulate.Pairs.of(store["near_pairs"], store["near_shares"], corpus)
    spans = tabulate.locate(corpus, [
        *zip(documents, ranges, strict=True), *zip(pairs.documents, pairs.words, strict=True),
        (grouped.document, grouped.words),
    ], job.threads)  # fmt: skip
    return {
        "documents": tabulate.documents_table(
            articles, (corpus.paragraph_counts, corpus.word_counts),
            (np.concatenate(documents), np.concatenate(ranges)),
        ),
        "pairs": tabulate.pairs_table(articles, pairs, spans.ranges[2:4]),
        "matches": tabulate.matches_table(
            articles, documents, spans.ranges[:2], (matches.equal, matches.columns, matches.score)
        ),
        "passages": tabulate.passages_table(
            articles, (grouped.passage, grouped.document), spans.ranges[4], spans.text,
            (grouped.equal, grouped.columns),
        ),
    }  # fmt: skip


def _counts(job: stages.Job, tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """The manifest's counts: the tables' rows, and what was considered or set aside on the way."""
    store, corpus = job.store, job.corpus
    seeds = store["seed_counts"].sum(axis=0)
    return {
        "bytes": corpus.bytes,
        "documents": tables["documents"].height,
        "paragraphs": corpus.paragraphs,
        "words": corpus.words,
        "candidate_paragraph_pairs": int(store["compared"].sum()),
        "candidate_seeds": int(seeds[0]),
        "hot_fingerprints": int(seeds[1]),
        "starred_places": int(seeds[2]),
        "dropped_repeats": int(seeds[3]),
        "pairs": tables["pairs"].height,
        "matches": tables["matches"].height,
        "passages": tables["passages"]["passage_id"].n_unique(),
    }

"""The scan on one page: read articles, run the stages, explain the passages, make the tables."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import polars as pl

from syndetect.errors import InputError, ScratchError, SettingsError
from syndetect.matching import tokens
from syndetect.matching.places import Places, time_rank
from syndetect.pipeline import forecast, intake, resumed, stages
from syndetect.pipeline.corpus import Corpus
from syndetect.pipeline.stored_articles import StoredArticles
from syndetect.pipeline.tables import all_tables
from syndetect.reading import sources
from syndetect.reading.articles import times
from syndetect.reading.formats import DELIMITERS, TABLES
from syndetect.reading.in_memory import is_table
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.report.findings import ReadTexts, TextSource
from syndetect.report.reread import reread
from syndetect.results.result import Result
from syndetect.results.stored_result import StoredResult
from syndetect.runtime import memory as budget
from syndetect.runtime.compiling import compiling
from syndetect.runtime.progress import Progress, Silent
from syndetect.runtime.threads import apart
from syndetect.settings import Settings, check_whole
from syndetect.storage import addresses
from syndetect.storage.scratch import Store
from syndetect.syndication.options import SyndicationOptions
from syndetect.syndication.owners import Owners, outlets_of

_SMALL = 1 << 20  # bytes of files, up to which lines and rows are read as records, without a kernel
_OF_ROWS = (*DELIMITERS, *TABLES)
_WATERMARK = 0.8  # of the memory: above it, mapped pages are evicted
_STAGES = (
    stages.near_duplicates,
    stages.compare,
    stages.find_seeds,
    stages.find_matches,
    stages.find_links,
)


def scan(  # noqa: PLR0913  (a public signature)
    source: sources.Source,
    settings: Settings | None = None,
    *,
    columns: Mapping[str, str] | None = None,
    reading: ReadingOptions | None = None,
    threads: int | None = None,
    memory: int | None = None,
    scratch: str | os.PathLike[str] | None = None,
    resume: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
    agencies: str | os.PathLike[str] | None = None,
    owners: Owners | None = None,
    reference: sources.Source | None = None,
    across_sources: bool | None = None,
    min_sources: int = 1,
    kinds: Collection[str] = (),
    least_confidence: float = 0.0,
) -> Result:
    """Find every passage that two or more articles share.

    Args:
        source: files, folders, globs or ``"-"`` (JSON Lines on standard input); or a polars frame; or an iterable of
            mappings with ``id`` and ``text`` and, where known, ``source``, ``published``, ``title``, ``url`` and
            ``author``.
        settings: what decides the result; the defaults suit news.
        columns: the input's own names of ``id``, ``text`` ... where they are not among the usual ones.
        reading: what else there is to say of the input: encodings, the form of CSV and of dates, repeated ids ...
        threads: processor cores to use (default: all). The result does not depend on it.
        memory: bytes that the scan should keep to (default: half of what is free). What does not fit goes to files.
            The result, which is in memory in the end, is not counted.
        scratch: the folder for these files (default: a new one among the system's temporary files). It is removed
            when the scan ends, whichever way; only a killed process leaves it.
        resume: go on with the scan that a killed process left in ``scratch``, if there is one; have everything in
            files from the beginning, and keep them when the scan fails.
        strict: raise at the first thing that would be skipped.
        progress: told of every stage; see :class:`syndetect.runtime.progress.Progress`.
        agencies: a file of agencies that are known beside those that come along, or instead of them.
        owners: whose outlets are: sources to owners, or a CSV file with the columns ``source`` and ``owner``. Outlets
            that keep sharing whole articles with nobody else are taken for one owner's in any case.
        reference: texts, as ``source``; only what the articles reuse from these is looked for.
        across_sources: keep only what articles of at least two sources have; by default so among articles whose
            sources are known, while one whose source is not known may share with any.
        min_sources: keep only passages that articles of so many sources have.
        kinds: keep only passages of these kinds (``schema.TABLES["clusters"]``), such as "wire".
        least_confidence: keep only passages whose kind is told with this confidence or more.

    Raises:
        SettingsError: settings, threads or memory are none; or ``resume`` without ``scratch``.
        InputError: a path does not exist or holds nothing readable; with ``strict``, whatever would be skipped; with
            ``resume``, the source is not of files.
        OutputError: the scratch folder cannot be used.
        MissingExtraError: the input needs an optional dependency.
    """
    syndication = SyndicationOptions.of(
        agencies,
        owners,
        across_sources=across_sources,
        min_sources=min_sources,
        kinds=kinds,
        least_confidence=least_confidence,
    )
    request = ScanRequest(
        source, settings or Settings(), reading=ReadingOptions.of(reading, columns), threads=threads, memory=memory,
        scratch=scratch, resume=resume, strict=strict, progress=progress or Silent(), reference=reference,
        syndication=syndication,
    )  # fmt: skip
    with scanning(request) as result:
        return replace(result.whole(), texts=reread(source, request.reading, reference))


@dataclass(frozen=True, kw_only=True)
class ScanRequest:
    """The arguments of a scan, as :func:`scan` describes them.

    Raises:
        SettingsError: settings, threads or memory are none; or ``resume`` without ``scratch``.
        ScratchError: ``scratch`` is no path of this machine.
    """

    source: sources.Source = field(kw_only=False)
    settings: Settings = field(kw_only=False)
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    threads: int | None = None
    memory: int | None = None
    scratch: str | os.PathLike[str] | None = None
    resume: bool = False
    strict: bool = False
    progress: Progress = field(default_factory=Silent)
    format: str | None = None  # of the folder that the result is for
    reference: sources.Source | None = None
    syndication: SyndicationOptions = field(default_factory=SyndicationOptions.of)

    def __post_init__(self) -> None:
        if not isinstance(self.settings, Settings):
            raise SettingsError(f"settings must be Settings, not {type(self.settings).__name__}")
        for name in ("threads", "memory"):
            value = getattr(self, name)
            if value is not None:
                check_whole(name, value)
        if self.scratch is not None:
            scratch = addresses.local(self.scratch, "a scratch folder", ScratchError)
            object.__setattr__(self, "scratch", str(scratch))
        if self.resume and self.scratch is None:
            raise SettingsError("to resume a scan, name its scratch folder")


@contextmanager
def scanning(request: ScanRequest) -> Iterator[StoredResult]:
    """:func:`scan` as a context in which the scratch folder is still there: the place to write the result.

    The texts of its passages, and what articles say of themselves, are in that folder until
    :meth:`StoredResult.whole` takes them out.
    A scan that is killed before the block ends can be resumed.
    """
    settings, syndication, progress = request.settings, request.syndication, request.progress
    threads, memory = request.threads or budget.cores(), request.memory or budget.default_memory()
    clock, notes = _Clock(), Notes(request.strict)
    began = datetime.now(UTC).isoformat(timespec="seconds")
    found = sources.resolve(request.source)
    reference = None if request.reference is None else sources.resolve(request.reference)
    _check_apart(request.scratch, (found, reference))
    inputs = _fingerprints(found, reference)
    if request.resume:
        _check_resumable((found, reference), inputs)
    if isinstance(found, sources.Inputs):
        forecast.check(found, memory, request.scratch, progress)
    with (
        compiling(_work_of(found, reference), progress),
        _store(request, budget.for_arrays(memory), inputs) as store,
        budget.kept_within(int(memory * _WATERMARK), store.release),
    ):
        if request.resume:
            resumed.check(store, settings, len(syndication.agencies.table.names))
        readers = budget.readers(threads, memory)
        entry = intake.Intake(store, settings, syndication.agencies, readers, notes, progress)
        articles, corpus, references = entry.take(found, reference, request.reading)
        clock.lap("reading")
        places = apart(_places, articles, corpus, references)
        outlet = np.full(len(articles), -1)
        if syndication.shown.across_sources is not False:
            outlet = outlets_of(articles.column("source"))[0].fill_null(-1).to_numpy()
        job = stages.Job(store, corpus, places, outlet, settings, threads, progress)
        for stage in _STAGES:
            stage(job)
            budget.trim()
            clock.lap(stage.__name__)
        progress.stage("tables", None, "articles")
        tables = all_tables(articles, job, syndication, references)
        clock.lap("tables")
        manifest = identity_of(request, inputs) | {
            "settings_fingerprint": settings.fingerprint,
            "counts": _counts(job, tables.frames) | {"skipped": len(notes.rows)},
            "columns_taken": notes.columns,
            "scanned": began,
            "timings": clock.seconds,
        }
        yield StoredResult(
            **tables.frames,
            skipped=notes.frame(),
            manifest=manifest,
            texts=_texts_of(corpus),
            articles=articles.read,
            texts_of_passages=tables.texts,
        )


def _work_of(found: Any, reference: Any) -> str:
    """The work of which the kernels are compiled before a scan reads its sources.

    It is likely to be all that is called: few bytes are read as records, and lines of JSON by other kernels than rows.
    """
    given = [source for source in (found, reference) if source is not None]
    files = [file for source in given if isinstance(source, sources.Inputs) for file in source.files]
    is_of_rows = any(map(is_table, given)) or any(file.format in _OF_ROWS for file in files)
    is_known = all(isinstance(source, sources.Inputs) for source in given)
    is_known = is_known and not any(file.packing or file.path == "-" for file in files)
    if is_known and sum(source.bytes for source in given) < _SMALL:
        return "small"
    return "tables" if is_of_rows else "scan"


def _texts_of(corpus: Corpus) -> TextSource:
    """The texts of a scan's articles, as long as its store is open."""

    def read(rows: Sequence[int]) -> ReadTexts:
        return ReadTexts([text.decode() for text in corpus.encoded(np.array(rows, np.int64))])

    return read


def identity_of(request: ScanRequest, inputs: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """What was asked, as JSON can hold it: whatever two scans of one identity give is equal, byte for byte.

    It is part of the manifest, and a scan that is resumed must have the identity of the one that was killed. ``inputs``
    are read where they are not given.
    """
    if inputs is None:
        reference = None if request.reference is None else sources.resolve(request.reference)
        inputs = _fingerprints(sources.resolve(request.source), reference)
    return {
        "version": version("syndetect"),
        "words": tokens.NEWEST,
        "settings": request.settings.to_dict(),
        "syndication": request.syndication.to_dict(),
        "inputs": inputs,
        "reading": request.reading.to_dict(),
        "strict": request.strict,
        **({} if request.format is None else {"format": request.format}),
    }


def _fingerprints(found: Any, reference: Any) -> list[dict[str, Any]]:
    """Path, size and checksum of the files of a scan, those of a reference marked; frames and mappings have none."""
    inputs = sources.fingerprints(found) if isinstance(found, sources.Inputs) else []
    if isinstance(reference, sources.Inputs):
        inputs += [given | {"reference": True} for given in sources.fingerprints(reference)]
    return inputs


def _check_apart(scratch: str | os.PathLike[str] | None, found: Iterable[Any]) -> None:
    """Raise ScratchError where the files of a scan would lie among those that it reads."""
    for source in found:
        if scratch is not None and isinstance(source, sources.Inputs) and source.would_find(Path(scratch)):
            raise ScratchError(f"{scratch} lies in a folder that is read: choose another scratch folder")


def _check_resumable(found: Iterable[Any], inputs: list[dict[str, Any]]) -> None:
    """Raise InputError where a source cannot be read a second time."""
    of_files = all(isinstance(one, sources.Inputs) for one in found if one is not None)
    if not of_files or not inputs or any(given["xxh3"] is None for given in inputs):
        raise InputError(
            "only a scan of files can be resumed: standard input, frames and mappings are gone when read, and of an"
            " address there must be an ETag, a checksum or a time"
        )


@contextmanager
def _store(request: ScanRequest, most: int, inputs: list[dict[str, Any]]) -> Iterator[Store]:
    """The store of a scan. Its files are removed in the end, unless the scan fails and is to be resumed."""
    place = None if request.scratch is None else Path(request.scratch)
    store = Store(place, most, identity_of(request, inputs), resume=request.resume)
    try:
        yield store
    except BaseException:
        store.close(keep=request.resume)
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


def _places(articles: StoredArticles, corpus: Corpus, references: int) -> Places:
    """The places of words. A reference comes before all articles in time, and only its documents are queries."""
    time, is_reference = times(articles.published), np.arange(len(articles)) < references
    rank = time_rank(time, corpus.word_counts, articles.id_rank)
    if references:
        rank[np.lexsort((rank, ~is_reference))] = np.arange(len(rank), dtype=np.uint32)
    return Places.of(
        corpus.tags, corpus.documents, time, rank, is_reference.astype(np.uint8) if references else None
    )


def _counts(job: stages.Job, tables: Mapping[str, pl.DataFrame]) -> dict[str, int]:
    """The counts of the manifest: rows of tables, candidates, and what the limits on frequent keys left out."""
    store, corpus = job.store, job.corpus
    seeds = store["seed_counts"].sum(axis=0)
    return {
        "bytes": corpus.text_bytes,
        "documents": tables["documents"].height,
        "paragraphs": corpus.paragraphs,
        "words": corpus.words,
        "candidate_paragraph_pairs": int(store["compared"].sum()),
        "candidate_seeds": int(seeds[0]),
        "hot_fingerprints": int(seeds[1]),
        "starred_places": int(seeds[2]),
        "dropped_repeats": int(seeds[3]),
        "passed_seeds": int(store["passed_seeds"].sum()),
        "passed_names": int(store["passed_names"].sum()),
        "pairs": tables["pairs"].height,
        "matches": tables["matches"].height,
        "passages": tables["passages"]["passage_id"].n_unique(),
    }

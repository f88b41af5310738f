"""Near-duplicate documents, or paragraphs, removed from a corpus: read, compared, and written in their formats."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.arrays import I64
from syndetect.dedup.kept import KeptRecords
from syndetect.dedup.output import Target, check_target, write
from syndetect.dedup.request import Preference, Request, Unit
from syndetect.dedup.set_join import RELATIONS, Outcomes, SimilarityRule, join_outcomes
from syndetect.dedup.texts import Items, Texts, preferred, read_texts, whole_documents
from syndetect.reading import sources as read
from syndetect.reading.in_memory import parts_of
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.runtime import memory as budget
from syndetect.runtime.progress import Progress, Silent, compiling
from syndetect.storage.scratch import Store

#: The columns of a removed document or paragraph; ``paragraph`` and ``kept_paragraph`` (from 0) are null for documents.
REMOVED = pl.Schema(
    {
        "doc_id": pl.String(),
        "kept": pl.String(),
        "relation": pl.String(),
        "similarity": pl.Float64(),
        "place": pl.String(),
        "paragraph": pl.Int64(),
        "kept_paragraph": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Deduplicated:
    """The kept documents, and the removed documents or paragraphs with the reasons.

    Attributes:
        kept: the ids of the documents that are kept, in order.
        removed: a row for each removed document (or paragraph), with the columns of :data:`REMOVED`: the similar one
            that is kept, the relation ``exact`` (the same words), ``near`` or ``contains``, the similarity (Jaccard;
            for ``contains`` the share of the smaller set of shingles in the larger), and the place of its record.
        skipped: place and reason of each record that could not be read or that repeats the id of an earlier record
            (neither is kept), and of each value that was not understood.
        columns: for each of an article's columns, the names of the columns that were taken for it.
        counts: ``bytes`` of text, ``documents``, ``kept``, and ``exact``, ``near`` and ``contains``: rows of removed.
    """

    kept: pl.Series
    removed: pl.DataFrame
    skipped: pl.DataFrame
    columns: Mapping[str, Sequence[str]]
    counts: Mapping[str, int]


def deduplicate(  # noqa: PLR0913  (a public signature)
    source: read.Source,
    output: str | os.PathLike[str] | None = None,
    *,
    keep: Preference = "first",
    sources: Sequence[str] = (),
    threshold: float = 0.8,
    shingle_words: int = 3,
    contained: bool = False,
    unit: Unit = "document",
    columns: Mapping[str, str] | None = None,
    reading: ReadingOptions | None = None,
    threads: int | None = None,
    memory: int | None = None,
    force: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> Deduplicated:
    """Remove documents that are near-duplicates of one that is kept.

    Near-duplicates have sets of word shingles with a Jaccard similarity of at least ``threshold``. Documents are taken
    in order of preference, and each is kept that is no near-duplicate of a document kept before it: so no two kept
    documents are near-duplicates, and every removed document is directly similar to a kept one. The join is exact.

    Args:
        source: files, folders, globs, a frame or mappings, as :func:`syndetect.scan` takes them.
        output: where to write the kept documents, in the source's own format: a file, where ``source`` is one file,
            else a folder. Beside a file ``kept.jsonl`` or a folder ``kept`` goes ``kept.removed.jsonl``, and
            ``kept.skipped.jsonl`` if something was skipped. None writes nothing.
        keep: which near-duplicate stays: the "first" in the source, the "longest" in words, the "earliest" by
            publication (undated ones last), or that from the source named first in ``sources`` ("source-order"). Ties
            go to the first.
        sources: names of sources, the preferred first, compared without regard to case; others come last.
        threshold: above 0 and at most 1.
        shingle_words: words in a shingle; a text of fewer is one shingle.
        contained: also remove where the share of the smaller set in the larger reaches the threshold. The preferred
            of the two stays, so this goes well with ``keep="longest"``.
        unit: "paragraph" drops repeated paragraphs from the texts instead, those of 8 words and more, within a
            document as well; a document with no word left is removed.
        columns, reading, threads, memory, strict, progress: as of :func:`syndetect.scan`.
        force: replace what an earlier run wrote.

    Raises:
        SettingsError: an argument is none of those above.
        InputError: the source cannot be read, or changed while it was; nothing in it can be; or it cannot be written
            again (standard input, frames and mappings; with paragraphs, HTML).
        OutputError: the output is there already, or cannot be written.
    """
    request = Request(
        keep=keep, sources=sources, unit=unit, reading=ReadingOptions.of(reading, columns),
        rule=SimilarityRule(shingle_words, threshold, contained),
        threads=budget.cores() if threads is None else threads,
        memory=budget.default_memory() if memory is None else memory,
    )  # fmt: skip
    found = read.resolve(source)
    target = None if output is None else check_target(found, output, cuts=unit == "paragraph", force=force)
    return _deduplicated(request, found, target, Notes(strict), progress or Silent())


def _deduplicated(
    request: Request,
    found: read.Inputs | read.Source,
    target: Target | None,
    notes: Notes,
    progress: Progress,
) -> Deduplicated:
    """Read the texts, join them, and write the kept documents to the target."""
    with (
        compiling("dedup", progress),
        closing(Store(None, budget.for_arrays(request.memory) // 2, {})) as store,
        budget.kept_within(int(request.memory * 0.8), store.release),
    ):
        texts = read_texts(found, request, store, notes, progress)
        items = texts.paragraphs if request.unit == "paragraph" else whole_documents(texts.word_bounds)
        rank = np.empty(len(texts.origins), np.int64)
        rank[preferred(texts, request)] = np.arange(len(rank))
        progress.stage("comparing", len(items.document), f"{request.unit}s")
        outcomes = join_outcomes(
            store["code"], (items.low, items.high), np.lexsort((items.number, rank[items.document])), request.rule,
            store, threads=request.threads, memory=request.memory // 2, advance=progress.advance,
        )  # fmt: skip
        is_kept = _kept_documents(texts, items, outcomes)
        counts = {"bytes": texts.bytes, "documents": len(is_kept), "kept": int(is_kept.sum())}
        relations = np.bincount(outcomes.relation, minlength=len(RELATIONS)).tolist()
        result = Deduplicated(
            texts.articles["doc_id"].filter(is_kept).alias("kept"),
            _removed(found, texts, items, outcomes, request.unit),
            notes.frame(),
            notes.columns,
            counts | dict(zip(RELATIONS[1:], relations[1:], strict=True)),
        )
        if target is not None:
            progress.stage("writing", None, "files")
            cuts = np.flatnonzero((outcomes.relation > 0) & is_kept[items.document])
            kept = _kept_records(texts.origins, is_kept, items, cuts)
            write(target, kept, request.reading, result.removed, result.skipped)
    return result


def _kept_documents(texts: Texts, items: Items, outcomes: Outcomes) -> npt.NDArray[np.bool_]:
    """bool[d]: whether a document has words in no removed item, or never had any."""
    words = np.diff(texts.word_bounds)
    removed = np.flatnonzero(outcomes.relation)
    lengths = items.high[removed] - items.low[removed]
    lost = np.bincount(items.document[removed], lengths, len(words)).astype(np.int64)
    return np.asarray((lost < words) | (words == 0))


def _removed(
    found: read.Inputs | read.Source, texts: Texts, items: Items, outcomes: Outcomes, unit: Unit
) -> pl.DataFrame:
    """The removed items, with the columns of :data:`REMOVED`."""
    ids, removed = texts.articles["doc_id"], np.flatnonzero(outcomes.relation)
    kept = outcomes.by[removed]
    return pl.DataFrame(
        {
            "doc_id": ids.gather(items.document[removed]),
            "kept": ids.gather(items.document[kept]),
            "relation": pl.Series(RELATIONS).gather(outcomes.relation[removed]),
            "similarity": outcomes.similarity[removed],
            "place": _places(found, texts.origins[items.document[removed]]),
            "paragraph": items.number[removed] if unit == "paragraph" else None,
            "kept_paragraph": items.number[kept] if unit == "paragraph" else None,
        },
        schema=REMOVED,
    )


def _places(found: read.Inputs | read.Source, origins: I64) -> list[str]:
    """The places of records, as messages name them; ``origins`` int64[n, 2]: file and record."""
    if isinstance(found, read.Inputs):
        return [found.files[file].place(number) for file, number in origins.tolist()]
    parts = parts_of(found)
    return [parts[part].place(number) for part, number in origins.tolist()]


def _kept_records(
    origins: I64, is_kept: npt.NDArray[np.bool_], items: Items, cuts: I64
) -> dict[int, KeptRecords]:
    """The kept records of each file that has any; ``cuts`` are the removed paragraphs of kept documents."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for document, begin, end in np.stack([items.document, items.begin, items.end], axis=1)[cuts].tolist():
        spans.setdefault(document, []).append((begin, end))
    files: dict[int, KeptRecords] = {}
    documents = np.flatnonzero(is_kept)
    for document, (file, number) in zip(documents.tolist(), origins[documents].tolist(), strict=True):
        records = files.setdefault(file, KeptRecords([], {}))
        records.numbers.append(number)
        if document in spans:
            records.cuts[number] = spans[document]
    return files

"""Near-duplicate documents, or paragraphs, removed from a corpus: read, compared, and written in their formats."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from syndetect.dedup.addresses import page_groups
from syndetect.dedup.against import Held
from syndetect.dedup.outcomes import REMOVED, kept_documents, records_to_write, removed_items
from syndetect.dedup.output import Target, check_target, write
from syndetect.dedup.request import Preference, Request, Unit, Unjudged
from syndetect.dedup.set_join import RELATIONS, Beforehand, Outcomes, SimilarityRule, join_outcomes
from syndetect.dedup.texts import Items, Texts, in_order_of_preference, read_texts, whole_documents
from syndetect.errors import InputError
from syndetect.reading import sources as read
from syndetect.reading.discovery import Paths
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.runtime import memory as budget
from syndetect.runtime.compiling import compiling
from syndetect.runtime.progress import Progress, Silent
from syndetect.storage.scratch import Store

__all__ = ["REMOVED", "Deduplicated", "deduplicate"]


@dataclass(frozen=True)
class Deduplicated:
    """The kept documents, and the removed documents or paragraphs with the reasons.

    Attributes:
        kept: the ids of the documents that are kept, in order. Those that share an id have others here, see
            :mod:`syndetect.reading.identities`.
        removed: a row for each removed document (or paragraph), with the columns of :data:`REMOVED`: the similar one
            that is kept, the relation ``exact`` (the same words), ``near``, ``contains`` or ``same-url``, the
            similarity (Jaccard; for ``contains`` the share of the smaller set of shingles in the larger), the place of
            its record, and the path in ``against`` that the similar one is from, null where it is a new one.
        skipped: place, reason and outcome of each record or file that could not be judged, and of each value that was
            not understood.
        columns: for each of an article's columns, the names of the columns that were taken for it.
        counts: ``bytes`` of text, ``documents``, ``kept``; ``old``, how many they were compared with; ``unjudged``,
            records and files that are written as they stand; ``exact``, ``near``, ``contains`` and ``same-url``: rows
            of removed.
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
    same_url: bool = False,
    against: Paths = (),
    add: bool = False,
    flag: str | None = None,
    unjudged: Unjudged = "keep",
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
            ``kept.skipped.jsonl`` if something could not be used as it stands. None writes nothing.
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
        same_url: also remove documents with the address of one that is kept, whatever they say. The scheme, ``www.``,
            the fragment, a slash at the end and parameters such as ``utm_source`` do not count.
        against: files, folders, globs or folders of indexes with documents that are there already. They are preferred
            to all in ``source`` and never written, so that what is kept is new.
        add: add the kept documents to the index in ``against``, after they are written. One whose id the index has is
            called ``file:id`` or ``id#2`` there.
        flag: write all documents, each with a column of this name that holds the id of the one that would be kept in
            its place, or null. Texts and HTML have no columns: they are written as they are.
        unjudged: "keep" writes what cannot be judged as it stands: records that are broken, have no text or are too
            long, and whole files that cannot be read to their ends, all documents of which are kept and preferred.
            "drop" leaves out such records, and the rest of such files. Files of unknown formats are never written.
        columns, reading, threads, memory, strict, progress: as of :func:`syndetect.scan`; but documents with one id are
            all kept, unless ``reading.duplicate_ids`` says otherwise.
        force: replace what an earlier run wrote.

    Raises:
        SettingsError: an argument is none of those above, or they do not go together.
        InputError: the source cannot be read, or changed while it was; nothing in it can be; or it cannot be written
            again (standard input, frames and mappings; with paragraphs, HTML).
        StoredIndexError: an index in ``against`` is damaged. BusyError: another process writes it.
        OutputError: the output is there already, or cannot be written.
    """
    request = Request(
        keep=keep, sources=sources, unit=unit, same_url=same_url, unjudged=unjudged, flag=flag,
        reading=ReadingOptions.of(reading, columns), rule=SimilarityRule(shingle_words, threshold, contained),
        threads=budget.cores() if threads is None else threads,
        memory=budget.default_memory() if memory is None else memory,
    )  # fmt: skip
    paths: Any = [against] if isinstance(against, (str, os.PathLike)) else list(against)
    found = read.resolve(source)
    if add:
        _check_can_be_added(found, request)
    with Held(paths, extended=add) as held:
        target = None if output is None else check_target(found, output, held, request, force=force)
        return _deduplicated(request, found, held, target, Notes(strict), progress or Silent(), add=add)


def _check_can_be_added(found: Any, request: Request) -> None:
    """Raise InputError where what is kept cannot be added to an index."""
    if isinstance(found, Iterator) or (isinstance(found, read.Inputs) and "-" in found.given):
        raise InputError("what is added to an index is read a second time: give files, a frame or a list")
    if request.unit == "paragraph":
        raise InputError("an index takes whole documents: add none from which paragraphs were cut")


def _deduplicated(
    request: Request,
    found: read.Inputs | read.Source,
    held: Held,
    target: Target | None,
    notes: Notes,
    progress: Progress,
    *,
    add: bool,
) -> Deduplicated:
    """Read the texts, join them, and write the kept documents to the target and the index."""
    with (
        compiling("dedup", progress),
        closing(Store(None, budget.for_arrays(request.memory) // 2, {})) as store,
        budget.kept_within(int(request.memory * 0.8), store.release),
    ):
        key = held.key
        old = held.texts(request, store, key, notes, progress)
        new = read_texts(found, request, store, key, notes, progress)
        texts = Texts.joined([*old, new])
        items = texts.paragraphs if request.unit == "paragraph" else whole_documents(texts.word_bounds)
        outcomes = _compared(texts, items, request, store, progress)
        is_kept = kept_documents(texts, items, outcomes, request.unit)
        is_new = ~texts.is_old
        relations = np.bincount(outcomes.relation, minlength=len(RELATIONS)).tolist()
        result = Deduplicated(
            texts.articles["doc_id"].filter(is_kept & is_new).alias("kept"),
            removed_items(found, texts, items, outcomes, held.paths, request.unit),
            notes.frame(),
            notes.columns,
            {
                "bytes": new.bytes, "documents": int(is_new.sum()), "kept": int((is_kept & is_new).sum()),
                "old": int(texts.is_old.sum()), "unjudged": len(texts.unjudged),
                **dict(zip(RELATIONS[1:], relations[1:], strict=True)),
            },
        )  # fmt: skip
        if target is not None:
            progress.stage("writing", None, "files")
            records = records_to_write(len(target.files), texts, items, outcomes, is_kept, request)
            write(target, records, texts.lost, request.reading, result.removed, result.skipped)
    if add:
        held.add(found, new, is_kept[is_new], request, progress)
    return result


def _compared(texts: Texts, items: Items, request: Request, store: Store, progress: Progress) -> Outcomes:
    """The outcome of each item."""
    order, fixed = in_order_of_preference(texts, request)
    rank = np.empty(len(order), np.int64)
    rank[order] = np.arange(len(order))
    place = rank[items.document]
    known = Beforehand(
        int((place < fixed).sum()), page_groups(texts.articles["url"]) if request.same_url else None
    )
    progress.stage("comparing", len(items.document), f"{request.unit}s")
    return join_outcomes(
        store["code"], (items.low, items.high), np.lexsort((items.number, place)), request.rule, store, known=known,
        threads=request.threads, memory=request.memory // 2, advance=progress.advance,
    )  # fmt: skip

"""Near-duplicate documents, or paragraphs, out of a corpus: read, chosen, and written as they came."""

import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import get_args

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.arrays import I64
from syndetect.dedup.output import check_target, write
from syndetect.dedup.rewrite import Keep
from syndetect.dedup.set_join import RELATIONS, Rule, Survivors, survivors
from syndetect.dedup.texts import Items, Preference, Texts, Unit, preferred, read_texts, whole_documents
from syndetect.errors import SettingsError
from syndetect.reading import sources as read
from syndetect.reading.articles import Columns
from syndetect.reading.skipped import Skipped
from syndetect.runtime import memory as budget
from syndetect.runtime.progress import Progress, Silent, compiling
from syndetect.settings import check_whole
from syndetect.storage.scratch import Store

#: What was removed; ``paragraph`` and ``kept_paragraph`` (from 0) where paragraphs were, else null.
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
    """What :func:`deduplicate` kept, and what it removed and why.

    Attributes:
        kept: the ids of the documents that are kept, in order.
        removed: a row for each document (or paragraph) that is not, with the columns of :data:`REMOVED`: the one that
            is kept in its place, ``exact`` (the same words), ``near`` or ``contains``, the similarity (Jaccard; of
            ``contains`` the share of the smaller set of shingles in the larger), and where it stood.
        skipped: place and reason of what could not be read (such records, and those whose id is that of one before
            them, are not kept), and of values that were not understood.
        counts: ``bytes`` of text, ``documents``, ``kept``, and ``exact``, ``near`` and ``contains``: rows of removed.
    """

    kept: pl.Series
    removed: pl.DataFrame
    skipped: pl.DataFrame
    counts: Mapping[str, int]


def deduplicate(
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
    threads: int | None = None,
    memory: int | None = None,
    force: bool = False,
    strict: bool = False,
    progress: Progress | None = None,
) -> Deduplicated:
    """Remove documents that are near-duplicates of one that is kept.

    Near-duplicates have sets of word shingles with a Jaccard similarity of at least ``threshold``. Documents are taken
    in order of preference, and each is kept that is no near-duplicate of one kept before: so no two survivors are
    near-duplicates, and of every removed document one is kept to which it is directly similar. The comparison is exact.

    Args:
        source: files, folders, globs, a frame or mappings, as :func:`syndetect.scan` takes them.
        output: where to write what is kept, in the source's own format: a file, where ``source`` is one file, else a
            folder. Beside a file ``kept.jsonl`` or a folder ``kept`` goes ``kept.removed.jsonl``, and
            ``kept.skipped.jsonl`` if something was skipped. None writes nothing.
        keep: which of near-duplicates stays: the "first" in the source, the "longest" in words, the "earliest" by
            publication (undated ones last), or that from the source named first in ``sources`` ("source-order"). Ties
            go to the first.
        sources: names of sources, the preferred first, compared without regard to case; others come last.
        threshold: above 0 and at most 1.
        shingle_words: words in a shingle; a text of fewer is one shingle.
        contained: also remove where the share of the smaller set in the larger reaches the threshold. The preferred
            of the two stays, so this goes well with ``keep="longest"``.
        unit: "paragraph" drops repeated paragraphs from the texts instead, those of 8 words and more, within a
            document as well; a document with no word left is removed.
        columns, threads, memory, strict, progress: as of :func:`syndetect.scan`.
        force: replace what an earlier run wrote.

    Raises:
        SettingsError: an argument is none of those above.
        InputError: the source cannot be read, or changed while it was; nothing in it can be; or it cannot be written
            again (standard input, frames and mappings; with paragraphs, HTML).
        OutputError: the output is there already, or cannot be written.
    """
    rule = _checked(keep, sources, unit, Rule(shingle_words, threshold, contained))
    for name, value in (("threads", threads), ("memory", memory)):
        if value is not None:
            check_whole(name, value)
    threads, memory = threads or budget.cores(), memory or budget.default_memory()
    progress, found, skipped = progress or Silent(), read.resolve(source), Skipped(strict)
    target = None if output is None else check_target(found, output, cuts=unit == "paragraph", force=force)
    with (
        compiling("dedup", progress),
        closing(Store(None, budget.for_arrays(memory) // 2, {})) as store,
        budget.kept_within(int(memory * 0.8), store.release),
    ):
        texts = read_texts(found, columns, unit, threads, store, skipped, progress)
        order = preferred(texts.articles, np.diff(texts.words), keep, sources)
        items = texts.paragraphs if unit == "paragraph" else whole_documents(texts.words)
        place = np.empty(len(order), np.int64)
        place[order] = np.arange(len(order))
        progress.stage("comparing", len(items.document), f"{unit}s")
        fates = survivors(
            store["code"], (items.low, items.high), np.lexsort((items.number, place[items.document])), rule, store,
            threads=threads, memory=memory // 2, advance=progress.advance,
        )  # fmt: skip
        result, keeps = _result(found, texts, items, fates, unit, skipped)
        if target is not None:
            progress.stage("writing", None, "files")
            write(target, keeps, Columns(columns), result.removed, result.skipped)
    return result


def _checked(keep: Preference, sources: Sequence[str], unit: Unit, rule: Rule) -> Rule:
    """The rule, if all of these can be."""
    for name, value, allowed in (("keep", keep, get_args(Preference)), ("unit", unit, get_args(Unit))):
        if value not in allowed:
            raise SettingsError(f"{name} must be {', '.join(allowed[:-1])} or {allowed[-1]}, not {value!r}")
    if (keep == "source-order") != bool(sources) or isinstance(sources, str):
        raise SettingsError("to keep by source-order, and only then, name the sources in order of preference")
    if not isinstance(rule.threshold, (int, float)) or not 0 < rule.threshold <= 1:
        raise SettingsError(f"threshold must lie above 0 and be at most 1, not {rule.threshold!r}")
    check_whole("shingle_words", rule.shingle_words)
    return Rule(rule.shingle_words, float(rule.threshold), bool(rule.contained))


def _result(
    found: read.Inputs | read.Source,
    texts: Texts,
    items: Items,
    fates: Survivors,
    unit: Unit,
    skipped: Skipped,
) -> tuple[Deduplicated, dict[int, Keep]]:
    """What is told of the fates of items, and by the places of files what of these is kept."""
    gone = np.flatnonzero(fates.relation)
    left = np.diff(texts.words) - np.bincount(
        items.document[gone], items.high[gone] - items.low[gone], len(texts.words) - 1
    ).astype(np.int64)
    is_kept = (left > 0) | (np.diff(texts.words) == 0)
    ids = texts.articles["doc_id"]
    removed = pl.DataFrame(
        {
            "doc_id": ids.gather(items.document[gone]),
            "kept": ids.gather(items.document[fates.by[gone]]),
            "relation": pl.Series(RELATIONS).gather(fates.relation[gone]),
            "similarity": fates.similarity[gone],
            "place": _places(found, texts.origins[items.document[gone]]),
            "paragraph": items.number[gone] if unit == "paragraph" else None,
            "kept_paragraph": items.number[fates.by[gone]] if unit == "paragraph" else None,
        },
        schema=REMOVED,
    )
    cut = gone[is_kept[items.document[gone]]] if unit == "paragraph" else gone[:0]
    counts = np.bincount(fates.relation[gone], minlength=len(RELATIONS)).tolist()
    told = {"bytes": texts.bytes, "documents": len(is_kept), "kept": int(is_kept.sum())}
    told |= dict(zip(RELATIONS[1:], counts[1:], strict=True))
    result = Deduplicated(ids.filter(is_kept).alias("kept"), removed, skipped.frame(), told)
    return result, _keeps(texts.origins, is_kept, items, cut)


def _places(found: read.Inputs | read.Source, origins: I64) -> list[str]:
    """Where records stand, for people."""
    if isinstance(found, read.Inputs):
        return [found.files[file].place(number) for file, number in origins.tolist()]
    return [f"record {number}" for number in origins[:, 1].tolist()]


def _keeps(origins: I64, is_kept: npt.NDArray[np.bool_], items: Items, cut: I64) -> dict[int, Keep]:
    """What of each file is kept; ``cut`` are the items that are not, though their documents are."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for document, begin, end in np.stack([items.document, items.begin, items.end], axis=1)[cut].tolist():
        spans.setdefault(document, []).append((begin, end))
    keeps: dict[int, Keep] = {}
    documents = np.flatnonzero(is_kept)
    for document, (file, number) in zip(documents.tolist(), origins[documents].tolist(), strict=True):
        keep = keeps.setdefault(file, Keep([], {}))
        keep.numbers.append(number)
        if document in spans:
            keep.cuts[number] = spans[document]
    return keeps

"""What the comparison says of documents: the list of what was removed, and the records that each file keeps."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.arrays import I64
from syndetect.dedup.kept import Flags, KeptRecords
from syndetect.dedup.request import Request, Unit
from syndetect.dedup.set_join import RELATIONS, Outcomes
from syndetect.dedup.texts import Items, Texts
from syndetect.reading import sources as read
from syndetect.reading.in_memory import parts_of

#: The columns of a removed document or paragraph; ``paragraph`` and ``kept_paragraph`` (from 0) are null for documents,
#: ``against`` where the similar one is not held already.
REMOVED = pl.Schema(
    {
        "doc_id": pl.String(),
        "kept": pl.String(),
        "relation": pl.String(),
        "similarity": pl.Float64(),
        "place": pl.String(),
        "paragraph": pl.Int64(),
        "kept_paragraph": pl.Int64(),
        "against": pl.String(),
    }
)


def kept_documents(texts: Texts, items: Items, outcomes: Outcomes, unit: Unit) -> npt.NDArray[np.bool_]:
    """bool[d]: whether a document is kept; of one with paragraphs, whether a word is left, or it never had one."""
    if unit == "document":
        return np.asarray(outcomes.relation == 0)
    words = np.diff(texts.word_bounds)
    removed = np.flatnonzero(outcomes.relation)
    lengths = items.high[removed] - items.low[removed]
    lost = np.bincount(items.document[removed], lengths, len(words)).astype(np.int64)
    return np.asarray((lost < words) | (words == 0))


def removed_items(
    found: read.Inputs | read.Source, texts: Texts, items: Items, outcomes: Outcomes, held: Sequence[str], unit: Unit
) -> pl.DataFrame:  # fmt: skip
    """The removed items, with the columns of :data:`REMOVED`; ``held`` are the paths of what is held already."""
    ids, removed = texts.articles["doc_id"], np.flatnonzero(outcomes.relation)
    kept = outcomes.by[removed]
    origins = -1 - texts.origins[items.document[kept], 0]
    return pl.DataFrame(
        {
            "doc_id": ids.gather(items.document[removed]),
            "kept": ids.gather(items.document[kept]),
            "relation": pl.Series(RELATIONS).gather(outcomes.relation[removed]),
            "similarity": outcomes.similarity[removed],
            "place": _places(found, texts.origins[items.document[removed]]),
            "paragraph": items.number[removed] if unit == "paragraph" else None,
            "kept_paragraph": items.number[kept] if unit == "paragraph" else None,
            "against": [held[origin] if origin >= 0 else None for origin in origins.tolist()],
        },
        schema=REMOVED,
    )


def _places(found: read.Inputs | read.Source, origins: I64) -> list[str]:
    """The places of records, as messages name them; ``origins`` int64[n, 2]: file and record."""
    if isinstance(found, read.Inputs):
        return [found.files[file].place(number) for file, number in origins.tolist()]
    parts = parts_of(found)
    return [parts[part].place(number) for part, number in origins.tolist()]


def records_to_write(
    count: int,
    texts: Texts,
    items: Items,
    outcomes: Outcomes,
    is_kept: npt.NDArray[np.bool_],
    request: Request,
) -> Mapping[int, KeptRecords]:
    """The records of each file that are written; of a file without any it says the added column, if there is one."""
    files: dict[int, KeptRecords] = {}

    def records(file: int) -> KeptRecords:
        if file not in files:
            flags = None if request.flag is None else Flags(request.flag, {}, set())
            files[file] = KeptRecords([], {}, flags)
        return files[file]

    is_written = ~texts.is_old & (is_kept | (request.flag is not None))
    documents = np.flatnonzero(is_written)
    spans = _removed_spans(items, np.flatnonzero((outcomes.relation > 0) & is_written[items.document]))
    for document, (file, number) in zip(documents.tolist(), texts.origins[documents].tolist(), strict=True):
        made = records(file)
        made.numbers.append(number)
        if made.flags is not None and not is_kept[document]:
            made.flags.of[number] = texts.articles["doc_id"][int(outcomes.by[document])]
        elif document in spans:
            made.cuts[number] = spans[document]
    if request.flag is not None:
        for file in range(count):
            records(file)
    for file, number in texts.unjudged.tolist():
        made = records(file)
        made.numbers.append(number)
        if made.flags is not None:
            made.flags.unjudged.add(number)
    for file in texts.whole_files.tolist():
        files[file] = files[file]._replace(is_whole=True)
    for made in files.values():
        made.numbers.sort()
    return files


def _removed_spans(items: Items, removed: I64) -> dict[int, list[tuple[int, int]]]:
    """By document, the characters of its removed paragraphs."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for document, begin, end in np.stack([items.document, items.begin, items.end], axis=1)[removed].tolist():
        spans.setdefault(document, []).append((begin, end))
    return spans

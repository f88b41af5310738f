"""Does an index say what follows from its documents? ``verify`` sketches them again, and compares.

The documents are taken as their texts say or, where texts are not stored, as the words in the segment do.
"""

from collections import Counter

import numpy as np
import polars as pl

from syndetect.arrays import U32, U64, Array, lower
from syndetect.index.merge import in_time
from syndetect.index.segment_builder import DocumentBatch, stored_hints
from syndetect.index.segment_layout import LISTS, STRINGS
from syndetect.index.segment_reader import WRONG_HINTS, SegmentReader, check_paragraphs
from syndetect.index.snapshot import Snapshot
from syndetect.kernels.ranges import FAR
from syndetect.matching import portions
from syndetect.matching.places import latest
from syndetect.matching.portions import Batch
from syndetect.matching.tokens import Words, joined
from syndetect.runtime.threads import split_evenly
from syndetect.schema import ARTICLES
from syndetect.settings import Settings
from syndetect.storage.sorted_lists import ListEntries

#: Words that are sketched, and documents that are looked up, at a time.
_WORDS, _DOCUMENTS = 1 << 20, 1 << 12
_UPPER = np.uint64(0xFFFFFFFF00000000)
#: Arrays with a value a word, a document or a sketched paragraph; their values do not count anything.
_BY_WORD, _BY_DOCUMENT, _BY_PARAGRAPH = ("code", "gaps", "lengths"), ("time", "known"), ("hashes",)

#: Of each list a sum of mixed entries, which is the same in any order.
_Digests = Counter[tuple[str, int]]


def verify(snapshot: Snapshot, settings: Settings, version: int) -> None:
    """Hold all that segments say against their documents, deleted ones counted; ``version`` is of the rule of words.

    Raises:
        StoredIndexError: they say something else, or an id stands twice.
    """
    for segment in snapshot.segments:
        _verify(segment, settings, version)
    for segment in snapshot.segments:
        for rows in np.array_split(np.flatnonzero(segment.alive), segment.count // _DOCUMENTS + 1):
            ids = [name for name in segment.strings("id", rows) if name is not None]
            if not np.array_equal(snapshot.numbers_of(ids), rows + segment.first):
                raise segment.arrays.refused("an id stands twice, or is not found")


def _verify(segment: SegmentReader, settings: Settings, version: int) -> None:
    arrays = segment.arrays
    check_paragraphs(arrays)
    documents = arrays.whole("documents")
    if not np.array_equal(arrays.whole("blocks"), stored_hints(documents)):
        raise arrays.refused(WRONG_HINTS)
    carriers = np.zeros(len(arrays["sketched"]), bool)
    carriers[arrays.whole("carriers")] = True
    hashes = arrays.whole("hashes")
    if not np.isin(hashes, hashes[carriers]).all():
        raise arrays.refused("a class of paragraphs is in no band")
    expected: _Digests = Counter()
    for low, high in split_evenly(documents, _WORDS):
        batch = _sketched(segment, low, high, settings, version)
        _compare(segment, batch, low, high)
        _add(expected, segment, batch, low, carriers)
        arrays.release()
    found: _Digests = Counter()
    for name in LISTS:
        for which in range(len(arrays[f"{name}.bounds"]) - 1):
            held = segment.list_entries(name, which, which + 1)
            contexts = segment.context_hashes(which, which + 1) if name == "postings" else None
            found[name, which] = _digest(held.entries, contexts)
            if contexts is not None:
                _check_order(segment, held, contexts)
        arrays.release()
    if wrong := sorted({name for name, which in found if found[name, which] != expected[name, which]}):
        raise arrays.refused(f"the list {wrong[0]} has other entries than the documents")


def _sketched(segment: SegmentReader, low: int, high: int, settings: Settings, version: int) -> DocumentBatch:
    """The arrays and lists of some documents, computed anew."""
    rows = np.arange(low, high)
    columns = {"doc_id": segment.strings("id", rows)}
    columns |= {name: segment.strings(name, rows) for name in STRINGS[1:]}
    published = pl.Series("published", segment.times(rows), dtype=ARTICLES["published"])
    articles = pl.DataFrame(columns, schema={name: ARTICLES[name] for name in columns}).with_columns(
        published
    )
    texts = segment.texts(rows)
    if texts is None:
        words, nothing = _stored_words(segment, low, high), np.empty(0, np.uint8)
        batch = Batch(nothing, np.zeros(1, np.int64), words, *portions.sketch_words(words, settings))
    else:
        encoded = joined([text.encode() for text in texts])
        batch, _ = portions.sketch_articles(*encoded, settings, articles["doc_id"].to_list(), version)
    return DocumentBatch.of(batch, articles, settings, None)


def _stored_words(segment: SegmentReader, low: int, high: int) -> Words:
    """The words of some documents, as the segment has them."""
    whole = segment.arrays.whole
    documents, first = whole("documents")[low : high + 1], whole("document_paragraphs")[low : high + 1]
    place = slice(int(documents[0]), int(documents[-1]))
    gaps, lengths = (whole(name)[place].astype(np.int64) for name in ("gaps", "lengths"))
    far = whole("far")
    far = far[slice(*np.searchsorted(far[:, 0], (place.start, place.stop)).tolist())]
    at = far[:, 0] - place.start
    if not np.array_equal(at, np.flatnonzero((gaps == FAR) | (lengths == FAR))):
        raise segment.arrays.refused("the array far has other words than it should")
    gaps[at], lengths[at] = far[:, 1], far[:, 2]
    ends = np.cumsum(gaps + lengths)
    before = np.repeat(np.append(0, ends)[documents[:-1] - place.start], np.diff(documents))
    begin, end = ends - lengths - before, ends - before
    paragraphs = whole("paragraphs")[first[0] : first[-1] + 1].astype(np.int64)
    return Words(
        whole("code")[place], begin.astype(np.uint32), end.astype(np.uint32), documents - place.start,
        paragraphs - place.start, first - first[0],
    )  # fmt: skip


def _compare(segment: SegmentReader, batch: DocumentBatch, low: int, high: int) -> None:
    """Hold the arrays of some documents against those that were computed anew."""
    whole, made = segment.arrays.whole, batch.arrays
    word, paragraph, sketched = _firsts(segment, low)
    shifts: list[tuple[str, int, int]] = [
        *((name, word, 0) for name in _BY_WORD),
        *((name, low, 0) for name in _BY_DOCUMENT),
        *((name, sketched, 0) for name in _BY_PARAGRAPH),
        ("documents", low, word), ("document_paragraphs", low, paragraph), ("paragraphs", paragraph, word),
        ("sketched", sketched, paragraph), ("sketched_owner", sketched, low),
    ]  # fmt: skip
    for name, at, shift in shifts:
        values: Array = made[name].astype(np.int64) + shift if shift else made[name]
        if not np.array_equal(whole(name)[at : at + len(values)], values):
            raise segment.arrays.refused(f"the array {name} is not that of its documents")
    far = whole("far")
    last = int(whole("documents")[high])
    stored = far[slice(*np.searchsorted(far[:, 0], (word, last)).tolist())]
    if not np.array_equal(stored, made["far"] + np.array([word, 0, 0])):
        raise segment.arrays.refused("the array far is not that of its documents")


def _add(digests: _Digests, segment: SegmentReader, batch: DocumentBatch, low: int, carriers: Array) -> None:
    """Add the entries of some documents to the digests of all lists."""
    word, _, sketched = _firsts(segment, low)
    firsts = {"postings": word, "same": sketched, "bands": sketched, "document_bands": low, "ids": low}
    for name in LISTS:
        for which in range(len(batch.sizes(name))):
            moved = batch.list_entries(name, which, which + 1).entries + np.uint64(firsts[name])
            if name == "bands":
                moved = moved[carriers[lower(moved)]]
            contexts = batch.context_hashes(which, which + 1) if name == "postings" else None
            digests[name, which] = digests[name, which] + _digest(moved, contexts) & ((1 << 64) - 1)


def _firsts(segment: SegmentReader, document: int) -> tuple[int, int, int]:
    """The first word, paragraph and sketched paragraph of a document, or of what follows it."""
    whole = segment.arrays.whole
    sketched = int(np.searchsorted(whole("sketched_owner"), document))
    return int(whole("documents")[document]), int(whole("document_paragraphs")[document]), sketched


def _digest(entries: U64, contexts: U32 | None) -> int:
    """The sum of mixed entries (uint64[n]), with the context hashes of postings."""
    mixed = _mixed(entries)
    if contexts is not None:
        mixed = _mixed(mixed + contexts.astype(np.uint64))
    return int(mixed.sum(dtype=np.uint64))


def _mixed(values: U64) -> U64:
    """Distinct numbers for distinct values, with all bits changed (Steele, Lea and Flood 2014, SplitMix)."""
    mixed = (values ^ values >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ mixed >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return mixed ^ mixed >> np.uint64(31)


def _check_order(segment: SegmentReader, postings: ListEntries, contexts: U32) -> None:
    """Make sure that the postings of a part are in the order that look-ups rely on."""
    keys, words = postings.entries & _UPPER | contexts, postings.entries.astype(np.uint32)
    whole = segment.arrays.whole
    ordered = in_time(keys, words, postings.which, whole("documents"), latest(whole("time")))
    if (keys[1:] < keys[:-1]).any() or not np.array_equal(ordered, words):
        raise segment.arrays.refused("postings are not in their order")

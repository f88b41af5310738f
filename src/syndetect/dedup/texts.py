"""The documents or paragraphs that are compared: read from their source, and put in order of preference."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import repeat
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.arrays import I64, ByteStrings
from syndetect.dedup.request import Request, Unit
from syndetect.errors import InputError
from syndetect.matching import tokens
from syndetect.matching.places import latest
from syndetect.matching.tokens import Key, Words, joined
from syndetect.reading import sources as read
from syndetect.reading.articles import times
from syndetect.reading.notes import KEPT_AS_IT_STANDS, KEPT_WHOLE, UNREADABLE, Notes
from syndetect.reading.sources import BATCH_BYTES
from syndetect.runtime.memory import readers
from syndetect.runtime.progress import Progress
from syndetect.runtime.threads import in_order
from syndetect.storage.scratch import Store

#: The least words of a paragraph that is compared.
LEAST_WORDS = 8
#: What is known of a document beside its words.
ARTICLE = pl.Schema(
    {"doc_id": pl.String(), "source": pl.String(), "published": pl.Datetime("us", "UTC"), "url": pl.String()}
)


class Items(NamedTuple):
    """The documents, or paragraphs of 8 words and more, that are compared.

    All int64[n]: the document; the number of the paragraph in it, from 0; its first word and end in the corpus; and,
    for paragraphs, the begin of the first word and the end of the last one in the document, in characters.
    """

    document: I64
    number: I64
    low: I64
    high: I64
    begin: I64
    end: I64

    @classmethod
    def joined(cls, parts: "Iterable[Items]") -> "Items":
        """Items, part after part."""
        none = cls(*(np.empty(0, np.int64) for _ in cls._fields))
        return cls(*(np.concatenate(column) for column in zip(none, *parts, strict=True)))


class Texts(NamedTuple):
    """Documents whose words are in the store.

    Attributes:
        articles: with the columns of :data:`ARTICLE`.
        origins: int64[d, 2], each document's file and its record there; of a document that is never written, -1 less
            the place of its origin among those given, and 0.
        word_bounds: int64[d + 1], the first word of each in the store, and the end.
        paragraphs: empty where documents are compared.
        bytes: the size of the texts.
        unjudged: int64[n, 2], file and record of what is written as it stands; record 0 is the whole file.
        lost: the files that are not read to their ends, and are written as far as they are.
    """

    articles: pl.DataFrame
    origins: I64
    word_bounds: I64
    paragraphs: Items
    bytes: int
    unjudged: I64
    lost: frozenset[int] = frozenset()

    @property
    def is_old(self) -> npt.NDArray[np.bool_]:
        """bool[d]: which documents are never written."""
        return np.asarray(self.origins[:, 0] < 0)

    @property
    def whole_files(self) -> I64:
        """int64[n]: the files that are written as they stand."""
        return np.unique(self.unjudged[self.unjudged[:, 1] == 0, 0])

    @classmethod
    def joined(cls, parts: "list[Texts]") -> "Texts":
        """The documents of several origins, the new ones last, which follow one another in the store."""
        if len(parts) == 1:
            return parts[0]
        known = np.cumsum([0, *(len(part.origins) for part in parts)])
        return cls(
            pl.concat([part.articles for part in parts]),
            np.concatenate([part.origins for part in parts]),
            np.concatenate([parts[0].word_bounds[:1], *(part.word_bounds[1:] for part in parts)]),
            Items.joined([
                part.paragraphs._replace(document=part.paragraphs.document + before)
                for part, before in zip(parts, known.tolist(), strict=False)
            ]),
            sum(part.bytes for part in parts),
            np.concatenate([part.unjudged for part in parts]),
            parts[-1].lost,
        )  # fmt: skip


def whole_documents(word_bounds: I64) -> Items:
    """Documents as items; ``word_bounds`` int64[d + 1]: the first word of each, and the end."""
    documents = np.arange(len(word_bounds) - 1)
    none = np.zeros_like(documents)
    return Items(documents, none, word_bounds[:-1], word_bounds[1:], none, none)


def gathered(batches: Iterable[Words], unit: Unit, store: Store) -> tuple[I64, Items]:
    """Append the codes of documents to the store's array ``code``.

    Returns:
        int64[d + 1], where each document begins there, and the end; and the paragraphs, where these are compared.
    """
    store.append("code", np.empty(0, np.uint32))
    base, documents = sum(store.sizes("code")), 0
    bounds, paragraphs = [np.full(1, base)], list[Items]()
    for words in batches:
        store.append("code", words.code)
        if unit == "paragraph":
            paragraphs.append(_paragraphs(words, documents, base))
        bounds.append(words.documents[1:] + base)
        documents, base = documents + len(bounds[-1]), base + len(words.code)
    return np.concatenate(bounds), Items.joined(paragraphs)


def read_texts(
    found: read.Inputs | read.Source,
    request: Request,
    store: Store,
    key: Key,
    notes: Notes,
    progress: Progress,
) -> Texts:
    """Read all documents of a resolved source; their words are appended to the store's array ``code``.

    What cannot be judged is noted as kept, if it is to be: the records that are no articles, and the files that cannot
    be read to their ends.

    Raises:
        InputError: there is nothing to read, or the source cannot be read.
    """
    seen = _Seen(keeps=request.unjudged == "keep" and isinstance(found, read.Inputs))

    def texts() -> Iterator[ByteStrings]:
        for frame, encoded in read.batches(
            found, reading=request.reading, on_skip=notes, on_columns=notes.add_columns, on_bytes=progress.advance,
            batch_bytes=BATCH_BYTES, on_articles=seen.articles, on_unusable=seen.unusable,
        ):  # fmt: skip
            seen.frames.append(frame.select(ARTICLE.names()))
            seen.bytes += len(encoded.data)
            yield encoded

    def tokenised(encoded: ByteStrings) -> Words:
        return tokens.tokenise(*joined(encoded), key=key)

    progress.stage("reading", found.bytes if isinstance(found, read.Inputs) else None, "bytes")
    with closing(in_order(tokenised, texts(), readers(request.threads, request.memory))) as batches:
        word_bounds, paragraphs = gathered(batches, request.unit, store)
    if not seen.files:
        raise notes.nothing_read()
    return Texts(
        pl.concat(seen.frames), np.stack([np.array(seen.files), np.array(seen.numbers)], axis=1), word_bounds,
        paragraphs, seen.bytes, np.array(seen.unjudged, np.int64).reshape(-1, 2), frozenset(seen.lost),
    )  # fmt: skip


class _Seen:
    """What was seen of a source while it was read: its articles, and what cannot be judged.

    Args:
        keeps: whether what cannot be judged is noted as kept.
    """

    def __init__(self, *, keeps: bool) -> None:
        self._keeps = keeps
        self.frames = [pl.DataFrame(schema=ARTICLE)]
        self.files, self.numbers = array("q"), array("q")
        self.unjudged, self.lost, self.bytes = array("q"), set[int](), 0

    def articles(self, file: int, numbers: Sequence[int]) -> None:
        """Note articles."""
        self.files.extend(repeat(file, len(numbers)))
        self.numbers.extend(numbers)

    def unusable(self, file: int, number: int, outcome: str) -> str:
        """Note a record that is no article, or a file that cannot be read to its end; what came of it is given."""
        is_whole = outcome == UNREADABLE
        if not self._keeps:
            self.lost.update((file,) if is_whole else ())
            return outcome
        self.unjudged.extend((file, 0 if is_whole else number))
        return KEPT_WHOLE if is_whole else KEPT_AS_IT_STANDS


def _paragraphs(words: Words, documents: int, base: int) -> Items:
    """The paragraphs of a batch that are long enough; ``documents`` and ``base`` words precede the batch."""
    low, high = words.paragraphs[:-1], words.paragraphs[1:]
    document = words.paragraph_documents.astype(np.int64)
    number = np.arange(len(low)) - words.document_paragraphs[document]
    long = np.flatnonzero(high - low >= LEAST_WORDS)
    begin, end = words.begin[low[long]].astype(np.int64), words.end[high[long] - 1].astype(np.int64)
    return Items(document[long] + documents, number[long], low[long] + base, high[long] + base, begin, end)


def in_order_of_preference(texts: Texts, request: Request) -> tuple[I64, int]:
    """All documents, the preferred first (int64[d]), and how many of them are kept whatever they are like.

    Those are the old ones, and then those of files that are written as they stand.

    Raises:
        InputError: no document is from one of the sources.
    """
    is_old, file = texts.is_old, texts.origins[:, 0]
    old, new = np.flatnonzero(is_old), np.flatnonzero(~is_old)
    new = new[_preferred(texts.articles[new], np.diff(texts.word_bounds)[new], request)]
    is_fixed = np.isin(file[new], texts.whole_files)
    order = np.concatenate([old, new[is_fixed], new[~is_fixed]])
    return order, len(old) + int(is_fixed.sum())


def _preferred(articles: pl.DataFrame, words: I64, request: Request) -> I64:
    """int64[d]: documents in order of preference, the first in the source among equals."""
    sources = request.sources
    if request.keep == "longest":
        return np.argsort(-words, kind="stable")
    if request.keep == "earliest":
        return np.argsort(latest(times(articles["published"])), kind="stable")
    if request.keep == "first":
        return np.arange(len(articles))
    place = {name.strip().casefold(): number for number, name in reversed(list(enumerate(sources)))}
    found = articles["source"].unique().drop_nulls().to_list()
    known = {name: place[name.strip().casefold()] for name in found if name.strip().casefold() in place}
    if not known:
        raise InputError(
            f"no document is from {', '.join(sources[:5])}: check the names, and --source-column"
        )
    return np.argsort(
        articles["source"].replace_strict(known, default=len(sources), return_dtype=pl.Int64).to_numpy(),
        kind="stable",
    )

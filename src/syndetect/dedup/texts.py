"""The documents or paragraphs that are compared: read from their source, and put in order of preference."""

from array import array
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import numpy as np
import polars as pl

from syndetect.arrays import I64
from syndetect.dedup.request import Request
from syndetect.errors import InputError
from syndetect.matching import tokens
from syndetect.matching.places import latest
from syndetect.matching.tokens import Words, joined
from syndetect.reading import sources as read
from syndetect.reading.articles import times
from syndetect.reading.notes import Notes
from syndetect.reading.sources import BATCH_BYTES
from syndetect.runtime.memory import readers
from syndetect.runtime.progress import Progress
from syndetect.runtime.threads import in_order
from syndetect.storage.scratch import Store

#: The least words of a paragraph that is compared.
LEAST_WORDS = 8
_ORIGIN = pl.Schema({"doc_id": pl.String(), "source": pl.String(), "published": pl.Datetime("us", "UTC")})


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


class Texts(NamedTuple):
    """The documents of a source; their words are in the store.

    ``articles`` has the columns of ``_ORIGIN``; ``origins`` int64[d, 2]: each document's file and its record there;
    ``word_bounds`` int64[d + 1]: its first word, and the end; ``paragraphs`` is empty where documents are compared;
    ``bytes``: the size of the texts.
    """

    articles: pl.DataFrame
    origins: I64
    word_bounds: I64
    paragraphs: Items
    bytes: int


def whole_documents(word_bounds: I64) -> Items:
    """Documents as items; ``word_bounds`` int64[d + 1]: the first word of each, and the end."""
    documents = np.arange(len(word_bounds) - 1)
    none = np.zeros_like(documents)
    return Items(documents, none, word_bounds[:-1], word_bounds[1:], none, none)


def read_texts(
    found: read.Inputs | read.Source, request: Request, store: Store, notes: Notes, progress: Progress
) -> Texts:
    """Read all documents of a resolved source; their words are appended to the store's array ``code``.

    The codes are by a secret key: texts cannot have been made so that different words of theirs have the same code.

    Raises:
        InputError: there is nothing to read, or the source cannot be read.
    """
    progress.stage("reading", found.bytes if isinstance(found, read.Inputs) else None, "bytes")
    key = tokens.secret_key()
    frames, files, numbers = [pl.DataFrame(schema=_ORIGIN)], array("q"), array("q")

    def note(file: int, number: int) -> None:
        files.append(file)
        numbers.append(number)

    def texts() -> Iterator[list[bytes]]:
        for frame, encoded in read.batches(
            found, reading=request.reading, on_skip=notes, on_columns=notes.add_columns, on_bytes=progress.advance,
            batch_bytes=BATCH_BYTES, on_article=note,
        ):  # fmt: skip
            frames.append(frame.select(_ORIGIN.names()))
            yield encoded

    def tokenised(encoded: list[bytes]) -> tuple[Words, int]:
        buffer, bounds = joined(encoded)
        return tokens.tokenise(buffer, bounds, key=key), len(buffer)

    store.append("code", np.empty(0, np.uint32))
    counts, paragraphs, size, base = [np.zeros(1, np.int64)], [whole_documents(np.zeros(1, np.int64))], 0, 0
    documents = 0
    with closing(in_order(tokenised, texts(), readers(request.threads, request.memory))) as batches:
        for words, length in batches:
            store.append("code", words.code)
            if request.unit == "paragraph":
                paragraphs.append(_paragraphs(words, documents, base))
            counts.append(np.diff(words.documents))
            documents, base, size = documents + len(counts[-1]), base + len(words.code), size + length
    if not documents:
        raise notes.nothing_read()
    return Texts(
        pl.concat(frames), np.stack([np.array(files), np.array(numbers)], axis=1), np.cumsum(np.concatenate(counts)),
        Items(*(np.concatenate(column) for column in zip(*paragraphs, strict=True))), size,
    )  # fmt: skip


def _paragraphs(words: Words, documents: int, base: int) -> Items:
    """The paragraphs of a batch that are long enough; ``documents`` and ``base`` words precede the batch."""
    low, high = words.paragraphs[:-1], words.paragraphs[1:]
    document = words.paragraph_documents.astype(np.int64)
    number = np.arange(len(low)) - words.document_paragraphs[document]
    long = np.flatnonzero(high - low >= LEAST_WORDS)
    begin, end = words.begin[low[long]].astype(np.int64), words.end[high[long] - 1].astype(np.int64)
    return Items(document[long] + documents, number[long], low[long] + base, high[long] + base, begin, end)


def preferred(texts: Texts, request: Request) -> I64:
    """int64[d]: the documents in order of preference, the first in the source among equals.

    Raises:
        InputError: no document is from one of the sources.
    """
    articles, sources = texts.articles, request.sources
    if request.keep == "longest":
        return np.argsort(-np.diff(texts.word_bounds), kind="stable")
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

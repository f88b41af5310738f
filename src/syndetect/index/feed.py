"""Query an index article by article: a stream of articles, or JSON Lines with one answer a line.

An answer is a mapping that JSON can hold; ``docs/article-index.md`` describes it for users.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from syndetect.errors import InputError
from syndetect.index.answer import Answer
from syndetect.index.index import Index
from syndetect.index.query_batch import has_id, resolved, without_id
from syndetect.reading import sources
from syndetect.reading.articles import Article, Conversion, to_article
from syndetect.reading.columns import Columns, Record
from syndetect.reading.decoding import Decoder, is_ascii_superset
from syndetect.reading.encoding import UnusableError
from syndetect.reading.in_memory import is_whole
from syndetect.reading.json_lines import json_lines
from syndetect.reading.notes import LEFT_OUT, Notes, Tell
from syndetect.reading.options import ReadingOptions

_MARK = b"\xef\xbb\xbf"  # of UTF-8, which some programs put before the first line
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KNOWN = ("source", "published", "title", "url")


def answers(
    blocks: Iterable[bytes],
    index: Index,
    *,
    reading: ReadingOptions | None = None,
    add: bool = False,
    strict: bool = False,
    max_bytes: int = 128 << 20,
) -> Iterator[dict[str, Any]]:
    """The answer to each document of JSON Lines, one after the other.

    A line is read when the caller takes its answer; the query sees the state of the index at that moment.

    Args:
        blocks: JSON Lines in UTF-8 or the encoding of ``reading``, in pieces of any size.
        index: open for reading or, to add, for writing.
        reading: as for :func:`syndetect.reading.sources.batches`.
        add: add each document when the caller takes the next answer, unless the index has its id already.
        strict: raise instead of answering that a line cannot be used, or a value of it.
        max_bytes: the longest line that is taken.

    Yields:
        For a document ``line, id, known, words, reused_words, reused_share, matches, passages``, and ``remarks`` where
        a value was left out or changed, and once where the encoding was guessed; for a line that cannot be used
        ``line, error``. Blank lines have no answer.

    Raises:
        InputError: with ``strict``, what cannot be used; or an encoding that is no superset of ASCII.
        StoredIndexError, OutputError: as :meth:`syndetect.Index.query`, ``refresh`` and ``add``.
    """
    options = reading or ReadingOptions()
    wanted, conversion, encoding = Columns(options.columns), Conversion(options), options.codec()
    if encoding and not is_ascii_superset(encoding):
        raise InputError(f"lines in {options.encoding} cannot be answered one by one: convert them to UTF-8")
    decoder = Decoder(encoding=encoding)
    told: list[str] = []
    for number, record in json_lines(_unmarked(blocks), decoder, max_bytes):
        article = _article(record, wanted, conversion, max_bytes, needs_id=add)
        if isinstance(article, UnusableError):
            faults = [str(article)]
        else:
            guessed = [remark for remark in decoder.remarks() if remark not in told]
            told += guessed
            faults = [*(reason for reason, _ in article.remarks), *guessed]
        if strict and faults:
            raise InputError(f"stdin:{number}: {faults[0]}")
        if isinstance(article, UnusableError):
            yield {"line": number, "error": faults[0]}
            continue
        index.refresh()
        document = _document(article, index, number)
        answer = _answer(document, index) | ({} if article.doc_id else {"id": None})
        yield {"line": number, **answer, **({"remarks": faults} if faults else {})}
        if add:
            index.add([document], existing="skip", threads=1)


def _unmarked(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Blocks without the byte order mark that may come first."""
    head = b""
    waiting = iter(blocks)
    for block in waiting:
        head += block
        if len(head) >= len(_MARK) or not _MARK.startswith(head):
            break
    yield head.removeprefix(_MARK)
    yield from waiting


def _article(
    record: Record, wanted: Columns, conversion: Conversion, max_bytes: int, *, needs_id: bool
) -> Article | UnusableError:
    """The article of a line, with an empty id where it has none."""
    if isinstance(record, UnusableError):
        return record
    article = to_article(record, wanted.keys(record), "", max_bytes, conversion)
    if needs_id and isinstance(article, Article) and not article.doc_id:
        return UnusableError("no id, without which nothing is added")
    return article


def _document(article: Article, index: Index, number: int) -> dict[str, Any]:
    """The query document of an article; one without an id gets an id that the index does not have."""
    document: dict[str, Any] = {
        name: value.decode()
        for name in ("text", "source", "title", "url")
        if (value := getattr(article, name))
    }
    if article.published is not None:
        document["published"] = _EPOCH + timedelta(microseconds=article.published)
    name = article.doc_id.decode() or f"stdin:{number}"
    while not article.doc_id and name in index:
        name += "'"
    return document | {"id": name}


def _answer(document: Mapping[str, Any], index: Index) -> dict[str, Any]:
    """The answer to a document, as JSON can hold it."""
    doc_id, known = document["id"], document["id"] in index
    answer = index.query(document)
    counts = answer.documents.select("words", "reused_words", "reused_share").row(0, named=True)
    rows = list(answer.matches.iter_rows(named=True))
    names = {row[side] for row in rows for side in ("doc_a", "doc_b")} - {doc_id}
    facts = {name: _facts(name, index) for name in names}
    return {
        "id": doc_id,
        "known": known,
        **counts,
        "matches": [_match(row, doc_id, facts) for row in rows],
        "passages": list(_passages(answer.passages, doc_id)),
    }


def _match(row: Mapping[str, Any], doc_id: str, facts: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """A row of ``matches``, from the side of the query document."""
    own, other = ("b", "a") if row["doc_b"] == doc_id else ("a", "b")
    return {
        "doc": row[f"doc_{other}"],
        **facts[row[f"doc_{other}"]],
        "begin": row[f"begin_{own}"],
        "end": row[f"end_{own}"],
        "doc_begin": row[f"begin_{other}"],
        "doc_end": row[f"end_{other}"],
        **{name: row[name] for name in ("words", "identity", "score")},
    }


def _facts(doc_id: str, index: Index) -> dict[str, Any]:
    """The source, time, title and address of a stored document."""
    found = index.get(doc_id) or {}
    facts = {name: found.get(name) for name in _KNOWN}
    if (published := facts["published"]) is not None:
        facts["published"] = published.isoformat().replace("+00:00", "Z")
    return facts


def _passages(table: pl.DataFrame, doc_id: str) -> Iterator[dict[str, Any]]:
    """Each passage: its place in the query document, and the first document that had it (None: the query itself)."""
    for _, group in groupby(table.iter_rows(named=True), itemgetter("passage_id")):
        uses = list(group)
        own = next((use for use in uses if use["doc_id"] == doc_id), None)
        if own is not None:
            first = uses[0]["doc_id"]
            yield {
                **{name: own[name] for name in ("begin", "end", "words")},
                "first": None if first == doc_id else first,
            }


def stream(
    documents: sources.Source, index: Index, *, on_skip: Callable[[str, str], None] | None = None
) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Query an index with each document of a stream, and then add the document.

    Args:
        documents: what :func:`syndetect.scan` takes; mappings may come from a generator that never ends.
        index: open for writing. A document whose id it has already is queried and not added.
        on_skip: called with the place and reason of each record that cannot be used, such as a mapping without an
            id; by default such a record is an error.

    Yields:
        Every document, as :meth:`Index.get` would give it, with its answer; it is added when the caller takes the
        next one, or closes the generator.

    Raises:
        InputError: a document cannot be used.
        StoredIndexError, OutputError: as :meth:`Index.query` and :meth:`Index.add`.
    """
    skip: Tell = Notes(strict=True)
    if on_skip is not None:
        skip = lambda place, reason, outcome: on_skip(place, reason)  # noqa: E731, ARG005
    for row in _rows(resolved(documents), skip):
        answer = index.query(row)
        try:
            yield row, answer
        finally:
            index.add([row], existing="skip", threads=1)


def near(
    documents: sources.Source, index: Index, notes: Notes, *, reading: ReadingOptions | None = None
) -> Iterator[pl.DataFrame]:
    """The articles of an index that are nearly the same as each of other articles.

    Args:
        documents: what :func:`syndetect.scan` takes; they are read one by one, as the caller takes them.
        index: asked for each; an article of the same id is not compared.
        notes: told of what cannot be used.
        reading: as for :func:`syndetect.reading.sources.batches`.

    Yields:
        For every document the table ``documents`` of :meth:`Index.near_duplicates`.

    Raises:
        InputError: as :func:`syndetect.scan`.
        StoredIndexError: the index is damaged.
    """
    for frame in sources.read(resolved(documents), reading=reading, on_skip=notes, batch_bytes=1):
        for row in frame.rename({"doc_id": "id"}).iter_rows(named=True):
            yield index.near_duplicates(row).documents


def _rows(found: Any, skip: Tell) -> Iterator[dict[str, Any]]:
    """Documents one by one; mappings are taken as they come, and none is kept."""
    whole = isinstance(found, sources.Inputs) or is_whole(found)
    for number, source in enumerate([found] if whole else ([record] for record in found), 1):
        place = "" if whole else f"record {number}"
        told: Tell = skip if whole else partial(_skip_at, skip, place)
        for frame in sources.read(source, on_skip=told, batch_bytes=1, default_id=without_id):
            for row in frame.iter_rows(named=True):
                if not has_id(row["doc_id"]):
                    skip(place, "no id, without which nothing is added", LEFT_OUT)
                    continue
                yield {"id" if name == "doc_id" else name: value for name, value in row.items()}


def _skip_at(skip: Tell, place: str, _: str, reason: str, outcome: str) -> None:
    skip(place, reason, outcome)

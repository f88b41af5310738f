"""Sources to articles: files, tables and rows as batches of checked articles.

Whatever cannot be used is passed over, and its place and the reason are told to the caller, who decides
whether that is an error. The articles and their order depend on the names and contents of the files alone:
not on the order in which paths are given or found, nor on the size of the batches.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, islice
from typing import Any, NamedTuple, TypeGuard

import polars as pl

from syndetect.reading.articles import Article, Conversion, to_article
from syndetect.reading.columns import ALIASES, Columns, Keys, Record
from syndetect.reading.delimited import RowBlock
from syndetect.reading.discovery import File, Inputs, Paths, expand
from syndetect.reading.encoding import UnusableError
from syndetect.reading.fingerprints import fingerprints
from syndetect.reading.formats import DELIMITERS, TABLES, Reader
from syndetect.reading.identities import Identities
from syndetect.reading.in_memory import ArrowStream, Frame, Part, is_table, is_whole, parts_of
from syndetect.reading.json_lines import LineBlock
from syndetect.reading.nesting import Nesting
from syndetect.reading.notes import KEPT_CHANGED, PASSED_OVER, REMARK, TOLD_APART, Tell
from syndetect.reading.options import DuplicateIds, ReadingOptions
from syndetect.reading.path_columns import PathColumns
from syndetect.reading.plain_delimited import PlainDelimited
from syndetect.reading.plain_lines import PlainLines
from syndetect.reading.plain_rows import PlainRows, Run
from syndetect.reading.plain_tables import PlainTables
from syndetect.reading.rows import Batch, Rows
from syndetect.reading.tables import TableBlock
from syndetect.runtime import forks
from syndetect.schema import ARTICLES

__all__ = ["ARTICLES", "Batch", "Inputs", "Source", "expand", "fingerprints", "read", "resolve"]

#: Paths; or what :mod:`syndetect.reading.in_memory` knows: tables, open files, rows, and mappings of splits.
Source = Paths | pl.DataFrame | pl.LazyFrame | ArrowStream | Iterable[Any]

#: Told from ``columns.ALIASES`` to the names that a source has for them, and all names that it has.
OnColumns = Callable[[Mapping[str, Sequence[str]], Sequence[str]], None]
#: Told of a record that is no article: its file, its number there, and the outcome; it gives the outcome to tell.
OnUnusable = Callable[[int, int, str], str]

_OF_OUR_NAMES = ("text", "html", "warc", "wet")
_CHECKED_RECORDS = 1000  # of JSON Lines or mappings: among so many must be a column that the user names


def resolve(source: Source | Inputs) -> Inputs | Any:
    """The files of a source of paths, as :func:`expand` finds them; any other source unchanged.

    Of a generator the first element decides, and it is not to be used but through what is returned.

    Raises:
        InputError: as :func:`expand`.
        ProcessError: this process was forked from one that had asked or scanned.
    """
    forks.check()
    if is_whole(source):
        return source
    if isinstance(source, Iterator):
        first = list(islice(source, 1))
        rest: Any = chain(first, source)
        source = list(rest) if first and _are_paths(first) else rest
    return expand(source) if _are_paths(source) else source


def read(
    source: Source | Inputs,
    *,
    reading: ReadingOptions | None = None,
    on_skip: Tell,
    on_columns: OnColumns = lambda *_: None,
    on_bytes: Callable[[int], None] | None = None,
    batch_bytes: int = 32 << 20,
    max_bytes: int = 128 << 20,
    default_id: Callable[[str], str] = str,
) -> Iterator[pl.DataFrame]:
    """Read articles, as :func:`batches` does.

    Returns:
        An iterator over frames of ``schema.ARTICLES``.
    """
    found = batches(
        source, reading=reading, on_skip=on_skip, on_columns=on_columns, on_bytes=on_bytes, batch_bytes=batch_bytes,
        max_bytes=max_bytes, default_id=default_id,
    )  # fmt: skip
    return map(_whole, found)


def batches(  # noqa: PLR0913  (two listeners, and limits that callers choose)
    source: Source | Inputs,
    *,
    reading: ReadingOptions | None = None,
    on_skip: Tell,
    on_columns: OnColumns = lambda *_: None,
    on_bytes: Callable[[int], None] | None = None,
    batch_bytes: int = 32 << 20,
    max_bytes: int = 128 << 20,
    default_id: Callable[[str], str] = str,
    on_articles: Callable[[int, Sequence[int]], None] = lambda *_: None,
    on_unusable: OnUnusable = lambda _file, _number, outcome: outcome,
    duplicate_ids: DuplicateIds = "skip",
    is_part: bool = False,
) -> Iterator[Batch]:
    """Read articles in batches, with the texts separate from the frame.

    Args:
        source: what :func:`expand` takes or gives; or a table, an open file, or rows such as dictionaries. Or
            what :func:`resolve` makes of it, for those who want to know the size beforehand.
        reading: how articles are read; the names of columns in it are not those of text and HTML files.
        on_skip: told, in the order of the source, the place of whatever is passed over, of each value that is left out
            of an article, and of each file that changed meanwhile, with the reason and the outcome; it may raise.
        on_columns: told, of every source with other columns than those before, which it has.
        on_bytes: told how many more bytes of the files were read; in the end, together, ``Inputs.bytes``.
        batch_bytes: how much text a batch holds, about.
        max_bytes: the longest line, row, text or single-article file that is taken.
        default_id: what records without an id are called that do not come from files, by the names below.
        on_articles: told, of articles that are taken, the place of their file among all and their records' numbers
            there.
        on_unusable: told the same of each record that is no article, and of each file that is not read to its end
            (number 0), with the outcome; what it gives is the outcome that ``on_skip`` is told.
        duplicate_ids: as ``reading`` has it, where that has None.
        is_part: whether rows in memory are a part of all, in which a column that the user named may be missing.

    Returns:
        An iterator over frames of ``schema.ARTICLES`` without the text, each with its
        texts as UTF-8. ``doc_id`` is the record's own, integers in decimal;
        else the file's name, with ``:`` and the number of the line (JSON Lines) or record, from 1, in a file
        of several (an open file has a name where that tells its format); else ``record`` and the number, or the
        split with ``:`` and the number. No two are equal, see :mod:`syndetect.reading.identities`.

    Raises:
        InputError: as :func:`expand`; or a column that the user named is not there; or a pattern over paths is like
            none of them; or an id is there again, and this is an error.
        MissingExtraError: as :func:`expand`.
    """
    options, found = reading or ReadingOptions(), resolve(source)
    skipped: Sequence[tuple[str, str]] = ()
    if isinstance(found, Inputs):
        origins, skipped = _from_files(found.files, options, max_bytes), found.skipped
    else:
        parts = parts_of(found)
        origins = iter([_from_memory(part, options, max_bytes, default_id, is_part) for part in parts])
    told = _Listeners(on_skip, on_columns, on_bytes or (lambda _: None), on_articles, on_unusable)
    identities = Identities(options.duplicate_ids or duplicate_ids)
    return _frames(origins, skipped, told, identities, Rows(batch_bytes), max_bytes)


class _Listeners(NamedTuple):
    """Those who are told while articles are read, as :func:`batches` describes them."""

    on_skip: Tell
    on_columns: OnColumns
    on_bytes: Callable[[int], None]
    on_articles: Callable[[int, Sequence[int]], None]
    on_unusable: OnUnusable


class _Origin(NamedTuple):
    """The origin of records, and their names there."""

    records: Iterable[tuple[int, Record]]
    columns: Columns
    place: Callable[[int], str]
    default_id: Callable[[int], str]
    has_header: bool  #: which its reader compares with the columns that the user named
    name: str = ""  #: of the file or split
    conversion: Conversion = Conversion(ReadingOptions())
    of_path: Mapping[str, str] = {}  #: where the path of the file tells something, by the article's columns

    def articles(
        self, max_bytes: int, on_columns: OnColumns, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Article | Run | UnusableError]]:
        """The checked records: articles, and runs of such as are among the rows already."""
        shapes: dict[tuple[Any, ...], Keys] = {}  # the columns of a record, to those that hold what is wanted
        names: dict[Any, None] = {}
        unchecked = 0 if self.has_header or not self.columns.named else _CHECKED_RECORDS
        nesting = Nesting(self.columns)
        plain = self._plain_rows(max_bytes)

        def learned(record: Mapping[str, Any]) -> Keys:
            if len(shapes) == _CHECKED_RECORDS:
                shapes.clear()
            keys = shapes[tuple(record)] = self.columns.keys(record)
            if plain is not None:
                plain.learn(tuple(record), keys)
            if keys[1] or nesting.inner_name(record) is None:
                on_columns(self._taken(keys), tuple(record))
            return keys

        for number, record in self._in_runs(plain, rows, identities):
            if isinstance(record, (UnusableError, Run)):
                yield number, record
                continue
            keys = shapes.get(tuple(record)) or learned(record)
            if not keys[1] and (inner := nesting.unwrapped(record)):
                record, keys = inner, shapes.get(tuple(inner)) or learned(inner)  # noqa: PLW2901
            yield number, to_article(record, keys, self.default_id(number), max_bytes, self.conversion)
            if unchecked:
                unchecked -= 1
                names |= dict.fromkeys(record)
                if not unchecked:
                    self.columns.require(names, self.place(0))
                    if plain is not None:
                        plain.is_tried = True
        if unchecked and names:
            self.columns.require(names, self.place(0))

    def _plain_rows(self, max_bytes: int) -> PlainRows[Any] | None:
        """What reads plain rows many at a time, where they can be taken as they stand."""
        if not isinstance(self.records, (Reader, Frame)) or not self.conversion.is_plain:
            return None
        if isinstance(self.records, Frame) or self.records.file.format in TABLES:
            return PlainTables(self.conversion, self.default_id, max_bytes)
        if self.records.file.format in DELIMITERS:
            return PlainDelimited(self.columns, self.conversion, self.default_id, max_bytes)
        plain = PlainLines(self.records.decoder, self.conversion, self.default_id, max_bytes)
        plain.is_tried = not self.columns.named  # or only when it is known that they are there
        return plain

    def _in_runs(
        self, plain: PlainRows[Any] | None, rows: Rows, identities: Identities
    ) -> Iterator[tuple[int, Record | Run]]:
        """The records, and runs of rows that are among the rows without having become records."""
        if plain is None or not isinstance(self.records, (Reader, Frame)):
            yield from self.records
            return
        if isinstance(self.records, Frame):
            found: Iterator[tuple[int, Any]] = self.records.in_blocks()
        else:
            found = self.records.in_blocks(partial(plain.is_worth_it, rows))
        for number, record in found:
            if isinstance(record, (LineBlock, TableBlock, RowBlock)):
                yield from plain.records(record, rows, identities)
            else:
                yield number, record

    def _taken(self, keys: Keys) -> Mapping[str, Sequence[str]]:
        """What is taken for each of the article's columns; of a file that is an article, what its path tells."""
        told = {ours: f"{name} (in the path)" for ours, name in self.of_path.items()}
        if isinstance(self.records, Reader) and self.records.file.holds_one:
            return {ours: (name,) for ours, name in told.items()}
        taken = dict(zip(ALIASES, keys, strict=True))
        if not taken["source"] and "source" not in told and taken["url"]:
            taken["source"] = (f"{taken['url'][0]} (its host)",)
        ruled = self.conversion.ruled
        return taken | {
            ours: (name,) if ours in ruled else (*taken[ours], name) for ours, name in told.items()
        }


def _are_paths(source: object) -> TypeGuard[Paths]:
    if isinstance(source, (list, tuple, set, frozenset)):
        return all(isinstance(path, (str, os.PathLike)) for path in source)
    return isinstance(source, (str, os.PathLike))


def _from_files(files: Sequence[File], reading: ReadingOptions, max_bytes: int) -> Iterator[_Origin]:
    """The files as origins, one conversion for all: it learns the forms of dates."""
    conversion = Conversion(reading)
    paths = PathColumns(files, Columns(reading.columns), reading.source_from, reading.published_from)
    return (_from_file(file, reading, max_bytes, conversion, paths) for file in files)


def _from_file(
    file: File, reading: ReadingOptions, max_bytes: int, conversion: Conversion, paths: PathColumns
) -> _Origin:
    ruled, (default, partitions) = paths.taken(file), paths.partitions(file)
    reader = Reader(file, reading, max_bytes, partitions.values())
    conversion = conversion.of_file(ruled=ruled, default=default, is_page=file.holds_one)
    told = {**partitions, **dict.fromkeys(ruled, "pattern")}
    return _Origin(
        reader, reader.columns, file.place, file.default_id, file.format not in ("json", "jsonl"),
        file.default_id(0), conversion, told,
    )  # fmt: skip


def _from_memory(
    part: Part, reading: ReadingOptions, max_bytes: int, default_id: Callable[[str], str], is_part: bool
) -> _Origin:
    records, has_header = part.records(reading, max_bytes), is_table(part.source)
    columns = Columns(reading.columns)
    if isinstance(records, Reader):
        columns, has_header = records.columns, records.file.format != "jsonl"
    return _Origin(
        records, columns, part.place, lambda number: default_id(part.default_id(number)), has_header or is_part,
        part.name, Conversion(reading),
    )  # fmt: skip


def _frames(
    origins: Iterable[_Origin],
    skipped: Iterable[tuple[str, str]],
    told: _Listeners,
    identities: Identities,
    rows: Rows,
    max_bytes: int,
) -> Iterator[Batch]:
    """Gather articles into batches."""
    for place, reason in skipped:
        told.on_skip(place, reason, PASSED_OVER)
    for index, origin in enumerate(origins):
        identities.begin(origin.place, origin.default_id, origin.name)
        reached = 0
        for number, article in origin.articles(max_bytes, told.on_columns, rows, identities):
            if isinstance(article, UnusableError):
                is_remark = article.outcome in (REMARK, KEPT_CHANGED)
                outcome = article.outcome if is_remark else told.on_unusable(index, number, article.outcome)
                told.on_skip(origin.place(number), str(article), outcome)
                continue
            if isinstance(article, Run):
                told.on_articles(index, article.numbers)
            else:
                doc_id = identities.admit(article.doc_id, number)
                if isinstance(doc_id, UnusableError):
                    told.on_skip(origin.place(number), str(doc_id), doc_id.outcome)
                    continue
                for reason, outcome in article.remarks:
                    told.on_skip(origin.place(number), reason, outcome)
                told.on_articles(index, (number,))
                rows.add(article if doc_id is article.doc_id else article._replace(doc_id=doc_id))
            if rows.is_full:
                yield rows.taken()
                reached += _tell(told.on_bytes, origin, reached)
        _tell(told.on_bytes, origin, reached, done=True)
        if reason := identities.told_apart():
            told.on_skip(origin.place(0), reason, TOLD_APART)
        if isinstance(origin.records, Reader) and origin.records.file.has_changed():
            reason = "changed while it was read, and may be of two versions: read it again"
            told.on_skip(origin.place(0), reason, REMARK)
    if rows:
        yield rows.taken()


def _tell(on_bytes: Callable[[int], None], origin: _Origin, told: int, done: bool = False) -> int:
    """Report the bytes read beyond ``told``; for a finished file all its bytes."""
    if not isinstance(origin.records, Reader):
        return 0
    file, reached = origin.records.file, origin.records.consumed
    if file.path != "-":
        reached = file.size if done else min(reached, file.size)
    on_bytes(reached - told)
    return reached - told


def _whole(batch: Batch) -> pl.DataFrame:
    frame, texts = batch
    column = pl.Series("text", list(texts), pl.Binary).cast(pl.String)
    return frame.with_columns(column).select(ARTICLES.names())


#: Bytes of text that are indexed at a time.
BATCH_BYTES = 8 << 20

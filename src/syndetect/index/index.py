"""The index: documents in a folder that can be asked about, added and removed, and that is always consistent."""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.errors import OutputError, ProcessError, SettingsError, StoredIndexError
from syndetect.index import consistency, datasketch_bridge, near_duplicates
from syndetect.index.answer import Answer, search
from syndetect.index.near_duplicates import NearDuplicates
from syndetect.index.query_batch import (
    Document,
    QueryBatch,
    has_id,
    names_of,
    noted_batches,
    numbers_of,
    one_document,
    resolved,
    without_id,
)
from syndetect.index.segment_builder import DocumentBatch
from syndetect.index.snapshot import Snapshot, header_of, open_segments, parse_header
from syndetect.index.writer import Added, NewDocuments, PortionWriter, Writer, is_little
from syndetect.matching import portions
from syndetect.matching.tokens import joined
from syndetect.reading import articles, sources
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import BATCH_BYTES, Batch
from syndetect.results.result import Result
from syndetect.runtime import forks
from syndetect.runtime import memory as budget
from syndetect.runtime.compiling import compiling
from syndetect.runtime.forks import Maker
from syndetect.runtime.progress import Progress, Silent
from syndetect.runtime.threads import in_order
from syndetect.schema import ARTICLES
from syndetect.settings import Settings
from syndetect.storage import compression
from syndetect.storage.directory import IndexDirectory, ReplacedError, index_folder

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash

_KIND = "index"
#: The size of a batch of query documents, in bytes of text.
_QUERY_BYTES = 1 << 20


class Index:
    """Documents in a folder, and which of them share passages with a given one.

    :meth:`create` and :meth:`open` make one; it is a context manager. What it answers is what a scan of the documents
    that it holds, in the order of adding, together with the asked one would find for that one. One process may write
    at a time, any number may read; a reader sees the state of its opening until :meth:`refresh`. Of one object, several
    threads may ask at once, and one may write beside them.

    Attributes:
        path: the folder.
        settings: what decides the answers.
        stores_text: whether texts are kept.
        words_version: of the rule of words (:mod:`syndetect.matching.tokens`) by which it was made.
    """

    def __init__(self, directory: IndexDirectory, *, writing: bool) -> None:
        self.path: Path = directory.folder
        self.settings, self.stores_text, self.words_version = parse_header(directory)
        self._segments = open_segments(directory, self.settings, stores_text=self.stores_text)
        self._snapshot = Snapshot.of(self._segments.committed)
        self._writer = Writer(self._segments) if writing else None
        self._maker, self._changing = Maker(), threading.RLock()
        self._is_closed = False

    @classmethod
    def create(
        cls, path: str | os.PathLike[str], settings: Settings | None = None, *, store_text: bool = True
    ) -> Self:
        """Make an empty index, and open it for writing.

        Args:
            path: a folder that is not there yet, or is empty.
            settings: what decides the answers, for as long as the index lives.
            store_text: keep texts, compressed, to be shown. Without them the answers are the same, but texts of
                passages are known only for the asked document.

        Raises:
            SettingsError: ``settings`` are none.
            StoredIndexError: an index is there.
            OutputError: something else is there, or it cannot be written.
        """
        if settings is not None and not isinstance(settings, Settings):
            raise SettingsError(f"settings must be Settings, not {type(settings).__name__}")
        header = header_of(settings or Settings(), stores_text=bool(store_text))
        return cls(IndexDirectory.create(index_folder(path), _KIND, header), writing=True)

    @classmethod
    def open(
        cls, path: str | os.PathLike[str], settings: Settings | None = None, *, mode: Literal["a", "r"] = "a"
    ) -> Self:
        """Open an index.

        Args:
            path: its folder.
            settings: those that it must have; by default any.
            mode: "a" to ask and write, as the only one who writes; "r" to ask only.

        Raises:
            SettingsError: it has other settings; or there is no such mode.
            StoredIndexError: there is no index, or it is damaged, or of a newer format.
            BusyError: another process writes it.
            OutputError: it cannot be written.
        """
        if mode not in ("a", "r"):
            raise SettingsError(f"mode must be 'a' or 'r', not {mode!r}")
        directory = IndexDirectory.open(index_folder(path), _KIND, writing=mode == "a")
        try:
            index = cls(directory, writing=mode == "a")
            if settings is not None:
                _check_settings(settings, index.settings)
        except ReplacedError:  # while it was opened
            return cls.open(path, settings, mode=mode)
        except BaseException:
            directory.close()
            raise
        return index

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied, by a ProcessError: a copy would be a second writer."""
        raise ProcessError(f"an index cannot be pickled or copied: open {self.path} again instead")

    # ------------------------------------------------------------------------------------------- asking

    @property
    def present(self) -> Snapshot:
        """The state to ask.

        Raises:
            StoredIndexError: the index has been closed.
            ProcessError: this process was forked from one that had asked or scanned.
        """
        forks.check()
        if self._is_closed:
            raise StoredIndexError(f"{self.path} has been closed: open it again")
        return self._snapshot

    def __len__(self) -> int:
        """How many documents there are."""
        return self.present.size

    def __contains__(self, doc_id: object) -> bool:
        """Whether there is a document of this id."""
        return isinstance(doc_id, str) and bool(self.present.numbers_of([doc_id])[0] >= 0)

    def __repr__(self) -> str:
        """The folder and its size."""
        size = "closed" if self._is_closed else f"{self._snapshot.size:,} documents"
        return f"<syndetect.Index {str(self.path)!r}: {size}>"

    def get(self, doc_id: str) -> dict[str, Any] | None:
        """A document: ``id, source, published, title, url, text``, each None where unknown; None if there is none."""
        snapshot = self.present
        for _, segment, _, rows in snapshot.by_segment(snapshot.numbers_of(names_of([doc_id]))):
            found: dict[str, Any] = {name: segment.strings(name, rows)[0] for name in ("id", "source")}
            found["published"] = pl.Series(segment.times(rows), dtype=ARTICLES["published"])[0]
            found |= {name: segment.strings(name, rows)[0] for name in ("title", "url")}
            texts = segment.texts(rows)
            return found | {"text": texts[0] if texts else None}
        return None

    def info(self) -> dict[str, Any]:
        """What there is: counts, sizes and settings, as JSON can hold them."""
        return self._info(self.present)

    def _info(self, snapshot: Snapshot) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "documents": snapshot.size,
            "removed": sum(len(segment.deleted) for segment in snapshot.segments),
            **{name: snapshot.total(name) for name in ("paragraphs", "words", "postings")},
            "segments": len(snapshot.segments),
            "bytes": snapshot.committed.bytes,
            "generation": snapshot.committed.manifest.generation,
            "stores_text": self.stores_text,
            "words_version": self.words_version,
            "settings": self.settings.to_dict(),
            "settings_fingerprint": self.settings.fingerprint,
        }

    def verify(self) -> int:
        """Read everything again, hold it against its checksums, and compute anew what follows from the documents.

        That is as much work as adding the documents was.

        Returns:
            How many bytes were read.

        Raises:
            StoredIndexError: for the first file that is damaged or missing, or contradicts itself.
        """
        snapshot = self.present
        self._segments.verify(snapshot.committed)
        consistency.verify(snapshot, self.settings, self.words_version)
        return snapshot.committed.bytes

    def query(self, document: Document) -> Answer:
        """What the index has of a document.

        Args:
            document: a text; or a mapping with ``text`` and, where known, ``id``, ``published`` ... A document that
                the index holds under the same id is not compared with itself; one without an id is called "query".

        Raises:
            InputError: there is no text that can be read.
            StoredIndexError: the index is damaged.
        """
        queries, frame, texts = self._query_batch(self.present, *one_document(document))
        return Answer(queries, frame, texts, search(queries, self.settings))

    def query_many(
        self,
        documents: sources.Source,
        *,
        columns: Mapping[str, str] | None = None,
        reading: ReadingOptions | None = None,
        threads: int | None = None,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> Result:
        """What the index has of many documents, each asked by itself: not compared with each other.

        Args:
            documents: what :func:`syndetect.scan` takes.
            columns, reading, threads, strict, progress: as there.

        Returns:
            The tables of a scan, as :class:`syndetect.index.answer.Answer` has them, by documents in order.

        Raises:
            InputError: as :func:`syndetect.scan`.
            StoredIndexError: the index is damaged.
        """
        progress, threads = progress or Silent(), threads or budget.cores()
        found, notes, snapshot = resolved(documents), Notes(strict), self.present
        reading = ReadingOptions.of(reading, columns)
        batches = noted_batches("asking", found, reading, notes, progress, _QUERY_BYTES, without_id)

        def work(batch: Batch) -> dict[str, pl.DataFrame]:
            queries, frame, texts = self._query_batch(snapshot, *batch)
            return Answer(queries, frame, texts, search(queries, self.settings)).tables()

        with compiling("asking", progress), closing(in_order(work, batches, threads)) as parts:
            result = Answer.joined(parts, notes, self._info(snapshot))
            notes.check_any(result.documents.height, found)
            return result

    def _query_batch(
        self, snapshot: Snapshot, frame: pl.DataFrame, texts: Sequence[bytes]
    ) -> tuple[QueryBatch, pl.DataFrame, Sequence[bytes]]:
        """Documents to hold against a state of the index, with the names that they have in tables, and their texts."""
        ids = frame["doc_id"].to_list()
        is_named = [has_id(name) for name in ids]
        batch, _ = portions.sketch_articles(*joined(texts), self.settings, ids, self.words_version)
        same_id = np.where(is_named, snapshot.numbers_of(ids), -1)
        if not all(is_named):
            frame = frame.with_columns(
                doc_id=pl.Series([name.removeprefix("\0") for name in ids], dtype=pl.String)
            )
        known = [name if has else None for name, has in zip(ids, is_named, strict=True)]
        times = articles.times(frame["published"])
        return QueryBatch(batch, times, known, same_id, snapshot.segments), frame, texts

    def near_duplicates(self, document: "Document | MinHash | LeanMinHash") -> NearDuplicates:
        """Every paragraph and document of the index that is nearly the same.

        Candidates share a band of their MinHash signatures; then Jaccard and containment are exact, over sets of
        word shingles, and those of at least ``settings.min_jaccard`` are given. Of a signature alone, Jaccard is
        estimated by it.

        Args:
            document: as for :meth:`query`; or a datasketch ``MinHash`` or ``LeanMinHash`` of the hashes that
                :func:`syndetect.shingle.shingle32` gives, with the index's ``seed``, ``slots`` and scheme affine32.

        Raises:
            InputError: there is no text that can be read.
            SettingsError: the signature has another seed, scheme or number of slots.
            StoredIndexError: the index is damaged.
        """
        snapshot = self.present
        if not isinstance(document, (str, Mapping)):
            signature = datasketch_bridge.from_datasketch(document, self.settings)
            return near_duplicates.of_signature(snapshot.segments, signature, self.settings)
        queries, frame, _ = self._query_batch(snapshot, *one_document(document))
        return near_duplicates.of_documents(queries, frame["doc_id"].to_list(), self.settings)

    def signatures(
        self, ids: str | Iterable[str], *, unit: Literal["document", "paragraph"] = "document"
    ) -> U32:
        """MinHash signatures, bit for bit those of datasketch (scheme affine32) for the same shingle hashes.

        Args:
            ids: of documents.
            unit: of each document as a whole; or of each of its paragraphs, one after the other.

        Returns:
            uint32[n, settings.slots].

        Raises:
            InputError: an id is not there.
            SettingsError: there is no such unit.
        """
        if unit not in ("document", "paragraph"):
            raise SettingsError(f"unit must be 'document' or 'paragraph', not {unit!r}")
        snapshot, names = self.present, names_of(ids)
        return datasketch_bridge.signatures(snapshot, numbers_of(snapshot, names), unit, self.settings)

    def to_datasketch(
        self, ids: Iterable[str] | None = None, *, storage_config: Mapping[str, Any] | None = None
    ) -> "datasketch_bridge.Exchange":
        """Documents as datasketch objects: signatures by id, and an LSH index of them.

        Args:
            ids: of documents; by default all.
            storage_config: where datasketch keeps its index, such as a Redis server; by default in memory.

        Returns:
            ``minhashes``, from ids to ``LeanMinHash``, and ``lsh``, a ``MinHashLSH`` of these with the bands and rows
            of the settings.

        Raises:
            InputError: an id is not there.
        """
        snapshot = self.present
        names = datasketch_bridge.ids_of(snapshot) if ids is None else names_of(ids)
        found = datasketch_bridge.signatures(snapshot, numbers_of(snapshot, names), "document", self.settings)
        return datasketch_bridge.to_datasketch(names, found, self.settings, storage_config)

    # ------------------------------------------------------------------------------------------- refreshing

    def refresh(self) -> bool:
        """Take up the state that the folder has now; whether it is another."""
        with self._exclusively():
            self._segments.refresh()
            return self._load()

    def _load(self) -> bool:
        """Use the state that the directory knows; return True if it was another."""
        self._segments.load()
        before, self._snapshot = self._snapshot, self._snapshot.renewed(self._segments.committed)
        return self._snapshot is not before

    # ------------------------------------------------------------------------------------------- changing

    def add(
        self,
        documents: sources.Source,
        *,
        existing: Literal["error", "skip", "replace"] = "error",
        columns: Mapping[str, str] | None = None,
        reading: ReadingOptions | None = None,
        threads: int | None = None,
        memory: int | None = None,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> Added:
        """Add documents behind those that are there.

        What fits into the memory is added at once, or not at all; of more, portion after portion.

        Args:
            documents: what :func:`syndetect.scan` takes.
            existing: what to do with one whose id is there already: raise an error, leave it out, or put it in the
                place of the old one (behind all others).
            memory: bytes that a portion may take (default: half of what is free).
            columns, reading, threads, strict, progress: as for a scan.

        Raises:
            InputError: as for a scan; or an id is there already.
            SettingsError: there is no such ``existing``.
            OutputError: the index is open for reading only, or cannot be written.
        """
        if existing not in ("error", "skip", "replace"):
            raise SettingsError(f"existing must be 'error', 'skip' or 'replace', not {existing!r}")
        progress, threads = progress or Silent(), threads or budget.cores()
        with self._exclusively():
            writer, notes = self._writing(), Notes(strict)
            found, options = resolved(documents), ReadingOptions.of(reading, columns)
            batches = noted_batches("adding", found, options, notes, progress, BATCH_BYTES)
            memory = memory or budget.default_memory()
            portion_writer = PortionWriter(writer, self._snapshot, existing, threads, memory)
            try:
                with compiling("adding", progress):
                    first = list(islice(batches, 2))
                    readers = 0 if is_little(first) else budget.readers(threads, memory)
                    new = portion_writer.select(chain(first, batches))
                    with closing(in_order(self._prepare, new, readers)) as prepared:
                        for batch, replaced in prepared:
                            portion_writer.add(batch, replaced)
                    portion_writer.flush()
                notes.check_any(portion_writer.counts["documents"] + portion_writer.counts["known"], found)
                portion_writer.snapshot = writer.merge(portion_writer.snapshot, threads)
            finally:
                self._snapshot = portion_writer.snapshot
            return Added(**portion_writer.counts, skipped=notes.frame(), columns=notes.columns)

    def _prepare(self, new: NewDocuments) -> tuple[DocumentBatch, I64]:
        """The arrays of new documents, and the numbers of the documents that they replace."""
        frame, texts, replaced = new
        names = frame["doc_id"].to_list()
        sketched, _ = portions.sketch_articles(*joined(texts), self.settings, names, self.words_version)
        stored = compression.compress(texts) if self.stores_text else None
        return DocumentBatch.of(sketched, frame, self.settings, stored), replaced

    def remove(self, ids: str | Iterable[str], *, missing: Literal["error", "skip"] = "error") -> int:
        """Remove documents; their space is given back when segments are merged, or by :meth:`compact`.

        Args:
            ids: of the documents; all are removed at once, or none.
            missing: what to do with an id that is not there: raise an error, or leave it out.

        Returns:
            How many were removed.

        Raises:
            InputError: an id is not there.
            OutputError: the index is open for reading only, or cannot be written.
        """
        names = names_of(ids)
        with self._exclusively():
            writer, snapshot = self._writing(), self._snapshot
            numbers = numbers_of(snapshot, names) if missing == "error" else snapshot.numbers_of(names)
            numbers = numbers[numbers >= 0]
            if len(numbers):
                self._snapshot = writer.add(self._snapshot, [], numbers, 1)
            return len(numbers)

    def compact(self, *, threads: int | None = None) -> None:
        """Merge all segments, and give back the space of what was removed."""
        with self._exclusively():
            self._snapshot = self._writing().compact(self._snapshot, threads or budget.cores())

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        """A block of one thread that changes what this object holds; OutputError: memory ran out after a commit."""
        assert self.present is not None
        if (
            not self._maker.is_here
        ):  # another thread of the parent may have held its lock when this process was forked
            self._maker, self._changing = Maker(), threading.RLock()
        with self._changing:
            before = self._segments.directory.generation
            try:
                yield
            except MemoryError as error:
                if self._segments.directory.generation == before:
                    raise
                raise OutputError(
                    f"out of memory after a commit to {self.path}: what is in it stays; add the rest with 'skip'"
                ) from error

    def _writing(self) -> Writer:
        if self._writer is None:
            raise OutputError(f"{self.path} is open for reading only: open it with mode 'a'")
        self._segments.directory.check_writing()
        self._load()  # new documents follow those of a commit that was interrupted before its state was loaded
        return self._writer

    def close(self) -> None:
        """Let others write, and refuse to be asked from now on. Answers that were given can still be read."""
        self._segments.close()
        self._writer, self._is_closed = None, True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_settings(wanted: Settings, held: Settings) -> None:
    """Raise SettingsError where an index has other settings than it must have."""
    ours, theirs = held.to_dict(), wanted.to_dict()
    for name, value in ours.items():
        if theirs[name] != value:
            raise SettingsError(
                f"the index was made with {name} {value}, not {theirs[name]}: its settings cannot be changed"
            )

"""What an open index can be asked."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import polars as pl

from syndetect.arrays import I64, U32
from syndetect.errors import InputError, SettingsError, StoredIndexError
from syndetect.index import datasketch_bridge, near_duplicates, search
from syndetect.index.answer import Answer
from syndetect.index.near_duplicates import NearDuplicates
from syndetect.index.query_batch import QueryBatch
from syndetect.index.snapshot import Snapshot, head_of
from syndetect.kernels.documents import UNDATED
from syndetect.matching import sketch
from syndetect.matching.tokens import joined
from syndetect.reading import articles, sources
from syndetect.reading.skipped import Skipped
from syndetect.results.result import Result
from syndetect.runtime import memory
from syndetect.runtime.progress import Progress, Silent, compiling
from syndetect.runtime.threads import in_order
from syndetect.settings import Settings
from syndetect.storage.directory import Ledger

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash


#: One document: its text, or a mapping with ``text`` and, where known, ``id``, ``source``, ``published`` ...
Document = str | Mapping[str, Any]

#: Bytes of text that are held against the index at a time.
_ASKED_BYTES = 1 << 20
#: What a document is called that has no id, when it is asked about.
_UNNAMED = "\0query"


class Asking:
    """The state of an index at one moment, and what can be asked of it, by any number of threads.

    Attributes:
        path: the folder.
        settings: what decides the answers.
        stores_text: whether texts are kept.
    """

    def __init__(self, ledger: Ledger, snapshot: Snapshot) -> None:
        self._ledger, self._snapshot = ledger, snapshot
        self.path: Path = ledger.folder
        self.settings: Settings
        self.settings, self.stores_text = head_of(ledger)

    def __len__(self) -> int:
        """How many documents there are."""
        return self._snapshot.size

    def __contains__(self, doc_id: object) -> bool:
        """Whether there is a document of this id."""
        return isinstance(doc_id, str) and bool(self._snapshot.numbers_of([doc_id])[0] >= 0)

    def __repr__(self) -> str:
        """The folder and its size."""
        return f"<syndetect.Index {str(self.path)!r}: {len(self):,} documents>"

    def get(self, doc_id: str) -> dict[str, Any] | None:
        """A document: ``id, source, published, title, url, text``, each None where unknown; None if there is none."""
        snapshot = self._snapshot
        for _, segment, _, rows in snapshot.by_segment(snapshot.numbers_of(names_of([doc_id]))):
            found: dict[str, Any] = {name: segment.strings(name, rows)[0] for name in ("id", "source")}
            time = int(segment.column("time", rows)[0])
            moment = pl.Series([None if time == UNDATED else time], dtype=pl.Int64).cast(
                pl.Datetime("us", "UTC")
            )
            found["published"] = moment[0]
            found |= {name: segment.strings(name, rows)[0] for name in ("title", "url")}
            texts = segment.texts(rows)
            return found | {"text": texts[0] if texts else None}
        return None

    def info(self) -> dict[str, Any]:
        """What there is: counts, sizes and settings, as JSON can hold them."""
        return self._info(self._snapshot)

    def _info(self, snapshot: Snapshot) -> dict[str, Any]:
        return {
            "path": str(self.path),
            "documents": snapshot.size,
            "removed": sum(len(segment.deleted) for segment in snapshot.segments),
            **{name: snapshot.total(name) for name in ("paragraphs", "words", "postings")},
            "segments": len(snapshot.entries),
            "bytes": sum(entry.size for entry in (*snapshot.entries, *snapshot.removals.values())),
            "generation": snapshot.generation,
            "stores_text": self.stores_text,
            "settings": self.settings.to_dict(),
            "settings_fingerprint": self.settings.fingerprint,
        }

    def verify(self) -> int:
        """Read everything again, and hold it against its checksums.

        Returns:
            How many bytes were read.

        Raises:
            StoredIndexError: for the first file that is damaged or missing.
        """
        snapshot = self._snapshot
        for segment in snapshot.segments:
            segment.verify()
        for entry in snapshot.removals.values():
            try:
                self._ledger.read_small(entry)
            except StoredIndexError:
                # it was read when this state was opened; a commit since may have removed it
                is_present = snapshot.is_of(self._ledger) and not self._ledger.changed()
                if is_present or (self.path / entry.name).exists():
                    raise
        return sum(entry.size for entry in (*snapshot.entries, *snapshot.removals.values()))

    def query(self, document: Document) -> Answer:
        """What the index has of a document.

        Args:
            document: a text; or a mapping with ``text`` and, where known, ``id``, ``published`` ... A document that
                the index holds under the same id is not compared with itself; one without an id is called "query".

        Raises:
            InputError: there is no text that can be read.
            StoredIndexError: the index is damaged.
        """
        queries, frame, texts = self._query_batch(self._snapshot, *one_document(document))
        return Answer(queries, frame, texts, search.find(queries, self.settings))

    def query_many(
        self,
        documents: sources.Source,
        *,
        columns: Mapping[str, str] | None = None,
        threads: int | None = None,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> Result:
        """What the index has of many documents, each asked by itself: not compared with each other.

        Args:
            documents: what :func:`syndetect.scan` takes.
            columns, threads, strict, progress: as there.

        Returns:
            The tables of a scan, as :class:`syndetect.index.answer.Answer` describes them, document after document.
            ``passage_id`` begins with the passages of the first.

        Raises:
            InputError: as :func:`syndetect.scan`.
            StoredIndexError: the index is damaged.
        """
        progress, threads = progress or Silent(), threads or memory.cores()
        found, skipped, snapshot = resolved(documents), Skipped(strict), self._snapshot
        progress.stage("asking", found.bytes if isinstance(found, sources.Inputs) else None, "bytes")
        batches = sources.batches(
            found,
            columns=columns,
            on_skip=skipped,
            on_bytes=progress.advance,
            batch_bytes=_ASKED_BYTES,
            default_id=without_id,
        )

        def work(batch: tuple[pl.DataFrame, list[bytes]]) -> dict[str, pl.DataFrame]:
            queries, frame, texts = self._query_batch(snapshot, *batch)
            return Answer(queries, frame, texts, search.find(queries, self.settings)).tables()

        with compiling("asking", progress), closing(in_order(work, batches, threads)) as parts:
            return Answer.joined(parts, skipped.frame, self._info(snapshot))

    def _query_batch(
        self, snapshot: Snapshot, frame: pl.DataFrame, texts: list[bytes]
    ) -> tuple[QueryBatch, pl.DataFrame, list[bytes]]:
        """Documents to hold against a state of the index, with the names that they have in tables, and their texts."""
        ids = frame["doc_id"].to_list()
        is_named = [has_id(name) for name in ids]
        batch, _ = sketch.sketch(*joined(texts), self.settings, ids)
        same_id = np.where(is_named, snapshot.numbers_of(ids), -1)
        if not all(is_named):
            frame = frame.with_columns(
                doc_id=pl.Series([name.removeprefix("\0") for name in ids], dtype=pl.String)
            )
        return QueryBatch(batch, articles.times(frame["published"]), same_id, snapshot.segments), frame, texts

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
        snapshot = self._snapshot
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
        snapshot, names = self._snapshot, names_of(ids)
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
        snapshot = self._snapshot
        names = datasketch_bridge.ids_of(snapshot) if ids is None else names_of(ids)
        found = datasketch_bridge.signatures(snapshot, numbers_of(snapshot, names), "document", self.settings)
        return datasketch_bridge.to_datasketch(names, found, self.settings, storage_config)


def one_document(document: Document) -> tuple[pl.DataFrame, list[bytes]]:
    """One document as a frame, and its text; a time that cannot be read is left out.

    Raises:
        InputError: it cannot be used.
    """
    record = {"text": document} if isinstance(document, str) else document
    if not isinstance(record, Mapping):
        raise InputError(f"a document is a text or a mapping, not {type(document).__name__}")
    reasons: list[str] = []
    found = next(
        sources.batches(
            [record], on_skip=lambda _, reason: reasons.append(reason), default_id=lambda _: _UNNAMED
        ),
        None,
    )
    if found is None:
        raise InputError(f"the document cannot be used: {'; '.join(reasons)}")
    return found


def without_id(number: int) -> str:
    """What a record without an id is called: behind a character that no text that is read has."""
    return f"\0record {number}"


def has_id(doc_id: str) -> bool:
    """Whether a record had an id of its own."""
    return not doc_id.startswith("\0")


def names_of(ids: str | Iterable[str]) -> list[str]:
    """Ids, each once.

    Raises:
        InputError: one is no string.
    """
    names = list(dict.fromkeys([ids] if isinstance(ids, str) else ids))
    for name in names:
        if not isinstance(name, str):
            raise InputError(f"ids are strings, not {name!r}: an integer is known by its digits")
    return names


def numbers_of(snapshot: Snapshot, ids: Sequence[str]) -> I64:
    """The numbers of documents that must be there."""
    numbers = snapshot.numbers_of(ids)
    if (numbers < 0).any():
        raise InputError(f"the index has no document {ids[int(np.argmin(numbers))]!r}")
    return numbers


def resolved(documents: sources.Source) -> Any:
    """As :func:`syndetect.reading.sources.resolve`; but an empty list holds no documents, and not no paths."""
    return iter(()) if isinstance(documents, Sequence) and not documents else sources.resolve(documents)

"""The index: documents in a folder that can be asked about, added and removed, and that is always consistent."""

import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect import ask, budget, compression, read, stages
from syndetect.answer import Answer
from syndetect.chunks import in_order
from syndetect.errors import InputError, OutputError, SettingsError, StoredIndexError
from syndetect.kernels.groups import UNDATED
from syndetect.ledger import Ledger
from syndetect.mosaic import Asked
from syndetect.parts import Fresh
from syndetect.pipeline import BATCH_BYTES, joined
from syndetect.progress import Progress, Silent
from syndetect.settings import Settings
from syndetect.snapshot import Snapshot
from syndetect.tables import SKIPPED, Result
from syndetect.writer import Writer

I64 = npt.NDArray[np.int64]

#: One document: its text, or a mapping with ``text`` and, where known, ``id``, ``source``, ``published`` ...
Document = str | Mapping[str, Any]

_KIND = "index"
#: Words of documents that are written, and committed, together.
_PORTION = 1 << 24
#: Bytes of text that are held against the index at a time.
_ASKED_BYTES = 1 << 20
_ATTEMPTS = 20


@dataclass(frozen=True)
class Added:
    """What became of documents that were to be added.

    Attributes:
        documents, paragraphs, words: how many were added.
        replaced: how many documents gave way to one with the same id.
        known: how many were left out because the index had their ids.
        skipped: what could not be used, as :data:`syndetect.tables.SKIPPED`.
    """

    documents: int
    paragraphs: int
    words: int
    replaced: int
    known: int
    skipped: pl.DataFrame


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
    """

    def __init__(self, ledger: Ledger, *, writing: bool) -> None:
        self._ledger = ledger
        self.path = ledger.folder
        self.settings = Settings.from_dict(ledger.head["settings"])
        self.stores_text = bool(ledger.head["store_text"])
        self._writer = Writer(ledger, self.settings) if writing else None
        self._changing = threading.RLock()
        self._snapshot = _opened(ledger, None)

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
        head = {"settings": (settings or Settings()).to_dict(), "store_text": bool(store_text)}
        return cls(Ledger.create(Path(path).absolute(), _KIND, head), writing=True)

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
        ledger = Ledger.open(Path(path).absolute(), _KIND, writing=mode == "a")
        try:
            index = cls(ledger, writing=mode == "a")
            if settings is not None:
                _check_settings(settings, index.settings)
        except BaseException:
            ledger.close()
            raise
        return index

    # ------------------------------------------------------------------------------------------- what it holds

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
        for _, shard, _, rows in snapshot.by_shard(snapshot.numbers_of([doc_id])):
            found: dict[str, Any] = {name: shard.strings(name, rows)[0] for name in ("id", "source")}
            time = int(shard.column("time", rows)[0])
            moment = pl.Series([None if time == UNDATED else time], dtype=pl.Int64).cast(
                pl.Datetime("us", "UTC")
            )
            found["published"] = moment[0]
            found |= {name: shard.strings(name, rows)[0] for name in ("title", "url")}
            texts = shard.texts(rows)
            return found | {"text": texts[0] if texts else None}
        return None

    def info(self) -> dict[str, Any]:
        """What there is: counts, sizes and settings, as JSON can hold them."""
        snapshot = self._snapshot
        return {
            "path": str(self.path),
            "documents": snapshot.size,
            "removed": sum(len(shard.removed) for shard in snapshot.shards),
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
        for shard in snapshot.shards:
            shard.verify()
        for entry in snapshot.removals.values():
            self._ledger.read_small(entry)
        return sum(entry.size for entry in (*snapshot.entries, *snapshot.removals.values()))

    def refresh(self) -> bool:
        """Take up the state that the folder has now; whether it is another."""
        with self._changing:
            if not self._ledger.refresh():
                return False
            self._snapshot = _opened(self._ledger, self._snapshot)
            return True

    # ------------------------------------------------------------------------------------------- asking

    def query(self, document: Document) -> Answer:
        """What the index has of a document.

        Args:
            document: a text; or a mapping with ``text`` and, where known, ``id``, ``published`` ... A document that
                the index holds under the same id is not compared with itself.

        Raises:
            InputError: there is no text that can be read.
            StoredIndexError: the index is damaged.
        """
        record = {"id": "query", "text": document} if isinstance(document, str) else document
        if not isinstance(record, Mapping):
            raise InputError(f"a document is a text or a mapping, not {type(document).__name__}")
        answer = None
        for frame, texts in read.batches([record], on_skip=_refuse_all):
            answer = self._ask(self._snapshot, frame, texts, is_named=not isinstance(document, str))
        assert answer is not None  # what cannot be used was refused
        return answer

    def query_many(
        self,
        documents: read.Source,
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
            The tables of a scan, as :class:`syndetect.answer.Answer` describes them, document after document.
            ``passage_id`` begins with the passages of the first.

        Raises:
            InputError: as :func:`syndetect.scan`.
            StoredIndexError: the index is damaged.
        """
        progress, threads = progress or Silent(), threads or budget.cores()
        found, skipped, snapshot = _resolved(documents), _Skipped(strict), self._snapshot
        progress.stage("asking", found.bytes if isinstance(found, read.Inputs) else None, "bytes")
        batches = read.batches(
            found, columns=columns, on_skip=skipped, on_bytes=progress.advance, batch_bytes=_ASKED_BYTES
        )

        def work(batch: tuple[pl.DataFrame, list[bytes]]) -> dict[str, pl.DataFrame]:
            return self._ask(snapshot, *batch, is_named=True).tables()

        with closing(in_order(work, batches, threads)) as parts:
            return Answer.joined(parts, skipped.frame(), self.info())

    def _ask(
        self, snapshot: Snapshot, frame: pl.DataFrame, texts: Sequence[bytes], *, is_named: bool
    ) -> Answer:
        """What a state of the index has of some documents."""
        ids = frame["doc_id"].to_list()
        batch, _ = stages.sketch(*joined(list(texts)), self.settings, ids)
        time = frame["published"].to_physical().fill_null(int(UNDATED)).to_numpy().astype(np.int64)
        twins = snapshot.numbers_of(ids) if is_named else np.full(len(ids), -1, np.int64)
        asked = Asked(batch, time, twins, snapshot.shards)
        return Answer(asked, frame, texts, ask.find(asked, self.settings))

    # ------------------------------------------------------------------------------------------- changing

    def add(
        self,
        documents: read.Source,
        *,
        existing: Literal["error", "skip", "replace"] = "error",
        columns: Mapping[str, str] | None = None,
        threads: int | None = None,
        strict: bool = False,
        progress: Progress | None = None,
    ) -> Added:
        """Add documents behind those that are there.

        Up to about 16 million words all are added at once, or none; of more, portion after portion.

        Args:
            documents: what :func:`syndetect.scan` takes.
            existing: what to do with one whose id is there already: raise an error, leave it out, or put it in the
                place of the old one (behind all others).
            columns, threads, strict, progress: as for a scan.

        Raises:
            InputError: as for a scan; or an id is there already.
            SettingsError: there is no such ``existing``.
            OutputError: the index is open for reading only, or cannot be written.
        """
        if existing not in ("error", "skip", "replace"):
            raise SettingsError(f"existing must be 'error', 'skip' or 'replace', not {existing!r}")
        progress, threads = progress or Silent(), threads or budget.cores()
        with self._changing:
            writer, skipped = self._writing(), _Skipped(strict)
            found = _resolved(documents)
            progress.stage("adding", found.bytes if isinstance(found, read.Inputs) else None, "bytes")
            batches = read.batches(
                found, columns=columns, on_skip=skipped, on_bytes=progress.advance, batch_bytes=BATCH_BYTES
            )
            adding = _Adding(writer, self._snapshot, existing, threads)
            try:
                with closing(in_order(self._prepare, adding.chosen(batches), threads)) as parts:
                    for part, gone in parts:
                        adding.take(part, gone)
                adding.write()
                adding.snapshot = writer.tidy(adding.snapshot, threads)
            finally:
                self._snapshot = adding.snapshot
            return Added(**adding.counts, skipped=skipped.frame())

    def _prepare(self, batch: "_Chosen") -> tuple[Fresh, I64]:
        """Everything that is kept of some documents; and those that they replace."""
        frame, texts, gone = batch
        sketched, _ = stages.sketch(*joined(texts), self.settings, frame["doc_id"].to_list())
        stored = compression.compress(texts) if self.stores_text else None
        return Fresh.of(sketched, frame, self.settings, stored), gone

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
        names = list(dict.fromkeys([ids] if isinstance(ids, str) else ids))
        with self._changing:
            writer = self._writing()
            numbers = self._snapshot.numbers_of(names)
            if missing == "error" and (numbers < 0).any():
                raise InputError(f"the index has no document {names[int(np.argmin(numbers))]!r}")
            numbers = numbers[numbers >= 0]
            if len(numbers):
                self._snapshot = writer.add(self._snapshot, [], numbers, 1)
            return len(numbers)

    def compact(self, *, threads: int | None = None) -> None:
        """Merge all segments, and give back the space of what was removed."""
        with self._changing:
            self._snapshot = self._writing().compact(self._snapshot, threads or budget.cores())

    def _writing(self) -> Writer:
        if self._writer is None:
            raise OutputError(f"{self.path} is open for reading only: open it with mode 'a'")
        return self._writer

    def close(self) -> None:
        """Let others write. Answers that were given can still be read."""
        self._ledger.close()
        self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def stream(documents: read.Source, index: Index) -> Iterator[tuple[dict[str, Any], Answer]]:
    """Ask an index about each of some documents, and then add it.

    Args:
        documents: what :func:`syndetect.scan` takes; a generator is read as far as it is needed.
        index: open for writing. A document that it has already, by its id, is asked about and left out.

    Yields:
        Every document, as :meth:`Index.get` would give it, with what the index has of it; it is added when the next
        is asked for, or the generator is closed.

    Raises:
        InputError, StoredIndexError, OutputError: as :meth:`Index.query` and :meth:`Index.add`.
    """
    for frame in read.read(documents, on_skip=lambda *_: None, batch_bytes=1):
        for row in frame.iter_rows(named=True):
            document = {"id" if name == "doc_id" else name: value for name, value in row.items()}
            try:
                yield document, index.query(document)
            finally:
                index.add([document], existing="skip", threads=1)


class _Chosen(NamedTuple):
    """Documents to add, their texts, and the numbers of those that they replace."""

    articles: pl.DataFrame
    texts: list[bytes]
    gone: I64


class _Adding:
    """Documents on their way into an index, and what became of them."""

    def __init__(self, writer: Writer, snapshot: Snapshot, existing: str, threads: int) -> None:
        self._writer, self.snapshot, self._existing, self._threads = writer, snapshot, existing, threads
        self._parts: list[Fresh] = []
        self._gone: list[I64] = []
        self._words = 0
        self.counts = dict.fromkeys(("documents", "paragraphs", "words", "replaced", "known"), 0)

    def chosen(self, batches: Iterable[tuple[pl.DataFrame, list[bytes]]]) -> Iterator["_Chosen"]:
        """The documents to add. Numbers of those that they replace stay what they are while documents are added."""
        for frame, texts in batches:
            numbers = self.snapshot.numbers_of(frame["doc_id"].to_list())
            is_known = numbers >= 0
            if is_known.any() and self._existing == "error":
                doc_id = frame["doc_id"][int(np.argmax(is_known))]
                raise InputError(f"the index has a document {doc_id!r} already")
            if self._existing == "replace":
                yield _Chosen(frame, texts, numbers[is_known])
                continue
            self.counts["known"] += int(is_known.sum())
            if not is_known.all():
                stays = [text for text, known in zip(texts, is_known.tolist(), strict=True) if not known]
                yield _Chosen(frame.filter(~is_known), stays, numbers[:0])

    def take(self, part: Fresh, gone: I64) -> None:
        """Take documents and those that they replace, and write what there is when it is much."""
        self._parts.append(part)
        self._gone.append(gone)
        self._words += len(part.arrays["code"])
        if self._words >= _PORTION:
            self.write()

    def write(self) -> None:
        """Write and commit what was taken."""
        if self._parts:
            gone = np.concatenate([np.empty(0, np.int64), *self._gone])
            self.snapshot = self._writer.add(self.snapshot, self._parts, gone, self._threads)
            for part in self._parts:
                for name, column in (("documents", "time"), ("paragraphs", "paragraphs"), ("words", "code")):
                    self.counts[name] += len(part.arrays[column]) - (name == "paragraphs")
            self.counts["replaced"] += len(gone)
        self._parts, self._gone, self._words = [], [], 0


class _Skipped:
    """What could not be used; raises instead when nothing may be skipped."""

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.rows: list[tuple[str, str]] = []

    def __call__(self, place: str, reason: str) -> None:
        if self._strict:
            raise InputError(f"{place}: {reason}")
        self.rows.append((place, reason))

    def frame(self) -> pl.DataFrame:
        return pl.DataFrame(self.rows, schema=SKIPPED, orient="row")


def _resolved(documents: read.Source) -> Any:
    """As :func:`syndetect.read.resolve`; but an empty list holds no documents, and not no paths."""
    return iter(()) if isinstance(documents, Sequence) and not documents else read.resolve(documents)


def _refuse_all(_place: str, reason: str) -> None:
    raise InputError(f"the document cannot be used: {reason}")


def _opened(ledger: Ledger, before: Snapshot | None) -> Snapshot:
    """The state of a folder; files that a commit has just removed are looked for in its new state."""
    for attempt in range(_ATTEMPTS):
        try:
            return Snapshot.of(ledger, before)
        except StoredIndexError:
            if attempt == _ATTEMPTS - 1 or not ledger.refresh():
                raise
    raise AssertionError


def _check_settings(wanted: Settings, held: Settings) -> None:
    """Raise SettingsError where an index has other settings than it must have."""
    ours, theirs = held.to_dict(), wanted.to_dict()
    for name, value in ours.items():
        if theirs[name] != value:
            raise SettingsError(
                f"the index was made with {name} {value}, not {theirs[name]}: its settings cannot be changed"
            )

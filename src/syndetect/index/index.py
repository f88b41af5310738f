"""The index: documents in a folder that can be asked about, added and removed, and that is always consistent."""

import os
import threading
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from syndetect.arrays import I64
from syndetect.errors import OutputError, SettingsError, StoredIndexError
from syndetect.index.reader import Asking, names_of, numbers_of, resolved
from syndetect.index.segment_builder import DocumentBatch
from syndetect.index.snapshot import Snapshot
from syndetect.index.writer import Added, Adding, Chosen, Writer
from syndetect.matching import sketch
from syndetect.matching.tokens import joined
from syndetect.reading import sources
from syndetect.reading.skipped import Skipped
from syndetect.reading.sources import BATCH_BYTES
from syndetect.runtime import memory as budget
from syndetect.runtime.progress import Progress, Silent, compiling
from syndetect.runtime.threads import in_order
from syndetect.settings import Settings
from syndetect.storage import compression
from syndetect.storage.directory import Ledger

_KIND = "index"
_ATTEMPTS = 20


class Index(Asking):
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
        super().__init__(ledger, _opened(ledger, None))
        self._writer = Writer(ledger, self.settings) if writing else None
        self._changing = threading.RLock()

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

    def refresh(self) -> bool:
        """Take up the state that the folder has now; whether it is another."""
        with self._changing:
            self._ledger.refresh()
            return self._take_up()

    def _take_up(self) -> bool:
        """Take up the state that the ledger knows; whether it is another.

        A commit, or a refresh, may have been interrupted before its state was taken up.
        """
        if self._snapshot.is_of(self._ledger):
            return False
        self._snapshot = _opened(self._ledger, self._snapshot)
        return True

    # ------------------------------------------------------------------------------------------- changing

    def add(
        self,
        documents: sources.Source,
        *,
        existing: Literal["error", "skip", "replace"] = "error",
        columns: Mapping[str, str] | None = None,
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
            writer, skipped = self._writing(), Skipped(strict)
            found = resolved(documents)
            progress.stage("adding", found.bytes if isinstance(found, sources.Inputs) else None, "bytes")
            batches = sources.batches(
                found, columns=columns, on_skip=skipped, on_bytes=progress.advance, batch_bytes=BATCH_BYTES
            )
            adding = Adding(writer, self._snapshot, existing, threads, memory or budget.default_memory())
            try:
                with (
                    compiling("adding", progress),
                    closing(in_order(self._prepare, adding.chosen(batches), threads)) as parts,
                ):
                    for part, gone in parts:
                        adding.take(part, gone)
                    adding.write()
                adding.snapshot = writer.tidy(adding.snapshot, threads)
            finally:
                self._snapshot = adding.snapshot
            return Added(**adding.counts, skipped=skipped.frame())

    def _prepare(self, batch: Chosen) -> tuple[DocumentBatch, I64]:
        """Everything that is kept of some documents; and those that they replace."""
        frame, texts, gone = batch
        sketched, _ = sketch.sketch(*joined(texts), self.settings, frame["doc_id"].to_list())
        stored = compression.compress(texts) if self.stores_text else None
        return DocumentBatch.of(sketched, frame, self.settings, stored), gone

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
        with self._changing:
            writer, snapshot = self._writing(), self._snapshot
            numbers = numbers_of(snapshot, names) if missing == "error" else snapshot.numbers_of(names)
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
        self._take_up()  # what is written next must be behind all that counts
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

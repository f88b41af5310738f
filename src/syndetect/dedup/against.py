"""What is held already: files or indexes that new documents are compared with, and indexes that take what is new."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from itertools import chain, count
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import polars as pl

from syndetect.dedup.request import Request
from syndetect.dedup.texts import ARTICLE, Texts, gathered, read_texts
from syndetect.errors import InputError, SettingsError
from syndetect.index.index import Index
from syndetect.index.stored_words import stored_words
from syndetect.matching.tokens import PLAIN, Key, Words, secret_key
from syndetect.reading import own_output
from syndetect.reading import sources as read
from syndetect.reading.discovery import File
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.runtime.progress import Progress
from syndetect.storage.scratch import Store


class Held:
    """Documents that are there already: none of them is written, and all are preferred to new ones.

    Args:
        paths: each a file, folder or glob, or the folder of an index.
        extended: whether new documents are to be added to the index, of which there is one.

    Raises:
        InputError: a path is none of these, or cannot be read.
        SettingsError: a document is to be added, and not one of the paths is an index.
        StoredIndexError, BusyError: an index cannot be opened.
    """

    def __init__(self, paths: Sequence[str | os.PathLike[str]], *, extended: bool) -> None:
        self.paths = [os.fspath(path) for path in paths]
        self._open = ExitStack()
        is_index = [_is_index(path) for path in self.paths]
        if extended and sum(is_index) != 1:
            raise SettingsError("to add what is new, compare with one index: --against IDX --add")
        mode: Any = "a" if extended else "r"
        try:
            self.parts: list[read.Inputs | Index] = [
                self._open.enter_context(Index.open(path, mode=mode))
                if index
                else read.expand(path, takes_kept=True)
                for path, index in zip(self.paths, is_index, strict=True)
            ]
        except BaseException:
            self._open.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def key(self) -> Key:
        """The key of codes that can be compared: an index has plain ones."""
        return PLAIN if any(isinstance(part, Index) for part in self.parts) else secret_key()

    @property
    def files(self) -> list[File]:
        """The files among what is held."""
        return [file for part in self.parts if isinstance(part, read.Inputs) for file in part.files]

    @property
    def places(self) -> list[str]:
        """The paths of all that is held: of files, and of the folders of indexes."""
        folders = [str(part.path) for part in self.parts if isinstance(part, Index)]
        return [file.path for file in self.files] + folders

    def texts(
        self, request: Request, store: Store, key: Key, notes: Notes, progress: Progress
    ) -> list[Texts]:
        """All documents, a part for each path; their words are appended to the store's array ``code``.

        Raises:
            InputError: of some files nothing can be read.
            StoredIndexError: an index is damaged.
        """
        asked = replace(request, unjudged="drop", reading=replace(request.reading, duplicate_ids="keep"))
        found = []
        for number, part in enumerate(self.parts):
            made = (
                _of_index(part, request, store, progress)
                if isinstance(part, Index)
                else read_texts(part, asked, store, key, notes, progress)
            )
            origins = np.zeros((len(made.articles), 2), np.int64)
            origins[:, 0] = -1 - number
            found.append(made._replace(origins=origins))
        return found

    def add(
        self, found: Any, texts: Texts, is_kept: npt.NDArray[np.bool_], request: Request, progress: Progress
    ) -> None:
        """Add the new documents that are kept to the index.

        One whose id the index has is told apart: it is called ``file:id``, and where that is taken as well ``id#2`` ...

        Args:
            found: the new documents, resolved.
            texts: the same, read; without those that are held.
            is_kept: bool[d], which of them are kept.
            request: how they were read.
            progress: told of the work.

        Raises:
            InputError: they are others than those that were read.
            OutputError: the index cannot be written.
        """
        index = next(part for part in self.parts if isinstance(part, Index))
        named: dict[int, str] = {}
        if isinstance(found, read.Inputs):
            named = {number: file.default_id(0) for number, file in enumerate(found.files)}
        taken: set[str] = set()

        def kept_articles() -> Iterator[dict[str, Any]]:
            row = 0
            for frame in read.read(found, reading=request.reading, on_skip=lambda *_: None):
                same = texts.articles["doc_id"][row : row + len(frame)]
                if not frame["doc_id"].equals(same):
                    raise InputError("what was read has changed: nothing more is added to the index")
                for article in frame.iter_rows(named=True):
                    if is_kept[row]:
                        file = named.get(int(texts.origins[row, 0]))
                        yield article | {"doc_id": _free_name(article["doc_id"], file, index, taken)}
                    row += 1

        index.add(
            kept_articles(), reading=ReadingOptions(markup="none"), threads=request.threads, memory=request.memory,
            progress=progress,
        )  # fmt: skip


def _is_index(path: str) -> bool:
    """Whether a path is the folder of an index."""
    return Path(path).is_dir() and (own_output.kind_of(Path(path)) or "").startswith("an index")


def _of_index(index: Index, request: Request, store: Store, progress: Progress) -> Texts:
    """The documents of an index."""
    frames = [pl.DataFrame(schema=ARTICLE)]
    progress.stage("reading the index", len(index), "documents")

    def words() -> Iterator[Words]:
        for frame, portion in stored_words(index):
            frames.append(frame)
            progress.advance(len(frame))
            yield portion

    bounds, paragraphs = gathered(words(), request.unit, store)
    articles = pl.concat(frames, how="diagonal")
    none = np.empty((0, 2), np.int64)
    return Texts(articles, none, bounds, paragraphs, 0, none)


def _free_name(doc_id: str, file: str | None, index: Index, taken: set[str]) -> str:
    """The id of a document in the index: its own, or one made of it that nothing there has."""
    by_file = () if file is None else (f"{file}:{doc_id}",)
    names = chain((doc_id,), by_file, (f"{doc_id}#{number}" for number in count(2)))
    name = next(name for name in names if name not in taken and name not in index)
    taken.add(name)
    return name

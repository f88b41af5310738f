"""Where the documents of a part go when it is merged: the new numbers of what stays."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from syndetect.kernels.owners import find_owners
from syndetect.parts import Part

U32 = npt.NDArray[np.uint32]
I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

#: The new number of what does not stay.
NONE = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True)
class Moved:
    """A part, and where what stays of it goes.

    Attributes:
        part: the part.
        first_document, first_paragraph, first_word, first_sketched: how many come before it.
    """

    part: Part
    first_document: int = 0
    first_paragraph: int = 0
    first_word: int = 0
    first_sketched: int = 0

    @cached_property
    def is_whole(self) -> bool:
        """Whether all documents stay."""
        return bool(self.part.keep.all())

    @cached_property
    def kept(self) -> I64:
        """The documents that stay."""
        return np.flatnonzero(self.part.keep)

    def array(self, name: str) -> Array:
        """One of the part's arrays."""
        return self.part.arrays.whole(name)

    def runs(self) -> Iterator[tuple[int, int]]:
        """Ranges of documents that stay."""
        if len(self.kept):
            breaks = np.flatnonzero(np.diff(self.kept) != 1) + 1
            for run in np.split(self.kept, breaks):
                yield int(run[0]), int(run[-1]) + 1

    def shift(self, bounds: I64, first: int) -> I64:
        """int64[d]: by how much the numbers of each document's items change, whose bounds are given."""
        sizes = np.where(self.part.keep, np.diff(bounds), 0)
        begins: I64 = first + np.cumsum(sizes) - sizes - bounds[:-1]
        return begins

    @cached_property
    def _new_documents(self) -> U32:
        new = np.full(len(self.part.keep), NONE, np.uint32)
        new[self.kept] = np.arange(len(self.kept), dtype=np.uint32) + np.uint32(self.first_document)
        return new

    def documents(self, numbers: U32) -> U32:
        """The new numbers of documents, ``NONE`` of those that go."""
        return self._new_documents[numbers]

    @cached_property
    def _word_shift(self) -> I64:
        return self.shift(self.array("documents"), self.first_word)

    def words(self, numbers: U32) -> U32:
        """The new numbers of words, ``NONE`` of those that go."""
        if self.is_whole:
            return numbers + np.uint32(self.first_word)
        owner = np.empty(len(numbers), np.int64)
        find_owners(numbers, self.array("blocks"), self.array("documents"), owner)
        new = (numbers + self._word_shift[owner]).astype(np.uint32)
        new[~self.part.keep[owner]] = NONE
        return new

    @cached_property
    def stays_sketched(self) -> npt.NDArray[np.bool_]:
        """bool[n]: of each sketched paragraph, whether it stays."""
        return self.part.keep[self.array("sketched_owner")]

    @cached_property
    def _new_sketched(self) -> U32:
        new = np.full(len(self.stays_sketched), NONE, np.uint32)
        count = int(self.stays_sketched.sum())
        new[self.stays_sketched] = np.arange(count, dtype=np.uint32) + np.uint32(self.first_sketched)
        return new

    def sketched(self, numbers: U32) -> U32:
        """The new numbers of sketched paragraphs, ``NONE`` of those that go."""
        return self._new_sketched[numbers]

    @classmethod
    def all_of(cls, parts: Sequence[Part]) -> "list[Moved]":
        """Parts behind one another."""
        moved = [cls(part) for part in parts]
        at = np.zeros(4, np.int64)
        for number, one in enumerate(moved):
            moved[number] = cls(one.part, *at.tolist())
            sizes = (one.array("document_paragraphs"), one.array("documents"))
            counts = [int(np.diff(bounds)[one.part.keep].sum()) for bounds in sizes]
            at += [len(one.kept), *counts, int(one.stays_sketched.sum())]
        return moved

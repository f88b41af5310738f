"""An index of MinHash signatures with the methods of datasketch's ``MinHashLSH``, and its answers."""

import os
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from syndetect.arrays import I64, U32
from syndetect.errors import InputError, ProcessError, SettingsError
from syndetect.lsh_index.disk_index import DiskIndex
from syndetect.lsh_index.memtable import Memtable
from syndetect.lsh_index.signature_input import SCHEMES, Signature, Signatures, SignatureScheme
from syndetect.matching import tokens
from syndetect.matching.bands import best_shape
from syndetect.runtime.forks import Maker
from syndetect.storage.directory import index_folder

#: Signatures that are looked up at a time.
BLOCK = 1 << 16
#: Keys in the memtable from which on it is committed, so that it takes at most about 100 MB.
MOST_KEYS = 1 << 17


class MinHashLSH:
    """Which sets are likely as similar to a set as a threshold says, by their MinHash signatures.

    It finds what datasketch's ``MinHashLSH`` finds for the same signatures, in a fraction of the time and the memory;
    ``docs/datasketch.md`` says what differs. Where a signature is expected there may be a datasketch ``MinHash`` or
    ``LeanMinHash``, an array as :func:`syndetect.minhash.sign` gives it, or a text (``str``), of which the 3-word
    shingles are taken, by the words that :mod:`syndetect.matching.tokens` finds. One thread at a time may use an index.

    With a path it is a folder on disk, to which whatever was inserted and removed goes by :meth:`commit`, by
    :meth:`close`, at the end of a ``with`` block that does not fail, and when 131,072 keys wait for it. One process may
    write it at a time, any number may read it; they see what was committed when they opened it.

    Args:
        threshold: the Jaccard similarity from which on sets should be found, 0 to 1.
        num_perm: the length of a signature.
        weights: of false positives and of false negatives in the choice of bands and rows; they sum to 1.
        params: the bands, and the rows of a band, instead of those that suit the threshold best.
        storage_config: ``None`` or ``{"type": "dict"}``; a folder is given as a path.
        prepickle, hashfunc: datasketch's, without effect: keys are kept as they are, and bands hashed anyway.
        seed: of the permutations that signatures are made with.
        scheme: the way in which they are made: "affine32", datasketch's default, or "legacy".
        path: a folder; what it holds must have been made with the same parameters. None for memory.
        mode: "a" to make the folder where there is none, and write it; "r" to read it.
        keep_signatures: whether :meth:`signature` gives them back: 4 * ``num_perm`` bytes each, in memory only.

    Attributes:
        b, r, h: the bands, the rows of a band, the length of a signature.

    Raises:
        SettingsError: a parameter is out of its range, or not that of the folder.
        BusyError: another process is writing the folder.
        StoredIndexError: the folder is damaged, or no such index.
        OutputError: it cannot be written.
    """

    __module__ = "syndetect"  # the name in pickles, which stays when this module moves

    def __init__(  # noqa: PLR0913  (the first seven are datasketch's)
        self,
        threshold: float = 0.9,
        num_perm: int = 128,
        weights: tuple[float, float] = (0.5, 0.5),
        params: tuple[int, int] | None = None,
        storage_config: Mapping[str, Any] | None = None,
        prepickle: bool | None = None,  # noqa: ARG002
        hashfunc: Callable[[bytes], bytes] | None = None,  # noqa: ARG002
        *,
        seed: int = 1,
        scheme: str = "affine32",
        path: str | os.PathLike[str] | None = None,
        mode: Literal["a", "r"] = "a",
        keep_signatures: bool = False,
    ) -> None:
        _check(threshold, num_perm, weights, params, scheme, mode)
        _check_storage(storage_config, keeps=keep_signatures and path is not None)
        self.h, self._scheme = num_perm, SignatureScheme(num_perm, seed, scheme)
        self.b, self.r = params or best_shape(threshold, num_perm, weights)
        if self.b < 2:
            raise SettingsError(
                f"there must be two bands or more, not {self.b}: lower the threshold, or give params"
            )
        self._memory = Memtable(self.b, self.r, self.h)
        self._both: set[Hashable] = set()  # keys that are in memory and on disk
        self._kept: dict[Hashable, U32] | None = {} if keep_signatures else None
        self._disk: DiskIndex | None = None
        self._maker = Maker()
        if path is not None:
            self._disk = DiskIndex(index_folder(path), self._parameters, writing=mode == "a")
            self._scheme = self._scheme._replace(version=self._disk.words_version)

    def __len__(self) -> int:
        return len(self._memory) - len(self._both) + (0 if self._disk is None else len(self._disk))

    def __contains__(self, key: Hashable) -> bool:
        return key in self._memory or (self._disk is not None and key in self._disk)

    def is_empty(self) -> bool:
        """Whether there is no key."""
        return not len(self)

    def insert(self, key: Hashable, minhash: Signature, check_duplication: bool = True) -> None:
        """Insert a key with its signature.

        Args:
            key: anything that a ``dict`` takes for a key.
            minhash: the signature.
            check_duplication: refuse a key that is there. Otherwise it will be found by each of its signatures.

        Raises:
            InputError: the key is there.
            SettingsError: the signature has another length, seed or scheme.
        """
        signature = self._scheme.one(minhash)
        if self._disk is not None or key in self._memory:
            self._check_keys([key], check_duplication)
        self._memory.insert(key, signature)
        self._keep([key], signature[np.newaxis])
        self._commit_many()

    def insert_many(
        self, keys: Iterable[Hashable], signatures: Signatures, check_duplication: bool = True
    ) -> None:
        """Insert many keys at once: all of them or, where anything is wrong, none.

        Args:
            keys: as many as there are signatures.
            signatures: uint32[n, num_perm], or a sequence of MinHashes or of texts.
            check_duplication: as of :meth:`insert`.

        Raises:
            InputError: a key is there, or is twice among these; or there are not as many as signatures.
            SettingsError: a signature has another length, seed or scheme.
        """
        names, rows = list(keys), self._scheme.many(signatures)
        if len(names) != len(rows):
            raise InputError(f"{len(names)} keys for {len(rows)} signatures")
        self._check_keys(names, check_duplication)
        self._memory.insert_many(names, rows)
        self._keep(names, rows)
        self._commit_many()

    def query(self, minhash: Signature) -> list[Any]:
        """The keys of likely similar sets, each once, in the order in which they were inserted.

        Raises:
            SettingsError: the signature has another length, seed or scheme.
        """
        return self._find(self._scheme.one(minhash)[np.newaxis])[1]

    def query_many(self, signatures: Signatures) -> list[list[Any]]:
        """What :meth:`query` gives for each of many signatures."""
        rows = self._scheme.many(signatures)
        which, keys = self._find(rows)
        bounds = np.searchsorted(which, np.arange(len(rows) + 1)).tolist()
        return [keys[low:high] for low, high in pairwise(bounds)]

    def query_pairs(self, signatures: Signatures) -> tuple[I64, list[Any]]:
        """What :meth:`query_many` gives, in one piece.

        Returns:
            The numbers of signatures (int64[m], ascending), and beside each a key that was found for it.
        """
        return self._find(self._scheme.many(signatures))

    def remove(self, key: Hashable) -> None:
        """Remove a key.

        Raises:
            InputError: it is not there.
        """
        if self._disk is not None:
            self._disk.check_writing()
        if key not in self:
            raise InputError(f"the key {key!r} is not there")
        if key in self._memory:
            self._memory.remove(key)
        if self._disk is not None:
            self._disk.remove(key)
        self._both.discard(key)
        if self._kept is not None:
            del self._kept[key]

    def merge(self, other: "MinHashLSH", check_overlap: bool = False) -> None:
        """Insert all that another index holds.

        Args:
            other: one with the same parameters.
            check_overlap: refuse it where both have a key. Otherwise that will be found by each of its signatures.

        Raises:
            SettingsError: it has other parameters, or keeps no signatures and this index does.
            InputError: both have a key.
        """
        if self._parameters != other._parameters:
            raise SettingsError(f"{other!r} cannot be merged into {self!r}")
        if self._kept is not None and other._kept is None:
            raise SettingsError(
                "an index that keeps signatures takes none without: make both with keep_signatures"
            )
        stored = [] if other._disk is None else other._disk.segments
        parts = [*(segment.all() for segment in stored), other._memory.rows()]
        self._check_keys([name for names, _ in parts for name in names], check_overlap, may_repeat=True)
        for names, hashed in parts:
            self._memory.insert_hashed(names, hashed)
        if self._kept is not None and other._kept is not None:
            self._kept |= other._kept
        self._commit_many()

    @property
    def keys(self) -> "BucketsOfKeys":
        """The keys, each with the buckets in which it is, one a band; a mapping as datasketch's ``keys``.

        A bucket is named by a hash of 8 bytes, as it would be by datasketch with a ``hashfunc``.
        """
        return BucketsOfKeys(self)

    def get_counts(self) -> list[dict[bytes, int]]:
        """How many keys are in each bucket, one mapping a band; buckets are named as in :attr:`keys`."""
        return self.get_subset_counts(*self.keys)

    def get_subset_counts(self, *keys: Hashable) -> list[dict[bytes, int]]:
        """What :meth:`get_counts` gives, of these keys alone; those that are not there count nothing."""
        names = list(dict.fromkeys(keys))
        which, buckets = self._buckets(names)
        return [
            dict(Counter(bucket for _, bucket in dict.fromkeys(zip(which, column, strict=True))))
            for column in buckets
        ]

    def signature(self, key: Hashable) -> U32:
        """The signature of a key, uint32[num_perm]; the last one, if the key was inserted several times.

        Raises:
            SettingsError: the index was made without ``keep_signatures``.
            InputError: the key is not there.
        """
        if self._kept is None:
            raise SettingsError("this index keeps no signatures: make it with keep_signatures=True")
        if key not in self._kept:
            raise InputError(f"the key {key!r} is not there")
        return self._kept[key].copy()

    def insertion_session(self, buffer_size: int = 50000) -> AbstractContextManager[Self]:  # noqa: ARG002
        """The index, whose ``insert`` is quick without it; datasketch's signature."""
        return nullcontext(self)

    def deletion_session(self, buffer_size: int = 50000) -> AbstractContextManager[Self]:  # noqa: ARG002
        """The index, whose ``remove`` is quick without it; datasketch's signature."""
        return nullcontext(self)

    def commit(self) -> None:
        """Let all that was inserted and removed until now be on disk, where there is a path.

        Raises:
            OutputError: the folder cannot be written, or is open for reading.
        """
        if self._disk is None:
            return
        self._disk.check_writing()
        repeats = bool(self._disk.has_repeats or self._memory.has_repeats or self._both)
        before = self._disk.generation
        try:
            self._disk.commit(*self._memory.rows(), {"keys": len(self), "has_repeats": repeats})
        finally:  # it may have been committed, whatever went wrong after that
            if self._disk.generation != before:
                self._memory = Memtable(self.b, self.r, self.h)
                self._both.clear()

    def close(self) -> None:
        """Commit, and close the folder; the index cannot be used from then on. Without a path nothing happens."""
        if self._disk is not None and not self._disk.is_closed:
            with closing(self._disk):
                if self._disk.writing and self._maker.is_here:  # else what waits is the parent's to commit
                    self.commit()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if kind is None:
            self.close()
        elif self._disk is not None:
            self._disk.close()

    def __repr__(self) -> str:
        return f"MinHashLSH(params={self.b, self.r}, {self._scheme})"

    def __getstate__(self) -> dict[str, Any]:
        """A plain state: the parameters, ``keys`` of all rows, and the hashed bands ``links`` and ``checks``.

        Where signatures are kept, ``signatures`` has those of the keys, a mapping.
        It names no internal class, so that pickles can be read after these have moved.
        """
        if self._disk is not None:
            raise ProcessError(f"an index on disk cannot be pickled: open {self._disk.path} again instead")
        keys, (links, checks) = self._memory.rows()
        kept = {} if self._kept is None else {"signatures": self._kept}
        return {**self._parameters, "keys": keys, "links": links, "checks": checks, **kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        parameters = {name: state[name] for name in ("num_perm", "seed", "scheme")}
        MinHashLSH.__init__(self, params=tuple(state["params"]), **parameters)
        self._scheme = self._scheme._replace(version=tokens.version_in(state, Path("the pickle")))
        self._memory.insert_hashed(state["keys"], (state["links"], state["checks"]))
        self._kept = state.get("signatures")

    @property
    def _parameters(self) -> dict[str, Any]:
        """The parameters that two indexes must share to be merged; the header of an index on disk."""
        return {
            "num_perm": self.h,
            "params": [self.b, self.r],
            "seed": self._scheme.seed,
            "scheme": self._scheme.scheme,
            tokens.VERSION: self._scheme.version,
        }

    def _find(self, signatures: U32) -> tuple[I64, list[Any]]:
        """The numbers of signatures, ascending, and beside each a key that was found for it."""
        which, keys = [np.empty(0, np.int64)], list[Hashable]()
        for first in range(0, len(signatures), BLOCK):
            hashed = self._memory.hash(signatures[first : first + BLOCK])
            found = [] if self._disk is None else self._disk.find(hashed)
            for numbers, names in (*found, self._memory.find(hashed)):
                which.append(numbers + first)
                keys += names
        numbers = np.concatenate(which)
        if self._disk is not None:
            order = np.argsort(numbers, kind="stable")
            numbers, keys = numbers[order], [keys[i] for i in order.tolist()]
        if self._memory.has_repeats or self._both or (self._disk is not None and self._disk.has_repeats):
            once = dict.fromkeys(zip(numbers.tolist(), keys, strict=True))
            numbers, keys = np.array([number for number, _ in once], np.int64), [key for _, key in once]
        return numbers, keys

    def _buckets(self, keys: Sequence[Hashable]) -> tuple[list[int], list[list[bytes]]]:
        """The positions of keys that are there, once a row, and beside them each row's bucket in each band."""
        found = [] if self._disk is None else self._disk.checks_of(keys)
        which, checks = zip(*found, self._memory.checks_of(keys), strict=True)
        columns = np.concatenate(checks).T.astype(">u8")
        return np.concatenate(which).tolist(), [column.view("V8").tolist() for column in columns]

    def _keep(self, keys: Iterable[Hashable], signatures: U32) -> None:
        """Keep the signatures of keys, if they are to be given back."""
        if self._kept is not None:
            self._kept.update(zip(keys, signatures.copy(), strict=True))

    def _check_keys(self, keys: Sequence[Hashable], is_new: bool, may_repeat: bool = False) -> None:
        """Make sure that keys can be inserted; with ``is_new``, that the index lacks them and each is given once."""
        present: set[int] = set()
        if self._disk is not None:
            self._disk.check_writing()
            present = self._disk.present(keys)
        if is_new:
            distinct = set(keys)
            if present or not self._memory.keys().isdisjoint(distinct):
                key = next(key for i, key in enumerate(keys) if i in present or key in self._memory)
                raise InputError(f"the key {key!r} is there already")
            if len(distinct) < len(keys) and not may_repeat:
                raise InputError(f"the key {Counter(keys).most_common(1)[0][0]!r} is given twice")
        self._both.update(keys[number] for number in present)

    def _commit_many(self) -> None:
        """Commit if the memtable is full."""
        if self._disk is not None and len(self._memory) >= MOST_KEYS:
            self.commit()


class BucketsOfKeys(Mapping[Hashable, list[bytes]]):
    """The keys of an index in the order of insertion, and the buckets in which each is; a view of the index.

    A key has a bucket for each band, and as many again for each further signature; one that is not there has none.
    """

    def __init__(self, index: MinHashLSH) -> None:
        self._index = index

    def __getitem__(self, key: Hashable) -> list[bytes]:
        _, buckets = self._index._buckets([key])
        return [bucket for row in zip(*buckets, strict=True) for bucket in row]

    def __contains__(self, key: object) -> bool:
        return key in self._index

    def __iter__(self) -> Iterator[Hashable]:
        stored = [] if self._index._disk is None else self._index._disk.segments
        names = [name for segment in stored for name in segment.all_keys()]
        return iter(dict.fromkeys([*names, *self._index._memory.keys()]))

    def __len__(self) -> int:
        return len(self._index)


def _check(
    threshold: float,
    slots: int,
    weights: tuple[float, float],
    shape: tuple[int, int] | None,
    scheme: str,
    mode: str,
) -> None:
    """Make sure that these parameters are valid."""
    if not 0 <= threshold <= 1:
        raise SettingsError(f"threshold must be from 0 to 1, not {threshold}")
    if slots < 2:
        raise SettingsError(f"num_perm must be 2 or more, not {slots}")
    if len(weights) != 2 or not all(0 <= weight <= 1 for weight in weights) or sum(weights) != 1:
        raise SettingsError(f"weights must be two from 0 to 1, and 1 together, not {weights}")
    if shape is not None and (min(shape) < 1 or shape[0] * shape[1] > slots):
        raise SettingsError(
            f"params must be 1 or more, and their product {slots} (num_perm) at most, not {shape}"
        )
    if scheme not in SCHEMES:
        raise SettingsError(f"scheme must be one of {', '.join(SCHEMES)}, not {scheme!r}")
    if mode not in ("a", "r"):
        raise SettingsError(f"mode must be 'a' or 'r', not {mode!r}")


def _check_storage(config: Mapping[str, Any] | None, *, keeps: bool) -> None:
    """Make sure that the rows are to be kept where this index can keep them."""
    if config and config.get("type") != "dict":
        raise SettingsError(
            f"storage_config of type {config.get('type')!r}: give path= for an index in a folder"
        )
    if keeps:
        raise SettingsError(
            "keep_signatures is for an index in memory: with path=, keep signatures beside it"
        )

"""Signatures of stored documents, and their exchange with datasketch."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from syndetect.arrays import I64, U32, bounds_of
from syndetect.errors import SettingsError
from syndetect.index.snapshot import Snapshot
from syndetect.matching import minhash
from syndetect.settings import Settings

if TYPE_CHECKING:
    from datasketch import LeanMinHash, MinHash, MinHashLSH


_SCHEME = "affine32"


class Exchange(NamedTuple):
    """Documents as datasketch objects: signatures by id, and an LSH index of them."""

    minhashes: "dict[str, LeanMinHash]"
    lsh: "MinHashLSH"


def ids_of(snapshot: Snapshot) -> list[str]:
    """The ids of all alive documents."""
    ids: list[str] = []
    for segment in snapshot.segments:
        ids += [name for name in segment.strings("id", np.flatnonzero(segment.alive)) if name is not None]
    return ids


def signatures(snapshot: Snapshot, numbers: I64, unit: str, settings: Settings) -> U32:
    """uint32[n, slots]: signatures of documents, or of all their paragraphs, in this order."""
    found: list[U32] = [np.empty((0, settings.slots), np.uint32)] * len(numbers)
    for _, segment, at, rows in snapshot.by_segment(numbers):
        for place, row in zip(at.tolist(), rows.tolist(), strict=True):
            low, high = segment.bounds("documents", np.array([row]))
            if unit == "paragraph":
                first, last = segment.bounds("document_paragraphs", np.array([row]))
                low, high = segment.bounds("paragraphs", np.arange(first[0], last[0]))
            code = segment.codes(low, high)
            bounds = bounds_of(high - low)
            found[place] = minhash.sign_words(
                code, bounds[:-1], bounds[1:], settings.shingle_words, settings.slots, settings.seed
            )
    return np.concatenate([np.empty((0, settings.slots), np.uint32), *found])


def from_datasketch(sketch: "MinHash | LeanMinHash", settings: Settings) -> U32:
    """uint32[slots]: the signature of a datasketch object.

    Raises:
        SettingsError: the object is no signature, or has another scheme, seed or length than the index.
    """
    values, seed = getattr(sketch, "hashvalues", None), getattr(sketch, "seed", None)
    if values is None or seed is None:
        raise SettingsError(
            f"a text, a mapping or a datasketch MinHash is wanted, not {type(sketch).__name__}"
        )
    scheme = getattr(sketch, "scheme", "legacy")
    for name, theirs, ours in (
        ("scheme", scheme, _SCHEME), ("seed", seed, settings.seed), ("num_perm", len(values), settings.slots)
    ):  # fmt: skip
        if theirs != ours:
            raise SettingsError(f"the MinHash has {name} {theirs}, the index {ours}: they cannot be compared")
    return np.asarray(values, np.uint32)


def to_datasketch(
    ids: Sequence[str], found: U32, settings: Settings, storage_config: Mapping[str, Any] | None
) -> Exchange:
    """Signatures as datasketch objects, and an index of them."""
    from datasketch import MinHashLSH  # noqa: PLC0415  (a second to import)

    minhashes = dict(zip(ids, minhash.to_datasketch(found, settings.seed), strict=True))
    lsh = MinHashLSH(
        num_perm=settings.slots, params=(settings.bands, settings.rows),
        storage_config=None if storage_config is None else dict(storage_config),
    )  # fmt: skip
    with lsh.insertion_session() as session:
        for name, sketch in minhashes.items():
            session.insert(name, sketch, check_duplication=False)
    return Exchange(minhashes, lsh)

"""What the tests of the store have in common: arrays of several kinds, and what is in a store."""

import numpy as np

from syndetect.storage.scratch import Store

PLENTY = 1 << 30
IDENTITY = {"settings": {"k": 4}, "inputs": []}
KINDS = {"a": ("u1", ()), "b": ("u4", ()), "c": ("u8", (3,)), "d": ("f8", (2,)), "e": ("i8", ())}


def array(name: str, size: int, seed: int = 0) -> np.ndarray:
    kind, shape = KINDS[name]
    return np.random.default_rng(seed).integers(0, 100, (size, *shape)).astype(kind)


def contents(store: Store) -> dict[str, list[object]]:
    return {name: store[name].tolist() for name in KINDS if name in store}


def put(store: Store, done: list[tuple[str, int]]) -> dict[str, list[object]]:
    """Append arrays; what the store should hold then."""
    expected: dict[str, list[object]] = {}
    for seed, (name, size) in enumerate(done):
        store.append(name, array(name, size, seed))
        expected.setdefault(name, []).extend(array(name, size, seed).tolist())
    return expected

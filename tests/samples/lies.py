"""Index folders whose files say what is not so, under the right checksums."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from samples.manifests import reseal
from syndetect.storage.segment_file import Segment, SegmentWriter

Change = Callable[[np.ndarray], np.ndarray]


def rewrite(folder: Path, changes: Mapping[str, Change]) -> None:
    """Write the first segment of an index again, with changed arrays."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    entry = next(one for one in manifest["entries"] if one["name"].endswith(".segment"))
    path = folder / entry["name"]
    segment = Segment(path, entry["size"], entry["xxh3"])
    data = path.read_bytes()
    end, size = (int.from_bytes(data[at : at + 8], "little") for at in (-24, -16))
    names = json.loads(data[end : end + size])["arrays"]
    arrays = {name: changes.get(name, np.array)(segment.whole(name).copy()) for name in names}
    path.unlink()
    with SegmentWriter(path) as writer:
        for name, values in arrays.items():
            writer.append(name, values)
        written = writer.finish(segment.metadata)
    entry.update(size=written.size, xxh3=written.xxh3)
    reseal(folder, **manifest)


def put(*values: int, at: int) -> Change:
    """Other values from a place on."""

    def change(array: np.ndarray) -> np.ndarray:
        end = at + len(values) if at >= 0 and at + len(values) <= len(array) else None
        array.reshape(-1)[at:end] = np.array(values).astype(array.dtype)
        return array

    return change


def swap(one: int, other: int) -> Change:
    """Two values in each other's place."""

    def change(array: np.ndarray) -> np.ndarray:
        array[[one, other]] = array[[other, one]]
        return array

    return change

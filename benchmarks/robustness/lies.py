"""Files that say what is not so, under right checksums: indexes, folders of ``MinHashLSH``, results, scratch folders.

Each lie changes one thing in a folder, and returns in words what it changed.
"""

import json
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from xxhash import xxh3_64_intdigest, xxh3_128_hexdigest

from benchmarks.robustness.index_checks import sealed
from benchmarks.robustness.mutations import mutate, mutate_json
from syndetect.storage.compression import compress

Array = npt.NDArray[Any]
Lie = Callable[[Random, Path], str]

_NUMBERS = (0, 1, 2, 255, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**40, 2**62, 2**63 - 1, 2**64 - 1)
_NAMES = (
    "../x.segment",
    "/etc/passwd",
    "x.segment",
    "lock",
    "manifest.json",
    "..",
    "",
    "000000000000.segment",
)
_BLOCK = 1 << 14


def _values(random: Random, values: Array) -> str:
    """Change values of an array in place."""
    flat = values.reshape(-1)
    kind = random.choice(["one", "one", "near", "near", "all", "swap", "shuffle", "sort", "run", "copy"])
    at, other = random.randrange(len(flat)), random.randrange(len(flat))
    drawn = np.array(random.choice(_NUMBERS) & (1 << 8 * flat.itemsize) - 1, np.uint64)
    number = (
        drawn.astype(f"<u{flat.itemsize}").view(flat.dtype) if flat.itemsize < 8 else drawn.view(flat.dtype)
    )
    if kind == "one":
        flat[at] = number
    elif kind == "near":
        flat[at] = flat[at] + flat.dtype.type(1) if random.random() < 0.5 else flat[at] - flat.dtype.type(1)
    elif kind == "all":
        flat[:] = number
    elif kind == "swap":
        flat[[at, other]] = flat[[other, at]]
    elif kind == "shuffle":
        flat[:] = flat[random.sample(range(len(flat)), len(flat))]
    elif kind == "sort":
        flat.sort()
    elif kind == "run":
        flat[at : at + 9] = number
    else:
        flat[at] = flat[other]
    return f"{kind} at {at} ({number}, {other})"


class _SegmentFile:
    """A segment file in parts: the bytes of its data, and the table of contents."""

    def __init__(self, path: Path) -> None:
        whole = path.read_bytes()
        end, size, self._mark = struct.unpack("<QQ8s", whole[-24:])
        self.path, self.data = path, bytearray(whole[:end])
        self.contents: dict[str, Any] = json.loads(whole[end : end + size])

    def array(self, name: str) -> Array:
        """An array, whose changes change the data."""
        kind, shape, offset = self.contents["arrays"][name]
        size = int(np.prod(shape, dtype=np.int64))
        return np.frombuffer(self.data, kind, size, offset).reshape(shape)

    def replace(self, name: str, values: Array) -> None:
        """Give an array other values, of any number, behind all others."""
        self.data += bytes(-len(self.data) % 64)
        arrays = self.contents["arrays"]
        del arrays[name]
        arrays[name] = [values.dtype.str, list(values.shape), len(self.data)]
        self.data += values.tobytes()

    def write(self) -> dict[str, Any]:
        """Write the file; its size and checksum, as the manifest has them."""
        text, end = json.dumps(self.contents).encode(), len(self.data)
        sums = [xxh3_64_intdigest(bytes(self.data[at : at + _BLOCK])) for at in range(0, end, _BLOCK)]
        footer = (
            text + struct.pack(f"<{len(sums)}Q", *sums) + struct.pack("<QQ8s", end, len(text), self._mark)
        )
        self.path.write_bytes(bytes(self.data) + footer)
        return {"size": end + len(footer), "xxh3": xxh3_128_hexdigest(footer)}


def _manifest(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
    return found


def _changed(random: Random, folder: Path, change: Callable[[_SegmentFile], str]) -> str:
    """Change a segment of an index, and the manifest with it."""
    manifest = _manifest(folder)
    entry = random.choice([one for one in manifest["entries"] if one["name"].endswith(".segment")])
    file = _SegmentFile(folder / entry["name"])
    what = change(file)
    entry.update(file.write())
    (folder / "manifest.json").write_bytes(sealed(manifest))
    return f"{entry['name']}: {what}"


def values(random: Random, folder: Path) -> str:
    """Change values of an array of a segment."""

    def change(file: _SegmentFile) -> str:
        name = random.choice([name for name, (_, shape, _) in file.contents["arrays"].items() if all(shape)])
        return f"{name}: {_values(random, file.array(name))}"

    return _changed(random, folder, change)


def lengths(random: Random, folder: Path) -> str:
    """Give an array of a segment more or fewer items, or items of another type."""

    def change(file: _SegmentFile) -> str:
        name = random.choice([*file.contents["arrays"]])
        found = file.array(name).copy()
        kinds = ["<u4", "<i8", "|u1", "<f8", ">i8"]
        others = [found[:-1], found[:0], np.concatenate([found, found[-1:]]), found.reshape(-1, 1),
                  np.concatenate([found] * 3), found.astype(random.choice(kinds))]  # fmt: skip
        file.replace(name, random.choice(others))
        return f"{name}: {file.contents['arrays'][name]}"

    return _changed(random, folder, change)


def contents(random: Random, folder: Path) -> str:
    """Change the table of contents of a segment."""

    def change(file: _SegmentFile) -> str:
        before = json.dumps(file.contents, sort_keys=True)
        file.contents = mutate_json(random, file.contents, ["documents", "<i8", "|O", "<u4"])
        return f"contents of {len(before)} bytes: {json.dumps(file.contents)[-300:]}"

    return _changed(random, folder, change)


def texts(random: Random, folder: Path) -> str:
    """Give a document another text, whose frame is broken, or unpacks to very much."""

    def change(file: _SegmentFile) -> str:
        if "text" not in file.contents["arrays"]:
            return "no texts"
        bounds, data = file.array("text.bounds").copy(), file.array("text").tobytes()
        at = random.randrange(len(bounds) - 1)
        old = data[bounds[at] : bounds[at + 1]]
        frames = [b"", mutate(random, old), old + old, old + b"x", compress([b"\xff\xfe no text"])[0],
                  compress([bytes(200 << 20)])[0], compress([b"short"])[0]]  # fmt: skip
        new = random.choice(frames)
        file.replace("text", np.frombuffer(data[: bounds[at]] + new + data[bounds[at + 1] :], np.uint8))
        bounds[at + 1 :] += len(new) - len(old)
        file.replace("text.bounds", bounds)
        return f"text {at}: {new[:20]!r}, {len(new)} bytes"

    return _changed(random, folder, change)


def manifest(random: Random, folder: Path) -> str:
    """Change the manifest of an index."""
    changed = mutate_json(random, _manifest(folder), _NAMES)
    (folder / "manifest.json").write_bytes(sealed(changed))
    return f"manifest: {json.dumps(changed)[:400]}"


def tombstones(random: Random, folder: Path) -> str:
    """Change which documents are deleted."""
    whole = _manifest(folder)
    entries = [one for one in whole["entries"] if one["name"].endswith(".removed")]
    if not entries:
        return "no tombstones"
    entry = random.choice(entries)
    path = folder / entry["name"]
    data = mutate(random, path.read_bytes())
    path.write_bytes(data)
    entry.update(size=len(data), xxh3=xxh3_128_hexdigest(data))
    if random.random() < 0.5:
        entry["facts"]["documents"] = len(data) // 4
    (folder / "manifest.json").write_bytes(sealed(whole))
    return f"{entry['name']}: {data[:40].hex()}"


def tables(random: Random, folder: Path) -> str:
    """Change a table of a result: values, columns, types, rows, or bytes of its file."""
    whole = _manifest(folder)
    path = random.choice(sorted(folder.glob("*.parquet")))
    kind = random.choice(["values", "values", "values", "column", "type", "rows", "bytes", "link"])
    frame = pl.read_parquet(path)
    if kind == "values" and frame.height:
        frame = _other_values(random, frame)
    elif kind == "column":
        frame = frame.drop(random.choice(frame.columns)) if random.random() < 0.5 else frame.with_columns(x=1)
    elif kind == "type":
        frame = frame.with_columns(
            pl.lit(random.choice([1.5, "x", None, [1]])).alias(random.choice(frame.columns))
        )
    elif kind == "rows":
        frame = random.choice([frame.head(1), pl.concat([frame, frame]), frame.reverse(), frame.clear()])
    frame.write_parquet(path)
    if kind == "bytes":
        path.write_bytes(mutate(random, path.read_bytes()))
    elif kind == "link":
        path.rename(folder.parent / f"{path.name}.elsewhere")
        path.symlink_to(folder.parent / f"{path.name}.elsewhere")
    whole["files"][path.name] = path.stat().st_size
    (folder / "manifest.json").write_text(json.dumps(whole))
    return f"{path.name}: {kind}"


def _other_values(random: Random, frame: pl.DataFrame) -> pl.DataFrame:
    """A frame in which a value, or all of a column, is another."""
    name = random.choice(frame.columns)
    rows = frame[name].to_list()
    odd: Sequence[Any] = (None,)
    if frame.schema[name].is_integer():
        odd = (None, -1, 0, 1, 10**6, 2**62, -(2**63))
    elif frame.schema[name].is_float():
        odd = (None, -1.0, 2.0, float("nan"), float("inf"))
    elif frame.schema[name] == pl.String:
        odd = (None, "", "nobody", "\x1b[2J", "x" * 1000)
    value = random.choice(odd)
    places = range(len(rows)) if random.random() < 0.3 else [random.randrange(len(rows))]
    for at in places:
        rows[at] = value
    return frame.with_columns(pl.Series(name, rows, frame.schema[name]))


def result_manifest(random: Random, folder: Path) -> str:
    """Change the manifest of a result."""
    names = ["../x/documents.parquet", "/tmp/documents.parquet", "documents.csv", "passages.parquet"]
    changed = mutate_json(random, _manifest(folder), names)
    if random.random() < 0.2 and isinstance(changed, dict):
        changed["files"] = {names[0]: 1, names[1]: 1}
    (folder / "manifest.json").write_text(json.dumps(changed))
    return f"manifest: {json.dumps(changed)[-300:]}"


def scratch_values(random: Random, folder: Path) -> str:
    """Change values of an array of a scratch folder, or its length."""
    state = json.loads((folder / "state.json").read_bytes())
    paths = [path for path in sorted(folder.glob("*.array")) if path.stat().st_size]
    path = random.choice(paths)
    found = np.frombuffer(
        bytearray(path.read_bytes()), state["kinds"][path.stem.removeprefix("syndetect-")][0]
    )
    kind = random.choice(["values", "values", "values", "values", "shorter", "gone", "link"])
    what = kind
    if kind == "values":
        what = _values(random, found)
        path.write_bytes(found.tobytes())
    elif kind == "shorter":
        path.write_bytes(path.read_bytes()[: random.randrange(path.stat().st_size)])
    elif kind == "gone":
        path.unlink()
    else:
        path.rename(folder.parent / f"{path.name}.elsewhere")
        path.symlink_to(folder.parent / f"{path.name}.elsewhere")
    return f"{path.name}: {what}"


def scratch_state(random: Random, folder: Path) -> str:
    """Change the state of a scratch folder."""
    path = folder / "state.json"
    state = json.loads(path.read_bytes())
    identity = state.pop("identity")
    part = random.choice([*state])
    changed = state | {part: mutate_json(random, state[part], ["../x", "text", "<u4", "<f8"])}
    path.write_text(json.dumps(changed | {"identity": identity}))
    return f"state: {part} {json.dumps(changed[part])[:300]}"


INDEX: Sequence[Lie] = (values, values, values, values, lengths, contents, texts, manifest, tombstones)
RESULT: Sequence[Lie] = (tables, tables, result_manifest)
SCRATCH: Sequence[Lie] = (scratch_values, scratch_values, scratch_values, scratch_state)
#: The lies about each kind of folder.
LIES: Mapping[str, Sequence[Lie]] = {
    "index": INDEX, "lsh": (values, values, lengths, contents, manifest, tombstones), "result": RESULT,
    "scratch": SCRATCH,
}  # fmt: skip

"""The result that holds the tables, and its folder."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import polars as pl

from syndetect.errors import OutputError, ResultError, SettingsError
from syndetect.results import validity
from syndetect.results.frames import read_frame, write_frame
from syndetect.schema import SKIPPED, TABLES
from syndetect.storage.filesystem import read_file, reason, staged, write_bytes

#: How a folder may hold the tables; the name is also the files' suffix.
FORMATS = ("parquet", "csv", "jsonl")

_PROGRAM = "syndetect"
_MANIFEST, _SKIPPED, _CLUSTERS = "manifest.json", "skipped.jsonl", "passim.jsonl"


@dataclass(frozen=True)
class Result:
    """What a scan found: the tables, what was skipped, and the manifest.

    Attributes:
        documents, pairs, matches, passages, clusters, credits, edges, links, families: the tables, with the columns and
            types of :data:`syndetect.schema.TABLES`. What an index answers has no rows in the last five.
        skipped: what could not be used, as :data:`SKIPPED`.
        manifest: version, settings, counts, timings and inputs, as JSON can hold them.
    """

    documents: pl.DataFrame
    pairs: pl.DataFrame
    matches: pl.DataFrame
    passages: pl.DataFrame
    clusters: pl.DataFrame
    credits: pl.DataFrame
    edges: pl.DataFrame
    links: pl.DataFrame
    families: pl.DataFrame
    skipped: pl.DataFrame
    manifest: dict[str, Any]

    def write(
        self,
        directory: str | os.PathLike[str],
        *,
        format: str = "parquet",  # noqa: A002  (the word of the command line)
        force: bool = False,
    ) -> None:
        """Write the tables, ``skipped.jsonl`` and ``manifest.json`` as one folder, whole or not at all.

        The folder is written beside its place and moved there when it is complete and on the disk. To the
        manifest are added the name of this program and the files with their sizes in bytes.

        Args:
            directory: the folder to make; missing parents are made too.
            format: "parquet", "csv" or "jsonl"; or "passim" for Parquet tables and, beside them, the passages
                as passim's cluster rows in ``passim.jsonl``.
            force: replace a result that is there already.

        Raises:
            SettingsError: there is no such format.
            OutputError: the folder is there already, or cannot be written.
        """
        if format not in (*FORMATS, "passim"):
            raise SettingsError(f"format must be parquet, csv, jsonl or passim, not {format!r}")
        place = check_place(directory, force=force)
        try:
            with staged(place, replace=force) as folder:
                suffix = "parquet" if format == "passim" else format
                for name in TABLES:
                    write_frame(getattr(self, name), folder / f"{name}.{suffix}")
                write_frame(self.skipped, folder / _SKIPPED)
                if format == "passim":
                    from syndetect.results.passim import clusters  # noqa: PLC0415  (read by few)

                    write_frame(clusters(self.documents, self.passages), folder / _CLUSTERS)
                sizes = {path.name: path.stat().st_size for path in folder.iterdir()}
                write_bytes([_manifest_text(self.manifest, sizes)], folder / _MANIFEST)
        except (OSError, pl.exceptions.PolarsError) as error:
            raise OutputError(f"cannot write {directory}: {reason(error)}") from error

    @classmethod
    def read(cls, directory: str | os.PathLike[str]) -> Self:
        """The result that :meth:`write` left in a folder, whatever the format.

        Raises:
            ResultError: the folder is not a result, or a file of it is missing or broken, or they contradict one
                another.
        """
        manifest = _read_manifest(Path(directory))
        tables = {name: _read(directory, manifest, name, schema) for name, schema in TABLES.items()}
        if wrong := validity.contradiction(tables, manifest.get("counts")):
            raise ResultError(f"{directory} is damaged: {wrong}; scan again")
        skipped = _read(directory, manifest, "skipped", SKIPPED)
        del manifest["program"], manifest["files"]
        return cls(**tables, skipped=skipped, manifest=manifest)


def read_table(directory: str | os.PathLike[str], name: str) -> pl.DataFrame:
    """One table of a result's folder, with the columns and types of :data:`syndetect.schema.TABLES`.

    Raises:
        ResultError: the folder is not a result, or the table's file is missing or broken.
    """
    return _read(directory, _read_manifest(Path(directory)), name, TABLES[name])


def _read(
    directory: str | os.PathLike[str], manifest: Mapping[str, Any], name: str, schema: pl.Schema
) -> pl.DataFrame:
    """One file of a result; its size must be the one in the manifest."""
    for file, size in manifest["files"].items():
        if file in {f"{name}.{suffix}" for suffix in FORMATS}:  # in the folder itself
            path = Path(directory) / file
            if path.exists() and (path.is_symlink() or path.stat().st_size != size):
                raise ResultError(
                    f"cannot read {path}: it is not as it was written; copy it again, or scan again"
                )
            frame = read_frame(path, schema)
            if wrong := validity.fault(name, frame):
                raise ResultError(f"cannot read {path}: {wrong}; scan again")
            return frame
    raise ResultError(f"{directory} has no file of its table {name}: scan again")


def is_result_of(directory: str | os.PathLike[str], manifest: Mapping[str, Any]) -> bool:
    """Whether a folder holds a result whose manifest says what ``manifest`` says."""
    try:
        found = _read_manifest(Path(directory))
    except ResultError:
        return False
    return all(found.get(name) == json.loads(json.dumps(value)) for name, value in manifest.items())


def check_place(directory: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Make sure that a result may be written to a folder, before the work is done that fills it.

    With ``force`` only a result gives way, and only when nothing else lies in its folder.

    Returns:
        The folder's absolute path, links followed.

    Raises:
        OutputError: something is there already, or the place cannot be written.
    """
    place = Path(directory).resolve()
    if place.exists():
        if not force:
            raise OutputError(f"{directory} is there already: choose another folder, or add --force")
        _check_replaceable(place, directory)
    parent = next(folder for folder in place.parents if folder.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise OutputError(f"cannot write {directory}: {parent} is not a folder that you may write in")
    return place


def _check_replaceable(place: Path, directory: str | os.PathLike[str]) -> None:
    """Raise OutputError unless a folder is empty or holds a result and nothing else."""
    if not place.is_dir():
        raise OutputError(f"{directory} is not a folder: choose another")
    names = {path.name for path in place.iterdir()}
    if not names:
        return
    try:
        _read_manifest(place)
    except ResultError as error:
        raise OutputError(
            f"{directory} is no result, so it is not replaced: choose another folder"
        ) from error
    ours = {f"{name}.{suffix}" for name in TABLES for suffix in FORMATS} | {_MANIFEST, _SKIPPED, _CLUSTERS}
    if foreign := sorted(names - ours - {".DS_Store"}):  # macOS leaves one in every folder it shows
        raise OutputError(f"{directory} holds {foreign[0]}, which is no part of a result: move it away first")


def _manifest_text(manifest: Mapping[str, Any], sizes: Mapping[str, int]) -> bytes:
    """The manifest as JSON that a person can read: equal manifests are equal bytes."""
    whole = {**manifest, "program": _PROGRAM, "files": sizes}
    text = json.dumps(whole, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    # What is no UTF-8 (a file name of raw bytes) becomes \udc.., which JSON reads back.
    return text.encode("utf-8", "backslashreplace")


def _read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a result's folder."""
    try:
        manifest = json.loads(read_file(folder / _MANIFEST))
    except (OSError, ValueError, RecursionError) as error:
        raise ResultError(f"{folder} is not a result of a scan: it has no readable {_MANIFEST}") from error
    if not isinstance(manifest, dict) or manifest.get("program") != _PROGRAM or "files" not in manifest:
        raise ResultError(f"{folder} is not a result of a scan: its {_MANIFEST} is another program's")
    for name in ("files", "counts", "timings"):
        found = manifest.get(name, {})
        if not isinstance(found, dict) or not all(type(one) in (int, float) for one in found.values()):
            raise ResultError(
                f"{folder} is not a result of a scan: its {_MANIFEST} has no {name} that can be"
            )
    return manifest

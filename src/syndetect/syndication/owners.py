"""Outlets and their owners: from a file, or inferred from whole articles that only two outlets share."""

import csv
import io
import os
from collections.abc import Mapping

import numpy as np
import polars as pl

from syndetect.errors import InputError, SettingsError
from syndetect.reading.small_files import read_text

#: Two outlets have one owner when this share of the smaller outlet's articles has whole copies in the other, ...
AFFINITY = 0.2
#: ... at least so many articles, ...
LEAST_SHARED = 5
#: ... and this share of them has a copy in no third outlet.
EXCLUSIVE = 0.8
#: A copy is whole when this share of the shorter article stands in the other.
WHOLE = 0.8

Owners = str | os.PathLike[str] | Mapping[str, str]


def read_owners(owners: Owners) -> dict[str, str]:
    """A mapping of sources to their owners.

    Args:
        owners: a mapping, or a CSV file with a header and the columns ``source`` and ``owner``.

    Raises:
        InputError: the file cannot be read, or a line has no source or no owner.
        SettingsError: the mapping holds anything but names.
    """
    if isinstance(owners, Mapping):
        for pair in owners.items():
            if not all(isinstance(name, str) and name.strip() for name in pair):
                raise SettingsError(f"owners must map names of sources to names of owners, not {pair}")
        return dict(owners)
    rows = csv.DictReader(io.StringIO(read_text(owners), newline=""), strict=True)
    found = {}
    try:
        if missing := {"source", "owner"} - set(rows.fieldnames or ()):
            raise InputError(f"{owners} has no column {min(missing)!r}")
        for row in rows:
            if not all((row[name] or "").strip() for name in ("source", "owner")):
                raise InputError(f"{owners}:{rows.line_num} has no source or no owner")
            found[row["source"]] = row["owner"]
    except csv.Error as error:
        raise InputError(f"cannot read {owners}: line {rows.line_num + 1}: {error}") from error
    return found


def outlets_of(sources: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The outlet of each document (Int64 from 0, null where the source is unknown), and the names of the outlets.

    Sources that differ in case or in surrounding blanks are one outlet, named by the most frequent of them. Outlets are
    in the order of their names in small letters.
    """
    source = sources.str.strip_chars()
    counted = pl.DataFrame({"source": source}).drop_nulls().group_by("source").len()
    codes, names = numbered_outlets(counted)
    outlet = pl.DataFrame({"key": source.str.to_lowercase()}).join(
        codes, on="key", how="left", maintain_order="left"
    )
    return outlet["outlet"], names


def numbered_outlets(counted: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The outlets of sources (``source``, without blanks around it, ``len``, its articles), as of :func:`outlets_of`.

    Returns:
        ``key`` (a source in small letters), ``outlet``; and the names of the outlets.
    """
    known = (
        counted.with_columns(key=pl.col("source").str.to_lowercase())
        .sort("key", "len", "source", descending=[False, True, False])
        .unique("key", maintain_order=True, keep="first")
    )
    return known.with_row_index("outlet").select("key", pl.col("outlet").cast(pl.Int64)), known["source"]


def owners_of(
    names: pl.Series, given: Mapping[str, str], copies: pl.DataFrame, sizes: pl.Series
) -> np.ndarray:
    """int64[outlets]: the owner of each outlet, as a number.

    Args:
        names: the names of the outlets.
        given: sources to owners; inferred owners are added to these.
        copies: ``outlet_a, outlet_b, document, exclusive``: whole copies of documents in other outlets; exclusive
            where no third outlet has one.
        sizes: the number of documents of each outlet.
    """
    return joined_owners(names, given, affine(counted_copies(copies), sizes))


def joined_owners(names: pl.Series, given: Mapping[str, str], pairs: list[tuple[int, int]]) -> np.ndarray:
    """int64[outlets]: the owner of each outlet, as given, and of outlets that have one owner (pairs of numbers)."""
    owner = np.arange(len(names))
    folded = {source.strip().lower(): name.strip().lower() for source, name in given.items()}
    first: dict[str, int] = {}
    for outlet, name in enumerate(names):
        key = name.strip().lower()
        if key in folded:
            owner[outlet] = first.setdefault(folded[key], outlet)
    for one, two in pairs:
        low, high = sorted((owner[one], owner[two]))
        owner[owner == high] = low
    return owner


def counted_copies(copies: pl.DataFrame) -> pl.DataFrame:
    """``outlet_a, outlet_b, shared`` (documents), ``exclusive`` (the share of the copies that are)."""
    return copies.group_by("outlet_a", "outlet_b").agg(
        pl.col("document").n_unique().alias("shared"), pl.col("exclusive").mean()
    )


def affine(counts: pl.DataFrame, sizes: pl.Series) -> list[tuple[int, int]]:
    """Pairs of outlets that share many whole articles, and these with hardly any other outlet.

    Args:
        counts: as of :func:`counted_copies`.
        sizes: the number of documents of each outlet.
    """
    smaller = pl.min_horizontal(sizes.gather(counts["outlet_a"]), sizes.gather(counts["outlet_b"]))
    chosen = counts.with_columns(smaller=pl.select(smaller).to_series()).filter(
        (pl.col("shared") >= LEAST_SHARED)
        & (pl.col("shared") >= AFFINITY * pl.col("smaller"))
        & (pl.col("exclusive") >= EXCLUSIVE)
    )
    return chosen.select("outlet_a", "outlet_b").sort("outlet_a", "outlet_b").rows()

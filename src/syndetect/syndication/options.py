"""What a scan is told of agencies, owners and references, and what of its findings is wanted."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from xxhash import xxh3_64_hexdigest

from syndetect.errors import SettingsError
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.kinds import KINDS
from syndetect.syndication.owners import Owners, read_owners


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a result is to show. Articles are explained before: what is left out here still counts there.

    Attributes:
        across_sources: only what at least two outlets have; None does so among articles whose sources are known.
        min_sources: only passages that so many outlets have.
        kinds: only passages of these kinds; all if empty.

    Raises:
        SettingsError: a value is none.
    """

    across_sources: bool | None = None
    min_sources: int = 1
    kinds: Collection[str] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", (self.kinds,) if isinstance(self.kinds, str) else tuple(self.kinds))
        if unknown := sorted(set(self.kinds) - set(KINDS)):
            raise SettingsError(f"no such kind: {unknown[0]!r}; there are {', '.join(KINDS)}")
        if not isinstance(self.across_sources, bool | None):
            raise SettingsError(f"across_sources must be True, False or None, not {self.across_sources!r}")
        if (
            isinstance(self.min_sources, bool)
            or not isinstance(self.min_sources, int)
            or self.min_sources < 1
        ):
            raise SettingsError(f"min_sources must be a whole number from 1, not {self.min_sources!r}")

    @property
    def is_narrow(self) -> bool:
        """Whether passages are chosen by more than being across sources."""
        return self.min_sources > 1 or bool(self.kinds)


def chosen_passages(passages: pl.DataFrame, choice: Choice) -> pl.Series:
    """The numbers of the passages to keep, ascending.

    Args:
        passages: ``passage, sources`` (known outlets), ``strangers`` (an article's outlet is not known), ``kind``,
            ``referred`` (it is in a reference, or there is none).
        choice: which to keep.
    """
    keep = pl.col("referred") & (pl.col("sources") >= choice.min_sources if choice.min_sources > 1 else True)
    if choice.across_sources is None:
        keep &= (pl.col("sources") != 1) | pl.col("strangers")
    elif choice.across_sources:
        keep &= pl.col("sources") > 1
    if choice.kinds:
        keep &= pl.col("kind").is_in(list(choice.kinds))
    return passages.filter(keep)["passage"].sort()


def is_across(a: pl.Series, b: pl.Series, choice: Choice) -> pl.Series:
    """Whether pairs of articles are of two outlets (by number; null where not known), as far as that is asked."""
    if choice.across_sources is None:
        return (a != b).fill_null(value=True)
    if choice.across_sources:
        return (a != b).fill_null(value=False)
    return pl.repeat(True, len(a), eager=True)


@dataclass(frozen=True)
class Inquiry:
    """Whose text is looked for, and which passages are shown.

    Attributes:
        agencies: who may be credited.
        owners: sources to their owners, as far as they are given.
        choice: which passages are kept.
    """

    agencies: Agencies
    owners: Mapping[str, str]
    choice: Choice

    @classmethod
    def of(
        cls,
        agencies: str | os.PathLike[str] | None = None,
        owners: Owners | None = None,
        *,
        across_sources: bool | None = None,
        min_sources: int = 1,
        kinds: Collection[str] = (),
    ) -> "Inquiry":
        """What :func:`syndetect.scan` was told.

        Raises:
            SettingsError: a value is none.
            InputError: a file cannot be read.
        """
        choice = Choice(across_sources=across_sources, min_sources=min_sources, kinds=kinds)
        return cls(Agencies.load(agencies), {} if owners is None else read_owners(owners), choice)

    @property
    def named(self) -> tuple[pl.Series, pl.Series]:
        """The agencies' names, and their kinds ("agency" or "release"), by number."""
        return pl.Series(self.agencies.names, dtype=pl.String), pl.Series(
            self.agencies.kinds, dtype=pl.String
        )

    def to_dict(self) -> dict[str, Any]:
        """What decides the tables beside the settings, as JSON can hold it."""
        listed = "\n".join(f"{source}\t{owner}" for source, owner in sorted(self.owners.items()))
        return {
            "agencies": self.agencies.fingerprint,
            "owners": xxh3_64_hexdigest(listed.encode()) if listed else None,
            "across_sources": self.choice.across_sources,
            "min_sources": self.choice.min_sources,
            "kinds": sorted(self.choice.kinds),
        }

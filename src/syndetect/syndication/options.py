"""The options of syndication: agencies, owners, and the passages that a result shows."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from xxhash import xxh3_64_hexdigest

from syndetect.errors import SettingsError
from syndetect.settings import check_whole
from syndetect.syndication import KINDS
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.owners import Owners, read_owners


@dataclass(frozen=True, kw_only=True)
class PassageFilter:
    """The passages that a result shows. Articles are explained by all passages, also those that are not shown.

    Attributes:
        across_sources: only passages that at least two outlets have; by default (None), so among articles whose
            sources are known.
        min_sources: only passages that at least so many outlets have.
        kinds: only passages of these kinds; all if empty.
        least_confidence: only passages whose kind has at least this confidence.

    Raises:
        SettingsError: a value is not allowed.
    """

    across_sources: bool | None = None
    min_sources: int = 1
    kinds: Collection[str] = ()
    least_confidence: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "kinds", (self.kinds,) if isinstance(self.kinds, str) else tuple(self.kinds))
        if unknown := sorted(set(self.kinds) - set(KINDS)):
            raise SettingsError(f"no such kind: {unknown[0]!r}; there are {', '.join(KINDS)}")
        if not isinstance(self.across_sources, bool | None):
            raise SettingsError(f"across_sources must be True, False or None, not {self.across_sources!r}")
        check_whole("min_sources", self.min_sources)
        if not (isinstance(self.least_confidence, (int, float)) and 0 <= self.least_confidence <= 1):
            raise SettingsError(f"least_confidence must be from 0 to 1, not {self.least_confidence!r}")

    @property
    def is_narrow(self) -> bool:
        """Whether passages are also filtered by kind, by its confidence or by a number of outlets."""
        return self.min_sources > 1 or bool(self.kinds) or self.least_confidence > 0

    def passages(self, clusters: pl.DataFrame) -> pl.Series:
        """The numbers of the passages to show, ascending.

        Args:
            clusters: ``passage, sources`` (known outlets), ``has_unknown_source`` (the outlet of an article is not
                known), ``kind``, ``confidence``, ``referred`` (a reference has the passage, or there is no reference).
        """
        keep = pl.col("referred") & (pl.col("sources") >= self.min_sources if self.min_sources > 1 else True)
        if self.across_sources is None:
            keep &= (pl.col("sources") != 1) | pl.col("has_unknown_source")
        elif self.across_sources:
            keep &= pl.col("sources") > 1
        if self.kinds:
            keep &= pl.col("kind").is_in(list(self.kinds))
        if self.least_confidence > 0:
            keep &= pl.col("confidence") >= self.least_confidence
        return clusters.filter(keep)["passage"].sort()

    def is_across(self, a: pl.Series, b: pl.Series) -> pl.Series:
        """Whether pairs of articles, by the numbers of their outlets (null: not known), may be shown."""
        if self.across_sources is None:
            return (a != b).fill_null(value=True)
        if self.across_sources:
            return (a != b).fill_null(value=False)
        return pl.repeat(True, len(a), eager=True)


@dataclass(frozen=True)
class SyndicationOptions:
    """The options of syndication.

    Attributes:
        agencies: the agencies that may be credited.
        owners: sources to their owners, as far as these are given.
        shown: the passages that a result shows.
    """

    agencies: Agencies
    owners: Mapping[str, str]
    shown: PassageFilter

    @classmethod
    def of(
        cls,
        agencies: str | os.PathLike[str] | None = None,
        owners: Owners | None = None,
        *,
        across_sources: bool | None = None,
        min_sources: int = 1,
        kinds: Collection[str] = (),
        least_confidence: float = 0.0,
    ) -> "SyndicationOptions":
        """From the arguments of :func:`syndetect.scan`.

        Raises:
            SettingsError: a value is not allowed.
            InputError: a file cannot be read.
        """
        shown = PassageFilter(
            across_sources=across_sources,
            min_sources=min_sources,
            kinds=kinds,
            least_confidence=least_confidence,
        )
        return cls(Agencies.load(agencies), {} if owners is None else read_owners(owners), shown)

    def to_dict(self) -> dict[str, Any]:
        """The options as JSON values, for a manifest: with the settings, they decide the tables."""
        listed = "\n".join(f"{source}\t{owner}" for source, owner in sorted(self.owners.items()))
        return {
            "agencies": self.agencies.fingerprint,
            "owners": xxh3_64_hexdigest(listed.encode()) if listed else None,
            "across_sources": self.shown.across_sources,
            "min_sources": self.shown.min_sources,
            "kinds": sorted(self.shown.kinds),
            "least_confidence": self.shown.least_confidence,
        }

"""What a scan is told of agencies, owners and references, and what of its findings is wanted."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from xxhash import xxh3_64_hexdigest

from syndetect.syndication.agencies import Agencies
from syndetect.syndication.choice import Choice
from syndetect.syndication.owners import Owners, read_owners


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

"""What a report is made of: the tables of a result, by whoever holds them."""

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl


class Findings(Protocol):
    """The tables of :data:`syndetect.schema.TABLES` and the manifest, as :class:`syndetect.Result` holds them."""

    @property
    def documents(self) -> pl.DataFrame:
        """A row an article."""

    @property
    def passages(self) -> pl.DataFrame:
        """A row a use of a passage."""

    @property
    def clusters(self) -> pl.DataFrame:
        """A row a passage."""

    @property
    def credits(self) -> pl.DataFrame:
        """A row for each mark that names an agency."""

    @property
    def edges(self) -> pl.DataFrame:
        """A row for each use that was copied from another article."""

    @property
    def families(self) -> pl.DataFrame:
        """A row for each article of a family of near-duplicates."""

    @property
    def skipped(self) -> pl.DataFrame:
        """What was not used, or not as it stands."""

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Version, settings, counts, timings and inputs."""

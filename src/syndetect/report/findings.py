"""What a report is made of: the tables of a result, by whoever holds them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, Protocol, Self

import polars as pl


class ReadTexts(NamedTuple):
    """Texts of articles.

    Attributes:
        texts: as many as were asked for; None where one is not to be had.
        missing: why it is not, as a sentence; None where all are there.
    """

    texts: Sequence[str | None]
    missing: str | None = None


#: The texts of articles by their rows in ``documents``.
TextSource = Callable[[Sequence[int]], ReadTexts]


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

    @property
    def texts(self) -> TextSource | None:
        """Where the articles' texts are to be had; None where they are not."""


@dataclass(frozen=True)
class Changed:
    """Findings of which some tables are others."""

    documents: pl.DataFrame
    passages: pl.DataFrame
    clusters: pl.DataFrame
    credits: pl.DataFrame
    edges: pl.DataFrame
    families: pl.DataFrame
    skipped: pl.DataFrame
    manifest: Mapping[str, Any]
    texts: TextSource | None

    @classmethod
    def of(cls, findings: Findings, **others: Any) -> Self:
        """Findings with these attributes in place of theirs."""
        return cls(**{one.name: others.get(one.name, getattr(findings, one.name)) for one in fields(cls)})

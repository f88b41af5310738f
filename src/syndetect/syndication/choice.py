"""Which passages a result keeps: those of several outlets, of a kind, or of a reference."""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl

from syndetect.errors import SettingsError
from syndetect.syndication.kinds import KINDS


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

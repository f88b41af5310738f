"""The checked arguments of a deduplication."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from syndetect.dedup.set_join import SimilarityRule
from syndetect.errors import SettingsError
from syndetect.reading.columns import Columns
from syndetect.reading.options import ReadingOptions
from syndetect.settings import check_whole

Preference = Literal["first", "longest", "earliest", "source-order"]
Unit = Literal["document", "paragraph"]
Unjudged = Literal["keep", "drop"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """The arguments of :func:`syndetect.deduplicate` that decide the result, and its limits of threads and memory.

    Raises:
        SettingsError: a value is none of those allowed.
    """

    keep: Preference
    sources: Sequence[str]
    unit: Unit
    rule: SimilarityRule
    same_url: bool
    unjudged: Unjudged
    flag: str | None
    reading: ReadingOptions
    threads: int
    memory: int

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("keep", self.keep, get_args(Preference)),
            ("unit", self.unit, get_args(Unit)),
            ("unjudged", self.unjudged, get_args(Unjudged)),
        ):
            if value not in allowed:
                raise SettingsError(
                    f"{name} must be {', '.join(allowed[:-1])} or {allowed[-1]}, not {value!r}"
                )
        if (self.keep == "source-order") != bool(self.sources) or isinstance(self.sources, str):
            raise SettingsError(
                "to keep by source-order, and only then, name the sources in order of preference"
            )
        if self.flag is not None and (not isinstance(self.flag, str) or not self.flag.strip()):
            raise SettingsError(f"flag must be the name of a column, not {self.flag!r}")
        if self.flag is not None and any(Columns(self.reading.columns).keys((self.flag,))):
            raise SettingsError(f"flag must be a column of its own: {self.flag!r} is one of an article's")
        if self.unit == "paragraph" and (self.same_url or self.flag is not None):
            raise SettingsError("addresses and flags are of whole documents: not with the unit paragraph")
        check_whole("threads", self.threads)
        check_whole("memory", self.memory)
        ids = self.reading.duplicate_ids or "keep"
        object.__setattr__(self, "reading", replace(self.reading, duplicate_ids=ids))

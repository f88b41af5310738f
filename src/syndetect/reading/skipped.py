"""The records of an input that could not be used."""

import polars as pl

from syndetect.errors import InputError
from syndetect.schema import SKIPPED


class Skipped:
    """Collects the places and reasons of skipped records; in strict mode raises at the first.

    Args:
        strict: raise InputError at the first.
    """

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.rows: list[tuple[str, str]] = []

    def __call__(self, place: str, reason: str) -> None:
        """Record one skipped place."""
        if self._strict:
            raise InputError(f"{place}: {reason}")
        self.rows.append((place, reason))

    def frame(self) -> pl.DataFrame:
        """The places and reasons, as :data:`syndetect.schema.SKIPPED`."""
        return pl.DataFrame(self.rows, schema=SKIPPED, orient="row")

    def first(self) -> str:
        """The first skipped place in brackets, for the end of a message; empty where there is none."""
        return "".join(f" ({place}: {reason})" for place, reason in self.rows[:1])

"""What of an input could not be used."""

import polars as pl

from syndetect.errors import InputError
from syndetect.schema import SKIPPED


class Skipped:
    """Takes the places and reasons of what is passed over; raises instead when nothing may be.

    Args:
        strict: raise InputError at the first.
    """

    def __init__(self, strict: bool) -> None:
        self._strict = strict
        self.rows: list[tuple[str, str]] = []

    def __call__(self, place: str, reason: str) -> None:
        """Note that something is passed over."""
        if self._strict:
            raise InputError(f"{place}: {reason}")
        self.rows.append((place, reason))

    def frame(self) -> pl.DataFrame:
        """The places and reasons, as :data:`syndetect.schema.SKIPPED`."""
        return pl.DataFrame(self.rows, schema=SKIPPED, orient="row")

    def first(self) -> str:
        """The first of them for the end of a message, in brackets; nothing where there is none."""
        return "".join(f" ({place}: {reason})" for place, reason in self.rows[:1])

"""Progress reports: a protocol, a silent default, and numbers with units."""

from typing import Protocol


class Progress(Protocol):
    """What a scan calls while it works.

    Any object with these three methods will do. They may be called from the thread that called the scan only,
    and often: they must be cheap.
    """

    def stage(self, name: str, total: int | None, unit: str) -> None:
        """Begin the next stage, and so end the one before.

        Args:
            name: what is being done, in two or three words.
            total: how many units the stage has; None when that is not known beforehand.
            unit: what is counted, in the plural; "bytes" is shown as kB, MB and GB.
        """

    def advance(self, n: int) -> None:
        """Count ``n`` more units of the present stage as done."""

    def note(self, text: str) -> None:
        """Say one thing in passing, such as why the first run takes longer."""


class Silent:
    """A progress that says nothing."""

    def stage(self, name: str, total: int | None, unit: str) -> None:
        """Say nothing."""

    def advance(self, n: int) -> None:
        """Say nothing."""

    def note(self, text: str) -> None:
        """Say nothing."""


def count(number: int, noun: str) -> str:
    """A number with its noun: ``1 article``, ``1,200 articles``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def quantity(amount: float, unit: str) -> str:
    """A count with its unit, as a person would write it: ``4,623 articles``, ``28.6 MB``."""
    if unit != "bytes":
        return f"{amount:,.0f} {unit}"
    for name, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if amount >= size:
            return f"{amount / size:.1f} {name}"
    return f"{amount:.0f} bytes"

"""What a scan may be told, in one frozen object that is checked once."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from syndetect.errors import SettingsError


def check_whole(name: str, value: object) -> None:
    """Raise SettingsError if an argument is not a whole number from 1."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingsError(f"{name} must be a whole number from 1, not {value!r}")


def _option(default: float, low: float, high: float, meaning: str) -> Any:
    """A field with its range and its meaning, from which checks and the help page derive."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high, "meaning": meaning})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Settings of a scan.

    They decide the result; nothing else does (threads, batch sizes and the order of files do not).
    ``repr`` rebuilds the object, :meth:`to_dict` and :meth:`from_dict` take it through JSON.

    Raises:
        SettingsError: a value is out of its range, or bands x rows is more than there are slots.
    """

    shingle_words: int = _option(3, 1, 32, "words in a shingle of the paragraph sketch")
    slots: int = _option(128, 1, 4096, "slots of a MinHash signature (datasketch: num_perm)")
    bands: int = _option(42, 1, 4096, "bands of a signature in the LSH index")
    rows: int = _option(3, 1, 64, "slots in a band")
    seed: int = _option(1, 0, 2**32 - 1, "seed of the MinHash permutations (datasketch: seed)")
    min_jaccard: float = _option(0.3, 0.0, 1.0, "least exact Jaccard of a row of pairs")
    fingerprint_words: int = _option(4, 1, 64, "words in a fingerprint's shingle (k)")
    winnow_window: int = _option(4, 1, 256, "shingles in a winnowing window (w): any k+w-1 shared words meet")
    hot_places: int = _option(
        50, 2, 1_000_000, "places a key may stand in before it is narrowed, then starred"
    )
    min_words: int = _option(8, 1, 10_000, "least words of a match aligned as equal")
    min_score: float = _option(11.5, 1.0, 10_000.0, "least net score of a match that stands alone")
    min_linked_score: float = _option(
        8.0, 1.0, 10_000.0, "least net score of a match beside one of min-score"
    )
    link_words: int = _option(200, 0, 1_000_000, "words that it may stand from that one, in both documents")
    drop: float = _option(
        8.0, 1.0, 1_000.0, "how far an alignment may fall below its best before it ends (X-drop)"
    )
    join_words: int = _option(
        12, 0, 10_000, "words that two matches may lie apart, in both documents, to be joined"
    )
    window_days: float = _option(
        0.0, 0.0, 100_000.0, "most days between two articles that are compared; 0 compares all with all"
    )

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, low, high = getattr(self, field.name), field.metadata["low"], field.metadata["high"]
            kind = int if field.type is int else (int, float)
            if isinstance(value, bool) or not isinstance(value, kind):
                raise SettingsError(f"{field.name} must be a number, not {value!r}")
            if not low <= value <= high:
                raise SettingsError(f"{field.name} must lie between {low} and {high}, not {value!r}")
            if field.type is float:
                object.__setattr__(self, field.name, float(value))  # 12 and 12.0 are one setting
        if self.bands * self.rows > self.slots:
            raise SettingsError(
                f"bands x rows must not exceed slots: {self.bands} x {self.rows} is more than {self.slots}"
            )

    @property
    def window(self) -> int:
        """:attr:`window_days` in microseconds, -1 for no limit."""
        return round(self.window_days * 86_400_000_000) or -1

    def to_dict(self) -> dict[str, int | float]:
        """The settings as a mapping that JSON can hold."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The settings that :meth:`to_dict` gave; a name that is none of them is an error."""
        unknown = sorted(set(values) - {field.name for field in dataclasses.fields(cls)})
        if unknown:
            raise SettingsError(f"no such setting: {', '.join(unknown)}")
        return cls(**values)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that two settings share only when they are equal."""
        import xxhash  # noqa: PLC0415  (off the path of --help)

        canonical = json.dumps(self.to_dict(), sort_keys=True, separators=(",", ":"))
        return str(xxhash.xxh3_64_hexdigest(canonical.encode()))

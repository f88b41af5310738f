"""A small invented result, as a scan would give it."""

from datetime import UTC, datetime

import polars as pl

from syndetect.tables import SKIPPED, TABLES, Result

BRIDGE = (
    "The bridge over the Tamsin will close to lorries from Monday, the transport ministry of Morvia said,"
    " after inspectors found cracks in two of its pillars."
)
BRIDGE_EDITED = (
    "The bridge over the Tamsin will close to heavy lorries from Monday, Morvia's transport ministry said,"
    " after inspectors found cracks in two pillars."
)
QUOTE = "“We would rather have angry drivers than wet ones,” the minister, Ilse Brandvoll, told reporters."


def _table(name: str, rows: list[tuple[object, ...]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TABLES[name], orient="row")


def result(*, skipped: int = 0) -> Result:
    """The result; ``skipped`` says how many files could not be used."""
    june = datetime(2031, 6, 2, 9, 30, tzinfo=UTC)
    return Result(
        documents=_table(
            "documents",
            [
                (
                    "wire-17",
                    "Northwire",
                    june,
                    "Tamsin bridge to close",
                    "news://northwire/17",
                    6,
                    212,
                    40,
                    0.19,
                ),
                (
                    "morvia/a.txt",
                    "Morvia Post",
                    datetime(2031, 6, 3, tzinfo=UTC),
                    "Bridge shut",
                    None,
                    5,
                    180,
                    40,
                    0.22,
                ),
                ("kesh/b.txt", "Kesh Daily", None, None, None, 9, 305, 25, 0.08),
                ("kesh/c.txt", "Kesh Daily", None, "Rain", None, 3, 95, 0, 0.0),
            ],
        ),
        pairs=_table("pairs", [("wire-17", 0, 0, 154, "morvia/a.txt", 1, 20, 170, 0.71, 0.8, 0.85)]),
        matches=_table(
            "matches",
            [
                ("wire-17", 0, 154, "morvia/a.txt", 20, 171, 23, 0.92, 20.25),
                ("wire-17", 0, 154, "kesh/b.txt", 410, 564, 25, 1.0, 25.0),
                ("wire-17", 300, 397, "morvia/a.txt", 500, 597, 15, 1.0, 15.0),
            ],
        ),
        passages=_table(
            "passages",
            [
                (1, "wire-17", 0, 154, 25, 1.0, BRIDGE),
                (1, "morvia/a.txt", 20, 171, 23, 0.92, BRIDGE_EDITED),
                (1, "kesh/b.txt", 410, 564, 25, 1.0, BRIDGE),
                (2, "wire-17", 300, 397, 15, 1.0, QUOTE),
                (2, "morvia/a.txt", 500, 597, 15, 1.0, QUOTE),
            ],
        ),
        skipped=pl.DataFrame(
            [(f"kesh/{n}.txt", "not text: it holds NUL bytes") for n in range(skipped)],
            schema=SKIPPED,
            orient="row",
        ),
        manifest={
            "version": "0.1.0",
            "settings": {"min_words": 8, "min_score": 10.0},
            "counts": {"documents": 4, "passages": 2, "skipped": skipped, "bytes": 4_800_000},
            "timings": {"read": 0.25, "candidates": 0.5, "alignment": 0.25},
            "inputs": [{"path": "corpus", "xxh3": "00c0ffee00c0ffee"}],
        },
    )

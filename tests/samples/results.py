"""A small invented result, as a scan would give it."""

import dataclasses
from datetime import UTC, datetime

import polars as pl

from syndetect.results.result import Result
from syndetect.schema import SKIPPED, TABLES

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
    """A table of rows, whose last columns may be left out: they are null."""
    width = len(TABLES[name])
    return pl.DataFrame(
        [(*row, *[None] * (width - len(row))) for row in rows], schema=TABLES[name], orient="row"
    )


def result(*, skipped: int = 0) -> Result:
    """The result; ``skipped`` says how many files could not be used."""
    june, third = datetime(2031, 6, 2, 9, 30, tzinfo=UTC), datetime(2031, 6, 3, tzinfo=UTC)
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
                    third,
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
        pairs=_table("pairs", [("wire-17", 0, 0, 153, "morvia/a.txt", 1, 20, 170, 0.71, 0.8, 0.85)]),
        matches=_table(
            "matches",
            [
                ("wire-17", 0, 153, "morvia/a.txt", 20, 167, 23, 0.92, 20.25),
                ("wire-17", 0, 153, "kesh/b.txt", 410, 563, 25, 1.0, 25.0),
                ("wire-17", 300, 397, "morvia/a.txt", 500, 597, 15, 1.0, 15.0),
            ],
        ),
        passages=_table(
            "passages",
            [
                (1, "wire-17", 0, 153, 25, 1.0, BRIDGE, "Northwire", june, "copy"),
                (1, "morvia/a.txt", 20, 167, 23, 0.92, BRIDGE_EDITED, "Morvia Post", third, "copy"),
                (1, "kesh/b.txt", 410, 563, 25, 1.0, BRIDGE, "Kesh Daily", None, "copy"),
                (2, "wire-17", 300, 397, 15, 1.0, QUOTE, "Northwire", june, "first"),
                (2, "morvia/a.txt", 500, 597, 15, 1.0, QUOTE, "Morvia Post", third, "copy"),
            ],
        ),
        clusters=_table(
            "clusters",
            [
                (
                    1,
                    3,
                    3,
                    3,
                    "Northwire (inferred)",
                    june,
                    52_200,
                    "wire",
                    "Northwire",
                    "Northwire credited by 2",
                    0.0,
                    25,
                    "Northwire credited by 2",
                    0.98,
                ),
                (
                    2,
                    2,
                    2,
                    2,
                    "wire-17",
                    june,
                    52_200,
                    "quote",
                    None,
                    None,
                    0.8,
                    15,
                    "80 % of it in quotation marks",
                    0.97,
                ),
            ],
        ),
        credits=_table("credits", [("wire-17", "Northwire", "text", None, None, "source")]),
        edges=_table("edges", [("Northwire (inferred)", "kesh/b.txt", 1, 25, 0.08)]),
        links=_table("links", [("wire-17", "morvia/a.txt", 38, 0.2, 0.25)]),
        families=_table(
            "families", [(1, "wire-17", "wire-17"), (1, "kesh/b.txt", "wire-17", "contains", 0.9)]
        ),
        skipped=pl.DataFrame(
            [(f"kesh/{n}.txt", "not text: it holds NUL bytes", "unreadable") for n in range(skipped)],
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


def with_shares(*, skipped: int = 0) -> Result:
    """The result with what its articles are made of, and passages of every other kind, which more articles have."""
    one = result(skipped=skipped)
    shares = [
        ("Northwire", 1.0, 0.0, 0.0, "yes", None, "non"),
        ("Northwire", 36 / 180, 9 / 180, 90 / 180, "no", "wire-17", "partially"),
        ("Northwire", 61 / 305, 0.0, 244 / 305, "partly", None, "non"),
        (None, 0.0, 0.0, 1.0, None, None, "non"),
    ]
    names = (
        "agencies",
        "agency_share",
        "copied_share",
        "own_share",
        "credited",
        "derived_from",
        "derivation",
    )
    documents = one.documents.with_columns(
        pl.Series(name, values) for name, values in zip(names, zip(*shares, strict=True), strict=True)
    )
    others = ("boilerplate", "formula", "release", "unknown")
    uses, kinds = [one.passages], [one.clusters]
    for number, kind in enumerate(others, start=3):
        text = f"A passage of the kind {kind}."
        with_id = pl.lit(number).cast(pl.Int64).alias("passage_id")
        everywhere = documents.select("doc_id", "source", "published")
        uses.append(
            one.passages[:1]
            .drop("doc_id", "source", "published")
            .join(everywhere, how="cross")
            .with_columns(
                with_id,
                text=pl.lit(text),
                end=pl.lit(len(text)).cast(pl.Int64),
                words=pl.lit(6).cast(pl.Int64),
            )
            .select(one.passages.columns)
        )
        kinds.append(
            one.clusters[1:].with_columns(with_id, kind=pl.lit(kind), documents=pl.lit(4).cast(pl.Int64))
        )
    manifest = {**one.manifest, "counts": {**one.manifest["counts"], "passages": 2 + len(others)}}
    return dataclasses.replace(
        one, documents=documents, passages=pl.concat(uses), clusters=pl.concat(kinds), manifest=manifest
    )

"""The head of a page's data: what was scanned, and all sums that its first screen shows."""

from collections.abc import Mapping
from dataclasses import fields
from importlib.metadata import version
from pathlib import PurePath
from typing import Any

import numpy as np
import polars as pl
from xxhash import xxh3_128

from syndetect.report.carried import agency_copy
from syndetect.report.findings import Findings
from syndetect.report.page.composition import compositions, summed
from syndetect.report.page.kept import Kept
from syndetect.report.shared_words import noun, of_outlets, shared_words, uses
from syndetect.settings import Settings

#: Of the data block; ``block.schema.json`` describes it.
VERSION = 1
KINDS = ("wire", "copy", "release", "quote", "boilerplate", "formula", "unknown")
_MOST_INPUTS = 20
_MOST_IN_MATRIX = 150
_MOST_CARRIERS = 200  # outlets named for each agency


def head(findings: Findings, kept: Kept, outlets: list[str], *, anonymised: bool) -> dict[str, Any]:
    """The part ``head`` of the schema, but for what depends on the texts.

    Args:
        findings: all of the result.
        kept: what the page holds.
        outlets: their names, by number.
        anonymised: whether ``findings`` are.
    """
    manifest, documents = findings.manifest, findings.documents
    shares = compositions(findings)
    inputs = [str(one.get("path")) for one in manifest.get("inputs", []) if isinstance(one, Mapping)]
    return {
        "version": VERSION,
        "id": _identity(findings),
        "program": f"syndetect {manifest.get('version') or version('syndetect')}",
        "scanned": manifest.get("scanned"),
        "seconds": round(sum(manifest.get("timings", {}).values()), 1) or None,
        "inputs": [PurePath(path).name or path for path in inputs[:_MOST_INPUTS]],
        "input_files": sum(int(one.get("files") or 0) for one in manifest.get("inputs", [])),
        "settings": _settings(manifest),
        "anonymised": anonymised,
        "noun": noun(findings),
        "totals": {
            "documents": documents.height,
            "words": int(documents["words"].sum()),
            "reused_words": int(documents["reused_words"].sum()),
            "passages": findings.passages["passage_id"].n_unique(),
            "uses": findings.passages.height,
            "outlets": documents["source"].drop_nulls().n_unique(),
            "skipped": findings.skipped.height,
            "composition": summed(shares, documents["words"]),
        },
        "kept": {"documents": kept.documents.height, "passages": kept.passages.height, "note": kept.left_out},
        "kinds": _kinds(findings),
        "agencies": _agencies(findings),
        "outlets": _outlets(findings, shares, outlets),
        **_pairs(findings, outlets),
    }


def outlet_names(findings: Findings) -> list[str]:
    """Outlets, those first of whose words most are shared; where no source is known, articles with shared words."""
    found = of_outlets(uses(findings)).table.group_by("outlet").agg(pl.col("words").sum())
    sharing = found.sort("words", "outlet", descending=[True, False])["outlet"].to_list()
    if noun(findings) == "article":
        return sharing
    others = findings.documents["source"].drop_nulls().unique().sort().to_list()
    return [*sharing, *(name for name in others if name not in set(sharing))]


def _identity(findings: Findings) -> str:
    """A digest of what was found, the same for every page of one result."""
    digest = xxh3_128()
    for name, value in sorted(findings.manifest.get("counts", {}).items()):
        digest.update(f"{name}\0{value}\0".encode())
    places = findings.passages.select("passage_id", "begin", "end").to_numpy()
    digest.update(np.ascontiguousarray(places, np.int64).tobytes())
    return digest.hexdigest()


#: What the options of the explanations mean that choose passages.
_SHOWN = {
    "kinds": "only passages of these kinds",
    "least_confidence": "only passages of a kind that is told as surely",
    "min_sources": "only passages that at least so many outlets have",
}


def _settings(manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """The settings of a scan and of its explanations, those that are not the default first."""
    default = Settings().to_dict()
    given = manifest.get("settings", {})
    changed = [name for name, value in given.items() if value != default.get(name)]
    rows = {name: given[name] for name in (*changed, *(name for name in given if name not in changed))}
    shown = {
        name: value for name, value in manifest.get("syndication", {}).items() if value not in (None, [], 0.0)
    }
    rows |= {name: value for name, value in shown.items() if name != "agencies"}
    meanings = _SHOWN | {field.name: field.metadata["meaning"] for field in fields(Settings)}
    return [
        {"name": f"{name}: {meanings[name]}" if name in meanings else name, "value": _in_words(value)}
        for name, value in rows.items()
    ]


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _kinds(findings: Findings) -> list[dict[str, Any]]:
    found = (
        uses(findings)
        .group_by("kind")
        .agg(passages=pl.col("passage_id").n_unique(), uses=pl.len(), words=pl.col("words").sum())
    )
    known = {row["kind"]: row for row in found.iter_rows(named=True)}
    names = [*KINDS, *sorted(set(known) - set(KINDS))]
    none = {"passages": 0, "uses": 0, "words": 0}
    return [{"name": name} | {key: known.get(name, none)[key] for key in none} for name in names]


def _agencies(findings: Findings) -> list[dict[str, Any]]:
    """Agencies with what others carry of them; those of passages that no article's share counts come last."""
    wire = uses(findings, ["wire"]).with_columns(pl.col("agency").fill_null(""))
    counted = wire.group_by("agency").agg(
        passages=pl.col("passage_id").n_unique(), documents=pl.col("doc_id").n_unique()
    )
    counts = {row["agency"]: row for row in counted.iter_rows(named=True)}
    rows = []
    for one in agency_copy(findings):
        count = counts.pop(one.agency or "", {"passages": 0, "documents": 0})
        carried = [{"name": name, "words": words} for name, words in one.outlets[:_MOST_CARRIERS]]
        rows.append(
            {"name": one.agency or "", "passages": count["passages"], "documents": count["documents"],
             "words": one.words, "own": one.own, "carried": carried}
        )  # fmt: skip
    others = sorted(counts.values(), key=lambda row: (-row["passages"], row["agency"]))
    return rows + [
        {"name": row["agency"], "passages": row["passages"], "documents": row["documents"], "words": 0, "own": 0,
         "carried": []}
        for row in others
    ]  # fmt: skip


def _outlets(findings: Findings, shares: pl.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    documents = findings.documents
    outlet = documents["source" if noun(findings) == "outlet" else "doc_id"]
    weighed = shares.with_columns(pl.all() * documents["words"]).with_columns(
        outlet=outlet, all_words=documents["words"]
    )
    sums = weighed.group_by("outlet").agg(pl.all().sum(), documents=pl.len())
    rows = {row["outlet"]: row for row in sums.iter_rows(named=True)}
    found = []
    for name in names:
        row = rows[name]
        total = max(row["all_words"], 1)
        parts = {part: row[part] / total for part in shares.columns}
        found.append(
            {"name": name, "documents": row["documents"], "words": row["all_words"], "composition": parts}
        )
    return found


def _pairs(findings: Findings, outlets: list[str]) -> dict[str, Any]:
    """The pairs of outlets, and the order of the matrix."""
    shared = shared_words(findings, top=_MOST_IN_MATRIX)
    numbers = {name: number for number, name in enumerate(outlets)}
    order = [numbers[name] for name in shared.names]
    pairs = []
    for row, column in np.argwhere(np.triu(shared.words, 1)).tolist():
        first, second = (row, column) if order[row] < order[column] else (column, row)
        pairs.append(
            {"a": order[first], "b": order[second], "words": int(shared.words[first, second]),
             "a_first": int(shared.earlier[first, second]), "b_first": int(shared.earlier[second, first])}
        )  # fmt: skip
    return {"pairs": pairs, "order": order, "unlisted": shared.others}

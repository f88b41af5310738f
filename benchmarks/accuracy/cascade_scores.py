"""Scores of a scan's clusters against the reuse that was planted in a world.

A cluster belongs to a plant when at least 60 % of the characters of its uses lie in uses of that plant. A planted text
that was reworded, cut or re-split comes back as several clusters; each is judged by itself and counts by its characters
as a share of those of all clusters of the plant, so that every plant that was found counts 1.

The right first of a cluster is decided on the articles that it should have: those that it has and those in which all
of its pieces stand. It is the agency's own article, where that is in the corpus; else, of a credited wire
story, the virtual source, such as "AFP (inferred)"; else what the given times tell (``corpus.outlets``), which may
be nothing. In a fragment that fewer than two outlets with a credit run, both the virtual source and what the times tell
are right, and so is the agency or none.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import polars as pl

from benchmarks.corpus.outlets import first_by_time, surely_later
from benchmarks.corpus.world_model import Plant, Use, World
from syndetect.intervals import Span, overlap

LEAST_OVERLAP = 0.6
#: The plants without a form of their own; the others are hard in one way each.
ORDINARY = (
    "boilerplate", "copy", "quote", "release", "wire, agency's text", "wire, inferred", "wire, uncredited"
)  # fmt: skip


class ClusterScore(NamedTuple):
    """Which properties of a cluster agree with its plant.

    Attributes:
        plant: its number in the world.
        passage: the cluster's number.
        weight: the cluster's share of the characters of all clusters of the plant.
        kind, agency: whether the result has the right ones.
        firsts: the right answers for the first document; None stands for "unknown".
        first: the first document as the result has it.
        roles: the share of the uses whose role is right.
    """

    plant: int
    passage: int
    weight: float
    kind: bool
    agency: bool
    firsts: frozenset[str | None]
    first: str | None
    roles: float

    @property
    def is_told(self) -> bool:
        """Whether the truth names a first document."""
        return self.firsts != {None}

    @property
    def is_right_first(self) -> bool:
        """Whether the result's first document, or its "unknown", is right."""
        return self.first in self.firsts

    @property
    def is_all_right(self) -> bool:
        """Whether kind, agency and first are right."""
        return self.kind and self.agency and self.is_right_first


class _Cluster(NamedTuple):
    """A cluster of a plant: its row, its uses (rows), their characters in the plant, and articles and pieces it has.

    ``pieces`` are of any plant, each with that plant's number.
    """

    row: Mapping[str, Any]
    uses: Sequence[Mapping[str, Any]]
    characters: int
    documents: set[str]
    pieces: set[tuple[int, int]]


def score_clusters(world: World, clusters: pl.DataFrame, passages: pl.DataFrame) -> list[ClusterScore]:
    """Score every cluster that belongs to a plant.

    Args:
        world: what was scanned.
        clusters, passages: the result's tables of these names.
    """
    found: dict[int, list[_Cluster]] = defaultdict(list)
    uses: dict[int, list[Mapping[str, Any]]] = defaultdict(list)
    for row in passages.select("passage_id", "doc_id", "begin", "end", "role").iter_rows(named=True):
        uses[row["passage_id"]].append(row)
    standing = _standing(world.plants)
    for row in clusters.iter_rows(named=True):
        plant, cluster = _plant_of(row, uses[row["passage_id"]], standing)
        if plant is not None:
            found[plant].append(cluster)
    return [
        _judge(world, number, cluster, _expected(cluster, standing), cluster.characters / _characters(parts))
        for number, parts in sorted(found.items())
        for cluster in parts
    ]


def _standing(plants: Iterable[Plant]) -> Mapping[str, list[tuple[int, Use]]]:
    """The uses of all plants, with the plants' numbers, by article."""
    standing = defaultdict(list)
    for number, plant in enumerate(plants):
        for use in plant.uses:
            standing[use.document].append((number, use))
    return standing


def _plant_of(
    row: Mapping[str, Any], uses: Sequence[Mapping[str, Any]], standing: Mapping[str, list[tuple[int, Use]]]
) -> tuple[int | None, _Cluster]:
    """The plant that a cluster belongs to, or None, and what the cluster has of it."""
    common: Counter[int] = Counter()
    documents, pieces = defaultdict(set), set()
    for one in uses:
        span = Span(one["begin"], one["end"])
        for number, use in standing.get(one["doc_id"], ()):
            if shared := overlap(span, use.span):
                common[number] += shared
                documents[number].add(one["doc_id"])
                if 2 * shared >= use.span.end - use.span.begin:
                    pieces.add((number, use.piece))
    plant, characters = next(iter(common.most_common(1)), (None, 0))
    if characters < LEAST_OVERLAP * sum(one["end"] - one["begin"] for one in uses):
        plant = None
    return plant, _Cluster(row, uses, characters, documents[plant] if plant is not None else set(), pieces)


def _characters(clusters: Iterable[_Cluster]) -> int:
    return sum(one.characters for one in clusters)


def _judge(world: World, number: int, cluster: _Cluster, documents: set[str], weight: float) -> ClusterScore:
    plant = world.plants[number]
    firsts, agencies = _right_firsts(world, plant, documents), {plant.agency}
    if plant.agency and len(firsts) > 1:
        agencies.add(None)
    agency = cluster.row["agency"]
    return ClusterScore(
        number,
        cluster.row["passage_id"],
        weight,
        cluster.row["kind"] == plant.kind,
        _fold(agency) in {_fold(one) for one in agencies},
        firsts,
        _known(cluster.row["first_doc"], plant),
        _right_roles(world, firsts, cluster, documents),
    )


def _expected(cluster: _Cluster, standing: Mapping[str, list[tuple[int, Use]]]) -> set[str]:
    """The articles of a cluster, and those in which all of its pieces stand."""
    if not cluster.pieces:
        return cluster.documents
    held = {name: {(number, use.piece) for number, use in uses} for name, uses in standing.items()}
    return cluster.documents | {name for name, pieces in held.items() if cluster.pieces <= pieces}


def _right_firsts(world: World, plant: Plant, documents: set[str]) -> frozenset[str | None]:
    """The right answers for the first of these articles."""
    if plant.origin is not None and plant.origin in documents:
        return frozenset([plant.origin])
    if plant.kind != "wire":
        return frozenset([first_by_time({one: world.articles[one].stamp for one in documents})])
    if plant.agency is None:
        return frozenset([None])  # no outlet is the source of an agency's text
    owners = {world.articles[one].owner for one in plant.credited & documents}
    virtual = f"{plant.agency} (inferred)"
    return frozenset([virtual]) if len(owners) > 1 else frozenset([virtual, None])


def _right_roles(
    world: World, firsts: frozenset[str | None], cluster: _Cluster, documents: set[str]
) -> float:
    """The share of a cluster's uses with the right role.

    Where the first is known, all others are copies, all of them where it is a virtual one. Where it is not, whoever is
    surely later than another may pass for a copy; nobody is the first.
    """
    stamps = {one: world.articles[one].stamp for one in documents}
    right = 0
    for use in cluster.uses:
        one = use["doc_id"]
        allowed = set()
        for first in firsts:
            if first is None:
                is_later = one in stamps and surely_later(stamps[one], stamps.values())
                allowed |= {"unknown", "copy"} if is_later else {"unknown"}
            else:
                allowed.add("first" if one == first else "copy")
        right += use["role"] in allowed
    return right / len(cluster.uses)


def _known(first: str | None, plant: Plant) -> str | None:
    """A result's first document; the plant's virtual source is spelt as in the truth."""
    virtual = f"{plant.agency} (inferred)"
    return virtual if _fold(first) == _fold(virtual) else first


def _fold(name: str | None) -> str | None:
    return name.casefold() if name else None


@dataclass
class Counts:
    """Weighted counts for one kind of plants; the clusters of a plant that was found weigh 1 together.

    Attributes:
        planted, found: plants.
        kind, agency, roles: plants of ``found`` where that property is right.
        told: plants whose truth names a first document; ``first``: where the result is right.
        untold: plants whose truth names none; ``unknown``: where the result says so.
        guesses: plants where the result names a first document and is wrong.
    """

    planted: float = 0
    found: float = 0
    kind: float = 0
    agency: float = 0
    roles: float = 0
    told: float = 0
    first: float = 0
    untold: float = 0
    unknown: float = 0
    guesses: float = 0

    def add(self, other: "Counts") -> None:
        """Add other counts to these."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


def counts_by_kind(world: World, judged: Iterable[ClusterScore]) -> dict[str, Counts]:
    """The counts of a world by kind and form of plant; wire stories with and without a credit are separate kinds."""
    counts: dict[str, Counts] = defaultdict(Counts)
    names = [_class(plant) for plant in world.plants]
    for name in names:
        counts[name].planted += 1
    for one in judged:
        weight = one.weight
        counts[names[one.plant]].add(
            Counts(
                found=weight,
                kind=weight * one.kind,
                agency=weight * one.agency,
                roles=weight * one.roles,
                told=weight * one.is_told,
                first=weight * (one.is_told and one.is_right_first),
                untold=weight * (not one.is_told),
                unknown=weight * (not one.is_told and one.is_right_first),
                guesses=weight * (one.first is not None and not one.is_right_first),
            )
        )
    return counts


def _class(plant: Plant) -> str:
    if plant.form:
        return f"{plant.kind}, {plant.form}"
    if plant.kind != "wire":
        return plant.kind
    return (
        "wire, uncredited"
        if plant.agency is None
        else "wire, agency's text"
        if plant.origin
        else "wire, inferred"
    )

"""A scan in Spark: the stages of a scan on one machine, each a data frame that is kept, and the same tables."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from syndetect.errors import InputError, SettingsError
from syndetect.matching import tokens
from syndetect.reading.options import ReadingOptions
from syndetect.settings import Settings
from syndetect.spark import (
    alignment,
    collisions,
    comparison,
    derivation,
    documents,
    explanation,
    families,
    fingerprints,
    links,
    nearby,
    outlets,
    paragraphs,
    passages,
    tables,
    uses,
)
from syndetect.spark import (
    articles as reading_stage,
)
from syndetect.spark.rows import as_records
from syndetect.spark.stages import Stages
from syndetect.syndication.options import SyndicationOptions
from syndetect.syndication.owners import Owners

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

#: Settings of a session while a scan runs: batches of Arrow that a Python worker can hold many times, times as Parquet
#: has them everywhere.
_SESSION = {
    "spark.sql.execution.arrow.maxRecordsPerBatch": "4096",
    "spark.sql.execution.arrow.maxBytesPerBatch": str(1 << 24),
    "spark.sql.execution.arrow.useLargeVarTypes": "false",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.ansi.enabled": "true",
}
_STAGES = "stages"
_PARTITIONS = "spark.sql.shuffle.partitions"
#: Bytes of text of which a partition of a shuffle has what is moved, 32 to 128 MB.
_OF_PARTITION = 1 << 23
_MOST_PARTITIONS = 1 << 15


def scan(  # noqa: PLR0913  (a public signature)
    articles: Any,
    output: str | os.PathLike[str],
    settings: Settings | None = None,
    *,
    spark: "SparkSession | None" = None,
    columns: Mapping[str, str] | None = None,
    reading: ReadingOptions | None = None,
    agencies: str | os.PathLike[str] | None = None,
    owners: Owners | None = None,
    across_sources: bool | None = None,
    on_stage: Callable[[str, float], None] = lambda _name, _seconds: None,
) -> dict[str, Any]:
    """Find every passage that two or more articles share, on a cluster: the tables of :func:`syndetect.scan`.

    A row is what a scan of the same articles, in the order of their ids, has in a table. Every stage is kept as Parquet
    under ``output/stages``; where the same call is made again, with the same articles, settings and version, it goes on
    behind the last stage that is whole.

    Args:
        articles: a data frame of Spark with ``id`` and ``text`` and, where known, ``source``, ``published``, ``title``,
            ``url`` and ``author``; or paths that Spark reads, of Parquet or of JSON Lines (all of one form). No two
            articles have one id.
        output: a folder on a file system that Spark writes. Tables are folders of Parquet in it, beside a manifest.
        settings: what decides the result.
        spark: the session; by default the one that is active, or a new one.
        columns, reading, agencies, owners, across_sources: as of :func:`syndetect.scan`.
        on_stage: told of every stage that is done, and its seconds.

    Returns:
        The manifest.

    Raises:
        InputError: an article has no id, or two have one; or a path is not there, or neither of Parquet nor of JSON
            Lines.
        SettingsError: settings are none.
    """
    settings = settings or Settings()
    if not isinstance(settings, Settings):
        raise SettingsError(f"settings must be Settings, not {type(settings).__name__}")
    options = SyndicationOptions.of(agencies, owners, across_sources=across_sources)
    session = spark or _session()
    began = datetime.now(UTC).isoformat(timespec="seconds")
    with _configured(session), _told():
        given = _frame(session, articles)
        identity = _identity(settings, options, ReadingOptions.of(reading, columns), given)
        with Stages(session, f"{os.fspath(output)}/{_STAGES}", identity, on_stage) as stages:
            return _Scan(stages, settings, options).run(
                given, ReadingOptions.of(reading, columns), os.fspath(output), identity | {"scanned": began}
            )


class _Scan:
    """The stages of a scan."""

    def __init__(self, stages: Stages, settings: Settings, options: SyndicationOptions) -> None:
        self.stages, self.settings, self.options = stages, settings, options

    def run(
        self, given: "DataFrame", reading: ReadingOptions, output: str, identity: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Run all stages, write the tables, and return the manifest."""
        stages = self.stages
        read = reading_stage.read(given, reading, self.options.agencies, stages)
        counts = self._counts(read)
        _spread(stages.spark, counts["bytes"])
        found = reading_stage.placed(read, stages)
        seeds_of = nearby.seeds if self.settings.window >= 0 else fingerprints.seeds
        told, candidates, seeds, rare = stages.at_once(
            lambda: collisions.with_odd(found, read, counts, stages),
            lambda: paragraphs.candidates(found, self.settings, counts, stages),
            lambda: seeds_of(found, self.settings, counts, stages),
            lambda: links.rare_pairs(found, self.settings, counts, self._is_across, stages),
        )
        compared = comparison.compared(told, candidates, self.settings, counts, stages)
        matches, pairs, lost = self._matches(told, compared, seeds, counts)
        owner = outlets.owners_of(pairs, outlets.outlets_of(read, stages), self.options.owners, stages)
        counts["all_matches"] = matches.count()
        (explained, texts), (linked, derived), members = stages.at_once(
            lambda: self._explained(found, read, matches, pairs, owner, counts["all_matches"]),
            lambda: self._linked(found, rare, pairs, lost, counts, owner),
            lambda: families.families(pairs, found, stages),
        )
        counts["all_uses"] = explained.count()
        described = documents.described(
            found, matches, explained, derived, counts, owner, self.options, stages
        )
        return self._written(
            self._tables(found, described, compared, matches, explained, texts, linked, members),
            output,
            identity,
            counts,
        )

    @property
    def _is_across(self) -> bool:
        """Whether only articles of different outlets are linked."""
        return self.options.shown.across_sources is not False

    def _tables(
        self, found: "DataFrame", described: "DataFrame", compared: "DataFrame", matches: "DataFrame",
        explained: "DataFrame", texts: "DataFrame", linked: "DataFrame", members: "DataFrame",
    ) -> "dict[str, DataFrame]":  # fmt: skip
        """The frames of all tables."""
        shown = self.options.shown.across_sources
        of_passages = tables.OfPassages(explained, texts, self.options.agencies.table.names, self.stages)
        return {
            "documents": tables.documents_table(described),
            "pairs": tables.pairs_table(compared, found, shown),
            "matches": tables.matches_table(matches, shown),
            "passages": of_passages.passages(),
            "clusters": of_passages.clusters(),
            "credits": tables.credits_table(found, self.options.agencies),
            "edges": of_passages.edges(),
            "links": tables.links_table(linked, found),
            "families": tables.families_table(members, found),
        }

    def _matches(
        self, found: "DataFrame", compared: "DataFrame", seeds: "DataFrame", counts: dict[str, int]
    ) -> tuple["DataFrame", "DataFrame", "DataFrame"]:
        """The matches; a row for each pair of articles that has any; and pairs that lost theirs."""
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        of_paragraphs = compared.filter(F.col("seed") != comparison.NO_SEED)
        both = seeds.union(as_records(of_paragraphs, fingerprints.SEED))
        matches, lost = alignment.matches(found, both, self.settings, counts, self.stages)
        return matches, matches.filter("is_first").withColumn("equal", F.col("pair_equal")), lost

    def _linked(
        self, found: "DataFrame", rare: "DataFrame", pairs: "DataFrame", lost: "DataFrame", counts: dict[str, int],
        owner: Any,
    ) -> tuple["DataFrame", "DataFrame"]:  # fmt: skip
        """The links of articles, and what articles derive from."""
        linked = links.linked(rare, pairs, self._is_across, self.stages)
        linked = linked.join(lost, ["a", "b"], "left_anti")
        sketches = links.sketched(linked, found, counts["documents"], self.stages)
        weighed = links.weighed(linked, sketches, counts, self.stages)
        return weighed, derivation.derived(weighed, sketches, found, counts, owner, self.stages)

    def _explained(
        self,
        found: "DataFrame",
        read: "DataFrame",
        matches: "DataFrame",
        pairs: "DataFrame",
        owner: Any,
        count: int,
    ) -> tuple["DataFrame", "DataFrame"]:
        """The uses of passages, with what they are; and their texts."""
        grouped = passages.grouped(matches, count, self.stages)
        described = uses.described(found, read.select("doc_id", "text"), grouped, count, self.stages)
        named = outlets.outlets_of(read, self.stages)
        explained = explanation.explained(described, pairs, named, owner, self.options, self.stages)
        return explained, described.select("passage", "place", "text")

    def _counts(self, found: "DataFrame") -> dict[str, int]:
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        def count() -> dict[str, Any]:
            sums = {"bytes": "bytes", "paragraphs": "paragraph_count", "words": "words", "skipped": "skipped"}
            row = found.agg(
                F.count("*").alias("documents"), *(F.sum(one).alias(name) for name, one in sums.items())
            )
            return {name: value or 0 for name, value in row.collect()[0].asDict().items()}

        return self.stages.facts("counts", count)

    def _written(
        self,
        frames: Mapping[str, "DataFrame"],
        output: str,
        identity: Mapping[str, Any],
        counts: dict[str, int],
    ) -> dict[str, Any]:
        def write(name: str, frame: "DataFrame") -> int:
            return self.stages.beside(f"table-{name}", f"{output}/{name}.parquet", frame).count()

        if not all(self.stages.is_done(f"table-{name}") for name in frames):
            self.stages.write_text(f"{output}/manifest.json", "")  # of tables that are about to be replaced
        written = self.stages.at_once(*(partial(write, name, frame) for name, frame in frames.items()))
        counts |= dict(zip(frames, written, strict=True))
        manifest = {
            **identity,
            "settings_fingerprint": self.settings.fingerprint,
            "counts": {name: counts[name] for name in (
                "bytes", "documents", "paragraphs", "words", "pairs", "matches", "skipped",
            )} | {"passages": counts["clusters"]},
            "program": "syndetect",
            "files": {f"{name}.parquet": counts[name] for name in frames},
            "columns_taken": {},
            "engine": f"Spark {self.stages.spark.version}",
            "timings": {name: round(seconds, 3) for name, seconds in self.stages.seconds.items()},
        }  # fmt: skip
        self.stages.write_text(f"{output}/manifest.json", json.dumps(manifest))
        return manifest


def _identity(
    settings: Settings, options: SyndicationOptions, reading: ReadingOptions, given: "DataFrame"
) -> dict[str, Any]:
    """What was asked: the stages of two calls of one identity are equal. The articles count by a sum of hashes.

    Maps cannot be hashed by Spark, and hold nothing that is read.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    hashed = F.xxhash64(
        *(
            part
            for name, kind in sorted(given.dtypes)
            if "map<" not in kind and "variant" not in kind
            for column in [F.col(f"`{name.replace('`', '``')}`")]
            for part in (F.lit(name), column.isNull(), column)
        )
    ).cast("decimal(38,0)")
    row = given.select(F.count("*").alias("rows"), F.sum(hashed).cast("string").alias("sum")).collect()[0]
    return {
        "version": version("syndetect"),
        "words": tokens.NEWEST,
        "settings": settings.to_dict(),
        "syndication": options.to_dict(),
        "inputs": [{"rows": row["rows"], "sum": row["sum"]}],
        "reading": reading.to_dict(),
        "strict": False,
    }


def _session() -> "SparkSession":
    from pyspark.sql import SparkSession  # noqa: PLC0415

    return SparkSession.builder.appName("syndetect").getOrCreate()


@contextmanager
def _configured(session: "SparkSession") -> Iterator[None]:
    """The settings of a scan, which a session has only while it runs."""
    before = {name: session.conf.get(name, None) for name in (*_SESSION, _PARTITIONS)}
    try:
        for name, value in _SESSION.items():
            session.conf.set(name, value)
        yield
    finally:
        for name, old in before.items():
            if old is None:
                session.conf.unset(name)
            else:
                session.conf.set(name, old)


def _spread(session: "SparkSession", size: int) -> None:
    """Have shuffles of so many partitions that none grows with the corpus, where they are not chosen by Spark itself.

    Args:
        session: its own number is the least; Spark joins small partitions.
        size: bytes of text.
    """
    known = session.conf.get(_PARTITIONS) or ""
    if known.isdecimal():
        wanted = min(size // _OF_PARTITION, _MOST_PARTITIONS)
        session.conf.set(_PARTITIONS, str(max(int(known), wanted)))


@contextmanager
def _told() -> Iterator[None]:
    """What a task says of its articles, as the error that it raised there; and what is not there."""
    from pyspark.errors import PySparkException  # noqa: PLC0415

    try:
        yield
    except PySparkException as error:
        if error.getCondition() == "PATH_NOT_FOUND":
            raise InputError(
                f"there is no {(error.getMessageParameters() or {}).get('path', 'such path')}"
            ) from error
        marker = "syndetect.errors.InputError: "
        message = str(error)
        if marker in message:
            raise InputError(message.split(marker, 1)[1].splitlines()[0]) from error
        raise


def _frame(session: "SparkSession", articles: Any) -> "DataFrame":
    """The articles as a data frame; lines of JSON as text, which tasks read as a scan reads them."""
    if hasattr(articles, "mapInArrow"):
        frame: DataFrame = articles
        return frame
    given = [articles] if isinstance(articles, (str, os.PathLike)) else list(articles)
    paths = [os.fspath(path) for path in given]
    forms = {_form(path) for path in paths}
    if len(forms) != 1:
        raise InputError("give paths of one form: Parquet, or JSON Lines")
    if forms == {"parquet"}:
        return session.read.parquet(*paths)
    return session.read.text(paths, lineSep="\n")


def _form(path: str) -> str:
    name = path.rstrip("/").lower()
    for end in (".gz", ".bz2", ".zst", ".zstd"):
        name = name.removesuffix(end)
    if name.endswith((".jsonl", ".ndjson", ".json")):
        return "lines"
    if name.endswith(".parquet") or "." not in name.rsplit("/", 1)[-1]:
        return "parquet"
    raise InputError(f"{path} is neither Parquet nor JSON Lines, by its name")

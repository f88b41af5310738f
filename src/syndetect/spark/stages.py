"""Stages that are kept as Parquet under the output, so that a call that is made again goes on where the last one ended.

A stage counts when its marker says so, a row that is written after it: what a killed driver left half written has none.
"""

import json
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

from xxhash import xxh3_64_hexdigest

from syndetect.spark.rows import Columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_FORM = 2  # of what stages hold: those of another one are made anew
_AT_ONCE = 4  # stages that are made beside one another
_MARKER = Columns(stage="string", identity="string", seconds="double", facts="string")


class Stages:
    """The stages of a scan: a context, at whose end all markers are written.

    Args:
        spark: the session.
        folder: where they are kept, on a file system that Spark writes.
        identity: of what was asked; stages of another one are written anew.
        on_stage: told of every stage that is done, and its seconds.
    """

    def __init__(
        self,
        spark: "SparkSession",
        folder: str,
        identity: dict[str, Any],
        on_stage: Callable[[str, float], None] = lambda _name, _seconds: None,
    ) -> None:
        self.spark, self._folder, self._on_stage = spark, folder, on_stage
        self._identity = xxh3_64_hexdigest(json.dumps([_FORM, identity], sort_keys=True).encode())
        self.seconds: dict[str, float] = {}
        self._known: dict[str, dict[str, Any]] = {}
        self._others: set[str] = set()  # stages of other scans
        self._markers = ThreadPoolExecutor(1)  # a marker is written while the next stage is made
        self._waiting: list[Future[None]] = []
        self._beginning = Lock()
        self._read_markers()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._markers.shutdown()
        for written in self._waiting:
            if kind is None:
                written.result()

    def at_once(self, *works: Callable[[], Any]) -> list[Any]:
        """Do several things at once, so that cores are busy while Spark plans; what they return.

        The first error is raised when those that have begun have ended; others are not begun then.
        """
        beside = ThreadPoolExecutor(_AT_ONCE)
        found = [beside.submit(work) for work in works]
        try:
            return [one.result() for one in found]
        finally:
            beside.shutdown(cancel_futures=True)

    def table(self, name: str, make: Callable[[], "DataFrame"]) -> "DataFrame":
        """A stage: read if it is there, else made, written and read."""
        # Numbers and packed arrays hardly repeat: looking for repetitions makes files larger, and takes time.
        return self._kept(name, self._place(name), make, {"parquet.enable.dictionary": "false"})

    def beside(self, name: str, place: str, frame: "DataFrame") -> "DataFrame":
        """A table at a place of its own: read if it is there, else written and read."""
        return self._kept(name, place, lambda: frame, {})

    def _kept(
        self, name: str, place: str, make: Callable[[], "DataFrame"], options: dict[str, str]
    ) -> "DataFrame":
        if self._done(name) is not None:
            return self.spark.read.parquet(place)
        self._begin()
        start = perf_counter()
        frame = make()
        frame.write.mode("overwrite").options(**options).parquet(place)
        self._mark(name, perf_counter() - start, {})
        return self.spark.read.schema(frame.schema).parquet(place)

    def is_done(self, name: str) -> bool:
        """Whether a stage is there."""
        return self._done(name) is not None

    def write_text(self, place: str, text: str) -> None:
        """Write one line of text, as a folder with one file."""
        self.spark.createDataFrame([(text,)], "value string").coalesce(1).write.mode("overwrite").text(place)

    def facts(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A few figures that the driver holds: read if they are there, else made and written; nobody is told."""
        if (known := self._done(name)) is None:
            self._begin()
            start = perf_counter()
            known = make()
            self._mark(name, perf_counter() - start, known, is_told=False)
        return known

    def _place(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _mark(self, name: str, seconds: float, facts: dict[str, Any], *, is_told: bool = True) -> None:
        self._waiting.append(self._markers.submit(self._write_marker, name, self._identity, seconds, facts))
        self.seconds[name], self._known[name] = seconds, facts
        if is_told:
            self._on_stage(name, seconds)

    def _done(self, name: str) -> dict[str, Any] | None:
        """The facts of a stage that is there; None where it is not, or of another scan."""
        return self._known.get(name)

    def _read_markers(self) -> None:
        """Find the stages that are there."""
        from pyspark.errors import PySparkException  # noqa: PLC0415  (an extra)

        # of a single path that is not there, Spark logs a trace
        paths = [f"{self._folder}/{form}" for form in ("*.done", "*.don[e]")]
        try:
            rows = self.spark.read.schema(_MARKER.ddl).parquet(*paths).distinct().collect()
        except PySparkException as error:
            if error.getCondition() != "PATH_NOT_FOUND":
                raise
            return
        for row in rows:
            if row["identity"] == self._identity:
                self._known[row["stage"]], self.seconds[row["stage"]] = (
                    json.loads(row["facts"]),
                    row["seconds"],
                )
            elif row["identity"]:
                self._others.add(row["stage"])

    def _begin(self) -> None:
        """Take their markers from all stages of another scan, before one is replaced.

        Those of which nothing is left may not go on with those that are: some depend on secrets of their scan.
        """
        with self._beginning:
            others, self._others = self._others, set()
            self.at_once(*(partial(self._write_marker, one, "", 0.0, {}) for one in sorted(others)))

    def _write_marker(self, name: str, identity: str, seconds: float, facts: dict[str, Any]) -> None:
        from pyspark.sql import functions as F  # noqa: N812, PLC0415

        row = {"stage": name, "identity": identity, "seconds": seconds, "facts": json.dumps(facts)}
        marker = self.spark.range(1, numPartitions=1).select(
            *(F.lit(row[name]).alias(name) for name in _MARKER.kinds)
        )
        marker.write.mode("overwrite").parquet(f"{self._place(name)}.done")

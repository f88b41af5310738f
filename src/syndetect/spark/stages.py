"""Stages that are kept as Parquet under the output, so that a call that is made again goes on where the last one ended.

A stage counts when its marker says so, a row that is written after it: what a killed driver left half written has none.
"""

import json
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, Any

from xxhash import xxh3_64_hexdigest

from syndetect.spark.rows import Columns

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_MARKER = Columns(stage="string", identity="string", seconds="double", facts="string")


class Stages:
    """The stages of a scan.

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
        self._identity = xxh3_64_hexdigest(json.dumps(identity, sort_keys=True).encode())
        self.seconds: dict[str, float] = {}
        self._known: dict[str, dict[str, Any]] = {}
        self._others: set[str] = set()  # stages of other scans
        self._read_markers()

    def table(self, name: str, make: Callable[[], "DataFrame"]) -> "DataFrame":
        """A stage: read if it is there, else made, written and read."""
        if self._done(name) is None:
            self._write(name, make)
        return self.spark.read.parquet(self._place(name))

    def beside(self, name: str, place: str, frame: "DataFrame") -> "DataFrame":
        """A table at a place of its own: read if it is there, else written and read."""
        if self._done(name) is None:
            self._begin(name)
            start = perf_counter()
            frame.write.mode("overwrite").parquet(place)
            self._mark(name, perf_counter() - start, {})
        return self.spark.read.parquet(place)

    def write_text(self, place: str, text: str) -> None:
        """Write one line of text, as a folder with one file."""
        self.spark.createDataFrame([(text,)], "value string").coalesce(1).write.mode("overwrite").text(place)

    def facts(self, name: str, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """A few figures that the driver holds: read if they are there, else made and written."""
        if (known := self._done(name)) is None:
            start = perf_counter()
            known = make()
            self._mark(name, perf_counter() - start, known)
        return known

    def _place(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _write(self, name: str, make: Callable[[], "DataFrame"]) -> None:
        self._begin(name)
        start = perf_counter()
        make().write.mode("overwrite").parquet(self._place(name))
        self._mark(name, perf_counter() - start, {})

    def _mark(self, name: str, seconds: float, facts: dict[str, Any]) -> None:
        self._write_marker(name, self._identity, seconds, facts)
        self.seconds[name], self._known[name] = seconds, facts
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
        except PySparkException:
            return
        for row in rows:
            if row["identity"] == self._identity:
                self._known[row["stage"]], self.seconds[row["stage"]] = (
                    json.loads(row["facts"]),
                    row["seconds"],
                )
            else:
                self._others.add(row["stage"])

    def _begin(self, name: str) -> None:
        """Take the marker of another scan from a stage that is to be replaced: it may remain half written."""
        if name in self._others:
            self._write_marker(name, "", 0.0, {})
            self._others.discard(name)

    def _write_marker(self, name: str, identity: str, seconds: float, facts: dict[str, Any]) -> None:
        marker = self.spark.createDataFrame([(name, identity, seconds, json.dumps(facts))], _MARKER.ddl)
        marker.coalesce(1).write.mode("overwrite").parquet(f"{self._place(name)}.done")

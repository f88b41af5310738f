"""The command ``spark-scan``."""

import logging
import os
import sys
from typing import Any

import click

from syndetect.cli import terminal
from syndetect.cli.options import DEBUG, SETTINGS, SettingsCommand
from syndetect.errors import MissingExtraError, one_line
from syndetect.settings import Settings


@click.command(
    cls=SettingsCommand, short_help="Scan on a Spark cluster, or on several processes of this machine."
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="DIR", required=True, help="the folder of the result, which Spark writes"
)
@click.option(
    "--master",
    metavar="URL",
    help="of the cluster: local[2], yarn, spark://HOST:7077 ...  [default: Spark's own]",
)
@click.option(
    "--conf", metavar="NAME=VALUE", multiple=True, help="a setting of Spark; may be given several times"
)
@click.option("--agencies", metavar="FILE", help="agencies that are known beside those that come along")
@click.option("--owners", metavar="FILE", help="CSV of sources and their owners")
@click.option("-q", "--quiet", is_flag=True, help="say nothing but errors")
@DEBUG
@SETTINGS
def spark_scan(
    paths: tuple[str, ...], *, output: str, master: str | None, conf: tuple[str, ...], settings: Settings, quiet: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Find every passage that two or more articles share, with Spark: the tables of "syndetect scan".

    PATH is a file or folder of Parquet or of JSON Lines (.jsonl), as Spark reads it. Every article needs an id of its
    own. Stages are kept in DIR: made again, the same call goes on where the last one ended.
    """
    chosen = dict(one.partition("=")[::2] for one in conf)
    if wrong := [one for one in conf if "=" not in one]:
        raise click.UsageError(f"--conf takes NAME=VALUE, not {wrong[0]}")
    from syndetect.spark import scan  # noqa: PLC0415  (an extra)

    logging.getLogger().addHandler(
        logging.NullHandler()
    )  # what py4j logs when it is interrupted is not for people
    session = _session(master, chosen)

    def tell(stage: str, seconds: float) -> None:
        if not quiet:
            terminal.say(f"{stage}: {seconds:.1f} s")

    try:
        manifest = scan(list(paths), output, settings, spark=session, on_stage=tell, **options)
    finally:
        session.stop()
    if not quiet:
        counts = manifest["counts"]
        terminal.write_text(
            f"{counts['documents']:,} articles, {counts['matches']:,} matches, {counts['passages']:,} passages in"
            f" {one_line(output)}\n"
        )


def _session(master: str | None, chosen: dict[str, str]) -> Any:
    """A session of Spark.

    Raises:
        MissingExtraError: there is no Java.
    """
    from pyspark.errors import PySparkException  # noqa: PLC0415
    from pyspark.sql import SparkSession  # noqa: PLC0415

    builder: Any = SparkSession.builder.appName("syndetect")
    if master is not None:
        builder = builder.master(master)
        if master.startswith("local"):  # workers there run any python3 that is on the path
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            builder = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "8")
            builder = builder.config("spark.ui.showConsoleProgress", "false")  # stages are told here
            builder = builder.config("spark.log.level", "FATAL")  # what fails is raised, and told once
    for name, value in chosen.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except PySparkException as error:
        if "JAVA_GATEWAY" in str(error):
            raise MissingExtraError("Spark needs Java 17 or newer: install it, or set JAVA_HOME") from error
        raise
    return session

"""The command ``dedup``."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from syndetect.cli import progress, signals, terminal
from syndetect.cli.options import MEMORY, READING, THREADS
from syndetect.reading.notes import counted
from syndetect.storage import addresses

if TYPE_CHECKING:  # imported at run time when called, so that --help is quick
    from syndetect.dedup.deduplicate import Deduplicated


@click.command(short_help="Remove near-duplicate documents, or paragraphs.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    metavar="KEPT",
    required=True,
    help="new file or folder, or address of one, for the documents that are kept",
)
@click.option("--force", is_flag=True, help="replace what an earlier run wrote to KEPT")
@click.option(
    "--keep", type=click.Choice(["first", "longest", "earliest", "source-order"]), default="first", show_default=True,
    help="which of near-duplicates is kept",
)  # fmt: skip
@click.option(
    "--sources", metavar="NAMES",
    help="for source-order: the sources, the preferred first, separated by commas, or a file with one a line",
)  # fmt: skip
@click.option(
    "--threshold", type=click.FloatRange(0, 1, min_open=True), metavar="X", default=0.8, show_default=True,
    help="least Jaccard similarity of the sets of word shingles of near-duplicates",
)  # fmt: skip
@click.option(
    "--shingle-words", type=click.IntRange(1), metavar="N", default=3, show_default=True, help="words in a shingle"
)  # fmt: skip
@click.option(
    "--contained", is_flag=True,
    help="compare the threshold also with the share of the smaller set that is in the larger",
)  # fmt: skip
@click.option(
    "--unit", type=click.Choice(["document", "paragraph"]), default="document", show_default=True,
    help="paragraph: drop repeated paragraphs from the texts",
)  # fmt: skip
@click.option(
    "--same-url", is_flag=True, help="articles with one address are duplicates as well, whatever they say"
)
@click.option(
    "--against", multiple=True, metavar="OLD",
    help="files, a folder or an index: keep only what is near nothing there; may be given several times",
)  # fmt: skip
@click.option("--add", is_flag=True, help="add what is kept to the index OLD, after KEPT is written")
@click.option(
    "--flag", is_flag=True, help="leave nothing out: write a column that says of what each is a duplicate"
)
@click.option(
    "--flag-column", metavar="NAME", default="duplicate_of", show_default=True, help="the name of the column of --flag"
)  # fmt: skip
@click.option(
    "--unjudged", type=click.Choice(["keep", "drop"]), default="keep", show_default=True,
    help="keep what is broken or has no text as it stands, or drop it",
)  # fmt: skip
@THREADS
@MEMORY
@READING
def dedup(
    paths: tuple[str, ...], *, output: str, sources: str | None, unit: Any, flag: bool, flag_column: str, quiet: bool,
    **options: Any,
) -> None:  # fmt: skip
    """Remove near-duplicate documents, or paragraphs.

    PATH is a file, a folder (with all below it) or a glob in quotes. KEPT is written in the format and compression
    of PATH: a file for one file, else a folder of files; lines, rows and files that are kept are not changed.
    Beside it (kept.jsonl or a folder kept) kept.removed.jsonl names for each removed document the document kept in
    its place, their relation (exact, near, contains, same-url), their similarity, and where the removed one stood;
    kept.skipped.jsonl lists what could not be read or understood. What cannot be judged, such as a broken line, is in
    KEPT as it stands. Documents with one id are all kept, unless --duplicate-ids says otherwise.

    No two documents in KEPT are near-duplicates, and each removed document is a near-duplicate of one in KEPT. With
    --against OLD (files, a folder, or an index of syndetect) it may be one of OLD, and none in KEPT is near any of OLD.
    """
    from syndetect.dedup.deduplicate import deduplicate  # noqa: PLC0415

    signals.make_reads_interruptible()
    start = perf_counter()
    with progress.on_stderr(quiet=quiet) as shown:
        found = deduplicate(
            list(paths), output, sources=_names(sources), unit=unit, flag=flag_column if flag else None, progress=shown,
            **options,
        )  # fmt: skip
    output = addresses.shown(addresses.given(output))
    if not quiet:
        told = "flagged" if flag else "removed" if unit == "document" else f"{unit} removals"
        terminal.say(_totals(found, output, told, perf_counter() - start))
    terminal.say_columns(found.columns, quiet=quiet)
    if found.skipped.height:
        terminal.say(f"{counted(found.skipped)} (see the list beside {output})")


def _names(sources: str | None) -> Sequence[str]:
    """The lines of a file if ``sources`` names one, else the names between the commas."""
    if sources is None:
        return ()
    from syndetect.reading.small_files import read_text  # noqa: PLC0415

    is_file = False
    with suppress(OSError):  # the names may be longer than a path can be
        is_file = Path(sources).is_file()
    names = read_text(sources).splitlines() if is_file else sources.split(",")
    return [name.strip() for name in names if name.strip()]


def _totals(found: "Deduplicated", output: str, told: str, seconds: float) -> str:
    """How much was read, kept and removed, and how fast, in one line."""
    counts, megabytes = found.counts, found.counts["bytes"] / 1e6
    relations = ", ".join(
        f"{counts[name]:,} {name}" for name in ("exact", "near", "contains", "same-url") if counts[name]
    )
    old = f", compared with {counts['old']:,} old ones" if counts["old"] else ""
    return (
        f"{counts['documents']:,} documents{old}, {counts['kept']:,} kept in {output}; {found.removed.height:,} {told}"
        f"{f' ({relations})' if relations else ''}; {megabytes:.1f} MB, {megabytes / seconds:.1f} MB/s"
    )

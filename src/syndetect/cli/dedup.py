"""The command that removes near-duplicates: it parses, calls one public function, and tells what came of it."""

from collections.abc import Sequence
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import click

from syndetect.cli import terminal
from syndetect.cli.options import DEBUG, MEMORY, QUIET, STRICT, THREADS, chosen_columns, with_columns
from syndetect.errors import InputError

if TYPE_CHECKING:  # at run time it is imported when it is needed, so that --help is quick
    from syndetect.dedup.deduplicate import Deduplicated


@click.command(short_help="Remove near-duplicate documents, or paragraphs.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "-o", "--output", metavar="KEPT", required=True, help="write what is kept to a new file or folder"
)
@click.option("--force", is_flag=True, help="replace what an earlier run wrote to KEPT")
@click.option(
    "--keep", type=click.Choice(["first", "longest", "earliest", "source-order"]), default="first", show_default=True,
    help="which of near-duplicates stays",
)  # fmt: skip
@click.option(
    "--sources", metavar="NAMES",
    help="for source-order: the sources, the preferred first, with commas between them, or a file with one a line",
)  # fmt: skip
@click.option(
    "--threshold", type=click.FloatRange(0, 1, min_open=True), metavar="X", default=0.8, show_default=True,
    help="Jaccard similarity of word shingles from which on texts are near-duplicates",
)  # fmt: skip
@click.option(
    "--shingle-words",
    type=click.IntRange(1),
    metavar="N",
    default=3,
    show_default=True,
    help="words in a shingle",
)
@click.option(
    "--contained",
    is_flag=True,
    help="remove one of two also where the threshold is the share of one that is in the other",
)
@click.option(
    "--unit", type=click.Choice(["document", "paragraph"]), default="document", show_default=True,
    help="paragraph: drop repeated paragraphs from the texts",
)  # fmt: skip
@THREADS
@MEMORY
@STRICT
@QUIET
@DEBUG
@with_columns
def dedup(
    paths: tuple[str, ...], *, output: str, force: bool, keep: Any, sources: str | None, threshold: float,
    shingle_words: int, contained: bool, unit: Any, threads: int | None, memory: float | None, strict: bool,
    quiet: bool,
    **others: Any,
) -> None:  # fmt: skip
    """Remove near-duplicate documents, or paragraphs.

    PATH is a file, a folder (with all below it) or a glob in quotes. KEPT is as PATH is: a file of the same format
    and packing for one file, else a folder of such files; lines, rows and files that are kept stay as they are.
    Beside it (kept.jsonl or a folder kept) kept.removed.jsonl names for each document that was removed the one that is
    kept, how the two are related (exact, near, contains), how similar they are, and where it stood; kept.skipped.jsonl
    lists what could not be read or understood. Records that cannot be read, or whose id stands before, are not in KEPT.

    No two documents in KEPT are near-duplicates, and each that was removed is one of a document in KEPT.
    """
    from syndetect.cli import progress  # noqa: PLC0415
    from syndetect.dedup.deduplicate import deduplicate  # noqa: PLC0415

    terminal.let_reads_be_interrupted()
    start = perf_counter()
    with progress.on_stderr(quiet=quiet) as shown:
        found = deduplicate(
            list(paths), output, keep=keep, sources=_names(sources), threshold=threshold, shingle_words=shingle_words,
            contained=contained, unit=unit, columns=chosen_columns(others), threads=threads,
            memory=None if memory is None else int(memory), force=force, strict=strict, progress=shown,
        )  # fmt: skip
    _tell(found, output, unit, perf_counter() - start, quiet)


def _names(sources: str | None) -> Sequence[str]:
    """Names from a file, one a line, or else as they are given."""
    if sources is None:
        return ()
    try:
        given = (
            Path(sources).read_text(encoding="utf-8-sig").splitlines() if Path(sources).is_file() else None
        )
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {sources}: {error}") from error
    names = [name.strip() for name in (sources.split(",") if given is None else given)]
    return [name for name in names if name]


def _tell(found: "Deduplicated", output: str, unit: str, seconds: float, quiet: bool) -> None:
    """The totals on standard error; what was skipped is told even when quiet."""
    if not quiet:
        counts = found.counts
        removed = ", ".join(
            f"{counts[name]:,} {name}" for name in ("exact", "near", "contains") if counts[name]
        )
        megabytes = counts["bytes"] / 1e6
        what = f"{unit} " if unit != "document" else ""
        click.echo(
            f"{counts['documents']:,} documents, {counts['kept']:,} kept in {output};"
            f" {found.removed.height:,} {what}{'removals' if what else 'removed'}{f' ({removed})' if removed else ''};"
            f" {megabytes:.1f} MB, {megabytes / seconds:.1f} MB/s",
            err=True,
        )
    if found.skipped.height:
        click.echo(f"{found.skipped.height:,} skipped (see the list beside {output})", err=True)

"""The commands ``scan`` and ``show``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndetect.cli import terminal
from syndetect.cli.options import (
    ALL,
    DEBUG,
    FORCE,
    MEMORY,
    OUTPUT,
    QUIET,
    STRICT,
    THREADS,
    TOP,
    ScanCommand,
    check_format,
    chosen_columns,
    chosen_settings,
    chosen_syndication_options,
    with_columns,
    with_settings,
    with_syndication_options,
)

if TYPE_CHECKING:
    from syndetect.pipeline.scan import ScanRequest

# At run time the commands import what they need, so that --help is quick.


@click.command(cls=ScanCommand)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@OUTPUT
@FORCE
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "jsonl", "json", "passim"]),
    help="of the tables in DIR (parquet by default; passim adds passim.jsonl), or, without -o, of the matches"
    " on standard output (csv, jsonl, json; passim: its cluster rows)",
)  # fmt: skip
@TOP
@ALL
@THREADS
@MEMORY
@click.option(
    "--scratch",
    metavar="FOLDER",
    help="where these files go  [default: beside DIR, else among temporary files]",
)
@click.option(
    "--resume", is_flag=True, help="go on with the scan to DIR that was killed; needs -o or --scratch"
)
@STRICT
@QUIET
@DEBUG
@with_syndication_options
@with_columns
@with_settings
def scan(
    paths: tuple[str, ...], *, output: str | None, force: bool, form: str | None, top: int, show_all: bool,
    threads: int | None, memory: float | None, scratch: str | None, resume: bool, strict: bool, quiet: bool,
    **others: Any,
) -> None:  # fmt: skip
    """Find every passage that two or more articles share.

    PATH is a file, a folder (with all below it), a glob in quotes, or - for JSON Lines on standard input.
    Files may be .txt, .md, .html, .jsonl, .csv, .tsv, .parquet or Arrow; text forms also as .gz or .zst.

    Without -o the passages with the widest reach are shown. With -o the whole result goes to a folder, and
    "syndetect show" then prints any passage in all its documents.
    """
    check_format(form, output)
    settings = chosen_settings(others)
    if scratch is None and output is not None:
        scratch = str(Path(output).resolve().parent / f".{Path(output).resolve().name}.scratch")
    if resume and scratch is None:
        raise click.UsageError("--resume needs -o DIR or --scratch FOLDER")
    from syndetect.cli import progress  # noqa: PLC0415
    from syndetect.pipeline.scan import ScanRequest, scanning  # noqa: PLC0415
    from syndetect.results import result as tables  # noqa: PLC0415
    from syndetect.storage.filesystem import sweep  # noqa: PLC0415

    terminal.let_reads_be_interrupted()
    request = ScanRequest(
        list(paths), settings, columns=chosen_columns(others) or {}, threads=threads,
        memory=None if memory is None else int(memory), scratch=scratch, resume=resume, strict=strict,
        reference=others["reference"], syndication=chosen_syndication_options(others),
    )  # fmt: skip
    if output is not None and resume and _is_done(output, request):
        _finish(Path(output), Path(str(scratch)))
        return
    if output is not None:
        tables.check_place(output, force=force)
    with progress.on_stderr(quiet=quiet) as shown, scanning(replace(request, progress=shown)) as result:
        if output is not None:
            shown.stage("writing", None, "tables")
            if resume:
                sweep(Path(output).resolve())
            result.write(output, format=form or "parquet", force=force)
    terminal.present(result, output, form, top=None if show_all else top, quiet=quiet)


@click.command(short_help="Print one passage in all its documents.")
@click.argument("directory", metavar="DIR")
@click.argument("number", metavar="PASSAGE", type=int)
@DEBUG
def show(directory: str, number: int) -> None:
    """Print one passage of the result in DIR in all its documents, differences marked.

    PASSAGE is a number from the table that "syndetect scan" shows, or a passage_id. The earliest use comes
    first; words left out or added since then are marked.
    """
    from syndetect.report import passage_view  # noqa: PLC0415
    from syndetect.results.result import read_table  # noqa: PLC0415

    documents, passages, clusters = (
        read_table(directory, name) for name in ("documents", "passages", "clusters")
    )
    width, colour = terminal.screen()
    shown = passage_view.passage(documents, passages, clusters, number, width=min(width, 100), colour=colour)
    terminal.write_text(shown)


def _is_done(output: str, request: "ScanRequest") -> bool:
    """Whether the result of this scan is there already."""
    if not Path(output).exists():
        return False
    from syndetect.pipeline.scan import origin_of  # noqa: PLC0415
    from syndetect.results import result as tables  # noqa: PLC0415

    return tables.is_result_of(output, origin_of(request))


def _finish(output: Path, scratch: Path) -> None:
    """Tidy up behind a scan that was killed when its result stood already."""
    from syndetect.storage.filesystem import sweep  # noqa: PLC0415
    from syndetect.storage.scratch import discard  # noqa: PLC0415

    discard(scratch)
    sweep(output.resolve())
    click.echo(f"{output} is complete already", err=True)

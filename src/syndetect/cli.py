"""The command line: each command parses, calls one public function, and writes."""

import dataclasses
import errno
import os
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndetect.errors import SettingsError, SyndetectError
from syndetect.options import BYTES, COLUMNS, ScanCommand, with_columns, with_settings
from syndetect.settings import Settings

if TYPE_CHECKING:  # at run time the commands import what they need, so that --help is quick
    from syndetect.tables import Result

_DEBUG = "syndetect.debug"


class _Program(click.Group):
    """The commands, with the exit codes that the help page promises and one line for each failure."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit):
            raise
        except KeyboardInterrupt:
            click.echo("syndetect: interrupted", err=True)
            ctx.exit(130)
        except BaseException as error:  # a panic within polars is no Exception
            if ctx.meta.get(_DEBUG):
                traceback.print_exc()
            click.echo(f"syndetect: {_message(error)}", err=True)
            ctx.exit(1)


def _set_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_DEBUG] = value  # shared with the group, which handles errors


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version  # noqa: PLC0415

        click.echo(f"syndetect {version('syndetect')}")
        ctx.exit()


_debug = click.option(
    "--debug", is_flag=True, is_eager=True, expose_value=False, callback=_set_debug, help="show tracebacks"
)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="show the version",
)
def main() -> None:
    """Find reused passages in news articles, character for character.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """


@main.command(cls=ScanCommand)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("-o", "--output", metavar="DIR", help="write the result to a new folder")
@click.option("--force", is_flag=True, help="replace a result that is in DIR already")
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "jsonl", "json", "passim"]),
    help="of the tables in DIR (parquet by default; passim adds passim.jsonl), or, without -o, of the matches"
    " on standard output (csv, jsonl, json; passim: its cluster rows)",
)  # fmt: skip
@click.option(
    "--top", type=click.IntRange(1), metavar="N", default=20, show_default=True, help="passages to show"
)
@click.option("--all", "show_all", is_flag=True, help="show every passage")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="processor cores to use  [default: all]")
@click.option(
    "--memory",
    type=BYTES,
    metavar="2GB",
    help="memory to keep to; what has no room goes to files  [default: half of what is free]",
)
@click.option(
    "--scratch",
    metavar="FOLDER",
    help="where these files go  [default: beside DIR, else among temporary files]",
)
@click.option(
    "--resume", is_flag=True, help="go on with the scan to DIR that was killed; needs -o or --scratch"
)
@click.option("--strict", is_flag=True, help="fail at the first input that would be skipped")
@click.option("-q", "--quiet", is_flag=True, help="no progress and no totals on standard error")
@_debug
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
    _check_format(form, output)
    try:
        settings = Settings(**{field.name: others[field.name] for field in dataclasses.fields(Settings)})
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    if scratch is None and output is not None:
        scratch = str(Path(output).resolve().parent / f".{Path(output).resolve().name}.scratch")
    if resume and scratch is None:
        raise click.UsageError("--resume needs -o DIR or --scratch FOLDER")
    columns = {name: others[f"{name}_column"] for name in COLUMNS if others[f"{name}_column"] is not None}
    from syndetect import progress, tables  # noqa: PLC0415
    from syndetect.files import sweep  # noqa: PLC0415
    from syndetect.pipeline import scanning  # noqa: PLC0415

    _let_reads_be_interrupted()
    if output is not None and resume and _is_done(output, paths, settings):
        _finish(Path(output), Path(str(scratch)))
        return
    if output is not None:
        tables.check_place(output, force=force)
    with progress.on_stderr(quiet=quiet) as shown, scanning(
        list(paths), settings, columns=columns or None, threads=threads,
        memory=None if memory is None else int(memory), scratch=scratch, resume=resume, strict=strict, progress=shown,
    ) as result:  # fmt: skip
        if output is not None:
            shown.stage("writing", None, "tables")
            if resume:
                sweep(Path(output).resolve())
            result.write(output, format=form or "parquet", force=force)
    if output is not None:
        _tell(result, quiet, f"see {Path(output) / 'skipped.jsonl'}", f"result in {output}")
        return
    if form is None:
        _show(result, top=None if show_all else top)
    else:
        _pipe(result, form)
        _tell(result, quiet, "-o DIR keeps the list")
    if result.skipped.height and not quiet:
        _list_skipped(result)


@main.command()
@click.argument("directory", metavar="DIR")
@click.argument("number", metavar="PASSAGE", type=int)
@_debug
def show(directory: str, number: int) -> None:
    """Print one passage of the result in DIR in all its documents, differences marked.

    PASSAGE is a number from the table that "syndetect scan" shows, or a passage_id. The earliest use comes
    first; words left out or added since then are marked.
    """
    from syndetect import report  # noqa: PLC0415
    from syndetect.tables import read_table  # noqa: PLC0415

    documents, passages = read_table(directory, "documents"), read_table(directory, "passages")
    width, colour = _screen()
    _write_text(report.passage(documents, passages, number, width=min(width, 100), colour=colour))


def _is_done(output: str, paths: tuple[str, ...], settings: Settings) -> bool:
    """Whether the result of this scan is there already."""
    if not Path(output).exists():
        return False
    from syndetect import tables  # noqa: PLC0415
    from syndetect.pipeline import origin_of  # noqa: PLC0415

    return tables.is_result_of(output, origin_of(list(paths), settings))


def _finish(output: Path, scratch: Path) -> None:
    """Tidy up behind a scan that was killed when its result stood already."""
    from syndetect.files import sweep  # noqa: PLC0415
    from syndetect.store import discard  # noqa: PLC0415

    discard(scratch)
    sweep(output.resolve())
    click.echo(f"{output} is complete already", err=True)


def _let_reads_be_interrupted() -> None:
    """Have Ctrl-C end a read that waits for input: polars sets a handler after which the system resumes it."""
    if hasattr(signal, "siginterrupt") and threading.current_thread() is threading.main_thread():
        signal.siginterrupt(signal.SIGINT, True)


def _check_format(form: str | None, output: str | None) -> None:
    """Each format has its place."""
    if form == "parquet" and output is None:
        raise click.UsageError("--format parquet writes files: add -o DIR")
    if form == "json" and output is not None:
        raise click.UsageError(
            "--format json is for standard output: with -o take jsonl, csv, parquet or passim"
        )


def _show(result: "Result", *, top: int | None) -> None:
    """The table for a person."""
    from syndetect import report  # noqa: PLC0415

    width, colour = _screen()
    _write_text(report.summary(result, top=top, width=width, colour=colour))


def _pipe(result: "Result", form: str) -> None:
    """The matches, or passim's rows, to standard output for a pipe."""
    from syndetect.files import encode  # noqa: PLC0415
    from syndetect.passim import clusters  # noqa: PLC0415

    _write(encode(clusters(result), "jsonl") if form == "passim" else encode(result.matches, form))


def _tell(result: "Result", quiet: bool, skipped: str, end: str | None = None) -> None:
    """The totals on stderr; what was skipped is told even when quiet."""
    from syndetect import report  # noqa: PLC0415

    if not quiet:
        click.echo(report.totals(result, skipped), err=True)
        if end:
            click.echo(end, err=True)
    elif result.skipped.height:
        click.echo(f"{result.skipped.height:,} skipped ({skipped})", err=True)


def _list_skipped(result: "Result") -> None:
    """The first places that were skipped, where no file keeps them all."""
    from syndetect import report  # noqa: PLC0415

    click.echo(report.skipped(result), err=True)


def _screen() -> tuple[int, bool]:
    """The width to write for, and whether colours may be used; 80 and no when stdout is not a terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return 80, False
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return max(shutil.get_terminal_size().columns, 60), not plain


def _write_text(text: str) -> None:
    """Text to standard output; characters that its encoding lacks become question marks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    _write([text.encode(encoding, "replace")])


def _write(pieces: Iterable[bytes]) -> None:
    """Bytes to standard output. A reader that has seen enough (``| head``) is no failure."""
    if sys.stdout is None:
        raise SyndetectError("standard output is closed: write to a folder with -o")
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:  # with PYTHONUNBUFFERED a write may take a part only
                rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except OSError as error:
        _silence_stdout()
        if error.errno == errno.EPIPE:
            raise click.exceptions.Exit(0) from error
        raise


def _silence_stdout() -> None:
    """Let go of what standard output did not take, or Python would fail on it again when it ends."""
    with suppress(OSError, ValueError):  # no file may stand behind it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _message(error: BaseException) -> str:
    """An error as one line that a terminal only shows."""
    if isinstance(error, SyndetectError):
        text = str(error)
    elif isinstance(error, MemoryError):
        text = "out of memory: scan fewer articles at a time, or on a larger machine"
    elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
        text = "no space left on the disk; free some and try again"
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror + (f": {error.filename}" if error.filename else "")
    else:
        text = f"unexpected error: {type(error).__name__}: {error} (run with --debug for the traceback)"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in " ".join(text.split()))

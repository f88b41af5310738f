"""What a command prints, on standard output and on standard error."""

import errno
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from syndetect.errors import SyndetectError, one_line
from syndetect.reading.notes import columns_line, counted

if TYPE_CHECKING:  # imported when needed, so that --help is quick
    import polars as pl

    from syndetect.cli.options import Output
    from syndetect.results.result import Result


_NARROWEST = 40  # columns; a narrower terminal breaks lines


def present(result: "Result", output: "Output", *, quiet: bool) -> None:
    """Print a result to standard output and its totals to standard error; of a result in a folder only the totals."""
    from syndetect.report import summary  # noqa: PLC0415

    columns = result.manifest.get("columns_taken", {})
    if output.directory is not None:
        _print_totals(result, f"see {one_line(os.path.join(output.shown, 'skipped.jsonl'))}", quiet)  # noqa: PTH118
        say_columns(columns, quiet=quiet)
        if not quiet:
            say(f"result in {output.shown}")
        return
    notes = (
        []
        if quiet
        else [*filter(None, [columns_line(columns)]), *summary.skipped(result.skipped).splitlines()]
    )
    if output.format is None:
        width, colour = screen()
        shown = summary.summary(
            result,
            top=output.top,
            everything=output.show_all,
            width=width,
            colour=colour,
            lines=_room(notes, width),
        )
        write_text(shown)
    else:
        _write_matches(result, output)
        _print_totals(result, "-o DIR keeps the list", quiet)
    say(*notes)


def _room(notes: Sequence[str], width: int) -> int | None:
    """The lines of the screen above those of ``notes`` and the next prompt; None where output is no terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    from rich.cells import cell_len  # noqa: PLC0415

    below = sum(max(1, -(-cell_len(one_line(note)) // width)) for note in notes)
    return shutil.get_terminal_size().lines - 1 - below


def _write_matches(result: "Result", output: "Output") -> None:
    """The matches, or the rows of passim, on standard output."""
    from syndetect.results.frames import encode, escape_formulas  # noqa: PLC0415
    from syndetect.results.passim import clusters  # noqa: PLC0415

    if output.format == "passim":
        write(encode(clusters(result.documents, result.passages), "jsonl"))
    else:
        matches = escape_formulas(result.matches) if output.escape_formulas else result.matches
        write(encode(matches, str(output.format), mark=output.utf8_mark))


def _print_totals(result: "Result", skipped: str, quiet: bool) -> None:
    """The totals on standard error; if quiet only the number of skipped places."""
    from syndetect.report import summary  # noqa: PLC0415

    if not quiet:
        say(*summary.totals(result, skipped).splitlines())
    elif result.skipped.height:
        say(f"{counted(result.skipped)} ({skipped})")


def say_columns(columns: Mapping[str, Sequence[str]], *, quiet: bool) -> None:
    """Which columns were taken for what, on standard error; nothing of files of text, which have none."""
    if not quiet and (line := columns_line(columns)):
        say(line)


def print_skipped(skipped: "pl.DataFrame") -> None:
    """The first places that were skipped, on standard error."""
    from syndetect.report import summary  # noqa: PLC0415

    say(*summary.skipped(skipped).splitlines())


def screen() -> tuple[int, bool]:
    """The width in columns, and whether colours may be used; 80 and False if standard output is not a terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return 80, False
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return max(shutil.get_terminal_size().columns, _NARROWEST), not plain


def say(*lines: str) -> None:
    """Print lines to standard error; names in them have no effect on the terminal."""
    for line in lines:
        click.echo(one_line(line), err=True)


def write_text(text: str) -> None:
    """Write text to standard output; characters that its encoding lacks become question marks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write([text.encode(encoding, "replace")])


def write(pieces: Iterable[bytes]) -> None:
    """Write bytes to standard output and flush it. A reader that closes the pipe early (``| head``) is no failure."""
    if sys.stdout is None:
        raise SyndetectError("standard output is closed: write to a folder with -o")
    try:
        for piece in pieces:
            rest = memoryview(piece)
            while rest:  # with PYTHONUNBUFFERED a write may take only a part
                rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except OSError as error:
        _discard_output()
        if error.errno == errno.EPIPE:
            raise click.exceptions.Exit(0) from error
        raise


def leave_work(exit_code: int) -> None:
    """End the process at once where Ctrl-C has left calls running on other threads, for which Python would wait.

    Whatever was to be removed or closed must be by now.
    """
    from syndetect.runtime.threads import is_work_left  # noqa: PLC0415  (off the path of --help)

    if is_work_left():
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError, ValueError, AttributeError):  # closed, or there is none
                stream.flush()
        os._exit(exit_code)


def _discard_output() -> None:
    """Send what standard output still buffers to the null device, or Python would fail on it when it exits."""
    with suppress(OSError, ValueError):  # standard output may have no file descriptor
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def error_line(error: BaseException) -> str:
    """The message of an error, for :func:`say`."""
    if isinstance(error, SyndetectError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory: take fewer articles at a time, or a larger machine"
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return "no space left on the disk; free some and try again"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror + (f": {error.filename}" if error.filename else "")
    text = " ".join(str(error).split())
    return f"unexpected error: {type(error).__name__}: {text} (run with --debug for the traceback)"

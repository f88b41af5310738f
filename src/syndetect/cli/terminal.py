"""What commands say: on standard output, on standard error, and of what went wrong."""

import errno
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from syndetect.errors import SyndetectError

if TYPE_CHECKING:  # at run time they are imported when they are needed, so that --help is quick
    import polars as pl

    from syndetect.results.result import Result


def let_reads_be_interrupted() -> None:
    """Have Ctrl-C end a read that waits for input: polars sets a handler after which the system resumes it."""
    if hasattr(signal, "siginterrupt") and threading.current_thread() is threading.main_thread():
        signal.siginterrupt(signal.SIGINT, True)


def present(result: "Result", output: str | None, form: str | None, *, top: int | None, quiet: bool) -> None:
    """A result for a person, or for a pipe, with the totals; of one that was written to a folder, these only."""
    if output is not None:
        _tell(result, quiet, f"see {Path(output) / 'skipped.jsonl'}", f"result in {output}")
        return
    if form is None:
        from syndetect.report import summary  # noqa: PLC0415

        width, colour = screen()
        write_text(summary.summary(result, top=top, width=width, colour=colour))
    else:
        _pipe(result, form)
        _tell(result, quiet, "-o DIR keeps the list")
    if result.skipped.height and not quiet:
        list_skipped(result.skipped)


def _pipe(result: "Result", form: str) -> None:
    """The matches, or passim's rows, to standard output for a pipe."""
    from syndetect.results.frames import encode  # noqa: PLC0415
    from syndetect.results.passim import clusters  # noqa: PLC0415

    if form == "passim":
        write(encode(clusters(result.documents, result.passages), "jsonl"))
    else:
        write(encode(result.matches, form))


def _tell(result: "Result", quiet: bool, skipped: str, end: str | None = None) -> None:
    """The totals on stderr; what was skipped is told even when quiet."""
    from syndetect.report import summary  # noqa: PLC0415

    if not quiet:
        click.echo(summary.totals(result, skipped), err=True)
        if end:
            click.echo(end, err=True)
    elif result.skipped.height:
        click.echo(f"{result.skipped.height:,} skipped ({skipped})", err=True)


def list_skipped(skipped: "pl.DataFrame") -> None:
    """The first places that were skipped, where no file keeps them all."""
    from syndetect.report import summary  # noqa: PLC0415

    click.echo(summary.skipped(skipped), err=True)


def screen() -> tuple[int, bool]:
    """The width to write for, and whether colours may be used; 80 and no when stdout is not a terminal."""
    if sys.stdout is None or not sys.stdout.isatty():
        return 80, False
    plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
    return max(shutil.get_terminal_size().columns, 60), not plain


def write_text(text: str) -> None:
    """Text to standard output; characters that its encoding lacks become question marks."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write([text.encode(encoding, "replace")])


def write(pieces: Iterable[bytes]) -> None:
    """Bytes to standard output, and on their way. A reader that has seen enough (``| head``) is no failure."""
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


def message(error: BaseException) -> str:
    """An error as one line that a terminal only shows."""
    if isinstance(error, SyndetectError):
        text = str(error)
    elif isinstance(error, MemoryError):
        text = "out of memory: take fewer articles at a time, or a larger machine"
    elif isinstance(error, OSError) and error.errno == errno.ENOSPC:
        text = "no space left on the disk; free some and try again"
    elif isinstance(error, OSError) and error.strerror:
        text = error.strerror + (f": {error.filename}" if error.filename else "")
    else:
        text = f"unexpected error: {type(error).__name__}: {error} (run with --debug for the traceback)"
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in " ".join(text.split()))

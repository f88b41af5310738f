"""The command ``warm``."""

import time

import click

from syndetect.cli import progress, terminal
from syndetect.cli.options import DEBUG
from syndetect.errors import ProcessError, one_line


@click.command(short_help="Compile beforehand what scans, dedups and indexes run.")
@click.option("-q", "--quiet", is_flag=True, help="say nothing but errors")
@DEBUG
def warm(*, quiet: bool) -> None:
    """Compile what scan, dedup and index would compile when they are first run, on all cores.

    It is kept in a folder of the user's cache, which is told, or in NUMBA_CACHE_DIR where that is set: for the same
    sources, the same versions of Python and numba, and the same processor, in any environment. Run it where an image
    is built, and its first scan need not wait.
    """
    from syndetect.kernels import calls, jit  # noqa: PLC0415  (off the path of --help)
    from syndetect.runtime.compiling import fill  # noqa: PLC0415
    from syndetect.runtime.progress import count  # noqa: PLC0415

    if jit.IS_INTERPRETED:
        raise ProcessError("nothing is compiled where NUMBA_DISABLE_JIT is set: unset it")
    if not jit.CACHE_FOLDER:
        raise ProcessError(
            "no folder can keep what is compiled: set NUMBA_CACHE_DIR to one that can be written"
        )
    began = time.perf_counter()
    with progress.on_stderr(quiet=quiet) as shown:
        done = fill(None, shown)
    if done < len(calls.listed()):
        raise ProcessError(
            f"not everything could be compiled: {count(done, 'kernel')} of {len(calls.listed())}; is there room in"
            f" {one_line(jit.CACHE_FOLDER)}, and may it be written?"
        )
    if not quiet:
        seconds = time.perf_counter() - began
        terminal.write_text(f"{count(done, 'kernel')} compiled or found in {seconds:.1f} s\n")
        terminal.write_text(f"kept in {one_line(jit.CACHE_FOLDER)}\n")

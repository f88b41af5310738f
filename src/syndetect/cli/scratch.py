"""The command ``scratch``."""

import shutil
from contextlib import suppress
from pathlib import Path

import click

from syndetect.cli import terminal
from syndetect.cli.options import DEBUG
from syndetect.errors import ScratchError, one_line
from syndetect.runtime.progress import quantity
from syndetect.storage import addresses


@click.command(short_help="List or remove what killed scans left.")
@click.argument("folders", metavar="[FOLDER]...", nargs=-1)
@click.option("--clean", is_flag=True, help="remove them")
@DEBUG
def scratch(folders: tuple[str, ...], *, clean: bool) -> None:
    """List what killed scans, builds and dedups left, or remove it.

    These are scratch folders among the temporary files and, in each FOLDER (by default the current one), scratch
    folders beside results, and results and indexes that were being written. What a running process is at work with is
    not listed. A scan with --resume would go on with its scratch folder beside the result; a removed one begins anew.
    """
    from syndetect.storage import scratch_folder  # noqa: PLC0415
    from syndetect.storage.staging import unfinished  # noqa: PLC0415

    places = [addresses.local(folder, "a scratch folder", ScratchError) for folder in folders or (".",)]
    scans = scratch_folder.all_leftovers(places)
    for folder in (*scans, *(one for place in places for one in unfinished(place))):
        size = quantity(_bytes(folder), "bytes")
        if not clean:
            terminal.write_text(f"{one_line(str(folder))}: {size}\n")
            continue
        scratch_folder.discard(folder) if folder in scans else shutil.rmtree(folder)
        terminal.write_text(f"{one_line(str(folder))}: removed, {size}\n")


def _bytes(folder: Path) -> int:
    """The size of the files in a folder and below."""
    size = 0
    for path in folder.rglob("*"):
        with suppress(OSError):  # it has gone
            size += path.lstat().st_size
    return size

"""The commands of the index: each parses, calls one public function, and writes."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

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
    InOrder,
    ScanCommand,
    check_format,
    chosen_columns,
    chosen_settings,
    with_columns,
    with_settings,
)
from syndetect.errors import InputError

if TYPE_CHECKING:  # at run time the commands import what they need, so that --help is quick
    from syndetect.index.index import Index
    from syndetect.index.writer import Added

_PLACE = click.argument("place", metavar="IDX")
_PATHS = click.argument("paths", metavar="PATH...", nargs=-1, required=True)


@click.group(cls=InOrder)
def index() -> None:
    """Keep articles in a folder, and ask what others share with them.

    IDX is the folder. One process may write it at a time, any number may ask.
    """


@index.command(cls=ScanCommand)
@_PLACE
@_PATHS
@click.option("--force", is_flag=True, help="replace an index that is in IDX already")
@click.option("--no-text", is_flag=True, help="keep no texts: the same matches, in less space")
@THREADS
@MEMORY
@STRICT
@QUIET
@DEBUG
@with_columns
@with_settings
def build(
    place: str, paths: tuple[str, ...], *, force: bool, no_text: bool,
    threads: int | None, memory: float | None, strict: bool, quiet: bool, **others: Any,
) -> None:  # fmt: skip
    """Make an index of articles.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input, as for "scan". The settings
    stay those of the index for as long as it lives.

    IDX is made whole or not at all; an index that --force replaces stays until then.
    """
    settings = chosen_settings(others)
    from syndetect.cli import progress  # noqa: PLC0415
    from syndetect.index.index import Index  # noqa: PLC0415
    from syndetect.storage.directory import built  # noqa: PLC0415

    terminal.let_reads_be_interrupted()
    with (
        built(Path(place).resolve(), replace=force) as folder,
        progress.on_stderr(quiet=quiet) as shown,
        Index.create(folder, settings, store_text=not no_text) as made,
    ):
        added = made.add(
            list(paths), columns=chosen_columns(others), threads=threads,
            memory=None if memory is None else int(memory), strict=strict,
            progress=shown,
        )  # fmt: skip
    _tell_added(added, added.documents, quiet)


@index.command()
@_PLACE
@_PATHS
@click.option(
    "--existing", type=click.Choice(["error", "skip", "replace"]), metavar="WHAT", default="error", show_default=True,
    help="to do with an article whose id is there already: error, skip or replace",
)  # fmt: skip
@THREADS
@MEMORY
@STRICT
@QUIET
@DEBUG
@with_columns
def add(
    place: str, paths: tuple[str, ...], *, existing: Any, threads: int | None, memory: float | None, strict: bool,
    quiet: bool, **others: Any,
) -> None:  # fmt: skip
    """Add articles to an index.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input, as for "scan". Articles are
    added in portions that fit into the memory, each all at once; after a failure the same command goes on with
    --existing skip.
    """
    from syndetect.cli import progress  # noqa: PLC0415

    terminal.let_reads_be_interrupted()
    with _opened(place, writing=True) as found:
        with progress.on_stderr(quiet=quiet) as shown:
            added = found.add(
                list(paths), existing=existing, columns=chosen_columns(others), threads=threads,
                memory=None if memory is None else int(memory), strict=strict, progress=shown,
            )  # fmt: skip
        _tell_added(added, len(found), quiet)


@index.command()
@_PLACE
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--ids-from", type=click.File("rb"), metavar="FILE", help="a file of ids, one a line; - for stdin"
)
@click.option(
    "--missing", type=click.Choice(["error", "skip"]), metavar="WHAT", default="error", show_default=True,
    help="to do with an id that is not there: error or skip",
)  # fmt: skip
@QUIET
@DEBUG
def remove(
    place: str, ids: tuple[str, ...], *, ids_from: IO[bytes] | None, missing: Any, quiet: bool
) -> None:
    """Remove articles from an index, all at once.

    ID is the id of an article; - alone reads ids from standard input, one a line. Their space is given back when
    segments are merged, or by "compact".
    """
    if ids_from is None and ids == ("-",):
        ids, ids_from = (), click.open_file("-", "rb")
    if not ids and ids_from is None:
        raise click.UsageError("nothing to remove: give an ID, or --ids-from FILE")
    wanted = [*ids, *(_lines(ids_from) if ids_from else ())]
    terminal.let_reads_be_interrupted()
    with _opened(place, writing=True) as found:
        removed = found.remove(wanted, missing=missing)
        if not quiet:
            click.echo(f"{_articles(removed)} removed; the index has {len(found):,}", err=True)


@index.command()
@_PLACE
@_PATHS
@OUTPUT
@FORCE
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "jsonl", "json"]), metavar="FORM",
    help="of the tables in DIR (parquet by default), or, without -o, of the matches on standard output"
    " (csv, jsonl, json)",
)  # fmt: skip
@click.option(
    "--add", "adding", is_flag=True, help="with - and jsonl: add each article when it has been answered"
)  # fmt: skip
@TOP
@ALL
@THREADS
@STRICT
@QUIET
@DEBUG
@with_columns
def query(
    place: str, paths: tuple[str, ...], *, output: str | None, force: bool, form: str | None, adding: bool,
    top: int, show_all: bool, threads: int | None, strict: bool, quiet: bool, **others: Any,
) -> None:  # fmt: skip
    """Ask which passages of articles an index has.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input. Each article is asked by
    itself, and not compared with one of the same id that the index has. The output is that of "scan", article
    after article.

    With the one PATH - and --format jsonl a line is answered as soon as it comes, by one line of JSON with what the
    index has by then of this article, or with the error.
    """
    check_format(form, output)
    is_feed = paths == ("-",) and form == "jsonl" and output is None
    if adding and not is_feed:
        raise click.UsageError("--add goes with the one PATH - and --format jsonl")
    columns = chosen_columns(others)
    if is_feed:
        _feed(place, columns, adding=adding, strict=strict, quiet=quiet)
        return
    from syndetect.cli import progress  # noqa: PLC0415
    from syndetect.results import result as tables  # noqa: PLC0415

    terminal.let_reads_be_interrupted()
    if output is not None:
        tables.check_place(output, force=force)
    with progress.on_stderr(quiet=quiet) as shown, _opened(place, writing=False) as found:
        result = found.query_many(
            list(paths), columns=columns, threads=threads, strict=strict, progress=shown
        )
        if output is not None:
            result.write(output, format=form or "parquet", force=force)
    terminal.present(result, output, form, top=None if show_all else top, quiet=quiet)


def _feed(place: str, columns: dict[str, str] | None, *, adding: bool, strict: bool, quiet: bool) -> None:
    """Answer line by line until the input ends."""
    from syndetect.index.feed import answers  # noqa: PLC0415
    from syndetect.reading.formats import standard_input  # noqa: PLC0415

    counts = dict.fromkeys(("asked", "reused", "unusable"), 0)
    with _opened(place, writing=adding) as found:
        terminal.let_reads_be_interrupted()
        for answer in answers(standard_input(), found, columns=columns, add=adding, strict=strict):
            counts["unusable" if "error" in answer else "asked"] += 1
            counts["reused"] += bool(answer.get("matches"))
            terminal.write(
                [
                    json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode(
                        "utf-8", "backslashreplace"
                    )
                    + b"\n"
                ]
            )
    if not quiet:
        told = f"{_articles(counts['asked'])} asked, {counts['reused']:,} with passages of the index"
        unused = f", {counts['unusable']:,} not used" if counts["unusable"] else ""
        click.echo(told + unused, err=True)


@index.command()
@_PLACE
@click.option("--format", "form", type=click.Choice(["json"]), help="for programs")
@DEBUG
def info(place: str, *, form: str | None) -> None:
    """Say what an index holds."""
    from syndetect.report import summary  # noqa: PLC0415

    with _opened(place, writing=False) as found:
        facts = found.info()
    terminal.write_text(
        summary.holdings(facts) if form is None else json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    )


@index.command()
@_PLACE
@DEBUG
def verify(place: str) -> None:
    """Hold a whole index against its checksums."""
    from syndetect.runtime.progress import quantity  # noqa: PLC0415

    with _opened(place, writing=False) as found:
        read, facts = found.verify(), found.info()
    size = f"{_articles(facts['documents'])}, {quantity(read, 'bytes')}"
    terminal.write_text(f"{place} is as it was written: {size}\n")


@index.command()
@_PLACE
@THREADS
@QUIET
@DEBUG
def compact(place: str, *, threads: int | None, quiet: bool) -> None:
    """Merge segments, and give back unused space."""
    from syndetect.runtime.progress import quantity  # noqa: PLC0415

    with _opened(place, writing=True) as found:
        before = found.info()["bytes"]
        found.compact(threads=threads)
        if not quiet:
            after = found.info()["bytes"]
            click.echo(f"{quantity(before, 'bytes')} before, {quantity(after, 'bytes')} now", err=True)


def _opened(place: str, *, writing: bool) -> "Index":
    from syndetect.index.index import Index  # noqa: PLC0415

    return Index.open(place, mode="a" if writing else "r")


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _tell_added(added: "Added", held: int, quiet: bool) -> None:
    """What became of the articles, on stderr; what was skipped is told even when quiet."""
    skipped = added.skipped.height
    if quiet:
        if skipped:
            click.echo(f"{skipped:,} skipped", err=True)
        return
    counts = ((added.replaced, "replaced"), (added.known, "known already"), (skipped, "skipped"))
    others = "".join(f", {count:,} {what}" for count, what in counts if count)
    click.echo(f"{_articles(added.documents)} added{others}; the index has {held:,}", err=True)
    if skipped:
        terminal.list_skipped(added.skipped)


def _lines(file: IO[bytes]) -> Iterator[str]:
    """The lines of a file that are not blank, without their ends."""
    for number, line in enumerate(file, 1):
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise InputError(f"line {number} of the ids is not UTF-8") from error
        if text:
            yield text

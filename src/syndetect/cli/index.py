"""The commands of ``index``."""

import json
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import click

from syndetect.cli import progress, signals, terminal
from syndetect.cli.options import (
    DEBUG,
    JSON,
    MEMORY,
    QUIET,
    READING,
    SETTINGS,
    THREADS,
    OrderedGroup,
    Output,
    SettingsCommand,
    output_options,
)
from syndetect.errors import InputError, one_line
from syndetect.reading.notes import Notes, counted
from syndetect.runtime.progress import count, quantity
from syndetect.settings import Settings

if TYPE_CHECKING:  # the commands import at run time what they call, so that --help is quick
    import polars as pl

    from syndetect.index.index import Index
    from syndetect.index.writer import Added

_LONGEST_ID = 1 << 20  # bytes
_PLACE = click.argument("place", metavar="IDX")
_PATHS = click.argument("paths", metavar="PATH...", nargs=-1, required=True)


@click.group(cls=OrderedGroup)
def index() -> None:
    """Keep articles in a folder, and find what others share with them.

    IDX is the folder. One process at a time may write it; any number may read it.
    """


@index.command(cls=SettingsCommand)
@_PLACE
@_PATHS
@click.option("--force", is_flag=True, help="replace an index that is in IDX already")
@click.option("--no-text", is_flag=True, help="store no texts: the same matches, in less space")
@THREADS
@MEMORY
@READING
@SETTINGS
def build(
    place: str, paths: tuple[str, ...], *, force: bool, no_text: bool, settings: Settings, quiet: bool, **reading: Any
) -> None:  # fmt: skip
    """Make an index of articles.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input, as for "scan". The settings
    of an index cannot be changed later.

    IDX is made whole or not at all; an index that --force replaces stays until then.
    """
    from syndetect.index.index import Index  # noqa: PLC0415
    from syndetect.storage.directory import built, index_folder  # noqa: PLC0415
    from syndetect.storage.filesystem import absolute  # noqa: PLC0415

    signals.make_reads_interruptible()
    with (
        built(absolute(index_folder(place)), replace=force) as folder,
        progress.on_stderr(quiet=quiet) as shown,
        Index.create(folder, settings, store_text=not no_text) as made,
    ):
        added = made.add(list(paths), progress=shown, **reading)
    _print_added(added, added.documents, quiet)


@index.command()
@_PLACE
@_PATHS
@click.option(
    "--existing", type=click.Choice(["error", "skip", "replace"]), metavar="ACTION", default="error", show_default=True,
    help="for an article whose id is in the index: error, skip or replace",
)  # fmt: skip
@THREADS
@MEMORY
@READING
def add(place: str, paths: tuple[str, ...], *, existing: Any, quiet: bool, **reading: Any) -> None:
    """Add articles to an index.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input, as for "scan". Articles are
    added in portions that fit into the memory, each whole or not at all; after a failure the same command with
    --existing skip adds the rest.
    """
    with _open(place, "a") as opened:
        signals.make_reads_interruptible()
        with progress.on_stderr(quiet=quiet) as shown:
            added = opened.add(list(paths), existing=existing, progress=shown, **reading)
        _print_added(added, len(opened), quiet)


@index.command()
@_PLACE
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option(
    "--ids-from", type=click.File("rb"), metavar="FILE", help="a file of ids, one a line; - for stdin"
)
@click.option(
    "--missing", type=click.Choice(["error", "skip"]), metavar="ACTION", default="error", show_default=True,
    help="for an id that is not in the index: error or skip",
)  # fmt: skip
@QUIET
@DEBUG
def remove(
    place: str, ids: tuple[str, ...], *, ids_from: IO[bytes] | None, missing: Any, quiet: bool
) -> None:
    """Remove articles from an index, all at once.

    ID is the id of an article; - alone reads ids from standard input, one a line. Their space becomes free when
    segments are merged, or by "compact".
    """
    if ids_from is None and ids == ("-",):
        ids, ids_from = (), click.open_file("-", "rb")
    if not ids and ids_from is None:
        raise click.UsageError("nothing to remove: give an ID, or --ids-from FILE")
    wanted = [*ids, *(_lines(ids_from) if ids_from else ())]
    with _open(place, "a") as opened:
        removed = opened.remove(wanted, missing=missing)
        if not quiet:
            terminal.say(f"{count(removed, 'article')} removed; the index has {len(opened):,}")


@index.command()
@_PLACE
@_PATHS
@output_options(
    type=click.Choice(["parquet", "csv", "jsonl", "json"]), metavar="FORM",
    help="of the tables in DIR (parquet by default), or, without -o, of the matches on standard output"
    " (csv, jsonl, json)",
)  # fmt: skip
@click.option("--add", "adding", is_flag=True, help="with - and jsonl: add each article after its answer")
@THREADS
@READING
def query(
    place: str, paths: tuple[str, ...], *, output: Output, adding: bool, quiet: bool, **reading: Any
) -> None:
    """Find the passages of articles that an index has.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input. Each article is a query of
    its own, and is not compared with an article of the same id in the index. The output is that of "scan",
    article after article.

    With - as the only PATH and --format jsonl each line is answered at once, by one line of JSON: what the index
    has of this article at that moment, or the error.
    """
    is_feed = paths == ("-",) and output.format == "jsonl" and output.directory is None
    if adding and not is_feed:
        raise click.UsageError("--add goes with the one PATH - and --format jsonl")
    if is_feed:
        _answer_lines(place, adding=adding, quiet=quiet, **reading)
        return
    output.check_place()
    signals.make_reads_interruptible()
    with progress.on_stderr(quiet=quiet) as shown, _open(place, "r") as opened:
        result = opened.query_many(list(paths), progress=shown, **reading)
        output.write(result)
    terminal.present(result, output, quiet=quiet)


@index.command()
@_PLACE
@_PATHS
@click.option(
    "--format", "form", type=click.Choice(["csv", "jsonl", "json"]), metavar="FORM",
    help="of the rows on standard output (csv, jsonl, json), instead of a table",
)  # fmt: skip
@click.option(
    "--escape-formulas", "escaped", is_flag=True,
    help="with csv: an apostrophe before text that a spreadsheet would run (= + - @ at its beginning)",
)  # fmt: skip
@READING
def near(
    place: str, paths: tuple[str, ...], *, form: str | None, escaped: bool, strict: bool, quiet: bool, reading: Any
) -> None:  # fmt: skip
    """Find the articles of an index that are near-duplicates of others.

    PATH is a file, a folder, a glob in quotes, or - for JSON Lines on standard input. Near-duplicates share a band of
    their signatures, and have a Jaccard similarity of at least the --min-jaccard of the index, computed exactly. An
    article is not compared with an article of the same id in the index.

    With --format jsonl the rows of an article are written before the next article is read; from -, once 4 KiB have
    come.
    """
    from syndetect.index.feed import near as near_duplicates_of  # noqa: PLC0415
    from syndetect.results.frames import encode  # noqa: PLC0415

    if escaped and form != "csv":
        raise click.UsageError("--escape-formulas goes with --format csv")
    notes, asked, tables = Notes(strict), 0, []
    with _open(place, "r") as opened:
        signals.make_reads_interruptible()
        for table in near_duplicates_of(list(paths), opened, notes, reading=reading):
            asked += 1
            if form == "jsonl":
                terminal.write(encode(table, form))
            tables += [] if table.is_empty() else [table]
    if form != "jsonl":
        _write_near(tables, form, escaped=escaped)
    skipped = notes.frame()
    if not quiet:
        terminal.say(f"{count(asked, 'article')} queried, {len(tables):,} with near-duplicates in the index")
        terminal.print_skipped(skipped)
    if skipped.height:
        terminal.say(counted(skipped))
    if not asked and skipped.height:
        raise notes.nothing_read()


def _write_near(tables: "list[pl.DataFrame]", form: str | None, *, escaped: bool) -> None:
    """Write the near-duplicates of all articles, as a table to read or in a format."""
    import polars as pl  # noqa: PLC0415

    from syndetect.index.near_duplicates import DOCUMENTS  # noqa: PLC0415
    from syndetect.report.summary import near_duplicates  # noqa: PLC0415
    from syndetect.results.frames import encode, escape_formulas  # noqa: PLC0415

    found = pl.concat([pl.DataFrame(schema=DOCUMENTS), *tables])
    if form is None:
        width, colour = terminal.screen()
        terminal.write_text(near_duplicates(found, width=width, colour=colour))
    else:
        terminal.write(encode(escape_formulas(found) if escaped else found, form))


def _answer_lines(place: str, *, adding: bool, quiet: bool, threads: int | None, **reading: Any) -> None:  # noqa: ARG001
    """Answer line by line until the input ends."""
    from syndetect.index.feed import answers  # noqa: PLC0415
    from syndetect.reading.formats import standard_input  # noqa: PLC0415

    queries = reused = unusable = 0
    with _open(place, "a" if adding else "r") as opened:
        signals.make_reads_interruptible()
        for answer in answers(standard_input(), opened, add=adding, **reading):
            queries += "error" not in answer
            unusable += "error" in answer
            reused += bool(answer.get("matches"))
            line = json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n"
            terminal.write([line.encode("utf-8", "backslashreplace")])
    if not quiet:
        skipped = f", {unusable:,} not used" if unusable else ""
        terminal.say(f"{count(queries, 'article')} queried, {reused:,} with passages of the index{skipped}")


@index.command()
@_PLACE
@JSON
@DEBUG
def info(place: str, *, format: str | None) -> None:  # noqa: A002
    """Show what an index holds."""
    from syndetect.report.summary import index_info  # noqa: PLC0415

    with _open(place, "r") as opened:
        facts = opened.info()
    text = index_info(facts) if format is None else json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
    terminal.write_text(text)


@index.command()
@_PLACE
@DEBUG
def verify(place: str) -> None:
    """Compare every file of an index with its checksums."""
    with _open(place, "r") as opened:
        read, articles = opened.verify(), opened.info()["documents"]
    size = f"{count(articles, 'article')}, {quantity(read, 'bytes')}"
    terminal.write_text(one_line(f"{place} is as it was written: {size}") + "\n")


@index.command()
@_PLACE
@THREADS
@QUIET
@DEBUG
def compact(place: str, *, threads: int | None, quiet: bool) -> None:
    """Merge segments, and free unused space."""
    with _open(place, "a") as opened:
        before = opened.info()["bytes"]
        opened.compact(threads=threads)
        after = opened.info()["bytes"]
    if not quiet:
        terminal.say(f"{quantity(before, 'bytes')} before, {quantity(after, 'bytes')} now")


def _open(place: str, mode: Any) -> "Index":
    from syndetect.index.index import Index  # noqa: PLC0415

    return Index.open(place, mode=mode)


def _print_added(added: "Added", held: int, quiet: bool) -> None:
    """The counts of added articles, on standard error; if quiet only the number of skipped ones."""
    skipped = added.skipped.height
    if not quiet:
        counts = ((added.replaced, "replaced"), (added.known, "known already"))
        others = "".join(f", {number:,} {outcome}" for number, outcome in counts if number)
        terminal.say(f"{count(added.documents, 'article')} added{others}; the index has {held:,}")
        terminal.say_columns(added.columns, quiet=quiet)
        if skipped:
            terminal.say(counted(added.skipped))
            terminal.print_skipped(added.skipped)
    elif skipped:
        terminal.say(counted(added.skipped))


def _lines(file: IO[bytes]) -> Iterator[str]:
    """The lines of a file that are not blank, without their ends."""
    from syndetect.reading.lines import lines  # noqa: PLC0415

    for number, line in enumerate(lines(iter(lambda: file.read(1 << 20), b""), _LONGEST_ID), 1):
        if isinstance(line, int):
            raise InputError(f"line {number} of the ids is longer than {_LONGEST_ID:,} bytes")
        try:
            text = line.decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise InputError(f"line {number} of the ids is not UTF-8") from error
        if text:
            yield text

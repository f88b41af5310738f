"""The commands ``scan`` and ``show``."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from syndetect.cli import progress, signals, terminal
from syndetect.cli.options import (
    DEBUG,
    MEMORY,
    READING,
    REPORT,
    SETTINGS,
    SYNDICATION,
    THREADS,
    Output,
    Page,
    SettingsCommand,
    output_options,
)
from syndetect.errors import ResultError
from syndetect.settings import Settings

if TYPE_CHECKING:  # the commands import at run time what they call, so that --help is quick
    from syndetect.pipeline.scan import ScanRequest

_WIDEST = 100  # columns that texts are read in


@click.command(cls=SettingsCommand)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@output_options(
    type=click.Choice(["parquet", "csv", "jsonl", "json", "passim"]),
    help="of the tables in DIR (parquet by default; passim adds passim.jsonl), or, without -o, of the matches"
    " on standard output (csv, jsonl, json; passim: its cluster rows)",
)
@REPORT
@THREADS
@MEMORY
@click.option(
    "--scratch",
    metavar="FOLDER",
    help="where these files go  [default: beside DIR, else among temporary files]",
)
@click.option("--resume", is_flag=True, help="continue a killed scan to DIR; needs -o or --scratch")
@SYNDICATION
@READING
@SETTINGS
def scan(
    paths: tuple[str, ...], *, output: Output, page: Page, scratch: str | None, resume: bool,
    syndication: dict[str, Any], settings: Settings, quiet: bool, **options: Any,
) -> None:  # fmt: skip
    """Find every passage that two or more articles share.

    PATH is a file, a folder (with all below it), a glob in quotes, or - for JSON Lines on standard input; or an
    address of them, such as s3://bucket/folder.
    Files may be .txt, .md, .html, .jsonl, .json, .csv, .tsv, .parquet, Arrow, .xlsx, .warc or .wet; text forms also
    as .gz, .zst, .bz2 or .xz.

    Without -o the passages with the widest reach are shown. With -o the whole result goes to a folder, and
    "syndetect show" then prints any passage in all its documents.
    """
    scratch = _scratch_folder(output, scratch)
    if resume and scratch is None:
        raise click.UsageError(
            "--resume needs --scratch FOLDER"
            + (" with an address as DIR" if output.is_remote else ", or -o DIR")
        )
    from syndetect.pipeline.scan import ScanRequest, scanning  # noqa: PLC0415
    from syndetect.syndication.options import SyndicationOptions  # noqa: PLC0415

    signals.make_reads_interruptible()
    request = ScanRequest(
        list(paths), settings, scratch=scratch, resume=resume, format=output.written_as,
        syndication=SyndicationOptions.of(**syndication), **options,
    )  # fmt: skip
    if output.directory is not None and resume and _is_complete(output, request):
        _finish(output, Path(str(scratch)))
        return
    output.check_place()
    page.check_place(force=output.force)
    with progress.on_stderr(quiet=quiet) as shown, scanning(replace(request, progress=shown)) as found:
        if output.directory is not None:
            shown.stage("writing", None, "tables")
            output.write(found)
        is_shown = output.directory is None or page.path is not None
        result = found.whole() if is_shown else found
        if page.path is not None:
            shown.stage("report", None, "articles")
            page.write(result, force=output.force)
    terminal.present(result, output, quiet=quiet)


def _scratch_folder(output: Output, scratch: str | None) -> str | None:
    """The scratch folder, by default beside the result."""
    if output.directory is None or output.is_remote:
        return scratch
    from syndetect.storage.filesystem import absolute  # noqa: PLC0415
    from syndetect.storage.staging import hidden  # noqa: PLC0415

    place = absolute(output.directory)
    if scratch is None:
        return str(hidden(place, ".scratch"))
    folder = absolute(scratch)
    if folder == place or folder in place.parents or place in folder.parents:
        raise click.UsageError("-o and --scratch must be two folders, neither of them in the other")
    return scratch


def _is_complete(output: Output, request: "ScanRequest") -> bool:
    """Whether the folder for the output holds the result of a scan; a damaged one is none, where it may be replaced."""
    from syndetect.pipeline.scan import identity_of  # noqa: PLC0415
    from syndetect.results.result import holds_result, holds_result_of  # noqa: PLC0415

    if output.directory is None or not holds_result(output.directory):
        return False

    try:
        return holds_result_of(output.directory, identity_of(request))
    except ResultError:
        if not output.force:
            raise
        return False


def _finish(output: Output, scratch: Path) -> None:
    """Remove the files of a scan that was killed after it had written its result."""
    from syndetect.storage.filesystem import absolute  # noqa: PLC0415
    from syndetect.storage.scratch_folder import discard  # noqa: PLC0415
    from syndetect.storage.staging import sweep  # noqa: PLC0415

    discard(scratch)
    if not output.is_remote:
        sweep(absolute(str(output.directory)))
    terminal.say(f"{output.shown} is complete already")


@click.command(short_help="Print one passage in all its documents, or one article.")
@click.argument("directory", metavar="DIR")
@click.argument("name", metavar="PASSAGE|ARTICLE")
@click.option(
    "--article", "is_article", is_flag=True, help="take the name for an article's id, though it is a number"
)
@click.option("--plain", is_flag=True, help="a line for each use, for a pipe: see above")
@DEBUG
def show(directory: str, name: str, *, is_article: bool, plain: bool) -> None:
    """Print one passage of the result in DIR in all its documents, or one article with its passages.

    PASSAGE is a number from the table that "syndetect scan" shows, or a passage_id. The earliest use comes
    first; words left out or added since then are marked.

    ARTICLE is the id of an article: what it is made of, and its passages in order, each with where else it runs.
    A number that names a passage and an article is the passage.

    With --plain each use is a line of fields parted by tabs: passage_id, doc_id, begin, end, words, identity, role,
    kind, agency, confidence, articles, source, published, title, url, text. What is not known is empty.
    """
    from syndetect.report import article_view, lookup, passage_view, use_lines  # noqa: PLC0415
    from syndetect.results.result import read_tables  # noqa: PLC0415

    documents, passages, clusters = read_tables(directory, "documents", "passages", "clusters")
    found = lookup.meant(name, documents, passages, is_article=is_article)
    width, colour = terminal.screen()
    form: dict[str, Any] = {"width": min(width, _WIDEST), "colour": colour}
    if plain:
        shown = use_lines.use_lines(documents, passages, clusters, found)
    elif isinstance(found, str):
        shown = article_view.article(documents, passages, clusters, found, **form)
    else:
        shown = passage_view.passage(documents, passages, clusters, found, **form)
    terminal.write_text(shown)
    if isinstance(found, int) and lookup.is_an_article(name, documents):
        terminal.say(f"{name} is the id of an article as well: --article shows it")

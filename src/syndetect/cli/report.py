"""The command ``report``."""

import click

from syndetect.cli import terminal
from syndetect.cli.options import DEBUG, PAGE, QUIET, Page


@click.command(short_help="Write a result as one page for a browser.")
@click.argument("directory", metavar="DIR")
@click.option(
    "--articles", metavar="PATH", multiple=True,
    help="the articles that were scanned, if they are elsewhere now; may be repeated",
)  # fmt: skip
@PAGE
@QUIET
@DEBUG
def report(directory: str, articles: tuple[str, ...], *, page: Page, quiet: bool) -> None:
    """Write the result in DIR as one HTML file that opens in any browser and can be mailed.

    It needs no server and no network. The texts of the articles are read again from where the scan found them; where
    they are gone or not as they were, the page has the passages alone.
    """
    from syndetect.results.result import Result  # noqa: PLC0415

    page.check_place()
    page.write(Result.read(directory), articles=list(articles) or None)
    if not quiet:
        terminal.say(f"report in {page.path}")

"""The command line: each command parses, calls one public function, and writes."""

import traceback
from typing import Any

import click

from syndetect.cli import terminal
from syndetect.cli.dedup import dedup
from syndetect.cli.evaluate import evaluate
from syndetect.cli.index import index
from syndetect.cli.options import InOrder, is_debugged
from syndetect.cli.scan import scan, show


class _Program(InOrder):
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
            if is_debugged(ctx):
                traceback.print_exc()
            click.echo(f"syndetect: {terminal.message(error)}", err=True)
            ctx.exit(1)


def _print_version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version  # noqa: PLC0415

        click.echo(f"syndetect {version('syndetect')}")
        ctx.exit()


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


for command in (scan, show, evaluate, index, dedup):
    main.add_command(command)

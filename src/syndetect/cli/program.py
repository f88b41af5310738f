"""The program ``syndetect``: the group of its commands, its exit codes and its error messages."""

import traceback
from typing import Any

import click

from syndetect.cli import terminal
from syndetect.cli.dedup import dedup
from syndetect.cli.evaluate import evaluate
from syndetect.cli.index import index
from syndetect.cli.options import OrderedGroup, is_debugged
from syndetect.cli.scan import scan, show


class _Program(OrderedGroup):
    """The commands; a failure gives one line on standard error and the exit code that the help page states."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit):
            raise
        except KeyboardInterrupt:
            click.echo("syndetect: interrupted", err=True)
            terminal.leave_work(130)
            ctx.exit(130)
        except BaseException as error:  # a panic within polars is not an Exception
            if is_debugged(ctx):
                traceback.print_exc()
            click.echo(f"syndetect: {terminal.error_line(error)}", err=True)
            ctx.exit(1)


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syndetect", message="syndetect %(version)s", help="show the version")
def main() -> None:
    """Find reused passages in news articles, character for character.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.
    """


for command in (scan, show, evaluate, index, dedup):
    main.add_command(command)

"""The program ``syndetect``: the group of its commands, its exit codes and its error messages."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from syndetect.cli import signals, terminal
from syndetect.cli.dedup import dedup
from syndetect.cli.evaluate import evaluate
from syndetect.cli.index import index
from syndetect.cli.options import OrderedGroup, is_debugged
from syndetect.cli.report import report
from syndetect.cli.scan import scan, show
from syndetect.cli.scratch import scratch
from syndetect.cli.spark_scan import spark_scan
from syndetect.cli.warm import warm
from syndetect.errors import one_line


class _Program(OrderedGroup):
    """The commands; a failure gives one line on standard error and the exit code that the help page states."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        with _named_safely():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            with signals.raised(), _named_safely():
                return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, SystemExit):
            raise
        except signals.EndedBySignalError as ended:
            terminal.say(f"syndetect: {ended.word}")
            terminal.leave_work(ended.exit_code)
            ctx.exit(ended.exit_code)
        except KeyboardInterrupt:
            terminal.say("syndetect: interrupted")
            terminal.leave_work(130)
            ctx.exit(130)
        except BaseException as error:  # a panic within polars is not an Exception
            if is_debugged(ctx):
                traceback.print_exc()
            terminal.say(f"syndetect: {terminal.error_line(error)}")
            ctx.exit(1)


@contextmanager
def _named_safely() -> Iterator[None]:
    """Rewrite click's messages of wrong usage: they repeat what was given as it was given."""
    try:
        yield
    except click.ClickException as error:
        vars(error).update(message=one_line(error.message))
        raise


@click.group(cls=_Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="syndetect", message="syndetect %(version)s", help="show the version")
def main() -> None:
    """Find reused passages in news articles, character for character.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated, 129 terminal closed.
    """


for command in (scan, show, report, evaluate, index, dedup, scratch, warm, spark_scan):
    main.add_command(command)

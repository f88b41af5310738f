"""What the command line's options are made of: quantities with units, settings, and columns."""

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from syndetect.errors import SettingsError
from syndetect.settings import Settings
from syndetect.syndication import KINDS

if TYPE_CHECKING:
    from syndetect.syndication.options import SyndicationOptions

COLUMNS = ("id", "text", "source", "published", "title", "url", "author")


class Quantity(click.ParamType[float]):
    """A number with a unit, such as 2GB or 14d, as that many of the smallest."""

    def __init__(self, name: str, units: dict[str, float]) -> None:
        self.name, self._units = name, units

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, in the smallest unit."""
        if not isinstance(value, str):
            return value
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value)
        if found is None or found[2].lower() not in self._units:
            units = ", ".join(unit for unit in self._units if unit)
            self.fail(f"{value!r} is no number with one of the units {units}", param, ctx)
        return float(found[1]) * self._units[found[2].lower()]


BYTES = Quantity("bytes", {"mb": 1e6, "gb": 1e9, "mib": 2**20, "gib": 2**30, "kb": 1e3})
DAYS = Quantity("days", {"d": 1.0, "h": 1 / 24, "w": 7.0})


_DEBUG = "syndetect.debug"


def _set_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_DEBUG] = value  # shared with the program, which handles errors


def is_debugged(ctx: click.Context) -> bool:
    """Whether the command was given ``--debug``."""
    return bool(ctx.meta.get(_DEBUG))


DEBUG = click.option(
    "--debug", is_flag=True, is_eager=True, expose_value=False, callback=_set_debug, help="show tracebacks"
)
OUTPUT = click.option("-o", "--output", metavar="DIR", help="write the result to a new folder")
FORCE = click.option("--force", is_flag=True, help="replace a result that is in DIR already")
TOP = click.option(
    "--top", type=click.IntRange(1), metavar="N", default=20, show_default=True, help="passages to show"
)
ALL = click.option("--all", "show_all", is_flag=True, help="show every passage")
MEMORY = click.option(
    "--memory",
    type=BYTES,
    metavar="2GB",
    help="memory to keep to; what has no room goes to files  [default: half of what is free]",
)
THREADS = click.option(
    "--threads", type=click.IntRange(1), metavar="N", help="processor cores to use  [default: all]"
)
STRICT = click.option("--strict", is_flag=True, help="fail at the first input that would be skipped")
QUIET = click.option("-q", "--quiet", is_flag=True, help="no progress and no totals on standard error")


def check_format(form: str | None, output: str | None) -> None:
    """Each format has its place.

    Raises:
        click.UsageError: this one has another.
    """
    if form == "parquet" and output is None:
        raise click.UsageError("--format parquet writes files: add -o DIR")
    if form == "json" and output is not None:
        raise click.UsageError("--format json is for standard output: with -o take jsonl, csv or parquet")


class InOrder(click.Group):
    """Commands that the help page lists in the order in which they were made."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click gives it)
        """Their names."""
        return list(self.commands)


class SettingOption(click.Option):
    """An option that decides the result; the help page lists these apart."""


class ScanCommand(click.Command):
    """A command whose help page has its settings under a heading of their own."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and then the settings."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for title, kind in (("Options", False), ("Settings (these decide the result)", True)):
            chosen = [option for option in options if isinstance(option, SettingOption) is kind]
            with formatter.section(title):
                formatter.write_dl([record for option in chosen if (record := option.get_help_record(ctx))])


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each field of :class:`Settings`, with its range, default and meaning."""
    command = click.option(
        "--window", "window_days", cls=SettingOption, type=DAYS, metavar="14d", default=0.0,
        help="compare only articles published so close together (d, h, w), undated ones with all  [default: no limit]",
    )(command)  # fmt: skip
    for field in reversed(dataclasses.fields(Settings)):
        if field.name == "window_days":
            continue
        low, high = field.metadata["low"], field.metadata["high"]
        kind = click.IntRange(low, high) if field.type is int else click.FloatRange(low, high)
        command = click.option(
            f"--{field.name.replace('_', '-')}",
            cls=SettingOption,
            type=kind,
            metavar="N" if field.type is int else "X",
            default=field.default,
            show_default=True,
            help=field.metadata["meaning"],
        )(command)
    return command


def chosen_settings(values: Mapping[str, Any]) -> Settings:
    """What :func:`with_settings` took, among other options' values."""
    try:
        return Settings(**{field.name: values[field.name] for field in dataclasses.fields(Settings)})
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def with_syndication_options(command: Callable[..., None]) -> Callable[..., None]:
    """Options for what syndication is told, and for what of its findings is kept."""
    options = [
        click.option("--reference", metavar="PATH", help="keep only reuse from these texts (files as PATH)"),
        click.option("--agencies", metavar="FILE", help="agencies that are known beside the usual ones (TOML)"),
        click.option("--owners", metavar="FILE", help="who owns which outlet (CSV with source, owner)"),
        click.option(
            "--across-sources/--no-across-sources", default=None,
            help="keep only what two sources have  [default: where sources are known]",
        ),
        click.option(
            "--min-sources", type=click.IntRange(1), metavar="N", default=1, show_default=True,
            help="keep only passages that so many sources have",
        ),
        click.option(
            "--kind", "kinds", type=click.Choice(KINDS), multiple=True, help="keep only these passages; again for more"
        ),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def chosen_syndication_options(values: Mapping[str, Any]) -> "SyndicationOptions":
    """What :func:`with_syndication_options` took, but for the reference."""
    from syndetect.syndication.options import SyndicationOptions  # noqa: PLC0415

    return SyndicationOptions.of(
        values["agencies"], values["owners"], across_sources=values["across_sources"],
        min_sources=values["min_sources"], kinds=values["kinds"],
    )  # fmt: skip


def with_columns(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each column that an input may call by another name."""
    for name in reversed(COLUMNS):
        meaning = f"the input's name for the column {name}"
        command = click.option(f"--{name}-column", metavar="NAME", help=meaning)(command)
    return command


def chosen_columns(values: Mapping[str, Any]) -> dict[str, str] | None:
    """What :func:`with_columns` took, among other options' values; None when that is nothing."""
    named = {name: values[f"{name}_column"] for name in COLUMNS}
    return {ours: theirs for ours, theirs in named.items() if theirs is not None} or None

"""What the command line's options are made of: quantities with units, settings, and columns."""

import dataclasses
import re
from collections.abc import Callable
from typing import Any

import click

from syndetect.settings import Settings

COLUMNS = ("id", "text", "source", "published", "title", "url")


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


def with_columns(command: Callable[..., None]) -> Callable[..., None]:
    """An option for each column that an input may call by another name."""
    for name in reversed(COLUMNS):
        meaning = f"the input's name for the column {name}"
        command = click.option(f"--{name}-column", metavar="NAME", help=meaning)(command)
    return command

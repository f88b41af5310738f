"""Options that several commands share, and the objects that their values are settled into."""

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

import click

from syndetect.errors import SettingsError
from syndetect.reading.options import DuplicateIds, Markup, Quoting, ReadingOptions
from syndetect.settings import Settings
from syndetect.storage import addresses
from syndetect.syndication import KINDS

if TYPE_CHECKING:  # imported when needed, so that --help is quick
    from syndetect.results.result import Result

COLUMNS = ("id", "text", "source", "published", "title", "url", "author")

_DEBUG = "syndetect.debug"

Decorator = Callable[[Callable[..., None]], Callable[..., None]]


class Quantity(click.ParamType[float]):
    """A number with a unit, such as 2GB or 14d, converted to the unit whose factor is 1.

    Args:
        name: what is measured.
        units: from each unit, in lower case, to its factor.
        number: the type of the value.
    """

    def __init__(self, name: str, units: Mapping[str, float], number: type[int] | type[float]) -> None:
        self.name, self._units, self._number = name, units, number

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The converted number; a default value is one already."""
        if not isinstance(value, str):
            return self._number(value)
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*", value)
        if found is None or found[2].lower() not in self._units:
            self.fail(f"{value!r} is not a number with one of the units {', '.join(self._units)}", param, ctx)
        return self._number(float(found[1]) * self._units[found[2].lower()])


BYTES = Quantity("bytes", {"mb": 1e6, "gb": 1e9, "mib": 2**20, "gib": 2**30, "kb": 1e3}, int)
DAYS = Quantity("days", {"d": 1.0, "h": 1 / 24, "w": 7.0}, float)


class OrderedGroup(click.Group):
    """A group whose help page lists the commands in the order of their definition, not by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  (click passes it)
        """The names of the commands."""
        return list(self.commands)


class SettingOption(click.Option):
    """An option that sets a field of :class:`Settings`; the help page lists these under their own heading."""


class SettingsCommand(click.Command):
    """A command whose help page lists the settings after the other options."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the two lists."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        for title, is_setting in (("Options", False), ("Settings (these decide the result)", True)):
            listed = [option for option in options if isinstance(option, SettingOption) is is_setting]
            with formatter.section(title):
                formatter.write_dl([record for option in listed if (record := option.get_help_record(ctx))])


@dataclass(frozen=True)
class Output:
    """Where a result goes, and in which format.

    Attributes:
        directory: the folder or address to write the tables to; None prints to standard output.
        force: replace a result in ``directory``.
        format: of the tables, or of the matches on standard output. None writes Parquet tables, or prints a summary.
        top: the number of passages in a summary; None shows as many as the screen has room for.
        show_all: show every passage instead, of all kinds.
        escape_formulas: have no cell of CSV begin as a formula of a spreadsheet does.
        utf8_mark: begin CSV with the mark by which Excel knows UTF-8.

    Raises:
        click.UsageError: the format is only for the other place, or has no formulas.
    """

    directory: str | None
    force: bool
    format: str | None
    top: int | None
    show_all: bool
    escape_formulas: bool
    utf8_mark: bool

    def __post_init__(self) -> None:
        if self.directory is not None:
            object.__setattr__(self, "directory", addresses.given(self.directory))
        if self.format == "parquet" and self.directory is None:
            raise click.UsageError("--format parquet writes files: add -o DIR")
        if self.format == "json" and self.directory is not None:
            raise click.UsageError("--format json is for standard output: with -o take jsonl, csv or parquet")
        for name in ("escape_formulas", "utf8_mark"):
            if getattr(self, name) and self.format != "csv":
                raise click.UsageError(f"--{name.replace('_', '-')} goes with --format csv")

    @property
    def is_remote(self) -> bool:
        """Whether the tables go to an address."""
        return self.directory is not None and addresses.is_address(self.directory)

    @property
    def shown(self) -> str:
        """The folder or address as messages name it."""
        return addresses.shown(self.directory or "")

    @property
    def written_as(self) -> str | None:
        """The format of the folder, in words; None where nothing is written."""
        if self.directory is None:
            return None
        formulas, mark = (
            ", formulas escaped" * self.escape_formulas,
            ", with a mark of UTF-8" * self.utf8_mark,
        )
        return f"{self.format or 'parquet'}{formulas}{mark}"

    def check_place(self) -> None:
        """Raise OutputError where the result cannot be written, before the work that it takes."""
        from syndetect.results.result import check_place  # noqa: PLC0415

        if self.directory is not None:
            check_place(self.directory, force=self.force)

    def write(self, result: "Result") -> None:
        """Write the tables, if a folder is given."""
        if self.directory is not None:
            result.write(
                self.directory, format=self.format or "parquet", force=self.force,
                escape_formulas=self.escape_formulas, utf8_mark=self.utf8_mark,
            )  # fmt: skip


@dataclasses.dataclass(frozen=True, kw_only=True)
class Page:
    """The page of a report, and what it holds.

    Raises:
        UsageError: there is no page to hold it.
    """

    path: str | None
    texts: bool = True
    anonymise: bool = False
    force: bool = False

    def __post_init__(self) -> None:
        if self.path is None and (self.anonymise or not self.texts):
            raise click.UsageError("--no-text and --anonymise are of a report: name its file with --report")

    def check_place(self, *, force: bool = False) -> None:
        """Raise OutputError where the page cannot be written, before the work that it takes."""
        if self.path is not None:
            from syndetect.report.page.write import check_place  # noqa: PLC0415

            check_place(self.path, force=self.force or force)

    def write(self, result: "Result", *, articles: Any = None, force: bool = False) -> None:
        """Write the page, if a file is given."""
        if self.path is not None:
            result.report(
                self.path,
                articles=articles,
                texts=self.texts,
                anonymise=self.anonymise,
                force=self.force or force,
            )


def _set_debug(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    ctx.meta[_DEBUG] = value  # shared with the program, which handles errors


def is_debugged(ctx: click.Context) -> bool:
    """Whether the command was given ``--debug``."""
    return bool(ctx.meta.get(_DEBUG))


def _settings(**values: Any) -> Settings:
    try:
        return Settings(**values)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def _reading(**values: Any) -> ReadingOptions:
    """The options of reading, and the given names of the input's columns, by ours."""
    columns = {name: given for name in COLUMNS if (given := values.pop(f"{name}_column")) is not None}
    given = {name: value for name, value in values.items() if value is not None}
    try:
        return ReadingOptions(columns=columns, **given)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error


def _column_option(name: str) -> Decorator:
    """The option for the input's own name of a column."""
    return click.option(f"--{name}-column", metavar="NAME", help=f"the input's name for the column {name}")


def _setting_option(field: dataclasses.Field[Any]) -> Decorator:
    """The option of a field of :class:`Settings`, with its range, default and meaning."""
    if field.name == "window_days":
        return click.option(
            "--window", "window_days", cls=SettingOption, type=DAYS, metavar="14d", default=field.default,
            help="compare only articles published at most so far apart (d, h, w), undated ones with all"
            "  [default: no limit]",
        )  # fmt: skip
    low, high, is_int = field.metadata["low"], field.metadata["high"], field.type is int
    return click.option(
        f"--{field.name.replace('_', '-')}", cls=SettingOption,
        type=click.IntRange(low, high) if is_int else click.FloatRange(low, high), metavar="N" if is_int else "X",
        default=field.default, show_default=True, help=field.metadata["meaning"],
    )  # fmt: skip


def together(*options: Decorator) -> Decorator:
    """A decorator that adds several options to a command, listed in this order."""

    def add(command: Callable[..., None]) -> Callable[..., None]:
        return functools.reduce(lambda made, option: option(made), reversed(options), command)

    return add


def settled(name: str, settle: Callable[..., Any], *options: Decorator) -> Decorator:
    """A decorator that adds options and passes their values as one argument: ``name=settle(**values)``."""
    add = together(*options)
    own = [param.name for param in getattr(add(lambda: None), "__click_params__")]  # noqa: B009  (set by click)

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def receive(**values: Any) -> None:
            value = settle(**{option: values.pop(option) for option in own})
            command(**values, **{name: value})

        return add(receive)

    return decorate


DEBUG = click.option(
    "--debug", is_flag=True, is_eager=True, expose_value=False, callback=_set_debug, help="show tracebacks"
)
QUIET = click.option("-q", "--quiet", is_flag=True, help="no progress and no totals on standard error")
THREADS = click.option(
    "--threads", type=click.IntRange(1), metavar="N", help="processor cores to use  [default: all]"
)
MEMORY = click.option(
    "--memory", type=BYTES, metavar="2GB",
    help="memory to stay within; what exceeds it goes to files  [default: half of the free memory]",
)  # fmt: skip
JSON = click.option("--format", type=click.Choice(["json"]), help="for programs")

#: ``strict, quiet``, and ``reading: ReadingOptions``: of every command that reads articles.
READING = together(
    click.option("--strict", is_flag=True, help="fail at the first input that would be skipped"),
    QUIET, DEBUG,
    settled(
        "reading", _reading,
        click.option(
            "--duplicate-ids", type=click.Choice(get_args(DuplicateIds)),
            help="of articles with one id, keep all, skip all but the first, or fail",
        ),
        click.option("--delimiter", metavar="SIGN", help="between the fields of CSV  [default: found out]"),
        click.option(
            "--quoting", type=click.Choice(get_args(Quoting)),
            help="of CSV: quotation marks enclose fields (minimal), or are text (none)  [default: auto]",
        ),
        click.option(
            "--encoding", metavar="NAME",
            help="of text, JSON Lines, CSV and TSV, such as windows-1250  [default: found out, file by file]",
        ),
        *map(_column_option, COLUMNS),
        click.option("--date-format", metavar="FORMAT", help="of published, in the codes of strptime: %d.%m.%y"),
        click.option(
            "--day-first/--month-first", default=None,
            help="of 03/04/2024, which is the day  [default: dates are not understood that could be either]",
        ),
        click.option(
            "--source-from", metavar="PATTERN",
            help="take the source from the path of a file, as 'outlets/{source}/*': * is anything in a part",
        ),
        click.option(
            "--published-from", metavar="PATTERN", help="take the date from it: '{published}', '{year}/{month}/{day}'"
        ),
        click.option(
            "--markup", type=click.Choice(get_args(Markup)),
            help="whether texts in columns are HTML  [default: auto, told text by text]",
        ),
    ),
)  # fmt: skip
_PAGE = (
    click.option(
        "--no-text",
        "texts",
        flag_value=False,
        type=bool,
        default=True,
        help="a report without the articles' texts",
    ),
    click.option("--anonymise", is_flag=True, help="a report with other names for outlets and articles"),
)
#: ``page: Page``, of a scan.
REPORT = settled(
    "page", Page,
    click.option("--report", "path", metavar="FILE", help="write the result as one page for a browser, too"), *_PAGE,
)  # fmt: skip
#: ``page: Page``, of the command that writes nothing else.
PAGE = settled(
    "page", Page,
    click.option("-o", "--output", "path", metavar="FILE", required=True, help="the page, such as report.html"), *_PAGE,
    click.option("--force", is_flag=True, help="replace a file that is no report"),
)  # fmt: skip
#: ``settings: Settings``
SETTINGS = settled("settings", _settings, *map(_setting_option, dataclasses.fields(Settings)))
#: ``reference``, and ``syndication``: the arguments of ``SyndicationOptions.of``, as a dict.
SYNDICATION = together(
    click.option("--reference", metavar="PATH", help="keep only text reused from these texts (files as PATH)"),
    settled(
        "syndication", dict,
        click.option("--agencies", metavar="FILE", help="agencies in addition to the built-in ones (TOML)"),
        click.option("--owners", metavar="FILE", help="owners of outlets (CSV with the columns source, owner)"),
        click.option(
            "--across-sources/--no-across-sources", default=None,
            help="keep only passages of at least two sources  [default: where sources are known]",
        ),
        click.option(
            "--min-sources", type=click.IntRange(1), metavar="N", default=1, show_default=True,
            help="keep only passages of at least N sources",
        ),
        click.option(
            "--kind", "kinds", type=click.Choice(KINDS), multiple=True,
            help="keep only passages of this kind; may be repeated",
        ),
        click.option(
            "--least-confidence", type=click.FloatRange(0, 1), metavar="SHARE", default=0.0,
            help="keep only passages whose kind is told with this confidence or more",
        ),
    ),
)  # fmt: skip


def output_options(**form: Any) -> Decorator:
    """``output: Output``, from options that begin with ``-o``; ``form`` describes ``--format``."""
    return settled(
        "output", Output,
        click.option("-o", "--output", "directory", metavar="DIR", help="write the result to a new folder or address"),
        click.option("--force", is_flag=True, help="replace a result that is in DIR already"),
        click.option("--format", **form),
        click.option(
            "--top", type=click.IntRange(1), metavar="N",
            help="passages to show, those with the widest reach  [default: what the screen has room for, at most 20]",
        ),
        click.option("--all", "show_all", is_flag=True, help="show every passage, of all kinds"),
        click.option(
            "--escape-formulas", is_flag=True,
            help="with csv: an apostrophe before text that a spreadsheet would run (= + - @ at its beginning)",
        ),
        click.option("--utf8-mark", is_flag=True, help="with csv: the mark by which Excel knows that it is UTF-8"),
    )  # fmt: skip

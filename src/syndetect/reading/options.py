"""What a user says of an input that cannot be told from the input itself."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, Self, get_args

from syndetect.errors import InputError, SettingsError
from syndetect.reading.columns import ALIASES
from syndetect.reading.dates import Times

DuplicateIds = Literal["keep", "skip", "error"]
Quoting = Literal["auto", "minimal", "none"]
Markup = Literal["auto", "html", "none"]

_DELIMITER = re.compile(r'(?![0-9A-Za-z"\r\n])[\x01-\x7f]')


@dataclass(frozen=True, kw_only=True)
class ReadingOptions:
    """How articles are read; the defaults suit nearly all files.

    Attributes:
        columns: from ``id``, ``text``, ``source``, ``published``, ``title``, ``url`` and ``author`` to the input's own
            names of them, where they are not among the usual ones.
        duplicate_ids: of articles with one id, "keep" all, told apart by their places; "skip" all but the first; or
            "error". None leaves it to the command.
        encoding: of text, JSON Lines, CSV and TSV without a byte order mark, and of HTML that declares none, as Python
            or the web names it; None finds it out, file by file.
        delimiter: a sign of ASCII between the fields of CSV; None finds it out.
        quoting: of CSV: "minimal" where quotation marks enclose fields, "none" where they are text; "auto" finds
            it out.
        date_format: of ``published``, in the codes of ``datetime.strptime``.
        day_first: whether the day comes first in dates such as 03/04/2024; None takes them for not understood.
        source_from, published_from: patterns over the path of a file, such as ``outlets/{source}/*``, which say more
            than the records; see :mod:`syndetect.reading.path_columns`.
        markup: whether texts in columns are "html", whose markup is then not read; "auto" finds it out text by text,
            "none" takes them as they stand.

    Raises:
        SettingsError: an option is none of those above, or a format or pattern is none.
        InputError: ``columns`` has a key that is none of those names.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    duplicate_ids: DuplicateIds | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quoting: Quoting = "auto"
    date_format: str | None = None
    day_first: bool | None = None
    source_from: str | None = None
    published_from: str | None = None
    markup: Markup = "auto"

    def __post_init__(self) -> None:
        columns = {"id" if ours == "doc_id" else ours: theirs for ours, theirs in self.columns.items()}
        if unknown := sorted(set(columns) - set(ALIASES)):
            raise InputError(f"no such column: {', '.join(unknown)}; there are {', '.join(ALIASES)}")
        object.__setattr__(self, "columns", columns)
        if self.delimiter == r"\t":
            object.__setattr__(self, "delimiter", "\t")
        if self.delimiter is not None and not _DELIMITER.fullmatch(self.delimiter):
            raise SettingsError(
                f"delimiter is one sign of ASCII, no letter, digit or quotation mark, not {self.delimiter!r}"
            )
        for name, allowed in (
            ("duplicate_ids", (None, *get_args(DuplicateIds))),
            ("quoting", get_args(Quoting)),
            ("markup", get_args(Markup)),
        ):
            if (value := getattr(self, name)) not in allowed:
                known = ", ".join(str(one) for one in allowed if one is not None)
                raise SettingsError(f"{name} is one of {known}, not {value!r}")
        self.codec()
        if self.date_format is not None:
            Times(self.date_format)
        for name, pattern in (("source", self.source_from), ("published", self.published_from)):
            if pattern is not None:
                from syndetect.reading.path_columns import pattern_of  # noqa: PLC0415  (off the path of --help)

                pattern_of(pattern, name)

    def codec(self) -> str | None:
        """Python's codec for ``encoding``.

        Raises:
            SettingsError: there is none.
        """
        if self.encoding is None:
            return None
        from syndetect.reading.labels import codec  # noqa: PLC0415  (seldom needed)

        if (found := codec(self.encoding)) is None:
            raise SettingsError(f"no encoding is named {self.encoding!r}: give a name such as windows-1250")
        return found

    @classmethod
    def of(cls, reading: Self | None, columns: Mapping[str, str] | None = None) -> Self:
        """The options that a caller gave, with the columns that were named beside them."""
        found = cls() if reading is None else reading
        return replace(found, columns={**found.columns, **columns}) if columns else found

    def to_dict(self) -> dict[str, Any]:
        """The options that are not the defaults, as JSON can hold them."""
        default = ReadingOptions()
        return {name: value for name, value in asdict(self).items() if value != getattr(default, name)}

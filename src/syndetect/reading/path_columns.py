"""Columns in the paths of files: partitions (``source=Daily/date=2024-05-03/``), and what a pattern finds there.

A pattern is a path in which ``{source}`` and ``{published}`` stand for what is to be taken, as do ``{year}``,
``{month}`` and ``{day}``; ``*`` stands for anything within a part of the path, and ``...`` for any number of parts, at
the end for the file at least. It is the whole path of a file below the folder that was given; where no file has one
like that, its path as given; and else the end of its absolute path.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from syndetect.errors import InputError, SettingsError
from syndetect.reading.columns import ALIASES, Columns
from syndetect.reading.discovery import File

#: What a pattern may take, and the characters of it.
_TAKEN = {"source": "[^/]+?", "published": "[^/]+?", "year": r"\d{4}", "month": r"\d\d?", "day": r"\d\d?"}
_SIGNS = re.compile(r"(?P<name>\{\w*\})|(?P<parts>(?:^|/)(?:\.\.\.|\*\*)(?:/|$))|(?P<any>\*)")
_NO_PARTITION = "__HIVE_DEFAULT_PARTITION__"
#: What may stand in the path of files: not what tells their records apart.
_OF_PATHS = ("source", "published", "title", "author")


def pattern_of(pattern: str, needed: str) -> re.Pattern[str]:
    """A pattern over paths as a regular expression.

    Args:
        pattern: see the top of this module.
        needed: "source" or "published", which must be in it; for the latter the year, month and day will do.

    Raises:
        SettingsError: it is not, or something else is.
    """
    parts, at, seen = [], 0, set[str]()
    for sign in _SIGNS.finditer(pattern):
        parts.append(re.escape(pattern[at : sign.start()]))
        at = sign.end()
        if sign["name"]:
            name = sign["name"][1:-1]
            if name not in _TAKEN or name in seen:
                known = ", ".join(_TAKEN)
                raise SettingsError(
                    f"in a pattern over paths stand {known} in braces, each once: not {pattern!r}"
                )
            seen.add(name)
            parts.append(f"(?P<{name}>{_TAKEN[name]})")
        elif sign["any"]:
            parts.append("[^/]*")
        else:
            parts.append(_any_parts(sign["parts"]))
    if needed not in seen and not (needed == "published" and {"year", "month", "day"} <= seen):
        raise SettingsError(f"a pattern over paths for {needed!r} has {{{needed}}} in it: not {pattern!r}")
    return re.compile("".join(parts) + re.escape(pattern[at:].rstrip("/")))


def _any_parts(sign: str) -> str:
    """The expression for any number of parts, with the slashes that stand beside their sign."""
    begins, ends = sign.startswith("/"), sign.endswith("/")
    if begins and ends:
        return "/(?:.*/)?"
    return "/.+" if begins else "(?:.*/)?" if ends else ".+"


class PathColumns:
    """What the paths of files say of their articles.

    Args:
        files: all that are read.
        columns: the columns that the user named.
        source_from, published_from: patterns, or None.

    Raises:
        InputError: a pattern is like the path of no file.
        SettingsError: a pattern is none.
    """

    def __init__(
        self, files: Sequence[File], columns: Columns, source_from: str | None, published_from: str | None
    ) -> None:
        self._columns = columns
        self._patterns = {
            name: _fitting(files, name, pattern)
            for name, pattern in (("source", source_from), ("published", published_from))
            if pattern is not None
        }

    def taken(self, file: File) -> Mapping[str, str]:
        """What the patterns find in the path of a file, by the article's columns."""
        found: dict[str, str] = {}
        for name, find in self._patterns.items():
            others = {"source", "published"} - self._patterns.keys()  # one pattern may take both
            found |= {ours: value for ours, value in find(file).items() if value and ours in {name, *others}}
        return found

    def partitions(self, file: File) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """What partitions say, by the article's columns; and the names of these partitions, likewise."""
        values = _partitions(file.path)
        if not values:
            return {}, {}
        names = {
            ours: keys[0]
            for ours, keys in zip(ALIASES, self._columns.keys(values), strict=True)
            if keys and ours in _OF_PATHS
        }
        found = {ours: values[theirs] for ours, theirs in names.items()}
        parts = {name.lower(): value for name, value in values.items()}
        if "published" not in found and parts.keys() >= {"year", "month", "day"}:
            found["published"], names["published"] = _day(parts), "year, month, day"
        return found, names


def _partitions(path: str) -> dict[str, str]:
    """The names and values of the folders ``name=value`` in a path."""
    found = {}
    for part in Path(path).parts[:-1] if "=" in path else ():
        name, sign, value = part.partition("=")
        if sign and name and value and value != _NO_PARTITION:
            found[unquote(name)] = unquote(value)
    return found


def _day(parts: Mapping[str, str | None]) -> str:
    return "-".join(str(parts[name]).zfill(2) for name in ("year", "month", "day"))


def _fitting(files: Iterable[File], name: str, pattern: str) -> Callable[[File], Mapping[str, str]]:
    """What finds the columns in the path of a file by a pattern."""
    expression = pattern_of(pattern, name)
    files = [file for file in files if file.path != "-"]
    tail = re.compile(rf"(?:.*/)?{expression.pattern}")
    for path_of, form in ((_within, expression), (_given, expression), (_absolute, tail)):
        if any(form.fullmatch(path_of(file)) for file in files):
            return partial(_found, path_of, form)
    shown = f", such as {_given(files[0])}" if files else ""
    raise InputError(f"--{name}-from: {pattern!r} is like the path of no file{shown}")


def _found(path_of: Callable[[File], str], form: re.Pattern[str], file: File) -> Mapping[str, str]:
    """What a pattern takes from the path of a file; nothing where that is another one."""
    match = form.fullmatch(path_of(file))
    found = match.groupdict() if match else {}
    if "published" not in found and found.keys() >= {"year", "month", "day"}:
        found["published"] = _day(found)
    return found


def _within(file: File) -> str:
    return file.within


def _given(file: File) -> str:
    return Path(file.path).as_posix()


def _absolute(file: File) -> str:
    return file.path if "://" in file.path else Path(os.path.abspath(file.path)).as_posix()  # noqa: PTH100

"""Objects of JSON around articles: which objects are articles, and where in others they lie.

The rules go by shape and not by the names of what lies around. An article is an object with text in a column of text;
or around one such object: a hit of Elasticsearch, whose ``_source`` has the columns. Where neither holds, the articles
are the elements of arrays in it, ``{"articles": [...]}`` or ``{"hits": {"hits": [...]}}``, or all of its values.
"""

from collections.abc import Mapping
from typing import Any, Literal

from syndetect.reading.columns import Columns

Kind = Literal["article", "holder", ""]

_LOOKED_AT = 1000  # elements of an array, of which one must be an article
_DEPTH = 8
_MOST_SHAPES = 1000


class Nesting:
    """The rules above, for the columns that a user knows."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._text_names: dict[tuple[Any, ...], tuple[str, ...]] = {}  # by the names of an object's members

    def kind_of(self, value: object, depth: int = 0) -> Kind:
        """What a value of JSON is: an "article", a "holder" of several, or neither ("")."""
        if isinstance(value, list) and depth <= _DEPTH:
            return "holder" if any(self.kind_of(one, depth + 1) for one in value[:_LOOKED_AT]) else ""
        if not isinstance(value, dict) or depth > _DEPTH:
            return ""
        if (has_text := self.has_text(value)) and not self._is_blank(value):
            return "article"
        kinds = [self.kind_of(one, depth + 1) for one in value.values()]
        if "holder" in kinds or kinds.count("article") > 1:
            return "holder"
        return "article" if has_text or self.inner_name(value) is not None else ""

    def articles_within(self, article: Mapping[str, Any]) -> int:
        """How many articles lie in arrays of an article with a text of its own, as those related to it do."""
        if not self.has_text(article):
            return 0
        lists = (value for value in article.values() if isinstance(value, list))
        return sum(self.kind_of(one, 1) == "article" for value in lists for one in value)

    def _is_blank(self, record: Mapping[str, Any]) -> bool:
        """Whether nothing stands in the columns of text that a record has."""
        names = self._columns.keys(tuple(record))[1]
        return all(isinstance(record[name], str) and not record[name].strip() for name in names)

    def has_text(self, record: Mapping[str, Any]) -> bool:
        """Whether a column of text is there, and what is in it is no object nor a list of objects."""
        shape = tuple(record)
        if (names := self._text_names.get(shape)) is None:
            if len(self._text_names) == _MOST_SHAPES:
                self._text_names.clear()
            names = self._text_names[shape] = self._columns.keys(shape)[1]
        return not all(map(_is_nested, map(record.__getitem__, names)))

    def inner_name(self, record: Mapping[str, Any]) -> str | None:
        """The one member of a record that is a record with text; None where there is none, or there are several."""
        found = [name for name, value in record.items() if isinstance(value, dict) and self.has_text(value)]
        return found[0] if len(found) == 1 else None

    def is_of_columns(self, value: Mapping[str, Any]) -> bool:
        """Whether an object holds columns, as frames of pandas are written where nothing else is asked for."""
        if {"columns", "data"} <= value.keys():
            return True
        columns = list(value.values())
        return (
            bool(self._columns.keys(tuple(value))[1])
            and all(isinstance(column, dict) for column in columns)
            and len({tuple(column) for column in columns}) == 1
        )

    def unwrapped(self, record: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """A record without text, and the first record with text in it, as one; None where there is none in it."""
        name = self.inner_name(record)
        if name is None:
            return None
        return {**{other: value for other, value in record.items() if other != name}, **record[name]}


def _is_nested(value: object) -> bool:
    return isinstance(value, dict) or (
        isinstance(value, list) and any(isinstance(part, dict) for part in value)
    )

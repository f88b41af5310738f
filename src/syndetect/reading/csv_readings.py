r"""Ways to read the fields of a row of CSV: what a quotation mark means, and what undoes it.

=========  ==========================================================================================
plain      a quotation mark is text
strict     marks enclose a field and are doubled inside it; no other field has one (RFC 4180)
mixed      the same, but a field whose marks do not enclose it as a whole is text: ``"Yes" he said``
glued      the same, but such marks protect delimiters: ``"Yes, well" he said`` is one field
escaped    a backslash, not a second mark, stands before a mark or backslash inside a field (Spark's)
lenient    inside a field stand single marks too; one before a delimiter or the row's end closes it
unclosed   the same, and the last field may lack its closing mark
=========  ==========================================================================================
"""

import re
from functools import lru_cache
from typing import NamedTuple

_DOUBLED = r'[^"]*+(?:""[^"]*+)*+'
_ESCAPED = r'(?:[^"\\]++|\\.|\\\Z)*+'


class Field(NamedTuple):
    """A field: its value, and begin and end of what stands for the value, without the marks around it."""

    value: str
    begin: int
    end: int
    is_enclosed: bool


class Reading(NamedTuple):
    """One way to read the fields of a row.

    Attributes:
        row: as many complete fields as a row begins with.
        rest: as many complete fields as follow one that was enclosed.
        inside: what may follow within an enclosed field.
        field: a field, and the delimiter behind it or the row's end.
        escape: what stands before a mark inside an enclosed field; empty where no field is enclosed.
        sign: the delimiter.
    """

    row: re.Pattern[bytes]
    rest: re.Pattern[bytes]
    inside: re.Pattern[bytes]
    field: re.Pattern[str]
    escape: str
    sign: bytes

    def fields(self, row: str) -> list[Field]:
        """The fields of a row, which is without its line end; a blank row has none."""
        found: list[Field] = []
        for field in self.field.finditer(row) if row else ():
            value, is_enclosed = field["enclosed"], True
            if value is None:
                value, is_enclosed = field["text"], False
            elif self.escape == '"':
                value = value.replace('""', '"')
            else:
                value = re.sub(r'\\(["\\])', r"\1", value)
            found.append(Field(value, *field.span("enclosed" if is_enclosed else "text"), is_enclosed))
            if not field["end"]:
                break
        return found

    def written(self, value: str, like: Field) -> str:
        """A value as it is to stand in a row in the place of another field's."""
        inside = re.sub(r'(["\\])' if self.escape == "\\" else '"', rf"{re.escape(self.escape)}\g<0>", value)
        if like.is_enclosed:
            return inside
        is_clear = not value or not self.escape or [field.value for field in self.fields(value)] == [value]
        return value if is_clear else f'"{inside}"'


class Readings(NamedTuple):
    """All ways to read a row, for one delimiter."""

    delimiter: str
    plain: Reading
    strict: Reading
    mixed: Reading
    glued: Reading
    escaped: Reading
    lenient: Reading
    unclosed: Reading


@lru_cache(maxsize=16)
def readings(delimiter: str) -> Readings:
    """The ways to read a row whose fields stand between delimiters, one ASCII character."""
    sign = re.escape(delimiter)
    closed = f'"(?={sign}|\\Z)'
    inner = rf'(?:[^"]++|"(?!{sign}|[\r\n]*\Z))*+'

    def reading(
        body: str, closing: str = closed, text: str = "", outside: str = "", escape: str = '"'
    ) -> Reading:
        one = rf'(?:"{body}"|(?!")[^{sign}{outside}]*+)'
        return Reading(
            _bytes(rf"{one}(?:{sign}{one})*+"),
            _bytes(rf"(?:{sign}{one})*+"),
            _bytes(body),
            re.compile(
                rf'(?:"(?P<enclosed>{body}){closing}|(?P<text>{text}[^{sign}]*+))(?P<end>{sign}|\Z)',
                re.DOTALL,
            ),
            escape,
            delimiter.encode(),
        )

    plain = _bytes(rf"[^{sign}]*+(?:{sign}[^{sign}]*+)*+")
    field = re.compile(rf"(?P<enclosed>(?!))?(?P<text>[^{sign}]*+)(?P<end>{sign}|\Z)", re.DOTALL)
    return Readings(
        delimiter,
        plain=Reading(plain, plain, plain, field, "", delimiter.encode()),
        strict=reading(_DOUBLED, outside='"'),
        mixed=reading(_DOUBLED),
        glued=reading(_DOUBLED, text=f'(?:"{_DOUBLED}")?+'),
        escaped=reading(_ESCAPED, escape="\\"),
        lenient=reading(inner),
        unclosed=reading(inner, closing=rf"(?:{closed}|\Z)"),
    )


def _bytes(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode(), re.DOTALL)

"""Plain twin of the kernel that splits rows of CSV."""

import re

_BLANK = re.compile(rb"(?:\r?\n)+")
_ENCLOSED = rb'"(?:[^"\r]|""|\r\n)*"'
_FIELD = re.compile(rb',(%b|[^",]*)' % _ENCLOSED)
#: A row by what quotation marks do: enclose fields, or are text.
_ROWS = {
    is_text: re.compile(rb"(?:%b)(?:,(?:%b))*(?:\r?\n|\Z)" % (field, field))
    for is_text, field in ((False, _ENCLOSED + rb'|[^",\r\n]*'), (True, rb"[^,\r\n]*"))
}


def split_rows(
    data: bytes, wanted: list[bool], marks: int, longest: int
) -> tuple[list[list[bytes]], int, bool]:
    """The wanted values of the clean rows of a file, where the next one begins, and whether there is one.

    Args:
        data: rows with commas.
        wanted: which columns are.
        marks: what quotation marks do: enclose fields (0), that or are text (1), are text (2).
        longest: bytes of a row.
    """
    rows: list[list[bytes]] = []
    at = 0
    while at < len(data):
        if blank := _BLANK.match(data, at):
            at = blank.end()
            continue
        found = None if marks == 2 else _ROWS[False].match(data, at)
        if found is None and marks:
            found = _ROWS[True].match(data, at)
            if found and marks == 1 and re.search(rb'(?:^|,)"', found[0]):
                found = None
        values = _values(found[0], len(wanted), is_text=marks == 2) if found else None
        if found is None or values is None or len(found[0]) > longest:
            return rows, at, True
        rows.append([value for value, is_wanted in zip(values, wanted, strict=True) if is_wanted])
        at = found.end()
    return rows, at, False


def _values(row: bytes, columns: int, *, is_text: bool) -> list[bytes] | None:
    """The values of a row, if it is clean."""
    try:
        row.decode()
    except UnicodeDecodeError:
        return None
    body = row.removesuffix(b"\n").removesuffix(b"\r")
    if is_text or not re.search(rb'(?:^|,)"', body):
        fields = body.split(b",")
    else:
        lines = body.split(b"\n")
        if b'\\"' in row or (
            len(lines) > 1 and all(line.count(b",") == columns - 1 for line in lines) and columns > 1
        ):
            return None
        found = _FIELD.findall(b"," + body)
        fields = [field[1:-1].replace(b'""', b'"') if field[:1] == b'"' else field for field in found]
    return fields if len(fields) == columns else None

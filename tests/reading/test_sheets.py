"""Spreadsheets."""

import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from samples.reading import gather, ids_of, texts
from syndetect.errors import InputError, MissingExtraError
from syndetect.reading import sheets
from syndetect.reading.sources import expand

SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
ROWS: list[list[Any]] = [
    ["id", "Text", "Outlet", "Date"],
    [7, "first\nof two", "Daily", date(2024, 5, 6)],
    ["b", "second", None, None],
]


def cell(at: str, value: Any) -> str:
    match value:
        case None:
            return ""
        case date():
            return f'<c r="{at}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>'
        case int() | float():
            return f'<c r="{at}"><v>{value}</v></c>'
        case tuple():  # a formula and its value
            return f'<c r="{at}" t="str"><f>{escape(value[0])}</f><v>{escape(value[1])}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


def sheet(rows: Sequence[Sequence[Any]], hidden: Sequence[int] = ()) -> str:
    made = ""
    for number, row in enumerate(rows, 1):
        cells = "".join(cell(f"{chr(65 + at)}{number}", value) for at, value in enumerate(row))
        made += f'<row r="{number}" hidden="{int(number in hidden)}">{cells}</row>'
    return f"<worksheet {SPACE}><sheetData>{made}</sheetData></worksheet>"


def write(path: Path, made: Mapping[str, str]) -> Path:
    """A workbook of sheets by their names."""
    numbers = range(1, len(made) + 1)
    names = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in zip(numbers, made, strict=True)
    )
    links = "".join(
        f'<Relationship Id="r{n}" Type="{OFFICE}/worksheet" Target="worksheets/s{n}.xml"/>' for n in numbers
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        )
        parts.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument"'
            ' Target="xl/workbook.xml"/></Relationships>',
        )
        parts.writestr(
            "xl/workbook.xml", f'<workbook {SPACE} xmlns:r="{OFFICE}"><sheets>{names}</sheets></workbook>'
        )
        parts.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}<Relationship Id="rs" Type="{OFFICE}/styles"'
            ' Target="styles.xml"/></Relationships>',
        )
        parts.writestr(
            "xl/styles.xml",
            f'<styleSheet {SPACE}><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>',
        )
        for number, xml in zip(numbers, made.values(), strict=True):
            parts.writestr(f"xl/worksheets/s{number}.xml", xml)
    return path


def test_22_rows_of_a_spreadsheet(tmp_path: Path) -> None:
    frame, skipped = gather(write(tmp_path / "a.xlsx", {"News": sheet(ROWS)}))
    assert not skipped
    assert frame.select("doc_id", "text", "source").rows() == [
        ("7", "first\nof two", "Daily"),
        ("b", "second", None),
    ]
    assert str(frame["published"][0].date()) == "2024-05-06"


def test_22_all_sheets_with_a_column_of_text(tmp_path: Path) -> None:
    """Rows above a header, blank and hidden rows, formulas, columns that nobody asked for; places name the sheet."""
    made = {
        "Cover": sheet([["Export of all"], ["by the desk"]]),
        "One": sheet(
            [[None, "All articles"], [], ["n", "Body"], [1, "one"], [], [2, None], [3, ("A1", "three")]], [4]
        ),
        "Two": sheet([["Body", "Body"], ["four", "other"], [5, "x"]]),
    }
    ids, skipped = ids_of(write(tmp_path / "a.xlsm", made))
    assert ids == ["a.xlsm:2:4", "a.xlsm:2:7", "a.xlsm:3:2"]
    assert skipped == [
        (f"{tmp_path.as_posix()}/a.xlsm, sheet 2, row 6", "text is null"),
        (f"{tmp_path.as_posix()}/a.xlsm, sheet 3, row 3", "text is no string but float"),
    ]


def test_a_column_that_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", {"Cover": sheet([["x"]]), "S": sheet([["Yarn"], ["of one"]])})
    assert texts(path, columns={"text": "Yarn"}) == [("a.xlsx:2:2", "of one")]
    with pytest.raises(InputError, match=r"a\.xlsx has no column 'Tale', only x"):
        ids_of(path, columns={"text": "Tale"})
    assert ids_of(path) == ([], [(path.as_posix(), "no column of text, only x")])


def test_what_is_no_spreadsheet_is_told(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.xlsx", {"News": sheet(ROWS)}).read_bytes()
    (tmp_path / "whole.xlsx").unlink()
    (tmp_path / "zz.txt").write_text("good")
    for data in (b"", b"no spreadsheet", whole[:-40], whole[:200] + b"\xff" * 9 + whole[209:]):
        (tmp_path / "a.xlsx").write_bytes(data)
        ids, [(_, reason)] = ids_of(tmp_path)
        assert ids == ["zz.txt"]
        assert reason.startswith("broken spreadsheet: "), reason


def test_a_sheet_that_unpacks_to_too_much_is_never_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "_MOST_BYTES", 10_000)
    path = write(tmp_path / "a.xlsx", {"News": sheet([["text"], *([f"text {n}"] for n in range(999))])})
    assert ids_of(path) == ([], [(path.as_posix(), "more than 10,000 bytes unpacked: save it as CSV")])


def test_a_spreadsheet_without_its_reader_is_an_error_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "a.xlsx", {"News": sheet(ROWS)})
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    with pytest.raises(MissingExtraError, match=r"a\.xlsx, pip install 'syndetect\[xlsx\]'"):
        expand(tmp_path)
    assert path.exists()

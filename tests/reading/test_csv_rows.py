"""CSV as people write it: quotation marks that are text, other escapes, line ends and first lines."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.reading import gather, texts
from syndetect.errors import SettingsError
from syndetect.reading.csv_rows import Row, Rows
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.lines import lines, whole_lines
from syndetect.reading.options import Quoting, ReadingOptions


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return iter([data[at : at + size] for at in range(0, len(data), size)])


def rows_of(
    data: bytes, *, size: int = 1 << 20, max_bytes: int = 1 << 20, quoting: Quoting = "auto"
) -> list[Row]:
    decoder = Decoder()
    rows = Rows(decoder.stream(cut(data, size)), decoder, ",;\t|", max_bytes, quoting)
    return [rows.header, *rows]


def fields_of(data: bytes, **options: Any) -> list[Any]:
    return [
        str(row.fields) if isinstance(row.fields, UnusableError) else row.fields
        for row in rows_of(data, **options)
    ]


def articles(tmp_path: Path, data: str, name: str = "a.csv", **options: Any) -> tuple[list[str], list[str]]:
    """The texts that are read, and the reasons that are told."""
    (tmp_path / name).write_bytes(data.encode())
    frame, told = gather(tmp_path / name, **options)
    return frame["text"].to_list(), [reason for _, reason in told]


def invented(sign: str, odd: dict[int, str], count: int = 24) -> str:
    """Rows without quotation marks, but for some."""
    plain = [odd.get(n, f"Ferry {n} left the pier of harbour {n % 5} at dawn.") for n in range(1, count + 1)]
    return f"id{sign}text\n" + "".join(f"{n}{sign}{text}\n" for n, text in enumerate(plain, 1))


# ---------------------------------------------------------------------------------------- 03: marks that are text


@pytest.mark.parametrize("sign", ["\t", ";", ",", "|"])
@pytest.mark.parametrize(
    "odd",
    [
        {4: '"Nobody rowed across the bay'},
        {4: '"Nobody rowed across the bay', 17: '"They did so at night'},
        {4: '"Nobody rowed across the bay', 17: 'and nobody sang to them"'},
        {4: '"Nobody rowed" said the pilot', 9: 'the "old" pier', 17: '""Twice"" they rowed'},
        {4: '""', 5: '"Nobody rowed', 6: '"'},
        {4: '"', 9: '"""'},
        {24: '"Nobody rowed across the bay'},
    ],
)  # fmt: skip
def test_case_03_no_row_is_swallowed_by_a_mark_that_is_text(
    tmp_path: Path, sign: str, odd: dict[int, str]
) -> None:
    data = invented(sign, odd)
    read, told = articles(tmp_path, data)
    empty = sum(text == '""' for text in odd.values())
    assert len(read) == 24 - empty
    assert told == ["no text"] * empty
    for n, text in odd.items():
        assert text == '""' or any(one.strip('"') == text.strip('"') for one in read), n
    assert all(one in data for one in read)


def test_case_03_a_mark_that_is_text_does_not_reach_the_end_of_the_file(tmp_path: Path) -> None:
    odd = dict.fromkeys(range(900, 2000), '"Nobody rowed across the bay')
    assert len(articles(tmp_path, invented("\t", odd, 5000), "a.tsv")[0]) == 5000


def test_a_field_of_which_a_part_is_in_marks_is_text_and_its_marks_stay() -> None:
    data = b'id,text\n1,"Yes" he said\n2,"Yes, well" he said\n3,so "yes"\n4,""Yes"" he said\n'
    assert fields_of(data)[1:] == [
        ["1", '"Yes" he said'], ["2", '"Yes, well" he said'], ["3", 'so "yes"'], ["4", '""Yes"" he said'],
    ]  # fmt: skip


def test_a_text_with_a_delimiter_is_left_out_where_nothing_protects_it() -> None:
    rows = rows_of(b'id;text\n1;so "yes"\n2;"x" y; z\n3;"x; y\n')
    assert [row.fields for row in rows[1:]] == [["1", 'so "yes"'], ["2", '"x" y', " z"], ["3", "x; y"]]
    assert [bool(row.remark) for row in rows[1:]] == [False, False, True]


def test_lines_in_marks_that_look_like_rows_are_told_where_nothing_decides(tmp_path: Path) -> None:
    data = 'title,text\nThe ferry,"One\nThe pier,Two\nA harbour,Three"\nThe boat,Four\n'
    read, told = articles(tmp_path, data)
    assert len(read) == 2
    assert told == ["3 lines in quotation marks that look like rows"]
    assert articles(tmp_path, data, reading=ReadingOptions(quoting="none")) == (
        ['"One', "Two", 'Three"', "Four"],
        [],
    )


def test_marks_within_a_quoted_field_that_nobody_doubled(tmp_path: Path) -> None:
    good = "".join(f'{n},"Ferry {n}, the old one",x\n' for n in range(30))
    data = (
        'id,text,title\n31,"She said "hello, you" to me.",t\n32,"One "word" more.\nAnd an end, here.",t\n'
        + good
    )
    read, told = articles(tmp_path, data)
    assert read[:2] == ['She said "hello, you" to me.', 'One "word" more.\nAnd an end, here.']
    assert len(read) == 32
    assert len(told) == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_quoted_text_goes_on_through_lines_that_could_be_rows(end: str) -> None:
    rows = [
        ["id", "text"],
        ["1", end.join(["To buy:", "2, eggs", "3, milk"])],
        ["4", 'a "b", c'],
        ["5", f"x{end}{end}"],
    ]
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator=end).writerows(rows)
    assert fields_of(file.getvalue().encode()) == rows


def test_a_quoted_field_that_is_cut_off_ends_before_the_next_row(tmp_path: Path) -> None:
    rows = [[str(n), f"Ferry {n}, the old one.\n\nIt left at dawn."] for n in range(30)]
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\n").writerows([["id", "text"], *rows])
    good = file.getvalue()
    read, told = articles(tmp_path, good.replace('dawn."\n8', "dawn.\n8"))
    assert read == [text for _, text in rows]
    assert told == ["a quotation mark that is never closed"]
    read, told = articles(tmp_path, good[:-15])
    assert read == [*[text for _, text in rows[:-1]], "Ferry 29, the old one.\n\nIt "]
    assert told == ["a quotation mark that is never closed"]


def test_a_quoted_field_of_megabytes_is_one_field() -> None:
    text = "A paragraph, with a word.\n" * 50_000
    data = f'id,text\n1,"{text}"\n2,"b, c"\n'.encode()
    assert fields_of(data, max_bytes=1 << 22)[1:] == [["1", text], ["2", "b, c"]]
    assert fields_of(data)[1:] == ["longer than 1,048,576 bytes", ["2", "b, c"]]


def test_a_mark_that_is_text_in_a_file_that_is_longer_than_a_row_may_be() -> None:
    data = invented("\t", {4: '"Nobody rowed across the bay'}, 400).encode()
    assert len(rows_of(data, max_bytes=500)) == 401


def test_a_quoted_field_runs_through_lines() -> None:
    data = b'x,y\na,"b\nc""\n",d\ne,5" f\n"g" "h,\n"never\nclosed'
    assert [row.raw for row in rows_of(data, quoting="minimal")[1:-1]] == [
        b'a,"b\nc""\n",d\n',
        b'e,5" f\n',
        b'"g" "h,\n',
    ]


def test_a_row_too_long_ends_where_its_quotation_marks_are_even() -> None:
    data = b'x,y\na,"' + b"long\n" * 9 + b'""\n"\nb,c\n' + b"d" * 30 + b"\ne,f\n"
    too_long = "longer than 20 bytes"
    assert fields_of(data, max_bytes=20)[1:] == [too_long, ["b", "c"], too_long, ["e", "f"]]


# ---------------------------------------------------------------------------------------- options


def test_quoting_none_and_minimal(tmp_path: Path) -> None:
    data = 'id\ttext\n1\t"One"\n2\t"Two\n3\tthree"\n4\tfour\n'
    (tmp_path / "a.tsv").write_text(data)

    def read(quoting: Quoting) -> list[str]:
        return [text for _, text in texts(tmp_path, reading=ReadingOptions(quoting=quoting))]

    assert read("none") == ['"One"', '"Two', 'three"', "four"]
    assert read("minimal") == ["One", "Two\n3\tthree", "four"]
    assert read("auto") == ["One", '"Two', 'three"', "four"]


def test_a_delimiter_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id^text\n1^One, two; three\n")
    assert texts(tmp_path, reading=ReadingOptions(delimiter="^")) == [("1", "One, two; three")]


def test_delimiters_are_counted_outside_marks_and_in_more_than_the_header() -> None:
    assert fields_of(b'"a,b,c";text\n1;x, y\n')[1] == ["1", "x, y"]
    assert fields_of(b"id;title, or not, or so;text\n1;x;y\n2;v;w\n")[1:] == [
        ["1", "x", "y"],
        ["2", "v", "w"],
    ]
    assert fields_of(b"text\nOne, two; three\n")[1] == ["One, two; three"]


@pytest.mark.parametrize("sign", ["", ",,", '"', "\n", "a", "\xe9"])
def test_what_is_no_delimiter(sign: str) -> None:
    with pytest.raises(SettingsError, match="delimiter is one"):
        ReadingOptions(delimiter=sign)
    assert ReadingOptions(delimiter=r"\t").delimiter == "\t"


# ---------------------------------------------------------------------------------------- other writers


def test_backslashes_before_marks_as_spark_writes_them() -> None:
    data = rb"""id,text,n
1,"\"No,\" she said, \"not now.\"",1
2,"It ended so: \"
and then \"never\", again",2
3,"C:\\ and \"D\"",3
4,plain \ text,4
5,"ends in a \"mark\"",5
"""
    assert fields_of(data)[1:] == [
        ["1", '"No," she said, "not now."', "1"], ["2", 'It ended so: "\nand then "never", again', "2"],
        ["3", 'C:\\ and "D"', "3"], ["4", "plain \\ text", "4"], ["5", 'ends in a "mark"', "5"],
    ]  # fmt: skip


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "\ufeffsep=;"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_case_16_the_first_line_may_name_the_delimiter(tmp_path: Path, first: str, end: str) -> None:
    lines = [first, "Nr;Blatt;Inhalt", "1;Kurier;Das Boot, das alte, fährt.", '2;Anzeiger;"Es; fährt"', ""]
    read, told = articles(tmp_path, end.join(lines), columns={"text": "Inhalt"})
    assert read == ["Das Boot, das alte, fährt.", "Es; fährt"]
    assert not told


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\r\r\n"])
def test_line_ends_of_every_system(tmp_path: Path, end: str) -> None:
    data = f'id,text{end}1,One{end}2,"Two, of{end}lines"{end}{end}3,Three'
    assert articles(tmp_path, data) == (["One", f"Two, of{end}lines", "Three"], [])


def test_line_ends_of_all_systems_in_one_file(tmp_path: Path) -> None:
    data = "id,text\n1,One\r2,Two\r\n3,Three\r4,Four\n5,Five\rand a half\n"
    assert articles(tmp_path, data) == (["One", "Two", "Three", "Four", "Five\rand a half"], [])
    assert articles(tmp_path, "id,text\r1,One\n2,Two\r\n3,Three\r") == (["One", "Two", "Three"], [])


def test_columns_of_one_name_and_of_none(tmp_path: Path) -> None:
    assert articles(tmp_path, "id,,text,text,\n1,x,,b,\n2,,a,b,y\n")[0] == ["b", "a"]


def test_rows_of_another_width_are_told_where_others_are_not_so(tmp_path: Path) -> None:
    rows = "".join(f"{n},Ferry {n} left.,x,y\n" for n in range(30))
    assert articles(tmp_path, f"id,text,a,b\n{rows}31,Ferry 31.,y\n")[1] == ["3 fields under 4 columns"]
    assert articles(tmp_path, f"id,text,a,b,c\n{rows}")[1] == ["4 fields under 5 columns, as in most rows"]


# ---------------------------------------------------------------------------------------- properties


@given(st.text(st.sampled_from('ab1,;"\\\n\r'), max_size=60), st.integers(1, 40))
def test_all_bytes_are_in_one_row_however_the_blocks_are_cut(text: str, size: int) -> None:
    data = b"id,text\n" + text.encode()
    found = rows_of(data)
    assert [(row.raw, str(row.fields)) for row in rows_of(data, size=size)] == [
        (row.raw, str(row.fields)) for row in found
    ]
    at = 0
    for row in found:
        begin = data.index(row.raw, at)
        assert not data[at:begin].strip()
        at = begin + len(row.raw)
    assert not data[at:].strip()


FIELD = r'(?:"(?:[^"]|"")*"|[^",\r\n]*)'


@given(st.from_regex(re.compile(rf"(?:{FIELD}(?:,{FIELD})?\n)*", re.ASCII), fullmatch=True))
def test_what_is_well_formed_is_read_as_the_standard_library_reads_it(text: str) -> None:
    expected = [row for row in csv.reader(io.StringIO(f"x,y\n{text}", newline="")) if row]
    assert fields_of(f"x,y\n{text}".encode(), quoting="minimal") == expected


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b'"'])).map(b"".join), st.integers(1, 9), st.booleans())
def test_whole_lines_keep_their_ends(data: bytes, size: int, at_returns: bool) -> None:
    expected = data.splitlines(keepends=True) if at_returns else io.BytesIO(data).readlines()
    assert list(whole_lines(cut(data, size), 99, at_returns=at_returns)) == expected
    expected = [line.rstrip(b"\n") for line in io.BytesIO(data).readlines()]
    assert list(lines(cut(data, size), 99)) == expected


@pytest.mark.parametrize("sign", list(";|,"))
def test_fields_of_two_lines_with_the_delimiter_in_both(sign: str, tmp_path: Path) -> None:
    rows = f'X{sign}"Ferries will stop 1.\nIt cost 1{sign} they paid 1."\n' * 30
    (tmp_path / "a.csv").write_text(f"source{sign}text\n{rows}")
    found, _ = gather(tmp_path / "a.csv")
    assert found["text"].to_list() == [f"Ferries will stop 1.\nIt cost 1{sign} they paid 1."] * 30

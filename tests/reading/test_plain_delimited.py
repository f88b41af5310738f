"""Rows of CSV, read many at a time by kernels, against the same rows read one by one as records."""

import csv
import gzip
import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference import delimited as naive
from samples.articles import ADDRESSES, IDS, MOMENTS, NAMES, TEXTS, read
from syndetect.kernels import delimited_rows
from syndetect.kernels.json_syntax import MOST
from syndetect.kernels.vectors import WIDTH
from syndetect.reading import csv_blocks, plain_delimited, plain_rows, plain_tables
from syndetect.reading.articles import Conversion
from syndetect.reading.columns import ALIASES
from syndetect.reading.options import ReadingOptions
from syndetect.reading.plain_delimited import PlainDelimited

pytestmark = pytest.mark.kernel


class Pieces(io.BytesIO):
    """An open file of CSV that gives some bytes at a time, and perhaps breaks off."""

    def __init__(self, data: bytes, size: int, breaks_off: bool = False) -> None:
        super().__init__(data)
        self.name = "a.csv"
        self._size, self._breaks_off = size, breaks_off

    def read1(self, size: int | None = -1, /) -> bytes:
        read = super().read(self._size if size is None or size < 0 else min(size, self._size))
        if not read and self._breaks_off:
            raise OSError(5, "Input/output error")
        return read


def check(
    source: bytes | str,
    reading: ReadingOptions | None = None,
    few: int = 0,
    size: int = 1 << 20,
    breaks_off: bool = False,
    most: int = 1 << 14,
    **options: Any,
) -> int:
    """Hold both ways to one result; gives how many rows the kernel read."""
    reading, rows = reading or ReadingOptions(), 0
    taken = PlainDelimited._taken

    def counted(*args: Any) -> plain_rows.Run:
        nonlocal rows
        run = taken(*args)
        rows += len(run.numbers)
        return run

    def opened() -> Any:
        return Pieces(source, size, breaks_off) if isinstance(source, bytes) else source

    with (
        patch.object(plain_rows, "_FEW", few),
        patch.object(csv_blocks, "_FEW", few),
        patch.object(csv_blocks, "_MOST_ROWS", most),
        patch.object(plain_rows, "_LEAST_BYTES", 0),
        patch.object(plain_tables, "_AT_ONCE", 1),
        patch.object(PlainDelimited, "_taken", counted),
    ):
        found = read(opened(), reading, **options)
    with patch.object(Conversion, "is_plain", False):
        expected = read(opened(), reading, **options)
    assert found == expected
    return rows


VALUES = {
    "id": IDS, "uuid": IDS, "text": TEXTS, "body": TEXTS, "source": NAMES, "publisher": NAMES, "published": MOMENTS,
    "date": MOMENTS, "title": NAMES, "url": ADDRESSES, "author": NAMES, "Text": TEXTS, "words": st.integers(),
    "": TEXTS,
}  # fmt: skip
HEADERS = st.one_of(
    st.sampled_from([
        ("id", "source", "published", "title", "text", "url", "author"), ("id", "text"), ("text",), ("url", "text"),
        ("", "id", "text", "source"), ("text", "id", "text"), ("Text", "text", "id"), ("words", "text", "id"),
        ("id", "body", "text"), ("id", "title"),
    ]),
    st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=7).map(tuple),
)  # fmt: skip
RAW = st.sampled_from([
    b"", b" ", b"\r", b"\r\n\r\n", b'"', b'""', b'"""', b"\0", b"\xef\xbb\xbf", b"#", b'1,"x', b'1,x"', b"1,a\r2,b",
    b"1,2,3,4,5,6,7,8,9", b"1,,,,,,,,", b'"a,b', b'a","b', b"sep=;",
])  # fmt: skip
#: Fields as they stand in a row.
ODD_FIELDS = [
    b'"x', b'x"', b'"x" y', b'x "y" z', b'"a\nb', b'"a\nb"c', b'"a\n2,b\n3,c"', b'"a\n2,b"', b'"a\r\nb"', b'"a\rb"',
    b"a\rb", b'"a \\"b\\" c"', b'"a\\"', b'"a\\\\"', b"a\\", b'"a""b"', b'"""a"""', b'""a""', b'"a"\r', b"a\r\r",
    b"caf\xe9 na\xefve", b'"caf\xe9"', b"\xff\xfe", b"\xed\xa0\x80", b"a\0b", b'"a\0b"', b'"x"""', b'"x""',
    b'"\n\n\n3"', b'"' + b"long, " * 150 + b'"', b'"' + b"long\n" * 150 + b'"', b"long " * 150, b'\x0c"x"',
    b"\xe2\x80\xa8x", b"\xc2\x85", b'"One, two\nand, three."', b'"One,\ntwo,"', b'"<p>a</p>"', b'""',
]  # fmt: skip
SIGNS = st.sampled_from([b",", b",", b";", b"\t", b"|"])


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """Rows under a header, most of them clean, some odd in a field, and some broken."""
    header, sign = draw(HEADERS), draw(SIGNS)
    end = draw(st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b"\r"]))
    quoting: Any = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    rows = [sign.join(written(name, sign, quoting) for name in header)]
    shapes = draw(st.lists(st.lists(st.booleans(), min_size=len(header), max_size=len(header)), max_size=2))
    for _ in range(draw(st.integers(1, 14))):
        shape = draw(st.sampled_from([*shapes, [True] * len(header)]))
        fields = [
            written(draw(VALUES[name]) if is_there else "", sign, quoting)
            for name, is_there in zip(header, shape, strict=True)
        ]
        kind = draw(st.integers(0, 15))
        if kind < 5:
            fields[draw(st.integers(0, len(fields) - 1))] = draw(st.sampled_from(ODD_FIELDS)).replace(
                b",", sign
            )
        row = sign.join(fields)
        if kind == 5:
            at = draw(st.integers(0, len(row)))
            row = row[:at] + draw(RAW) + row[at:]
        rows.append(draw(RAW).replace(b",", sign) if kind == 6 else row)
    data = end.join(rows) + draw(st.sampled_from([b"", end, end * 2]))
    return draw(st.sampled_from([b""] * 6 + [b"\xef\xbb\xbf", b"sep=;\n"])) + data


def written(value: Any, sign: bytes, quoting: Any) -> bytes:
    """A field that is clean, but for a carriage return."""
    file = io.StringIO(newline="")
    clean = str(value).replace("\0", "")
    csv.writer(file, delimiter=sign.decode(), lineterminator="\n", quoting=quoting).writerow([clean, ""])
    return file.getvalue().encode("utf-8", "replace").rpartition(sign)[0]


OPTIONS = st.sampled_from([
    ReadingOptions(), ReadingOptions(), ReadingOptions(), ReadingOptions(), ReadingOptions(quoting="none"),
    ReadingOptions(quoting="minimal"), ReadingOptions(delimiter=";"), ReadingOptions(delimiter="\\"),
    ReadingOptions(markup="html"), ReadingOptions(encoding="latin-1"), ReadingOptions(encoding="utf-8"),
    ReadingOptions(columns={"source": "title", "title": "title"}), ReadingOptions(columns={"text": "Text"}),
    ReadingOptions(day_first=True),
])  # fmt: skip
SIZES = st.sampled_from([1, 50, 1 << 20])


@given(
    tables(), OPTIONS, SIZES, st.sampled_from([1, 100, 1 << 20]), st.sampled_from(["keep", "skip", "error"]),
    st.sampled_from([0, 2]), st.sampled_from([1, 1 << 14]), st.booleans(),
)  # fmt: skip
def test_rows_of_every_kind(
    data: bytes,
    reading: ReadingOptions,
    size: int,
    enough: int,
    ids: str,
    few: int,
    most: int,
    breaks_off: bool,
) -> None:
    check(data, reading, few, size, breaks_off, most, enough=enough, ids=ids)


@given(
    st.lists(st.sampled_from(['"', '""', '","', ',"', '",', '"\n', "\n", "\r\n", "\r", ",", "a", "\\", "é", "\n1,"])),
    st.sampled_from(["id,text", "text", "id,title,text"]), st.sampled_from(["auto", "auto", "none", "minimal"]),
    SIZES, st.integers(0, 3), st.booleans(),
)  # fmt: skip
def test_marks_and_line_ends_wherever_they_stand(
    parts: list[str], header: str, quoting: Any, size: int, good: int, breaks_off: bool
) -> None:
    width = header.count(",")
    rows = "".join(
        f'{at}{",t" * (width - 1)}{"," * (width > 0)}"Text ""{at}"", it is."\n' for at in range(good)
    )
    data = f"{header}\n{rows}{''.join(parts)}\n{rows}".encode()
    check(data, ReadingOptions(quoting=quoting), size=size, breaks_off=breaks_off, longest=30)


GOOD = {
    "enclosed": b'"%d","Ferry %d, the old one.\n\nIt left, at dawn.","x"\n',
    "enclosed in part": b'%d,"Ferry %d, the old one",x\n',
    "lines like rows": b'%d,"Ferry %d, one\nand, two, three",x\n',
    "plain": b"%d,Ferry %d left.,x\n",
    "text": b'%d,So "ferry" %d left.,x\n',
    "returns": b'%d,"Ferry %d,\r\nthe old one",x\r\n',
}


@pytest.mark.parametrize("style", GOOD)
def test_odd_fields_among_rows_of_every_style(style: str) -> None:
    good = [GOOD[style] % (at, at) for at in range(24)]
    more = [b'"A, b, c\nd, e, f"', b'"A, b\nc", d\ne', b'" \\" and "" so on, "', b"a,"]
    for at, odd in enumerate(ODD_FIELDS + more):
        row = (b"a,%b,x\n", b"a,text,%b\n", b"a,%b\n")[at % 3] % odd
        assert check(b"id,text,title\n" + b"".join([*good[:12], row, *good[12:]])) > 10
        check(b"id,text,title\n" + b"".join([*good[:3], row]).rstrip(b"\n"), size=40, longest=100)


CODE = st.lists(
    st.sampled_from(
        ['"', '""', ",", '",', ',"', "\n", "\r\n", "\r", "a", "\\", "é", "\udcff", "word " * 15, '"x",']
    )
).map(lambda parts: "".join(parts).encode("utf-8", "surrogateescape"))
WANTED = st.lists(st.booleans(), max_size=3).map(lambda wanted: [*wanted, True])


@given(CODE, WANTED, st.sampled_from([0, 1, 2]), st.sampled_from([9, 99, 1 << 20]))
def test_rows_are_split_as_the_plain_twin_splits_them(
    data: bytes, wanted: list[bool], marks: int, longest: int
) -> None:
    assert split(data, wanted, marks, longest) == naive.split_rows(data, wanted, marks, longest)


@given(CODE, CODE, WANTED, st.sampled_from([0, 1, 2]))
def test_no_row_is_taken_that_other_bytes_could_change(
    data: bytes, more: bytes, wanted: list[bool], marks: int
) -> None:
    rows, at, is_odd = split(data, wanted, marks, is_last=False)
    assert rows == naive.split_rows(data[:at], wanted, marks, 1 << 20)[0]
    assert rows == naive.split_rows(data + more, wanted, marks, 1 << 20)[0][: len(rows)]
    if is_odd:
        assert len(naive.split_rows(data + more, wanted, marks, 1 << 20)[0]) == len(rows)


def split(
    data: bytes, wanted: list[bool], marks: int, longest: int = 1 << 20, *, is_last: bool = True
) -> tuple[list[list[bytes]], int, bool]:
    """What the kernel makes of bytes: the values of rows, where it stopped, and whether at an odd row."""
    width = sum(wanted)
    values, bounds = np.full(len(data) + WIDTH, 88, np.uint8), np.zeros((len(data) + 1) * width + 1, np.int64)
    limits, state = np.array([len(data), ord(","), is_last, longest, marks, width]), np.zeros(2, np.int64)
    buffer = np.frombuffer(data + bytes(WIDTH), np.uint8)
    why = delimited_rows.split_rows(buffer, np.array(wanted), (values, bounds), limits, state)
    at, number = state.tolist()
    found = [values[low:high].tobytes() for low, high in pairwise(bounds[: number * width + 1].tolist())]
    return (
        [found[begin : begin + width] for begin in range(0, len(found), width)],
        at,
        why == delimited_rows.ODD,
    )


def article(number: int, **others: str) -> dict[str, str]:
    return {
        "id": f"a{number}",
        "source": "Kesh Daily",
        "published": f"2024-01-02T03:{number % 60:02}:05Z",
        "text": f'Text, "{number}".\n\nIt is.',
    } | others


def file_of(articles: Sequence[dict[str, str]], **options: Any) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(articles[0]), lineterminator="\n", **options)
    writer.writeheader()
    writer.writerows(articles)
    return file.getvalue().encode()


def test_all_but_the_first_of_clean_rows_are_read_by_the_kernel() -> None:
    assert check(file_of([article(at) for at in range(50)])) == 49
    assert check(file_of([article(at) for at in range(50)], quoting=csv.QUOTE_ALL), size=100) == 49
    [(_, rows, texts)], _, _ = read(Pieces(file_of([article(at) for at in range(9)]), 99), ReadingOptions())
    assert texts[7].decode() == 'Text, "7".\n\nIt is.'
    assert rows[7][:2] == ("a7", "Kesh Daily")


def test_a_packed_file_and_one_that_breaks_off(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    data = file_of([article(at, title=f"Title {at * 7919}") for at in range(4000)])
    path.write_bytes(gzip.compress(data))
    assert check(str(path)) == 3999
    path.write_bytes(path.read_bytes()[:-9999])
    assert check(str(path)) > 1000


def test_each_shape_of_rows_is_a_record_once() -> None:
    some = [
        article(at, title="" if at % 2 else "Title", url="" if at % 3 else "https://kesh.example/")
        for at in range(60)
    ]
    assert check(file_of(some)) == 56


def test_rows_of_very_many_shapes() -> None:
    names = [names[0] for names in ALIASES.values()] + ["uuid", "body", "headline"]
    some = [
        {name: "x" if at >> bit & 1 else "" for bit, name in enumerate(names)} for at in range(1, 1 << 10)
    ]
    check(file_of(some), few=8, ids="keep")
    with patch.object(plain_delimited, "_MOST_SHAPES", 1):
        assert check(file_of([article(at, title="x" * (at % 2)) for at in range(50)])) == 25 - 1


def test_behind_odd_rows_the_kernels_go_on() -> None:
    good = file_of([article(at) for at in range(60)]).split(b"\na")
    broken = good[20].replace(b"Kesh", b"Kesh, the")
    assert check(b"\na".join([*good[:20], broken, broken, *good[21:]]), few=8, ids="keep") == 56
    # passed: the first row and the two broken ones, and one behind the first and one behind the others
    html = [article(at, text="<p>One.</p>" if at == 20 else "Two.") for at in range(60)]
    assert check(file_of(html), few=8) == 57


def test_where_all_is_odd_the_kernel_is_seldom_tried() -> None:
    data = file_of([article(at, text='a "b"') for at in range(1000)]).replace(b'""', b'"')
    with patch.object(csv_blocks, "split_rows", wraps=delimited_rows.split_rows) as tried:
        assert check(data, few=8) == 0
    assert tried.call_count < 12


def test_marks_that_are_text_are_read_by_the_kernel_where_nothing_speaks_against_it() -> None:
    data = b"id\ttext\n" + b"".join(b'%d\tSo he said "No" to %d.\n' % (at, at) for at in range(50))
    assert check(data) == 49
    assert check(data.replace(b"\tSo", b'\t"So'), ReadingOptions(quoting="none")) == 49


def test_a_table_of_very_many_columns_is_read_as_records() -> None:
    names = {name for of_one in ALIASES.values() for name in of_one}
    record = article(1) | dict.fromkeys(sorted(names - set(article(1))), "x")
    assert len(record) > MOST
    assert check(file_of([record] * 9), ids="keep") == 0


def test_rows_for_which_there_is_no_room_yet() -> None:
    long = {"title": "t" * 100_000, "text": "word, " * 40_000}
    rows = [article(at, **(long if at % 700 == 5 else {"title": f"{at}"})) for at in range(3000)]
    assert check(file_of(rows), longest=1 << 20) == 2999
    assert check(file_of(rows), longest=1 << 20, size=65_536) == 2999


def test_a_row_that_goes_through_many_blocks() -> None:
    text = "A paragraph, with a word.\n\n" * 300_000
    rows = [article(0), article(1, text=text), article(2)]
    assert check(file_of(rows), longest=1 << 24, size=65_536) == 2
    assert check(file_of(rows), longest=1 << 20, size=65_536) < 2

"""Plain lines of JSON, read many at a time by a kernel, against the same lines read one by one as records."""

import io
import json
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from samples.articles import ADDRESSES, IDS, MOMENTS, NAMES, PEOPLE, TEXTS, read
from samples.reading import gather
from syndetect.kernels import json_lines
from syndetect.reading import plain_lines, plain_rows
from syndetect.reading.articles import Conversion
from syndetect.reading.options import ReadingOptions
from syndetect.reading.plain_lines import PlainLines

pytestmark = pytest.mark.kernel


class Pieces(io.BytesIO):
    """An open file that gives some bytes at a time."""

    def __init__(self, data: bytes, size: int) -> None:
        super().__init__(data)
        self._size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read(self._size if size is None or size < 0 else min(size, self._size))


def read_bytes(
    data: bytes, reading: ReadingOptions, size: int = 1 << 20, **options: Any
) -> tuple[list[Any], ...]:
    return read(Pieces(data, size), reading, **options)


def check(data: bytes, reading: ReadingOptions | None = None, few: int = 0, **options: Any) -> int:
    """Hold both ways to one result; gives how many rows the kernel read."""
    reading, rows = reading or ReadingOptions(), 0
    taken = PlainLines._taken

    def counted(*args: Any) -> plain_rows.Run:
        nonlocal rows
        run = taken(*args)
        rows += len(run.numbers)
        return run

    with (
        patch.object(plain_rows, "_FEW", few),
        patch.object(plain_rows, "_LEAST_BYTES", 0),
        patch.object(PlainLines, "_taken", counted),
    ):
        found = read_bytes(data, reading, **options)
    with patch.object(Conversion, "is_plain", False):
        expected = read_bytes(data, reading, **options)
    assert found == expected
    return rows


ODD: SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(), TEXTS, NAMES,
        st.sampled_from([0, -1, 7, 1704164645, 1704164645123, 10**17, 1e300, 1.0, -0.0]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(["name", "$date", "text", "é"]), inner)
    ),
    max_leaves=4,
)  # fmt: skip
VALUES = {
    "id": IDS, "uuid": IDS, "text": TEXTS, "body": TEXTS, "source": NAMES, "publisher": PEOPLE, "published": MOMENTS,
    "date": MOMENTS, "title": PEOPLE, "url": ADDRESSES, "author": NAMES, "authors": PEOPLE, "words": st.integers(),
    "tags": st.lists(TEXTS, max_size=3), "Text": TEXTS, "k\u00e9y": ODD, "a\nb": ODD,
}  # fmt: skip
SHAPES = st.one_of(
    st.sampled_from([
        ("id", "source", "published", "title", "text", "url", "author"), ("id", "text"), ("text",), ("url", "text"),
        ("uuid", "id", "body", "text", "publisher", "source", "date", "published", "authors", "author"),
        ("id", "text", "source", "url"), ("tags", "text", "id", "words"), ("Text", "text"), ("id", "title"),
    ]),
    st.lists(st.sampled_from(list(VALUES)), max_size=6).map(tuple),
)  # fmt: skip
RAW = st.sampled_from([
    b"", b" ", b"\t\r", b"\x0b\x0c", b"{}", b"[]", b"null", b"{", b'{"text": "cut', b'{"text": "a"} x',
    b"\xef\xbb\xbf{}",
    b'{"id": "d", "id": "e", "text": "twice"}', b'{"text": "one", "text": "two", "id": 5}', b'{"id": NaN, "text": "x"}',
    b'{"id": 01, "text": "x"}', b'{"id": 1., "text": "x"}', b'{"id": -0, "text": "x"}', b'{"id": 1e2, "text": "x"}',
    b'{"id": ' + b"9" * 400 + b', "text": "x"}', b'{"id": 1, "text": "\\x"}', b'{"id": 1, "text": "\\u12g4"}',
    b'{"id": 1, "text": "\\ud83d\\ude00 \\uD83D\\uDE00"}', b'{"id": 1, "text": "\\ud83d\\u0041"}',
    b'{"id": 1,"text": "\\',
    b'{"id": 1, "text": "a\x01\x7f\tb"}', b'{"id": 1, "text": "a\0b"}', b'{"id": 1, "text": "\xff\xfe"}',
    b'{"id": 1, "text": "caf\xe9 na\xefve"}', b'{"id": 1, "text": "\xed\xa0\x80"}', b'{"id": 1, "text": "\xc0\x80"}',
    b'{"id": 1, "text": "\xf4\x90\x80\x80"}', b'{"id": 1, "text": "\xe2\x80"}', b'{"\\u0069d": 1, "text": "x"}',
    b'{"id": [[[[1]]], "text": "x"}', b'{"id": 1, "text": "x", "y": {"a": [1, {"b": null}], "c": tru}}',
    b'{"id": 1, "text": "x", "y": {"a": [1, {"b": null}], "c": true, }}', b'{"id": 1, "text": "x", }',
    b'{"id": 1, "text": "x", "y": ' + b"[" * 70 + b"]" * 70 + b"}", b'{"id": 1, "text": "' + b"long " * 150 + b'"}',
    b'{"id": 1, "text": "x"}' + b" " * 700, b'{ "id" :\t1 , "text"\r:"x" } \r', b'{"id": 1 "text": "x"}',
    b'{"id": 1, "text": Infinity}', b'{"id": 1, "text": "x", "y": -}', b'{"id": 1, "text": "x", "y": -Infinity}',
    b'{"_source": {"id": "in", "text": "x"}, "n": 1}', b'{"id": 1, "text": "x"\x0c}', b'{"id": 1, "text": "x"}\x0c',
])  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """Lines of few shapes, most of them clean, some odd in a value, and some broken."""
    shapes = draw(st.lists(SHAPES, min_size=1, max_size=3))
    made = []
    for _ in range(draw(st.integers(1, 14))):
        if draw(st.integers(0, 9)) == 0:
            made.append(draw(RAW))
            continue
        shape = draw(st.sampled_from(shapes))
        is_odd = draw(st.integers(0, 4)) == 0
        record = {name: draw(ODD if is_odd and draw(st.booleans()) else VALUES[name]) for name in shape}
        line = json.dumps(record, ensure_ascii=draw(st.booleans()), separators=draw(SEPARATORS))
        made.append(line.encode("utf-8", draw(st.sampled_from(["surrogatepass", "replace"]))))
    end = draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))
    data = end.join(made) + draw(st.sampled_from([end, b"", end * 3]))
    return draw(st.sampled_from([b"", b"", b"", b"\xef\xbb\xbf"])) + data


SEPARATORS = st.sampled_from([(", ", ": "), (",", ":")])
OPTIONS = st.sampled_from([
    ReadingOptions(), ReadingOptions(), ReadingOptions(), ReadingOptions(markup="html"), ReadingOptions(markup="none"),
    ReadingOptions(encoding="latin-1"), ReadingOptions(encoding="utf-8"), ReadingOptions(date_format="%d/%m/%Y"),
    ReadingOptions(columns={"source": "title", "title": "title"}), ReadingOptions(day_first=True),
])  # fmt: skip


@given(
    lines(), OPTIONS, st.sampled_from([1, 50, 1 << 20]), st.sampled_from([1, 100, 1 << 20]),
    st.sampled_from(["keep", "skip", "error"]), st.sampled_from([0, 2]),
)  # fmt: skip
def test_lines_of_every_kind(
    data: bytes, reading: ReadingOptions, size: int, enough: int, ids: str, few: int
) -> None:
    check(data, reading, size=size, enough=enough, ids=ids, few=few)


def article(number: int, **others: Any) -> bytes:
    record = {
        "id": f"a{number}",
        "source": "Kesh Daily",
        "published": f"2024-01-02T03:{number % 60:02}:05Z",
        "text": f"Text {number}.",
    }
    return json.dumps(record | others).encode() + b"\n"


def test_all_but_the_first_of_plain_lines_are_read_by_the_kernel() -> None:
    assert check(b"".join(map(article, range(50)))) == 49


def test_lists_of_authors_and_times_in_seconds_are_plain() -> None:
    others = {"authors": ["Ann Ash", None, "", "ナナ"], "published": 1704164645}
    assert check(b"".join(article(number, **others) for number in range(20))) == 19


def test_behind_odd_lines_the_kernel_goes_on() -> None:
    odd = article(50, text=["a", "list"])
    data = b"".join(map(article, range(20))) + odd + b"\n" + odd + b"".join(map(article, range(20, 40)))
    assert check(data, few=8) == 38


def test_where_all_is_odd_the_kernel_is_seldom_tried() -> None:
    data = article(0) + b"".join(article(number, text=["a", "list"]) for number in range(1, 1000))
    with patch.object(plain_lines, "read", wraps=json_lines.read) as tried:
        assert check(data, few=8) == 0
    assert tried.call_count < 12


def test_a_name_that_cannot_be_encoded_is_remarked_upon_wherever_it_is_used() -> None:
    named = article(0, source="Kesh\udc80", url="https://kesh.example/0")
    data = named + b"".join(
        article(number, source=None, url=f"https://kesh.example/{number}") for number in range(1, 9)
    )
    check(data)
    _, told, _ = read_bytes(data, ReadingOptions())
    assert sum("1 broken character in the source" in str(one) for one in told) == 9


def test_one_batch_is_as_long_as_another() -> None:
    data = b"".join(article(number, text="word " * (number % 90)) for number in range(400))
    for enough in (1, 999, 5000):
        assert check(data, enough=enough, size=777) > 300


def test_rows_and_lines_for_which_there_is_no_room_yet() -> None:
    long = {"title": "t" * 100_000, "text": "word " * 40_000}
    data = b"".join(article(number, **(long if number % 700 == 5 else {})) for number in range(3000))
    assert check(data, longest=1 << 20) == 2998  # the first lines of both shapes are records


def test_articles_are_the_same_in_one_frame() -> None:
    data = b"".join(article(number, title=f"Title {number}" if number % 2 else None) for number in range(30))
    with patch.object(plain_rows, "_LEAST_BYTES", 0):
        frame, skipped = gather(io.BytesIO(data))
    assert frame["title"].to_list() == [f"Title {number}" if number % 2 else None for number in range(30)]
    assert frame["text"].to_list() == [f"Text {number}." for number in range(30)]
    assert frame["published"].dt.minute().to_list() == list(range(30))
    assert frame["url"].dtype == pl.String
    assert not skipped

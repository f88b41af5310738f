"""Lines and rows however they are cut; lone surrogates; times are understood or refused."""

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.reading.articles import encode
from syndetect.reading.dates import microseconds
from syndetect.reading.lines import lines


@given(st.text(st.characters(), max_size=30))
def test_lone_surrogates_are_replaced_one_for_one(text: str) -> None:
    replaced = encode(text).decode()
    assert len(replaced) == len(text)
    assert all(
        a == b or ("\ud800" <= b <= "\udfff" and a == "\ufffd") for a, b in zip(replaced, text, strict=True)
    )


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


@given(st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b"")), max_size=9), st.integers(1, 9))
def test_lines_do_not_depend_on_the_blocks(parts: list[bytes], size: int) -> None:
    whole = [part if len(part) <= 5 else part.count(b'"') for part in parts]
    assert list(lines(cut(b"".join(part + b"\n" for part in parts), size), 5)) == whole


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2019-07-11", "2019-07-11"),
        (" 2019-07-11T10:00:00Z ", "2019-07-11T10:00:00"),
        ("2019-07-11T10:00:00", "2019-07-11T10:00:00"),
        ("2019-07-11 10:00:00+02:00", "2019-07-11T08:00:00"),
        ("2019-07-11 10:00:00 +0200", "2019-07-11T08:00:00"),
        ("2019-07-11 10:00:00.25 UTC", "2019-07-11T10:00:00.250000"),
        ("20190711T100000Z", "2019-07-11T10:00:00"),
        ("Thu, 11 Jul 2019 10:00:00 GMT", "2019-07-11T10:00:00"),
        ("11 Jul 2019 10:00 -0500", "2019-07-11T15:00:00"),
        ("1562839200", "2019-07-11T10:00:00"),
        (1562839200, "2019-07-11T10:00:00"),
        (1562839200.25, "2019-07-11T10:00:00.250000"),
        (1562839200_000, "2019-07-11T10:00:00"),
        (1562839200_000_000, "2019-07-11T10:00:00"),
        (1562839200_000_000_000, "2019-07-11T10:00:00"),
        (np.int64(1562839200), "2019-07-11T10:00:00"),
        (np.datetime64("2019-07-11T10:00", "ns"), "2019-07-11T10:00:00"),
        (-86400, "1969-12-31"),
        (20190711, "2019-07-11"),
        ("20190711", "2019-07-11"),
        ("20190711100000", "2019-07-11T10:00:00"),
        (date(2019, 7, 11), "2019-07-11"),
        (datetime(2019, 7, 11, 10), "2019-07-11T10:00:00"),
        (datetime(2019, 7, 11, 10, tzinfo=timezone(timedelta(hours=2))), "2019-07-11T08:00:00"),
    ],
)
def test_times_that_are_understood(value: object, expected: str) -> None:
    moment = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert microseconds(value) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


@pytest.mark.parametrize("value", [None, "", "  ", float("nan"), np.datetime64("NaT", "s")])
def test_no_time_is_no_error(value: object) -> None:
    assert microseconds(value) is None


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2019",
        2019,
        "July 2019",
        "2019-13-01",
        20191341,
        True,
        [],
        {},
        float("inf"),
        1e300,
        10**40,
        "Thu, 11 Jul 2019 10:00:00 CEST",
        "Thu, 99 Jul 2019 10:00:00 GMT",
        "١٢٣٤٥٦",
        b"2019-07-11",
    ],
)
def test_times_that_are_not_understood(value: object) -> None:
    with pytest.raises((ValueError, OverflowError)):
        microseconds(value)

"""Times in periods."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.report.periods import Times, periods


def times(*of: str) -> Times:
    return np.array(of, "datetime64[us]")


@pytest.mark.parametrize(
    ("of", "unit", "names"),
    [
        (["2031-06-02T09:30"], "hour", ["2031-06-02 09:00"]),
        (["2031-06-02T09:30", "2031-06-02T10:00"], "hour", ["2031-06-02 09:00", "2031-06-02 10:00"]),
        (["2031-06-02", "2031-06-03"], "day", ["2031-06-02", "2031-06-03"]),
        (["2031-06-01T10:00", "2031-06-04"], "day", ["2031-06-01", "2031-06-02", "2031-06-03", "2031-06-04"]),
        (["1969-12-31", "1970-01-01"], "day", ["1969-12-31", "1970-01-01"]),
    ],
)  # fmt: skip
def test_the_shortest_periods_are_taken(of: list[str], unit: str, names: list[str]) -> None:
    found = periods(times(*of))
    assert (found.unit, found.names) == (unit, names)


@pytest.mark.parametrize(
    ("last", "unit", "first", "number"),
    [
        ("2031-08-01", "day", "2031-06-01", 62),
        ("2031-08-02", "week", "2031-05-26", 10),
        ("2032-08-30", "month", "2031-06", 15),
        ("2040-01-01", "year", "2031", 10),
        ("2200-01-01", "decade", "2030", 18),
        ("9999-12-31", "century", "2000", 80),
    ],
)
def test_longer_times_have_longer_periods(last: str, unit: str, first: str, number: int) -> None:
    found = periods(times("2031-06-01", last))
    assert (found.unit, found.names[0], len(found.names)) == (unit, first, number)
    assert found.number.tolist() == [0, number - 1]


def test_a_week_begins_on_monday() -> None:
    found = periods(times("2031-06-01", "2031-06-02", "2031-06-08", "2031-06-09", "2031-10-01"))
    assert found.unit == "week"
    assert found.names[:3] == ["2031-05-26", "2031-06-02", "2031-06-09"]
    assert found.number[:4].tolist() == [0, 1, 1, 2]


def test_one_wrong_date_does_not_make_years_out_of_days() -> None:
    found = periods(np.concatenate([times("0001-01-01"), np.repeat(times("2031-06-01", "2031-06-09"), 100)]))
    assert (found.unit, len(found.names)) == ("day", 9)
    assert found.number[0] == -1
    assert found.number[1:].tolist() == [0] * 100 + [8] * 100


def test_few_times_are_all_shown() -> None:
    assert periods(times("0001-01-01", "2031-06-01", "2031-06-02")).unit == "century"


@given(st.lists(st.datetimes(), min_size=1, max_size=150))
def test_every_time_lies_in_its_period(of: list[object]) -> None:
    found = periods(np.array(of, "datetime64[us]"))
    assert len(found.number) == len(of)
    assert found.number.min() >= -1
    assert found.number.max() < len(found.names) <= 101
    assert len({*found.names}) == len(found.names)
    assert (found.number < 0).sum() <= 0.02 * len(of) + 1
    inside = np.array(of, "datetime64[us]")[found.number >= 0]
    assert (np.diff(found.number[found.number >= 0][np.argsort(inside, kind="stable")]) >= 0).all()

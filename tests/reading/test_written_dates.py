"""Dates as people write them."""

import random
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from samples.reading import gather
from syndetect.errors import SettingsError
from syndetect.reading.dates import Times
from syndetect.reading.options import ReadingOptions
from syndetect.reading.written_dates import AmbiguousError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def understood(value: object, times: Times | None = None) -> str | None:
    found = (times or Times())(value)
    return None if found is None else (EPOCH + timedelta(microseconds=found)).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3 March 2024", "2024-03-03 00:00"),
        ("March 3rd, 2024", "2024-03-03 00:00"),
        ("Tuesday, March 5th, 2024 at 10:15 pm", "2024-03-05 22:15"),
        ("12:30 AM, March 5, 2024", "2024-03-05 00:30"),
        ("5 MAR 2024", "2024-03-05 00:00"),
        ("05-Mar-2024", "2024-03-05 00:00"),
        ("Sept. 5, 2024", "2024-09-05 00:00"),
        ("le 1er août 2023 à 10h15", "2023-08-01 10:15"),
        ("Montag, 4. März 2024, 10.15 Uhr", "2024-03-04 10:15"),
        ("5 de Marzo del 2024", "2024-03-05 00:00"),
        ("martedì 5 marzo 2024 alle 10:15", "2024-03-05 10:15"),
        ("5 de março de 2024 às 10h15", "2024-03-05 10:15"),
        ("dinsdag 5 maart 2024 22.30 uur", "2024-03-05 22:30"),
        ("25/12/2024", "2024-12-25 00:00"),
        ("12/25/2024 9:05 PM", "2024-12-25 21:05"),
        ("5/5/2024", "2024-05-05 00:00"),
        ("1.3.2024", "2024-03-01 00:00"),
        ("2024/03/05 10:15", "2024-03-05 10:15"),
        ("2024.3.5", "2024-03-05 00:00"),
        ("Tue Mar 5 10:15:00 +0100 2024", "2024-03-05 09:15"),
        ("Tue, 5 Mar 2024 10:15:00 CEST", "2024-03-05 08:15"),
        ("Tue Mar 05 2024 10:15:00 GMT+0100 (Central European Time)", "2024-03-05 09:15"),
        ("March 5, 2024 10:15 PM EST", "2024-03-06 03:15"),
        ("July 5, 2024 10:15 AM ET", "2024-07-05 14:15"),
        ("January 5, 2024 10:15 AM ET", "2024-01-05 15:15"),
        ("5.3.2024 10:15 MEZ", "2024-03-05 09:15"),
        ("2024-03-05 10:15 (GMT+2)", "2024-03-05 08:15"),
    ],
)
def test_dates_that_people_write(value: str, expected: str) -> None:
    times = Times()
    assert [understood(value, times), understood(value, times)] == [expected] * 2


@pytest.mark.parametrize("value", ["NaT", "null", "None", "nan", " NULL ", "N/A", "-", "0000-00-00", ""])
def test_words_for_no_date_are_no_dates_and_no_remarks(value: str) -> None:
    frame, skipped = gather([{"text": "words", "date": value}])
    assert (frame["published"].to_list(), skipped) == ([None], [])


@pytest.mark.parametrize(
    "value",
    [
        "yesterday", "2 hours ago", "Tuesday", "10:15", "March 2024", "March 5", "2024", "05-Mar-24", "05/03/24",
        "31 February 2024", "2024-13-01", "32/01/2024", "25/12/2024 25:00", "room 12 March 2024 words",
        "March 5, 2024 10:15 IST", "March 5, 2024 10:15 CST", "5 and 6 March 2024", "2023 or 5 March 2024", "1" * 99,
    ],
)  # fmt: skip
def test_what_is_no_date_or_could_be_several(value: str) -> None:
    times = Times()
    for _ in range(2):
        with pytest.raises(ValueError, match=r"."):
            times(value)


def test_the_order_of_day_and_month() -> None:
    for value in ("03/04/2024", "3-4-2024 10:15"):
        with pytest.raises(AmbiguousError, match="say --day-first or --month-first"):
            Times()(value)
    assert understood("03/04/2024", Times(day_first=True)) == "2024-04-03 00:00"
    assert understood("03/04/2024", Times(day_first=False)) == "2024-03-04 00:00"
    assert understood("25/12/2024", Times(day_first=False)) == "2024-12-25 00:00"
    assert understood("3.4.2024", Times(day_first=False)) == "2024-03-04 00:00"
    frame, [(_, reason)] = gather([{"text": "words", "date": "03/04/2024"}])
    assert frame["published"].to_list() == [None]
    assert "'03/04/2024'" in reason
    assert "--day-first" in reason


def test_a_format_of_dates() -> None:
    times = Times("%d|%m|%y %H")
    assert understood("05|03|24 10", times) == "2024-03-05 10:00"
    assert understood("2024-03-05", times) == "2024-03-05 00:00"
    assert understood("04/03/2024", Times("%d/%m/%Y")) == "2024-03-04 00:00"
    for wrong in ("%d/%m", "%Y", "words", "%Q"):
        with pytest.raises(SettingsError, match="format of dates"):
            ReadingOptions(date_format=wrong)


def test_neither_the_order_of_dates_nor_the_zone_of_the_machine_matters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = [
        "25/12/2024",
        "12/25/2024",
        "30 février 2024",
        "3 février 2024",
        "31/02/2024",
        "02/03/2024",
        "13/02/2024",
    ]
    values += [f"{day}/02/2024" for day in range(30, 60)] + [
        "28/02/2024",
        "mar. 3 mars 2024",
        "3 mars 2024 10:00",
    ]

    def read_all(order: list[str]) -> dict[str, str | None]:
        times, found = Times(), {}
        for value in order:
            try:
                found[value] = understood(value, times)
            except ValueError:
                found[value] = None
        return found

    first = read_all(values)
    assert first["28/02/2024"] == "2024-02-28 00:00"
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        assert read_all(random.Random(1).sample(values, len(values))) == first
    finally:
        monkeypatch.undo()
        time.tzset()


def test_forms_that_are_learnt_are_read_as_the_parser_reads_them() -> None:
    rng = random.Random(7)
    for form in ("%A, %d %B %Y %H:%M", "%b %d, %Y, %I:%M %p", "%d %b. %Y", "%H:%M:%S %Y/%m/%d"):
        learnt = Times()
        for _ in range(40):
            moment = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=rng.randrange(10**7))
            value = moment.strftime(form)
            assert learnt(value) == Times()(value)
            assert understood(value, learnt) == moment.strftime(
                "%Y-%m-%d %H:%M" if "H" in form or "I" in form else "%Y-%m-%d 00:00"
            )


@pytest.mark.parametrize("number", ["202405031015", 202405031015, "20240503101500"])
def test_digits_of_a_day_and_a_time(number: object) -> None:
    assert Times()(number) == 1714731300 * 10**6


@pytest.mark.parametrize("number", [45356, "45356", 45356.5, 240503])
def test_counts_of_days_are_no_seconds(number: object) -> None:
    with pytest.raises(ValueError, match=str(number)):
        Times()(number)


@pytest.mark.parametrize("form", ["%d.%m.%y %H:%M %z", "%Y-%m-%dT%H:%M:%S%z"])
def test_a_format_may_have_a_zone(form: str) -> None:
    moment = datetime(2024, 3, 5, 10, 15, tzinfo=timezone(timedelta(hours=2)))
    assert Times(form)(moment.strftime(form)) == 1709626500 * 10**6


@pytest.mark.parametrize(("written", "moment"), [
    ("2024-05-03+02:00", datetime(2024, 5, 2, 22)), ("2024-05-03 +0200", datetime(2024, 5, 2, 22)),
    ("2024-05-03Z", datetime(2024, 5, 3)), ("2024-05-03 10.15", datetime(2024, 5, 3, 10, 15)),
])  # fmt: skip
def test_a_zone_is_no_time(written: str, moment: datetime) -> None:
    assert Times()(written) == moment.replace(tzinfo=UTC).timestamp() * 10**6


@pytest.mark.parametrize("written", ["2024-05-03/04", "2024-05-03-04", "2024-05-03-10-15"])
def test_what_stands_behind_a_day_is_no_time(written: str) -> None:
    with pytest.raises(ValueError, match=written):
        Times()(written)

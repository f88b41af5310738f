"""The kernels that read lines of JSON: members, strings and times, against Python's own readers."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from reference import json_lines as naive
from samples.strategies import from_python
from syndetect.kernels import iso_times, json_strings, json_syntax
from syndetect.kernels.vectors import WIDTH
from syndetect.reading.dates import microseconds

pytestmark = pytest.mark.kernel

find_members, unescape = from_python(json_syntax.find_members), from_python(json_strings.unescape)
string_end, is_utf8 = from_python(json_syntax.string_end), from_python(json_strings.is_utf8)
iso_time, unix_time = from_python(iso_times.iso_time), from_python(iso_times.unix_time)


def padded(data: bytes, behind: bytes = b"") -> np.ndarray:
    return np.frombuffer(data + (behind + bytes(WIDTH))[: max(WIDTH, len(behind))] + bytes(WIDTH), np.uint8)


def members(line: bytes, behind: bytes = b"") -> list[tuple[str, int, bytes]] | None:
    """The names, kinds and raw values that the kernel finds."""
    found = np.zeros((json_syntax.MOST, 5), np.int64)
    number = find_members(padded(line, behind), 0, len(line), found)
    if number < 0:
        return None
    return [(line[a:b].decode(), kind, line[c:d]) for a, b, kind, c, d in found[:number].tolist()]


VALUES: SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=90)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.text(st.characters(exclude_characters='"\\', exclude_categories=["Cc", "Cs"]), max_size=70)
OBJECTS = st.dictionaries(NAMES, VALUES, min_size=1, max_size=8)
SIGNS = st.sampled_from(list('{}[]",:\\ \tnulltruefalse0123456789.eE+-u\u00e9"":,'))


@given(OBJECTS, st.booleans(), st.sampled_from([None, 0, 3]))
def test_members_of_what_is_written(value: dict[str, Any], ascii_only: bool, indent: int | None) -> None:
    line = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assume(not any("\\u" in json.dumps(name, ensure_ascii=ascii_only) for name in value))
    found = members(line.encode())
    if "NaN" in line or "Infinity" in line or any(len(part) > 300 for part in line.split()):
        return
    assert found is not None
    assert [name for name, _, _ in found] == list(value)
    for (_, kind, raw), expected in zip(found, value.values(), strict=True):
        if isinstance(expected, str):
            assert kind == (json_syntax.ESCAPED if b"\\" in raw else json_syntax.PLAIN)
            assert naive.string(raw) == expected
        elif expected is None or isinstance(expected, (bool, list, dict)):
            assert kind == (json_syntax.NULL if expected is None else json_syntax.OTHER)
        else:
            assert kind == (json_syntax.INTEGER if isinstance(expected, int) else json_syntax.NUMBER)
        if kind not in (json_syntax.PLAIN, json_syntax.ESCAPED):
            assert json.loads(raw) == expected


@given(OBJECTS, st.data())
def test_members_of_what_is_damaged(value: dict[str, Any], data: st.DataObject) -> None:
    """Whatever the kernel takes for an object Python takes for one with these members; it may take fewer."""
    line = json.dumps(value, ensure_ascii=data.draw(st.booleans()))
    at = data.draw(st.integers(0, len(line)))
    cut = data.draw(st.integers(0, 3))
    damaged = (line[:at] + "".join(data.draw(st.lists(SIGNS, max_size=4))) + line[at + cut :]).encode()
    found = members(damaged, b'"}' * 20)
    if found is not None:
        expected = naive.members(damaged)
        assert expected is not None
        assert [name for name, _, _ in found] == [name for name, _ in expected]


@given(
    st.text(st.one_of(st.characters(), st.sampled_from('\\\\\\"/bfnrtuuud83deDC00')), max_size=150),
    st.text(max_size=9),
)
@example("\\ud83d\\ude00", "")
@example("\\ud83d\\u0041", "")
@example("\\u0000", "")
@example("a" * 63 + "\\n" + "b" * 64, "\\")
def test_unescaping(text: str, behind: str) -> None:
    raw = text.encode("utf-8", "replace")
    close, _ = string_end(padded(raw + b'"', behind.encode("utf-8", "replace")), 0, len(raw) + 1)
    is_whole = close == len(raw)
    expected = naive.string(raw) if is_whole else None
    if is_whole:
        assert expected is not None
        out = np.zeros(len(raw) + WIDTH, np.uint8)
        end = unescape(padded(raw, b'"' + behind.encode("utf-8", "replace")), 0, len(raw), out, 0)
        is_odd = any("\ud800" <= sign <= "\udfff" for sign in expected) or "\\u0000" in text
        assert (end < 0) <= is_odd
        if end >= 0:
            assert out[:end].tobytes() == expected.encode()
    elif close < 0:
        assert naive.string(raw) is None


@given(
    st.one_of(
        st.text(max_size=150).map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary(max_size=99)
    ),
    st.data(),
)
def test_valid_utf8(whole: bytes, data: st.DataObject) -> None:
    end = data.draw(st.integers(0, len(whole)))
    assert bool(is_utf8(padded(whole[:end], whole[end:]), 0, end)) == naive.is_utf8(whole[:end])


TIMES = st.one_of(
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat("T", "milliseconds")),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat("T", "minutes") + "Z"),
)


@given(TIMES, st.data())
def test_times(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    text = data.draw(
        st.sampled_from(
            [text, text[:at], text[:at] + data.draw(st.sampled_from("0:Z+-. 9")) + text[at + 1 :]]
        )
    )
    raw = text.encode()
    found = iso_time(padded(raw, b"0123456789:+00:00Z"), 0, len(raw))
    if found != iso_times.UNKNOWN:
        assert found == naive.iso_time(text)


@given(
    st.one_of(
        st.integers(0, 10**17), st.sampled_from([10**9, 10**10 - 1, 10**12, 10**13 - 1, 10**15, 10**16 - 1])
    )
)
def test_times_in_seconds_and_parts_of_them(number: int) -> None:
    raw = str(number).encode()
    found = unix_time(padded(raw, b"99"), 0, len(raw))
    assert (found == iso_times.UNKNOWN) == (len(raw) not in (10, 13, 16))
    if found != iso_times.UNKNOWN:
        assert found == microseconds(number) == microseconds(str(number))


@pytest.mark.parametrize("zone", ["", "Z", "+01:00", "-1130"])
def test_times_of_the_usual_forms_are_all_known(zone: str) -> None:
    for text in (
        "2024-02-29T03:04",
        "1970-01-01 23:59:59",
        "2400-02-29T03:04:05.5",
        "1583-12-31t00:00:00.123456789",
    ):
        raw = (text + zone).encode()
        assert iso_time(padded(raw), 0, len(raw)) == naive.iso_time(text + zone)
    for year in (1600, 1900, 1999, 2000, 2023, 2024):
        for month in range(1, 13):
            for day in (1, 28, 29, 30, 31):
                text = f"{year}-{month:02}-{day:02}"
                expected = naive.iso_time(text)
                assert iso_time(padded(text.encode()), 0, 10) == (
                    iso_times.UNKNOWN if expected is None else expected
                )

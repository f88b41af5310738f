"""Settings: checked once, rebuilt from their repr and through JSON, told apart by a fingerprint."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndetect.errors import SettingsError, SyndetectError
from syndetect.settings import Settings

FIELDS = {field.name: field for field in dataclasses.fields(Settings)}
each_field = pytest.mark.parametrize("name", FIELDS)


def values(name: str) -> st.SearchStrategy[Any]:
    field = FIELDS[name]
    low, high = field.metadata["low"], field.metadata["high"]
    return st.integers(low, high) if field.type is int else st.floats(low, high)


free = [name for name in FIELDS if name not in ("slots", "bands", "rows")]  # those three must fit together
some_settings = st.fixed_dictionaries({}, optional={name: values(name) for name in free}).map(
    lambda chosen: Settings(**chosen)
)


@given(some_settings)
def test_repr_and_json_rebuild_settings(one: Settings) -> None:
    assert eval(repr(one)) == one
    assert Settings.from_dict(one.to_dict()) == one
    assert Settings.from_dict(json.loads(json.dumps(one.to_dict()))) == one


@given(some_settings, some_settings)
def test_fingerprints_are_equal_when_settings_are(one: Settings, two: Settings) -> None:
    assert (one.fingerprint == two.fingerprint) == (one == two)
    assert one.fingerprint == Settings.from_dict(one.to_dict()).fingerprint
    assert len(one.fingerprint) == 16
    assert int(one.fingerprint, 16) >= 0


def test_equal_settings_have_equal_fingerprints_and_manifests() -> None:
    whole, real = Settings(min_score=12, drop=7), Settings(min_score=12.0, drop=7.0)
    assert whole == real
    assert whole.fingerprint == real.fingerprint
    assert json.dumps(whole.to_dict()) == json.dumps(real.to_dict())


@each_field
def test_the_ends_of_a_range_belong_to_it(name: str) -> None:
    low, high = FIELDS[name].metadata["low"], FIELDS[name].metadata["high"]
    room = {"slots": 4096, "bands": 1, "rows": 1}
    for value in (low, high):
        assert getattr(Settings(**room | {name: value}), name) == value


@each_field
def test_a_value_out_of_range_is_an_error(name: str) -> None:
    low, high = FIELDS[name].metadata["low"], FIELDS[name].metadata["high"]
    for value in (low - 1, high + 1, -1e9):
        number: Any = int(value) if FIELDS[name].type is int else value
        with pytest.raises(SettingsError, match=f"^{name} must lie between {low} and {high}, not "):
            Settings(**{name: number})


@each_field
@pytest.mark.parametrize("value", ["5", None, True, [3], float("nan")], ids=repr)
def test_what_is_no_number_is_an_error(name: str, value: Any) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must "):
        Settings(**{name: value})


def test_a_whole_setting_takes_no_fraction() -> None:
    with pytest.raises(SettingsError, match=r"^rows must be a number, not 2\.5"):
        Settings(rows=2.5)  # type: ignore[arg-type]


def test_bands_and_rows_must_fit_the_slots() -> None:
    assert Settings(slots=126).slots == 126
    with pytest.raises(SettingsError, match="42 x 3 is more than 125"):
        Settings(slots=125)


def test_a_setting_that_is_none_is_an_error() -> None:
    with pytest.raises(SettingsError, match="no such setting: band, row"):
        Settings.from_dict({"row": 1, "band": 2, "rows": 3})


def test_settings_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Settings().rows = 4  # type: ignore[misc]
    assert hash(Settings()) == hash(Settings())


@each_field
def test_every_setting_says_what_it_means(name: str) -> None:
    assert FIELDS[name].metadata["meaning"]


def test_a_settings_error_is_a_value_error_too() -> None:
    assert issubclass(SettingsError, ValueError)
    assert issubclass(SettingsError, SyndetectError)

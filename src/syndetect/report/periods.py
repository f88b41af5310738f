"""Times counted into periods of equal kind: hours, days, weeks, months, years."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64

Times = npt.NDArray[np.datetime64]

_MOST = 62  # periods; two months by days, five years by months
_OUTLIERS = (
    0.01  # the share of times at either end that may be left out, where the others fill less than half
)


class Periods(NamedTuple):
    """Periods one after another, without gaps.

    Attributes:
        unit: "hour", "day", "week", "month", "year", "decade" or "century".
        names: the beginning of each, as ``2031-06-02 14:00``, ``2031-06-02`` (a week by its Monday), ``2031-06``
            or ``2031``.
        number: int64[n], for each time the place of its period in ``names``; -1 for a time far from all others.
    """

    unit: str
    names: list[str]
    number: I64


class _Unit(NamedTuple):
    """Periods of one kind: the number of that of each time, and the time at which a period begins, as text."""

    name: str
    number: Callable[[Times], I64]
    label: Callable[[int], str]


def _years(of: int) -> Callable[[Times], I64]:
    return lambda times: (times.astype("datetime64[Y]").astype(np.int64) + 1970) // of


def _text(unit: str) -> Callable[[int], str]:
    return lambda number: str(np.array(number).astype(f"datetime64[{unit}]"))


_MONDAY = 3  # days of the week before 1970-01-01
_UNITS = (
    _Unit("hour", lambda times: times.astype("datetime64[h]").astype(np.int64),
          lambda number: f"{_text('h')(number).replace('T', ' ')}:00"),
    _Unit("day", lambda times: times.astype("datetime64[D]").astype(np.int64), _text("D")),
    _Unit("week", lambda times: (times.astype("datetime64[D]").astype(np.int64) + _MONDAY) // 7,
          lambda number: _text("D")(7 * number - _MONDAY)),
    _Unit("month", lambda times: times.astype("datetime64[M]").astype(np.int64), _text("M")),
    _Unit("year", _years(1), str),
    _Unit("decade", _years(10), lambda number: str(10 * number)),
    _Unit("century", _years(100), lambda number: str(100 * number)),
)  # fmt: skip


def periods(times: Times) -> Periods:
    """The shortest periods of which 62 span these times (datetime64[n], n > 0); days and longer where all are dates.

    A hundredth at either end is left out where the others lie within less than half of the time: one wrong date does
    not make years out of weeks.
    """
    in_order, spared = np.sort(times), int(_OUTLIERS * len(times))
    first, low, high, last = in_order[[0, spared, -1 - spared, -1]]
    if (last - first) <= 2 * (high - low):
        low, high = first, last
    is_within = (times >= low) & (times <= high)
    are_dates = bool((times == times.astype("datetime64[D]")).all())
    for unit in _UNITS[are_dates:]:
        number = unit.number(times)
        begin, end = (int(one) for one in unit.number(np.array([low, high])))
        if end - begin < _MOST:
            break
    names = [unit.label(one) for one in range(begin, end + 1)]
    return Periods(unit.name, names, np.where(is_within, number - begin, -1))

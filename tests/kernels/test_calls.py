"""The list of calls of kernels: what stands on it can be compiled, and types keep their meaning as text."""

import subprocess
import sys

import pytest
from numba import types

from samples.strategies import INTERPRETED
from syndetect.kernels import calls

pytestmark = pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (types.int64, "int64"),
        (types.boolean, "bool"),
        (types.uint32[::1], "uint32[::1]"),
        (types.int64[:, :], "int64[:, :]"),
        (types.Array(types.uint8, 2, "C", readonly=True), "readonly uint8[:, ::1]"),
        (types.UniTuple(types.int64, 2), "(int64, int64)"),
        (types.Tuple((types.int64[:, ::1], types.Tuple((types.float64,)))), "(int64[:, ::1], (float64))"),
        (types.Tuple(()), "()"),
    ],
)
def test_a_type_is_the_same_as_text(kind: types.Type, text: str) -> None:
    assert calls.text_of(kind) == text
    assert calls.type_of(text) == kind


def test_a_type_that_no_text_stands_for_is_refused() -> None:
    with pytest.raises(ValueError, match="no text"):
        calls.text_of(types.Array(types.uint8, 1, "F"))
    with pytest.raises(ValueError, match="no type"):
        calls.type_of("uint9[::1]")


def test_what_is_listed_is_there_and_stands_there_once() -> None:
    listed = calls.listed()
    kernels = {f"{module}.{name}" for module, name, _ in calls._kernels()}
    assert len({call[:2] for call in listed}) == len(listed) > 40
    for call in listed:
        assert call.kernel in kernels
        assert calls.text_of(calls.type_of(call.types)) == call.types
        assert set(call.works) <= {"small", "scan", "tables", "dedup", "adding", "asking"}
        assert calls.parsed(calls.line_of(call)) == call
    assert set(calls.listed("small")) < set(calls.listed("scan")) & set(calls.listed("tables"))
    of_rows = {call.kernel for call in set(calls.listed("tables")) - set(calls.listed("scan"))}
    assert of_rows == {"delimited_rows.split_rows", "table_rows.read_rows"}
    assert set(calls.listed("dedup")) == {call for call in listed if "dedup" in call.works}


_OF_ONE_CALL = """
import numpy as np
from syndetect.kernels import calls, documents
longs, ints = np.zeros(3, np.int64), np.zeros(1, np.uint32)
documents.find_documents(ints, ints, longs, longs[:1])
(wanted,) = (call for call in calls.listed() if call.kernel == "documents.find_documents")
assert calls.made() == {calls.Call(*wanted[:2])}
"""


def test_calls_that_were_made_are_told() -> None:
    """In a process of its own: other tests call kernels with types that no scan has."""
    subprocess.run([sys.executable, "-c", _OF_ONE_CALL], check=True)

"""Kernels compiled by a process that only fills the cache are those that other processes load, and do the same."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from samples.strategies import INTERPRETED

compiled = pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")

_WORK = """
import json, sys
import numpy as np
from syndetect.kernels import filling, jit

@jit.inline
def half(value):
    return value // 2 if value % 2 == 0 else 3 * value + 1

@jit.merged
def put(values, i, value):
    values[i] = values[i - 1] + value

@jit.allocating
def steps(limit):
    found = np.zeros(limit, np.int64)
    for i in range(1, limit):
        value, n = np.int64(i), np.int64(0)
        while value > 1:
            value, n = half(value), n + 1
        put(found, i, n)
    return found

@jit.kernel
def total(limit):
    found = steps(limit)
    return found[-1] + len(found), min(found[1], 3) / 2, found[: limit // 2]

@jit.kernel
def twice(limit):
    return total(limit)[0] + total(limit + 1)[0]

if sys.argv[1] == "fill":
    assert filling.prepare()
    for one in (total, twice):
        one.compile((jit.numba.int64,))
number, part, found = total(50)
hits = [sum(one.stats.cache_hits.values()) for one in (total, twice)]
print(json.dumps([int(number), part, found.tolist(), int(twice(50))]), sum(twice.stats.cache_hits.values()))
"""


@compiled
def test_what_fills_the_cache_compiles_what_others_load(tmp_path: Path) -> None:
    script = tmp_path / "kernels.py"
    script.write_text(_WORK, encoding="utf-8")

    def run(cache: str, how: str) -> tuple[object, int]:
        settings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / cache)}
        done = subprocess.run(
            [sys.executable, script, how], env=settings, check=True, stdout=subprocess.PIPE, text=True
        )
        result, _, hits = done.stdout.strip().rpartition(" ")
        return json.loads(result), int(hits)

    plain = run("plain", "call")
    assert plain[1] == 0
    assert run("filled", "fill") == (plain[0], 0)
    assert run("filled", "call") == (plain[0], 1)


_LACKS = """
from numba import types
from numba.core import codegen
from syndetect.kernels import filling, jit
del codegen.CPUCodeLibrary._finalize_final_module
found = types.Function.get_call_type
assert not filling.prepare()
assert types.Function.get_call_type is found
"""


@compiled
def test_numba_compiles_as_ever_where_it_has_other_names() -> None:
    subprocess.run([sys.executable, "-c", _LACKS], check=True)

"""The programs of docs/ do what stands there."""

import contextlib
import io
import re
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def programs(name: str) -> list[str]:
    """The programs of a page, in order."""
    page = (DOCS / name).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def printed(program: str) -> str:
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as told:
        exec(compile(program, "docs", "exec"), names)
    return told.getvalue()


PROGRAMS = programs("datasketch.md")


@pytest.mark.parametrize(("theirs", "ours"), list(zip(PROGRAMS[::2], PROGRAMS[1::2], strict=True)))
def test_both_versions_print_the_same(theirs: str, ours: str, tmp_path: Path) -> None:
    assert "import MinHash, MinHashLSH\n" in theirs
    assert "from syndetect import MinHashLSH\n" in ours
    with contextlib.chdir(tmp_path):
        expected = printed(theirs)
        assert expected
        assert printed(ours) == expected

import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

structure = runpy.run_path(str(ROOT / "tools" / "structure.py"))["structure"]


def test_files_functions_and_circles_are_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(structure.__globals__, "opened", lambda _: {})
    sources = {
        "__init__": "from syndetect.a.x import f\n",
        "a/__init__": '"""A package."""\n',
        "a/x": "import typing\nif typing.TYPE_CHECKING:\n    from syndetect.a import y\ndef f():\n    '''Long.\n"
        + "\n" * 60 + "    '''\n",
        "a/y": "from .x import f\ndef g(self, a, b, c, d, e, f, g, h, *i):\n    pass\n",
        "b": "def f():\n    from syndetect import c\n" + "    pass\n" * 50,
        "c": "from syndetect import b\n",
    }  # fmt: skip
    for name, source in sources.items():
        path = tmp_path / "src" / "syndetect" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(source, encoding="utf-8")
    assert structure(tmp_path) == {
        "modules": [
            "syndetect",
            "syndetect.a",
            "syndetect.a.x",
            "syndetect.a.y",
            "syndetect.b",
            "syndetect.c",
        ],
        "packages": ["syndetect", "syndetect.a"],
        "functions of over 50 lines": ["syndetect.b:f 52"],
        "functions of over 8 parameters": ["syndetect.a.y:g 9"],
        "the same, without kernels": ["syndetect.a.y:g 9"],
        "circles of modules": ["syndetect.a.x syndetect.a.y"],
        "the same with imports in functions": ["syndetect.a.x syndetect.a.y", "syndetect.b syndetect.c"],
        "circles of packages": [],
    }


def test_a_query_opens_the_modules_of_the_index() -> None:
    found = runpy.run_path(str(ROOT / "tools" / "structure.py"))["opened"](ROOT)
    assert "syndetect.index.query_batch" in found["modules opened by a query"]
    assert "syndetect.pipeline.scan" in found["modules opened by a scan"]
    assert not any("kernels" in name for names in found.values() for name in names)

"""Count how the code is built: ``python tools/structure.py [CHECKOUT ...]``, a column for each checkout.

Everything is counted in the same way in any checkout, old or new (default: this one), by this Python, which must have
the dependencies of all of them. The last two rows are measured: how many modules of ``src`` other than kernels run a
function of theirs when ``Index.query`` is called for one document and when one folder is scanned (``seeds/`` of this
checkout), each after a first call that is not counted. ``--names`` lists what is behind a number.
"""

import argparse
import ast
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

PACKAGE = "syndetect"
MOST_LINES = 50  # of a function, without its docstring
MOST_PARAMETERS = 8

_SEEDS = Path(__file__).parents[1] / "seeds"
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def structure(checkout: Path) -> dict[str, list[str]]:
    """What is counted in a checkout: names by what they are names of."""
    modules = {
        module_name(path, checkout / "src"): path for path in (checkout / "src" / PACKAGE).rglob("*.py")
    }
    trees = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in modules.items()}
    imports, late = (
        {name: set(imported(tree, name, modules, also_late=also)) for name, tree in trees.items()}
        for also in (False, True)
    )
    functions = [(f"{name}:{one.name}", one) for name, tree in trees.items() for one in ast.walk(tree)
                 if isinstance(one, _Function)]  # fmt: skip
    between: dict[str, set[str]] = {}
    for name, others in imports.items():
        between.setdefault(_area(name), set()).update(map(_area, others))
    long = [f"{name} {lines(one)}" for name, one in functions if lines(one) > MOST_LINES]
    wide = [f"{name} {parameters(one)}" for name, one in functions if parameters(one) > MOST_PARAMETERS]
    return {
        "modules": sorted(modules),
        "packages": sorted(name for name, path in modules.items() if path.name == "__init__.py"),
        f"functions of over {MOST_LINES} lines": long,
        f"functions of over {MOST_PARAMETERS} parameters": wide,
        "the same, without kernels": [one for one in wide if not _is_kernel(one)],
        "circles of modules": [" ".join(one) for one in circles(imports)],
        "the same with imports in functions": [" ".join(one) for one in circles(late)],
        "circles of packages": [" ".join(one) for one in circles(between)],
        **opened(checkout),
    }


def module_name(path: Path, root: Path) -> str:
    """The dotted name of a file; a package's is that of its ``__init__.py``."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imported(tree: ast.Module, name: str, modules: Mapping[str, Path], *, also_late: bool) -> Iterator[str]:
    """The modules that a module imports, also those that only annotations need.

    Args:
        tree: the module's syntax.
        name: its name.
        modules: all files by their modules' names.
        also_late: whether imports within functions count.
    """
    statements: list[ast.AST] = [*tree.body]
    for one in statements:  # grows
        if also_late or isinstance(one, (ast.If, ast.Try, ast.With)):
            statements += ast.iter_child_nodes(one)
        names: list[str] = []
        if isinstance(one, ast.Import):
            names = [alias.name for alias in one.names]
        elif isinstance(one, ast.ImportFrom):
            above = name.split(".") if modules[name].name == "__init__.py" else name.split(".")[:-1]
            base = ".".join([*above[: len(above) + 1 - one.level], *([one.module] if one.module else [])])
            source = base if one.level else one.module or ""
            names = [full if (full := f"{source}.{alias.name}") in modules else source for alias in one.names]
        yield from (found for found in names if found in modules and found != name)


def lines(function: _Function) -> int:
    """The lines of a function, from ``def`` on, without its docstring."""
    first = function.body[0]
    is_documented = ast.get_docstring(function, clean=False) is not None
    documentation = (first.end_lineno or 0) - first.lineno + 1 if is_documented else 0
    return (function.end_lineno or 0) - function.lineno + 1 - documentation


def parameters(function: _Function) -> int:
    """How many parameters a function has, without ``self`` and ``cls``."""
    given = function.args
    names = [one.arg for one in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return sum(name not in ("self", "cls") for name in names) + sum(map(bool, (given.vararg, given.kwarg)))


def circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of two or more nodes of a graph that all reach one another."""
    reached: dict[str, set[str]] = {}
    for start in imports:
        seen, waiting = set[str](), [*imports[start]]
        while waiting:
            if (node := waiting.pop()) not in seen:
                seen.add(node)
                waiting += imports.get(node, ())
        reached[start] = seen
    groups = {
        frozenset({node, *(other for other in found if node in reached.get(other, ()))})
        for node, found in reached.items()
    }
    return sorted(sorted(group) for group in groups if len(group) > 1)


def opened(checkout: Path) -> dict[str, list[str]]:
    """The modules whose functions run, by the call, measured in a process that imports from a checkout."""
    path = os.pathsep.join([str(checkout.resolve() / "src"), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, __file__, "--measure"]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True, stdout=subprocess.PIPE)
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def measure() -> dict[str, list[str]]:
    """The modules whose functions a query and a scan run, of the syndetect that this process imports."""
    from syndetect import Index, scan  # noqa: PLC0415  (of the checkout that is measured)

    articles = [
        {"id": path.stem, "text": path.read_text(encoding="utf-8")} for path in sorted(_SEEDS.glob("*.txt"))
    ]
    with tempfile.TemporaryDirectory() as folder, Index.create(Path(folder) / "index") as index:
        index.add(articles)
        query = partial(index.query, {**articles[0], "id": "a query"})
        matched = partial(scan, [_SEEDS], progress=_UntilMatched())
        calls: dict[str, Callable[[], object]] = {
            "query": query, "text, from its file to its matches": matched, "scan": partial(scan, [_SEEDS])
        }  # fmt: skip
        found = {}
        for name, call in calls.items():
            call()
            found[f"modules opened by a {name}"] = running(call)
    return found


class _UntilMatched:
    """A progress that ends the measurement when all matches are found."""

    def stage(self, name: str, total: int | None, unit: str) -> None:  # noqa: ARG002  (as a scan calls it)
        """End with the stage that follows alignment."""
        if name == "links":
            sys.setprofile(None)
            threading.setprofile(None)

    def advance(self, n: int) -> None:
        """Nothing to do."""

    def note(self, text: str) -> None:
        """Nothing to do."""


def running(call: Callable[[], object]) -> list[str]:
    """The modules of the package other than kernels whose functions a call runs, in any thread that it starts."""
    names: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_name != "<module>":
            names.add(frame.f_globals.get("__name__", ""))

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return sorted(name for name in names if name.split(".")[0] == PACKAGE and not _is_kernel(name))


def counts(checkout: Path, found: Mapping[str, list[str]]) -> dict[str, int]:
    """The table's column of a checkout."""
    sizes = {}
    for folder in ("src", "tests", "benchmarks"):
        files = (checkout / folder).rglob("*.py")
        sizes[f"lines of {folder}"] = sum(path.read_bytes().count(b"\n") for path in files)
    return {**sizes, **{name: len(names) for name, names in found.items()}}


def _area(module: str) -> str:
    """The package or root module, directly below the top, that a module is in."""
    return ".".join(module.split(".")[:2])


def _is_kernel(module: str) -> bool:
    return module.startswith(f"{PACKAGE}.kernels")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Count how the code is built.")
    parser.add_argument("checkouts", type=Path, nargs="*", metavar="CHECKOUT")
    parser.add_argument(
        "--names", action="store_true", help="also list what was counted, but for the modules"
    )
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure()))
        return
    checkouts = options.checkouts or [Path(__file__).parents[1]]
    found = {checkout: structure(checkout) for checkout in checkouts}
    columns = {checkout: counts(checkout, names) for checkout, names in found.items()}
    for row in columns[checkouts[0]]:
        print(f"{row:36}", *(f"{column[row]:>8,}" for column in columns.values()))
    for checkout, names_by in found.items() if options.names else ():
        for row, names in names_by.items():
            if row != "modules":
                print(f"\n{checkout}: {row}", *names, sep="\n  ")


if __name__ == "__main__":
    main()

"""The project keeps its own rules: what is where, what is promised. ``make lint`` checks who imports whom."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import syndetect

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "syndetect"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
MANUALS = (
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
)


def module_name(path: Path) -> str:
    """``syndetect.kernels.words`` for its file, ``syndetect`` for the package's own."""
    return ".".join(("syndetect", *path.relative_to(SRC).with_suffix("").parts)).removesuffix(".__init__")


MODULES = {module_name(path): path for path in sorted(SRC.rglob("*.py"))}


def test_no_module_is_a_drawer() -> None:
    """Each of these holds what nobody placed."""
    assert not {path.stem.strip("_") for path in MODULES.values()} & {
        "utils",
        "util",
        "core",
        "helpers",
        "common",
        "misc",
    }


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_a_module_can_be_read_at_a_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 500


@pytest.mark.parametrize(
    ("of", "others"), [("tests", "benchmarks"), ("benchmarks", "tests|samples|reference")]
)
def test_tests_and_benchmarks_do_not_import_one_another(of: str, others: str) -> None:
    """What the product promises is tested without benchmarks; only ``tests/benchmarks`` imports them."""
    paths = [path for path in (ROOT / of).rglob("*.py") if ROOT / "tests" / "benchmarks" not in path.parents]
    importing = re.compile(rf"^\s*(?:from|import) (?:{others})\b", re.MULTILINE)
    assert [path for path in paths if importing.search(path.read_text(encoding="utf-8"))] == []


def test_the_public_names() -> None:
    assert syndetect.__all__ == [
        "Added", "Answer", "BusyError", "Deduplicated", "Evaluation", "Index", "InputError", "MinHashLSH",
        "MissingExtraError", "NearDuplicates", "OutputError", "ProcessError", "Progress", "ReadingOptions", "Result",
        "ResultError", "Settings", "SettingsError", "StoredIndexError", "SyndetectError", "deduplicate", "evaluate",
        "scan", "stream",
    ]  # fmt: skip
    assert {getattr(syndetect, name).__module__.split(".")[0] for name in syndetect.__all__} == {"syndetect"}
    with pytest.raises(AttributeError, match="'syndetect' has no attribute 'scam'"):
        syndetect.scam  # noqa: B018


def python(code: str) -> str:
    """What a fresh Python prints that runs this code with the package at hand."""
    path = f"import sys; sys.path[:] = {[str(SRC.parent), *sys.path]!r}\n"
    done = subprocess.run([sys.executable, "-c", path + code], capture_output=True, check=True, text=True)
    return done.stdout


def test_importing_the_package_is_cheap() -> None:
    code = "import syndetect; print(*sorted({'numba', 'numpy', 'polars', 'rich'} & sys.modules.keys()))"
    assert python(code) == "\n"


def test_paths_of_this_machine_do_without_object_stores() -> None:
    """What an address needs is imported when one is given."""
    code = (
        f"from syndetect.reading.sources import read\n"
        f"for _ in read({str(ROOT / 'seeds')!r}, on_skip=print): pass\n"
        "print(*sorted({'fsspec', 'aiohttp', 'syndetect.storage.objects'} & sys.modules.keys()))"
    )
    assert python(code) == "\n"


def test_no_module_takes_the_place_of_a_public_name() -> None:
    """Importing syndetect.x sets the attribute x of the package."""
    extras = "__main__" if find_spec("pyarrow") else "__main__|syndetect.spark."  # these import it
    names = [name for name in MODULES if not re.search(extras, name)]
    hidden = "[name for name in syndetect.__all__ if inspect.ismodule(getattr(syndetect, name))]"
    assert python(f"import inspect, {', '.join(names)}; print({hidden})") == "[]\n"


def test_types_are_published() -> None:
    assert (SRC / "py.typed").is_file()


@pytest.mark.parametrize("manual", MANUALS)
def test_links_lead_somewhere(manual: str) -> None:
    links = re.findall(r"\]\(([^)\s#]+)[^)]*\)", (ROOT / manual).read_text(encoding="utf-8"))
    assert [
        link for link in links if "://" not in link and not (ROOT / manual).parent.joinpath(link).exists()
    ] == []


def test_architecture_names_every_package() -> None:
    rows = re.findall(
        r"^\| `(\w+)(?:\.py|/)` \|", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    there = {path.stem for path in SRC.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert set(rows) == {name for name in there if not name.startswith("__")}


def test_every_package_says_its_purpose() -> None:
    for path in SRC.rglob("__init__.py"):
        told = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        assert told, path
        assert "TODO" not in told, path


def test_changelog_begins_with_this_version() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first = re.search(r"^## \[(.+?)\] - (Unreleased|\d{4}-\d\d-\d\d)$", changelog, re.MULTILINE)
    assert first is not None
    assert first[1] == PROJECT["version"]


def pins() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if not line.startswith("#")]


def test_constraints_are_exact_and_tell_no_address() -> None:
    for pin in pins():
        assert pin.url is None
        assert re.fullmatch(r"==[\d.]+(post\d+)?", str(pin.specifier)), pin


def asked(requirements: list[str], extras: set[str]) -> Iterator[Requirement]:
    """The requirements that hold here, with these extras."""
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or any(
            requirement.marker.evaluate({"extra": extra}) for extra in extras | {""}
        ):
            yield requirement


def test_constraints_pin_whatever_gets_installed() -> None:
    """Every requirement, and every requirement of those that are installed here at the pinned version."""
    extras = PROJECT["optional-dependencies"]
    direct = [*PROJECT["dependencies"], *(name for names in extras.values() for name in names)]
    pinned = {
        canonicalize_name(pin.name): pin.specifier
        for pin in pins()
        if pin.marker is None or pin.marker.evaluate()
    }
    waiting, met = list(asked(direct, set())), {"syndetect"}
    while waiting:
        one = waiting.pop()
        if (name := canonicalize_name(one.name)) in met:
            continue
        met.add(name)
        assert name in pinned
        with suppress(PackageNotFoundError):
            there = distribution(name)
            if there.version in pinned[name]:
                waiting += asked(there.requires or [], one.extras)


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every file of the project; what tools leave behind is not of it."""
    kept = {".ci", ".github", ".gitignore", ".gitattributes"}
    for path in ROOT.rglob("*"):
        parts = path.relative_to(ROOT).parts
        left = {"build", "dist", "node_modules", "__pycache__"} | {
            part for part in parts if part.startswith(".")
        } - kept
        if path.is_file() and not left & {*parts}:
            yield "/".join(parts), path.read_text(encoding="utf-8", errors="replace")


def test_files_tell_nothing_of_the_machine_that_made_them() -> None:
    homes = r"(?<![\w.}])/(?:root|home|work|Users|opt|mnt)/\w"
    indexes = "|".join(
        ("py" + "pi\\.org", "python" + "hosted", "index" + "-url", "find" + "-links", "npm" + "js\\.org")
    )
    found = [(name, told[0]) for name, text in texts() if (told := re.search(f"{homes}|{indexes}", text))]
    assert found == []

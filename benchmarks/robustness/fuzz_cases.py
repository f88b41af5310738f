"""The cases of ``fuzz``: each makes its input from a seed, and returns the problems in words."""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import click
import polars as pl
from click.testing import CliRunner

from benchmarks.robustness import malformed_files, mutations
from benchmarks.robustness.index_checks import Failure, Refusal, attempt, sealed
from benchmarks.robustness.index_corruption import Intact, draw_file, examine
from syndetect import Index, Settings, scan
from syndetect.cli.program import main as program
from syndetect.reading import sources
from syndetect.reading.options import ReadingOptions
from syndetect.schema import ARTICLES

Case = Callable[[Random, Path], list[str]]

_COLUMNS = ("id", "text", "source", "published", "title", "url", "nonsense")
_EXIT_CODES = (0, 1, 2)  # as documented on the help page
_INTACT_SEED = 1


class _Read(NamedTuple):
    """What a reader returned: the articles, and the skipped sources with their reasons."""

    articles: pl.DataFrame
    skipped: list[tuple[str, str]]


# ----------------------------------------------------------------------------------------------- reading


def reader(random: Random, folder: Path) -> list[str]:
    """Read files twice, in batches of other sizes; scan them; index and query them."""
    paths = _put_files(random, folder)
    columns = _columns(random)
    most = random.choice([50, 3000, 128 << 20])
    found = [
        attempt(partial(_read, paths, columns, size, most))
        for size in (1, random.choice([100, 10**4, 10**7]))
    ]
    wrong = [one.trace for one in found if isinstance(one, Failure)]
    first, second = found
    if isinstance(first, _Read) and isinstance(second, _Read):
        if not first.articles.equals(second.articles) or first.skipped != second.skipped:
            wrong.append("batches of other sizes are read differently")
        if first.articles["doc_id"].n_unique() != len(first.articles):
            wrong.append("an id that is there twice")
    elif type(first) is not type(second):
        wrong.append(f"read once and refused once: {found}")
    if not wrong and random.random() < 0.3:
        compared = attempt(partial(_compare_with_scan, paths, columns, folder))
        wrong += (
            [compared.trace]
            if isinstance(compared, Failure)
            else compared
            if isinstance(compared, list)
            else []
        )
    return wrong


def _put_files(random: Random, folder: Path) -> list[str]:
    """Write one odd file or several, under names of their own."""
    paths = []
    for number in range(random.choice([1, 1, 1, 3])):
        name, data = malformed_files.draw(random)
        path = folder / f"{number}{name}"
        path.write_bytes(data)
        paths.append(str(path))
    return paths


def _columns(random: Random) -> dict[str, str] | None:
    """Mostly no columns, else a few under any names."""
    if random.random() < 0.85:
        return None
    return {random.choice(_COLUMNS[:6] if random.random() < 0.9 else _COLUMNS): random.choice(_COLUMNS)}


def _read(paths: Sequence[str], columns: Mapping[str, str] | None, size: int, most: int) -> _Read:
    """Read all articles; raises where a value is out of its range."""
    skipped: list[tuple[str, str]] = []
    frames = list(
        sources.read(
            list(paths),
            reading=ReadingOptions(columns=columns or {}),
            on_skip=lambda *one: skipped.append(one),
            batch_bytes=size,
            max_bytes=most,
        )
    )
    articles = pl.concat(frames) if frames else pl.DataFrame(schema=ARTICLES)
    if articles.schema != ARTICLES or articles["text"].null_count() or articles["doc_id"].null_count():
        raise ValueError(f"the articles have {articles.schema}")
    for row in articles.rows():
        "".join(value for value in row if isinstance(value, str)).encode()
    return _Read(articles, skipped)


def _compare_with_scan(paths: Sequence[str], columns: Mapping[str, str] | None, folder: Path) -> list[str]:
    """Differences between the answers of an index of files and a scan of them."""
    settings = Settings(hot_places=3)
    scanned = scan(list(paths), settings, columns=columns, threads=1)
    with Index.create(folder / "index", settings) as index:
        added = index.add(list(paths), columns=columns, threads=1)
        answer = index.query_many(list(paths), columns=columns, threads=1)
        index.verify()
        held = len(index)
    wrong = []
    if added.documents != scanned.documents.height or held != added.documents:
        wrong.append(f"{added}, {held} of them held, and {scanned.documents.height} were scanned")
    # what syndication fills is null in an answer
    filled = [name for name in answer.documents.columns if not answer.documents[name].is_null().all()]
    if not answer.documents.select(filled).equals(scanned.documents.select(filled)):
        wrong.append("the index has other reuse than a scan")
    return wrong


# ----------------------------------------------------------------------------------------------- opening indexes


@cache
def _intact(folder: Path) -> Intact:
    return Intact.build(folder, _INTACT_SEED)


def index(random: Random, folder: Path) -> list[str]:
    """Damage files of an index, or give its manifest odd values and a right checksum; query it.

    Damage must be found, and answers be right or refused. Of a manifest with a right checksum any answer is right, but
    nothing outside of the folder may be touched.
    """
    intact, damaged, precious = (
        _intact(folder.parent / "intact"),
        folder / "damaged",
        folder / "precious.segment",
    )
    shutil.copytree(intact.folder, damaged)
    precious.write_bytes(b"not of the index")
    is_hostile = random.random() < 0.5
    if is_hostile:
        done = _make_hostile(random, damaged)
        is_changed = False
    else:
        done = [_damage(random, damaged) for _ in range(random.choice([1, 1, 2, 5]))]
        is_changed = any(
            _differ(path, damaged / path.name) for path in intact.folder.iterdir() if path.name != "lock"
        )
    found, is_found = examine(damaged, intact)
    wrong = [f"{kind}: {what}" for kind, what in found if not is_hostile or kind == "tracebacks"]
    if is_changed and not is_found:
        wrong.append("damage that was not found")
    if not precious.exists() or precious.read_bytes() != b"not of the index":
        wrong.append("a file outside of the folder was changed")
    return [f"{', '.join(done)}: {what}" for what in wrong]


def _damage(random: Random, folder: Path) -> str:
    path = draw_file(random, folder)
    data = path.read_bytes()
    changed = mutations.mutate(random, data)
    if random.random() < 0.1:
        other = draw_file(random, folder)
        changed = other.read_bytes()
    path.write_bytes(changed)
    return path.name


def _differ(one: Path, other: Path) -> bool:
    return one.read_bytes() != other.read_bytes()


def _make_hostile(random: Random, folder: Path) -> list[str]:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    names = [entry["name"] for entry in manifest["entries"]]
    names += [
        "../precious.segment",
        "manifest.json",
        "lock",
        "",
        ".",
        "..",
        str(folder / names[0]),
        "x\x00.segment",
    ]
    changed = mutations.mutate_json(random, manifest, names)
    changed = changed if isinstance(changed, dict) else manifest
    path.write_bytes(sealed(changed))
    return [
        f"manifest {name}: {json.dumps(value):.600}"
        for name, value in changed.items()
        if value != manifest.get(name)
    ]


# ----------------------------------------------------------------------------------------------- the commands


def cli(random: Random, folder: Path) -> list[str]:
    """Run commands over odd files, with odd options."""
    paths = _put_files(random, folder)
    data = None
    if random.random() < 0.2:
        data, paths = Path(paths[0]).read_bytes(), ["-"]
    out = folder / "result"
    commands = [["scan", *paths, *_options(random)]]
    if random.random() < 0.3:
        commands = [
            ["scan", *paths, "-o", str(out), *_options(random)],
            ["show", str(out), random.choice("0127-x")],
        ]
    if isinstance(program, click.Group) and "index" in program.commands and random.random() < 0.5:
        place = str(folder / "x.idx")
        commands = [["index", *words] for words in _index_commands(random, place, paths)]
    return [wrong for words in commands for wrong in _run(words, data)]


def _index_commands(random: Random, place: str, paths: list[str]) -> list[list[str]]:
    form = random.choice(["jsonl", "csv", "json"])
    existing = random.choice(["error", "skip", "replace", "none"])
    return [
        ["build", place, *paths], ["add", place, *paths, "--existing", existing], ["remove", place, "n1", "\ud800"],
        ["query", place, *paths, "--format", form], ["info", place], ["compact", place], ["verify", place],
    ]  # fmt: skip


def _options(random: Random) -> list[str]:
    """A few options of ``scan``, some of them invalid."""
    number = random.choice(["0", "1", "2", "5", "-1", "nan", "1e9", "99999999999999999999", "x", ""])
    every = [
        [], [], ["--all"], ["--top", number], ["-q"], ["--bands", number],
        ["--format", random.choice(["csv", "jsonl", "json", "passim", "parquet"])],
        ["--window", random.choice(["1d", "0h", "x", "1e5d", "99999999w"])], ["--hot-places", number], ["--strict"],
        ["--memory", random.choice(["1MB", "0GB", "1", "99999TB"])], ["--min-jaccard", number],
        [f"--{random.choice(_COLUMNS)}-column", random.choice(_COLUMNS)], ["--seed", number], ["--min-words", number],
    ]  # fmt: skip
    return [word for _ in range(random.choice([0, 1, 2])) for word in random.choice(every)]


def _run(words: list[str], data: bytes | None) -> list[str]:
    """The problem with the way a command ended, if any."""
    ended: Any = attempt(partial(CliRunner().invoke, program, words, input=data))
    if isinstance(ended, (Failure, Refusal)):
        return [f"{words}: {ended}"]
    output = ended.output
    is_promised = ended.exit_code in _EXIT_CODES and isinstance(ended.exception, (SystemExit, type(None)))
    if is_promised and "unexpected error" not in output and "Traceback" not in output:
        return []
    return [f"{words} ended with {ended.exit_code}, {ended.exception!r}: {output[-2000:]}"]


CASES: Mapping[str, Case] = {"reader": reader, "index": index, "cli": cli}

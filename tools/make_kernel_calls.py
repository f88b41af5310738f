"""Make ``src/syndetect/kernels/calls.txt``, the kernels that pieces of work call and the types they call them with.

    python tools/make_kernel_calls.py           write the list
    python tools/make_kernel_calls.py --check   tell what it lacks and what is too much; fails if there is anything

Each piece of work (a scan of lines, one of tables, a dedup, an index that is filled and asked) is done on ``seeds/``
and on invented news in a process of its own, and the calls are those that it made. Writing the list compiles all of
them anew, in one process and in turn, since what takes longest is to stand first: some minutes.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import count, groupby
from pathlib import Path

import polars as pl

_ROOT = Path(__file__).parents[1]
_SEEDS = _ROOT / "seeds"
_WORKS = ("small", "scan", "tables", "dedup", "adding", "asking")
_SMALL_BYTES = 1 << 18
_FILE_BYTES = 3 << 20  # of a file, of which a kernel reads what is beyond the first megabyte


def _articles() -> list[dict[str, str]]:
    """The seeds, each twice, with a day each: so that every stage has something to do."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(_SEEDS.glob("*.txt"))]
    hyphens = "The gov-\nernment said so on Mon-\nday. A government can.\n" * 20
    return [
        {"id": str(i), "text": text, "source": f"s{i % 5}", "published": f"2024-01-{1 + i % 28:02d}"}
        for i, text in enumerate([*texts, *texts, hyphens])
    ]


def _file(articles: list[dict[str, str]], folder: str, least: int) -> Path:
    """Articles as a file of JSON Lines of so many bytes, again and again with other ids."""
    file, size = Path(folder) / "articles.jsonl", 0
    with file.open("w", encoding="utf-8") as lines:
        for turn in count():
            for article in articles:
                size += lines.write(json.dumps({**article, "id": f"{turn}-{article['id']}"}) + "\n")
            if size > least:
                return file
    raise AssertionError


def _tables(file: Path) -> list[Path]:
    """The articles of a file as tables: rows of text, and of columns."""
    frame, rows, columns = pl.read_ndjson(file), file.with_suffix(".csv"), file.with_suffix(".parquet")
    frame.write_csv(rows)
    frame.write_parquet(columns)
    return [rows, columns]


def _work(name: str, folder: str) -> None:
    """Do one piece of work; it may write to an empty folder."""
    import syndetect  # noqa: PLC0415

    articles = _articles()
    file = _file(articles, folder, _SMALL_BYTES if name == "small" else _FILE_BYTES)
    if name == "small":
        syndetect.scan(_SEEDS)
        syndetect.scan(file)
    elif name in ("scan", "tables"):
        syndetect.scan(_SEEDS)
        if name == "tables":
            for table in _tables(file):
                syndetect.scan(table)
        else:
            syndetect.scan(file)
        for memory in (1 << 40, 1):
            syndetect.scan(articles, memory=memory)
        syndetect.scan(articles, syndetect.Settings(hot_places=3, window_days=1.5))
        syndetect.scan(articles[:8], reference=articles[8:])
    elif name == "dedup":
        syndetect.deduplicate(file)
        syndetect.deduplicate(articles)
        syndetect.deduplicate(articles, unit="paragraph")
    else:
        with syndetect.Index.create(f"{folder}/index") as index:
            index.add(file)
            index.add(articles[:12])
            index.add(articles[12:])
            if name == "asking":
                index.query(articles[0])
                index.query_many(articles[:3])


def _calls(name: str) -> set[str]:
    """The calls that one piece of work makes: those of a process of its own."""
    command = [sys.executable, __file__, "--work", name]
    return set(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


def main() -> None:
    """Write the list, or check it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare the list with what is called")
    parser.add_argument("--work", choices=_WORKS, help=argparse.SUPPRESS)
    parser.add_argument("--order", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    calls = importlib.import_module("syndetect.kernels.calls")
    if options.order:
        print(*_longest_first(sys.stdin.read().splitlines()), sep="\n")
        return
    if options.work:
        with tempfile.TemporaryDirectory() as folder:
            _work(options.work, folder)
        print(json.dumps([one.kernel + one.types for one in calls.made()]))
        return
    works: dict[str, list[str]] = {}
    for name in _WORKS:
        for call in _calls(name):
            works.setdefault(call, []).append(name)
    lines = {f"{' '.join(names)}: {call}" for call, names in works.items()}
    if options.check:
        listed = set(calls.FILE.read_text(encoding="utf-8").splitlines())
        for sign, difference in (("+", lines - listed), ("-", listed - lines)):
            for line in sorted(difference):
                print(sign, line)
        sys.exit(listed != lines)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--order"]
        ordered = subprocess.run(
            command, env={**os.environ, "NUMBA_CACHE_DIR": folder}, check=True, stdout=subprocess.PIPE, text=True,
            input="\n".join(sorted(lines, key=lambda line: line.partition(": ")[2])),
        )  # fmt: skip
    calls.FILE.write_text(ordered.stdout, encoding="utf-8")


def _longest_first(lines: list[str]) -> list[str]:
    """Modules by how long their calls take to be compiled, and the calls of each by the same."""
    calls = importlib.import_module("syndetect.kernels.calls")
    groups = []
    for _, group in groupby(lines, lambda line: line.partition(": ")[2].partition(".")[0]):
        costs = []
        for line in group:
            began = time.process_time()
            calls.compile_call(calls.parsed(line))
            costs.append((began - time.process_time(), line))
        groups.append((sum(cost for cost, _ in costs), [line for _, line in sorted(costs)]))
    return [line for _, group in sorted(groups) for line in group]


if __name__ == "__main__":
    main()

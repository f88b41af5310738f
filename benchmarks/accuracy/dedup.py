"""Removal of near-duplicate documents, beside other tools: ``python -m benchmarks.dedup [CORPUS] [--size 16MB]``.

CORPUS is a ``.jsonl`` or ``.jsonl.gz`` with ``text``; without it, invented news of ``corpus.maker``. To one article
in ten are added six copies in which each word is exchanged with a probability of 1, 2, 3, 4, 5 or 7 %: at 3.8 % such a
copy has a Jaccard similarity of 0.8 to the original, on average. All texts are reduced to lower-case ASCII words with
spaces between them, so that every tool sees the same words, and the truth is one for all: every pair of documents whose
sets of three-word shingles have a Jaccard similarity of 0.8 or more, computed as a product of sparse matrices.

Columns: ``removed`` documents; ``wrong``, removed documents without a near-duplicate among the kept ones; ``left``,
kept documents with a kept near-duplicate; ``found``, the share of the pairs with at least one document removed;
``seconds``, the least of the rounds, in which the tools take turns; ``MB/s``; ``memory``, the largest resident set of
all its processes, in MB. The tools are described in ``benchmarks.accuracy.dedup_tools``.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks import command
from benchmarks.accuracy.dedup_tools import SHINGLE_WORDS, THRESHOLD
from benchmarks.corpus import maker
from benchmarks.speed.peers import texts_of
from syndetect.arrays import I64
from syndetect.settings import Settings

RATES = (0.01, 0.02, 0.03, 0.04, 0.05, 0.07)
_EVERY = 10
_ROWS = 256  # of the product of matrices at once


def words_only(text: str) -> str:
    """Lower-case ASCII words with spaces between them."""
    return " ".join(re.findall("[a-z0-9]+", text.lower()))


def planted(texts: Sequence[str], seed: int) -> list[str]:
    """Texts, and edited copies of one in ten, in a random order."""
    draw = np.random.default_rng(seed)
    vocabulary = sorted({word for text in texts[:200] for word in text.split()})
    copies = []
    for text in texts[::_EVERY]:
        words = np.array(text.split(), object)
        for rate in RATES:
            edited = words.copy()
            places = np.flatnonzero(draw.random(len(words)) < rate)
            edited[places] = [vocabulary[at] for at in draw.integers(len(vocabulary), size=len(places))]
            copies.append(" ".join(edited))
    whole = [*texts, *copies]
    return [whole[at] for at in draw.permutation(len(whole))]


def near_duplicates(texts: Sequence[str]) -> I64:
    """int64[n, 2]: every pair of texts that are near-duplicates."""
    from scipy.sparse import csr_array  # noqa: PLC0415  (datasketch needs it)

    numbers: dict[tuple[str, ...], int] = {}
    columns, bounds = [], [0]
    for text in texts:
        words = text.split()
        starts = range(max(len(words) - SHINGLE_WORDS + 1, 1))
        shingles = {tuple(words[at : at + SHINGLE_WORDS]) for at in starts}
        columns += [numbers.setdefault(shingle, len(numbers)) for shingle in shingles]
        bounds.append(len(columns))
    shape = (len(texts), len(numbers))
    sets = csr_array((np.ones(len(columns), np.int32), np.array(columns), np.array(bounds)), shape=shape)
    sizes, turned, found = np.diff(bounds), sets.T.tocsr(), [np.empty((0, 2), np.int64)]
    for low in range(0, len(texts), _ROWS):
        common = (sets[low : low + _ROWS] @ turned).tocoo()
        one, other = common.row + low, common.col
        near = (common.data / (sizes[one] + sizes[other] - common.data) >= THRESHOLD) & (one < other)
        found.append(np.stack([one[near], other[near]], axis=1).astype(np.int64))
    return np.concatenate(found)


class Run(NamedTuple):
    """The output of a tool's process: whether each document is kept (bool[d]), seconds, MB of memory."""

    kept: npt.NDArray[np.bool_]
    seconds: float
    memory: float


def judged(run: Run, pairs: I64) -> dict[str, Any]:
    """The accuracy of a tool's output against the true pairs (int64[n, 2])."""
    both, one = run.kept[pairs], pairs[run.kept[pairs].sum(axis=1) == 1]
    right = np.zeros(len(run.kept), np.bool_)
    right[one[~run.kept[one]]] = True
    return {
        "removed": int((~run.kept).sum()),
        "wrong": int((~run.kept & ~right).sum()),
        "left": len(np.unique(pairs[both.all(axis=1)])),
        "found": float(1 - both.all(axis=1).mean()) if len(pairs) else 1.0,
    }


def run(name: str, corpus: Path, documents: int, options: argparse.Namespace) -> Run:
    """Run a tool as a process of its own.

    Raises:
        RuntimeError: it fails.
    """
    out = corpus.with_suffix(f".{name}.npz")
    arguments = [
        name,
        str(corpus),
        str(out),
        f"--threads={options.threads}",
        f"--text-dedup={options.text_dedup}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.accuracy.dedup_tools", *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"{name} failed: {done.stderr[-1000:]}")
    kept = np.zeros(documents, np.bool_)
    with np.load(out) as file:
        kept[file["kept"]] = True
        return Run(kept, float(file["seconds"]), float(file["memory"]))


def _tools(options: argparse.Namespace) -> Iterator[str]:
    """The tools that are installed."""
    yield "syndetect"
    if find_spec("datatrove"):
        yield "datatrove"
    if options.text_dedup:
        yield "text-dedup"


def _texts(options: argparse.Namespace, folder: Path) -> list[str]:
    corpus = options.corpus
    if corpus is None:
        corpus = folder / "invented.jsonl"
        maker.make(corpus, maker.Options(options.size, seed=options.seed))
    texts = [words_only(text) for text in texts_of(corpus, 1 << 62)]
    return planted([text for text in texts if text], options.seed)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table of tools."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts, corpus = _texts(options, folder), folder / "texts.jsonl"
        corpus.write_text(
            "".join(json.dumps({"id": str(n), "text": text}) + "\n" for n, text in enumerate(texts))
        )
        runs: dict[str, list[Run]] = {tool: [] for tool in _tools(options)}
        for _ in range(options.rounds):
            for tool, done in runs.items():
                done.append(run(tool, corpus, len(texts), options))
    size = sum(map(len, texts)) / 1e6
    pairs = near_duplicates(texts)
    print(f"{len(texts):,} documents, {size:.1f} MB, {len(pairs):,} pairs of near-duplicates\n")
    rows = []
    for tool, done in runs.items():
        seconds = min(one.seconds for one in done)
        cost = {"seconds": seconds, "MB/s": size / seconds, "memory": round(max(one.memory for one in done))}
        rows.append({"tool": tool, **judged(done[0], pairs), **{k: round(v, 2) for k, v in cost.items()}})
    command.print_table(rows)
    command.save(options, Settings(), documents=len(texts), pairs=len(pairs), rows=rows)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command.parser("Removal of near-duplicate documents, compared with other tools.")
    parser.add_argument("corpus", type=Path, nargs="?", help="a .jsonl or .jsonl.gz (default: invented news)")
    parser.add_argument(
        "--size",
        type=maker.bytes_of,
        default=maker.bytes_of("16MB"),
        help="of the invented news (default: 16MB)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of all draws (default: 1)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="the fastest counts (default: 3)")
    parser.add_argument("--text-dedup", metavar="PYTHON", default="", help="a Python that has text-dedup")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

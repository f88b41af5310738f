"""Speed, memory and recall beside other tools: ``python -m benchmarks [--size 64MB] [--parts scan] [--out DIR]``.

Without ``--corpus`` the input is invented news (``benchmarks.corpus.maker``), whose reuse is known. The parts:

- ``tokenise``: from raw text to 128-slot signatures, compared with a memory copy and other tools.
- ``signatures``: the same from ready shingle hashes.
- ``scan``: the whole command, compared with other tools over the same paragraphs.
- ``growth``: scans of ever larger corpora, with a time window.
- ``hot``: a paragraph in a million articles, a document of 50 MB, a paragraph of five million words.

Tables go to standard output; with ``--out`` the figures go to a folder as ``results.json``, and as ``RESULTS.md`` with
pictures. ``--small`` takes minutes, not hours. ``--gate`` ends with exit status 1 where signatures or recall are wrong,
or a ratio of two speeds is worse than a third of what the project aims at; a slow machine changes neither.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import command
from benchmarks.corpus.maker import Options, bytes_of, make
from benchmarks.speed import machine, ratios, results_page, scan_speed

PARTS = ("tokenise", "signatures", "scan", "growth", "hot")
_SMALL_PEERS = ("datasketch", "rensa full set", "rensa sampling")
_LEAST_RECALL = 0.97


def measure(options: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Measure the parts that the options name."""
    corpus = options.corpus
    if corpus is None and {"tokenise", "scan"} & {*options.parts}:
        corpus = work / "corpus.jsonl"
        make(corpus, Options(options.size))
    threads = sorted({1, options.threads})
    limits = {"window": options.window, "memory": options.memory}
    parts: dict[str, list[dict[str, Any]]] = {}
    results: dict[str, Any] = {"parts": parts}
    if "tokenise" in options.parts:
        measured = [_speed(corpus, number, options.rounds) for number in threads]
        parts["text"] = [row for one in measured for row in one["rows"]]
        results["equal to datasketch"] = all(one["equal to datasketch"] for one in measured)
    if "signatures" in options.parts:
        parts["hashes"] = _speed(Path(), 1, options.rounds, "--hashes")
    if "scan" in options.parts:
        names = _SMALL_PEERS if options.small else scan_speed.PEERS
        counted = threads[-1:] if options.small else threads
        parts["scan"] = scan_speed.beside_peers(corpus, work, counted, options.rounds, names)
    if "growth" in options.parts:
        parts["growth"] = list(
            scan_speed.growing(work, options.growth, threads[-1], min(3, options.rounds), limits)
        )
    if "hot" in options.parts:
        size = min(options.size, bytes_of("64MB"))
        parts["hot"] = list(scan_speed.hot(work, size, options.hot_documents, threads[-1], limits))
    return results


def _speed(corpus: Path, threads: int, rounds: int, *more: str) -> Any:
    """The figures of ``benchmarks.speed.signature_speed``, which sets a process's threads when it starts."""
    arguments = [str(corpus), "--threads", str(threads), "--rounds", str(rounds), *more]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed.signature_speed", *arguments],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return json.loads(done.stdout)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 if ``--gate`` finds something wrong."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        results = measure(options, Path(folder))
    results["machine"] = machine.describe()
    results["options"] = {
        name: str(value) for name, value in vars(options).items() if name not in ("corpus", "out", "work")
    }
    found = ratios.of_results(results["parts"])
    results["ratios"] = [ratio._asdict() for ratio in found]
    print(results_page.as_text(results))
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        command.write_json(options.out / "results.json", results)
        results_page.write(results, options.out)
    return command.exit_status(ratios.wrongs(results, _LEAST_RECALL) if options.gate else [])


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Speed, memory and recall.")
    parser.add_argument("--size", type=bytes_of, metavar="SIZE", help="(default: 64MB; small: 8MB)")
    parser.add_argument("--parts", type=command.part_names(PARTS), help=f"(default: {','.join(PARTS)})")
    parser.add_argument("--rounds", type=int, help="rounds; a figure is their median (default: 5; small: 3)")
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="your own .jsonl or .jsonl.gz")
    parser.add_argument("--out", type=Path, metavar="DIR", help="write results, page and pictures here")
    parser.add_argument("--work", type=Path, metavar="DIR", help="the folder for temporary corpora")
    parser.add_argument("--threads", type=int, default=machine.cores(), help="(default: all cores)")
    parser.add_argument("--growth", type=lambda text: [bytes_of(one) for one in text.split(",")], metavar="SIZES",
                        default="64MB,256MB,1GB,4GB", help="(default: 64MB,256MB,1GB,4GB)")  # fmt: skip
    parser.add_argument("--window", default="14d", help="of growth and hot (default: 14d)")
    parser.add_argument("--memory", default="2GB", help="of growth and hot (default: 2GB)")
    parser.add_argument(
        "--hot-documents", type=int, default=1_000_000, metavar="N", help="(default: 1,000,000)"
    )
    parser.add_argument("--small", action="store_true", help="tokenise, signatures and scan, on little text")
    parser.add_argument("--gate", action="store_true", help="exit status 1 on results far off")
    options = parser.parse_args(arguments)
    options.parts = options.parts or (list(PARTS[:3]) if options.small else list(PARTS))
    options.size = options.size or bytes_of("8MB" if options.small else "64MB")
    options.rounds = options.rounds or (3 if options.small else 5)
    return options


if __name__ == "__main__":
    sys.exit(main())

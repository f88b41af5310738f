"""``MinHashLSH`` beside other tools' indexes: ``python -m benchmarks.lsh CORPUS.jsonl [--articles N] [--out FILE]``.

Ready signatures of paragraphs, of 128 slots, are inserted and then all queried, in 32 bands of 4 rows, on one core,
all tools taking turns round by round; each figure is the median of its rounds. What each is given:

- syndetect: an array; ``insert_many`` and ``query_many``, and once more MinHash by MinHash, as datasketch is used.
- datasketch: the same signatures, as ``LeanMinHash``; an insertion session, without the check for duplicates.
- rensa: signatures of its own, of the shingles of ``benchmarks.speed.peers``; ``insert_matrix`` and ``query_all``.

What syndetect finds must be what datasketch finds. A key's bytes are those by which the resident memory of a process
of its own grows in inserting, the keys being numbers. Recall is of planted copies, where the corpus has its truth
beside it (see ``benchmarks.corpus.maker``): those whose two paragraphs are found for one another.
"""

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy import recall
from benchmarks.command import print_table, write_json
from benchmarks.corpus.maker import truth_path
from benchmarks.speed import machine
from benchmarks.speed.peers import (
    BANDS,
    ROWS,
    SEED,
    SHINGLE_WORDS,
    SLOTS,
    paragraphs_of,
    shingles_of,
    texts_of,
)
from benchmarks.speed.signature_speed import rounds
from syndetect.lsh_index.minhash_lsh import MinHashLSH
from syndetect.matching import minhash, tokens
from syndetect.runtime.memory import resident_bytes, trim

Found = list[list[int]]


class Tool(NamedTuple):
    """How a tool is used: the form in which it takes the signatures of paragraphs, an index of them, all queries."""

    prepare: Callable[[Sequence[str]], Any]
    insert: Callable[[Any], Any]
    query: Callable[[Any, Any], Found]


def sign(pieces: Sequence[str]) -> npt.NDArray[np.uint32]:
    """uint32[n, 128]: signatures of paragraphs."""
    words = tokens.tokenise(*tokens.joined([piece.encode() for piece in pieces]))
    low, high = words.documents[:-1], words.documents[1:]
    return minhash.sign_words(words.code, low, high, SHINGLE_WORDS, SLOTS, SEED)


def _insert_array(signatures: npt.NDArray[np.uint32]) -> MinHashLSH:
    index = MinHashLSH(num_perm=SLOTS, params=(BANDS, ROWS))
    index.insert_many(range(len(signatures)), signatures)
    return index


def _insert_each(signatures: Sequence[Any]) -> MinHashLSH:
    index = MinHashLSH(num_perm=SLOTS, params=(BANDS, ROWS))
    for key, signature in enumerate(signatures):
        index.insert(key, signature)
    return index


def _insert_datasketch(signatures: Sequence[Any]) -> Any:
    from datasketch import MinHashLSH as TheirLSH  # noqa: PLC0415

    index = TheirLSH(num_perm=SLOTS, params=(BANDS, ROWS))
    with index.insertion_session() as session:
        for key, signature in enumerate(signatures):
            session.insert(key, signature, check_duplication=False)
    return index


def _query_each(index: Any, signatures: Sequence[Any]) -> Found:
    return [index.query(signature) for signature in signatures]


def _prepare_rensa(pieces: Sequence[str]) -> tuple[Any, Any]:
    from rensa import RMinHash  # noqa: PLC0415

    sets = [shingles_of(piece) for piece in pieces]
    return (
        RMinHash.digest_matrix_from_token_sets(sets, SLOTS, SEED),
        RMinHash.from_token_sets(sets, SLOTS, SEED),
    )


def _insert_rensa(signatures: tuple[Any, Any]) -> Any:
    from rensa import RMinHashLSH  # noqa: PLC0415

    index = RMinHashLSH(0.5, SLOTS, BANDS)
    index.insert_matrix(signatures[0])
    return index


TOOLS = {
    "syndetect": Tool(sign, _insert_array, lambda index, signatures: index.query_many(signatures)),
    "syndetect, one by one": Tool(
        lambda pieces: minhash.to_datasketch(sign(pieces)), _insert_each, _query_each
    ),
    "datasketch": Tool(lambda pieces: minhash.to_datasketch(sign(pieces)), _insert_datasketch, _query_each),
    "rensa": Tool(_prepare_rensa, _insert_rensa, lambda index, signatures: index.query_all(signatures[1])),
}


def bytes_a_key(name: str, pieces: Sequence[str]) -> float:
    """The growth of this process's resident memory by inserting, in bytes a key."""
    tool = TOOLS[name]
    few = tool.prepare(pieces[:100])
    tool.query(tool.insert(few), few)  # imports and compiles
    signatures = tool.prepare(pieces)
    gc.collect()
    trim()
    before = resident_bytes()
    index = tool.insert(signatures)
    grown = resident_bytes() - before
    del index
    return grown / len(pieces)


def _in_own_process(name: str, corpus: Path, articles: int) -> float:
    command = [sys.executable, "-m", "benchmarks.speed.lsh", str(corpus), "--articles", str(articles)]
    done = subprocess.run([*command, "--bytes-of", name], stdout=subprocess.PIPE, check=True, text=True)
    return float(done.stdout)


def measure(
    pieces: Sequence[str], names: Sequence[str], number: int
) -> tuple[dict[str, dict[str, float]], dict[str, Found]]:
    """Inserts and queries a second of each tool, in so many rounds; and what each finds for every paragraph."""
    prepared = {name: TOOLS[name].prepare(pieces) for name in names}
    indexes: dict[str, Any] = {}
    found: dict[str, Found] = {}

    def insert(name: str) -> None:
        indexes[name] = TOOLS[name].insert(prepared[name])

    def query(name: str) -> None:
        found[name] = TOOLS[name].query(indexes[name], prepared[name])

    def drop(name: str) -> None:
        del indexes[name]  # no tool is to find memory scarcer than the others

    steps = (insert, query, drop)
    tasks = {f"{step.__name__} {name}": partial(step, name) for name in names for step in steps}
    gc.disable()  # its pauses grow with all objects, and would fall on whoever runs just then
    try:
        seconds = rounds(tasks, number)
    finally:
        gc.enable()
    rates = {
        name: {
            "inserts/s": len(pieces) / seconds[f"insert {name}"],
            "queries/s": len(pieces) / seconds[f"query {name}"],
        }
        for name in names
    }
    return rates, found


def is_same(found: Mapping[str, Found]) -> bool:
    """Whether syndetect finds what datasketch finds."""
    theirs = [set(keys) for keys in found["datasketch"]]
    return all(
        [set(keys) for keys in found[name]] == theirs for name in found if name.startswith("syndetect")
    )


def recall_of(
    corpus: Path, articles: int, places: recall.Paragraphs, found: Mapping[str, Found]
) -> dict[str, float]:
    """The share of the planted copies whose paragraphs each tool finds for one another; empty without truth."""
    if not truth_path(corpus).exists():
        return {}
    truth, shares = recall.Truth.read(corpus, articles), {}
    for name, keys in found.items():
        which = np.repeat(np.arange(len(keys)), [len(one) for one in keys])
        pairs = np.stack([which, np.concatenate([np.array(one, np.int64) for one in keys])], axis=1)
        shares[name] = recall.shares(truth, recall.by_pairs(truth, places, pairs)).get("all", 0.0)
    return shares


def compare(corpus: Path, articles: int, number: int, names: Sequence[str] = tuple(TOOLS)) -> dict[str, Any]:
    """All figures: the rows of the table, and whether syndetect found what datasketch did."""
    texts = list(texts_of(corpus, articles))
    pieces, places = paragraphs_of(texts)
    rates, found = measure(pieces, names, number)
    shares = recall_of(corpus, len(texts), places, found)
    rows: list[dict[str, Any]] = [
        {"tool": name, "keys": len(pieces)}
        | rates[name]
        | {"bytes/key": _in_own_process(name, corpus, len(texts)), "recall": shares.get(name)}
        for name in names
    ]
    base = next(row for row in rows if row["tool"] == "datasketch")
    for row in rows:
        for column, times in (("inserts/s", "inserts"), ("queries/s", "queries"), ("bytes/key", "bytes")):
            row[f"{times}, x datasketch"] = row[column] / base[column]
    return {"equal to datasketch": is_same(found), "rows": rows, "machine": machine.describe()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table; exit status 1 where syndetect and datasketch differ in what they find."""
    parser = argparse.ArgumentParser(description="MinHash indexes of ready signatures beside one another.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=3000, help="the first so many (default: 3000)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, metavar="FILE", help="also save the figures to FILE, as JSON")
    parser.add_argument("--bytes-of", choices=TOOLS, help="only print this tool's bytes a key")
    options = parser.parse_args(arguments)
    os.environ["RAYON_NUM_THREADS"] = "1"
    if options.bytes_of:
        pieces, _ = paragraphs_of(list(texts_of(options.corpus, options.articles)))
        print(bytes_a_key(options.bytes_of, pieces))
        return
    figures = compare(options.corpus, options.articles, options.rounds)
    print_table(
        [
            {
                name: round(value, 3 if "x " in name or name == "recall" else None)
                if isinstance(value, float)
                else value
                for name, value in row.items()
            }
            for row in figures["rows"]
        ]
    )
    write_json(options.out, figures)
    if not figures["equal to datasketch"]:
        sys.exit("syndetect and datasketch find different keys")


if __name__ == "__main__":
    main()

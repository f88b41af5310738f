"""Signatures beside other tools', in one process: ``python -m benchmarks.speed.signature_speed CORPUS [--threads 1]``.

Two tables: from raw text to 128-slot signatures, and from ready shingle hashes. All that is compared takes turns, round
by round, and each figure is the median of its rounds, so that a busy machine slows all alike. Slow tools get the first
part of the text, whose size the table states. Our signatures are first compared with datasketch's, slot by slot.

The scan never asks for whole signatures; this is the comparison with tools whose result they are.
"""

import argparse
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy import recall
from benchmarks.corpus.maker import truth_path
from benchmarks.speed.peers import ROWS, SEED, SHINGLE_WORDS, SIGN, SLOTS, paragraphs_of, texts_of
from syndetect.arrays import I64, U8
from syndetect.matching import minhash, tokens
from syndetect.matching import shingles as shingle
from syndetect.runtime import threads as chunks

#: MB of text that each tool gets, at most.
_MEGABYTES = {"datasketch bulk": 0.5, "rensa full set": 8.0, "rensa sampling": 8.0}

_PART = 1 << 21  # bytes of text that a thread takes

_SETS, _SETS_DATASKETCH = 20_000, 400


def rounds(tasks: Mapping[str, Callable[[], Any]], number: int) -> dict[str, float]:
    """Median seconds of tasks that take turns; one round before that is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for counted in range(number + 1):
        for name, task in tasks.items():
            start = perf_counter()
            task()
            if counted:
                seconds[name].append(perf_counter() - start)
    return {name: median(times) for name, times in seconds.items()}


def sign_text(buffer: U8, documents: I64, threads: int) -> list[npt.NDArray[np.uint32]]:
    """Raw text to a signature of every paragraph, some documents at a time, by the public functions."""

    def sign(part: tuple[int, int]) -> npt.NDArray[np.uint32]:
        words = tokens.tokenise(buffer, documents[part[0] : part[1] + 1])
        low, high = words.paragraphs[:-1], words.paragraphs[1:]
        return minhash.sign_words(words.code, low, high, SHINGLE_WORDS, SLOTS, SEED)

    return list(chunks.in_order(sign, chunks.split_evenly(documents, _PART), threads))


def is_datasketch(buffer: U8, documents: I64, number: int = 200) -> bool:
    """Whether signatures of the first paragraphs equal datasketch's from the same shingle hashes, slot by slot."""
    from datasketch import MinHash  # noqa: PLC0415

    ours = np.concatenate(sign_text(buffer, documents, 1))[:number]
    words = tokens.tokenise(buffer, documents, 1)
    low, high = words.paragraphs[:-1][:number], words.paragraphs[1:][:number]
    offsets, hashes = shingle.shingle32(words.code, low, high, SHINGLE_WORDS)
    whole = hashes.tolist()
    sets = [whole[a:b] for a, b in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)]
    theirs = MinHash.generator(sets, num_perm=SLOTS, seed=SEED, hashfunc=int, scheme="affine32")
    return all(np.array_equal(a, b.hashvalues) for a, b in zip(ours, theirs, strict=True))


def from_text(texts: Sequence[str], threads: int, number: int) -> list[dict[str, Any]]:
    """Rows of the first table: what was done, on how many MB, MB/s."""
    buffer, documents = tokens.joined([text.encode() for text in texts])
    target = np.empty_like(buffer)
    tasks: dict[str, Callable[[], Any]] = {
        "memory copy": lambda: np.copyto(target, buffer),
        "syndetect: tokenise": lambda: tokens.tokenise(buffer, documents, threads),
        "syndetect: tokenise and sign": lambda: sign_text(buffer, documents, threads),
    }
    megabytes = dict.fromkeys(tasks, len(buffer) / 1e6)
    for name, sign in SIGN.items():
        last = int(np.searchsorted(documents, _MEGABYTES[name] * 1e6, side="right")) - 1
        last = max(1, last)
        megabytes[name] = float(documents[last]) / 1e6
        tasks[name] = lambda sign=sign, some=texts[:last]: sign(paragraphs_of(some)[0])  # type: ignore[misc]
    seconds = rounds(tasks, number)
    return [
        {
            "task": name,
            "threads": threads,
            "MB": round(megabytes[name], 1),
            "MB/s": megabytes[name] / seconds[name],
        }
        for name in tasks
    ]


def recall_of(corpus: Path, articles: int = 600) -> dict[str, float]:
    """The share of the planted copies whose paragraphs' signatures agree in one of the bands, by task."""
    if not truth_path(corpus).exists():
        return {}
    texts = list(texts_of(corpus, articles))
    truth = recall.Truth.read(corpus, len(texts))
    buffer, documents = tokens.joined([text.encode() for text in texts])
    words = tokens.tokenise(buffer, documents, 1)
    begin = words.begin[words.paragraphs[:-1]].astype(np.int64)
    ours = recall.Paragraphs(words.paragraph_documents.astype(np.int64), begin)
    signed = {"syndetect: tokenise and sign": (ours, np.concatenate(sign_text(buffer, documents, 1)))}
    pieces, places = paragraphs_of(texts)
    theirs = [one.hashvalues for one in SIGN["datasketch bulk"](pieces)]
    signed["datasketch bulk"] = places, np.array(theirs, np.uint32)
    for name in ("rensa full set", "rensa sampling"):
        signed[name] = places, np.array(SIGN[name](pieces).to_rows(), np.uint32)
    found = {name: recall.by_signatures(truth, *one, ROWS) for name, one in signed.items()}
    return {name: recall.shares(truth, flags).get("all", 0.0) for name, flags in found.items()}


def from_hashes(shingles: int, number: int) -> dict[str, Any]:
    """A row of the second table: nanoseconds a set of so many shingle hashes, on one core."""
    from datasketch import MinHash  # noqa: PLC0415
    from rensa import RMinHash  # noqa: PLC0415

    draw = np.random.default_rng(shingles)
    hashes = draw.integers(1 << 32, size=_SETS * shingles, dtype=np.uint32)
    wide = draw.integers(1 << 63, size=_SETS * shingles, dtype=np.uint64)
    offsets = np.arange(_SETS + 1, dtype=np.int64) * shingles
    sets = hashes[: _SETS_DATASKETCH * shingles].reshape(-1, shingles).tolist()
    places = offsets.astype(np.uint64)
    tasks: dict[str, Callable[[], Any]] = {
        "syndetect": lambda: minhash.sign(offsets, hashes, SLOTS, SEED),
        "rensa full set": lambda: RMinHash.digest_matrix_from_flat_token_hashes(wide, places, SLOTS, SEED),
        "rensa sampling": lambda: RMinHash.digest_matrix_from_flat_token_hashes_rho(
            wide, places, SLOTS, SEED, probes=4
        ),
        "datasketch": lambda: list(
            MinHash.generator(sets, num_perm=SLOTS, seed=SEED, hashfunc=int, scheme="affine32")
        ),
    }
    seconds = rounds(tasks, number)
    counts = dict.fromkeys(tasks, _SETS) | {"datasketch": _SETS_DATASKETCH}
    return {"shingles": shingles} | {
        f"{name}, ns": round(1e9 * seconds[name] / counts[name]) for name in tasks
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print both tables as JSON."""
    parser = argparse.ArgumentParser(description="Signatures beside other tools'.")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=5000, help="the first so many (default: 5000)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--hashes", action="store_true", help="only from ready hashes")
    options = parser.parse_args(arguments)
    os.environ["RAYON_NUM_THREADS"] = str(options.threads)
    if options.hashes:
        print(json.dumps([from_hashes(shingles, options.rounds) for shingles in (20, 40, 60)]))
        return
    texts = list(texts_of(options.corpus, options.articles))
    found = recall_of(options.corpus)
    rows = from_text(texts, options.threads, options.rounds)
    rows = [row | {"recall": found.get(row["task"])} for row in rows]
    print(
        json.dumps(
            {
                "equal to datasketch": is_datasketch(*tokens.joined([text.encode() for text in texts[:50]])),
                "rows": rows,
            }
        )
    )


if __name__ == "__main__":
    main()

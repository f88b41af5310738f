"""Other tools at their fastest documented use, over the paragraphs of the same raw text.

All get paragraphs (what stands between blank lines), lower-cased, split at white space, as sets of three-word
shingles, and sketch them in 128 slots. Run as a process of its own (``python -m benchmarks.speed.peers NAME CORPUS
--articles N --out FILE``) a tool also joins them, in 32 bands of 4 rows. That costs less than the scan's 42 bands of 3,
to which rensa would also need 126 slots, and so the slower of its loops. What each is given:

- datasketch: ``MinHash.generator`` over lists of bytes, ``hashfunc=xxhash.xxh32_intdigest``, scheme affine32;
  ``MinHashLSH(params=(32, 4))``, inserted without the check for duplicates, every paragraph queried.
- rensa: ``digest_matrix_from_token_sets``, of all tokens, and ``..._rho``, which samples them, with four probes as in
  its own benchmark; ``query_duplicate_flags_matrix_one_shot``. It flags paragraphs that have a duplicate without saying
  which; a copy counts as found where both its paragraphs are flagged and their signatures agree in a band.
- datatrove: signatures with xxhash, buckets and groups, its own normalisation of text, and ``str.split`` for its word
  tokeniser (its usual one, spaCy's, is slower by far).
"""

import argparse
import gzip
import json
import os
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.recall import Paragraphs

SLOTS, BANDS, ROWS, SHINGLE_WORDS, SEED = 128, 32, 4, 3, 1
_ALL = 1 << 62


def shingles_of(paragraph: str) -> list[str]:
    """Three-word shingles as text; the whole of a paragraph that has fewer words."""
    words = paragraph.lower().split()
    return [" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)] or [" ".join(words)]


def byte_shingles_of(paragraph: str) -> list[bytes]:
    """The same as bytes."""
    words = paragraph.lower().encode().split()
    return [b" ".join(three) for three in zip(words, words[1:], words[2:], strict=False)] or [
        b" ".join(words)
    ]


def sign_datasketch(paragraphs: Sequence[str]) -> list[Any]:
    """Signatures of paragraphs by datasketch."""
    from datasketch import MinHash  # noqa: PLC0415
    from xxhash import xxh32_intdigest  # noqa: PLC0415

    sets = (byte_shingles_of(paragraph) for paragraph in paragraphs)
    return list(
        MinHash.generator(sets, num_perm=SLOTS, seed=SEED, hashfunc=xxh32_intdigest, scheme="affine32")
    )


def sign_rensa(paragraphs: Sequence[str]) -> Any:
    """Signatures of paragraphs by rensa, from all of their shingles."""
    from rensa import RMinHash  # noqa: PLC0415

    return RMinHash.digest_matrix_from_token_sets([shingles_of(one) for one in paragraphs], SLOTS, SEED)


def sign_rensa_sampling(paragraphs: Sequence[str]) -> Any:
    """Signatures of paragraphs by rensa, from a sample of their shingles."""
    from rensa import RMinHash  # noqa: PLC0415

    sets = [shingles_of(one) for one in paragraphs]
    return RMinHash.digest_matrix_from_token_sets_rho(sets, SLOTS, SEED, probes=4)


def find_datasketch(paragraphs: Sequence[str], threads: int) -> dict[str, Any]:  # noqa: ARG001  (it has one)
    """The pairs that datasketch finds."""
    from datasketch import MinHashLSH  # noqa: PLC0415

    signatures = sign_datasketch(paragraphs)
    index = MinHashLSH(num_perm=SLOTS, params=(BANDS, ROWS))
    for number, signature in enumerate(signatures):
        index.insert(number, signature, check_duplication=False)
    pairs = [
        (number, other)
        for number, signature in enumerate(signatures)
        for other in index.query(signature)
        if other > number
    ]
    return {"pairs": np.array(pairs, np.int64).reshape(-1, 2)}


def _find_rensa(sign: Callable[..., Any]) -> Callable[[Sequence[str], int], dict[str, Any]]:
    def find(paragraphs: Sequence[str], threads: int) -> dict[str, Any]:  # noqa: ARG001  (by the environment)
        from rensa import RMinHashLSH  # noqa: PLC0415

        index = RMinHashLSH(0.5, SLOTS, BANDS)
        signatures = sign(paragraphs)
        flags = index.query_duplicate_flags_matrix_one_shot(signatures)
        return {"flags": np.array(flags, np.bool_), "signatures": signatures}

    return find


def find_datatrove(paragraphs: Sequence[str], threads: int) -> dict[str, Any]:
    """The groups that datatrove finds: its signatures, its buckets, and what they connect."""
    from scipy.sparse import coo_array  # noqa: PLC0415  (datasketch needs it)
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        shares = [(folder, list(paragraphs[rank::threads]), rank, threads) for rank in range(threads)]
        with ProcessPoolExecutor(threads, get_context("fork")) as pool:
            list(pool.map(_sign_datatrove, shares))
            list(pool.map(_join_datatrove, [(folder, bucket) for bucket in range(BANDS)]))
        raw = b"".join(path.read_bytes() for path in sorted(Path(folder).rglob("*.dups")))
    found = np.array(list(struct.iter_unpack("<4I", raw)), np.int64).reshape(-1, 4)
    ends = (
        found[:, [1, 3]] * threads + found[:, [0, 2]]
    )  # the worker of a rank had every ``threads``-th paragraph
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(len(paragraphs),) * 2)
    return {"groups": connected_components(graph, directed=False)[1].astype(np.int64)}


def _configuration() -> Any:
    from datatrove.pipeline.dedup.minhash import MinhashConfig  # noqa: PLC0415

    return MinhashConfig(n_grams=SHINGLE_WORDS, num_buckets=BANDS, hashes_per_bucket=ROWS, seed=SEED)


def datatrove_signatures(folder: Path | str, config: Any) -> Any:
    """The step of datatrove that writes signatures, with xxhash and words that are split at white space."""
    from datatrove.pipeline.dedup.minhash import MinhashDedupSignature  # noqa: PLC0415
    from datatrove.utils.word_tokenizers import WordTokenizer  # noqa: PLC0415
    from xxhash import xxh64_intdigest  # noqa: PLC0415

    class Split(WordTokenizer):  # type: ignore[misc]
        def word_tokenize(self, text: str) -> list[str]:
            return text.split()

        def sent_tokenize(self, text: str) -> list[str]:
            return [text]

        def span_tokenize(self, text: str) -> list[tuple[int, int]]:
            return [(0, len(text))]

    step = MinhashDedupSignature(f"{folder}/signatures", config, language=Split())
    step._hash_func = lambda text: xxh64_intdigest(text.encode())  # datatrove's hands xxhash 4 a str: refused
    return step


def run_datatrove_buckets(folder: Path | str, config: Any, bucket: int) -> None:
    """Run the step of datatrove that finds equal bands, for one band."""
    from datatrove.pipeline.dedup.minhash import MinhashDedupBuckets  # noqa: PLC0415

    step = MinhashDedupBuckets(f"{folder}/signatures", f"{folder}/buckets", config=config, lines_to_buffer=-1)
    step.run(None, bucket, config.num_buckets)


def _sign_datatrove(share: tuple[str, list[str], int, int]) -> None:
    from datatrove.data import Document  # noqa: PLC0415

    folder, paragraphs, rank, threads = share
    documents = (Document(text=text, id=str(number)) for number, text in enumerate(paragraphs))
    datatrove_signatures(folder, _configuration()).run(documents, rank, threads)


def _join_datatrove(work: tuple[str, int]) -> None:
    run_datatrove_buckets(work[0], _configuration(), work[1])


SIGN: dict[str, Callable[[Sequence[str]], Any]] = {
    "datasketch bulk": sign_datasketch,
    "rensa full set": sign_rensa,
    "rensa sampling": sign_rensa_sampling,
}

FIND: dict[str, Callable[[Sequence[str], int], dict[str, Any]]] = {
    "datasketch": find_datasketch,
    "rensa full set": _find_rensa(sign_rensa),
    "rensa sampling": _find_rensa(sign_rensa_sampling),
    "datatrove": find_datatrove,
}


def texts_of(corpus: Path, articles: int) -> Iterator[str]:
    """The texts of the first articles of a corpus."""
    with gzip.open(corpus) if corpus.suffix == ".gz" else corpus.open("rb") as file:
        for _, line in zip(range(articles), file, strict=False):
            yield json.loads(line)["text"]


def paragraphs_of(texts: Sequence[str]) -> tuple[list[str], Paragraphs]:
    """The paragraphs of articles: their text, and where they are."""
    pieces, articles, begins = [], [], []
    for article, text in enumerate(texts):
        begin = 0
        for piece in text.split("\n\n"):
            if piece:
                pieces.append(piece)
                articles.append(article)
                begins.append(begin)
            begin += len(piece) + 2
    return pieces, Paragraphs(np.array(articles, np.int64), np.array(begins, np.int64))


class Run(NamedTuple):
    """What a tool's process wrote: the paragraphs, what was found among them, and what it cost.

    ``seconds`` are those after imports, ``size`` is in bytes of text, ``memory`` in MB is the largest resident set.
    """

    paragraphs: Paragraphs
    found: dict[str, npt.NDArray[Any]]
    seconds: float
    size: int
    memory: float


def read_run(path: Path) -> Run:
    """What :func:`main` wrote."""
    with np.load(path) as file:
        found = {name: file[name] for name in ("pairs", "flags", "signatures", "groups") if name in file}
        paragraphs = Paragraphs(file["article"], file["begin"])
        return Run(paragraphs, found, float(file["seconds"]), int(file["size"]), float(file["memory"]))


def _memory() -> float:
    """The largest resident set so far, in MB, of this process or of one that it started."""
    import resource  # noqa: PLC0415  (not on Windows)

    most = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return most / (1e6 if sys.platform == "darwin" else 1e3)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a tool over the paragraphs of a corpus; its seconds count from reading on, without imports."""
    parser = argparse.ArgumentParser(description="Find near-duplicate paragraphs with another tool.")
    parser.add_argument("name", choices=list(FIND))
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--articles", type=int, default=_ALL, help="the first so many (default: all)")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="an .npz file for what was found")
    options = parser.parse_args(arguments)
    os.environ["RAYON_NUM_THREADS"] = str(options.threads)
    os.environ["HF_HUB_OFFLINE"], os.environ["LOGURU_LEVEL"] = (
        "1",
        "ERROR",
    )  # for datatrove: quiet, no network
    find = FIND[options.name]
    find(["some words that trigger all imports"] * 2, 1)
    start = perf_counter()
    texts = list(texts_of(options.corpus, options.articles))
    paragraphs, places = paragraphs_of(texts)
    found = find(paragraphs, options.threads)
    seconds, memory = perf_counter() - start, _memory()
    if "signatures" in found:  # as lists first, which is no part of the work
        found["signatures"] = np.array(found["signatures"].to_rows(), np.uint32)
    size = sum(len(text.encode()) for text in texts)
    saved = {
        "article": places.article,
        "begin": places.begin,
        "size": size,
        "seconds": seconds,
        "memory": memory,
    }
    np.savez(options.out, **{name: np.asarray(value) for name, value in (saved | found).items()})  # type: ignore[arg-type]


if __name__ == "__main__":
    main()

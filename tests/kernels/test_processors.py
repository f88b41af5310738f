"""The same bits on every processor: kernels compiled for the plainest one of its kind against those for this one."""

import hashlib
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from syndetect.matching import bands, minhash, shingles, tokens, winnowing
from syndetect.matching.places import Places, tags


def digest() -> str:
    """A digest of what the stages before alignment make of a few hundred invented articles."""
    generator = np.random.default_rng(17)
    vocabulary = [
        "".join(map(chr, generator.integers(97, 123, size))) for size in generator.integers(1, 12, 500)
    ]
    vocabulary += ["Élysée", "don’t", "U.S.", "中文", "۱۲", "ﬁn"]
    chosen = generator.zipf(1.3, 40_000) % len(vocabulary)
    parted = generator.choice([" ", ", ", ". ", "\n\n"], len(chosen), p=[0.8, 0.1, 0.07, 0.03])
    articles = [
        "".join(
            vocabulary[word] + gap for word, gap in zip(chosen[i : i + 200], parted[i : i + 200], strict=True)
        )
        for i in range(0, len(chosen), 200)
    ]
    data = [article.encode() for article in articles]
    words = tokens.tokenise(np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)]))
    low, high = words.paragraphs[:-1], words.paragraphs[1:]
    sketch = bands.sketch(words.code, words.paragraphs, 8, minhash.permutations(126, 1), (3, 42, 3))
    prints = winnowing.fingerprint(words.code, words.documents, 4, 4)
    number = np.arange(len(articles))
    places = Places.of(tags(words.code), words.documents, number, number.astype(np.uint32))
    rules = winnowing.JoinLimits(4, 50, -1, 2.0, 8.0)
    parts = [prints.entries[a:b] for a, b in pairwise(prints.bounds.tolist())]
    seeds = np.concatenate([winnowing.join(part, places, rules).words for part in parts])
    pairs = np.stack([np.arange(200), np.arange(1, 201)], axis=1)
    overlaps = shingles.compare(words.code, low, high, pairs, 3)
    made: list[np.ndarray] = [
        words.code, words.begin, words.end, words.paragraphs, sketch.hashes, sketch.keys.reshape(-1), prints.entries,
        seeds, overlaps.jaccard,
        minhash.sign_words(words.code, low, high, 3), minhash.sign(words.paragraphs, words.code, 100),
    ]  # fmt: skip
    assert all(len(array) > 100 for array in made)
    return hashlib.sha256(b"".join(array.tobytes() for array in made)).hexdigest()


def test_a_plain_processor_gives_the_same_bits(tmp_path: Path) -> None:
    """Without AVX and, on x86, without the SSE4 instructions that multiply and compare 32-bit integers."""
    plain = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, __file__], env=plain, capture_output=True, check=True, text=True)
    assert done.stdout.strip() == digest()


if __name__ == "__main__":
    print(digest())

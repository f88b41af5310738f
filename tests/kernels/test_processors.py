"""The same bits on every processor: kernels compiled for the plainest one of its kind against those for this one."""

import hashlib
import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from syndetect.kernels import jit
from syndetect.matching import bands, minhash, shingles, tokens, winnowing
from syndetect.matching.places import Places, tags

Arrays = list[np.ndarray]

_ARTICLES, _LENGTH = 200, 200


def of_text() -> Arrays:
    """What the tokeniser makes of invented articles."""
    generator = np.random.default_rng(17)
    vocabulary = [
        "".join(map(chr, generator.integers(97, 123, size))) for size in generator.integers(1, 12, 500)
    ]
    vocabulary += ["Élysée", "don’t", "U.S.", "中文", "۱۲", "ﬁn"]
    chosen = generator.zipf(1.3, (_ARTICLES, _LENGTH)) % len(vocabulary)
    parted = generator.choice([" ", ", ", ". ", "\n\n"], chosen.shape, p=[0.8, 0.1, 0.07, 0.03])
    data = [
        "".join(vocabulary[word] + gap for word, gap in zip(*row, strict=True)).encode()
        for row in zip(chosen, parted, strict=True)
    ]
    words = tokens.tokenise(np.frombuffer(b"".join(data), np.uint8), np.cumsum([0, *map(len, data)]))
    return [words.code, words.begin, words.end, words.paragraphs]


def invented_words() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The codes of words of articles that have many words in common, and the bounds of articles and paragraphs."""
    generator = np.random.default_rng(17)
    code = generator.integers(1 << 32, size=500, dtype=np.uint32)[
        generator.zipf(1.3, _ARTICLES * _LENGTH) % 500
    ]
    documents = np.arange(0, len(code) + 1, _LENGTH)
    return code, documents, np.union1d(documents, generator.integers(len(code), size=1200))


def of_sketches() -> Arrays:
    """Band keys, signatures and fingerprints."""
    code, documents, paragraphs = invented_words()
    sketch = bands.sketch(code, paragraphs, 8, minhash.permutations(126, 1), (3, 42, 3))
    signed = minhash.sign_words(code, paragraphs[:-1], paragraphs[1:], 3), minhash.sign(paragraphs, code, 100)
    entries = winnowing.fingerprint(code, documents, 4, 4).entries
    return [sketch.hashes, sketch.keys.reshape(-1), *signed, entries]


def of_pairs() -> Arrays:
    """Seeds, and similarities of paragraphs."""
    code, documents, paragraphs = invented_words()
    prints = winnowing.fingerprint(code, documents, 4, 4)
    number = np.arange(_ARTICLES)
    places = Places.of(tags(code), documents, number, number.astype(np.uint32))
    rules = winnowing.JoinLimits(4, 50, -1, 2.0, 8.0)
    parts = [prints.entries[a:b] for a, b in pairwise(prints.bounds.tolist())]
    seeds = np.concatenate([winnowing.join(part, places, rules).words for part in parts])
    pairs = np.stack([np.arange(200), np.arange(1, 201)], axis=1)
    return [seeds, shingles.compare(code, paragraphs[:-1], paragraphs[1:], pairs, 3).jaccard]


STAGES = {"text": of_text, "sketches": of_sketches, "pairs": of_pairs}


def digests() -> dict[str, str]:
    """Digests of what the stages before alignment make of a few hundred articles."""
    made = {name: stage() for name, stage in STAGES.items()}
    assert all(len(array) > 100 for arrays in made.values() for array in arrays)
    return {
        name: hashlib.sha256(b"".join(array.tobytes() for array in arrays)).hexdigest()
        for name, arrays in made.items()
    }


def test_a_plain_processor_gives_the_same_bits(tmp_path: Path) -> None:
    """Without AVX and, on x86, without the SSE4 instructions that multiply and compare 32-bit integers.

    Its kernels have a cache of their own, below that of the others, which is named for their source.
    """
    cache = Path(jit.CACHE_FOLDER, "plain") if jit.CACHE_FOLDER else tmp_path
    plain = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, __file__], env=plain, capture_output=True, check=True, text=True)
    assert json.loads(done.stdout) == digests()


if __name__ == "__main__":
    print(json.dumps(digests()))

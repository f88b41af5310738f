"""Words that share a code: found by making many."""

from collections import defaultdict
from functools import cache
from itertools import product

from syndetect.matching import tokens

_SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "ra", "so", "ti", "vu", "za", "do", "fe", "gi", "hu", "ja", "po"]


@cache
def colliding_words() -> list[tuple[str, str]]:
    """Pairs of different words with one code."""
    words = ["".join(parts) for parts in product(_SYLLABLES, repeat=5)][:700_000]
    by_code = defaultdict(list)
    codes = tokens.tokenise(*tokens.joined([" ".join(words).encode()])).code
    for word, code in zip(words, codes.tolist(), strict=True):
        by_code[code].append(word)
    return [(found[0], found[1]) for found in by_code.values() if len(found) > 1]


def colliding_texts() -> tuple[str, str]:
    """Two texts without a common word that have the same codes throughout."""
    one, two = zip(*colliding_words()[:40], strict=True)
    return " ".join(one), " ".join(two)

"""What joining words at line ends does: ``python -m benchmarks.hyphens [CORPUS] [--articles N] [--json FILE]``.

CORPUS is a ``.jsonl`` or ``.jsonl.gz`` with ``text``; without it, invented news of ``corpus.maker``, in which one word
in 50 makes a compound with the next. Each text is wrapped at 36 columns, as in newspapers, and at 72. A word that does
not fit is broken at a hyphen of its own (``well-known``); in ``hyphenated`` texts, small words of five letters and more
are also broken between syllables, in ``compounds`` no word is. The paragraphs have blank lines between them.

A row is one kind of wrapping and one version of the rule of words; the first has no rule of hyphens. ``split`` are the
words that were broken between syllables, ``joined`` the share of them that are one word again; ``compounds`` those that
were broken at a hyphen of their own, ``kept`` the share of them that are two words as before. The text as it was is
compared with the wrapped one: ``words`` is the share of its words that the other has as well, ``jaccard`` the mean
similarity of the shingles that ``dedup`` compares, ``found`` the share of texts that it takes for near-duplicates.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np

from benchmarks import command
from benchmarks.accuracy.dedup_tools import SHINGLE_WORDS, THRESHOLD
from benchmarks.corpus import maker
from benchmarks.speed.peers import texts_of
from syndetect.matching.tokens import VERSIONS, Words, joined, tokenise

WIDTHS = (36, 72)
KINDS = ("hyphenated", "compounds")
_COMPOUND_EVERY = 50
_LEAST_WORDS = 50

#: A syllable ends between a vowel and a consonant with a vowel behind, or between two consonants.
_SYLLABLE = re.compile(r"(?<=[aeiouy])(?=[^aeiouy][aeiouy])|(?<=[aeiouy][^aeiouy])(?=[^aeiouy][aeiouy])")
_COMPOUND = re.compile(r"(?<=[a-z])-(?=[a-z])")


class Wrapped(NamedTuple):
    """A text in lines, and the characters of the hyphens at line ends: between syllables, and of compounds."""

    text: str
    splits: list[int]
    compounds: list[int]


def _breaks(word: str, kind: str) -> Iterator[tuple[int, bool]]:
    """Where a word may be broken: the characters before it, and whether it is at a hyphen of its own."""
    yield from ((match.end(), True) for match in _COMPOUND.finditer(word))
    if kind == "hyphenated" and word.isascii():
        for part in re.finditer(r"(?<![\w-])[a-z]{5,}(?![\w-])", word):
            places = (match.start() for match in _SYLLABLE.finditer(part[0]))
            yield from ((part.start() + at, False) for at in places if 2 <= at <= len(part[0]) - 2)


def wrap(text: str, width: int, kind: str) -> Wrapped:
    """Break a text into lines of at most ``width`` characters."""
    wrapped, splits, compounds, at = list[str](), list[int](), list[int](), 0
    for paragraph in re.split(r"\n\s*\n", text):
        left = width
        for word in paragraph.split():
            rest = word
            while len(rest) > left:
                fitting = [one for one in _breaks(rest, kind) if one[0] + (not one[1]) <= left]
                if fitting:
                    place, is_own = max(fitting)
                    head = rest[:place] + ("" if is_own else "-")
                    (compounds if is_own else splits).append(at + len(head) - 1)
                    wrapped.append(head + "\n")
                    at, rest, left = at + len(head) + 1, rest[place:], width
                elif left < width:
                    wrapped[-1] = wrapped[-1][:-1] + "\n"
                    left = width
                else:
                    break
            wrapped.append(rest + " ")
            at, left = at + len(rest) + 1, left - len(rest) - 1
        wrapped.append("\n\n")
        at += 2
    return Wrapped("".join(wrapped), splits, compounds)


def compounded(text: str, random: Random) -> str:
    """A text in which some pairs of small words are compounds."""
    return re.sub(
        r"(?<=[a-z]{3}) (?=[a-z]{3})", lambda _: "-" if random.randrange(_COMPOUND_EVERY) == 0 else " ", text
    )


def _inside(words: Words, document: int, places: Sequence[int]) -> int:
    """How many of the characters lie in a word."""
    part = slice(words.documents[document], words.documents[document + 1])
    begin, end = words.begin[part], words.end[part]
    at = np.searchsorted(begin, places, side="right") - 1
    return int((end[at] > places).sum()) if len(places) else 0


def _shingles(codes: Sequence[int]) -> set[tuple[int, ...]]:
    return {tuple(codes[at : at + SHINGLE_WORDS]) for at in range(len(codes) - SHINGLE_WORDS + 1)}


def _codes(words: Words, document: int) -> list[int]:
    codes: list[int] = words.code[words.documents[document] : words.documents[document + 1]].tolist()
    return codes


def measure(texts: Sequence[str], width: int, kind: str, version: int) -> dict[str, Any]:
    """The row of a kind of wrapping and a version of the rule of words."""
    lines = [wrap(text, width, kind) for text in texts]
    whole, parts = (
        tokenise(*joined([one.encode() for one in texts_]), version=version)
        for texts_ in (texts, [one.text for one in lines])
    )
    similarities, equal, split, compounds, rejoined, merged = list[float](), 0, 0, 0, 0, 0
    for document, one in enumerate(lines):
        ours, theirs = _codes(whole, document), _codes(parts, document)
        mine, others = _shingles(ours), _shingles(theirs)
        similarities.append(len(mine & others) / len(mine | others))
        equal += (Counter(ours) & Counter(theirs)).total()
        split, compounds = split + len(one.splits), compounds + len(one.compounds)
        rejoined += _inside(parts, document, one.splits)
        merged += _inside(parts, document, one.compounds)
    return {
        "columns": width,
        "kind": kind,
        "version": version,
        "split": split,
        "joined": rejoined / split if split else None,
        "compounds": compounds,
        "kept": 1 - merged / compounds if compounds else None,
        "words": equal / len(whole.code),
        "jaccard": float(np.mean(similarities)),
        "found": float(np.mean(np.array(similarities) >= THRESHOLD)),
    }


def _texts(options: argparse.Namespace) -> list[str]:
    if options.corpus is not None:
        found = list(texts_of(options.corpus, options.articles))
    else:
        random = Random(1)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "invented.jsonl"
            maker.make(path, maker.Options(options.articles * 7000))
            found = [compounded(text, random) for text in texts_of(path, options.articles)]
    return [text for text in found if len(text.split()) >= _LEAST_WORDS]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    options = command.parser(__doc__ or "")
    options.add_argument("corpus", nargs="?", type=Path)
    options.add_argument("--articles", type=int, default=2000, help="the most texts (default: 2000)")
    given = options.parse_args(arguments)
    texts = _texts(given)
    rows = [
        measure(texts, width, kind, version) for width in WIDTHS for kind in KINDS for version in VERSIONS
    ]
    command.print_table(rows)
    command.write_json(given.json, {"hyphens": rows})


if __name__ == "__main__":
    main()

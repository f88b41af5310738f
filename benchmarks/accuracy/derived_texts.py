"""Texts of known derivation beside their possible sources: revisions, plagiarism cases and planted rewriting.

- Answers of Clough and Stevenson (2011, "Developing a corpus of plagiarised short answers") beside the article that
  they were to be taken from: near copies and light revisions derive wholly, answers of those who had not seen it not
  at all. Heavy revisions, which mix what was rewritten and what was added, are shown but count for nothing. Half of a
  derived answer with half of an independent one on the same question derives partially.
- PAN 2013: a passage alone, beside the part of the source that it was made from, derives wholly; with as much of the
  text around it, partially. That text alone and documents of pairs without plagiarism are shown and count for nothing:
  they are about something else, and any threshold separates them.
- Planted rewriting, of 60 to 500 words. Of two independent articles on one event, one is condensed and reworded
  (:meth:`benchmarks.corpus.rewriting.Rewriter.condensed`): that derives wholly. Half of it with as much of the other
  article derives partially; the other article alone, as short, not at all. Every fourth source is cut into two, which
  both are there. Up to three further articles on the event stand beside the source, as in a scan.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from benchmarks.accuracy.pan import KINDS, read_document, read_subcorpus
from benchmarks.corpus.rewriting import Rewriter

FOLDS = 5
#: The lengths of planted texts, in words, and the shares of their common words that are changed.
LENGTHS, CHANGED = (60, 120, 250, 500), (0.2, 0.4, 0.6)

_CATEGORIES = {"non": 0, "cut": 2, "light": 2, "heavy": None}
_CONTEXT = 800  # characters of a source on both sides of what was taken from it
_LEAST_WORDS = 80  # of a passage of PAN


class Case(NamedTuple):
    """A text and its possible sources, the kind of case, the true class (None: not counted), and the fold."""

    text: str
    sources: tuple[str, ...]
    kind: str
    truth: int | None
    fold: int


class Event(NamedTuple):
    """Two independent reports of one event, further ones, and the fold."""

    one: str
    other: str
    further: tuple[str, ...]
    fold: int


def read_clough(folder: Path, seed: int = 1) -> Iterator[Case]:
    """The answers of Clough and Stevenson, and texts made of two half answers."""
    with (folder / "file_information.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Category"] in _CATEGORIES]
    sources = {task: (_text(folder / f"orig_task{task}.txt"),) for task in "abcde"}
    texts, random = {row["File"]: _text(folder / row["File"]) for row in rows}, Random(seed)
    for row in rows:
        task, category, text = row["Task"], row["Category"], texts[row["File"]]
        fold, truth = "abcde".index(task), _CATEGORIES[category]
        yield Case(text, sources[task], f"answer, {category}", truth, fold)
        if truth == 2:
            others = [other["File"] for other in rows if other["Task"] == task and other["Category"] == "non"]
            for first in (0, 1):
                halves = _half(text, first), _half(texts[random.choice(others)], 1 - first)
                half = "\n\n".join(halves if first == 0 else halves[::-1])
                yield Case(half, sources[task], f"answer, half {category}", 1, fold)


def read_pan(folder: Path, number: int, seed: int = 1) -> Iterator[Case]:
    """Passages of at most ``number`` pairs of each kind of PAN."""
    for kind, name in KINDS.items():
        corpus = read_subcorpus(folder / name)
        pairs = Random(seed).sample(corpus.pairs, min(number, len(corpus.pairs)))
        cases = {
            (case["doc_a"], case["doc_b"]): (
                slice(case["begin_a"], case["end_a"]), slice(case["begin_b"], case["end_b"])
            )
            for case in reversed(corpus.cases.to_dicts())
        }  # fmt: skip
        for i, pair in enumerate(pairs):
            text = read_document(folder / "susp" / pair[0]).text
            source = read_document(folder / "src" / pair[1]).text
            if kind == "none":
                yield Case(text[:2500], (source[:2500],), "pair without", None, i % FOLDS)
            elif pair in cases and len(text[cases[pair][0]].split()) >= _LEAST_WORDS:
                here, there = cases[pair]
                passage = text[here]
                rest = (text[: here.start] + text[here.stop :])[: len(passage)]
                beside = (source[max(0, there.start - _CONTEXT) : there.stop + _CONTEXT],)
                yield Case(passage, beside, f"{kind}, passage", 2, i % FOLDS)
                yield Case(f"{passage}\n\n{rest}", beside, f"{kind}, half", 1, i % FOLDS)
                yield Case(rest, beside, f"{kind}, rest", None, i % FOLDS)


def plant(events: Sequence[Event], seed: int = 1) -> Iterator[Case]:
    """Rewritten copy of each event's first report, in all lengths and classes."""
    random = Random(seed)
    rewriter = Rewriter([event.one for event in events], random)
    for number, event in enumerate(events):
        takes = _takes(event.one) if number % 4 == 0 else (event.one,)
        sources = (*takes, *event.further)
        share = CHANGED[number % len(CHANGED)]
        for words in LENGTHS:
            rewritten = rewriter.condensed(event.one, words, share)
            own = rewriter.condensed(event.other, words, 0)
            halves = [_half(rewritten, 0), _half(own, 0)]
            random.shuffle(halves)
            for text, kind, truth in (
                (rewritten, "rewritten", 2), ("\n\n".join(halves), "half rewritten", 1), (own, "independent", 0)
            ):  # fmt: skip
                of = "two sources" if len(takes) > 1 else f"{words} words"
                yield Case(text, sources, f"{kind}, {of}", truth, event.fold)


def _takes(text: str) -> tuple[str, str]:
    """Every second paragraph of a text, and the others; halves of a text of one."""
    paragraphs = [one for one in text.split("\n") if one.strip()]
    if len(paragraphs) < 2:
        return _half(text, 0), _half(text, 1)
    return "\n\n".join(paragraphs[::2]), "\n\n".join(paragraphs[1::2])


def _half(text: str, which: int) -> str:
    words = text.split()
    return " ".join(words[len(words) // 2 :] if which else words[: len(words) // 2])


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")

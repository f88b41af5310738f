"""Classes of derivation: ``python -m benchmarks.derivation --clough FOLDER --pan FOLDER [--news NEWS]``.

Texts of known class are classified by how far they derive from others.

Prints a confusion matrix for the current thresholds; then the mean recall of single features and of the whole rule,
with thresholds fitted on the other four fifths (of tasks, pairs and news), and with thresholds fitted without the
corpus that is tested.

- Answers of Clough and Stevenson (2011, "Developing a corpus of plagiarised short answers") beside the article that
  they were to be taken from: near copies and light revisions derive wholly, answers of those who had not seen it not
  at all. Heavy revisions, which mix what was rewritten and what was added, are shown but count for nothing. Half of a
  derived answer with half of an independent one on the same question derives partially.
- PAN 2013: a passage alone, beside the part of the source that it was made from, derives wholly; with as much of the
  text around it, partially. That text alone and documents of pairs without plagiarism are shown and count for nothing:
  they are about something else, and any threshold separates them.
- News: articles of different sources that are linked within three days and share no match, taken as not derived. (So
  they are chosen without verbatim passages, and say nothing of how many of these two reports share.)
"""

import argparse
import csv
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from benchmarks import command
from benchmarks.accuracy.pan import KINDS, read_document, read_subcorpus
from benchmarks.corpus.corpus_files import Article, read_articles, scan_articles
from syndetect.arrays import F64, I64
from syndetect.kernels.documents import UNDATED
from syndetect.matching.rare_shingles import rare_pairs
from syndetect.matching.tokens import Words, joined, tokenise
from syndetect.matching.wording import Rarity, Sketches, shares, sketch
from syndetect.settings import Settings
from syndetect.syndication.derivation import CHANCE, DERIVATIONS, PARTIALLY, REWRITTEN, WHOLLY, estimate

_CATEGORIES = {"non": 0, "cut": 2, "light": 2, "heavy": None}
_FOLDS = 5
_CONTEXT = 800  # characters of a source on both sides of what was taken from it
_LEAST_WORDS = 80  # of a passage of PAN
_WINDOW = 3 * 86_400_000_000
_GRID = ([*np.arange(0.12, 0.34, 0.02)], [*np.arange(0.4, 0.72, 0.02)])


class Case(NamedTuple):
    """A text and its possible source, the kind of case, the true class (None: not counted), and the fold."""

    text: str
    source: str
    kind: str
    truth: int | None
    fold: int


@dataclass(frozen=True)
class Measured:
    """Cases as they are measured: by case its corpus, kind, class (-1: not counted), fold and both shares."""

    corpus: npt.NDArray[np.str_]
    kind: npt.NDArray[np.str_]
    truth: I64
    fold: I64
    derived: F64
    wording: F64

    @property
    def weight(self) -> F64:
        """float64[n]: each class weighs 1 in all, divided evenly among its kinds."""
        weight = np.zeros(len(self.truth))
        for truth in range(3):
            kinds = np.unique(self.kind[self.truth == truth])
            for kind in kinds:
                of_it = (self.kind == kind) & (self.truth == truth)
                weight[of_it] = 1 / len(kinds) / of_it.sum()
        return weight


def read_clough(folder: Path, seed: int = 1) -> Iterator[Case]:
    """The answers of Clough and Stevenson, and texts made of two half answers."""
    with (folder / "file_information.csv").open(encoding="utf-8", errors="replace", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Category"] in _CATEGORIES]
    sources = {task: _text(folder / f"orig_task{task}.txt") for task in "abcde"}
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
                yield Case(text[:2500], source[:2500], "pair without", None, i % _FOLDS)
            elif pair in cases and len(text[cases[pair][0]].split()) >= _LEAST_WORDS:
                here, there = cases[pair]
                passage = text[here]
                rest = (text[: here.start] + text[here.stop :])[: len(passage)]
                source = source[max(0, there.start - _CONTEXT) : there.stop + _CONTEXT]
                yield Case(passage, source, f"{kind}, passage", 2, i % _FOLDS)
                yield Case(f"{passage}\n\n{rest}", source, f"{kind}, half", 1, i % _FOLDS)
                yield Case(rest, source, f"{kind}, rest", None, i % _FOLDS)


def _half(text: str, which: int) -> str:
    words = text.split()
    return " ".join(words[len(words) // 2 :] if which else words[: len(words) // 2])


def _text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def measure(corpus: str, cases: Sequence[Case], threads: int) -> Measured:
    """Both shares of each case; the rarity of words comes from the texts of all cases."""
    texts = list(dict.fromkeys(text for case in cases for text in (case.text, case.source)))
    number = {text: i for i, text in enumerate(texts)}
    pairs = np.array([(number[case.text], number[case.source]) for case in cases], np.int64)
    words = tokenise(*joined([text.encode() for text in texts]), threads)
    articles = [Article(str(i), text) for i, text in enumerate(texts)]
    matches = scan_articles(articles, Settings(), threads).matches
    rarity = Rarity.of(words.code, words.documents)
    return Measured(
        np.full(len(cases), corpus),
        np.array([case.kind for case in cases]),
        np.array([-1 if case.truth is None else case.truth for case in cases]),
        np.array([case.fold for case in cases]),
        _verbatim(texts, pairs, matches),
        shares(_sketched(words, rarity), pairs)[:, 0],
    )


def _sketched(words: Words, rarity: Rarity) -> Sketches:
    """The wording of all documents."""
    return sketch(words.code, words.documents, np.arange(len(words.documents) - 1), rarity)


def _verbatim(texts: Sequence[str], pairs: I64, matches: pl.DataFrame) -> F64:
    """The share of the first text of each pair, by its characters, that lies in matches with the second."""
    spans: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    columns = ("doc_a", "begin_a", "end_a", "doc_b", "begin_b", "end_b")
    for a, begin_a, end_a, b, begin_b, end_b in matches.select(columns).iter_rows():
        spans[int(a), int(b)].append((begin_a, end_a))
        spans[int(b), int(a)].append((begin_b, end_b))
    found = []
    for a, b in pairs.tolist():
        is_in = np.zeros(len(texts[a]), bool)
        for begin, end in spans[a, b]:
            is_in[begin:end] = True
        found.append(is_in.mean())
    return np.array(found)


def measure_news(path: Path, threads: int) -> Measured:
    """Both shares of linked articles that share no match."""
    articles = read_articles(path)
    words = tokenise(*joined([article.text.encode() for article in articles]), threads)
    time = np.array([
        UNDATED if article.published is None else np.datetime64(article.published, "us").astype(np.int64)
        for article in articles
    ])  # fmt: skip
    pairs = rare_pairs(words.code, words.documents, time, _WINDOW, threads)
    numbered = [article._replace(id=str(i)) for i, article in enumerate(articles)]
    matches = scan_articles(numbered, Settings(), threads).matches.select("doc_a", "doc_b")
    matched = {(int(a), int(b)) for a, b in matches.unique().iter_rows()}
    is_taken = [(a, b) not in matched and articles[a].source != articles[b].source for a, b in pairs.tolist()]
    found = shares(_sketched(words, Rarity.of(words.code, words.documents)), pairs[is_taken])
    n = found.size
    empty, kind = np.zeros(n, np.int64), np.full(n, "linked articles")
    return Measured(np.full(n, "news"), kind, empty, np.arange(n) % _FOLDS, np.zeros(n), found.ravel())


def together(parts: Sequence[Measured]) -> Measured:
    """The cases of several corpora."""
    return Measured(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in Measured.__annotations__)
    )


def classes(share: F64, cuts: tuple[float, float] = (PARTIALLY, WHOLLY)) -> I64:
    """int64[n]: the classes by shares and two cuts."""
    return (share >= cuts[0]).astype(np.int64) + (share >= cuts[1])


def accuracy(truth: I64, found: I64, weight: F64) -> float:
    """The mean of the classes' weighted recalls."""
    recalls = [
        float(weight[(truth == one) & (found == one)].sum() / weight[truth == one].sum())
        for one in np.unique(truth[truth >= 0])
    ]
    return sum(recalls) / len(recalls)


def fit(cases: Measured, taken: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """The settings of chance and of rewriting that classify the chosen cases best."""
    derived, wording = cases.derived[taken], cases.wording[taken]
    truth, weight = cases.truth[taken], cases.weight[taken]
    best: tuple[float, float, float] = max(
        (accuracy(truth, classes(estimate(derived, wording, low, high)), weight), low, high)
        for low, high in product(*_GRID)
    )
    return round(float(best[1]), 2), round(float(best[2]), 2)


def validated(cases: Measured, groups: npt.NDArray[Any]) -> I64:
    """int64[n]: the classes found with thresholds that were set on the other groups."""
    found = np.zeros(len(cases.truth), np.int64)
    for group in np.unique(groups):
        inside = groups == group
        low, high = fit(cases, ~inside & (cases.truth >= 0))
        found[inside] = classes(estimate(cases.derived[inside], cases.wording[inside], low, high))
    return found


def by_feature(cases: Measured, feature: F64) -> I64:
    """int64[n]: the classes found by two cuts of one feature, set on the other folds."""
    found = np.zeros(len(cases.truth), np.int64)
    cuts = np.linspace(0.02, 0.98, 49)
    for fold in range(_FOLDS):
        inside = cases.fold == fold
        taken = ~inside & (cases.truth >= 0)
        truth, weight, values = cases.truth[taken], cases.weight[taken], feature[taken]
        scored = (
            (accuracy(truth, classes(values, (low, high)), weight), low, high)
            for low, high in product(cuts, cuts)
            if low < high
        )
        _, low, high = max(scored)
        found[inside] = classes(feature[inside], (low, high))
    return found


def matrix(cases: Measured, found: I64) -> list[dict[str, Any]]:
    """The rows of the confusion matrix, and the medians of both shares, by kind."""
    rows: list[dict[str, Any]] = []
    for kind in dict.fromkeys(cases.kind.tolist()):
        of_it = cases.kind == kind
        truth = int(cases.truth[of_it][0])
        counts = np.bincount(found[of_it], minlength=3)
        rows.append({
            "kind": kind, "truth": "-" if truth < 0 else DERIVATIONS[truth], "cases": int(of_it.sum()),
            "non": int(counts[0]), "partially": int(counts[1]), "wholly": int(counts[2]),
            "derived": float(np.median(cases.derived[of_it])), "wording": float(np.median(cases.wording[of_it])),
        })  # fmt: skip
    return rows


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the confusion matrix, and the recall of features and thresholds."""
    parser = argparse.ArgumentParser(description="How far texts derive from others, in three classes.")
    parser.add_argument("--clough", type=Path, help="the folder with orig_taska.txt and file_information.csv")
    parser.add_argument("--pan", type=Path, help="the folder with src, susp and the sub-corpora")
    parser.add_argument("--news", type=Path, help="articles with dates and sources: .jsonl or .jsonl.gz")
    parser.add_argument("--number", type=int, default=250, help="pairs of each kind of PAN (default: 250)")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(arguments)
    parts = []
    if options.clough:
        parts.append(measure("answers", list(read_clough(options.clough)), options.threads))
    if options.pan:
        parts.append(measure("PAN", list(read_pan(options.pan, options.number)), options.threads))
    if options.news:
        parts.append(measure_news(options.news, options.threads))
    if not parts:
        parser.error("name a corpus: --clough, --pan or --news")
    cases = together(parts)
    found = classes(estimate(cases.derived, cases.wording))
    command.print_table(matrix(cases, found))
    tried = {"the rule, as it is": found}
    if {0, 1, 2} <= {*cases.truth.tolist()}:
        tried["thresholds set on other folds"] = validated(cases, cases.fold)
        if options.clough and options.pan:
            tried["thresholds set on other corpora"] = validated(
                cases, np.where(cases.corpus == "answers", 0, 1)
            )
        tried["verbatim passages alone"] = by_feature(cases, cases.derived)
        tried["wording alone"] = by_feature(cases, cases.wording)
        print(f"\nset on all: {fit(cases, cases.truth >= 0)}; as they are: {(CHANCE, REWRITTEN)}")
    print()
    command.print_table([
        {"classes by": name, "mean recall": accuracy(cases.truth, one, cases.weight)}
        | {
            corpus: accuracy(cases.truth[of_it], one[of_it], cases.weight[of_it])
            for corpus in dict.fromkeys(cases.corpus.tolist())
            for of_it in [cases.corpus == corpus]
        }
        for name, one in tried.items()
    ])  # fmt: skip


if __name__ == "__main__":
    main()

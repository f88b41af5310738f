"""Precision and recall of credits: ``python -m benchmarks.credits [FILE]``, and their speed: ``--corpus NEWS``.

FILE (default: the test set of this project, whose lines were written for it) holds a JSON object a line: ``language``;
``place`` of the line in its article (``first``, ``middle``, ``last``); ``text``; and ``credits``, each with the agency,
its role and the text of its span. The line is put into an article whose other paragraphs name no agency. The role
``about`` does not count: it is no credit.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

from benchmarks import command
from benchmarks.corpus.corpus_files import read_articles
from syndetect.matching import tokens
from syndetect.matching.tokens import joined
from syndetect.reading.sources import BATCH_BYTES
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.credits.find import ROLES, RULES, find

TEST_SET = Path(__file__).parents[2] / "tests" / "data" / "credits.jsonl"

_TITLE = "Old ferry makes its last crossing\n\n"
_FIRST = """\
The ferry that joined both sides of the sound for sixty years went out of service at noon, and a band of the local
school played as the last cars drove ashore. Nobody could say what would become of the old boat, whose engine was built
by hand in a yard that closed long ago."""
_SECOND = """\
A bridge of steel has carried the traffic since the spring; it took nine years to build and cost twice what had been
planned. From the tower one sees the lighthouse, the salt works and, on a clear day, the hills of the mainland, where
most of the islanders go to school or to work."""
_PARAGRAPHS = "".join(paragraph.replace("\n", " ") + "\n\n" for paragraph in (_FIRST, _SECOND))


class Case(NamedTuple):
    """A line of the test set, its place in the article, and its credits (agency, role, text)."""

    language: str
    place: str
    text: str
    credits: Sequence[tuple[str, str, str]]

    @property
    def article(self) -> str:
        """The article around the line."""
        around = _PARAGRAPHS * 2
        match self.place:
            case "first":
                return f"{self.text}\n\n{around}".rstrip()
            case "middle":
                return f"{_TITLE}{around}{self.text}\n\n{around}".rstrip()
            case _:
                return f"{_TITLE}{around}{self.text}"


def read_cases(path: Path) -> list[Case]:
    """The lines of a test set."""
    records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [
        Case(one["language"], one["place"], one["text"], [tuple(credit) for credit in one["credits"]])
        for one in records
    ]


class Found(NamedTuple):
    """A credit as the test set writes it, and the rule that found it."""

    agency: str
    role: str
    span: str
    rule: str


def predict(cases: Sequence[Case], agencies: Agencies) -> list[list[Found]]:
    """The credits found in each case's article, without the role ``about``."""
    articles = [case.article for case in cases]
    buffer, bounds = joined([article.encode() for article in articles])
    found = find(buffer, bounds, tokens.tokenise(buffer, bounds), agencies)
    rows: list[list[Found]] = [[] for _ in cases]
    columns = (found.document, found.agency, found.role, found.rule, found.begin, found.end)
    for document, agency, role, rule, begin, end in zip(*(one.tolist() for one in columns), strict=True):
        if ROLES[role] != "about":
            span = articles[document][begin:end]
            rows[document].append(Found(agencies.names[agency], ROLES[role], span, RULES[rule]))
    return rows


def score(cases: Sequence[Case], found: Sequence[Sequence[Found]]) -> list[dict[str, Any]]:
    """Rows of precision and recall: over all, by language, by role, and precision by rule."""
    hits, predicted, expected = Counter[str](), Counter[str](), Counter[str]()
    for case, rows in zip(cases, found, strict=True):
        rest = Counter(case.credits)
        for _, role, _ in case.credits:
            expected.update(["all", case.language, role])
        for one in rows:
            keys = ["all", case.language, one.role, f"rule {one.rule}"]
            predicted.update(keys)
            if rest[one[:3]]:
                rest[one[:3]] -= 1
                hits.update(keys)
    return [
        {
            "of": key,
            "found": predicted[key],
            "precision": hits[key] / predicted[key] if predicted[key] else None,
            "wanted": expected[key] or None,
            "recall": hits[key] / expected[key] if expected[key] else None,
        }
        for key in sorted(
            {*predicted, *expected}, key=lambda key: (key != "all", key.startswith("rule"), key)
        )
    ]


def mistakes(cases: Sequence[Case], found: Sequence[Sequence[Found]]) -> Iterable[str]:
    """The cases with a missing or a false credit, in words."""
    for case, rows in zip(cases, found, strict=True):
        if Counter(one[:3] for one in rows) != Counter(case.credits):
            yield f"{case.language} {case.place}: {case.text!r}: {rows} instead of {list(case.credits)}"


def measure(path: Path, agencies: Agencies, rounds: int) -> list[dict[str, Any]]:
    """MB/s of tokenising and of finding credits on one core, and how many credits of each rule there are."""
    encoded = [article.text.encode() for article in read_articles(path)]
    sizes = np.cumsum([0, *map(len, encoded)])
    cuts = np.searchsorted(sizes, np.arange(0, sizes[-1] + BATCH_BYTES, BATCH_BYTES)).tolist()
    batches = [joined(encoded[low:high]) for low, high in pairwise(cuts)]
    words, seconds, rules = [], [], Counter[str]()
    for number in range(rounds + 1):
        start = time.perf_counter()
        words = [tokens.tokenise(*batch) for batch in batches]
        middle = time.perf_counter()
        found = [
            find(*batch, batch_words, agencies) for batch, batch_words in zip(batches, words, strict=True)
        ]
        if number:  # the first compiles
            seconds.append((middle - start, time.perf_counter() - middle))
    for part in found:
        rules.update(
            f"{ROLES[role]}, {RULES[rule]}"
            for role, rule in zip(part.role.tolist(), part.rule.tolist(), strict=True)
        )
    megabytes = float(sizes[-1]) / 1e6
    names = ("MB/s of tokenising", "MB/s of credits")
    rates = {
        name: round(megabytes / median(each))
        for name, each in zip(names, zip(*seconds, strict=True), strict=True)
    }
    return [{"of": name, "figure": figure} for name, figure in (*rates.items(), *sorted(rules.items()))]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description="How well, and how fast, credits are found.")
    parser.add_argument("file", nargs="?", type=Path, default=TEST_SET, help="a test set")
    parser.add_argument("--corpus", type=Path, metavar="NEWS", help="count credits, and take the time")
    parser.add_argument("--mistakes", action="store_true", help="print every wrong case")
    parser.add_argument("--rounds", type=int, default=5, help="counted rounds of --corpus (default: 5)")
    options = parser.parse_args(arguments)
    agencies = Agencies.load()
    if options.corpus is not None:
        command.print_table(measure(options.corpus, agencies, options.rounds))
        return
    cases = read_cases(options.file)
    found = predict(cases, agencies)
    command.print_table(score(cases, found))
    if options.mistakes:
        print(*mistakes(cases, found), sep="\n")


if __name__ == "__main__":
    main()

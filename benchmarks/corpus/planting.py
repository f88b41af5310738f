"""Copies of paragraphs planted into other articles, so that every reuse is known to the character.

- A paragraph is text between blank lines. Sources are paragraphs of 25 to 150 words whose text stands once
  in the corpus; each is used once. The kinds of edit (``benchmarks.corpus.edits``) take turns.
- A copy goes after a paragraph of an article by another outlet, as a paragraph of its own; a merged copy
  joins that paragraph, before or after it. Nothing is replaced; beside one paragraph there is one copy at
  most.
- All draws come from one ``numpy.random.default_rng(seed)``; sources and places are permutations of the
  corpus.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from benchmarks.corpus.corpus_files import Article
from benchmarks.corpus.edits import KINDS, LEAST_WORDS, MERGED, WORD, Copy, Vocabulary
from syndetect.intervals import Span

_MOST_WORDS = 150
_BLANK_LINE = re.compile(r"\n\s*\n")


class Place(NamedTuple):
    """Characters of an article, named by its place in the list."""

    article: int
    span: Span


class Plant(NamedTuple):
    """One planted reuse: the places of the original and of the copy, in the corpus with all plants."""

    kind: str
    origin: Place
    reused: Place


class _Insertion(NamedTuple):
    kind: str
    source: Place  # the paragraph copied
    copy: Copy
    at: int  # where in the host's own text
    before: str
    after: str


def plant(articles: Sequence[Article], number: int, seed: int) -> tuple[list[Article], list[Plant]]:
    """Plant reuses into articles.

    Args:
        articles: the background.
        number: how many reuses of each kind.
        seed: of all random draws.

    Returns:
        The articles with the copies inserted, in the same order, and what was planted.

    Raises:
        ValueError: the articles have too few paragraphs for so many reuses.
    """
    rng = np.random.default_rng(seed)
    paragraphs = [
        Place(i, span) for i, article in enumerate(articles) for span in paragraphs_of(article.text)
    ]
    sources = _eligible(articles, paragraphs)
    if len(sources) < number * len(KINDS):
        raise ValueError(
            f"{number} of each kind need {number * len(KINDS)} paragraphs; {len(sources)} will do"
        )
    vocabulary = Vocabulary(article.text for article in articles)
    hosts = (paragraphs[i] for i in rng.permutation(len(paragraphs)))
    insertions: dict[int, list[_Insertion]] = defaultdict(list)
    for turn, i in enumerate(rng.permutation(len(sources))[: number * len(KINDS)]):
        source, kind = sources[i], list(KINDS)[turn % len(KINDS)]
        copy = KINDS[kind](_text_at(articles, source), rng, vocabulary)
        outlet = articles[source.article].source
        host = next((place for place in hosts if articles[place.article].source != outlet), None)
        if host is None:
            raise ValueError(f"too few paragraphs of other outlets to plant {number} of each kind")
        insertions[host.article].append(_insertion(kind, source, copy, host.span, rng))
    return _insert(articles, insertions)


def paragraphs_of(text: str) -> list[Span]:
    """The paragraphs of a text: what stands between blank lines, outer white space left out."""
    spans, begin = [], 0
    for end, following in [*(found.span() for found in _BLANK_LINE.finditer(text)), (len(text), len(text))]:
        piece = text[begin:end]
        if piece.strip():
            spans.append(Span(begin + len(piece) - len(piece.lstrip()), begin + len(piece.rstrip())))
        begin = following
    return spans


def _eligible(articles: Sequence[Article], paragraphs: Sequence[Place]) -> list[Place]:
    texts = [_text_at(articles, place) for place in paragraphs]
    times = Counter(texts)
    return [
        place
        for place, text in zip(paragraphs, texts, strict=True)
        if times[text] == 1 and LEAST_WORDS <= len(WORD.findall(text)) <= _MOST_WORDS
    ]


def _text_at(articles: Sequence[Article], place: Place) -> str:
    return articles[place.article].text[slice(*place.span)]


def _insertion(kind: str, source: Place, copy: Copy, host: Span, rng: np.random.Generator) -> _Insertion:
    if kind != MERGED:
        return _Insertion(kind, source, copy, host.end, "\n\n", "")
    if rng.integers(2):
        return _Insertion(kind, source, copy, host.end, " ", "")
    return _Insertion(kind, source, copy, host.begin, "", " ")


def _insert(
    articles: Sequence[Article], insertions: Mapping[int, list[_Insertion]]
) -> tuple[list[Article], list[Plant]]:
    """Insert every copy; then state each plant in the characters of the new texts."""
    grown, moved, reused = [], [], []
    for i, article in enumerate(articles):
        pieces, done, length = [], 0, 0
        cuts = [(0, 0)]  # from which character on, by how much the article's own text has moved
        for one in sorted(insertions.get(i, []), key=lambda insertion: insertion.at):
            pieces += [article.text[done : one.at], one.before, one.copy.text, one.after]
            begin = one.at + length + len(one.before)
            length += len(one.before) + len(one.copy.text) + len(one.after)
            reused.append((one, Place(i, Span(begin + one.copy.reused.begin, begin + one.copy.reused.end))))
            cuts.append((one.at, length))
            done = one.at
        grown.append(article._replace(text="".join([*pieces, article.text[done:]])))
        moved.append(cuts)
    plants = []
    for one, place in reused:
        begin = one.source.span.begin
        begin += max(shift for at, shift in moved[one.source.article] if at <= begin)
        origin = Span(begin + one.copy.origin.begin, begin + one.copy.origin.end)
        plants.append(Plant(one.kind, Place(one.source.article, origin), place))
    return grown, plants

"""The derivation of articles from others: wholly, partially or not, the classes of the METER corpus.

The classes are those of Clough, Gaizauskas, Piao and Wilks (2002, "METER: MEasuring TExt Reuse", section 2): all of a
newspaper's text comes from the agency's, whether word for word or rewritten; some of it; or it was written
independently of it, about the same event.
"""

from typing import NamedTuple

import numpy as np

from syndetect import intervals
from syndetect.arrays import F64, I64, U8, U32, Bool, order_by, run_starts
from syndetect.matching.alignment import Matches
from syndetect.matching.wording import Sketches, union_shares
from syndetect.syndication.origins import TIE

#: The classes, by number.
DERIVATIONS = ("non", "partially", "wholly")
#: The most articles that are taken together as sources of one.
MOST_SOURCES = 8
#: The least share of the wording, beyond chance, that each further one of them adds.
LEAST_MORE = 0.08


class Rule(NamedTuple):
    """The constants of the rule that tells the classes.

    Attributes:
        chance: the share of the wording of a text of 300 words that stands in independent ones of 600 words in all
            about the same event; and by how much it grows when the text, and when the others, are twice as long.
        margin: how far that share may be exceeded by chance.
        rewritten: the share of the wording of a rewritten text that stands in its sources.
        partially, wholly: a text of which at least this share is derived, is derived partially, or wholly.
    """

    chance: tuple[float, float, float] = (0.244, -0.016, 0.081)
    margin: float = 0.2
    rewritten: float = 0.6
    partially: float = 0.11
    wholly: float = 0.98


RULE = Rule()


class DerivationConstraints(NamedTuple):
    """The constraints on derivation: by time, owner, reference and agency.

    Attributes:
        low, high: int64[d], the bounds of the times (:func:`syndetect.syndication.origins.bounds_of`).
        rank: uint32[d], the order of time, all different.
        owner: int64[d], -1 where not known. Articles do not derive from others of the same owner.
        reference: bool[d]; where there is a reference, articles derive from it alone.
        agency: bool[d], articles that agencies published themselves. They do not derive from articles of outlets.
    """

    low: I64
    high: I64
    rank: U32
    owner: I64
    reference: Bool
    agency: Bool

    def may_derive(self, document: I64, other: I64) -> Bool:
        """bool[n]: whether documents may derive from others, which must not be certainly later."""
        if self.reference.any():
            referred: Bool = self.reference[other] & ~self.reference[document]
            return referred
        is_later = self.low[other] >= self.high[document] + TIE
        is_own = (self.owner[document] == self.owner[other]) & (self.owner[document] >= 0)
        is_source = self.agency[document] & ~self.agency[other]
        may: Bool = ~is_later & ~is_own & ~is_source
        return may


class Sources(NamedTuple):
    """The articles that articles may derive from, those with the largest share of the wording first.

    Attributes:
        document: int64[n], the articles that have any, ascending.
        starts: int64[n + 1], where the sources of each begin.
        source: int64[m], at most ``MOST_SOURCES`` each.
        wording: float64[m], the share of the wording of the article in this source and those before it.
        words: int64[m], the number of words of this source and those before it.
    """

    document: I64
    starts: I64
    source: I64
    wording: F64
    words: I64


def find_sources(constraints: DerivationConstraints, links: I64, shares: F64, sketches: Sketches) -> Sources:
    """Find the linked articles that articles may derive from.

    Args:
        constraints: the constraints on derivation.
        links: int64[m, 2], linked documents.
        shares: float64[m, 2], the share of the wording of each one that stands in the other.
        sketches: the wording of the linked documents, ascending.
    """
    one = np.concatenate([links[:, 0], links[:, 1]])
    other = np.concatenate([links[:, 1], links[:, 0]])
    share = np.concatenate([shares[:, 0], shares[:, 1]])
    order = nearest(constraints, one, other, share)
    heads = run_starts(one[order])
    document, source, starts = one[order[heads]], other[order], np.append(heads, len(order))
    linked = np.unique(links)
    wording, words = together(
        sketches, np.searchsorted(linked, document), np.searchsorted(linked, source), starts
    )
    return Sources(document, starts, source, wording, words)


def nearest(constraints: DerivationConstraints, one: I64, other: I64, share: F64) -> I64:
    """int64[m]: of links from documents to others, those to the sources of each document, by document, the best first.

    Args:
        constraints: the constraints on derivation.
        one, other: int64[n], linked documents.
        share: float64[n], the share of the wording of the first that stands in the other.
    """
    allowed = np.flatnonzero(constraints.may_derive(one, other))
    near = other[allowed]
    return allowed[ranked(one[allowed], share[allowed], constraints.low[near], constraints.rank[near])]


def ranked(document: I64, share: F64, low: I64, rank: I64 | U32) -> I64:
    """int64[m]: the links of documents to sources, by document, at most ``MOST_SOURCES`` of each.

    The most shared first, then the one that may be earlier, then the first in order of time.

    Args:
        document: int64[n].
        share: float64[n], of its wording that stands in the source.
        low, rank: int64[n], the earliest moment at which the source may have been published, and its place in time.
    """
    order = order_by(document, _falling(share), low, rank)
    heads = run_starts(document[order])
    place = np.arange(len(order)) - np.repeat(heads, np.diff(heads, append=len(order)))
    return order[place < MOST_SOURCES]


def together(sketches: Sketches, document: I64, source: I64, starts: I64) -> tuple[F64, I64]:
    """The share of the wording of documents in each of their sources and those before it, and the words of these.

    Args:
        sketches: of documents and sources.
        document: int64[n], rows of ``sketches``.
        source: int64[m], rows of ``sketches``.
        starts: int64[n + 1], where the sources of each document begin.
    """
    wording = union_shares(sketches, document, source, starts)
    up_to = np.cumsum(np.append(0, sketches.words[source]))
    return wording, up_to[1:] - np.repeat(up_to[starts[:-1]], np.diff(starts))


def _falling(values: F64) -> I64:
    """int64[n]: whole numbers in the reverse order of the values."""
    bits = (0.0 - values).view(np.int64)  # of no value but 0 is there a second form
    return np.where(bits < 0, np.iinfo(np.int64).min - bits, bits)


class Derived(NamedTuple):
    """What each article has in common with the articles that it may derive from.

    Attributes:
        verbatim: float64[d], the share of its words in matches with these.
        wording: float64[d], the share of its wording in one or several of these: the first of its sources, or as many
            of them as :func:`choose` takes together.
        chance: float64[d], the share of its wording that independent texts as long as these would have.
        origin: int64[d], the one of these that has the largest share of its wording; -1 where there is none.
    """

    verbatim: F64
    wording: F64
    chance: F64
    origin: I64


def derive(constraints: DerivationConstraints, matches: Matches, sources: Sources, documents: I64) -> Derived:
    """Find what articles have of the articles that they may derive from.

    Args:
        constraints: the constraints on derivation.
        matches: the matches of pairs of articles.
        sources: of :func:`find_sources`.
        documents: int64[d + 1], the first word of each document.
    """
    sizes = np.diff(documents)
    verbatim = intervals.count_by_document(derived_words(constraints, matches), documents)
    wording, chance, origin = np.zeros(len(sizes)), np.zeros(len(sizes)), np.full(len(sizes), -1)
    chosen, expected = choose(sources, sizes[sources.document])
    wording[sources.document], chance[sources.document] = sources.wording[chosen], expected
    origin[sources.document] = sources.source[sources.starts[:-1]]
    return Derived(verbatim / np.maximum(sizes, 1), wording, chance, origin)


def derived_words(constraints: DerivationConstraints, matches: Matches) -> I64:
    """int64[n, 2]: the words of articles in matches with articles that they may derive from, overlapping or not.

    Sentences that another measure finds to be rewritten may be added to them.
    """
    a, b = matches.document_a, matches.document_b
    return np.concatenate(
        [matches.words_a[constraints.may_derive(a, b)], matches.words_b[constraints.may_derive(b, a)]]
    )


def choose(sources: Sources, words: I64, rule: Rule = RULE) -> tuple[I64, F64]:
    """How many sources of each article to take together: as many as exceed by most what is shared by chance.

    So a further source counts if it adds more than any text of its length would, and ``LEAST_MORE``. ``python -m
    benchmarks.derivation`` has texts condensed from two halves of a story: 69 % of them are found to be wholly derived,
    and 61 % with a ``LEAST_MORE`` of 1, that is from one source alone; of texts half condensed, 74 % and 80 % are found
    to be partially derived.

    Args:
        sources: the sources of n articles.
        words: int64[n], the number of words of each article.
        rule: the constants.

    Returns:
        int64[n], the last one taken, an index into ``sources.source``; float64[n], what is expected by chance.
    """
    counts = np.diff(sources.starts)
    expected = expect(np.repeat(words, counts), sources.words, rule)
    further = np.arange(len(expected)) - np.repeat(sources.starts[:-1], counts)
    excess = sources.wording - expected - LEAST_MORE * further
    order = order_by(np.repeat(np.arange(len(counts)), counts), _falling(excess), further)
    chosen = order[sources.starts[:-1]]
    return chosen, expected[chosen]


def expect(words: I64, others: I64, rule: Rule = RULE) -> F64:
    """float64[n]: the share of the wording of texts that independent texts on one event have by chance.

    Args:
        words, others: int64[n], the number of words of each text, and of the others together.
        rule: the constants.
    """
    level, by_words, by_others = rule.chance
    doublings = np.log2(np.maximum(words, 1) / 300), np.log2(np.maximum(others, 1) / 600)
    expected: F64 = np.clip(level + by_words * doublings[0] + by_others * doublings[1], 0, 1)
    return expected


def estimate(verbatim: F64, wording: F64, chance: F64, rule: Rule = RULE) -> F64:
    """float64[n]: the share of each text that derives from others, verbatim or rewritten.

    Verbatim passages derive. Of the rest, the share derives that the wording of the whole text tells: nothing up to
    ``margin`` beyond chance, everything from ``rewritten`` on, and a proportional share between. More of either never
    derives less.

    Args:
        verbatim: float64[n], the share of the words in verbatim passages.
        wording: float64[n], the share of the wording that stands in the others; verbatim passages are part of it.
        chance: float64[n], of :func:`expect`.
        rule: the constants.
    """
    least = chance + rule.margin
    above = (np.maximum(wording, verbatim) - least) / np.maximum(rule.rewritten - least, 0.05)
    share: F64 = verbatim + (1 - verbatim) * np.clip(above, 0, 1)
    return share


def classify(verbatim: F64, wording: F64, chance: F64, rule: Rule = RULE) -> U8:
    """uint8[n]: the class of each text, a number of ``DERIVATIONS``, by the share that :func:`estimate` gives.

    ``python -m benchmarks.derivation --fit`` gives the constants and prints what they tell. They were fitted to answers
    of Clough and Stevenson (2011), passages of the training part of PAN 2013, articles of 2019 of different outlets on
    one event, whole and cut short, that share no passage or only quotations, and planted rewriting of these articles.
    None of this is newspapers' own rewriting of agency copy.

    A proportional share of the *rest* of the wording, as in earlier versions, does better where a text is made of two
    halves, one of them verbatim, but takes more verbatim words for less derived, so that is not done. An ordinal
    logistic model of both shares and both lengths does worse than this rule.

    Args:
        verbatim: float64[n], the share of the words in verbatim passages shared with the others.
        wording: float64[n], how much of the wording stands in these, as of
            :func:`syndetect.matching.wording.union_shares`.
        chance: float64[n], of :func:`expect`.
        rule: the constants.
    """
    share = estimate(verbatim, wording, chance, rule)
    return (share >= rule.partially).astype(np.uint8) + (share >= rule.wholly).astype(np.uint8)

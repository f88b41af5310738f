"""How far an article derives from others: wholly, partially or not, the classes of the METER corpus.

The classes are those of Clough, Gaizauskas, Piao and Wilks (2002, "METER: MEasuring TExt Reuse", section 2): all of a
newspaper's text comes from the agency's, whether word for word or rewritten; some of it; or it was written
independently of it, about the same event.
"""

import numpy as np
import numpy.typing as npt

U8 = npt.NDArray[np.uint8]
F64 = npt.NDArray[np.float64]

#: The classes by their numbers.
DERIVATIONS = ("non", "partially", "wholly")
#: How much of the wording of a text stands in another that was written independently about the same, ...
CHANCE = 0.34
#: ... and how much in the one that it was rewritten from.
REWRITTEN = 0.5
#: The share of a text from which on it is derived partially, and wholly.
PARTIALLY, WHOLLY = 0.2, 0.7


def estimate(
    derived_share: F64, wording_share: F64, chance: float = CHANCE, rewritten: float = REWRITTEN
) -> F64:
    """float64[n]: the share of each text that derives from others, verbatim or rewritten.

    What stands in verbatim passages derives. Of the rest it is told by how much of its wording stands in the others:
    nothing of it derives up to ``chance``, all from ``rewritten`` on, and in between in proportion. So of two texts
    with the same wording share, the one with more verbatim passages may derive less: what is left of it is its own.

    Args:
        derived_share: float64[n], the share of the words that stand in verbatim passages.
        wording_share: float64[n], as of :func:`syndetect.syndication.wording.shares`.
        chance, rewritten: see there.
    """
    of_rest = (wording_share - derived_share) / np.maximum(1 - derived_share, 1e-9)
    rewrites = np.clip((of_rest - chance) / (rewritten - chance), 0, 1)
    whole: F64 = derived_share + (1 - derived_share) * rewrites
    return whole


def classify(derived_share: F64, wording_share: F64) -> U8:
    """uint8[n]: the class of each text, a number of ``DERIVATIONS``, by the share that :func:`estimate` gives.

    ``CHANCE`` and ``REWRITTEN`` were set on the answers of Clough and Stevenson (2011), on passages of the training
    part of PAN 2013 and on pairs of news articles on one event that share no passage; ``python -m
    benchmarks.derivation`` prints what they give there. A chance of 0.24 to 0.34 does as well on the whole: more of it
    finds less of what is partially derived, less of it takes more of what is independent for derived. 0.34 was taken
    because an article is held against the one of several that has most of its wording. None of this is newspapers'
    rewriting of agency copy.

    Args:
        derived_share: float64[n], the share of the words that stand in verbatim passages shared with the others.
        wording_share: float64[n], how much of the wording stands in these, as of
            :func:`syndetect.syndication.wording.shares`.
    """
    share = estimate(derived_share, wording_share)
    return (share >= PARTIALLY).astype(np.uint8) + (share >= WHOLLY).astype(np.uint8)

"""The constants of the rule of derivation, fitted to texts of known class and validated on others."""

from collections.abc import Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from benchmarks.accuracy.derivation_measure import Measured
from benchmarks.accuracy.derived_texts import FOLDS
from syndetect.arrays import F64, I64, Bool
from syndetect.syndication.derivation import RULE, Rule, choose

_MARGINS, _REWRITTEN = (0.05, 0.1, 0.15, 0.2), (0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
_STEPS = np.arange(0.01, 1.0, 0.01)


class Linear(NamedTuple):
    """An ordinal logistic model: the weights of features, and the two cuts of their sum."""

    weights: F64
    cuts: tuple[float, float]


def weights_of(cases: Measured, taken: Bool) -> F64:
    """float64[n]: each class weighs 1 in all, divided evenly among its kinds; what is not taken weighs 0."""
    weight = np.zeros(len(cases.truth))
    for truth in range(3):
        of_truth = taken & (cases.truth == truth)
        kinds = np.unique(cases.kind[of_truth])
        for kind in kinds:
            of_it = of_truth & (cases.kind == kind)
            weight[of_it] = 1 / len(kinds) / of_it.sum()
    return weight


def accuracy(cases: Measured, found: I64, taken: Bool) -> float:
    """The mean of the classes' weighted recalls."""
    weight = weights_of(cases, taken)
    recalls = [
        float(weight[(cases.truth == one) & (found == one)].sum())
        for one in np.unique(cases.truth[taken & (cases.truth >= 0)])
    ]
    return sum(recalls) / len(recalls)


def classes(share: F64, cuts: tuple[float, float]) -> I64:
    """int64[n]: the classes by shares and two cuts."""
    return (share >= cuts[0]).astype(np.int64) + (share >= cuts[1])


def classify_by(cases: Measured, rule: Rule = RULE) -> I64:
    """int64[n]: the classes by a rule."""
    return classes(cases.shares(rule), (rule.partially, rule.wholly))


def fit_chance(cases: Measured, taken: Bool) -> tuple[float, float, float]:
    """The share of wording in independent texts on one event, a linear function of the logarithms of both lengths.

    By least squares over the news among the chosen cases, for each number of sources.
    """
    taken = taken & (cases.corpus == "news")
    sizes = np.diff(cases.sources.starts)
    weight = np.sqrt(np.repeat(weights_of(cases, taken) / sizes, sizes))
    words, others = np.repeat(cases.words, sizes), cases.sources.words
    features = np.stack([np.ones(len(words)), np.log2(words / 300), np.log2(others / 600)], axis=1)
    found, *_ = np.linalg.lstsq(features * weight[:, None], cases.sources.wording * weight, rcond=None)
    level, by_words, by_others = (round(float(one), 3) for one in found)
    return level, by_words, by_others


def fit_cuts(cases: Measured, values: F64, taken: Bool, steps: F64 = _STEPS) -> tuple[float, float, float]:
    """The mean recall by the best two cuts of a feature, and these cuts."""
    weight = weights_of(cases, taken)
    recalls = [
        np.array([weight[(cases.truth == one) & (values >= cut)].sum() for cut in steps]) for one in range(3)
    ]
    low = int(np.argmax(recalls[1] - recalls[0]))
    high = low + int(np.argmax((recalls[2] - recalls[1])[low:]))
    recall = 1 - recalls[0][low] + recalls[1][low] - recalls[1][high] + recalls[2][high]
    return float(recall) / 3, float(steps[low]), float(steps[high])


def fit(cases: Measured, taken: Bool) -> Rule:
    """The constants that classify the chosen cases best; with no news among them, those of chance stay as they are."""
    has_news = (taken & (cases.corpus == "news")).any()
    chance = fit_chance(cases, taken) if has_news else RULE.chance
    best = -1.0, RULE
    for margin, rewritten in product(_MARGINS, _REWRITTEN):
        rule = Rule(chance, margin, rewritten)
        recall, low, high = fit_cuts(cases, cases.shares(rule), taken)
        if recall > best[0]:
            best = recall, rule._replace(partially=round(low, 2), wholly=round(high, 2))
    return best[1]


def validated(cases: Measured, groups: npt.NDArray[Any]) -> I64:
    """int64[n]: the classes found with constants that were fitted to the other groups."""
    found = np.zeros(len(cases.truth), np.int64)
    for group in np.unique(groups):
        inside = groups == group
        found[inside] = classify_by(cases, fit(cases, ~inside & (cases.truth >= 0)))[inside]
    return found


def by_feature(cases: Measured, feature: F64) -> I64:
    """int64[n]: the classes found by two cuts of one feature, fitted to the other folds."""
    found = np.zeros(len(cases.truth), np.int64)
    for fold in range(FOLDS):
        inside = cases.fold == fold
        _, low, high = fit_cuts(cases, feature, ~inside & (cases.truth >= 0))
        found[inside] = classes(feature[inside], (low, high))
    return found


def by_model(cases: Measured) -> I64:
    """int64[n]: the classes found by an ordinal logistic model of shares and lengths, fitted to other folds."""
    found = np.zeros(len(cases.truth), np.int64)
    for fold in range(FOLDS):
        inside = cases.fold == fold
        taken = ~inside & (cases.truth >= 0)
        has_news = (taken & (cases.corpus == "news")).any()
        rule = RULE._replace(chance=fit_chance(cases, taken)) if has_news else RULE
        chosen, chance = choose(cases.sources, cases.words, rule)
        beyond = np.maximum(cases.sources.wording[chosen], cases.verbatim) - chance
        lengths = np.log2(cases.words / 300), np.log2(cases.sources.words[chosen] / 600)
        features = np.stack([cases.verbatim, beyond, *lengths], axis=1)
        model = _fit_model(cases, features, taken)
        found[inside] = classes(features[inside] @ model.weights, model.cuts)
    return found


def _fit_model(cases: Measured, features: F64, taken: Bool) -> Linear:
    """Two logistic regressions with common weights (not derived or more; wholly or less), by Newton's method."""
    twice = [np.concatenate([features, np.tile(one, (len(features), 1))], axis=1) for one in np.eye(2)]
    given = np.concatenate(twice)
    weight = weights_of(cases, taken)
    weights, answers = [], []
    for cut in (1, 2):  # both sides weigh the same
        is_above = cases.truth >= cut
        weights.append(weight / np.where(is_above, weight[is_above].sum(), weight[~is_above].sum()))
        answers.append(is_above)
    weighed, answer = 100 * np.concatenate(weights), np.concatenate(answers)
    model = np.zeros(given.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-np.clip(given @ model, -30, 30)))
        slope = given.T @ (weighed * (answer - chance)) - 1e-3 * model
        curve = (given * (weighed * chance * (1 - chance))[:, None]).T @ given + 1e-3 * np.eye(len(model))
        model += np.linalg.solve(curve, slope)
    values = features @ model[:-2]
    _, low, high = fit_cuts(cases, values, taken, np.quantile(values[taken], np.linspace(0, 1, 400)))
    return Linear(model[:-2], (low, high))


def matrix(cases: Measured, found: I64, names: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of the confusion matrix, and the medians of both shares, by kind."""
    rows: list[dict[str, Any]] = []
    for kind in dict.fromkeys(cases.kind.tolist()):
        of_it = cases.kind == kind
        truth = int(cases.truth[of_it][0])
        counts = np.bincount(found[of_it], minlength=len(names))
        rows.append({
            "kind": kind, "truth": "-" if truth < 0 else names[truth], "cases": int(of_it.sum()),
            **dict(zip(names, counts.tolist(), strict=True)),
            "derived": float(np.median(cases.verbatim[of_it])), "wording": float(np.median(cases.wording[of_it])),
        })  # fmt: skip
    return rows

"""Classes of derivation: ``python -m benchmarks.derivation --clough FOLDER --pan FOLDER [--news NEWS]``.

Texts of known class are classified by how far they derive from others (:mod:`benchmarks.accuracy.derived_texts`).

Prints a confusion matrix for the rule as it is; then the mean recall of the rule, of single features and of an ordinal
logistic model, with constants fitted to the other four fifths (of tasks, pairs and weeks of news), and of the rule with
constants fitted without the corpus that is tested. ``published`` is the mean over answers, PAN and linked articles
alone, as measured before there were other kinds. ``--fit`` prints the constants fitted to all.

News: articles of different sources that are linked within three days, taken as not derived where they share no match
(so these are chosen without verbatim passages), or only quotations; also beside all those that they are linked to, and
their first words alone. Then articles that credit one agency alone are scanned with the agencies' own articles as the
reference. Those that are linked to an article of that agency of the last three days should derive from it, at least
partially; credits are not used.
"""

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks import command
from benchmarks.accuracy.derivation_fit import (
    accuracy,
    by_feature,
    by_model,
    classify_by,
    fit,
    matrix,
    validated,
)
from benchmarks.accuracy.derivation_measure import Measured, News, measure, together
from benchmarks.accuracy.derived_texts import plant, read_clough, read_pan
from benchmarks.corpus.corpus_files import Article
from syndetect.arrays import I64, Bool
from syndetect.pipeline.scan import scan
from syndetect.results.result import Result
from syndetect.syndication.derivation import DERIVATIONS, RULE

_LATEST = timedelta(days=3)


def measured(options: argparse.Namespace, news: News | None) -> Iterator[Measured]:
    """The cases of all corpora that are named."""
    if options.clough:
        yield measure("answers", list(read_clough(options.clough)), options.threads)
    if options.pan:
        yield measure("PAN", list(read_pan(options.pan, options.number)), options.threads)
    if news:
        yield from news.measured()
        planted = list(plant(news.events()))
        if planted:
            yield measure("planted", planted, options.threads)


def tried(cases: Measured) -> dict[str, I64]:
    """The classes by the rule as it is and, where all classes are there, by what is fitted to other cases."""
    found = {"the rule, as it is": classify_by(cases)}
    if {0, 1, 2} <= {*cases.truth.tolist()}:
        found["constants fitted to other folds"] = validated(cases, cases.fold)
        corpora = np.where(cases.corpus == "news", "planted", cases.corpus)  # of the same articles
        if len({*corpora.tolist()}) > 1:
            found["constants fitted to other corpora"] = validated(cases, corpora)
        found["verbatim passages alone"] = by_feature(cases, cases.verbatim)
        found["wording alone"] = by_feature(cases, cases.wording)
        found["logistic model of shares and lengths"] = by_model(cases)
    return found


def recalls(cases: Measured, found: I64) -> dict[str, float]:
    """The mean recall, on all cases and by corpus."""
    published = np.isin(cases.corpus, ["answers", "PAN"]) | (cases.kind == "linked articles")
    parts: dict[str, Bool] = {"mean recall": np.full(len(found), fill_value=True), "published": published}
    parts |= {corpus: cases.corpus == corpus for corpus in dict.fromkeys(cases.corpus.tolist())}
    return {name: accuracy(cases, found, taken) for name, taken in parts.items()}


def credited(articles: Sequence[Article], threads: int) -> list[dict[str, Any]]:
    """The classes of articles that credit one agency alone and are linked to an article of its own, by agency."""
    records = {article.id: article._asdict() for article in articles}
    whole = scan([*records.values()], threads=threads)
    own = dict(whole.credits.filter(pl.col("rule") == "source").select("doc_id", "agency").iter_rows())
    truth = {name: told for name, told in _told(whole).items() if name not in own}
    agencies = {agency for agency, _ in truth.values()}
    reference = [records[name] for name, agency in own.items() if agency in agencies]
    others = [record for name, record in records.items() if name not in own]
    if not reference:
        return []
    result = scan(others, threads=threads, reference=reference)
    chosen = _linked_to_own(result, {name: agency for name, (agency, _) in truth.items()}, own)
    documents = result.documents.filter(pl.col("doc_id").is_in(list(chosen)))
    found = Counter(
        (truth[name], kind) for name, kind in documents.select("doc_id", "derivation").iter_rows()
    )
    return [
        {
            "agency": agency,
            "credit": credit,
            "articles": sum(found[(agency, credit), one] for one in DERIVATIONS),
        }
        | {one: found[(agency, credit), one] for one in DERIVATIONS}
        for agency, credit in sorted({truth[name] for name in chosen})
    ]


def _told(result: Result) -> dict[str, tuple[str, str]]:
    """The agency that each article credits alone: with the text, or with a part of it."""
    credits_ = result.credits.filter(pl.col("role").is_in(["text", "mixture"]))
    rows = credits_.group_by("doc_id").agg(
        pl.col("agency").unique(), is_whole=(pl.col("role") == "text").any()
    )
    rows = rows.filter(pl.col("agency").list.len() == 1)
    return {name: (agency, "text" if is_whole else "part") for name, (agency,), is_whole in rows.iter_rows()}


def _linked_to_own(result: Result, truth: dict[str, str], own: dict[str, str]) -> set[str]:
    """The articles with a link to an article of the agency that they credit, which is at most three days older."""
    time = dict(result.documents.select("doc_id", "published").iter_rows())
    found = set()
    for pair in result.links.select("doc_a", "doc_b").iter_rows():
        for one, other in (pair, pair[::-1]):
            agency = own.get(other.removeprefix("reference:"))
            if agency is None or truth.get(one) != agency or None in (time[one], time[other]):
                continue
            if abs(time[one] - time[other]) <= _LATEST:
                found.add(one)
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the confusion matrix, the recall of rule, features and model, and the classes of credited articles."""
    parser = argparse.ArgumentParser(description="How far texts derive from others, in three classes.")
    parser.add_argument("--clough", type=Path, help="the folder with orig_taska.txt and file_information.csv")
    parser.add_argument("--pan", type=Path, help="the folder with src, susp and the sub-corpora")
    parser.add_argument("--news", type=Path, help="articles with dates and sources: .jsonl or .jsonl.gz")
    parser.add_argument("--number", type=int, default=250, help="pairs of each kind of PAN (default: 250)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--fit", action="store_true", help="print the constants fitted to all cases")
    options = parser.parse_args(arguments)
    if not (options.clough or options.pan or options.news):
        parser.error("name a corpus: --clough, --pan or --news")
    news = News(options.news, options.threads) if options.news else None
    parts = list(measured(options, news))
    if not parts:
        parser.error(f"no two articles of {options.news} report one event without a match: give more of them")
    cases = together(parts)
    found = tried(cases)
    command.print_table(matrix(cases, found["the rule, as it is"], DERIVATIONS))
    print()
    command.print_table([{"classes by": name, **recalls(cases, one)} for name, one in found.items()])
    if options.fit:
        print(f"\nas it is: {RULE}\nfitted:   {fit(cases, cases.truth >= 0)}")
    if news:
        print()
        rows = credited(news.articles, options.threads)
        if rows:
            command.print_table(rows)


if __name__ == "__main__":
    main()

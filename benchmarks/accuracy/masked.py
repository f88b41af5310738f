"""Agencies inferred from links alone, with credits hidden: ``python -m benchmarks.masked NEWS``.

Of the articles of NEWS that credit one agency alone, a random half lose their credits: the marks are cut out of the
text, and a source or author that names an agency is removed. A scan then infers the agency from the articles that
share passages. The first agency in ``agencies`` should be the hidden one; an article is linked when it shares a passage
with another outlet's article.
"""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import command
from benchmarks.corpus.corpus_files import read_articles
from syndetect.pipeline.scan import scan
from syndetect.results.result import Result

_OF_TEXT = ("text", "mixture", "self")


def credited(result: Result) -> dict[str, str]:
    """The agency of each document that credits one agency alone."""
    rows = result.credits.filter(pl.col("role") == "text").select("doc_id", "agency").unique()
    alone = rows.filter(pl.len().over("doc_id") == 1).sort("doc_id")
    return dict(alone.iter_rows())


def masked(article: Mapping[str, Any], credits_: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """An article without its credits."""
    text = str(article["text"])
    for mark in sorted(credits_, key=lambda mark: -(mark["begin"] or 0)):
        if mark["begin"] is not None and mark["role"] in _OF_TEXT:
            text = text[: mark["begin"]] + text[mark["end"] :]
    columns = {mark["rule"]: None for mark in credits_ if mark["begin"] is None}
    return {**article, "text": text, **columns}


def hide(articles: list[dict[str, Any]], chosen: set[str], result: Result) -> list[dict[str, Any]]:
    """The articles without the credits of the chosen ones; repeated, since a cut may reveal another credit."""
    for _ in range(5):
        marks = {
            document[0]: rows.to_dicts()
            for document, rows in result.credits.filter(pl.col("role").is_in(_OF_TEXT)).group_by("doc_id")
            if document[0] in chosen
        }
        if not marks:
            break
        articles = [masked(one, marks.get(one["id"], ())) for one in articles]
        result = scan([one for one in articles if one["id"] in chosen])
    return articles


def compared(truth: Mapping[str, str], chosen: set[str], result: Result) -> pl.DataFrame:
    """``doc_id, truth, agency`` (null: none is inferred), ``linked``, a row for each chosen document."""
    linked = set(result.passages["doc_id"])
    inferred = dict(result.documents.select("doc_id", "agencies").iter_rows())
    rows = [
        (document, truth[document], (inferred[document] or "").split(", ")[0] or None, document in linked)
        for document in sorted(chosen)
    ]
    return pl.DataFrame(rows, schema=["doc_id", "truth", "agency", "linked"], orient="row")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and print its figures."""
    options = command.parser(__doc__.splitlines()[0])
    options.add_argument("news", type=Path)
    options.add_argument("--seeds", type=int, default=5, help="how many random halves (default: 5)")
    options.add_argument("--show", type=int, default=0, metavar="N", help="print N errors of the first half")
    chosen_options = options.parse_args(arguments)
    settings = command.settings_of(chosen_options)
    articles = [one._asdict() for one in read_articles(chosen_options.news)]
    whole = scan(articles, settings, threads=chosen_options.threads)
    truth = credited(whole)
    rows = []
    for seed in range(1, chosen_options.seeds + 1):
        half = set(random.Random(seed).sample(sorted(truth), len(truth) // 2))
        result = scan(hide(articles, half, whole), settings, threads=chosen_options.threads)
        frame = compared(truth, half, result)
        rows.append({"seed": seed, **_figures(frame)})
        if seed == 1:
            _show(frame, chosen_options.show)
    command.print_table(rows)
    command.save(chosen_options, settings, rows=rows)
    return 0


def _figures(frame: pl.DataFrame) -> dict[str, Any]:
    inferred, linked = frame.filter(pl.col("agency").is_not_null()), frame.filter("linked")
    right = inferred.filter(pl.col("agency") == pl.col("truth")).height
    return {
        "hidden": frame.height,
        "linked": linked.height,
        "told": inferred.height,
        "right": right,
        "precision": f"{100 * right / max(inferred.height, 1):.1f} %",
        "recall of linked": f"{100 * right / max(linked.height, 1):.1f} %",
    }


def _show(frame: pl.DataFrame, most: int) -> None:
    for row in frame.filter(pl.col("agency") != pl.col("truth")).head(most).iter_rows(named=True):
        print(f"{row['doc_id']}: {row['truth']}, inferred {row['agency']}")


if __name__ == "__main__":
    raise SystemExit(main())

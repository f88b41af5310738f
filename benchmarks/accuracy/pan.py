"""Text alignment on a PAN 2013 corpus: ``python -m benchmarks.pan FOLDER``.

FOLDER holds ``src``, ``susp`` and the sub-corpora, each a list of pairs and an XML file a pair. All
documents of the chosen sub-corpora are scanned together and the matches of the listed pairs are kept;
``--pairs`` scans each pair alone. In the sub-corpus without plagiarism every detection is a false one. NUL
characters, which a scan takes for a sign of binary files, are read as spaces: offsets stay as they are.
"""

import argparse
import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from benchmarks import command
from benchmarks.corpus.corpus_files import Article, read_text, scan_articles
from syndetect.evaluation.scores import ALIGNED, count_related, score_alignment
from syndetect.evaluation.truth import PAIRS, pan_cases
from syndetect.intervals import Span
from syndetect.settings import Settings

KINDS = {
    "none": "01-no-plagiarism",
    "no-obfuscation": "02-no-obfuscation",
    "random": "03-random-obfuscation",
    "translation": "04-translation-obfuscation",
    "summary": "05-summary-obfuscation",
}


@dataclass(frozen=True)
class SubCorpus:
    """A sub-corpus: its pairs (suspicious, source) of file names, and the cases known in them, as ``ALIGNED``."""

    pairs: list[tuple[str, str]]
    cases: pl.DataFrame


def read_subcorpus(folder: Path) -> SubCorpus:
    """Read the list of pairs of a sub-corpus and the passages annotated in their XML files."""
    lines = read_text(folder / "pairs").splitlines()
    pairs = [(suspicious, source) for suspicious, source in (line.split() for line in lines if line.strip())]
    cases = [case for pair in pairs for case in pan_cases(folder / _xml_name(*pair))[0]]
    return SubCorpus(pairs, pl.DataFrame(cases, ALIGNED, orient="row"))


def _xml_name(suspicious: str, source: str) -> str:
    return f"{Path(suspicious).stem}-{Path(source).stem}.xml"


def read_documents(folder: Path, pairs: Sequence[tuple[str, str]]) -> list[Article]:
    """The documents that pairs name, each once; the suspicious come first, hence are ``doc_a``."""
    suspicious, sources = (sorted({pair[side] for pair in pairs}) for side in (0, 1))
    paths = [folder / "susp" / name for name in suspicious] + [folder / "src" / name for name in sources]
    return [read_document(path) for path in paths]


def read_document(path: Path) -> Article:
    """A document under its file name, NUL characters made spaces."""
    return Article(path.name, read_text(path).replace("\0", " "))


def detections_in(matches: pl.DataFrame, pairs: Sequence[tuple[str, str]]) -> pl.DataFrame:
    """The matches between a suspicious document (``doc_a``) and a source that a list of pairs names."""
    listed = pl.DataFrame(pairs, PAIRS, orient="row")
    return matches.join(listed, on=list(PAIRS), how="semi", maintain_order="left").select(list(ALIGNED))


def row_of(kind: str, cases: pl.DataFrame, detections: pl.DataFrame) -> dict[str, Any]:
    """A row of the table: the scores of one sub-corpus."""
    scores = score_alignment(cases, detections)
    return {
        "kind": kind,
        "plagdet": scores.plagdet if cases.height else None,
        "precision": scores.precision if cases.height else None,
        "recall": scores.recall if cases.height else None,
        "granularity": scores.granularity if cases.height else None,
        "cases": cases.height,
        "detections": detections.height,
        "false": int((count_related(detections, cases) == 0).sum()),
    }


def scan_together(documents: Sequence[Article], settings: Settings, threads: int) -> pl.DataFrame:
    """The matches of one scan over all documents."""
    return scan_articles(documents, settings, threads).matches


def scan_pairs(
    documents: Sequence[Article], pairs: Sequence[tuple[str, str]], settings: Settings, threads: int
) -> pl.DataFrame:
    """The matches of pairs of documents, each pair scanned alone."""
    named = {document.id: document for document in documents}
    return pl.concat([scan_together([named[name] for name in pair], settings, threads) for pair in pairs])


def show(
    kind: str, texts: Mapping[str, str], corpus: SubCorpus, detections: pl.DataFrame, number: int
) -> None:
    """Print some cases that were not detected and some detections related to no case, both texts of each."""
    for what, passages, others in (("missed", corpus.cases, detections), ("false", detections, corpus.cases)):
        alone = passages.filter(pl.Series(count_related(passages, others) == 0))
        for here, begin, end, there, begin_there, end_there in alone.head(number).iter_rows():
            print(f"\n{what} ({kind}):")
            command.print_passage("here ", here, texts[here], Span(begin, end))
            command.print_passage("there", there, texts[there], Span(begin_there, end_there))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the scores of each kind of obfuscation, and of all together."""
    options = _options(arguments)
    settings = command.settings_of(options)
    corpora = {kind: read_subcorpus(options.folder / KINDS[kind]) for kind in options.kinds}
    pairs = {kind: corpus.pairs for kind, corpus in corpora.items()}
    documents = read_documents(options.folder, [pair for listed in pairs.values() for pair in listed])
    start = time.perf_counter()
    if options.pairs:
        matches = scan_pairs(
            documents, sorted({*itertools.chain(*pairs.values())}), settings, options.threads
        )
    else:
        matches = scan_together(documents, settings, options.threads)
    seconds = time.perf_counter() - start
    detections = {kind: detections_in(matches, listed) for kind, listed in pairs.items()}
    texts = {document.id: document.text for document in documents}
    for kind, corpus in corpora.items():
        show(kind, texts, corpus, detections[kind], options.show)
    rows = [row_of(kind, corpus.cases, detections[kind]) for kind, corpus in corpora.items()]
    every_case = pl.concat([corpus.cases for corpus in corpora.values()])
    rows.append(row_of("all", every_case, pl.concat(detections.values())))
    command.print_table(rows)
    megabytes = sum(len(text.encode()) for text in texts.values()) / 1e6
    print(f"\n{len(documents)} documents, {megabytes:.1f} MB, scanned in {seconds:.1f} s")
    command.save(options, settings, pairs=options.pairs, rows=rows, seconds=seconds)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = command.parser("Text alignment on a PAN 2013 corpus.")
    parser.add_argument("folder", type=Path, help="the folder with src, susp and the sub-corpora")
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS), help="which sub-corpora")
    parser.add_argument("--pairs", action="store_true", help="scan each pair alone")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="print N errors of each kind")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()

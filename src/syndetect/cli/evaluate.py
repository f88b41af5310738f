"""The command ``evaluate``."""

import json

import click

from syndetect.cli import terminal
from syndetect.cli.options import DEBUG, JSON


@click.command(short_help="Compare a result with a known truth.")
@click.argument("directory", metavar="RESULT")
@click.argument("truth", metavar="TRUTH")
@click.option(
    "--pairs",
    metavar="FILE",
    help="count aligned passages only in these pairs: the ids of two documents a line",
)
@JSON
@DEBUG
def evaluate(directory: str, truth: str, *, pairs: str | None, format: str | None) -> None:  # noqa: A002
    """Compare a result with what is known of its documents.

    RESULT is a folder that "scan -o" wrote. The content of TRUTH decides what is compared:

    \b
    JSON Lines  doc_a, begin_a, end_a, doc_b, begin_b, end_b: aligned passages
    JSON Lines  cluster, doc_id, begin, end: every use of passages
    a folder    of PAN's XML files: aligned passages
    JSON Lines  doc_id, derivation (wholly, partially or non), or
     or CSV     doc_id, family (or cluster, or label): groups of documents

    For aligned passages the measures are plagdet, precision, recall and granularity, and precision and recall of
    the pairs of documents that have any; for groups B-cubed, pairs and the adjusted Rand index; for derivation
    precision and recall of each class.
    """  # noqa: D301  (click wants the character itself)
    from syndetect.evaluation import evaluate  # noqa: PLC0415  (so that --help is quick)

    found = evaluate.evaluate(directory, truth, pairs=pairs)
    terminal.write_text(json.dumps(found.to_dict(), indent=2) + "\n" if format == "json" else str(found))

"""The command that holds a result against what is known."""

import json

import click

from syndetect.cli import terminal
from syndetect.cli.options import DEBUG

# At run time the command imports what it needs, so that --help is quick.


@click.command(short_help="Hold a result against what is known.")
@click.argument("directory", metavar="RESULT")
@click.argument("truth", metavar="TRUTH")
@click.option(
    "--pairs",
    metavar="FILE",
    help="count aligned passages only in these pairs: the ids of two documents a line",
)
@click.option("--format", "form", type=click.Choice(["json"]), help="for programs")
@DEBUG
def evaluate(directory: str, truth: str, *, pairs: str | None, form: str | None) -> None:
    """Hold a result against what is known of its documents.

    RESULT is a folder that "scan -o" wrote. TRUTH says by its content what it tells of:

    \b
    JSON Lines  doc_a, begin_a, end_a, doc_b, begin_b, end_b: aligned passages
    JSON Lines  cluster, doc_id, begin, end: every use of passages
    a folder    of PAN's XML files: aligned passages
    JSON Lines  doc_id, derivation (wholly, partially or non), or
     or CSV     doc_id, family (or cluster, or label): groups of documents

    Of aligned passages are told plagdet, precision, recall and granularity, and the pairs of documents that have
    any; of groups B-cubed, pairs and the adjusted Rand index; of derivation each class.
    """  # noqa: D301  (click wants the character itself)
    from syndetect.evaluation import evaluate  # noqa: PLC0415

    found = evaluate.evaluate(directory, truth, pairs=pairs)
    terminal.write_text(json.dumps(found.to_dict(), indent=2) + "\n" if form == "json" else str(found))

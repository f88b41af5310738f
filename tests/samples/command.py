"""The command line, called within the process of the tests."""

from click.testing import CliRunner
from click.testing import Result as Outcome

from syndetect.cli.program import main


def run(*words: object, given: str | bytes | None = None) -> Outcome:
    """Call ``syndetect`` with words, and with ``given`` as its standard input."""
    return CliRunner().invoke(main, [*map(str, words)], prog_name="syndetect", input=given)

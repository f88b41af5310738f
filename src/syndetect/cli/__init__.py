"""The command line: each command parses its arguments, calls one public function and prints or writes the result."""

from syndetect.cli.program import main

__all__ = ["main"]

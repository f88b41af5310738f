"""The command line: each command parses its arguments, calls one public function, and writes what it gives."""

from syndetect.cli.program import main

__all__ = ["main"]

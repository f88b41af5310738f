"""Explain passages: the kind, the agency, the first document, and what articles derive from."""

#: The kinds of passages; here because the command line names them before anything heavy is imported.
KINDS = ("wire", "copy", "quote", "release", "boilerplate", "formula", "unknown")

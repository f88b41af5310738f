"""Explain passages: the kind, the agency, the first document, and what articles derive from."""

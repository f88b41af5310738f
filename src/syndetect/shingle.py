"""Shingles, the public names of :mod:`syndetect.matching.shingles`."""

from syndetect.matching.shingles import Overlaps, compare, shingle, shingle32

__all__ = ["Overlaps", "compare", "shingle", "shingle32"]

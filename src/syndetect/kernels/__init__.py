"""Every compiled loop: words, shingles, order, groups, signatures, fingerprints, extension, alignment, stars.

Numpy and numba only; flat arrays in, flat arrays out; no globals but constants. Each kernel has a plain twin in
``tests/reference``.
"""

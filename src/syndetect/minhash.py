"""MinHash signatures, the public names of :mod:`syndetect.matching.minhash`."""

from syndetect.matching.minhash import permutations, sign, sign_words, to_datasketch

__all__ = ["permutations", "sign", "sign_words", "to_datasketch"]

"""Conversion of MinHash signatures to arrays, from datasketch objects, arrays or texts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

from syndetect.arrays import U32
from syndetect.errors import InputError, SettingsError
from syndetect.matching.minhash import sign_words
from syndetect.matching.tokens import NEWEST, tokenise

if TYPE_CHECKING:
    from datasketch import MinHash


#: One signature: a datasketch ``MinHash`` or ``LeanMinHash``, a text, or uint32[num_perm].
Signature: TypeAlias = "MinHash | str | U32"
#: Many: uint32[n, num_perm], or a sequence of single ones.
Signatures: TypeAlias = "U32 | Sequence[Signature]"

#: The length of the shingles of a text, in words.
SHINGLE_WORDS = 3
#: datasketch's names for the hash schemes of 32-bit signatures.
SCHEMES = ("affine32", "legacy")


class SignatureScheme(NamedTuple):
    """The parameters that comparable signatures share; it converts signatures to arrays and checks them.

    Attributes:
        slots: the length of a signature, which datasketch calls ``num_perm``.
        seed: the seed of the permutations.
        scheme: one of ``SCHEMES``.
        version: of the rule of words by which texts are read.
    """

    slots: int
    seed: int
    scheme: str
    version: int = NEWEST

    def __str__(self) -> str:
        return f"num_perm={self.slots}, seed={self.seed}, scheme={self.scheme!r}"

    def one(self, signature: Signature) -> U32:
        """A signature as uint32[slots].

        Raises:
            SettingsError: the signature has another length, seed or scheme.
            InputError: this is no signature.
        """
        row: U32
        if isinstance(signature, str):
            row = self._sign([signature])[0]
        elif isinstance(signature, np.ndarray):
            row = self._checked(signature[np.newaxis])[0]
        else:
            try:
                row, theirs = signature.hashvalues, (len(signature), signature.seed, signature.scheme)
            except (AttributeError, TypeError):
                told = type(signature).__name__
                raise InputError(f"a signature is a MinHash, a text or an array, not {told}") from None
            if theirs != self[:3]:
                raise SettingsError(f"a MinHash with {SignatureScheme(*theirs)} in an index with {self}")
        return row

    def many(self, signatures: Signatures) -> U32:
        """Signatures as one array, uint32[n, slots].

        Raises:
            SettingsError: a signature has another length, seed or scheme.
            InputError: an item is no signature.
        """
        if isinstance(signatures, np.ndarray):
            return self._checked(signatures)
        if isinstance(signatures, str):
            raise InputError("one text where there should be a sequence of them")
        if all(isinstance(one, str) for one in signatures):
            return self._sign(signatures)
        rows = np.empty((len(signatures), self.slots), np.uint32)
        for row, one in zip(rows, signatures, strict=True):
            row[:] = self.one(one)
        return rows

    def _checked(self, signatures: Any) -> U32:
        """An array of signatures, checked, in the layout that the kernels are compiled for."""
        if signatures.ndim != 2 or signatures.dtype != np.uint32:
            raise InputError(
                f"signatures are uint32[n, {self.slots}], not {signatures.dtype}{signatures.shape}"
            )
        if signatures.shape[1] != self.slots:
            raise SettingsError(
                f"signatures of num_perm={signatures.shape[1]} in an index of num_perm={self.slots}"
            )
        return np.require(signatures, requirements=["C", "W"])

    def _sign(self, texts: Sequence[Any]) -> U32:
        """The signatures of texts."""
        if self.scheme != "affine32":
            raise SettingsError(
                f"texts are signed with scheme='affine32', and this index has {self.scheme!r}"
            )
        encoded = [text.encode("utf-8", "replace") for text in texts]
        documents = np.cumsum([0, *map(len, encoded)], dtype=np.int64)
        words = tokenise(np.frombuffer(b"".join(encoded), np.uint8), documents, version=self.version)
        low, high = words.documents[:-1], words.documents[1:]
        return sign_words(words.code, low, high, SHINGLE_WORDS, self.slots, self.seed)

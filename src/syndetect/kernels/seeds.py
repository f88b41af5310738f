"""Seeds: a word of the earlier document, one of the later, and whether a match that stands alone may lie around them.

All three are packed in 64 bits, so that sorting seeds brings those of one document together: 32 bits for the one word,
31 for the other, and one that is set in strong seeds.
"""

import numpy as np

from syndetect.kernels.jit import inline

_U1 = np.uint64(1)
_S32 = np.uint64(32)
_LOWER = np.uint64(0xFFFFFFFF)


@inline
def pack_seed(one, other, is_strong):
    """A seed of two words in either order."""
    return np.uint64(min(one, other)) << _S32 | np.uint64(max(one, other)) << _U1 | np.uint64(is_strong)


@inline
def first_of(seed):
    """The word of the earlier document."""
    return np.int64(seed >> _S32)


@inline
def second_of(seed):
    """The word of the later document."""
    return np.int64((seed & _LOWER) >> _U1)

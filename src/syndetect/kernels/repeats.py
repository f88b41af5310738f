"""Keys that may occur more than once, told from those that occur once without a sort.

Most keys of a band, hashes of paragraphs and fingerprints occur once and are in no pair; so the joins sort only what is
left of them here. Each key has a slot, by its leading bits, in a table of two bits a slot: whether a key has been
there, and whether another has. This is a counting Bloom filter with one hash function, which counts to two.
"""

import numpy as np

from syndetect.kernels.jit import kernel

#: Slots of a word of the table: its lower half says where a key has been, its upper half where two have.
SLOTS = 32

_S5 = np.uint64(5)
_S32 = np.uint64(32)
_U1 = np.uint64(1)
_U31 = np.uint64(31)


@kernel
def find_repeats(keys, places, shift, table, out):
    """Those of some places whose keys share a slot with another one's: no key that occurs twice is left out.

    Args:
        keys: uint32, of which the leading bits are evenly spread.
        places: uint32[n], of keys.
        shift: uint64, how many bits of a key, from the last on, do not decide its slot.
        table: uint64, work space, zeros: a word for every ``SLOTS`` slots.
        out: uint32[n], output: the places, in their order.

    Returns:
        How many there are.
    """
    for i in range(len(places)):
        slot = np.uint64(keys[places[i]]) >> shift
        bit, seen = _U1 << (slot & _U31), table[slot >> _S5]
        table[slot >> _S5] = seen | bit | (seen & bit) << _S32
    n = np.uint64(0)  # unsigned: numba looks for no negative places
    for i in range(len(places)):
        slot = np.uint64(keys[places[i]]) >> shift
        out[n] = places[i]
        n += table[slot >> _S5] >> (_S32 + (slot & _U31)) & _U1
    return np.int64(n)

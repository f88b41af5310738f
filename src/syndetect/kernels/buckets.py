"""Buckets in memory: the rows of a table that agree with a signature in at least one of its bands.

Of a row is kept, band by band, a *link* (64 bits: 32 of the band's key, then the row before it in the same chain) and
a *check* (64 bits: another hash of the same slots). Two bands agree if both their keys and their checks are equal, so
that what differs passes for equal once in 2**96 comparisons.
"""

import numpy as np

from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.shingles import absorb32
from syndetect.kernels.signatures import BAND

#: In the place of a row: there is none.
NONE = np.uint64(0xFFFFFFFF)
_S32 = np.uint64(32)
_M1 = np.uint64(0x9E3779B97F4A7C15)
_M2 = np.uint64(0xFF51AFD7ED558CCD)


@inline
def _hash_band(values, at, rows):
    """The key of a band, as :func:`syndetect.kernels.signatures.band_keys_of`, and its check."""
    key, check = BAND, _M2
    for row in range(rows):
        value = values[np.uint64(at + row)]  # unsigned: numba looks for no negative places
        key = absorb32(key, value)
        check = (check ^ np.uint64(value)) * _M1
        check ^= check >> _S32
    return key, check * _M2


@kernel
def hash_rows(signatures, rows, links, checks, first):
    """The bands of signatures, as rows from ``first`` on that are in no chain yet.

    Args:
        signatures: uint32[n, slots].
        rows: slots of a band.
        links: uint64[bands, m], output: the keys, as :func:`syndetect.kernels.signatures.band_keys_of` computes them,
            and ``NONE``.
        checks: uint64[m, bands], output.
        first: int64, the row of the first signature.
    """
    slots, values = np.int64(signatures.shape[1]), signatures.reshape(-1)
    for i in range(len(signatures)):
        for band in range(len(links)):
            key, check = _hash_band(values, i * slots + band * rows, rows)
            links[band, first + i] = np.uint64(key) << _S32 | NONE
            checks[first + i, band] = check


@kernel
def chain_rows(links, heads, shift, first, last):
    """Put the rows first to last at the beginnings of their chains.

    Args:
        links: uint64[bands, m], input and output: the keys, and the rows behind these rows.
        heads: uint32[bands, 2**(32 - shift)], input and output: the row at which each chain begins, or ``NONE``; a
            chain has the keys with certain leading bits.
        shift: uint64, how many of a key's 32 bits are not leading ones.
        first, last: int64.
    """
    for band in range(len(links)):
        chains, linked = heads[band], links[band]
        for row in range(first, last):
            key = linked[row] >> _S32
            linked[row] = key << _S32 | np.uint64(chains[key >> shift])
            chains[key >> shift] = row


@inline
def _agreed_before(query, checks, i, links, stored, row, band):
    """Whether a row agrees with a signature in an earlier band, too: it counts only once."""
    for earlier in range(band):
        if (
            stored[row, earlier] == checks[i, earlier]
            and links[earlier, row] >> _S32 == query[earlier, i] >> _S32
        ):
            return True
    return False


@kernel
def find_rows(query, checks, links, stored, heads, shift, is_deleted, pairs):
    """The rows that agree with signatures in at least one band.

    Args:
        query, checks: of the signatures, their links and checks by :func:`hash_rows`.
        links, heads, shift: as of :func:`chain_rows`.
        stored: uint64[m, bands], the rows' checks.
        is_deleted: uint8[m], which rows are left out.
        pairs: uint64, output: the number of a signature (32 bits), then a row, in no order, none twice.

    Returns:
        How many pairs there are; those for which there is no room are counted only.
    """
    n = np.int64(0)
    for band in range(len(links)):
        chains, linked = heads[band], links[band]
        for i in range(len(checks)):
            key, check = query[band, i] >> _S32, checks[i, band]
            row = np.uint64(chains[key >> shift])
            while row != NONE:
                link = linked[row]
                same = link >> _S32 == key and stored[row, band] == check and not is_deleted[row]
                if same and not _agreed_before(query, checks, i, links, stored, row, band):
                    if n < len(pairs):
                        pairs[n] = np.uint64(i) << _S32 | row
                    n += 1
                row = link & NONE
    return n

"""Excerpts: the tags around places of documents, laid end to end; and where words of documents stand."""

import numpy as np

from syndetect.kernels.jit import kernel


@kernel
def count_behind(tags, reach, behind):
    """How many tags each excerpt has from its place on.

    Args:
        tags: uint8[n, m], around places: ``reach`` before each, then those from it on; 0 where there is none.
        reach: int64.
        behind: int64[n], output.
    """
    for i in range(len(tags)):
        count = np.int64(0)
        for column in range(reach, tags.shape[1]):
            count += tags[i, column] != 0
        behind[i] = count


@kernel
def lay_excerpts(tags, reach, behind, at, laid):
    """Lay the tags around places out.

    Args:
        tags, reach, behind: as of :func:`count_behind`.
        at: int64[n], where each place goes; those before it that there are have room there.
        laid: uint8, output, zeros before.
    """
    for i in range(len(tags)):
        for column in range(reach):
            if tags[i, column]:
                laid[at[i] + column - reach] = tags[i, column]
        for column in range(behind[i]):
            laid[at[i] + column] = tags[i, reach + column]


@kernel
def find_characters(data, starts, sizes, row, edge, characters):
    """Where edges of words stand: sums of the distances up to them.

    Args:
        data: uint8, the distances between the edges of words, document by document, lowest byte first.
        starts: int64[d], where each document's begin.
        sizes: int64[d], the bytes of its distances.
        row: int64[n], ascending, documents.
        edge: int64[n], numbers of edges in these, ascending for each document.
        characters: int64[n], output.
    """
    document, at, total = np.int64(-1), np.int64(0), np.int64(0)
    for i in range(len(row)):
        if row[i] != document:
            document, at, total = row[i], np.int64(0), np.int64(0)
        size = sizes[document]
        while at <= edge[i]:
            for byte in range(size):
                total += np.int64(data[starts[document] + at * size + byte]) << 8 * byte
            at += 1
        characters[i] = total

"""Excerpts: the tags around places of documents, laid end to end; and where words of documents stand."""

import numpy as np

from syndetect.kernels.jit import kernel


@kernel
def copy_around(tags, bounds, place, row, reach, records, offset):
    """Copy the tags around places into records, zeros beyond the documents of the places.

    Args:
        tags: uint8[words], of documents end to end.
        bounds: int64[d + 1], the first word of each document.
        place: int64[n], places in ``tags``.
        row: int64[n], their documents.
        reach: int64, how many tags are copied before each place; as many as the records hold follow, from it on.
        records: uint8[n, size], output.
        offset: int64, where the tags begin in a record; they run to its end.
    """
    size = records.shape[1] - offset
    for i in range(len(place)):
        begin, low, high = place[i] - reach, bounds[row[i]], bounds[row[i] + 1]
        if begin >= low and begin + size <= high:
            for column in range(size):
                records[i, offset + column] = tags[begin + column]
        else:
            for column in range(size):
                is_there = low <= begin + column < high
                records[i, offset + column] = tags[begin + column] if is_there else np.uint8(0)


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
def copy_runs(data, begin, bounds, out):
    """Lay runs of bytes end to end.

    Args:
        data: uint8.
        begin: int64[n], where each run begins.
        bounds: int64[n + 1], where it goes, and the end of the last one.
        out: uint8, output.
    """
    for i in range(len(begin)):
        offset = begin[i] - bounds[i]
        for at in range(bounds[i], bounds[i + 1]):
            out[at] = data[at + offset]


@kernel
def lay_sections(held, bounds, begin, code, gaps):
    """Lay sections of documents to their places; a word that none of them holds gets its place as its code.

    Args:
        held: uint32, the words of the sections end to end.
        bounds: int64[n + 1], the first word of each in ``held``.
        begin: int64[n], its place; sections that are not empty ascend and do not overlap.
        code: uint32[words], output: the words of all documents.
        gaps: int32[words + 1], output: how many words before each are missing.
    """
    at, missing = np.int64(0), np.int32(0)
    gaps[0] = missing
    for i in range(len(begin) + 1):
        if i < len(begin) and bounds[i] == bounds[i + 1]:
            continue
        until = begin[i] if i < len(begin) else len(code)
        while at < until:
            code[at] = at
            missing += np.int32(1)
            at += 1
            gaps[at] = missing
        if i < len(begin):
            for word in range(bounds[i], bounds[i + 1]):
                code[at] = held[word]
                at += 1
                gaps[at] = missing


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

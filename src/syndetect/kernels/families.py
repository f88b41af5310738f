"""Documents to families: each joins the earliest representative to which it is related."""

from syndetect.kernels.jit import kernel


@kernel
def find_leaders(order, same, bounds, earlier, relation, share, apart, leader, joined, joined_share):
    """Point each document, in order of time, to the representative that it joins, or to itself.

    A document with the words of an earlier one goes where that one went, but by a relation that does not rest on words
    alone.

    Args:
        order: int64[d], documents in order of time.
        same: int64[d], the earliest document with the same words.
        bounds: int64[d + 1], where each document's edges begin.
        earlier: int64[e], the earlier document of each edge, earliest first for each later one.
        relation: uint8[e], of the later to the earlier one.
        share: float64[e].
        apart: the relation that does not rest on words alone.
        leader: int64[d], output.
        joined, joined_share: uint8[d], float64[d], output: the relation (0 for none) and its share.
    """
    for document in order:
        leader[document], joined[document], joined_share[document] = document, 0, 1.0
        first = same[document]
        if first != document and leader[first] == first:
            leader[document], joined[document] = first, 1
            continue
        if first != document and joined[first] != apart:
            leader[document] = leader[first]
            joined[document], joined_share[document] = joined[first], joined_share[first]
            continue
        for edge in range(bounds[document], bounds[document + 1]):
            if leader[earlier[edge]] == earlier[edge]:
                leader[document] = earlier[edge]
                joined[document], joined_share[document] = relation[edge], share[edge]
                break

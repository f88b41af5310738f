"""Checks of a scratch folder before a scan is resumed from it: the folder may come from anybody.

Stages index with what is in the store, and kernels check no bounds. So every array is read once, and held against its
declaration and against the others.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from syndetect.arrays import I64, Array, bounds_of
from syndetect.matching import places, wording
from syndetect.matching.winnowing import PARTS
from syndetect.settings import Settings
from syndetect.storage.invariants import Invariant
from syndetect.storage.layout import Items, Sizes, ascending, bounds, declare, within
from syndetect.storage.scratch import Store
from syndetect.syndication.credits.find import ROLES, RULES

#: Values that are checked at a time.
_PIECE = 1 << 20
_MOST = 1 << 62


@dataclass(frozen=True)
class _Pairs:
    """Packed pairs of numbers up to ``first`` and ``second``."""

    first: int
    second: int
    context: ClassVar[int] = 0

    def holds(self, values: Array, first: int) -> bool:  # noqa: ARG002
        """As :class:`syndetect.storage.invariants.Invariant` says."""
        halves = values.view("<u4")
        return bool(halves[1::2].max() <= self.first and halves[::2].max() <= self.second)


#: The arrays that reading leaves; see :class:`syndetect.pipeline.corpus.Corpus` and ``pipeline.intake``.
_READ = {
    "text": Items("the texts", "|u1", "bytes"),
    "text_sizes": Items("bytes of each text", "<i8", "documents", within(0, _MOST)),
    "code": Items("word codes", "<u4", "words"),
    "tags": Items("tags", "|u1", "words"),
    "word_counts": Items("words of each document", "<i8", "documents", within(0, _MOST)),
    "paragraph_counts": Items("paragraphs of each document", "<i8", "documents", within(0, _MOST)),
    "paragraph_bounds": Items("each paragraph's first word", "<u4", "paragraphs", bounds("words"), 1),
    "part_bounds": Items("of each batch, where its parts begin", "<i8", "batches", None, 0, "parts"),
    "sketched": Items("compared paragraphs", "<u4", "sketched", ascending("paragraphs")),
    "sketched_owner": Items("their documents", "<u4", "sketched", ascending("documents", repeats=True)),
    "hashes": Items("hashes of their words", "<u8", "sketched"),
    "credits": Items("credits in texts", "<i8", "credits", within(-1, _MOST), 0, "six"),
    "quotes": Items("words in quotation marks", "<i8", "quotes", None, 0, "two"),
    "contents": Items("hashes of the words of documents", "<u8", "documents"),
    "passed_names": Items("names of agencies not looked at", "<i8", "batches", within(0, _MOST)),
}
#: Those of reading that a later stage drops.
_DROPPED = {
    "entries": Items("postings", "<u8", "entries", lambda sizes, _: _Pairs(0xFFFFFFFF, sizes["words"] - 1)),
    "keys": Items("band keys", "<u4", "keys"),
}
#: The arrays of the stages; see ``pipeline.stages``.
_FOUND = {
    "leaders": Items("representatives", "<u4", "leaders", ascending("sketched")),
    "pair_runs": Items(
        "candidate pairs", "<u8", "pair_runs",
        lambda sizes, _: _Pairs(sizes["sketched"] - 1, sizes["sketched"] - 1),
    ),
    "near_pairs": Items("similar paragraphs", "<i8", "near", lambda sizes, _: within(
        0, sizes["paragraphs"] - 1)(sizes, 0), 0, "two"),
    "near_shares": Items("how similar", "<f8", "near", within(0, 1), 0, "three"),
    "compared": Items("pairs compared", "<i8", "compared", within(0, _MOST)),
    "seed_runs": Items(
        "seeds", "<u8", "seed_runs", lambda sizes, _: _Pairs(sizes["words"] - 1, 2 * sizes["words"] - 1)
    ),
    "seed_counts": Items("counts of seeds", "<i8", "seed_counts", within(0, _MOST), 0, "four"),
    "matches": Items("matches", "<u4", "matches", None, 0, "seven"),
    "passed_seeds": Items("places not aligned", "<i8", "passed_seeds", within(0, _MOST)),
    "links": Items("linked documents", "<i8", "links", lambda sizes, _: within(
        0, sizes["documents"] - 1)(sizes, 0), 0, "two"),
    "link_shares": Items("shares of wording", "<f8", "link_shares", within(0, 1), 0, "two"),
    "wording_keys": Items("sketches of wording", "<u4", "wording"),
    "wording_mass": Items("weights", "<u4", "wording"),
    "wording_sizes": Items("sizes of sketches", "<i8", "wording_sizes", within(0, _MOST)),
}  # fmt: skip
_COLUMNS: Sizes = {"two": 2, "three": 3, "four": 4, "six": 6, "seven": 7, "parts": PARTS + 1}


class _Checked:
    """The arrays of a store, checked whole as soon as their invariants are known."""

    def __init__(self, store: Store) -> None:
        self.store, self.refused = store, store.refused

    def __contains__(self, name: object) -> bool:
        return name in self.store

    def __getitem__(self, name: str) -> Array:
        return np.asarray(self.store[name])

    def require(self, name: str, invariant: Invariant) -> None:
        """Check the whole array."""
        values = self[name].reshape(-1)
        for begin in range(0, len(values), _PIECE):
            first = max(begin - invariant.context, 0)
            if not invariant.holds(values[first : begin + _PIECE], first):
                raise self.refused(f"the array {name} holds what it cannot")

    def whole(self, name: str) -> Array:
        """The array."""
        return self[name]


def check(store: Store, settings: Settings, agencies: int) -> None:
    """Make sure that a store is as some scan left it.

    Args:
        store: opened to be resumed.
        settings: of the scan.
        agencies: the number of agencies that may be credited.

    Raises:
        ScratchError: an array is missing, or of another size or type than steps or other arrays say; or numbers are
            out of their range or order.
    """
    steps, arrays = store.steps, _Checked(store)
    if "reading" not in steps:
        if steps or "tags" in store:
            raise store.refused("it lacks the step of reading")
        return
    _check_pieces(store, settings)
    sizes = _COLUMNS | {"batches": len(store.sizes("text"))}
    declare(arrays, _READ | {name: one for name, one in _DROPPED.items() if name in store}, sizes)
    declare(arrays, {name: one for name, one in _FOUND.items() if name in store}, sizes)
    documents = bounds_of(arrays["word_counts"])
    _check_texts(arrays, documents, sizes)
    _check_batches(store, settings.bands)
    _check_marks(arrays, documents, agencies)
    _check_found(arrays, documents, sizes)


def _check_pieces(store: Store, settings: Settings) -> None:
    """Make sure that every array has a piece for each step that is done."""
    steps = {name: store.steps.get(name, 0) for name in (
        "leaders", "bands", "comparison", "fingerprints", "alignment", "pairs of links", "wording", "sketches",
    )}  # fmt: skip
    batches = max(store.steps["reading"], 1)
    pieces = dict.fromkeys(_READ, batches) | {
        "paragraph_bounds": batches + 1,
        "keys": batches,
        "entries": batches,
    }
    pieces |= {
        "leaders": steps["leaders"], "pair_runs": steps["leaders"] + steps["bands"],
        **dict.fromkeys(("near_pairs", "near_shares", "compared"), steps["comparison"]),
        "seed_runs": steps["comparison"] + steps["fingerprints"], "seed_counts": steps["fingerprints"],
        **dict.fromkeys(("matches", "passed_seeds"), steps["alignment"]),
        "links": steps["pairs of links"], "link_shares": steps["wording"],
        **dict.fromkeys(("wording_keys", "wording_mass", "wording_sizes"), steps["sketches"]),
    }  # fmt: skip
    if steps["comparison"]:
        pieces["keys"] = len(store.sizes("keys")) and batches
    if steps["fingerprints"] == PARTS:
        pieces["entries"] = len(store.sizes("entries")) and batches
    wrong = [name for name, count in pieces.items() if len(store.sizes(name)) != count]
    if wrong or steps["leaders"] > 1 or steps["pairs of links"] > 1:
        raise store.refused(f"its steps are not those of its array {wrong[0] if wrong else 'leaders'}")
    if steps["bands"] > settings.bands or steps["fingerprints"] > PARTS:
        raise store.refused("it has done more steps than there are")


def _check_texts(arrays: _Checked, documents: I64, sizes: Sizes) -> None:
    """Make sure that texts, words and paragraphs are those of the documents, and texts are UTF-8."""
    text, first = arrays["text"], bounds_of(arrays["text_sizes"])
    paragraphs = bounds_of(arrays["paragraph_counts"])
    totals = int(first[-1]), int(documents[-1]), int(paragraphs[-1])
    if totals != (len(text), sizes["words"], sizes["paragraphs"]):
        raise arrays.refused("its documents are longer or shorter than their texts, words and paragraphs")
    if (arrays["paragraph_bounds"][paragraphs] != documents).any():
        raise arrays.refused("its paragraphs lie in other documents")
    owner, paragraph = arrays["sketched_owner"].astype(np.int64), arrays["sketched"]
    if not ((paragraphs[owner] <= paragraph) & (paragraph < paragraphs[owner + 1])).all():
        raise arrays.refused("its compared paragraphs lie in other documents")
    for low in range(0, sizes["words"], _PIECE):
        piece = slice(low, low + _PIECE)
        if not np.array_equal(arrays["tags"][piece], places.tags(arrays["code"][piece])):
            raise arrays.refused("its tags are not those of its words")
    begins = first[:-1][arrays["text_sizes"] > 0]
    if (text[begins] & 0xC0 == 0x80).any():
        raise arrays.refused("its texts are no UTF-8")
    for piece_of_text in arrays.store.pieces("text"):
        try:
            bytes(piece_of_text).decode()
        except UnicodeDecodeError:
            raise arrays.refused("its texts are no UTF-8") from None


def _check_batches(store: Store, bands: int) -> None:
    """Make sure that the pieces of arrays have the sizes that batches need."""
    batches = len(store.sizes("text"))
    bytes_of = [int(sizes.sum()) for sizes in store.pieces("text_sizes")]
    words_of = [int(counts.sum()) for counts in store.pieces("word_counts")]
    is_right = bytes_of == store.sizes("text") and words_of == store.sizes("code") == store.sizes("tags")
    is_right &= store.sizes("part_bounds") == [1] * batches
    if "keys" in store:
        is_right &= store.sizes("keys") == [bands * count for count in store.sizes("sketched")]
    if not is_right:
        raise store.refused("its batches are not as long as their parts")
    parts = np.asarray(store["part_bounds"])
    ends = store.sizes("entries") if "entries" in store else parts[:, -1].tolist()
    if parts[:, 0].any() or parts[:, -1].tolist() != ends or (np.diff(parts, axis=1) < 0).any():
        raise store.refused("its parts of postings are none")


def _check_marks(arrays: _Checked, documents: I64, agencies: int) -> None:
    """Make sure that credits are of documents, agencies and rules, and quotations are ranges of words."""
    credits_, quotes = arrays["credits"], arrays["quotes"].reshape(-1)
    document, agency, role, rule, begin, end = credits_.T
    most = np.array([len(documents) - 1, agencies, len(ROLES), len(RULES)])
    numbers = np.stack([document, agency, role, rule], axis=1)
    if not ((numbers >= 0) & (numbers < most)).all():
        raise arrays.refused("its credits are of other documents or agencies")
    if not ((begin <= end) & (end <= arrays["text_sizes"][document])).all():
        raise arrays.refused("its credits lie outside of their texts")
    edges = np.concatenate([[0], quotes, documents[-1:]])
    if (edges[1:] < edges[:-1]).any():
        raise arrays.refused("its quotations are no ranges of words")


def _check_found(arrays: _Checked, documents: I64, sizes: Sizes) -> None:
    """Make sure that runs are in order, matches lie in documents, and wording is of linked documents."""
    for name in ("pair_runs", "seed_runs"):
        if name in arrays and any((run[1:] < run[:-1]).any() for run in arrays.store.pieces(name)):
            raise arrays.refused(f"the array {name} is not in order")
    if "matches" in arrays:
        _check_matches(arrays, documents)
    if "wording_sizes" in arrays:
        linked = len(np.unique(arrays["links"]))
        counts = arrays["wording_sizes"]
        if len(counts) > len(wording.MIX) * linked or int(counts.sum()) != sizes["wording"]:
            raise arrays.refused("its wording is of other documents")
    repeats = arrays.store.facts.get("repeats")
    if not isinstance(repeats, list) or not all(
        isinstance(one, list) and len(one) == 2 and all(type(number) is int for number in one)
        and 0 <= one[0] < len(documents) - 1 for one in repeats
    ):  # fmt: skip
        raise arrays.refused("its repeats are none")


def _check_matches(arrays: _Checked, documents: I64) -> None:
    """Make sure that each match is a range of words in each of two documents, as its measures say."""
    a0, a1, b0, b1, equal, columns, _ = arrays["matches"].astype(np.int64).T
    inside = np.ones(len(a0), bool)
    owners = []
    for begin, end in ((a0, a1), (b0, b1)):
        inside &= (begin < end) & (end <= documents[-1])
        owners.append(np.searchsorted(documents, begin, side="right") - 1)
        inside &= end <= documents[np.minimum(owners[-1] + 1, len(documents) - 1)]
    longest, shortest = np.maximum(a1 - a0, b1 - b0), np.minimum(a1 - a0, b1 - b0)
    inside &= (owners[0] != owners[1]) & (equal <= shortest) & (longest <= columns)
    if not inside.all():
        raise arrays.refused("its matches do not lie in documents")

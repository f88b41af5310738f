"""The stages of a scan between reading and tables, each from arrays of the store to arrays of the store.

Every stage works in portions, notes in the store how many are done, and goes on from there when it is called again.
"""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from syndetect.arrays import I64, U64, distinct, pack, sort_values, unpack
from syndetect.matching import alignment, bands, rare_shingles, shingles, winnowing, wording
from syndetect.matching.places import Places
from syndetect.pipeline.corpus import Corpus
from syndetect.runtime.progress import Progress
from syndetect.runtime.threads import in_order, split_evenly
from syndetect.settings import Settings
from syndetect.storage.scratch import Store

#: Seeds that are aligned at a time.
SEEDS = 1 << 18
#: Pairs of paragraphs, and of documents, that are compared at a time.
PAIRS, LINKS = 1 << 17, 1 << 14
#: Words of documents whose wording is sketched at a time.
WORDS = 1 << 18
_S32 = np.uint64(32)


@dataclass(frozen=True)
class Job:
    """What all stages are given.

    ``outlet`` is int64[d], the number of each document's outlet: two of the same are not linked; -1 is like no other.
    """

    store: Store
    corpus: Corpus
    places: Places
    outlet: I64
    settings: Settings
    threads: int
    progress: Progress

    def steps(self, stage: str, total: int, work: Callable[[int], "Columns"]) -> None:
        """Do what is left of the steps of a stage, and keep what each yields; begin the stage in the progress."""
        done = self.store.steps.get(stage, 0)
        self.progress.advance(done)
        with closing(in_order(work, range(done, total), self.threads)) as results:
            for step, columns in enumerate(results, done):
                for name, values in columns.items():
                    self.store.append(name, values)
                self.store.step(stage, step + 1)
                self.store.release()
                self.progress.advance(1)


Columns = dict[str, npt.NDArray[np.generic]]


def paragraph_documents(job: Job) -> bands.ParagraphDocuments:
    """The documents of the sketched paragraphs."""
    places = job.places
    return bands.ParagraphDocuments(
        job.corpus.sketched[1], places.time, places.rank, job.settings.window, places.is_query
    )  # fmt: skip


def near_duplicates(job: Job) -> None:
    """Pairs of similar paragraphs: a star of each class of identical ones, and of similar classes the first."""
    settings, store, corpus = job.settings, job.store, job.corpus
    job.progress.stage("near-duplicates", settings.bands + 1, "bands")
    whose = paragraph_documents(job)
    if "leaders" not in store.steps:
        numbers, _, hashes = corpus.sketched
        leader = bands.find_leaders(corpus.code, corpus.paragraph_bounds, numbers, hashes, whose)
        store.append("pair_runs", sort_values(bands.identical_pairs(leader, whose)))
        store.append(
            "leaders", np.flatnonzero(leader == np.arange(len(leader), dtype=np.uint32)).astype(np.uint32)
        )
        store.step("leaders", 1)
        store.release()
    job.progress.advance(1)
    leaders = store["leaders"]

    def join_band(band: int) -> Columns:
        return {"pair_runs": bands.similar_pairs(corpus.band(band), leaders, whose, settings.hot_places)}

    job.steps("bands", settings.bands, join_band)


def compare(job: Job) -> None:
    """Compare pairs of paragraphs exactly; keep those that are similar, and seeds of those with much in common."""
    corpus, settings, runs = job.corpus, job.settings, job.store.pieces("pair_runs")
    numbers = corpus.sketched[0]
    cuts = _cuts(runs, len(numbers), PAIRS)
    job.progress.stage("comparison", len(cuts) - 1, "portions")

    def compare_portion(portion: int) -> Columns:
        pairs = distinct(_between(runs, cuts, portion))
        sides = numbers[unpack(pairs)].astype(np.int64)
        used, local = np.unique(sides, return_inverse=True)
        low, high = corpus.spans_of(used)
        shares = shingles.compare(corpus.code, low, high, local.reshape(sides.shape), settings.shingle_words)
        near = shares.jaccard >= settings.min_jaccard
        common = np.flatnonzero(shares.common >= alignment.LEAST_COMMON)
        seeds = alignment.seed_pairs(corpus.code, low, high, local.reshape(sides.shape)[common])
        return {
            "near_pairs": sides[near],
            "near_shares": np.stack([shares.jaccard, shares.containment_a, shares.containment_b], axis=1)[
                near
            ],
            "compared": np.array([len(pairs)]),
            "seed_runs": sort_values(seeds),
        }

    job.steps("comparison", len(cuts) - 1, compare_portion)
    job.store.drop("keys")


def find_seeds(job: Job) -> None:
    """Seeds from fingerprints, part by part."""
    settings, corpus = job.settings, job.corpus
    limits = winnowing.JoinLimits.of(settings)
    job.progress.stage("fingerprints", winnowing.PARTS, "parts")

    def join_part(part: int) -> Columns:
        seeds = winnowing.join(corpus.part(part), job.places, limits)
        counts = np.array(
            [[len(seeds.words), seeds.frequent_keys, seeds.starred_places, seeds.dropped_places]]
        )
        return {"seed_runs": seeds.words, "seed_counts": counts}

    job.steps("fingerprints", winnowing.PARTS, join_part)
    job.store.drop("entries")


def find_matches(job: Job) -> None:
    """Seeds of both kinds, aligned word by word."""
    settings, runs, documents = job.settings, job.store.pieces("seed_runs"), job.places.documents
    limits = alignment.AlignmentLimits.of(settings)
    cuts = documents[_cuts(runs, len(documents) - 1, SEEDS)]
    job.progress.stage("alignment", len(cuts) - 1, "portions")

    def align_portion(portion: int) -> Columns:
        seeds = _between(runs, cuts, portion)
        return {"matches": alignment.align(job.corpus.code, job.places, seeds, limits)}

    job.steps("alignment", len(cuts) - 1, align_portion)


def find_links(job: Job) -> None:
    """Documents that have a match, or several rare shingles, and how much of each one's wording is in the other."""
    corpus, store, places = job.corpus, job.store, job.places
    job.progress.stage("links", None, "portions")
    if "pairs of links" not in store.steps:
        found = alignment.Matches.of(store["matches"], places)
        matched = np.stack([found.document_a, found.document_b], axis=1)
        rare = rare_shingles.rare_pairs(
            corpus.code, places.documents, places.time, job.settings.window, job.threads
        )
        wanted = np.concatenate([matched, rare])
        a, b = wanted.T
        is_across = (job.outlet[a] != job.outlet[b]) | (job.outlet[a] < 0)
        wanted = wanted[is_across & (places.is_query[a] | places.is_query[b]).astype(bool)]
        keys = pack(wanted[:, 0], wanted[:, 1])
        store.append("links", unpack(distinct(sort_values(keys))))
        store.step("pairs of links", 1)
    pairs = store["links"]
    portions = max(1, -(-len(pairs) // LINKS))
    if store.steps.get("wording", 0) == portions:  # what it was made from may be gone
        return
    is_used = np.zeros(len(places.time), bool)
    is_used[pairs] = True
    used, sides = np.flatnonzero(is_used), (np.cumsum(is_used) - 1)[pairs]
    rarity = wording.Rarity.of(corpus.code, places.documents)
    sizes = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.diff(places.documents)[used])])
    chunks = split_evenly(sizes, WORDS) or [(0, 0)]

    def sketch_portion(portion: int) -> Columns:
        low, high = chunks[portion]
        made = wording.sketch(corpus.code, places.documents, used[low:high], rarity)
        sizes = np.diff(made.bounds)
        return {"wording_keys": made.keys, "wording_mass": made.mass, "wording_sizes": sizes}

    job.steps("sketches", len(chunks), sketch_portion)
    bounds = np.concatenate([np.zeros(1, np.int64), np.cumsum(store["wording_sizes"])])
    sketches = wording.Sketches(
        store["wording_keys"], store["wording_mass"], bounds, np.diff(places.documents)[used]
    )

    def compare_portion(portion: int) -> Columns:
        of_it = slice(portion * LINKS, (portion + 1) * LINKS)
        return {"link_shares": wording.shares(sketches, sides[of_it])}

    job.steps("wording", portions, compare_portion)
    for name in ("wording_keys", "wording_mass", "wording_sizes"):
        store.drop(name)


def _cuts(runs: Sequence[U64], items: int, portion: int) -> I64:
    """Where to cut the items that the values of runs begin with, so that about ``portion`` values come together."""
    portions = max(1, -(-sum(map(len, runs)) // portion))
    return np.linspace(0, items, portions + 1).astype(np.int64)


def _between(runs: Sequence[U64], cuts: I64, portion: int) -> U64:
    """The values of ascending runs that belong to a portion, sorted."""
    low, high = (np.uint64(cut) << _S32 for cut in cuts[portion : portion + 2])
    parts = [run[slice(*np.searchsorted(run, np.array([low, high])).tolist())] for run in runs]
    return sort_values(np.concatenate([np.empty(0, np.uint64), *parts]))

"""The stages of a scan between reading and tables: they schedule the portions of ``matching.portions``.

Every stage reads arrays of the store and appends arrays to it, portion by portion. It notes in the store how many
portions are done, and continues there when it is called again.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from syndetect.arrays import I64, Array, Bool, bounds_of, distinct, unpack
from syndetect.matching import alignment, bands, portions, winnowing, wording
from syndetect.matching.places import Places
from syndetect.pipeline.corpus import Corpus
from syndetect.runtime.progress import Progress
from syndetect.runtime.threads import apart, in_order, split_evenly
from syndetect.settings import Settings
from syndetect.storage.scratch import Store

#: Seeds that are aligned at a time.
SEEDS = 1 << 18
#: Pairs of paragraphs, and pairs of documents, that are compared at a time.
PAIRS, LINKS = 1 << 17, 1 << 14
#: Words of documents whose wording is sketched at a time.
WORDS = 1 << 18

Columns = dict[str, Array]


@dataclass(frozen=True)
class Job:
    """The input of every stage.

    Attributes:
        store: where arrays are kept, and what is done is noted.
        corpus: the articles.
        places: where words stand, and when documents were published.
        outlet: int64[d], the outlet of each document (-1: an outlet of its own); within one outlet nothing is linked.
        settings: what decides the result.
        threads: how many portions are worked on at once.
        progress: told of every portion.
    """

    store: Store
    corpus: Corpus
    places: Places
    outlet: I64
    settings: Settings
    threads: int
    progress: Progress

    def run(self, stage: str, total: int, work: Callable[[int], Columns]) -> None:
        """Run the portions of a stage that are not done yet, and append the columns that each yields."""
        done = self.store.steps.get(stage, 0)
        if done > total:
            raise self.store.refused(f"of {stage}, it has done {done} of {total} portions")
        self.progress.advance(done)
        with closing(in_order(work, range(done, total), self.threads)) as results:
            for number, columns in enumerate(results, done):
                for name, values in columns.items():
                    self.store.append(name, values)
                self.store.step(stage, number + 1)
                self.progress.advance(1)


def near_duplicates(job: Job) -> None:
    """Candidate pairs of paragraphs: identical ones as stars, and similar representatives, band by band."""
    settings, store, corpus, places = job.settings, job.store, job.corpus, job.places
    job.progress.stage("near-duplicates", settings.bands + 1, "bands")
    numbers, document, hashes = corpus.sketched
    documents = bands.ParagraphDocuments(document, places.time, places.rank, settings.window, places.is_query)
    if "leaders" not in store.steps:
        classes = apart(
            portions.identical_paragraphs,
            corpus.code, corpus.paragraph_bounds, numbers, hashes, documents, store.release,
        )  # fmt: skip
        store.append("pair_runs", classes.pairs)
        store.append("leaders", classes.representatives)
        store.step("leaders", 1)
        store.release()
    job.progress.advance(1)
    representatives = store["leaders"]

    def pair_band(band: int) -> Columns:
        keys = corpus.band(band)
        return {"pair_runs": bands.similar_pairs(keys, representatives, documents, settings.hot_places)}

    job.run("bands", settings.bands, pair_band)


def compare(job: Job) -> None:
    """Compare the candidate pairs of paragraphs; keep the similar ones, and seeds."""
    corpus, runs = job.corpus, job.store.pieces("pair_runs")
    numbers = corpus.sketched[0]
    cuts = portions.cut_runs(runs, len(numbers), PAIRS)
    job.progress.stage("comparison", len(cuts) - 1, "portions")

    def compare_portion(portion: int) -> Columns:
        candidates = distinct(portions.merge_portion(runs, cuts[portion], cuts[portion + 1]))
        pairs = numbers[unpack(candidates)].astype(np.int64)
        found = portions.compare_paragraphs(corpus.code, corpus.paragraph_bounds, pairs, job.settings)
        return {
            "near_pairs": found.pairs,
            "near_shares": found.shares,
            "compared": np.array([len(pairs)]),
            "seed_runs": found.seeds,
        }

    job.run("comparison", len(cuts) - 1, compare_portion)
    job.store.drop("keys")


def find_seeds(job: Job) -> None:
    """Seeds from fingerprints, part by part."""
    limits = winnowing.JoinLimits.of(job.settings)
    job.progress.stage("fingerprints", winnowing.PARTS, "parts")

    def join_part(part: int) -> Columns:
        seeds = winnowing.join(job.corpus.part(part), job.places, limits)
        counts = [len(seeds.words), seeds.frequent_keys, seeds.starred_places, seeds.dropped_places]
        return {"seed_runs": seeds.words, "seed_counts": np.array([counts])}

    job.run("fingerprints", winnowing.PARTS, join_part)
    job.store.drop("entries")


def find_matches(job: Job) -> None:
    """Align the seeds of both kinds, word by word."""
    runs, documents = job.store.pieces("seed_runs"), job.places.documents
    limits = alignment.AlignmentLimits.of(job.settings)
    cuts = documents[portions.cut_runs(runs, len(documents) - 1, SEEDS)]
    job.progress.stage("alignment", len(cuts) - 1, "portions")

    def align_portion(portion: int) -> Columns:
        seeds = portions.merge_portion(runs, cuts[portion], cuts[portion + 1])
        aligned = alignment.align(job.corpus.code, job.places, seeds, limits)
        return {"matches": aligned.table, "passed_seeds": np.array([aligned.passed])}

    job.run("alignment", len(cuts) - 1, align_portion)


def find_links(job: Job) -> None:
    """Linked documents: a match or rare shingles in common; and how much of each one's wording is in the other."""
    store, places = job.store, job.places
    job.progress.stage("links", None, "portions")
    if "pairs of links" not in store.steps:
        found = alignment.Matches.of(store["matches"], places)
        matched = np.stack([found.document_a, found.document_b], axis=1)
        pairs = apart(
            portions.link_pairs,
            job.corpus.code,
            places,
            matched,
            job.outlet,
            job.settings.window,
            job.threads,
        )
        store.append("links", pairs)
        store.step("pairs of links", 1)
    pairs = store["links"]
    total = max(1, -(-len(pairs) // LINKS))
    if store.steps.get("wording", 0) == total:
        return
    linked = _linked(job)
    _sketch_wording(job, np.flatnonzero(linked))
    sketches, sides = linked_sketches(job), (np.cumsum(linked) - 1)[pairs]

    def compare_portion(portion: int) -> Columns:
        chosen = sides[portion * LINKS : (portion + 1) * LINKS]
        return {"link_shares": wording.shares(sketches, chosen)}

    job.run("wording", total, compare_portion)


def linked_sketches(job: Job) -> wording.Sketches:
    """Sketches of the wording of the linked documents, ascending."""
    store = job.store
    words = np.diff(job.places.documents)[_linked(job)]
    bounds = bounds_of(store["wording_sizes"])
    return wording.Sketches(store["wording_keys"], store["wording_mass"], bounds, words)


def _linked(job: Job) -> Bool:
    """bool[d]: the documents that are linked to any."""
    found = np.zeros(len(job.places.documents) - 1, bool)
    found[job.store["links"]] = True
    return found


def _sketch_wording(job: Job, linked: I64) -> None:
    """Sketch the wording of linked documents."""
    code, documents = job.corpus.code, job.places.documents
    words = np.diff(documents)[linked]
    rarity = apart(wording.Rarity.of, code, documents, job.places.rank)
    chunks = split_evenly(bounds_of(words), WORDS) or [(0, 0)]

    def sketch_portion(portion: int) -> Columns:
        low, high = chunks[portion]
        made = wording.sketch(code, documents, linked[low:high], rarity)
        return {"wording_keys": made.keys, "wording_mass": made.mass, "wording_sizes": np.diff(made.bounds)}

    job.run("sketches", len(chunks), sketch_portion)

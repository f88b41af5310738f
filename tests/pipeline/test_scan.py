"""A scan from end to end: what must not change its tables, and what a window leaves of them."""

import subprocess
import sys
from datetime import timedelta
from itertools import combinations
from types import ModuleType

import polars as pl
import pytest

from reference import matching as naive
from samples.newspapers import Article, assert_same, newspapers
from samples.strategies import INTERPRETED
from syndetect import Result, Settings, scan
from syndetect.matching import bands, winnowing
from syndetect.pipeline import corpus as corpus_module
from syndetect.pipeline import intake, stages

pytestmark = pytest.mark.kernel

COUNT = 10 if INTERPRETED else 60
CORPUS = newspapers(1, COUNT)
SETTINGS = {
    "defaults": Settings(),
    "all hot": Settings(hot_places=2, min_jaccard=0.1),
    "a window": Settings(hot_places=3, window_days=1.5),
}
DAY = timedelta(days=1)


@pytest.fixture(scope="module", params=SETTINGS)
def whole(request: pytest.FixtureRequest) -> tuple[Settings, Result]:
    settings = SETTINGS[request.param]
    return settings, scan(CORPUS, settings, threads=1)


def test_there_is_something_to_find(whole: tuple[Settings, Result]) -> None:
    for name in ("documents", "pairs", "matches", "passages"):
        assert getattr(whole[1], name).height > COUNT / 4
    counts = whole[1].manifest["counts"]
    assert counts["skipped"] == sum("copyright copyright" in article["text"] for article in CORPUS) > 0
    if whole[0].hot_places < 50:
        assert counts["hot_fingerprints"] > 0


@pytest.mark.parametrize("threads", [2, 5])
def test_threads_do_not_matter(whole: tuple[Settings, Result], threads: int) -> None:
    assert_same(scan(CORPUS, whole[0], threads=threads), whole[1])


@pytest.mark.parametrize("memory", [1, 400 << 20])
def test_memory_does_not_matter(whole: tuple[Settings, Result], memory: int) -> None:
    assert_same(scan(CORPUS, whole[0], threads=2, memory=memory), whole[1])


@pytest.mark.parametrize("size", [1, 700, 9000])
def test_batches_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, whole: tuple[Settings, Result], size: int
) -> None:
    monkeypatch.setattr(intake, "BATCH_BYTES", size)
    assert_same(scan(CORPUS, whole[0], threads=2), whole[1])


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (stages, "SEEDS", 3), (stages, "SEEDS", 90), (stages, "PAIRS", 2), (stages, "PAIRS", 50),
        (bands, "MOST_KEYS", 3), (winnowing, "_ROOM", 10), (corpus_module, "_CHUNK_BYTES", 1),
    ],
)  # fmt: skip
def test_portions_do_not_matter(
    monkeypatch: pytest.MonkeyPatch, whole: tuple[Settings, Result], module: ModuleType, name: str, value: int
) -> None:
    monkeypatch.setattr(module, name, value)
    assert_same(scan(CORPUS, whole[0], threads=2), whole[1])


def test_offsets_cut_what_the_tables_say(whole: tuple[Settings, Result]) -> None:
    texts = {article["id"]: article["text"] for article in CORPUS}
    for row in whole[1].passages.iter_rows(named=True):
        assert texts[row["doc_id"]][row["begin"] : row["end"]] == row["text"]
        assert row["text"][0].isalnum()
        assert row["text"][-1].isalnum()
    for row in whole[1].matches.iter_rows(named=True):
        ends = [texts[row[f"doc_{side}"]][row[f"begin_{side}"] : row[f"end_{side}"]].split() for side in "ab"]
        assert ends[0][0].strip(".") == ends[1][0].strip(".")
        assert ends[0][-1].strip(".") == ends[1][-1].strip(".")


def test_pairs_are_of_similar_paragraphs_and_are_told_once(whole: tuple[Settings, Result]) -> None:
    settings, result = whole
    texts = {article["id"]: article["text"] for article in CORPUS}
    numbers = {article["id"]: number for number, article in enumerate(CORPUS)}
    keys = ["doc_a", "paragraph_a", "doc_b", "paragraph_b"]
    assert result.pairs.select(keys).is_unique().all()
    assert result.matches.is_unique().all()
    for row in result.pairs.iter_rows(named=True):
        sides = []
        for side in "ab":
            paragraph = texts[row[f"doc_{side}"]].split("\n\n")[row[f"paragraph_{side}"]].strip(".")
            assert texts[row[f"doc_{side}"]][row[f"begin_{side}"] : row[f"end_{side}"]] == paragraph
            words = paragraph.split()
            sides.append({*zip(*(words[i:] for i in range(settings.shingle_words)), strict=False)})
        assert (row["jaccard"], row["containment_a"], row["containment_b"]) == naive.overlaps(*sides)
        assert row["jaccard"] >= settings.min_jaccard
        assert numbers[row["doc_a"]] < numbers[row["doc_b"]]


def near(articles: list[Article], days: float) -> set[tuple[str, str]]:
    """The pairs of articles that are at most so many days apart, as far as is known."""
    return {
        (one["id"], other["id"])
        for one, other in combinations(articles, 2)
        if one["published"] is None
        or other["published"] is None
        or abs(one["published"] - other["published"]) <= days * DAY
    }


def of_pairs(table: pl.DataFrame, pairs: set[tuple[str, str]]) -> pl.DataFrame:
    return table.filter([pair in pairs for pair in table.select("doc_a", "doc_b").iter_rows()])


@pytest.mark.parametrize("days", [0.04, 0.5, 1, 3, 20])
@pytest.mark.parametrize("seed", [2, 3])
def test_a_window_leaves_exactly_the_pairs_within_it(days: float, seed: int) -> None:
    articles = newspapers(seed, COUNT, identical=False)
    everything = scan(articles, Settings(hot_places=1000))
    within = scan(articles, Settings(hot_places=1000, window_days=days))
    pairs = near(articles, days)
    for table in ("pairs", "matches"):
        assert getattr(within, table).equals(of_pairs(getattr(everything, table), pairs))


@pytest.mark.parametrize("days", [0.04, 0.5, 1, 3])
@pytest.mark.parametrize("hot", [2, 4])
def test_hot_keys_that_are_not_hot_within_the_window_lose_nothing(days: float, hot: int) -> None:
    """Dates alone stand at midnight but sort as the end of the day; that may not mislead the window."""
    articles = newspapers(4, COUNT)
    settings = Settings(hot_places=hot, window_days=days)
    found = scan(articles, settings)
    pairs = near(articles, days)
    for table in (found.pairs, found.matches):
        assert of_pairs(table, pairs).height == table.height
    # as many as are hot are there only with others: two articles alone within the window always meet
    everything = scan(articles, Settings(hot_places=1000, window_days=days))
    crowd = {one: sum(one in pair for pair in pairs) for one in found.documents["doc_id"]}
    alone = {pair for pair in pairs if crowd[pair[0]] <= hot}
    seen = {*found.matches.select("doc_a", "doc_b").iter_rows()}
    missed = {*everything.matches.select("doc_a", "doc_b").iter_rows()} & alone - seen
    assert missed == set()


_ONCE = """
import gc, numba
from numba.core.dispatcher import Dispatcher
from samples.newspapers import newspapers
from syndetect import Settings, scan
articles, settings = newspapers(1, 40), Settings(hot_places=3, window_days=1.5)
for memory in (1 << 40, 1):
    scan(articles, settings, memory=memory)
compiled = (one for one in gc.get_objects() if isinstance(one, Dispatcher) and len(one.signatures) > 1)
print(*sorted(one.py_func.__name__ for one in compiled if one.__module__.startswith("syndetect.")))
"""


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")
def test_kernels_are_compiled_once_wherever_the_arrays_are() -> None:
    """Arrays that may not be written, for one, are another type; compiling is what the first scan waits for."""
    code = f"import sys; sys.path[:] = {sys.path!r}\n{_ONCE}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert set(done.stdout.split()) <= {"shell_sort", "_absorb_byte", "_code"}, done.stdout

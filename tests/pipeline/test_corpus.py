"""The corpus: articles added in batches of any size, and what later stages read of them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.strategies import FRAGMENTS, encode, fewer, large
from syndetect.matching import portions, tokens
from syndetect.matching.portions import merge_portion
from syndetect.matching.winnowing import PARTS
from syndetect.pipeline import corpus as module
from syndetect.pipeline.corpus import Corpus, Wanted
from syndetect.settings import Settings
from syndetect.storage.scratch import Store

SETTINGS = Settings(min_words=1, slots=6, bands=2, rows=3, fingerprint_words=2, winnow_window=2)


def _write(random: Random) -> list[str]:
    """Articles of few words, of paragraphs with blank lines between, some of them empty."""
    words = ["rain", "sun", "bridge", "e\u0301te\u0301", "橋", "мост", "👍🏽", "don’t", "½"]
    return [
        "".join(
            random.choice(["\n\n", " ", " ", ", ", "\n", "\u200b "])
            + random.choice([*words, random.choice(FRAGMENTS)])
            for _ in range(random.choice([0, 0, 3, 30]))
        )
        for _ in range(random.randint(0, 7))
    ]


articles = large.map(_write)


def cut(random: Random, count: int) -> list[tuple[int, int]]:
    """Where to cut articles into batches."""
    cuts = sorted(random.sample(range(count + 1), random.randint(0, count)))
    bounds = sorted({0, *cuts, count})
    return list(pairwise(bounds)) or [(0, 0)]


def made(texts: list[str], batches: list[tuple[int, int]], most: int = 1 << 30) -> Corpus:
    corpus = Corpus(Store(None, most, {}), SETTINGS.bands)
    for low, high in batches:
        corpus.add(portions.sketch_articles(*encode(texts[low:high]), SETTINGS, texts[low:high])[0])
    return corpus


def read(corpus: Corpus) -> Iterator[list[object]]:
    """All that later stages read."""
    yield [corpus.size, corpus.paragraphs, corpus.words, corpus.text_bytes]
    for array in (
        corpus.code, corpus.tags, corpus.text_sizes, corpus.word_counts, corpus.paragraph_counts, corpus.documents,
        corpus.paragraph_bounds, *corpus.sketched,
    ):  # fmt: skip
        yield [array.dtype.str, *array.tolist()]
    for band in range(SETTINGS.bands):
        yield corpus.band(band).tolist()
    for part in range(PARTS):
        yield corpus.part(part).tolist()


@fewer(2)
@given(articles, large)
def test_batches_do_not_matter(texts: list[str], random: Random) -> None:
    assert list(read(made(texts, cut(random, len(texts))))) == list(read(made(texts, [(0, len(texts))])))


@fewer(2)
@given(articles, large)
def test_what_is_read_is_what_the_articles_hold(texts: list[str], random: Random) -> None:
    corpus = made(texts, cut(random, len(texts)))
    words = tokens.tokenise(*encode(texts))
    assert corpus.code.tolist() == words.code.tolist()
    assert corpus.documents.tolist() == words.documents.tolist()
    assert corpus.paragraph_bounds.tolist() == words.paragraphs.tolist()
    low, high = corpus.spans_of(np.arange(corpus.paragraphs)[::-1])
    assert low.tolist() == words.paragraphs[:-1][::-1].tolist()
    assert high.tolist() == words.paragraphs[1:][::-1].tolist()
    numbers, owner, hashes = corpus.sketched
    assert numbers.tolist() == list(range(corpus.paragraphs))  # least words: 1
    assert owner.tolist() == words.paragraph_documents.tolist()
    assert len(hashes) == corpus.paragraphs
    entries = np.concatenate([corpus.part(part) for part in range(PARTS)]).astype(np.uint32)
    assert len({*entries.tolist()}) == len(entries)
    for part in range(PARTS):
        places = corpus.part(part).astype(np.uint32).tolist()
        assert places == sorted(places)


@fewer(2)
@given(articles, large, st.sampled_from([1, 40, 1 << 22]), st.integers(1, 3))
def test_ranges_are_located_as_characters_that_cut_exactly_their_words(
    texts: list[str], random: Random, chunk: int, threads: int
) -> None:
    corpus = made(texts, cut(random, len(texts)))
    words = tokens.tokenise(*encode(texts))
    wanted = []
    for _ in range(random.randint(1, 3)):
        rows = []
        for document in random.choices(range(len(texts)), k=random.randint(0, 6)) if texts else []:
            first, end = words.documents[document : document + 2].tolist()
            if first < end:
                low = random.randrange(first, end)
                rows.append((document, low, random.randint(low + 1, end)))
        wanted.append(np.array(sorted(rows), np.int64).reshape(-1, 3))
    found: list[list[tuple[int, int]]] = [[] for _ in wanted]
    documents: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_CHUNK_BYTES", chunk)
        for portion in corpus.locate(
            [Wanted(one[:, 0], one[:, 1:]) for one in wanted], threads, tokens.PLAIN, lambda portion: portion
        ):
            documents += portion.documents.tolist()
            bounds = portion.text_bounds.tolist()
            pieces = [portion.text[a:b].tobytes().decode() for a, b in pairwise(bounds)]
            assert pieces == [texts[document] for document in portion.documents]
            for spans, part, (begin, end) in zip(found, portion.rows, portion.spans, strict=True):
                assert (part.start, part.stop) == (len(spans), len(spans) + len(begin))
                spans.extend(zip(begin.tolist(), end.tolist(), strict=True))
    assert documents == sorted({row[0] for one in wanted for row in one.tolist()})
    for one, spans in zip(wanted, found, strict=True):
        assert spans == [(words.begin[low], words.end[high - 1]) for _, low, high in one.tolist()]


@pytest.mark.parametrize("most", [0, 700, 1 << 30])
def test_a_corpus_is_taken_up_again(tmp_path: Path, most: int) -> None:
    texts = ["One two three.\n\nFour five.", "", "Six.\n\nOne two three.", "Seven eight four five."]
    store = Store(tmp_path / "scratch", most, {}, resume=most == 0)
    Corpus(store, SETTINGS.bands).add(portions.sketch_articles(*encode(texts[:2]), SETTINGS, texts[:2])[0])
    again = Corpus(store, SETTINGS.bands)
    again.add(portions.sketch_articles(*encode(texts[2:]), SETTINGS, texts[2:])[0])
    assert list(read(again)) == list(read(made(texts, [(0, 4)])))
    assert list(read(Corpus(store, SETTINGS.bands))) == list(read(again))
    store.close()


numbers = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**32 - 1)), max_size=9).map(sorted)


@given(st.lists(numbers, max_size=5), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_any_range_of_ascending_runs_can_be_had_sorted(found: list[list[int]], low: int, high: int) -> None:
    runs = [np.array(run, np.uint64) << np.uint64(32) for run in found]
    cuts = np.array([min(low, high), max(low, high)])
    expected = sorted(value for run in found for value in run if cuts[0] <= value < cuts[1])
    assert (merge_portion(runs, *cuts.tolist()) >> np.uint64(32)).tolist() == expected

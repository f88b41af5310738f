"""What articles say of themselves, in the store of a scan."""

from datetime import UTC, datetime

import polars as pl
import pytest

from syndetect.pipeline.stored_articles import StoredArticles
from syndetect.reading.articles import id_rank
from syndetect.schema import ARTICLES
from syndetect.storage.scratch import Store

FRAME = pl.DataFrame(
    {
        "doc_id": ["b", "ä", "long-name-of-an-article", "a"],
        "source": ["One", None, "", "One"],
        "published": [datetime(2031, 6, 2, tzinfo=UTC), None, None, datetime(1999, 1, 1, tzinfo=UTC)],
        "title": [None, "A title that is longer than twelve bytes", "", "\0"],
        "url": ["https://one.example/b", None, None, "x"],
        "author": [None, None, None, None],
    },
    schema={name: kind for name, kind in ARTICLES.items() if name != "text"},
)


@pytest.mark.parametrize("most", [0, 60, 1 << 20])
def test_columns_are_read_as_they_were_added(most: int) -> None:
    store = Store(None, most, {})
    try:
        StoredArticles(store).add(FRAME.head(1))  # of a scan that was killed
        stored = StoredArticles(store)
        for piece in (FRAME.clear(), FRAME.head(3), FRAME.tail(1)):
            stored.add(piece)
        assert len(stored) == len(FRAME)
        assert stored.published.equals(FRAME["published"])
        assert stored.id_rank.tolist() == id_rank(FRAME["doc_id"]).tolist()
        for numbers in ([3, 0, 0, 2, 1], [1, None, 3, None], [None], []):
            chosen = pl.Series(numbers, dtype=pl.UInt32)
            for name in FRAME.columns:
                assert stored.read(name, chosen).equals(FRAME[name].gather(chosen)), name
        for name in FRAME.columns[:2]:
            assert stored.column(name).equals(FRAME[name])
        stored.rename(FRAME["doc_id"] + "!")
        assert stored.column("doc_id").to_list() == [f"{name}!" for name in FRAME["doc_id"]]
    finally:
        store.close()


def test_columns_are_read_after_the_store_has_moved_to_files() -> None:
    store = Store(None, 1 << 10, {})
    try:
        stored = StoredArticles(store)
        stored.add(FRAME)
        before = stored.column("title")
        store.append("more", stored.published.to_numpy().repeat(100).astype("i8"))
        assert store.spilled
        assert stored.column("title").equals(before)
        assert before.equals(FRAME["title"])
    finally:
        store.close()

"""Texts in the store of a scan, and the result that leaves those of its passages there."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syndetect import scan
from syndetect.arrays import ByteStrings
from syndetect.pipeline import scan as module
from syndetect.pipeline.stored_texts import StoredTexts
from syndetect.schema import TABLES
from syndetect.settings import Settings
from syndetect.storage.scratch import Store

SEEDS = Path(__file__).parents[2] / "seeds"


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    portions=st.lists(st.lists(st.none() | st.text(max_size=9), max_size=5), max_size=4),
    most=st.sampled_from([0, 40, 1 << 20]),
    data=st.data(),
)
def test_texts_are_read_in_any_order(
    portions: list[list[str | None]], most: int, data: st.DataObject
) -> None:
    store = Store(None, most, {})
    try:
        StoredTexts(store, "texts").add(ByteStrings.of([b"of another scan"]))
        stored = StoredTexts(store, "texts")
        for portion in [[], *portions]:
            is_null = np.array([text is None for text in portion], bool)
            stored.add(ByteStrings.of([(text or "").encode() for text in portion]), is_null)
        texts = [text for portion in portions for text in portion]
        places = data.draw(st.lists(st.integers(0, len(texts) - 1))) if texts else []
        reader = stored.reader()
        assert len(reader) == len(texts)
        found = reader(np.array(places, np.int64))
        assert found.dtype == pl.String
        assert found.to_list() == [texts[place] for place in places]
    finally:
        store.close()


@pytest.mark.parametrize("memory", [1, 1 << 40])
@pytest.mark.parametrize("form", ["parquet", "csv", "passim"])
def test_a_result_is_written_from_the_store_as_from_memory(tmp_path: Path, memory: int, form: str) -> None:
    with module.scanning(module.ScanRequest(str(SEEDS), Settings(), memory=memory)) as found:
        assert "text" not in found.passages.columns
        found.write(tmp_path / "one", format=form)
        whole = found.whole()
        whole.write(tmp_path / "two", format=form)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    assert scan(str(SEEDS)).passages.equals(whole.passages)


def test_no_column_of_articles_is_held_but_their_numbers_and_times() -> None:
    with module.scanning(module.ScanRequest(str(SEEDS), Settings())) as found:
        whole = found.whole()
        strings = {
            f"{name}.{column}"
            for name in TABLES
            for column, kind in getattr(found, name).schema.items()
            if kind == pl.String
        }
        assert found.documents["doc_id"].to_list() == list(range(len(found.documents)))
    assert strings == {
        "documents.agencies", "documents.credited", "documents.derivation",
        "passages.role",
        "clusters.first_doc", "clusters.kind", "clusters.agency", "clusters.agency_evidence", "clusters.reasons",
        "credits.agency", "credits.role", "credits.rule",
        "edges.from_doc",
        "families.relation",
    }  # fmt: skip
    for name, schema in TABLES.items():
        assert getattr(whole, name).schema == schema
        assert not getattr(whole, name).is_empty() or name in ("families", "credits")

"""Articles as Spark gives them: batches of lines and tables, what tells one input from another, and samples."""

import json
from pathlib import Path
from typing import Any

import pytest

from syndetect.errors import InputError
from syndetect.reading.options import ReadingOptions
from syndetect.settings import Settings
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.options import SyndicationOptions

pytestmark = [
    pytest.mark.needs("pyspark", "pandas"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _lines(*rows: dict[str, str]) -> Any:
    import pyarrow as pa  # noqa: PLC0415

    return pa.RecordBatch.from_pydict({"value": [json.dumps(row) for row in rows]})


def _read(batches: list[Any], *, is_part: bool = True, **columns: str) -> list[dict[str, Any]]:
    from syndetect.spark.articles import Reader  # noqa: PLC0415

    reader = Reader(ReadingOptions.of(None, columns), Agencies.load(), (1, 2), is_part)
    return [row for batch in reader(iter(batches)) for row in batch.to_pylist()]


def test_a_batch_of_lines_may_lack_a_column_that_others_have() -> None:
    both = [
        _lines({"id": "a", "text": "One two.", "byline": "Jo Doe"}),
        _lines({"id": "b", "text": "Three."}),
    ]
    assert [row["doc_id"] for row in _read(both, author="byline")] == ["a", "b"]
    with pytest.raises(InputError, match="'byline'"):
        _read(both, is_part=False, author="byline")


def test_what_is_skipped_counts_though_no_article_of_its_batch_is_usable() -> None:
    batches = [_lines({"id": "a"}, {"id": "b"}), _lines({"id": "c", "text": "One two."})]
    assert [(row["doc_id"], row["skipped"]) for row in _read(batches)] == [("c", 2)]


def test_lines_end_at_line_feeds_only(session: Any, tmp_path: Path) -> None:
    from syndetect.spark.run import _frame  # noqa: PLC0415

    (tmp_path / "news.jsonl").write_bytes(
        b'{"id": "a", "text": "One\rtwo."}\r\n{"id": "b", "text": "Three."}\n'
    )
    batches = _frame(session, tmp_path / "news.jsonl").toArrow().to_batches()
    assert [row["text"] for row in _read(batches)] == ["One\rtwo.", "Three."]


def test_inputs_that_differ_have_different_identities(session: Any) -> None:
    from syndetect.spark.run import _identity  # noqa: PLC0415

    def told(rows: list[tuple[Any, ...]], kinds: str) -> Any:
        given = session.createDataFrame(rows, kinds)
        options = SyndicationOptions.of(None, None, across_sources=None)
        return _identity(Settings(), options, ReadingOptions.of(None, {}), given)["inputs"][0]["sum"]

    plain = "id string, publisher string, url string"
    assert told([("a", "x", None), ("b", "y", "z")], plain) == told(
        [("b", "y", "z"), ("a", "x", None)], plain
    )
    inputs = [
        told([("a", "x", None)], plain),
        told([("a", None, "x")], plain),
        told([("a", "x", None)], plain.replace("publisher", "publisher_raw")),
        told([("a", "x", None)], plain.replace("publisher", "`fields.publisher`")),
        told([("a", "x", {"k": "v"})], plain.replace("url string", "more map<string, string>")),
    ]
    assert len(set(inputs)) == len(inputs)


class _Broken:
    """Stages of which none is there, and none can be made."""

    def __init__(self) -> None:
        self.texts: list[tuple[str, str]] = []

    def is_done(self, _: str) -> bool:
        return False

    def write_text(self, place: str, text: str) -> None:
        self.texts.append((place, text))

    def at_once(self, *_: Any) -> None:
        raise RuntimeError("killed")


def test_tables_that_are_half_replaced_have_no_manifest() -> None:
    from syndetect.spark.run import _Scan  # noqa: PLC0415

    stages: Any = _Broken()
    scan = _Scan(stages, Settings(), SyndicationOptions.of(None, None, across_sources=None))
    with pytest.raises(RuntimeError, match="killed"):
        scan._written({"documents": None}, "out", {}, {})  # type: ignore[dict-item]
    assert stages.texts == [("out/manifest.json", "")]


@pytest.mark.parametrize(
    ("documents", "words", "expected"),
    [
        (0, 0, 1),
        (100, 50_000, 100),
        (3_000_000, 2_000_000_000, 2048),
        (50_000_000, 30_000_000_000, 19_531),
        (1_000_000_000, 700_000_000_000, 32_768),
        (100_000, 13_100_000_000, 256),  # books
    ],
)
def test_a_sample_is_larger_of_large_corpora_and_smaller_of_long_articles(
    documents: int, words: int, expected: int
) -> None:
    from syndetect.spark.articles import sample_size  # noqa: PLC0415

    assert sample_size({"documents": documents, "words": words}) == expected

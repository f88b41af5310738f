"""The benchmark of new articles against old ones, in small."""

from pathlib import Path

from benchmarks.accuracy.against import make, measured, most_similar, records, shingles, with_syndetect
from syndetect import Index


def test_brute_force_and_deduplicate_agree(tmp_path: Path) -> None:
    make(tmp_path, 60, 20, 0.1)
    with Index.create(tmp_path / "old.idx") as index:
        index.add(tmp_path / "old.jsonl")
    old, new = (list(records(tmp_path / f"{name}.jsonl")) for name in ("old", "new"))
    assert (len(old), len(new)) == (60, 24)
    truth = most_similar(tmp_path, new)
    for article in new:
        mine, theirs = shingles(article["text"]), [shingles(one["text"]) for one in old]
        assert truth[article["id"]][0] == max(len(mine & one) / len(mine | one) for one in theirs)
    for held in ("old.idx", "old.jsonl"):
        row = measured(held, lambda held=held: with_syndetect(tmp_path, held, 1), truth)  # type: ignore[misc]
        assert (row["found"], row["wrong"], row["differ"]) == ("100.0%", 0, "0")
        assert row["old in sample"] > 0

"""Indexes go on with the version of the rule of words that they were made with."""

import shutil
from pathlib import Path

import pytest

from samples.make_words import DATA, spellings
from samples.manifests import reseal
from syndetect import Index, StoredIndexError

pytestmark = pytest.mark.kernel

ARTICLES, OTHERS = spellings()


def identities(index: Index) -> list[float]:
    """How much of each article is found again in its other spelling."""
    return [sum(index.query(one).matches["identity"]) for one in OTHERS]


def test_an_index_goes_on_with_its_version(tmp_path: Path) -> None:
    shutil.copytree(DATA / "index-words-1", tmp_path / "old.idx")
    with Index.create(tmp_path / "new.idx") as new, Index.open(tmp_path / "old.idx") as old:
        new.add(ARTICLES)
        assert (new.info()["words_version"], old.info()["words_version"]) == (2, 1)
        assert identities(new) == [1.0] * len(OTHERS)
        before = identities(old)
        assert [one["id"] for one, found in zip(ARTICLES, before, strict=True) if found == 1] == ["hindi"]
        old.add([{"id": "anew", "text": OTHERS[2]["text"]}])
        old.compact()
        old.verify()
        assert old.query({"text": OTHERS[2]["text"]}).matches["doc_a"].to_list() == ["anew"]
    with Index.open(tmp_path / "old.idx", mode="r") as old:
        assert (old.words_version, identities(old)[3:]) == (1, before[3:])


@pytest.mark.parametrize(
    ("version", "told"),
    [(3, "has words of version 3, and this version reads up to 2: install a newer"), (0, "no version that there is"),
     ("2", "no version that there is"), (True, "no version that there is")],
)  # fmt: skip
def test_a_version_that_there_is_not_is_refused(tmp_path: Path, version: object, told: str) -> None:
    with Index.create(tmp_path / "a.idx") as index:
        head = {"settings": index.settings.to_dict(), "store_text": True, "words": version}
    reseal(tmp_path / "a.idx", head=head)
    for mode in ("r", "a"):
        with pytest.raises(StoredIndexError, match=told):
            Index.open(tmp_path / "a.idx", mode=mode)

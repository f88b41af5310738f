"""A segment that says what cannot be, under right checksums, is refused: when it is opened or read, or by verify."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from samples.lies import Change, put, rewrite, swap
from samples.newspapers import newspapers
from syndetect import Index, StoredIndexError
from syndetect.storage.compression import compress

ARTICLES = [one | {"title": f"of {one['id']}"} for one in newspapers(7, 12)]
ARTICLES[0]["text"] += (
    f"\n\n{' ' * 300}{'far' * 100} after a gap and words enough to be a paragraph of their own"
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """Makes copies of an index."""
    whole = tmp_path_factory.mktemp("whole")
    with Index.create(whole / "0") as index:
        index.add(ARTICLES, threads=1)
        index.verify()

    def copy() -> Path:
        to = whole / str(len([*whole.iterdir()]))
        to.mkdir()
        for path in (whole / "0").iterdir():
            (to / path.name).write_bytes(path.read_bytes())
        return to

    return copy


def use(folder: Path) -> None:
    """Ask an index in every way, without verifying it."""
    with Index.open(folder, mode="r") as index:
        for one in ARTICLES:
            index.get(one["id"])
            index.query({"text": one["text"]}).tables()
            index.near_duplicates(one["text"])


def last(array: np.ndarray) -> np.ndarray:
    return array[:-1]


def wide(array: np.ndarray) -> np.ndarray:
    return array.astype(np.float64)


def bomb(array: np.ndarray) -> np.ndarray:  # noqa: ARG001
    return np.frombuffer(compress([bytes(200 << 20)])[0], np.uint8)


def all_of_first(array: np.ndarray) -> np.ndarray:
    array[1:] = len(bomb(array))
    return array


HUGE = 2**31
READ: dict[str, dict[str, Change]] = {
    "an array is shorter": {"code": last},
    "an array is of another type": {"time": wide},
    "an array is wider": {"hashes": lambda array: array.reshape(-1, 1)},
    "a list is shorter": {"bands": last},
    "a list is longer than its bounds": {"same": lambda array: np.append(array, array[-1:])},
    "documents do not begin at the first word": {"documents": put(1, at=0)},
    "documents do not end at the last word": {"documents": put(1, at=-1)},
    "documents are out of order": {"documents": swap(3, 4)},
    "a document is behind all words": {"documents": put(1 << 40, at=3)},
    "a document is before all words": {"documents": put(-1, at=3)},
    "paragraphs of documents are out of order": {"document_paragraphs": swap(3, 4)},
    "paragraphs are out of order": {"paragraphs": swap(3, 4)},
    "a paragraph is behind all words": {"paragraphs": put(2**32 - 1, at=3)},
    "paragraphs are of other documents": {"document_paragraphs": lambda array: np.append(array[:1], np.minimum(
        array[1:] + 1, array[-1]))},
    "a hint names no document": {"blocks": put(2**32 - 1, at=1)},
    "hints name other documents": {"blocks": lambda array: array * 0 + 5},
    "a time is beyond all calendars": {"time": put(2**63 - 1, at=2)},
    "a compared paragraph is not there": {"sketched": put(2**32 - 1, at=-1)},
    "a compared paragraph stands twice": {"sketched": lambda array: array[np.maximum(np.arange(len(array)) - 1, 0)]},
    "a compared paragraph is of no document": {"sketched_owner": put(2**32 - 1, at=-1)},
    "compared paragraphs are of the first document": {"sketched_owner": lambda array: array * 0},
    "a far word is none": {"far": put(HUGE, at=0)},
    "a far word is another": {"far": put(1, at=0)},
    "a far word is nowhere": {"far": put(-1, at=1)},
    "words lie behind the text": {"gaps": lambda array: np.where(array == 1, 200, array).astype(np.uint8)},
    "a posting is of no word": {"postings": put(*[2**32 - 1] * 9, at=40)},
    "postings are out of order": {"postings": lambda array: array[::-1]},
    "a band is of no paragraph": {"bands": lambda array: array | np.uint64(HUGE)},
    "a band is out of order": {"bands": lambda array: array[::-1]},
    "a band of documents is of none": {"document_bands": lambda array: array | np.uint64(HUGE)},
    "a hash of paragraphs is of none": {"same": lambda array: array | np.uint64(HUGE)},
    "an id is of no document": {"ids": lambda array: array | np.uint64(HUGE)},
    "an id is found twice": {"ids": lambda array: np.append(array[:1], array[:-1])},
    "a directory goes beyond its list": {"postings.directory": lambda array: array + np.uint32(9)},
    "a directory goes back": {"ids.directory": lambda array: array[::-1]},
    "lists lie within others": {"postings.bounds": swap(100, 101)},
    "a list ends behind all entries": {"bands.bounds": put(1 << 40, at=-1)},
    "a document has no id": {"known": put(*[14] * 9, at=0)},
    "a document has unknown strings": {"known": put(255, at=0)},
    "an id is no text": {"id": put(255, 255, at=1)},
    "a title begins behind it": {"title.bounds": put(1 << 40, at=4)},
    "a text is no frame": {"text": put(*[7] * 400, at=0)},
    "a text is immense": {"text": bomb, "text.bounds": all_of_first},
}  # fmt: skip
#: What only another computation of the same can tell.
VERIFIED: dict[str, dict[str, Change]] = {
    "a length is nothing": {"lengths": put(*[0] * 99, at=5)},
    "a word is another": {"code": put(77, at=20)},
    "a hash is another": {"hashes": put(77, at=2)},
    "a representative is missing": {"carriers": lambda array: np.append(array[1:], array[-1] + 1)},
    "a continuation is another": {"continuations": put(77, at=9)},
    "continuations of two postings are swapped": {"continuations": lambda array: array[::-1]},
    "a posting is another word's": {"postings": lambda array: array ^ np.uint64(1)},
    "a time stands for another": {"code": swap(3, 4), "gaps": swap(3, 4)},
}


@pytest.mark.parametrize("name", READ)
def test_what_cannot_be_is_refused_where_it_is_read(name: str, folders: Callable[[], Path]) -> None:
    folder = folders()
    rewrite(folder, READ[name])
    with pytest.raises(StoredIndexError, match="damaged"):
        use(folder)


@pytest.mark.parametrize("name", READ | VERIFIED)
def test_what_does_not_follow_from_the_documents_is_found_by_verify(
    name: str, folders: Callable[[], Path]
) -> None:
    folder = folders()
    rewrite(folder, (READ | VERIFIED)[name])
    with pytest.raises(StoredIndexError, match="damaged"), Index.open(folder, mode="r") as index:
        index.verify()


@pytest.mark.parametrize(
    "name", ["compared paragraphs are of the first document", "paragraphs are of other documents"]
)
def test_what_contradicts_itself_is_not_merged(name: str, folders: Callable[[], Path]) -> None:
    folder = folders()
    rewrite(folder, READ[name])
    with Index.open(folder) as index:
        index.remove([ARTICLES[0]["id"]])
        with pytest.raises(StoredIndexError, match="damaged"):
            index.compact(threads=1)


def test_other_titles_and_times_are_another_index(folders: Callable[[], Path]) -> None:
    folder = folders()
    rewrite(folder, {"title": put(*b"no", at=0), "time": put(0, at=0)})
    with Index.open(folder, mode="r") as index:
        assert index.verify() > 0
        found = index.get(ARTICLES[0]["id"]) or {}
        assert found["title"] == f"no{ARTICLES[0]['title'][2:]}"
        assert found["published"].year == 1970


def test_an_index_without_texts_is_verified_by_its_words(tmp_path: Path) -> None:
    with Index.create(tmp_path / "x", store_text=False) as index:
        index.add(ARTICLES, threads=1)
        assert index.verify() > 0
    for change in ({"gaps": put(254, at=3)}, {"far": put(*[9] * 3, at=-3)}, {"hashes": swap(2, 3)}):
        rewrite(tmp_path / "x", change)
        if "gaps" in change:  # which says as well as any other where words stand
            continue
        with pytest.raises(StoredIndexError, match="damaged"), Index.open(tmp_path / "x", mode="r") as index:
            index.verify()

"""What an index can be asked, what it holds, and how it is opened."""

import copy
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import polars as pl
import pytest
from datasketch import LeanMinHash, MinHash

from samples.newspapers import newspapers
from syndetect import (
    BusyError,
    Index,
    InputError,
    OutputError,
    ProcessError,
    Settings,
    SettingsError,
    StoredIndexError,
    scan,
    stream,
)
from syndetect.matching import minhash, shingles, tokens
from syndetect.schema import ANSWERED, TABLES
from syndetect.storage import manifest, staging
from syndetect.storage.segment_set import SegmentSet

Article = dict[str, Any]

ARTICLES = newspapers(3, 30)
SETTINGS = Settings(bands=20, hot_places=5)
WORDS = "Ferries to the islands will stop at noon on Friday, the harbour office said on Monday."


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """An index of some articles in several segments, opened for reading."""
    path = tmp_path_factory.mktemp("indexes") / "held"
    with Index.create(path, SETTINGS) as index:
        for low in range(0, 30, 10):
            index.add(ARTICLES[low : low + 10], threads=1)
    return Index.open(path, mode="r")


def test_answers_have_the_tables_of_a_scan(held: Index) -> None:
    answer = held.query(ARTICLES[4] | {"id": "asked"})
    for name in ANSWERED:
        assert getattr(answer, name).schema == TABLES[name], name
    assert answer.result().clusters.equals(pl.DataFrame(schema=TABLES["clusters"]))
    assert answer.matches.height > 1
    assert answer.matches["score"].is_sorted(descending=True)
    assert set(answer.matches["doc_b"]) == {"asked"}


def test_offsets_cut_the_passages_they_claim(held: Index) -> None:
    passages = held.query_many(ARTICLES).passages
    texts = {one["id"]: one["text"] for one in ARTICLES}
    assert passages.height > 30
    for row in passages.iter_rows(named=True):
        assert texts[row["doc_id"]][row["begin"] : row["end"]] == row["text"]


def test_many_asked_at_once_are_answered_one_by_one(held: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [one | {"id": f"asked {one['id']}"} for one in ARTICLES[:12]]
    whole = held.query_many(asked, threads=2)
    monkeypatch.setattr("syndetect.index.index._QUERY_BYTES", 1000)
    for portioned in (held.query_many(asked, threads=2), held.query_many(pl.DataFrame(asked), threads=1)):
        for name in TABLES:
            assert getattr(portioned, name).equals(getattr(whole, name)), name
    singly = [held.query(one) for one in asked]
    for name in ("documents", "pairs", "matches"):
        assert getattr(whole, name).equals(pl.concat(getattr(one, name) for one in singly)), name
    columns = ["doc_id", "begin", "end", "words", "identity", "text"]
    assert whole.passages.select(columns).equals(pl.concat(one.passages.select(columns) for one in singly))
    assert whole.passages["passage_id"].is_sorted()


def test_a_text_can_be_asked_about(held: Index) -> None:
    answer = held.query(ARTICLES[4]["text"])
    undated = held.query({"id": "query", "text": ARTICLES[4]["text"]})
    assert answer.matches.equals(undated.matches)
    assert ARTICLES[4]["id"] in answer.matches["doc_a"].to_list()


def test_without_texts_the_matches_are_the_same(tmp_path: Path, held: Index) -> None:
    with Index.create(tmp_path / "bare", SETTINGS, store_text=False) as bare:
        bare.add(ARTICLES)
        for one in ARTICLES[:5]:
            asked = one | {"id": "asked"}
            answer, full = bare.query(asked), held.query(asked)
            assert answer.matches.equals(full.matches)
            assert answer.pairs.equals(full.pairs)
            is_own = pl.col("doc_id") == "asked"
            assert answer.passages.drop("text").equals(full.passages.drop("text"))
            assert answer.passages.filter(is_own).equals(full.passages.filter(is_own))
            assert (
                answer.passages.filter(~is_own)["text"].null_count() == answer.passages.filter(~is_own).height
            )
        assert bare.get("n3") == held.get("n3") | {"text": None}  # type: ignore[operator]


def test_far_words_are_found_again(tmp_path: Path) -> None:
    """Words and gaps longer than a byte can say."""
    shared = " ".join(
        f"w{i}" + "y" * (300 if i == 5 else 1) + " " * (400 if i == 9 else 0) for i in range(30)
    )
    texts = ["\n" * 500 + "before " + shared + " after", shared]
    with Index.create(tmp_path / "far") as index:
        index.add([{"id": "a", "text": texts[0]}])
        index.add([{"id": "c", "text": "nothing like it at all in here"}])
        index.compact()
        match = index.query({"id": "b", "text": texts[1]}).matches.row(0, named=True)
        assert texts[0][match["begin_a"] : match["end_a"]] == shared
        assert (match["begin_b"], match["end_b"]) == (0, len(shared))


# ----------------------------------------------------------------------------------------------- documents


def test_documents_come_and_go(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index") as index:
        added = index.add(ARTICLES[:3])
        assert (added.documents, added.replaced, added.known, added.skipped.height) == (3, 0, 0, 0)
        assert len(index) == 3
        assert "n1" in index
        assert "n7" not in index
        with pytest.raises(InputError, match="'n1' already"):
            index.add(ARTICLES[1:5])
        assert len(index) == 3
        assert index.add(ARTICLES[:5], existing="skip").known == 3
        assert index.add([ARTICLES[0] | {"title": "anew"}], existing="replace").replaced == 1
        assert index.get("n0")["title"] == "anew"  # type: ignore[index]
        assert index.remove(["n1", "n2"]) == 2
        with pytest.raises(InputError, match="no document 'n1'"):
            index.remove(["n3", "n1"])
        assert "n3" in index
        assert index.remove(["n3", "n1"], missing="skip") == 1
        assert len(index) == 2
        index.compact()
        assert index.info()["removed"] == 0
        assert index.info()["segments"] == 1
        assert index.remove("n4") == 1
        assert index.remove("n0") == 1
        index.compact()
        assert (len(index), index.info()["segments"]) == (0, 0)
        assert index.query(ARTICLES[0]).matches.height == 0
        assert index.add([]).documents == 0


def test_what_is_known_of_a_document_is_kept(tmp_path: Path) -> None:
    when = datetime(2031, 6, 1, 7, 30, tzinfo=UTC)
    full: dict[str, Any] = {
        "id": "ü",
        "source": "s",
        "published": when,
        "title": "t",
        "url": "u",
        "text": "words, “and” more",
    }
    with Index.create(tmp_path / "index") as index:
        index.add([full, {"id": "b", "text": "bare"}])
        assert index.get("ü") == full
        bare = {"id": "b", "source": None, "published": None, "title": None, "url": None, "text": "bare"}
        assert index.get("b") == bare
        assert index.get("c") is None


def test_a_document_is_not_compared_with_itself(held: Index) -> None:
    answer = held.query(ARTICLES[4])
    assert not (answer.matches["doc_a"] == answer.matches["doc_b"]).any()


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index") as index:
        assert index.add([{"id": "a", "text": "some words"}, {"id": "b"}]).skipped.height == 1
        with pytest.raises(InputError):
            index.add([{"id": "c"}], strict=True)
        for wrong in ({"id": "c"}, {"text": ""}, 7, None):
            with pytest.raises((InputError, SettingsError)):
                index.query(wrong)  # type: ignore[arg-type]


def test_what_is_skipped_of_many_asked_is_told(held: Index) -> None:
    result = held.query_many(
        [{"id": "a", "text": "some words"}, {"id": "b"}, {"id": "c", "text": ""}], threads=1
    )
    assert result.skipped.height == result.manifest["counts"]["skipped"] == 2
    assert result.documents.height == 1


def test_a_stream_is_asked_about_and_added(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", SETTINGS) as index:
        found = [(one["id"], answer.matches) for one, answer in stream(ARTICLES[:15], index)]
        assert [doc_id for doc_id, _ in found] == [one["id"] for one in ARTICLES[:15]]
        assert len(index) == 15
    for number, (doc_id, matches) in enumerate(found):
        scanned = scan(ARTICLES[: number + 1], SETTINGS, threads=1, across_sources=False).matches.filter(
            pl.col("doc_b") == doc_id
        )
        assert scanned.sort(scanned.columns).equals(matches.sort(matches.columns))


# ----------------------------------------------------------------------------------------------- near-duplicates


def _paragraphs(articles: list[Article], settings: Settings) -> list[tuple[str, int, set[int], Any]]:
    """Every paragraph that is long enough: its document, its number, its shingles and its signature."""
    found = []
    for one in articles:
        data = np.frombuffer(one["text"].encode(), np.uint8)
        raw = tokens.tokenise(data, np.array([0, len(data)]))
        words, _ = tokens.blank_repeats(raw, [one["id"]])
        low, high = words.paragraphs[:-1], words.paragraphs[1:]
        offsets, hashes = shingles.shingle(words.code, low, high, settings.shingle_words)
        signatures = minhash.sign_words(words.code, low, high, settings.shingle_words)
        for number in np.flatnonzero(high - low >= settings.min_words).tolist():
            own = set(hashes[offsets[number] : offsets[number + 1]].tolist())
            found.append((one["id"], number, own, signatures[number]))
    return found


def test_near_duplicates_are_all_that_share_a_band(held: Index) -> None:
    asked = ARTICLES[4] | {"id": "asked"}
    found = held.near_duplicates(asked).paragraphs
    expected = set()
    own = _paragraphs([asked], SETTINGS)
    for (doc, number, theirs, one), (_, mine_number, mine, other) in product(
        _paragraphs(ARTICLES, SETTINGS), own
    ):
        used = SETTINGS.bands * SETTINGS.rows
        same = (one[:used] == other[:used]).reshape(SETTINGS.bands, SETTINGS.rows).all(axis=1).any()
        common = len(theirs & mine)
        shares = common / len(theirs | mine), common / len(theirs), common / len(mine)
        if same and shares[0] >= SETTINGS.min_jaccard:
            expected.add((doc, number, mine_number, *shares))
    columns = ["doc_a", "paragraph_a", "paragraph_b", "jaccard", "containment_a", "containment_b"]
    assert len(expected) > 3
    assert set(found.select(columns).rows()) == expected
    assert found["jaccard"].is_sorted(descending=True)
    texts = {one["id"]: one["text"] for one in [*ARTICLES, asked]}
    for row in found.filter(pl.col("jaccard") == 1).iter_rows(named=True):
        sides = [texts[row[f"doc_{side}"]][row[f"begin_{side}"] : row[f"end_{side}"]] for side in "ab"]
        assert sides[0] == sides[1]


def test_near_duplicate_documents(held: Index) -> None:
    asked = ARTICLES[9] | {"id": "asked", "text": ARTICLES[9]["text"] + " and a few words more"}
    documents = held.near_duplicates(asked).documents
    assert documents.row(0, named=True)["doc_a"] == "n9"
    assert documents["jaccard"][0] > 0.8
    assert documents["containment_a"][0] > documents["containment_b"][0]
    assert held.near_duplicates(ARTICLES[9]).documents.filter(pl.col("doc_a") == "n9").height == 0


def test_a_signature_is_asked_about(held: Index) -> None:
    signature = held.signatures("n9")[0]
    for sketch in (
        LeanMinHash(seed=1, hashvalues=signature, scheme="affine32"),
        MinHash(seed=1, hashvalues=signature, scheme="affine32"),
    ):
        found = held.near_duplicates(sketch)
        assert found.documents.row(0) == ("n9", None, 1.0, None, None)
    paragraph = held.signatures("n9", unit="paragraph")
    lengths = [one["text"].split() for one in ARTICLES if one["id"] == "n9"]
    assert len(paragraph) >= 1
    assert lengths


@pytest.mark.parametrize(
    ("sketch", "names"),
    [
        (MinHash(128, seed=2, scheme="affine32"), "seed 2, the index 1"),
        (MinHash(64, seed=1, scheme="affine32"), "num_perm 64, the index 128"),
        (MinHash(128, seed=1, scheme="legacy"), "scheme legacy, the index affine32"),
        (object(), "not object"),
    ],
)
def test_a_signature_made_otherwise_is_refused(held: Index, sketch: Any, names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        held.near_duplicates(sketch)


def test_signatures_are_those_of_datasketch(held: Index) -> None:
    one = ARTICLES[6]
    data = np.frombuffer(one["text"].encode(), np.uint8)
    words, _ = tokens.blank_repeats(tokens.tokenise(data, np.array([0, len(data)])), [one["id"]])
    _, hashes = shingles.shingle32(
        words.code, words.documents[:-1], words.documents[1:], SETTINGS.shingle_words
    )
    twin = MinHash(SETTINGS.slots, seed=SETTINGS.seed, scheme="affine32", hashfunc=int)
    twin.update_batch(hashes.tolist())
    found = held.signatures([one["id"], "n2"])
    assert found.dtype == np.uint32
    assert found[0].tolist() == twin.hashvalues.tolist()
    with pytest.raises(InputError, match="'nobody'"):
        held.signatures(["n2", "nobody"])


def test_documents_go_to_datasketch(held: Index) -> None:
    minhashes, lsh = held.to_datasketch()
    assert set(minhashes) == {one["id"] for one in ARTICLES}
    for name in ("n3", "n9"):
        near = set(held.near_duplicates(minhashes[name]).documents["doc_a"])
        assert name in near
        assert near <= set(lsh.query(minhashes[name]))
    some, _ = held.to_datasketch(["n3"])
    assert some["n3"] == minhashes["n3"]
    assert pickle.loads(pickle.dumps(minhashes["n3"])) == minhashes["n3"]


# ----------------------------------------------------------------------------------------------- the folder


def test_a_reader_sees_what_was_there_until_it_refreshes(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index") as index:
        index.add(ARTICLES[:10])
        with Index.open(tmp_path / "index", mode="r") as reader:
            before = reader.query(ARTICLES[4]).matches
            index.remove([one["id"] for one in ARTICLES[:3]])
            index.add(ARTICLES[10:20])
            index.compact()  # the reader's files are gone by now
            assert len(reader) == 10
            assert reader.query(ARTICLES[4]).matches.equals(before)
            assert reader.verify() > 0
            assert reader.refresh()
            assert not reader.refresh()
            assert len(reader) == 17
            assert reader.query(ARTICLES[4]).matches.equals(index.query(ARTICLES[4]).matches)
            with pytest.raises(OutputError, match="reading only"):
                reader.add(ARTICLES[20:])


@pytest.mark.parametrize("change", ["compact", "remove", "add"])
def test_what_was_committed_stays_when_taking_it_up_is_interrupted(
    change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with Index.create(tmp_path / "index") as index:
        for one in ARTICLES[:3]:
            index.add([one])
        changes: dict[str, Callable[[], object]] = {
            "compact": index.compact,
            "remove": lambda: index.remove(ARTICLES[0]["id"]),
            "add": lambda: index.add([ARTICLES[3]]),
        }
        with monkeypatch.context() as patch:
            patch.setattr(SegmentSet, "_open_files", interrupt)
            with pytest.raises(KeyboardInterrupt):
                changes[change]()
        index.add([ARTICLES[4]])
    with Index.open(tmp_path / "index") as index:
        assert len(index) == {"compact": 4, "remove": 3, "add": 5}[change]
        assert index.verify() > 0


def test_a_refresh_that_failed_can_be_repeated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise StoredIndexError("too many open files")

    with Index.create(tmp_path / "index") as index:
        reader = Index.open(tmp_path / "index", mode="r")
        index.add(ARTICLES[:3])
        with monkeypatch.context() as patch:
            patch.setattr(SegmentSet, "_open_files", refuse)
            with pytest.raises(StoredIndexError, match="too many"):
                reader.refresh()
        assert reader.refresh()
        assert len(reader) == 3


def test_a_reader_whose_files_gave_way_is_not_damaged(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index") as index:
        index.add(ARTICLES[:5])
        index.remove(ARTICLES[0]["id"])
        reader = Index.open(tmp_path / "index", mode="r")
        assert reader.verify() > 0
        index.remove(ARTICLES[1]["id"])
        assert reader.verify() > 0
        [removed] = (tmp_path / "index").glob("*.removed")
        removed.unlink()
        with pytest.raises(StoredIndexError, match="removed"):
            index.verify()


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index"):
        with pytest.raises(BusyError):
            Index.open(tmp_path / "index")
        with pytest.raises((BusyError, StoredIndexError)):
            Index.create(tmp_path / "index")
    with Index.open(tmp_path / "index") as index:
        assert len(index) == 0


def test_other_settings_are_refused_with_both_values_named(tmp_path: Path) -> None:
    Index.create(tmp_path / "index", Settings(bands=20)).close()
    with pytest.raises(SettingsError, match=r"bands 20.* 30"):
        Index.open(tmp_path / "index", Settings(bands=30))
    Index.open(tmp_path / "index", Settings(bands=20)).close()
    with pytest.raises(SettingsError, match="mode"):
        Index.open(tmp_path / "index", mode="w")  # type: ignore[arg-type]


def test_several_threads_may_ask_beside_one_that_writes(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index", SETTINGS) as index:
        index.add(ARTICLES[:10])
        asked = ARTICLES[20] | {"id": "asked"}
        states = [index.query(asked).matches]
        with ThreadPoolExecutor(3) as pool:
            answers = [pool.submit(lambda: index.query(asked).matches) for _ in range(20)]
            for one in ARTICLES[10:16]:
                index.add([one])
                states.append(index.query(asked).matches)
        assert all(any(answer.result().equals(state) for state in states) for answer in answers)


def test_segments_are_merged_as_they_grow(tmp_path: Path) -> None:
    random = Random(1)
    with Index.create(tmp_path / "index", SETTINGS) as index:
        for one in ARTICLES:
            index.add([one])
            assert index.info()["segments"] < 8
            if random.random() < 0.2:
                index.remove(one["id"])
        files = {path.suffix for path in (tmp_path / "index").iterdir()}
        assert files <= {".segment", ".removed", ".json", ""}
        index.verify()


def test_a_passage_shows_everybody_who_has_it(tmp_path: Path) -> None:
    """The asked document is neither the first nor the last to have run it."""
    shared = "nobody knew at first why all the lights along the old harbour wall went out that night"
    days = [datetime(2031, 6, day, 12, tzinfo=UTC) for day in range(1, 7)]
    held = [
        {"id": f"n{i}", "text": f"w{i} v{i} {shared} u{i}", "published": day} for i, day in enumerate(days)
    ]
    with Index.create(tmp_path / "index") as index:
        index.add(held)
        asked = {
            "id": "asked",
            "text": f"before it {shared}",
            "published": datetime(2031, 6, 3, 18, tzinfo=UTC),
        }
        passages = index.query(asked).passages
    assert passages["passage_id"].to_list() == [1] * 7
    assert passages["doc_id"].to_list() == ["n0", "n1", "n2", "asked", "n3", "n4", "n5"]
    assert passages["text"].to_list() == [shared] * 7


def test_a_document_without_an_id_is_nobodys_twin(tmp_path: Path) -> None:
    tokens = ARTICLES[0]["text"]
    with Index.create(tmp_path / "index") as index:
        index.add([{"text": tokens}, {"id": "query", "text": tokens}])
        assert "record 1" in index
        for asked in (tokens, {"text": tokens}):
            assert set(index.query(asked).matches["doc_a"]) == {"record 1", "query"}
        many = index.query_many([{"text": tokens}, {"text": tokens}])
        assert many.matches.height == 2 * index.query(tokens).matches.height
        assert many.documents["doc_id"].to_list() == ["record 1", "record 2"]
        named = index.query({"id": "record 1", "text": tokens})
        assert set(named.matches["doc_a"]) | set(named.matches["doc_b"]) == {"record 1", "query"}


def test_a_time_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index") as index:
        index.add([ARTICLES[0]])
        asked = {"id": "asked", "text": ARTICLES[0]["text"], "published": "some day"}
        assert index.query(asked).documents["published"].to_list() == [None]


def test_an_endless_stream_may_repeat_itself_and_hold_what_cannot_be_used(tmp_path: Path) -> None:
    def feed() -> Iterator[dict[str, str]]:
        number = 0
        while True:
            yield {"id": f"n{number % 3}", "text": f"words {number}"} if number % 2 else {"id": "no text"}
            number += 1

    skipped: list[str] = []
    with Index.create(tmp_path / "index") as index:
        for number, (one, _) in enumerate(
            stream(feed(), index, on_skip=lambda place, _: skipped.append(place))
        ):
            assert one["text"] == f"words {2 * number + 1}"
            if number == 5:
                break
        assert len(index) == 3
        assert skipped == [f"record {number}" for number in range(1, 13, 2)]
        with pytest.raises(InputError, match="record 1"):
            next(stream(feed(), index))


def test_a_stream_takes_nothing_without_an_id(tmp_path: Path) -> None:
    texts = [{"text": one["text"]} for one in ARTICLES[:2]]
    told: list[tuple[str, str]] = []
    with Index.create(tmp_path / "index") as index:
        with pytest.raises(InputError, match="record 1: no id"):
            list(stream(texts, index))
        feed = [texts[0], ARTICLES[2], texts[1]]
        found = list(stream(feed, index, on_skip=lambda *one: told.append(one)))
        assert [one["id"] for one, _ in found] == [ARTICLES[2]["id"]]
        assert [place for place, _ in told] == ["record 1", "record 3"]


def test_ids_that_no_document_can_have(tmp_path: Path) -> None:
    with Index.create(tmp_path / "index") as index:
        index.add([ARTICLES[0] | {"id": 5}])
        half = "\ud800"  # of a surrogate pair, as in a name that is no UTF-8
        assert ("5" in index, half in index, index.get(half)) == (True, False, None)
        with pytest.raises(InputError, match="no document"):
            index.remove([half])
        for call in (index.remove, index.signatures):
            with pytest.raises(InputError, match="ids are strings, not 5"):
                call([5])  # type: ignore[list-item]
        assert len(index) == 1


def test_a_closed_index_is_not_asked(tmp_path: Path) -> None:
    index = Index.create(tmp_path / "i")
    index.add([{"id": "1", "text": WORDS}])
    answer = index.query(WORDS)
    index.close()
    index.close()
    refused = pytest.raises(StoredIndexError, match=r"i has been closed: open it again")
    for call in (
        lambda: index.query(WORDS),
        lambda: index.get("1"),
        lambda: len(index),
        lambda: "1" in index,
        index.info,
        index.verify,
        index.refresh,
        lambda: index.add([]),
        lambda: index.remove("1"),
        index.compact,
        lambda: index.near_duplicates(WORDS),
        lambda: index.query_many([]),
        lambda: index.signatures("1"),
        index.to_datasketch,
    ):
        with refused:
            call()
    assert repr(index).endswith("i': closed>")
    assert answer.passages["text"].to_list() == [WORDS[:-1]] * 2  # what was answered can be read


def test_an_index_is_not_pickled_and_an_answer_is(tmp_path: Path) -> None:
    with Index.create(tmp_path / "i") as index:
        index.add([{"id": "1", "text": WORDS}])
        for copied in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(ProcessError, match=r"cannot be pickled or copied: open .*i again instead"):
                copied(index)
        answer = index.query(WORDS)
        again = pickle.loads(pickle.dumps(answer))
    assert repr(again) == repr(answer) == "Answer(1 asked, 1 matches)"
    assert all(again.tables()[name].equals(answer.tables()[name]) for name in TABLES)
    assert again.result().matches.equals(answer.matches)


def test_memory_that_runs_out_after_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    with Index.create(tmp_path / "i") as index:
        monkeypatch.setattr("syndetect.index.writer.Writer.merge", fail)
        with pytest.raises(OutputError, match=r"out of memory after a commit to .*: what is in it stays"):
            index.add([{"id": "1", "text": WORDS}])
        assert "1" in index
        monkeypatch.setattr("syndetect.index.writer.Writer._write", fail)
        with pytest.raises(MemoryError):
            index.add([{"id": "2", "text": WORDS}])
        assert "2" not in index


def test_an_index_that_is_replaced_while_it_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its manifest and its segments another one, of other settings, takes its place."""
    for name, settings in (("i", Settings()), ("new", SETTINGS)):
        with Index.create(tmp_path / name, settings) as index:
            index.add([{"id": name, "text": f"{WORDS} {name}"}])
    read = manifest.Manifest.read
    states: list[manifest.Manifest] = []

    def replaced(folder: Path, kind: str) -> manifest.Manifest:
        states.append(read(folder, kind))
        if len(states) == 1:
            staging.move(tmp_path / "new", folder, replace=True)
        return states[-1]

    monkeypatch.setattr(manifest.Manifest, "read", replaced)
    opened = Index.open(tmp_path / "i", mode="r")
    assert (opened.settings, "new" in opened, len(opened)) == (SETTINGS, True, 1)

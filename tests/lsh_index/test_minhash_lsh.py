"""The index with datasketch's methods: against a plain twin, and against datasketch."""

import pickle
import pickletools
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import datasketch
import numpy as np
import pytest
from datasketch.lsh import _optimal_param
from hypothesis import given
from hypothesis import strategies as st

from reference import matching as naive
from samples.strategies import INTERPRETED, documents, fewer, flatten, large, signatures
from syndetect import InputError, MinHashLSH, SettingsError
from syndetect.kernels.signatures import band_keys, band_keys_of
from syndetect.lsh_index import memtable, minhash_lsh
from syndetect.lsh_index.memtable import Buckets
from syndetect.matching.bands import best_shape
from syndetect.matching.minhash import permutations, sign_words

pytestmark = pytest.mark.kernel

SHAPES = ((3, 2), (2, 3), (6, 1), (2, 2))
SLOTS = 6


def an_index(shape: tuple[int, int] = (3, 2), **options: Any) -> MinHashLSH:
    return MinHashLSH(num_perm=SLOTS, params=shape, **options)


@pytest.fixture
def few_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so small that everything there is to do for them happens."""
    monkeypatch.setattr(memtable, "PENDING", 3)
    monkeypatch.setattr(memtable, "LEAST_DELETED", 2)
    monkeypatch.setattr(minhash_lsh, "BLOCK", 4)


class TestBandKeys:
    @given(documents(6, 12), st.integers(1, 3), st.sampled_from([(1, 1), (8, 2), (5, 3), (42, 3)]))
    def test_of_signatures_are_those_of_the_words(
        self, found: list[list[int]], k: int, shape: tuple[int, int]
    ) -> None:
        (bands, rows), slots = shape, shape[0] * shape[1] + 2
        code, offsets = flatten(found)
        low, high = offsets[:-1].copy(), offsets[1:].copy()
        expected, ours = np.empty((2, bands, len(found)), np.uint32)
        band_keys(code, low, high, k, *permutations(slots, 1), rows, expected)
        signed = sign_words(code, low, high, k, slots)
        band_keys_of(signed, rows, ours)
        assert ours.tolist() == expected.tolist()
        assert (Buckets(bands, rows).hash(signed)[0] >> 32).tolist() == expected.tolist()
        assert ours.T.tolist() == [
            [naive.band_key(row, band, rows) for band in range(bands)] for row in signed.tolist()
        ]


class TestBuckets:
    @given(large, st.sampled_from(SHAPES))
    def test_what_agrees_in_a_band_is_found_once(self, random: Random, shape: tuple[int, int]) -> None:
        table, twin = Buckets(*shape), naive.BandIndex(*shape)
        for _ in range(random.randint(1, 4)):
            rows = signatures(random, random.choice([0, 1, 5, 40]), SLOTS)
            table.add(rows)
            for row in rows.tolist():
                twin.insert(twin.inserted, row)
        for row in random.sample(range(len(table)), len(table) // 4):
            table.deleted[row] = 1
            twin.remove(row)
        asked = signatures(random, 9, SLOTS)
        expected = [(i, row) for i, one in enumerate(asked.tolist()) for row in twin.query(one)]
        pairs = table.find(table.hash(asked))
        assert [divmod(pair, 1 << 32) for pair in pairs.tolist()] == expected

    def test_bands_whose_keys_are_equal_but_not_their_slots_are_told_apart(self) -> None:
        """The last value makes up for the difference that the first has made."""
        one, two = [5, 70, 1, 2], [6, 0, 3, 4]
        two[1] = one[1] ^ naive.band_key(one[:1], 0, 1) ^ naive.band_key(two[:1], 0, 1)
        table = Buckets(2, 2)
        table.add(np.array([one], np.uint32))
        links, checks = table.hash(np.array([one, two], np.uint32))
        assert links[0, 0] == links[0, 1]
        assert checks[0, 0] != checks[1, 0]
        assert table.find((links, checks)).tolist() == [0]

    def test_more_pairs_than_there_is_room_for(self) -> None:
        table = Buckets(2, 1)
        table.add(np.ones((50, 2), np.uint32))
        assert table.find(table.hash(np.ones((2, 2), np.uint32))).tolist() == [
            i << 32 | row for i in range(2) for row in range(50)
        ]

    def test_more_rows_than_have_numbers(self) -> None:
        table = Buckets(2, 1)
        table._count = 2**32 - 1
        with pytest.raises(OverflowError, match="more than 4,294,967,295 signatures"):
            table.add(np.ones((1, 2), np.uint32))


class Histories:
    """An index and its twin, to both of which the same is done."""

    def __init__(self, random: Random, shape: tuple[int, int]) -> None:
        self.random, self.shape = random, shape
        self.index, self.twin = an_index(shape), naive.BandIndex(*shape)
        self.fresh = iter(range(10_000))

    def insert(self) -> None:
        key, row = next(self.fresh), signatures(self.random, 1, SLOTS)[0]
        self.index.insert(key, row)
        self.twin.insert(key, row.tolist())

    def insert_many(self) -> None:
        rows = signatures(self.random, self.random.choice([0, 1, 7]), SLOTS)
        keys = [next(self.fresh) for _ in rows]
        self.index.insert_many(iter(keys), rows)
        for key, row in zip(keys, rows.tolist(), strict=True):
            self.twin.insert(key, row)

    def insert_again(self) -> None:
        rows = signatures(self.random, 3, SLOTS)
        keys = self.random.choices([*self.twin.keys.values(), next(self.fresh)], k=3)
        if self.random.random() < 0.5:
            self.index.insert_many(keys, rows, check_duplication=False)
        else:
            for key, row in zip(keys, rows, strict=True):
                self.index.insert(key, row, check_duplication=False)
        for key, row in zip(keys, rows.tolist(), strict=True):
            self.twin.insert(key, row)

    def remove(self) -> None:
        for _ in range(self.random.choice([1, 6])):
            if self.twin.keys:
                key = self.random.choice(list(self.twin.keys.values()))
                self.index.remove(key)
                self.twin.remove(key)

    def pickle(self) -> None:
        self.index = pickle.loads(pickle.dumps(self.index))

    def merge(self) -> None:
        other = an_index(self.shape)
        rows = signatures(self.random, 4, SLOTS)
        keys = [next(self.fresh) for _ in rows]
        other.insert_many(keys, rows)
        other.remove(keys[1])
        self.index.merge(other, check_overlap=True)
        for key, row in zip(keys, rows.tolist(), strict=True):
            self.twin.insert(key, row)
        self.twin.remove(keys[1])

    def check(self) -> None:
        keys = set(self.twin.keys.values())
        assert len(self.index) == len(keys)
        assert self.index.is_empty() == (not keys)
        assert all(key in self.index for key in keys)
        assert -1 not in self.index
        asked = signatures(self.random, self.random.choice([0, 3, 9]), SLOTS)
        expected = [self.twin.query(row) for row in asked.tolist()]
        assert self.index.query_many(asked) == expected
        assert [self.index.query(row) for row in asked] == expected
        which, found = self.index.query_pairs(asked)
        assert list(zip(which.tolist(), found, strict=True)) == [
            (i, key) for i, keys in enumerate(expected) for key in keys
        ]


@pytest.mark.usefixtures("few_waiting")
@fewer(2)
@given(large, st.sampled_from(SHAPES))
def test_any_history_is_that_of_the_twin(random: Random, shape: tuple[int, int]) -> None:
    histories = Histories(random, shape)
    kinds = [Histories.insert, Histories.insert_many, Histories.insert_again, Histories.remove]
    weights = [random.choice([1, 5]) for _ in kinds]
    for _ in range(random.randint(1, 25)):
        (do,) = random.choices([*kinds, Histories.pickle, Histories.merge], [*weights, 0.5, 0.5])
        do(histories)
        if random.random() < 0.4:
            histories.check()
    histories.check()


class TestDatasketch:
    @pytest.mark.parametrize("slots", [2, 3, 9, 32, 50])
    @pytest.mark.parametrize("weights", [(0.5, 0.5), (0.2, 0.8), (0.9, 0.1), (0.0, 1.0), (1.0, 0.0)])
    def test_bands_and_rows_are_the_same(self, slots: int, weights: tuple[float, float]) -> None:
        for percent in range(0, 101, 4):
            theirs = _optimal_param(percent / 100, slots, *weights)
            assert best_shape(percent / 100, slots, weights) == theirs

    @pytest.mark.parametrize(("threshold", "slots"), [(0.5, 128), (0.7, 128), (0.9, 128), (0.8, 256)])
    def test_and_so_are_the_attributes(self, threshold: float, slots: int) -> None:
        theirs = datasketch.MinHashLSH(threshold, slots)
        ours = MinHashLSH(threshold, slots)
        assert (ours.b, ours.r, ours.h) == (theirs.b, theirs.r, theirs.h)

    @pytest.mark.parametrize(
        ("threshold", "slots", "weights"),
        [
            (0.9, 100, (0.0, 1.0)),  # many shapes miss next to nothing
            (0.6, 48, (1.0, 0.0)),  # one band
            (0.5, 2, (0.5, 0.5)),  # two shapes are equally good
            (0.5, 3, (0.5, 0.5)),
            (0.5, 64, (0.3, 0.7000000001)),
            (0.5, 64, (0.5, 0.25, 0.25)),
        ],
    )
    def test_so_is_the_shape_for_any_weights_or_the_refusal(
        self, threshold: float, slots: int, weights: tuple[float, float]
    ) -> None:
        """Of case 20."""
        found: list[tuple[int, int] | None] = []
        for kind in (datasketch.MinHashLSH, MinHashLSH):
            try:
                index = kind(threshold, slots, weights)
                found.append((index.b, index.r))
            except ValueError:
                found.append(None)
        assert found[0] == found[1]

    def test_buckets_are_of_the_same_sizes(self) -> None:
        signed = datasketch.MinHash.bulk(
            [[b"%d %d" % (i % 3, j) for j in range(20)] + [b"%d" % i] for i in range(12)], num_perm=32
        )
        arguments = (0.5, 32, (0.5, 0.5), None, {"type": "dict"}, True)
        theirs, ours = datasketch.MinHashLSH(*arguments), MinHashLSH(*arguments)
        for index in (theirs, ours):
            for key, one in enumerate(signed):
                index.insert(key, one)
            index.remove(4)
        for expected, found in (
            (theirs.get_counts(), ours.get_counts()),
            (theirs.get_subset_counts(0, 3, 3, 5, 99), ours.get_subset_counts(0, 3, 3, 5, 99)),
        ):
            assert [sorted(band.values()) for band in found] == [sorted(band.values()) for band in expected]
        assert sorted(ours.get_counts()[0].values()) != [1] * 11

    @pytest.mark.parametrize("scheme", ["affine32", "legacy"])
    def test_answers_are_the_same(self, scheme: str) -> None:
        random, count = Random(4), 20 if INTERPRETED else 120
        words = [[random.randint(0, 30) for _ in range(random.randint(0, 12))] for _ in range(count)]
        signed = [
            datasketch.MinHash(
                num_perm=32, seed=7, scheme=scheme, hashfunc=lambda word: word * 0x9E3779B1 % 2**32
            )
            for _ in words
        ]
        for one, found in zip(signed, words, strict=True):
            one.update_batch(found)
        ours = MinHashLSH(0.4, 32, seed=7, scheme=scheme)
        theirs = datasketch.MinHashLSH(0.4, 32)
        with theirs.insertion_session() as their_session, ours.insertion_session() as our_session:
            for key, one in enumerate(signed):
                their_session.insert(f"k{key}", one)
                our_session.insert(f"k{key}", datasketch.LeanMinHash(one) if key % 2 else one)
        with theirs.deletion_session() as their_session, ours.deletion_session() as our_session:
            for key in range(0, count, 5):
                their_session.remove(f"k{key}")
                our_session.remove(f"k{key}")
        expected = [set(theirs.query(one)) for one in signed]
        assert max(map(len, expected)) > 1
        assert [set(ours.query(one)) for one in signed] == expected
        assert [set(found) for found in ours.query_many(signed)] == expected
        assert all(found == sorted(found, key=lambda key: int(key[1:])) for found in ours.query_many(signed))

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            (
                {"seed": 2},
                r"num_perm=6, seed=2, scheme='affine32' in .* num_perm=6, seed=1, scheme='affine32'",
            ),
            ({"num_perm": 7}, r"num_perm=7, .* in an index with num_perm=6"),
            ({"scheme": "legacy"}, r"scheme='legacy' in .* scheme='affine32'"),
        ],
    )
    def test_what_does_not_fit_is_refused(self, options: dict[str, Any], told: str) -> None:
        other, index = datasketch.MinHash(**({"num_perm": SLOTS} | options)), an_index()
        for call in (
            lambda: index.insert("a", other),
            lambda: index.insert_many(["a"], [other]),
            lambda: index.query(other),
            lambda: index.query_many([other]),
        ):
            with pytest.raises(SettingsError, match=told):
                call()
        assert index.is_empty()


class TestTexts:
    TEXTS = (
        "The ferry to the islands did not sail on Friday because of the storm",
        "The FERRY to the islands did not sail, on Friday, because of the storm!",
        "A quite different text about nothing at all that anybody has seen",
        "",
    )

    def test_texts_are_signed_by_their_shingles(self) -> None:
        index = MinHashLSH(0.5)
        index.insert_many("abcd", self.TEXTS)
        assert index.query_many(self.TEXTS) == [["a", "b"], ["a", "b"], ["c"], ["d"]]
        assert index.query(self.TEXTS[1]) == ["a", "b"]
        index.insert("e", self.TEXTS[2])
        assert index.query(self.TEXTS[2]) == ["c", "e"]

    def test_texts_and_other_signatures_may_be_mixed(self) -> None:
        one = datasketch.MinHash(num_perm=128)
        one.update(b"x")
        index = MinHashLSH(0.5)
        index.insert_many("ab", [self.TEXTS[0], one])
        assert index.query_many([one, self.TEXTS[0], one.hashvalues]) == [["b"], ["a"], ["b"]]

    def test_the_legacy_scheme_has_none(self) -> None:
        with pytest.raises(
            SettingsError, match="texts are signed with scheme='affine32', and this index has 'legacy'"
        ):
            MinHashLSH(0.5, scheme="legacy").query("a text")


class TestArrays:
    def test_any_layout_will_do(self) -> None:
        rows = np.arange(48, dtype=np.uint32).reshape(8, 6)
        frozen = rows.copy()
        frozen.flags.writeable = False
        index = an_index()
        index.insert_many(range(4), rows[::2])
        assert index.query_many(np.asfortranarray(rows)) == [[0], [], [1], [], [2], [], [3], []]
        assert index.query_many(frozen[2:3]) == [[1]]
        assert index.query(frozen[2]) == [1]

    @pytest.mark.parametrize(
        "make", [lambda: np.ones((2, 6)), lambda: np.ones(6, np.uint32), lambda: "a text"]
    )
    def test_what_is_no_array_of_signatures(self, make: Callable[[], Any]) -> None:
        with pytest.raises(InputError):
            an_index().query_many(make())

    def test_another_length(self) -> None:
        with pytest.raises(SettingsError, match="num_perm=7 in an index of num_perm=6"):
            an_index().query(np.ones(7, np.uint32))

    def test_what_is_no_signature(self) -> None:
        with pytest.raises(InputError, match="a MinHash, a text or an array, not bytes"):
            an_index().query(b"bytes")


class TestKeys:
    def test_a_key_that_is_there(self) -> None:
        index, rows = an_index(), np.ones((2, 6), np.uint32)
        index.insert(("a", 1), rows[0])
        calls: list[Callable[[], object]] = [
            lambda: index.insert(("a", 1), rows[0]),
            lambda: index.insert_many(["b", ("a", 1)], rows),
            lambda: index.merge(index, check_overlap=True),
        ]
        for call in calls:
            with pytest.raises(InputError, match=r"the key \('a', 1\) is there already"):
                call()
        with pytest.raises(InputError, match="the key 'b' is given twice"):
            index.insert_many(["b", "b"], rows)
        assert len(index) == 1

    def test_a_key_that_is_not_there(self) -> None:
        with pytest.raises(InputError, match="the key 'a' is not there"):
            an_index().remove("a")

    def test_as_many_keys_as_signatures(self) -> None:
        with pytest.raises(InputError, match="1 keys for 2 signatures"):
            an_index().insert_many("a", np.ones((2, 6), np.uint32))

    def test_merging_with_itself(self) -> None:
        index = an_index()
        index.insert_many("ab", np.arange(12, dtype=np.uint32).reshape(2, 6))
        index.merge(index)
        assert len(index) == 2
        assert index.query(np.arange(6, dtype=np.uint32)) == ["a"]
        with pytest.raises(SettingsError, match=r"MinHashLSH\(params=\(2, 3\), num_perm=6, seed=1"):
            index.merge(an_index((2, 3)))


class TestBucketsOfKeys:
    ROWS = np.array([[1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 7, 8], [9, 9, 8, 8, 5, 6]], np.uint32)

    @pytest.mark.parametrize("on_disk", [False, True])
    def test_keys_are_in_the_buckets_of_their_bands(self, tmp_path: Path, on_disk: bool) -> None:
        index = an_index(path=tmp_path / "sets.lsh" if on_disk else None)
        index.insert_many("ab", self.ROWS[:2])
        index.commit()
        index.insert("c", self.ROWS[2])
        assert list(index.keys) == ["a", "b", "c"]
        assert (len(index.keys), "b" in index.keys, "d" in index.keys) == (3, True, False)
        a, b, c = index.keys.values()
        assert [len(bucket) for bucket in a] == [8, 8, 8]
        assert (a[:2] == b[:2], a[2] == c[2], len({*a, *b, *c})) == (True, True, 6)
        assert (index.keys["d"], index.keys.get("d")) == ([], [])
        assert index.get_counts() == [{a[0]: 2, c[0]: 1}, {a[1]: 2, c[1]: 1}, {a[2]: 2, b[2]: 1}]
        assert index.get_subset_counts("b", "d") == [{b[0]: 1}, {b[1]: 1}, {b[2]: 1}]
        index.remove("a")
        index.insert("b", self.ROWS[0], check_duplication=False)
        assert index.keys["b"] == [*b, *a]
        assert index.get_counts()[:2] == [{b[0]: 1, c[0]: 1}, {b[1]: 1, c[1]: 1}]
        assert list(index.keys) == ["b", "c"]
        index.close()

    def test_an_empty_index(self) -> None:
        assert (an_index().get_counts(), list(an_index().keys)) == ([{}, {}, {}], [])


class TestKeptSignatures:
    ROWS = TestBucketsOfKeys.ROWS

    def test_signatures_come_back_by_their_keys(self) -> None:
        index, other = an_index(keep_signatures=True), an_index(keep_signatures=True)
        index.insert("a", self.ROWS[0])
        other.insert_many("bc", self.ROWS[1:])
        index.merge(other)
        index.remove("b")
        for one in (index, pickle.loads(pickle.dumps(index))):
            assert [one.signature(key).tolist() for key in "ac"] == self.ROWS[[0, 2]].tolist()
            assert one.query(one.signature("c")) == ["a", "c"]
            with pytest.raises(InputError, match="the key 'b' is not there"):
                one.signature("b")
        index.signature("a")[:] = 0
        assert index.signature("a").tolist() == self.ROWS[0].tolist()

    def test_an_index_without_them_says_so(self, tmp_path: Path) -> None:
        index = an_index()
        index.insert("a", self.ROWS[0])
        with pytest.raises(SettingsError, match="make it with keep_signatures=True"):
            index.signature("a")
        with pytest.raises(SettingsError, match="make both with keep_signatures"):
            an_index(keep_signatures=True).merge(index)
        with pytest.raises(SettingsError, match="keep_signatures is for an index in memory"):
            an_index(keep_signatures=True, path=tmp_path / "sets.lsh")
        assert not (tmp_path / "sets.lsh").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"storage_config": {"type": "redis", "redis": {}}},
            "type 'redis': give path= for an index in a fol",
        ),
        ({"storage_config": {"basename": b"sets"}}, "type None: give path="),
        ({"threshold": 1.2}, "threshold must be from 0 to 1, not 1.2"),
        ({"num_perm": 1}, "num_perm must be 2 or more, not 1"),
        ({"weights": (0.5, 0.6)}, "weights must be two from 0 to 1, and 1 together"),
        ({"params": (20, 7)}, r"their product 128 \(num_perm\) at most, not \(20, 7\)"),
        ({"params": (1, 7)}, "two bands or more, not 1"),
        ({"threshold": 1.0}, "two bands or more, not 1"),
        ({"scheme": "affine64"}, "scheme must be one of affine32, legacy, not 'affine64'"),
    ],
)
def test_parameters_out_of_range(options: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        MinHashLSH(**options)


def test_a_pickle_names_only_what_is_public() -> None:
    index = MinHashLSH(num_perm=6, params=(3, 2), seed=3)
    index.insert_many(["a", "b", "c"], np.arange(18, dtype=np.uint32).reshape(3, 6))
    index.remove("b")
    data = pickle.dumps(index)
    names = {name for _, name, _ in pickletools.genops(data) if isinstance(name, str)}
    assert {name for name in names if name.startswith("syndetect")} == {"syndetect"}
    assert "MinHashLSH" in names
    state = index.__getstate__()
    assert (state["num_perm"], state["params"], state["seed"], state["scheme"]) == (6, [3, 2], 3, "affine32")
    assert (state["keys"], state["links"].shape, state["checks"].shape) == (["a", "c"], (3, 2), (2, 3))
    assert pickle.loads(data).query_many(np.arange(18, dtype=np.uint32).reshape(3, 6)) == [["a"], [], ["c"]]

"""Removing near-duplicates: who survives, held against a brute-force twin, and what is written of every format."""

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from click.testing import Result as Outcome

import syndetect
from samples import command
from samples.languages import NEWS
from syndetect import InputError, OutputError, SettingsError, deduplicate
from syndetect.dedup import output
from syndetect.dedup.cuts import without
from syndetect.dedup.deduplicate import REMOVED
from syndetect.dedup.rewrite_json import members
from syndetect.dedup.set_join import Outcomes, SimilarityRule, join_outcomes
from syndetect.kernels import prefixes
from syndetect.storage.compression import zstd
from syndetect.storage.scratch import Store
from syndetect.storage.staging import move

pytestmark = pytest.mark.kernel

Text = tuple[int, ...]
Plain = dict[int, tuple[int, int, float]]

RIVER = (
    "The Tamsin rose by two metres on Sunday night and flooded the lower quarter of Kesh, where firemen took"
    " forty people out of their houses by boat, the mayor told reporters on Monday morning."
)
PLAIN_RIVER = RIVER.replace(",", "")
RIVER_LATER = RIVER.replace("on Monday morning", "on Tuesday morning")
TRAMS = (
    "Morvia's parliament voted by a narrow margin to sell its trams to a company from the north, and the drivers"
    " said that they would stop work for a week from the first of June."
)
SHORT = "More news at noon."


# ------------------------------------------------------------------------------------------------ who survives


def invented_texts(draw: np.random.Generator, most: int = 40) -> list[Text]:
    """Texts of numbered words, most of them edits of others."""
    texts: list[Text] = []
    vocabulary = int(draw.choice([3, 20, 1000]))
    for _ in range(int(draw.integers(0, most))):
        words = draw.integers(vocabulary, size=int(draw.integers(0, 60))).tolist()
        if texts and draw.random() < 0.7:
            words = list(texts[draw.integers(len(texts))])
            for _ in range(int(draw.integers(0, 4)) if words else 0):
                at, kind = int(draw.integers(len(words))), int(draw.integers(4))
                if kind == 0:
                    words[at] = int(draw.integers(vocabulary))
                elif kind == 1:
                    words.insert(at, int(draw.integers(vocabulary)))
                else:
                    words = words[: at + 1] if kind == 2 else words[at:]
        texts.append(tuple(words))
    return texts


def shingles(text: Text, k: int) -> set[Text]:
    return {text[at : at + k] for at in range(max(len(text) - k + 1, 1))}


def plain(texts: Sequence[Text], order: Sequence[int], rule: SimilarityRule) -> Plain:
    """Every text against every one that is kept: who is kept in its place, their relation, their similarity."""
    sets = [shingles(text, rule.shingle_words) for text in texts]
    kept: list[int] = []
    outcomes: Plain = {}
    firsts: dict[Text, int] = {}
    for one in order:
        first = firsts.setdefault(texts[one], one)
        if first != one and texts[one]:
            outcomes[one] = outcomes[first] if outcomes[first][1] else (first, 1, 1.0)
            continue
        found = []
        for number, other in enumerate(kept if texts[one] else []):
            if not texts[other]:
                continue
            common = len(sets[one] & sets[other])
            jaccard, part = (
                common / len(sets[one] | sets[other]),
                common / min(len(sets[one]), len(sets[other])),
            )
            if jaccard >= rule.threshold:
                found.append((2, -jaccard, number))
            elif rule.contained and part >= rule.threshold:
                found.append((3, -part, number))
        relation, similarity, number = min(found, default=(0, -1.0, len(kept)))
        if not found:
            kept.append(one)
        outcomes[one] = (kept[number], relation, -similarity)
    return outcomes


def judged(
    texts: Sequence[Text], order: Sequence[int], rule: SimilarityRule, threads: int = 1, memory: int = 1 << 30
) -> Outcomes:
    code = np.array([word * 2654435761 % 2**32 | 1 for text in texts for word in text], np.uint32)
    bounds = np.cumsum([0, *map(len, texts)], dtype=np.int64)
    store = Store(None, 1 << 20, {})
    try:
        return join_outcomes(
            code,
            (bounds[:-1], bounds[1:]),
            np.array(order, np.int64),
            rule,
            store,
            threads=threads,
            memory=memory,
        )
    finally:
        store.close()


def plain_of(found: Outcomes) -> Plain:
    columns = (found.by.tolist(), found.relation.tolist(), found.similarity.tolist())
    return dict(enumerate(zip(*columns, strict=True)))


@pytest.mark.parametrize("seed", range(60))
def test_outcomes_are_those_of_brute_force(seed: int) -> None:
    draw = np.random.default_rng(seed)
    texts = invented_texts(draw)
    order = draw.permutation(len(texts)).tolist()
    rule = SimilarityRule(
        int(draw.integers(1, 6)), float(draw.choice([0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0])), seed % 2 == 1
    )
    assert plain_of(judged(texts, order, rule, threads=1 + seed % 2)) == plain(texts, order, rule)


def test_sets_of_tokens_are_those_of_plain_python() -> None:
    """What is in one set only has no token, but where its count shares a place with another's."""
    draw = np.random.default_rng(4)
    sizes = draw.integers(0, 300, 30)
    offsets = np.cumsum([0, *sizes], dtype=np.int64)
    hashes = draw.integers(500, size=offsets[-1]).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    counts = np.zeros(1 << 10, np.uint8)
    prefixes.tally(hashes, counts)
    places = np.bincount((hashes % np.uint64(1 << 10)).astype(np.int64), minlength=1 << 10)
    assert counts.tolist() == np.minimum(places, 255).tolist()
    parts = [hashes[low:high].tolist() for low, high in pairwise(offsets)]
    found, lengths = np.empty((2, 30), np.int64)
    n = prefixes.make_tokens(offsets, hashes, np.empty_like(hashes), counts, found, lengths)
    wanted = [
        sorted({int(counts[h % 1024]) << 56 | h >> 8 for h in part if counts[h % 1024] > 1}) for part in parts
    ]
    assert hashes[:n].tolist() == [token for part in wanted for token in part]
    assert lengths.tolist() == list(map(len, wanted))
    assert found.tolist() == [len(set(part)) for part in parts]
    bounds = np.concatenate([[0], np.cumsum(lengths)])
    for contained in (False, True):
        room = [sum(contained or 5 * (size - at) >= 4 * size for at in range(size - len(part), size))
                for size, part in zip(found.tolist(), wanted, strict=True)]  # fmt: skip
        assert prefixes.count_entries(bounds, found, 0.8, contained) == sum(room)


@pytest.mark.parametrize("contained", [False, True])
def test_no_two_kept_texts_are_near_duplicates_and_no_group_loses_all(contained: bool) -> None:
    draw = np.random.default_rng(5)
    for _ in range(20):
        texts, rule = invented_texts(draw), SimilarityRule(2, 0.6, contained)
        outcomes = plain_of(judged(texts, range(len(texts)), rule))
        kept = [one for one, (_, relation, _) in outcomes.items() if not relation]
        alone = plain([texts[one] for one in kept], range(len(kept)), rule)
        assert all(relation == 0 for _, relation, _ in alone.values())
        for one, (by, relation, _) in outcomes.items():
            assert outcomes[by][1] == 0
            both = plain([texts[by], texts[one]], [0, 1], rule)
            assert one == by or both[1][1] in (relation, 1)


def test_the_result_does_not_depend_on_memory_chunks_or_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(6)
    texts = [text for _ in range(5) for text in invented_texts(draw)]
    whole = judged(texts, range(len(texts)), SimilarityRule(3, 0.7, False))
    for name in ("_CHUNK_WORDS", "_CHUNK_TEXTS"):
        monkeypatch.setattr(f"syndetect.dedup.set_join.{name}", 7)
    parts = judged(texts, range(len(texts)), SimilarityRule(3, 0.7, False), threads=3, memory=40_000)
    assert plain_of(parts) == plain_of(whole)


def test_a_million_copies_are_one_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here ten thousand, of which one goes into the comparison."""
    compared: list[int] = []
    sets = syndetect.dedup.set_join._token_sets

    def noted(*arguments: Any) -> Any:
        compared.append(len(arguments[1]))
        return sets(*arguments)

    monkeypatch.setattr("syndetect.dedup.set_join._token_sets", noted)
    found = judged([(1, 2, 3, 4, 5)] * 10_000, range(9_999, -1, -1), SimilarityRule(3, 0.8, False))
    assert compared == [1]
    assert np.flatnonzero(found.relation == 0).tolist() == [9_999]
    assert set(found.by.tolist()) == {9_999}


def test_texts_that_share_a_template_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A seventh of each is its own, which fills its short prefix: of 300 texts no two are candidates."""
    partners: list[int] = []
    choose = prefixes.choose

    def watch(*given: Any) -> None:
        choose(*given)
        partners.extend(given[6].tolist())

    monkeypatch.setattr(prefixes, "choose", watch)
    texts = [(*range(60), *range(1000 + 10 * one, 1010 + 10 * one)) for one in range(300)]
    assert not judged(texts, range(300), SimilarityRule(1, 0.8, False)).relation.any()
    assert set(partners) == {-1}
    judged(texts, range(300), SimilarityRule(1, 0.5, False))
    assert set(partners) != {-1}


def test_too_little_memory_is_said() -> None:
    texts = [tuple(range(one, one + 30)) for one in range(50)]
    with pytest.raises(InputError, match="allow more with --memory"):
        judged(texts, range(50), SimilarityRule(3, 0.5, False), memory=100)


# ------------------------------------------------------------------------------------------------ documents


def articles() -> list[dict[str, str]]:
    return [
        {"id": "a", "source": "Kesh Daily", "published": "2031-06-03", "text": RIVER},
        {
            "id": "b",
            "source": "Northwire",
            "published": "2031-06-02T09:00:00Z",
            "text": RIVER_LATER + " " + SHORT,
        },
        {"id": "c", "source": "Morvia Post", "published": "2031-06-02T12:00:00Z", "text": RIVER.upper()},
        {"id": "d", "source": "Morvia Post", "published": "2031-06-04", "text": TRAMS},
        {"id": "e", "source": "", "published": "", "text": "!!!"},
        {"id": "f", "source": "", "published": "", "text": "???"},
    ]


@pytest.mark.parametrize(
    ("keep", "sources", "kept"),
    [
        ("first", (), "adef"),
        ("longest", (), "bdef"),
        ("earliest", (), "bdef"),
        ("source-order", ("Morvia post", "nobody"), "cdef"),
    ],
)
def test_which_of_near_duplicates_stays(keep: Any, sources: tuple[str, ...], kept: str) -> None:
    found = deduplicate(articles(), keep=keep, sources=sources, threshold=0.6)
    assert found.kept.to_list() == list(kept)
    assert found.removed.schema == REMOVED
    assert set(found.removed["kept"]) == {kept[0]}
    assert found.counts["documents"] == 6


def test_what_is_told_of_the_removed() -> None:
    removed = deduplicate(articles(), threshold=0.6).removed.rows(named=True)
    assert [(row["doc_id"], row["kept"], row["relation"], row["place"]) for row in removed] == [
        ("b", "a", "near", "record 2"), ("c", "a", "exact", "record 3"),
    ]  # fmt: skip
    one, other = (
        {tuple(w[i : i + 3]) for i in range(len(w) - 2)}
        for w in map(words_of, (RIVER, articles()[1]["text"]))
    )
    assert removed[0]["similarity"] == len(one & other) / len(one | other)


def words_of(text: str) -> list[str]:
    return [word.strip(".,").lower() for word in text.split()]


def test_contained_texts() -> None:
    texts = [{"text": RIVER}, {"text": f"{TRAMS} {RIVER} {SHORT}"}]
    assert deduplicate(texts).removed.height == 0
    found = deduplicate(texts, contained=True, keep="longest")
    assert found.removed.select("doc_id", "relation", "similarity").rows() == [("record 1", "contains", 1.0)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"keep": "best"}, {"unit": "word"}, {"threshold": 0}, {"threshold": 1.5}, {"threshold": "0.8"},
        {"shingle_words": 0}, {"keep": "source-order"}, {"sources": ("a",)}, {"threads": 0}, {"memory": 0},
        {"keep": "source-order", "sources": "abc"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked(wrong: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        deduplicate(articles(), **wrong)


def test_sources_that_nobody_has() -> None:
    with pytest.raises(InputError, match="no document is from nobody"):
        deduplicate(articles(), keep="source-order", sources=("nobody",))


def test_nothing_to_read() -> None:
    with pytest.raises(InputError, match=r"nothing could be read \(record 1: no text\)"):
        deduplicate([{"text": ""}])


# ------------------------------------------------------------------------------------------------ files


run = partial(command.run, "dedup")


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


ODD_LINES = [
    '{"id": 7, "n": 1.50e0,  "text": "' + RIVER + '", "more": ["\\u00e9", {"text": 0}]}\r',
    "",
    "{broken",
    '{"id": 8, "text": "' + RIVER_LATER + '"}',
    '{"text": "' + TRAMS + '", "id": null}',
]


@pytest.mark.parametrize(
    ("suffix", "pack", "unpack"),
    [
        ("", bytes, bytes),
        (".gz", gzip.compress, gzip.decompress),
        (".zst", zstd.compress, zstd.decompress),
        (".bz2", bz2.compress, bz2.decompress),
        (".xz", lzma.compress, lzma.decompress),
        (".lzma", lzma.compress, lzma.decompress),
    ],
)
def test_json_lines_stay_as_they_are(
    tmp_path: Path, suffix: str, pack: Callable[[bytes], bytes], unpack: Callable[[bytes], bytes]
) -> None:
    given, kept = tmp_path / f"in.jsonl{suffix}", tmp_path / f"out.jsonl{suffix}"
    given.write_bytes(pack("\n".join(ODD_LINES).encode()))
    outcome = run(given, "-o", kept)
    assert outcome.exit_code == 0
    assert unpack(kept.read_bytes()).decode() == f"{ODD_LINES[0]}\n{ODD_LINES[4]}\n"
    (removed,) = lines_of(tmp_path / "out.removed.jsonl")
    assert list(removed) == ["doc_id", "kept", "relation", "similarity", "place"]
    assert (removed["doc_id"], removed["kept"], removed["relation"]) == ("8", "7", "near")
    assert removed["place"] == f"{given.as_posix()}:4"
    assert [row["place"] for row in lines_of(tmp_path / "out.skipped.jsonl")] == [f"{given.as_posix()}:3"]
    assert outcome.stderr.startswith(f"3 documents, 2 kept in {kept}; 1 removed (1 near); 0.0 MB, ")
    assert outcome.stderr.endswith(f"1 record left out (see the list beside {kept})\n")


HIT = f'{{"_score": 1, "_source": {{"text": "{RIVER}"}}}}'
ARRAY = (
    '[\n  {"id": 1, "text": "' + RIVER + '"},\n  {"id": 2, "text": "' + RIVER_LATER + '"},\n'
    '  {"id": 3, "text": "' + TRAMS + '"},\n  {"id": 4, "text": "' + TRAMS + '"}\n]\n'
)


@pytest.mark.parametrize(
    ("name", "data", "removed", "expected"),
    [
        ("a.json", ARRAY, ["2", "4"], ARRAY.replace(f'  {{"id": 2, "text": "{RIVER_LATER}"}},\n', "")
            .replace(f',\n  {{"id": 4, "text": "{TRAMS}"}}', "")),
        ("a.jsonl", ARRAY.replace("\n", ""), ["2", "4"], None),
        ("a.json", '{"ok": 1, "articles": ' + ARRAY + ', "n": [{"x": 1}]}', ["2", "4"], None),
        ("a.json", ARRAY.replace("},", "}").strip("[]\n"), ["2", "4"], None),
        ("a.json", f'{{"u": {HIT}, "v": {HIT}, "w": {{"text": "{TRAMS}"}}}}', ["v"],
            f'{{"u": {HIT}, "w": {{"text": "{TRAMS}"}}}}'),
        ("a.json", f"{HIT}\n{HIT}\n", ["a.json:2"], f"{HIT}\n"),
    ],
)  # fmt: skip
def test_22_json_stays_as_it_is(
    tmp_path: Path, name: str, data: str, removed: list[str], expected: str | None
) -> None:
    """What is kept are the same bytes, in the same form: the rest is one of the separators beside each."""
    (tmp_path / name).write_text(data)
    found = deduplicate(tmp_path / name, tmp_path / f"out.{name}")
    assert found.removed["doc_id"].to_list() == removed
    kept = (tmp_path / f"out.{name}").read_text()
    if expected is not None:
        assert kept == expected
    again = deduplicate(tmp_path / f"out.{name}", tmp_path / f"again.{name}")
    assert not again.removed.height
    assert len(again.kept) == len(found.kept)
    assert (tmp_path / f"again.{name}").read_text() == kept


def test_22_the_first_of_an_array_goes_with_the_comma_behind_it(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(f'[ {{"text": "{RIVER}"}} , {{"text": "{RIVER} So."}} , 3, null]')
    deduplicate(tmp_path / "a.json", tmp_path / "b.json", keep="longest")
    assert (tmp_path / "b.json").read_text() == f'[ {{"text": "{RIVER} So."}} , 3, null]'


def test_22_paragraphs_are_cut_from_json_of_any_form(tmp_path: Path) -> None:
    def made(second: str) -> str:
        first = json.dumps({"text": f"{RIVER}\n\n{TRAMS}"})
        return f'{{"hits": [ {{"_source": {first}, "n": 1.50}},\n {{"n": 2, "_source": {{"text": "{second}"}}}} ]}}'

    (tmp_path / "a.json").write_text(made(f"{SHORT}\\n\\n{TRAMS}"))
    deduplicate(tmp_path / "a.json", tmp_path / "b.json", unit="paragraph")
    assert (tmp_path / "b.json").read_text() == made(SHORT)


@pytest.mark.parametrize(("name", "what"), [("a.warc", "web archives"), ("a.wet.gz", "web archives")])
def test_what_cannot_be_written_again_is_refused_at_once(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match=f"{name}: {what} cannot be written again: give no output"):
        deduplicate(tmp_path, tmp_path / "out")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252", "cp1250", "mac_roman"])
def test_encodings_stay(tmp_path: Path, encoding: str) -> None:
    texts = [f"Café “{RIVER}”", f"Café “{RIVER_LATER}”", f"«{TRAMS}» é"]
    lines = [json.dumps({"text": text}, ensure_ascii=False) for text in texts]
    (tmp_path / "in.jsonl").write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    assert run(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == f"{lines[0]}\n{lines[2]}\n".encode(encoding)


@pytest.mark.parametrize(("suffix", "sign"), [("csv", ","), ("csv", ";"), ("tsv", "\t")])
def test_rows_stay_as_they_are(tmp_path: Path, suffix: str, sign: str) -> None:
    rows = [
        sign.join(("id", "text", "x")),
        sign.join(("1", f'"{RIVER}"', " 01.0")),
        "",
        sign.join(("2", f'"{RIVER_LATER}"', "")),
        sign.join(("3", f'"{TRAMS[:60]}\n{TRAMS[60:]} ""So""{sign}"', '"y"')),
    ]
    (tmp_path / f"in.{suffix}").write_bytes("\r\n".join(rows).encode())
    assert run(tmp_path / f"in.{suffix}", "-o", tmp_path / f"out.{suffix}").exit_code == 0
    kept = "\r\n".join((rows[0], rows[1], rows[4])) + "\n"
    assert (tmp_path / f"out.{suffix}").read_bytes().decode() == kept


@pytest.mark.parametrize("form", ["parquet", "arrow", "stream"])
@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_tables_keep_columns_and_types(tmp_path: Path, form: str, unit: str) -> None:
    body = pl.Series("body", [RIVER, f"{TRAMS}\n\n{RIVER_LATER}", RIVER, None])
    frame = pl.DataFrame(
        {
            "x": pl.Series([1, 2, 3, 4], dtype=pl.Int8),
            "body": body,
            "tags": [["a"], [], None, ["b", "c"]],
            "kind": pl.Series(["k", None, "l", "k"], dtype=pl.Categorical),
        }
    )
    suffix = "parquet" if form == "parquet" else "arrow"
    given, kept = tmp_path / f"in.{suffix}", tmp_path / f"out.{suffix}"
    write: dict[str, Callable[..., object]] = {
        "parquet": frame.write_parquet,
        "arrow": frame.write_ipc,
        "stream": frame.write_ipc_stream,
    }
    write[form](given)
    assert run(given, "-o", kept, "--unit", unit).exit_code == 0
    read = {"parquet": pl.read_parquet, "arrow": pl.read_ipc, "stream": pl.read_ipc_stream}[form]
    found = read(kept)
    assert found.schema == frame.schema
    assert found["x"].to_list() == [1, 2]
    assert found["body"].to_list() == [RIVER, TRAMS if unit == "paragraph" else f"{TRAMS}\n\n{RIVER_LATER}"]
    assert found["tags"].to_list() == [["a"], []]


def folder_of_texts(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_bytes(RIVER.encode() + b"\r\n")
    (folder / "b.txt").write_text(RIVER_LATER)
    (folder / "sub" / "c.txt.gz").write_bytes(gzip.compress(TRAMS.encode()))
    (folder / "sub" / "d.jsonl").write_text(json.dumps({"text": TRAMS}) + "\n" + json.dumps({"text": SHORT}))
    (folder / "readme.pdf").write_bytes(b"no article")
    return folder


def test_a_folder_becomes_a_folder(tmp_path: Path) -> None:
    folder = folder_of_texts(tmp_path)
    assert run(
        folder, "-o", tmp_path / "new" / "kept", "-q"
    ).stderr == "1 file passed over (see the list beside {})\n".format(tmp_path / "new" / "kept")
    files = {
        path.relative_to(tmp_path / "new").as_posix()
        for path in (tmp_path / "new").rglob("*")
        if path.is_file()
    }
    assert files == {
        "kept/a.txt", "kept/sub/c.txt.gz", "kept/sub/d.jsonl", "kept.removed.jsonl", "kept.skipped.jsonl"
    }  # fmt: skip
    assert (tmp_path / "new/kept/a.txt").read_bytes() == (folder / "a.txt").read_bytes()
    assert lines_of(tmp_path / "new/kept/sub/d.jsonl") == [{"text": SHORT}]
    assert deduplicate(tmp_path / "new" / "kept").removed.height == 0


def test_the_same_bytes_whatever_the_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(2)
    with (tmp_path / "in.jsonl").open("w") as file:
        for text in invented_texts(draw, 200):
            file.write(json.dumps({"text": " ".join(f"word{word}" for word in text) or "."}) + "\n")
    kept = []
    for threads, size, memory in ((1, 1 << 20, 1 << 30), (3, 500, 1 << 18)):
        monkeypatch.setattr("syndetect.dedup.texts.BATCH_BYTES", size)
        place = tmp_path / f"out{threads}.jsonl"
        deduplicate(tmp_path / "in.jsonl", place, threads=threads, memory=memory)
        kept.append((place.read_bytes(), (tmp_path / f"out{threads}.removed.jsonl").read_bytes()))
    assert kept[0] == kept[1]
    assert kept[0][1]


# ------------------------------------------------------------------------------------------------ paragraphs


def test_repeated_paragraphs_are_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{SHORT}\n\n{RIVER}\n\n{TRAMS}\n")
    (folder / "b.txt").write_text(f"“{RIVER_LATER}”\n\n{SHORT}\n\n{TRAMS}\n\n")
    (folder / "c.txt").write_text(f"{TRAMS}\n\n{RIVER}\n")
    lines = [{"n": 1.0, "text": f"{SHORT}\n\n{RIVER}"}, {"text": f"\ud800{SHORT}\r\n\r\n{RIVER}\r\n\r\né"}]
    (folder / "d.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines).replace("1.0", "1.00"))
    assert run(folder, "-o", tmp_path / "kept", "--unit", "paragraph").exit_code == 0
    kept = {path.name: path.read_bytes().decode() for path in (tmp_path / "kept").iterdir()}
    assert kept == {
        "a.txt": f"{SHORT}\n\n{RIVER}\n\n{TRAMS}\n",
        "b.txt": f"{SHORT}\n\n",
        "d.jsonl": f'{{"n": 1.00, "text": "{SHORT}"}}\n{{"text": "\\ud800{SHORT}\\r\\n\\r\\n\\u00e9"}}\n',
    }
    removed = lines_of(tmp_path / "kept.removed.jsonl")
    told = [
        [row[name] for name in ("doc_id", "paragraph", "kept", "kept_paragraph", "relation")]
        for row in removed
    ]
    assert told == [
        ["b.txt", 0, "a.txt", 1, "near"], ["b.txt", 2, "a.txt", 2, "exact"],
        ["c.txt", 0, "a.txt", 2, "exact"], ["c.txt", 1, "a.txt", 1, "exact"],
        ["d.jsonl:1", 1, "a.txt", 1, "exact"], ["d.jsonl:2", 1, "a.txt", 1, "exact"],
    ]  # fmt: skip


def test_paragraphs_of_rows(tmp_path: Path) -> None:
    written = io.StringIO()
    rows = [["id", "text", "y"], ["1", RIVER, "a"], ["2", f'{RIVER}\n\n"{SHORT}"', "b, c"], ["3", TRAMS, ""]]
    csv.writer(written).writerows(rows)
    (tmp_path / "in.csv").write_bytes(written.getvalue().encode())
    deduplicate(tmp_path / "in.csv", tmp_path / "out.csv", unit="paragraph")
    with (tmp_path / "out.csv").open(newline="") as file:
        assert list(csv.reader(file)) == [*rows[:2], ["2", f'"{SHORT}"', "b, c"], rows[3]]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_case_16_first_lines_and_line_ends_of_csv_stay(tmp_path: Path, end: str) -> None:
    rows = ["sep=;", "id;text", f'1;"{RIVER}"', f"2;{RIVER_LATER}", f'3;"{SHORT}{end}{TRAMS}"']
    (tmp_path / "in.csv").write_bytes(end.join(rows).encode())
    assert run(tmp_path / "in.csv", "-o", tmp_path / "out.csv").exit_code == 0
    assert (tmp_path / "out.csv").read_bytes().decode() == end.join([*rows[:3], rows[4]]) + "\n"


def test_case_03_rows_with_marks_that_are_text_stay(tmp_path: Path) -> None:
    texts = [f'"{TRAMS}', f'"{RIVER}" so they say', SHORT, f'"{RIVER}" so they say', 'The pier is closed"']
    rows = [f"{n}\t{text}\n" for n, text in enumerate(texts)]
    (tmp_path / "in.tsv").write_text("id\ttext\n" + "".join(rows))
    assert run(tmp_path / "in.tsv", "-o", tmp_path / "out.tsv").exit_code == 0
    assert (tmp_path / "out.tsv").read_text() == "id\ttext\n" + "".join([*rows[:3], rows[4]])


@pytest.mark.parametrize(
    ("row", "left"),
    [
        (f'"{PLAIN_RIVER}\v""Yes"" they said.",x', '"""Yes"" they said.",x'),
        (f'{PLAIN_RIVER}\v"Yes" they said.,x', '"Yes" they said.,x'),
        (f'{PLAIN_RIVER}\v"Yes",x', '"""Yes""",x'),
        (f'"{PLAIN_RIVER}\v\\"Yes\\", they said.",x', '"\\"Yes\\", they said.",x'),
    ],
)
def test_a_row_that_is_cut_is_written_as_it_was_read(tmp_path: Path, row: str, left: str) -> None:
    (tmp_path / "in.csv").write_text(f"id,text,t\n1,{PLAIN_RIVER},y\n2,{row}\n")
    assert run(tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--unit", "paragraph").exit_code == 0
    assert (tmp_path / "out.csv").read_text() == f"id,text,t\n1,{PLAIN_RIVER},y\n2,{left}\n"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_a_text_that_is_cut_keeps_its_encoding(tmp_path: Path, encoding: str) -> None:
    text = f"Café {SHORT}\n\n{RIVER}\n\n{RIVER}\n"
    (tmp_path / "in.txt").write_bytes(text.encode(encoding))
    deduplicate(tmp_path / "in.txt", tmp_path / "out.txt", unit="paragraph")
    assert (tmp_path / "out.txt").read_bytes() == f"Café {SHORT}\n\n{RIVER}\n".encode(encoding)


@pytest.mark.parametrize(
    ("form", "before", "between", "after"),
    [
        ("txt", b"", b"\n\n", b"\n"),
        ("jsonl", b'{"text": "', b"\\n\\n", b'"}\n'),
        ("csv", b'id,text\na,"', b"\n\n", b'"\n'),
    ],
)
@pytest.mark.parametrize("language", ["Czech", "Russian", "Japanese"])
def test_paragraphs_around_a_cut_have_the_same_bytes(
    tmp_path: Path, language: str, form: str, before: bytes, between: bytes, after: bytes
) -> None:
    text, (encoding, *_) = NEWS[language]
    with_an_odd_byte = text.encode(encoding) + b" \x81 2"
    parts = [with_an_odd_byte, RIVER.encode(), RIVER.encode()]
    (tmp_path / f"in.{form}").write_bytes(before + between.join(parts) + after)
    deduplicate(tmp_path / f"in.{form}", tmp_path / f"out.{form}", unit="paragraph")
    assert (tmp_path / f"out.{form}").read_bytes() == before + between.join(parts[:2]) + after


def test_case_06_a_line_with_an_odd_byte_is_kept_as_it_stands(tmp_path: Path) -> None:
    lines = [
        b'{"text": "' + f"{text} für K".encode() + b'\xf6hler"}\n' for text in (RIVER, RIVER_LATER, TRAMS)
    ]
    (tmp_path / "in.jsonl").write_bytes(b"".join(lines))
    assert run(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl").exit_code == 0
    assert (tmp_path / "out.jsonl").read_bytes() == lines[0] + lines[2]


@pytest.mark.parametrize(
    ("text", "cut", "left"),
    [
        ("One.\n\nTwo.\n\nThree.", ["Two"], "One.\n\nThree."),
        ("One.\n\n“Two two.”\n\nThree.", ["Two two"], "One.\n\nThree."),
        ("One.\nTwo.\n  Three.", ["Two"], "One.\n  Three."),
        ("One.\r\n\r\nTwo.\r\n", ["Two"], "One.\r\n"),
        ("One.\n\nTwo.\n\n***\n\nThree.", ["Two"], "One.\n\n***\n\nThree."),
        ("One.\n\nTwo.\n\nThree.\n", ["Two", "Three"], "One.\n"),
        ("One.\n\nTwo.", ["One", "Two"], ""),
        ("One.\u2029Two.\u2029Three.", ["One"], "Two.\u2029Three."),
    ],
)
def test_cutting_a_text(text: str, cut: list[str], left: str) -> None:
    assert without(text, [(text.index(part), text.index(part) + len(part)) for part in cut]) == left


def test_members_of_an_object() -> None:
    line = ' {"a" :[1, {"b":"}"}] ,\t"\\u0062": "x\\"", "a": -1.5e3}  '
    assert [(name, line[begin:end]) for name, begin, end in members(line)] == [
        ("a", '[1, {"b":"}"}]'), ("b", '"x\\""'), ("a", "-1.5e3"),
    ]  # fmt: skip
    assert list(members("{ }")) == []


# ------------------------------------------------------------------------------------------------ refusals


def failure(outcome: Outcome) -> str:
    assert outcome.exit_code == 1
    assert outcome.stderr.startswith("syndetect: ")
    assert outcome.stderr.count("\n") == 1
    return outcome.stderr


def test_what_is_there_stays_unless_forced(tmp_path: Path) -> None:
    folder, kept = folder_of_texts(tmp_path), tmp_path / "kept"
    kept.mkdir()
    (kept / "diary.txt").write_text("mine")
    assert "is there already" in failure(run(folder, "-o", kept))
    assert "is not what dedup wrote" in failure(run(folder, "-o", kept, "--force"))
    (kept / "diary.txt").unlink()
    assert run(folder, "-o", kept, "--force").exit_code == 0
    assert "is there already" in failure(run(folder, "-o", kept))
    (folder / "a.txt").unlink()
    (folder / "readme.pdf").unlink()
    assert run(folder, "-o", kept, "--force").exit_code == 0
    assert not (kept / "a.txt").exists()
    assert not (tmp_path / "kept.skipped.jsonl").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "kept", "kept.removed.jsonl"]


def test_places_that_cannot_be(tmp_path: Path) -> None:
    folder = folder_of_texts(tmp_path)
    assert "which is read" in failure(run(folder, "-o", folder, "--force"))
    assert "which is read" in failure(run(folder, "-o", tmp_path, "--force"))
    assert "which is read" in failure(run(folder / "a.txt", "-o", folder / "a.txt", "--force"))
    assert "ends in .txt.gz" in failure(run(folder / "sub" / "c.txt.gz", "-o", tmp_path / "c.txt"))
    (tmp_path / "d.txt").mkdir()
    assert "is a folder" in failure(run(folder / "a.txt", "-o", tmp_path / "d.txt", "--force"))
    assert "cannot be read a second time" in failure(run("-", "-o", tmp_path / "out.jsonl"))
    with pytest.raises(InputError, match="only files"):
        deduplicate(articles(), tmp_path / "out.jsonl")


def test_nothing_half_written_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = folder_of_texts(tmp_path)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("syndetect.dedup.output.write_frame", fail)
    assert "no space left on the disk" in failure(run(folder, "-o", tmp_path / "kept"))
    with pytest.raises(OutputError):
        deduplicate(folder / "a.txt", tmp_path / "kept.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


def test_a_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = tmp_path / "in.jsonl"
    given.write_text(json.dumps({"text": RIVER}))

    def change(*asked: Any, **named: Any) -> Outcomes:
        given.write_text(json.dumps({"text": TRAMS + TRAMS}))
        return join_outcomes(*asked, **named)

    monkeypatch.setattr("syndetect.dedup.deduplicate.join_outcomes", change)
    assert "changed while it was read" in failure(run(given, "-o", tmp_path / "out.jsonl"))
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


def test_html_stays_whole(tmp_path: Path) -> None:
    page = f"<html><body><article><p>{RIVER}</p><p>{TRAMS}</p></article></body></html>"
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(page)
    assert "cannot be cut from HTML" in failure(run(tmp_path, "-o", tmp_path / "kept", "--unit", "paragraph"))
    assert run(tmp_path, "-o", tmp_path / "kept").exit_code == 0
    assert [path.read_text() for path in (tmp_path / "kept").iterdir()] == [page]


def test_sources_from_the_command_line(tmp_path: Path) -> None:
    given, names = tmp_path / "in.jsonl", tmp_path / "names.txt"
    given.write_text("".join(json.dumps(article) + "\n" for article in articles()))
    names.write_text("Morvia Post\n\nKesh Daily\n")
    for number, sources in enumerate((names, "Morvia Post, Kesh Daily")):
        place = tmp_path / f"out{number}.jsonl"
        asked = ("--keep", "source-order", "--sources", sources, "--threshold", "0.6")
        assert run(given, "-o", place, *asked).exit_code == 0
        assert [line["id"] for line in lines_of(place)] == ["c", "d", "e", "f"]


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    fifo = tmp_path / "wait"
    code = (
        "import sys, time; from syndetect.dedup import output; from syndetect.cli.program import main\n"
        f"def wait(*a): open({str(fifo)!r}, 'w').close(); time.sleep(60)\n"
        "output.write_frame = wait; main()"
    )
    (tmp_path / "in.txt").write_text(RIVER)
    asked = ["dedup", str(tmp_path / "in.txt"), "-o", str(tmp_path / "out.txt")]
    process = subprocess.Popen([sys.executable, "-c", code, *asked], stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 60
    while not fifo.exists() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told.splitlines()[-1]) == (130, "syndetect: interrupted")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.txt", "wait"]


def test_a_folder_whose_move_failed_can_be_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in" / "below").mkdir(parents=True)
    (tmp_path / "in" / "below" / "a.txt").write_text(RIVER)
    kept, synced = tmp_path / "kept", list[str]()

    def fail(made: Path, place: Path, *, replace: bool) -> None:
        move(made, place, replace=replace)
        raise OSError(5, os.strerror(5))

    with monkeypatch.context() as patched:
        patched.setattr(output, "sync_folder", lambda folder: synced.append(folder.name))
        patched.setattr(output, "move", fail)
        with pytest.raises(OutputError, match="cannot write"):
            deduplicate([str(tmp_path / "in")], kept)
    assert "below" in synced
    deduplicate([str(tmp_path / "in")], kept, force=True)
    assert (kept / "below" / "a.txt").read_text() == RIVER

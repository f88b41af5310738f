"""JSON that is not one object a line, read value by value."""

import json
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samples.reading import gather, ids_of, texts
from syndetect.reading import json_values as module
from syndetect.reading.columns import Columns
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.json_values import json_values, pieces

A, B, C = ({"id": name, "text": f"text of {name}", "tags": [{"n": 1}, {"n": 2}]} for name in "abc")
HIT = {"_index": "news", "_id": "9", "_source": A, "sort": [1]}

#: What holds the articles A and B, in the forms that programs write.
FORMS: dict[str, Any] = {
    "array": [A, B],
    "articles": {"status": "ok", "totalResults": 2, "articles": [A, B]},
    "docs": {"responseHeader": {"params": {"q": "*"}}, "response": {"numFound": 2, "docs": [A, B]}},
    "data": {"data": [A, B], "meta": {"page": 1}},
    "results": {"results": [{"n": 1}, A, B], "facets": [{"term": "x"}]},
    "hits": {"took": 3, "hits": {"total": {"value": 2}, "hits": [HIT, {**HIT, "_source": B}]}},
    "attributes": {"data": [{"type": "news", "attributes": A}, {"type": "news", "attributes": B}]},
    "feed": {"feed": {"entry": [A, B]}},
    "pages": [[A], [B]],
    "sections": {"world": [A], "sport": [B]},
    "nodes": {"data": {"news": {"edges": [{"node": A}, {"node": B}]}}},
    "map": {"x": A, "y": B},
}


def cut_up(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def records_of(data: bytes, size: int = 1 << 20, max_bytes: int = 1 << 20) -> list[Any]:
    found: list[Any] = []
    with suppress(EOFError):
        found += (record for _, record in json_values(cut_up(data, size), Decoder(), Columns(), max_bytes))
    return found


def found(data: bytes, **options: Any) -> list[str]:
    """The ids of the articles; of a hit that of its source."""
    records = [record for record in records_of(data, **options) if not isinstance(record, UnusableError)]
    inner = (
        {**record, **next((one for one in record.values() if isinstance(one, dict)), {})}
        for record in records
    )
    return [str(record.get("id")) for record in inner if "text" in record]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("look", [1 << 20, 150, 40])
@pytest.mark.parametrize("indent", [None, 2])
def test_22_json_forms_whatever_lies_around(
    form: str, look: int, indent: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK", look)  # so a few articles are as many as are not held at once
    data = json.dumps(FORMS[form], indent=indent).encode()
    for size in (1 << 20, 64, 7, 1):
        assert found(data, size=size) == ["a", "b"], size


@pytest.mark.parametrize("between", ["", "\n", "\n\n", " , ", "\n\x1e"])
@pytest.mark.parametrize("indent", [None, 4])
def test_22_several_values_in_one_file(between: str, indent: int | None) -> None:
    data = between.join(json.dumps(value, indent=indent) for value in (A, B, [C, A])).encode()
    assert found(data) == found(data, size=5) == ["a", "b", "c", "a"]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.lists(
        st.builds(
            lambda text, more: more | {"text": text}, st.text(), st.dictionaries(st.text(), VALUES, max_size=2)
        )
    ),
    st.booleans(),
    st.integers(1, 90),
)  # fmt: skip
def test_every_element_is_read_and_every_byte_is_in_a_piece(
    articles: list[dict[str, Any]], only_ascii: bool, size: int
) -> None:
    data = json.dumps(articles, ensure_ascii=only_ascii).encode("utf-8", "replace")
    articles = json.loads(data)
    assert records_of(data, size) == articles
    stretches = list(pieces(cut_up(data, size), Decoder(), Columns(), 1 << 20))
    assert "".join(piece.gap + piece.raw for piece in stretches).encode() == data
    assert [json.loads(piece.raw) for piece in stretches if piece.record is not None] == articles


@pytest.mark.parametrize("indent", [None, 1])
def test_a_broken_element_is_told_and_the_others_are_read(indent: int | None) -> None:
    generator = random.Random(22)
    articles = [
        {"id": str(n), "text": f'text “{n}” \\ of "{n}"', "tags": [{"id": 1}, {"id": 2}]} for n in range(9)
    ]
    good = json.dumps(articles, indent=indent).encode()
    for _ in range(400):
        data, at = bytearray(good), generator.randrange(1, len(good) - 2)
        match generator.randrange(3):
            case 0:
                del data[at]
            case 1:
                data[at:at] = bytes([generator.choice(b'"{}[],:\\x\x80')])
            case _:
                data[at] = generator.choice(b'"{}[],:\\x\x80')
        records = records_of(bytes(data), 50)
        whole = [record for record in records if not isinstance(record, UnusableError) and "text" in record]
        read = {record["text"] for record in whole} | {record.get("id") for record in whole}
        lost = [one for one in articles if not {one["id"], one["text"]} & read]
        told = len(records) - len(whole)
        assert len(lost) <= min(told, 1), bytes(data[at - 20 : at + 20])


def test_22_pretty_printed_and_arrays_in_json_lines(tmp_path: Path) -> None:
    """Files named .jsonl that are no JSON Lines, and what is read as JSON Lines all the same."""
    for number, data in enumerate(
        [
            json.dumps(A, indent=4) + "\n" + json.dumps(B, indent=4),
            json.dumps([A, B]),
            "[\n" + json.dumps(A) + ",\n" + json.dumps(B) + "\n]\n",
            "\n\x1e" + json.dumps(A) + "\n\x1e" + json.dumps(B) + "\n",
            json.dumps(A) + json.dumps(B),
        ]
    ):
        (file := tmp_path / f"{number}.jsonl").write_text(data)
        assert [name for name, _ in texts(file)] == ["a", "b"], data
    (file := tmp_path / "lines.jl").write_text('{"id": "a", "text": "cut\n' + json.dumps(B))
    ids, skipped = ids_of(file)
    assert ids == ["b"]
    assert [place for place, _ in skipped] == [f"{file.as_posix()}:1"]


def test_22_one_object_in_each_file(tmp_path: Path) -> None:
    for name in "ab":
        made = {
            "maintext": f"text of {name}",
            "source_domain": "x.example",
            "date_publish": "2018-05-06 18:27:52",
        }
        (tmp_path / f"{name}.json").write_text(json.dumps(made, indent=4))
    frame, skipped = gather(tmp_path)
    assert not skipped
    assert frame.select("doc_id", "source").rows() == [("a.json:1", "x.example"), ("b.json:1", "x.example")]


def test_22_a_hit_of_elasticsearch_in_json_lines_or_mappings(tmp_path: Path) -> None:
    (file := tmp_path / "dump.jsonl").write_text(json.dumps(HIT) + "\n" + json.dumps({**HIT, "_source": B}))
    assert texts(file) == texts([HIT, {**HIT, "_source": B}]) == [("a", "text of a"), ("b", "text of b")]
    assert texts([{"_score": 1, "_source": {"yarn": "of s"}}], columns={"text": "yarn"}) == [
        ("record 1", "of s")
    ]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": None}]}, "no text"),
        ({"name": "x", "version": "1", "scripts": {"build": "make"}}, "no text"),
        ([1, 2, 3], "3 values that are no JSON objects"),
        ("text", "1 values that are no JSON objects"),
        ({"text": {"en": "x"}, "n": 1}, "text is no string but dict"),
        ({"text": {"0": "x"}, "id": {"0": "y"}}, str(module._COLUMNS)),
        ({"columns": ["text"], "index": [0], "data": [["x"]]}, str(module._COLUMNS)),
    ],
)
def test_json_that_holds_no_articles_is_told_once(value: object, reason: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(value))
    (tmp_path / "z.txt").write_text("good")
    ids, skipped = ids_of(tmp_path)
    assert ids == ["z.txt"]
    assert skipped == [(f"{tmp_path.as_posix()}/x.json, record 1", reason)]


def test_features_without_text_are_told_once_however_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK", 100)
    value = {"type": "FeatureCollection", "features": [{"kind": "point", "at": n} for n in range(50)]}
    [only] = records_of(json.dumps(value).encode(), size=50)
    assert str(only) == "no text, only kind, at"


def test_what_an_array_is_cut_off_in_is_told(tmp_path: Path) -> None:
    (file := tmp_path / "x.json").write_text(json.dumps([A, B, C])[:-40])
    ids, skipped = ids_of(file)
    assert ids == ["a", "b"]
    assert [reason for _, reason in skipped] == [
        "broken JSON at character 21 of the value: Unterminated string starting at",
        "broken json behind number 3, up to which it is read: it ends within an array or object",
    ]


def test_a_long_element_is_told_and_never_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOOK", 500)
    monkeypatch.setattr(module, "_KEPT", 100)
    long = {"id": "l", "text": "long " * 1000}
    data = json.dumps([A, long, B]).encode()
    records = records_of(data, size=100, max_bytes=1000)
    assert [str(one) if isinstance(one, UnusableError) else one["id"] for one in records] == [
        "a", "longer than 1,000 bytes", "b",
    ]  # fmt: skip


def test_a_line_end_or_a_byte_in_a_string_spoils_no_article() -> None:
    data = b'[{"text": "one\n\ntwo"}, {"text": "caf\xe9 and \xfcber in one"}, {"text": ""}]'
    assert [record["text"] for record in records_of(data)] == ["one\n\ntwo", "café and über in one", ""]


@pytest.mark.parametrize("around", [("[", "]"), ('{"a": ', "}"), ('[{"a": ', "}]")])
def test_nesting_without_end_is_told(around: tuple[str, str]) -> None:
    for times in (100, 5000):
        data = (around[0] * times + json.dumps(A) + around[1] * times).encode()
        records = records_of(data)
        assert (
            found(data) == ["a"]
            or any(isinstance(one, UnusableError) for one in records)
            or len(records) == 1
        )
        assert records_of(around[0].encode() * times)


def test_nested_brackets_and_numbers_without_end_are_told() -> None:
    for odd in ("[" * 5000, '{"id": ' * 5000, "9" * 5000):
        data = f'[{json.dumps(A)}, {{"id": "x", "odd": {odd}}}, {json.dumps(B)}]'.encode()
        assert found(data)[:1] == ["a"]
        assert any(isinstance(record, UnusableError) for record in records_of(data)), odd[:9]


@pytest.mark.parametrize("given", [
    {"a": {"text": "one"}, "b": {"text": "two"}, "count": 2}, [{"v": {"text": "one"}, "w": {"text": "two"}, "n": 1}],
    {"articles": [{"title": "n"}] * 20 + [{"text": "one"}], "more": [{"text": "two"}]},
])  # fmt: skip
def test_articles_beside_other_things_are_all_read(given: Any, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(given))
    found, _ = gather(tmp_path / "a.json")
    assert found["text"].to_list() == ["one", "two"]


def test_articles_in_an_article_are_told(tmp_path: Path) -> None:
    inner = [{"text": "one"}, {"text": "two"}]
    (tmp_path / "a.json").write_text(json.dumps({"text": "outer", "related": inner}))
    found, skipped = gather(tmp_path / "a.json")
    assert found["text"].to_list() == ["outer"]
    assert [reason for _, reason in skipped] == ["2 articles in lists of others are not read"]
    (tmp_path / "a.json").write_text(json.dumps({"body": " ", "results": inner}))
    assert gather(tmp_path / "a.json")[0]["text"].to_list() == ["one", "two"]

"""What is held already: new documents against files and indexes, flags, addresses, and what tables keep."""

import csv
import io
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from samples import command
from samples.short_news import BAKER, FERRY, MAYOR
from syndetect import (
    BusyError,
    Index,
    InputError,
    OutputError,
    Settings,
    SettingsError,
    StoredIndexError,
    deduplicate,
)
from syndetect.dedup.addresses import same_page

run = partial(command.run, "dedup")


def write(path: Path, texts: Sequence[str], **more: Sequence[Any]) -> Path:
    """Texts as JSON Lines, with row numbers as ids."""
    rows = [
        {"id": at, **{name: more[name][at] for name in more}, "text": text} for at, text in enumerate(texts)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(one) for one in path.read_text().splitlines()]


def changed(text: str, word: str = "anew") -> str:
    """A near-duplicate of a text."""
    return f"{text} {word}"


# ------------------------------------------------------------------------------------------------ against


@pytest.mark.parametrize("form", ["file", "folder", "index", "index without texts"])
def test_what_is_new_and_near_nothing_old_stays(tmp_path: Path, form: str) -> None:
    old = write(tmp_path / "old.jsonl", [BAKER, changed(BAKER), FERRY])
    held = old
    if form == "folder":
        (held := tmp_path / "held").mkdir()
        old.rename(held / "old.jsonl")
    elif form != "file":
        with Index.create(held := tmp_path / "old.idx", store_text=form == "index") as index:
            index.add(old)
    new = write(
        tmp_path / "new.jsonl", [MAYOR, changed(BAKER, "anew indeed"), FERRY.upper(), changed(MAYOR), "!"]
    )
    outcome = run(new, "-o", tmp_path / "kept.jsonl", "--against", held)
    assert [row["id"] for row in lines_of(tmp_path / "kept.jsonl")] == [0, 4]
    removed = [
        [row[name] for name in ("doc_id", "kept", "relation", "against")]
        for row in lines_of(tmp_path / "kept.removed.jsonl")
    ]
    assert removed == [
        ["1", "1", "near", str(held)],
        ["2", "2", "exact", str(held)],
        ["3", "0", "near", None],
    ]
    assert outcome.stderr.startswith("5 documents, compared with 3 old ones, 2 kept in")


def test_a_new_article_near_an_old_one_that_is_near_another_old_one_goes(tmp_path: Path) -> None:
    """Old ones are not deduplicated: each counts, also one that would have been left out."""
    words = [f"word{at}" for at in range(30)]
    steps = [" ".join([*(f"x{at}" for at in range(shift)), *words[shift:]]) for shift in (0, 3, 6)]
    old = write(tmp_path / "old.jsonl", steps[:2])
    found = deduplicate([{"text": steps[2]}], against=old, shingle_words=1)
    assert found.removed["kept"].to_list() == ["1"]
    assert found.counts["old"] == 2


@pytest.mark.parametrize("unit", ["document", "paragraph"])
def test_an_index_and_files_give_the_same(tmp_path: Path, unit: Any) -> None:
    draw = np.random.default_rng(3)
    vocabulary = [f"w{at}" for at in range(300)]

    def text() -> list[str]:
        return [" ".join(draw.choice(vocabulary, 20).tolist()) for _ in range(3)]

    old = [text() for _ in range(60)]
    new = [[*old[at % 60][: at % 3], *text()[at % 3 :]] if at % 2 else changed("\n\n".join(old[at % 60])).split("\n\n")
           for at in range(40)]  # fmt: skip
    paths = [write(tmp_path / f"{name}.jsonl", ["\n\n".join(one) for one in texts])
             for name, texts in (("old", old), ("new", new))]  # fmt: skip
    with Index.create(tmp_path / "old.idx") as index:
        index.add(paths[0])
        index.remove("7")
        index.add([{"id": "7", "text": "\n\n".join(old[7])}])
    found = [
        deduplicate(
            paths[1], tmp_path / f"kept{at}.jsonl", against=held, unit=unit, threshold=0.5, contained=True
        )
        for at, held in enumerate((paths[0], tmp_path / "old.idx"))
    ]
    assert found[0].removed.height > 20
    assert found[0].removed.drop("against", "kept").equals(found[1].removed.drop("against", "kept"))
    assert (tmp_path / "kept0.jsonl").read_bytes() == (tmp_path / "kept1.jsonl").read_bytes()


def test_old_documents_that_were_removed_from_the_index_do_not_count(tmp_path: Path) -> None:
    with Index.create(tmp_path / "old.idx") as index:
        index.add([{"id": "a", "text": BAKER}, {"id": "b", "text": FERRY}])
        index.remove("a")
    found = deduplicate([{"text": BAKER}, {"text": FERRY}], against=tmp_path / "old.idx")
    assert found.removed["kept"].to_list() == ["b"]


def test_what_is_kept_day_after_day_is_held_in_its_folder(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    write(archive / "first.jsonl", [BAKER])
    days = [[BAKER, MAYOR], [changed(MAYOR), FERRY], [changed(FERRY), changed(BAKER)]]
    for day, texts in enumerate(days):
        new = write(tmp_path / f"day{day}.jsonl", texts)
        assert run(new, "-o", archive / f"day{day}.jsonl", "--against", archive).exit_code == 0
    kept = [len(lines_of(archive / f"day{day}.jsonl")) for day in range(3)]
    assert kept == [1, 1, 0]


def test_several_can_be_held_and_the_index_be_extended(tmp_path: Path) -> None:
    old = write(tmp_path / "old.jsonl", [BAKER])
    with Index.create(tmp_path / "old.idx", Settings(min_words=5)) as index:
        index.add(write(tmp_path / "indexed.jsonl", [FERRY]))
    new = write(
        tmp_path / "new.jsonl", [MAYOR, changed(BAKER), changed(FERRY), changed(MAYOR)], source=["Kesh"] * 4
    )
    asked = ("--against", old, "--against", tmp_path / "old.idx", "--add")
    assert run(new, "-o", tmp_path / "kept.jsonl", *asked).exit_code == 0
    assert [row["id"] for row in lines_of(tmp_path / "kept.jsonl")] == [0]
    with Index.open(tmp_path / "old.idx", mode="r") as index:
        assert len(index) == 2
        found = index.get("new.jsonl:0")  # the index has a document 0 already
        assert found is not None
        assert (found["text"], found["source"]) == (MAYOR, "Kesh")
        index.verify()
    again = run(new, "-o", tmp_path / "kept.jsonl", "--force", *asked)
    assert ", 0 kept in" in again.stderr
    assert (tmp_path / "kept.jsonl").read_text() == ""
    for number in range(2):  # ids and a file that come again with other texts
        write(new, [f"{MAYOR} {BAKER}" if number else f"{FERRY} {BAKER}"])
        assert run(new, "-o", tmp_path / "kept.jsonl", "--force", *asked).exit_code == 0
    with Index.open(tmp_path / "old.idx", mode="r") as index:
        assert "0#2" in index
        assert len(index) == 3 + 1


def test_a_run_that_ended_before_the_index_was_extended_can_be_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Index.create(tmp_path / "old.idx").close()
    new, kept = write(tmp_path / "new.jsonl", [MAYOR]), tmp_path / "kept.jsonl"

    def fail(*_: object, **__: object) -> None:
        raise OutputError("no space left on the disk")

    with monkeypatch.context() as patched:
        patched.setattr(Index, "add", fail)
        with pytest.raises(OutputError):
            deduplicate(new, kept, against=tmp_path / "old.idx", add=True)
    assert kept.read_bytes() == new.read_bytes()
    assert deduplicate(new, kept, against=tmp_path / "old.idx", add=True, force=True).counts["kept"] == 1
    with Index.open(tmp_path / "old.idx") as index:
        assert len(index) == 1
        with pytest.raises(BusyError):
            deduplicate(new, tmp_path / "more.jsonl", against=tmp_path / "old.idx", add=True)


def test_what_cannot_be_held(tmp_path: Path) -> None:
    new = write(tmp_path / "new.jsonl", [MAYOR])
    with pytest.raises(InputError, match="does not exist"):
        deduplicate(new, against=tmp_path / "nowhere")
    with pytest.raises(SettingsError, match="--against IDX --add"):
        deduplicate(new, against=new, add=True)
    Index.create(tmp_path / "old.idx").close()
    with pytest.raises(InputError, match="whole documents"):
        deduplicate(new, against=tmp_path / "old.idx", add=True, unit="paragraph")
    with pytest.raises(InputError, match="a second time"):
        deduplicate(iter([{"text": MAYOR}]), against=tmp_path / "old.idx", add=True)
    held = write(tmp_path / "held.jsonl", [FERRY])
    with pytest.raises(OutputError, match="which is read"):
        deduplicate(new, held, against=held, force=True)
    (tmp_path / "empty.jsonl").write_text("{")
    with pytest.raises(InputError, match="nothing could be read"):
        deduplicate(new, against=tmp_path / "empty.jsonl")
    segment = next(path for path in (tmp_path / "old.idx").iterdir() if path.name.startswith("manifest"))
    segment.write_text("{}")
    with pytest.raises((StoredIndexError, InputError)):
        deduplicate(new, against=tmp_path / "old.idx")


def test_an_old_file_that_changes_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held, new = write(tmp_path / "old.jsonl", [BAKER]), write(tmp_path / "new.jsonl", [MAYOR])
    from syndetect.dedup import deduplicate as module  # noqa: PLC0415

    def change(*given: Any, **named: Any) -> Any:
        write(held, [MAYOR, MAYOR])
        return compare(*given, **named)

    compare = module._compared
    monkeypatch.setattr(module, "_compared", change)
    with pytest.raises(InputError, match="changed while it was read"):
        deduplicate(new, tmp_path / "kept.jsonl", against=held)
    assert not (tmp_path / "kept.jsonl").exists()


# ------------------------------------------------------------------------------------------------ flags


def test_flags_in_json_lines(tmp_path: Path) -> None:
    rows = [
        f'{{"id": "a", "text": "{BAKER}"}}\r',
        f'{{"text":"{BAKER}" , "id":"é"  }}',
        "{broken",
        f'{{"duplicate_of": [1], "id": "c", "text": "{BAKER}"}}',
        f'{{"id": "d", "text": "duplicate_of {FERRY}"}}',
    ]
    given = tmp_path / "in.jsonl"
    given.write_bytes("".join(f"{row}\n" for row in rows).encode("utf-16"))
    outcome = run(given, "-o", tmp_path / "out.jsonl", "--flag")
    assert (tmp_path / "out.jsonl").read_bytes().decode("utf-16") == "".join([
        rows[0][:-2] + ', "duplicate_of": null}\r\n', rows[1][:-3] + ', "duplicate_of": "a"}\n', "{broken\n",
        rows[3].replace("[1]", '"a"') + "\n", rows[4][:-1] + ', "duplicate_of": null}\n',
    ])  # fmt: skip
    assert "2 kept in" in outcome.stderr
    assert "2 flagged (2 exact)" in outcome.stderr
    assert len(lines_of(tmp_path / "out.removed.jsonl")) == 2


def test_flags_in_csv(tmp_path: Path) -> None:
    given = f'id;text;x\r\n"a;b";"{BAKER}";1\r\nb;{BAKER}\r\nc;{FERRY};"2";\r\nd;e;f;g;h\r\ne;{FERRY};3\r\n'
    (tmp_path / "in.csv").write_bytes(given.encode())
    run(tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--flag", "--flag-column", "of")
    assert (tmp_path / "out.csv").read_bytes().decode().replace("\r\n", "\n") == (
        f'id;text;x;of\n"a;b";"{BAKER}";1;\nb;{BAKER};;"a;b"\nc;{FERRY};"2";\nd;e;f;g;h\ne;{FERRY};3;c\n'
    )
    run(tmp_path / "out.csv", "-o", tmp_path / "again.csv", "--flag", "--flag-column", "of")
    read = [
        list(csv.reader(io.StringIO((tmp_path / name).read_text()), delimiter=";"))
        for name in ("out.csv", "again.csv")
    ]
    assert read[0] == read[1]


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_flags_in_tables(tmp_path: Path, form: str) -> None:
    table = pl.DataFrame(
        {
            "id": ["a", "b", "c", "d"],
            "text": [BAKER, BAKER, None, MAYOR],
            "n": pl.Series([1, 2, 3, 4], dtype=pl.Int8),
        }
    )
    given, kept = tmp_path / f"in.{form}", tmp_path / f"out.{form}"
    table.write_parquet(given) if form == "parquet" else table.write_ipc(given)
    old = write(tmp_path / "old.jsonl", [MAYOR])
    for _ in range(2):
        found = deduplicate(given, kept, flag="duplicate_of", against=old, force=True)
        read = pl.read_parquet(kept) if form == "parquet" else pl.read_ipc(kept)
        assert read.equals(
            table.with_columns(duplicate_of=pl.Series([None, "a", None, "0"], dtype=pl.String))
        )
        assert found.counts["kept"] == 1
        given, kept = kept, tmp_path / f"again.{form}"


def test_files_without_columns_are_all_written(tmp_path: Path) -> None:
    (folder := tmp_path / "in").mkdir()
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(BAKER)
    assert run(folder, "-o", tmp_path / "kept", "--flag").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "kept").iterdir()) == ["a.txt", "b.txt"]
    assert [row["doc_id"] for row in lines_of(tmp_path / "kept.removed.jsonl")] == ["b.txt"]


# ------------------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.kesh.example/news/7/", "http://Kesh.example:80/news/7#top"),
        ("kesh.example/news/7?utm_source=feed&utm_medium=x", "https://kesh.example/news/7"),
        ("https://kesh.example/?id=7&fbclid=abc&page=2", "https://kesh.example?id=7&page=2"),
        (" https://kesh.example/caf%C3%A9 ", "//kesh.example/caf%C3%A9"),
    ],
)
def test_addresses_of_one_page(one: str, other: str) -> None:
    assert same_page(one) == same_page(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://kesh.example/7", "https://kesh.example/8"), ("https://kesh.example/?id=7", "https://kesh.example/?id=8"),
        ("https://kesh.example/a", "https://kesh.example/A"), ("https://kesh.example:81", "https://kesh.example"),
        ("https://kesh.example/?a=utm", "https://kesh.example/"),
    ],
)  # fmt: skip
def test_addresses_of_two_pages(one: str, other: str) -> None:
    assert same_page(one) != same_page(other)


def test_the_same_address_is_a_reason(tmp_path: Path) -> None:
    urls = [
        "https://kesh.example/1",
        "https://kesh.example/2",
        "http://www.kesh.example/1/",
        None,
        None,
        "https://kesh.example/2",
        "",
    ]
    texts = [BAKER, FERRY, MAYOR, MAYOR, "?", changed(FERRY), "?"]
    new = write(tmp_path / "new.jsonl", texts, url=urls)
    assert run(new, "-o", tmp_path / "kept.jsonl", "--same-url").exit_code == 0
    assert [row["id"] for row in lines_of(tmp_path / "kept.jsonl")] == [0, 1, 3, 4, 6]
    removed = lines_of(tmp_path / "kept.removed.jsonl")
    assert [(row["doc_id"], row["kept"], row["relation"]) for row in removed] == [
        ("2", "0", "same-url"),
        ("5", "1", "near"),
    ]
    assert removed[0]["similarity"] < 0.1
    with Index.create(tmp_path / "old.idx") as index:
        index.add([{"id": "x", "text": "Another version.", "url": "kesh.example/2?utm_campaign=a"}])
    found = deduplicate(new, against=tmp_path / "old.idx", same_url=True)
    assert found.removed.select("doc_id", "kept", "relation").rows()[0] == ("1", "x", "same-url")
    assert found.counts["same-url"] == 3
    with pytest.raises(SettingsError, match="whole documents"):
        deduplicate(new, same_url=True, unit="paragraph")


# ------------------------------------------------------------------------------------------------ tables


def test_parquet_keeps_its_metadata(tmp_path: Path) -> None:
    features = json.dumps({"info": {"features": {"text": {"dtype": "string", "_type": "Value"}}}})
    table = pl.DataFrame({"text": [BAKER, BAKER, MAYOR], "n": [1, 2, 3]})
    table.write_parquet(tmp_path / "in.parquet", metadata={"huggingface": features, "mine": "é"})
    given = pl.read_parquet_metadata(tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", tmp_path / "out.parquet")
    assert pl.read_parquet_metadata(tmp_path / "out.parquet") == given
    deduplicate(tmp_path / "in.parquet", tmp_path / "flags.parquet", flag="of")
    flagged = pl.read_parquet_metadata(tmp_path / "flags.parquet")
    assert {name: flagged[name] for name in ("huggingface", "mine")} == {"huggingface": features, "mine": "é"}
    assert pl.read_parquet(tmp_path / "flags.parquet")["of"].to_list() == [None, "in.parquet:1", None]


@pytest.mark.parametrize(
    "url", ["N/A", "-", "about:blank", "javascript:void(0)", "/news/7", "https://[broken", ""]
)
def test_what_is_no_address_is_of_no_page(url: str) -> None:
    assert same_page(url) == ""


def test_flags_in_csv_whose_first_line_names_the_delimiter(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes(f"sep=;\r\nid;text\r\n1;{BAKER}\r\n2;{BAKER}\r\n".encode())
    run(tmp_path / "in.csv", "-o", tmp_path / "out.csv", "--flag", "--flag-column", "of")
    assert (tmp_path / "out.csv").read_bytes().decode() == (
        f"sep=;\r\nid;text;of\r\n1;{BAKER};\r\n2;{BAKER};1\r\n"
    )


@pytest.mark.parametrize("flag", ["text", "id", "Body", "date"])
def test_a_flag_overwrites_no_column_of_an_article(flag: str, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": 1, "text": BAKER}) + "\n")
    with pytest.raises(SettingsError, match="flag must be a column of its own"):
        deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", flag=flag)


def test_flags_stand_in_empty_shards_too(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    full = pl.DataFrame({"id": [1, 2], "text": [BAKER, BAKER]})
    for name, frame in (("a", full), ("b", full.clear())):
        frame.write_parquet(folder / f"{name}.parquet")
        frame.write_csv(folder / f"{name}.csv")
    deduplicate(folder, tmp_path / "out", flag="of")
    shards = [pl.read_parquet(tmp_path / "out" / f"{name}.parquet") for name in "ab"]
    assert pl.concat(shards).height == 2
    assert (tmp_path / "out" / "b.csv").read_text() == "id,text,of\n"

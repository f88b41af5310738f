"""Sources and dates in the paths of files."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from samples.reading import gather
from syndetect.errors import InputError, SettingsError
from syndetect.reading.notes import Notes
from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import read

DAYS = [datetime(2023, 5, 3, tzinfo=UTC), datetime(2023, 5, 4, tzinfo=UTC)]


@pytest.fixture
def outlets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in ("Herald/2023-05-03/a.txt", "Tribune/2023-05-04/deep/b.txt"):
        file = tmp_path / "papers" / path
        file.parent.mkdir(parents=True)
        file.write_text("words")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "papers"


@pytest.mark.parametrize(
    "pattern",
    [
        "papers/{source}/{published}/...",
        "{source}/{published}/...",
        "{source}/{published}/**",
        ".../papers/{source}/{published}/...",
        "{source}/{year}-{month}-{day}/...",
    ],
)
def test_case_25_a_pattern_over_the_path(pattern: str, outlets: Path) -> None:
    for given, published_from in (("papers", pattern), (outlets, None), ("./papers", pattern)):
        reading = ReadingOptions(source_from=pattern, published_from=published_from)
        frame, skipped = gather(given, reading=reading)
        assert not skipped
        assert frame.sort("source").select("source", "published").rows() == [
            ("Herald", DAYS[0]), ("Tribune", DAYS[1]),
        ]  # fmt: skip


def test_case_25_a_pattern_over_the_end_of_an_absolute_path(outlets: Path) -> None:
    reading = ReadingOptions(source_from="papers/{source}/...")
    frame, _ = gather([outlets / "Herald", outlets / "Tribune" / "2023-05-04"], reading=reading)
    assert frame["source"].sort().to_list() == ["Herald", "Tribune"]


def test_a_sibling_of_case_25_names_of_files(tmp_path: Path) -> None:
    (tmp_path / "herald_20230503_7.txt").write_text("words")
    (tmp_path / "tribune_20230504_8.txt").write_text("words")
    (tmp_path / "notes.txt").write_text("words")
    reading = ReadingOptions(source_from="{source}_*_*.txt", published_from="*_{published}_*")
    frame, skipped = gather(tmp_path, reading=reading)
    assert not skipped
    assert frame.select("source", "published").rows() == [
        ("herald", DAYS[0]),
        (None, None),
        ("tribune", DAYS[1]),
    ]


def test_what_a_pattern_says_is_before_the_columns(tmp_path: Path) -> None:
    (tmp_path / "Herald").mkdir()
    (tmp_path / "Herald" / "a.jsonl").write_text(
        '{"text": "words", "source": "desk", "date": "2020-01-01"}\n'
    )
    frame, _ = gather(tmp_path, reading=ReadingOptions(source_from="{source}/*"))
    assert frame["source"].to_list() == ["Herald"]
    assert frame["published"].dt.year().to_list() == [2020]


def test_a_pattern_that_is_none_or_like_no_path(outlets: Path) -> None:
    for pattern in ("papers/*", "{source}/{source}", "{place}/{source}"):
        with pytest.raises(SettingsError, match="pattern over paths"):
            ReadingOptions(source_from=pattern)
    with pytest.raises(SettingsError, match="pattern over paths"):
        ReadingOptions(published_from="{source}/{year}/{month}")
    with pytest.raises(
        InputError, match=r"--source-from: 'news/\{source\}/x' is like the path of no file, such as"
    ):
        gather(outlets, reading=ReadingOptions(source_from="news/{source}/x"))


@pytest.mark.parametrize(
    "folders", ["source=The%20Herald/date=2023-05-03", "Outlet=The Herald/year=2023/month=5/day=03"]
)
def test_case_25_partitions_are_columns(folders: str, tmp_path: Path) -> None:
    place = tmp_path / folders
    place.mkdir(parents=True)
    pl.DataFrame({"text": ["words"]}).write_parquet(place / "a.parquet")
    (place / "b.txt").write_text("words")
    (place / "c.jsonl").write_text('{"text": "words", "source": "own", "date": "2020-01-01"}\n')
    frame, skipped = gather(tmp_path)
    assert not skipped
    assert frame.select("source", "published").rows() == [
        ("The Herald", DAYS[0]), ("The Herald", DAYS[0]), ("own", datetime(2020, 1, 1, tzinfo=UTC)),
    ]  # fmt: skip


def test_partitions_may_be_named_and_are_told_and_name_no_article(tmp_path: Path) -> None:
    place = tmp_path / "paper=Herald" / "id=7" / "date=__HIVE_DEFAULT_PARTITION__"
    place.mkdir(parents=True)
    (place / "a.csv").write_text("text\nwords\nmore\n")
    notes, reading = Notes(strict=False), ReadingOptions(columns={"source": "paper"})
    [frame] = read(tmp_path, reading=reading, on_skip=notes, on_columns=notes.add_columns)
    assert frame["source"].to_list() == ["Herald", "Herald"]
    assert frame["published"].to_list() == [None, None]
    assert frame["doc_id"].n_unique() == 2
    assert notes.columns["source"] == ["paper (in the path)"]

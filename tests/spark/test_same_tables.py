"""What Spark writes is what a scan of the same articles, in the order of their ids, has: row for row."""

import json
import random
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import syndetect
from samples.collisions import colliding_texts, colliding_words
from syndetect.errors import InputError, SettingsError
from syndetect.reading.articles import id_rank
from syndetect.results.result import Result
from syndetect.schema import TABLES

pytestmark = [
    pytest.mark.needs("pyspark", "pandas", "pyarrow"),
    pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning", "ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]

_SYLLABLES = ["ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "ze"]


def _words(draw: random.Random, count: int) -> str:
    words = ["".join(draw.choices(_SYLLABLES, k=draw.randint(1, 3))) for _ in range(count)]
    words[0] = words[0].capitalize()
    return " ".join(words) + "."


def articles(count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Articles that share wire copy, quotations and furniture, in part; some are undated, some there twice."""
    draw = random.Random(seed)
    wire = [[_words(draw, draw.randint(15, 60)) for _ in range(6)] for _ in range(count // 8 + 1)]
    quotes = [f'"{_words(draw, 30)}"' for _ in range(9)]
    furniture = "Sign up for our newsletter to have the best of the week in your inbox every Sunday morning."
    made: list[dict[str, Any]] = []
    for number in range(count):
        paragraphs = [_words(draw, draw.randint(8, 70)) for _ in range(draw.randint(1, 6))]
        for _ in range(draw.randint(0, 2)):
            story = draw.choice(wire)
            low = draw.randrange(len(story))
            paragraphs += [_edited(draw, text) for text in story[low : low + draw.randint(1, 4)]]
        if draw.random() < 0.3:
            paragraphs.insert(draw.randrange(len(paragraphs)), f"{draw.choice(quotes)} {_words(draw, 5)}")
        if draw.random() < 0.3:
            paragraphs.append(draw.choice([furniture, "(AFP)", "Reporting by Reuters", "Hier © dpa"]))
        if number and draw.random() < 0.08:
            paragraphs = [made[draw.randrange(number)]["text"]]
        day, hour = draw.randint(1, 28), draw.randint(0, 23)
        made.append({
            "id": f"{draw.choice('abc')}{number}", "text": "\n\n".join(paragraphs),
            "source": draw.choice(["Bugle", "bugle ", "The Post", "Herald", "Agence France-Presse", "Echo", None]),
            "published": draw.choice([f"2024-01-{day:02d}", f"2024-01-{day:02d}T{hour:02d}:15:00Z", None]),
            "title": f"Title {number}", "author": draw.choice([None, "AFP", "Jo Doe"]),
        })  # fmt: skip
    return made


def of_words_that_share_codes() -> list[dict[str, Any]]:
    """Articles of different words with the same codes, beside words that are the same."""
    own = " ".join(f"plain{number}" for number in range(30))
    one, two = colliding_texts()
    word, other = colliding_words()[0]
    texts = [
        f"{one} {own}",
        f"{two} {own}",
        one,
        f"{own} {word} {own[::-1]}",
        f"{own} {other} {own[::-1]}",
        one,
        two,
    ]
    known = {"published": None, "title": None, "author": None}
    return [
        {"id": f"z{at}", "text": text, "source": f"Outlet {at}", **known} for at, text in enumerate(texts)
    ]


def _edited(draw: random.Random, text: str) -> str:
    words = text.split()
    if draw.random() < 0.4:
        words[draw.randrange(len(words))] = "changed"
    return " ".join(words[: draw.randint(len(words) // 2, len(words))])


def in_order(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ranks = id_rank(pl.Series([row["id"] for row in rows]))
    return [row for _, row in sorted(zip(ranks.tolist(), rows, strict=True), key=lambda one: one[0])]


def assert_same(local: Result, folder: Path) -> Result:
    found = Result.read(folder)
    for name in TABLES:
        one, other = getattr(local, name), getattr(found, name)
        assert one.schema == other.schema, name
        assert one.sort(one.columns).equals(other.sort(one.columns)), name
    return found


def _given(session: Any, rows: list[dict[str, Any]], seed: int) -> Any:
    shuffled = rows[:]
    random.Random(seed).shuffle(shuffled)
    columns = ("id", "text", "source", "published", "title", "author")
    kinds = ", ".join(f"{name} string" for name in columns)
    return session.createDataFrame(
        [tuple(row[name] for name in columns) for row in shuffled], kinds
    ).repartition(3)


def test_lines_of_json_are_read_as_a_scan_reads_them(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And keys in many places are spread, though there are few places of each; tiles get sections of articles."""
    from syndetect.spark import alignment, scan, stars  # noqa: PLC0415

    monkeypatch.setattr(alignment, "_LEAST_CUT", 0)

    monkeypatch.setattr(stars, "_GIANT", 2)
    monkeypatch.setattr(stars, "_CHUNK", 40)
    settings = syndetect.Settings(hot_places=3)
    rows = in_order(articles(200) + of_words_that_share_codes())
    lines = "".join(json.dumps(row) + "\n" for row in rows) + "no JSON\n"
    (tmp_path / "news.jsonl").write_text(lines, encoding="utf-8")
    owners = {"Bugle": "One", "Herald": "One"}
    local = syndetect.scan(rows, settings, owners=owners, across_sources=False)
    source = str(tmp_path / "news.jsonl")
    manifest = scan(source, tmp_path / "out", settings, spark=session, owners=owners, across_sources=False)
    assert {path.name for path in (tmp_path / "out" / "stages").glob("star-*[a-z]")} >= {
        "star-places", "star-classes", "star-bands",
    }  # fmt: skip
    assert len(local.passages) > 100
    found = assert_same(local, tmp_path / "out")
    assert manifest["counts"] == {key: local.manifest["counts"][key] for key in manifest["counts"]} | {
        "skipped": 1
    }
    for table in TABLES:
        assert getattr(found, table).equals(getattr(local, table)), f"{table}: rows in the order of a scan"


def _numbered_from(base: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Number articles from ``base`` on, as behind so many others."""
    from syndetect.spark import articles, links  # noqa: PLC0415
    from syndetect.spark.numbering import numbered  # noqa: PLC0415

    sample = articles.sample

    def number(frame: Any, order: Any, name: str, *others: Any) -> Any:
        found = numbered(frame, order, name, *others)
        return found.withColumn(name, found[name] + base)

    monkeypatch.setattr(articles, "numbered", number)
    monkeypatch.setattr(
        links,
        "sample",
        lambda frame, *sizes: sample(frame.withColumn("document", frame["document"] - base), *sizes),
    )


def test_a_call_that_is_made_again_goes_on_where_the_last_one_ended(
    session: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And articles may have numbers that need more than 32 bits."""
    _numbered_from(1 << 35, monkeypatch)
    from syndetect.spark import passages, scan  # noqa: PLC0415

    rows = articles(200, seed=2)
    settings = syndetect.Settings(hot_places=3, window_days=2.5)
    local = syndetect.scan(in_order(rows), settings)
    assert len(local.passages) > 100

    def fail(*_: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(passages, "grouped", fail)
        with pytest.raises(RuntimeError, match="killed"):
            scan(_given(session, rows, 1), tmp_path / "out", settings, spark=session)
    stages = tmp_path / "out" / "stages"
    done = {path.name for path in stages.glob("*.done")}
    assert "matches.done" in done
    half = next((stages / "seeds").glob("part-*.parquet"))
    (stages / "explained").mkdir()
    (stages / "explained" / half.name).write_bytes(half.read_bytes())  # half written: it has no marker
    made: list[str] = []
    given = _given(session, rows, 2)
    scan(given, tmp_path / "out", settings, spark=session, on_stage=lambda name, _: made.append(name))
    assert "explained" in made
    assert not {f"{name}.done" for name in made} & done
    assert_same(local, tmp_path / "out")


def test_faults_of_the_input_are_told(session: Any, tmp_path: Path) -> None:
    from syndetect.spark import scan  # noqa: PLC0415

    rows = articles(5)
    with pytest.raises(InputError, match="has no id"):
        scan(_given(session, [rows[0] | {"id": None}], 1), tmp_path / "one", spark=session)
    with pytest.raises(InputError, match=f"the id '{rows[1]['id']}'|id '{rows[1]['id']}' again"):
        scan(_given(session, [*rows, rows[1]], 1), tmp_path / "two", spark=session)
    with pytest.raises(InputError, match="neither Parquet nor JSON Lines"):
        scan("articles.csv", tmp_path / "three", spark=session)
    with pytest.raises(InputError, match=r"there is no .*nowhere\.jsonl"):
        scan(str(tmp_path / "nowhere.jsonl"), tmp_path / "three", spark=session)
    with pytest.raises(SettingsError, match="settings must be Settings"):
        scan(_given(session, rows, 1), tmp_path / "four", {"bands": 3}, spark=session)  # type: ignore[arg-type]

"""Malformed files of articles in every format that can be read."""

import csv
import gzip
import io
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import polars as pl

from benchmarks.corpus.random_articles import random_articles
from benchmarks.robustness.mutations import mutate, odd_value

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Record = dict[str, Any]

_NAMES = (
    "id", "text", "source", "published", "title", "url", "Text", " text ", "body", "maintext", "date", "doc_id", "",
    "^.*$", "x" * 300,
)  # fmt: skip
_SPREADSHEETS = {".csv": ",", ".tsv": "\t"}
_PACKINGS: Mapping[str, Callable[[bytes], bytes]] = {
    ".gz": partial(gzip.compress, mtime=0),
    ".zst": zstd.compress,
}


def records(random: Random) -> list[Record]:
    """A few articles, some of whose columns have other names or odd values."""
    found = []
    for one in random_articles(random, random.choice([0, 1, 3, 12])):
        published = one["published"]
        record = one | {
            "published": None if published is None else published.isoformat(),
            "source": "Gazette",
        }
        for _ in range(random.choice([0, 0, 1, 3])):
            record[random.choice(_NAMES)] = odd_value(random)
        if random.random() < 0.1:
            record = {
                random.choice(_NAMES) if random.random() < 0.3 else name: record[name] for name in record
            }
        found.append(record)
    return found


def draw(random: Random) -> tuple[str, bytes]:
    """A file's name and what is in it: one of the formats, mostly broken somewhere, perhaps packed."""
    suffix = random.choice(list(_WRITERS))
    data = _WRITERS[suffix](random, records(random))
    if random.random() < 0.7:
        data = mutate(random, data)
    if suffix not in (".parquet", ".arrow") and random.random() < 0.3:
        packing = random.choice(list(_PACKINGS))
        data, suffix = _PACKINGS[packing](data), suffix + packing
        if random.random() < 0.4:
            data = mutate(random, data, 3)
    return f"a{suffix}", data


def _json_lines(random: Random, rows: list[Record]) -> bytes:
    is_ascii = random.random() < 0.5
    lines = [json.dumps(row, ensure_ascii=is_ascii).encode("utf-8", "surrogatepass") for row in rows]
    if random.random() < 0.1:
        depth = random.choice([100, 5000, 100_000])
        lines.insert(0, b'{"text": ' + b"[" * depth + b"]" * depth + b"}")
    data = random.choice([b"\n", b"\r\n", b"\n\n"]).join(lines)
    if random.random() < 0.1:
        return data.decode("utf-8", "replace").encode(
            random.choice(["utf-16", "utf-16-be", "cp1252"]), "replace"
        )
    return data


def _spreadsheet(suffix: str) -> Callable[[Random, list[Record]], bytes]:
    def write(random: Random, rows: list[Record]) -> bytes:
        file = io.StringIO(newline="")
        names = list(dict.fromkeys(name for row in rows for name in row)) or list(_NAMES[:3])
        end = random.choice(["\n", "\r\n", "\r"])
        writer = csv.DictWriter(file, names, delimiter=_SPREADSHEETS[suffix], lineterminator=end)
        writer.writeheader()
        writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
        return file.getvalue().encode("utf-8", "surrogatepass")

    return write


def _cell(value: Any) -> Any:
    return value if isinstance(value, str) else repr(value)[:10_000]


def _text(random: Random, rows: list[Record]) -> bytes:
    text = "\n\n".join(row["text"] for row in rows if isinstance(row.get("text"), str))
    return text.encode(random.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]), "replace")


def _page(random: Random, rows: list[Record]) -> bytes:
    body = "".join(f"<p>{row.get('text')}</p>" for row in rows)
    depth = random.choice([0, 0, 5, 500, 20_000])
    charset = random.choice(["utf-8", "latin-1", "utf-7", "rot13", "x" * 50])
    head = (
        f'<html><head><meta charset="{charset}"><title>{rows[0].get("title") if rows else ""}</title></head>'
    )
    page = f"{head}<body><article>{'<div>' * depth}{body}{'</div>' * depth}</article></body></html>"
    return page.encode("utf-8", "replace")


def _frame(random: Random, rows: list[Record]) -> pl.DataFrame:
    """The records as a frame, whose columns are of any type."""
    count, columns = len(rows), {}
    for name in random.sample(_NAMES[:12], random.randint(1, 8)):
        columns[name] = _column(random, name, [row.get(name) for row in rows])
    columns.setdefault("text", pl.Series([_plain(row.get("text")) for row in rows], dtype=pl.String))
    return pl.DataFrame({name: column.head(count) for name, column in columns.items()})


def _plain(value: Any) -> str | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _column(random: Random, name: str, values: list[Any]) -> pl.Series:
    strings, count = [_plain(value) for value in values], len(values)
    moment = datetime(2031, 1, 1, tzinfo=UTC) + timedelta(days=random.randint(-500_000, 2_000_000))
    kinds: list[Callable[[], pl.Series]] = [
        lambda: pl.Series(name, strings, pl.String),
        lambda: pl.Series(name, strings, pl.String).cast(pl.Categorical),
        lambda: pl.Series(name, [random.randbytes(9) for _ in values], pl.Binary),
        lambda: pl.Series(name, [random.choice([0, -1, 2**63 - 1, -(2**63), None]) for _ in values], pl.Int64),
        lambda: pl.Series(name, [random.choice([0, 2**64 - 1]) for _ in values], pl.UInt64),
        lambda: pl.Series(name, [random.choice([0.5, float("nan"), float("inf"), None]) for _ in values], pl.Float64),
        lambda: pl.Series(name, [moment] * count, pl.Datetime(random.choice(["ms", "us"]), "UTC")),
        lambda: pl.Series(name, [random.choice([0, 2**62, -(2**63)]) for _ in values], pl.Int64).cast(
            pl.Datetime(random.choice(["ms", "us", "ns"]))
        ),
        lambda: pl.Series(name, [random.choice([0, 2**31 - 1, -(2**31)]) for _ in values], pl.Int32).cast(pl.Date),
        lambda: pl.Series(name, [date(2031, 1, 1)] * count, pl.Date),
        lambda: pl.Series(name, [timedelta(days=1)] * count, pl.Duration("us")),
        lambda: pl.Series(name, [Decimal("1.50")] * count, pl.Decimal(10, 2)),
        lambda: pl.Series(name, [True] * count, pl.Boolean),
        lambda: pl.Series(name, [None] * count, pl.Null),
        lambda: pl.Series(name, [[value] for value in strings], pl.List(pl.String)),
        lambda: pl.Series(name, [{"text": value} for value in strings], pl.Struct({"text": pl.String})),
    ]  # fmt: skip
    return random.choice([kinds[0], random.choice(kinds)])()


def _parquet(random: Random, rows: list[Record]) -> bytes:
    file = io.BytesIO()
    compression = random.choice(["zstd", "snappy", "uncompressed", "gzip", "lz4"])
    _frame(random, rows).write_parquet(file, compression=compression)  # type: ignore[arg-type]
    return file.getvalue()


def _arrow(random: Random, rows: list[Record]) -> bytes:
    file = io.BytesIO()
    frame = _frame(random, rows)
    if random.random() < 0.5:
        frame.write_ipc(file, compression=random.choice(["uncompressed", "lz4", "zstd"]))
    else:
        frame.write_ipc_stream(file)
    return file.getvalue()


_WRITERS: Mapping[str, Callable[[Random, list[Record]], bytes]] = {
    ".jsonl": _json_lines, ".csv": _spreadsheet(".csv"), ".tsv": _spreadsheet(".tsv"), ".txt": _text, ".md": _text,
    ".html": _page, ".parquet": _parquet, ".arrow": _arrow,
}  # fmt: skip

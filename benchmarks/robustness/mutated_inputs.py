"""Articles lost without a word: ``python -m benchmarks.mutated_inputs [--mutations 1000] [--seed 1] [--only csv]``.

A folder of articles is written well, as CSV, as TSV without quotation marks around fields, as JSON Lines and as HTML,
and damaged at one spot: a quotation mark, delimiter, line end or byte is put in, left out, doubled or replaced, or a
record or a whole file is written in another encoding. Then it is read. An article of the good folder is

- read, if an article has its text, but for the damaged spot (eight characters at most); of one that was written in
  another encoding, and of HTML, at least nine in ten words;
- told, if a note names its file, or a record in which a part of it stands;
- lost without a word otherwise. There must be none.
"""

import csv
import io
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import command
from benchmarks.corpus.random_articles import random_articles
from syndetect.reading.csv_rows import Rows
from syndetect.reading.decoding import Decoder
from syndetect.reading.lines import whole_lines
from syndetect.reading.sources import read

_COLUMNS = ("id", "source", "published", "title", "text", "url")
_ARTICLES = 30  # of a folder
_ENCODINGS = ("utf-16", "utf-8-sig", "cp1252", "utf-16-be", "latin-1")
_QUOTES = (b'"', b"'", b'""', b"\\")
_DELIMITERS = (b",", b"\t", b";", b"|", b":")
_ENDS = (b"\n", b"\r", b"\r\n")
_SIGNS: Mapping[str, Sequence[bytes]] = {"quotes": _QUOTES, "delimiters": _DELIMITERS, "line ends": _ENDS}
KINDS = (*_SIGNS, "bytes", "encodings")


@dataclass(frozen=True)
class Folder:
    """A good folder.

    Attributes:
        files: names and contents.
        texts: of each article, in order.
        places: of each article, the file it stands in, and begin and end of its record there.
    """

    files: Mapping[str, bytes]
    texts: Sequence[str]
    places: Sequence[tuple[str, int, int]]


@dataclass(frozen=True)
class Mutation:
    """A change of one place: bytes of a file and what stands there now; of encodings, a record or the whole of it."""

    file: str
    begin: int
    end: int
    new: bytes
    is_encoding: bool = False
    is_whole: bool = False

    def of(self, data: bytes) -> bytes:
        """The changed file."""
        return data[: self.begin] + self.new + data[self.end :]


def articles(random: Random) -> list[dict[str, str]]:
    """Articles with marks, delimiters, paragraphs and letters beyond ASCII in their texts."""
    found = []
    for number, one in enumerate(random_articles(random, _ARTICLES), 1):
        text = str(one["text"]).replace("ka", "ká").replace("vo", "vö")
        for _ in range(random.randint(0, 4)):
            at = text.find(" ", random.randrange(len(text)))
            text = text[: at + 1] + random.choice(['"', "'", ", ", '" ', "; ", " | "]) + text[at + 1 :]
        if random.random() < 0.2:
            text = f'"{text}'
        title = random.choice(["A ferry", "Two ferries, one pier", 'The "old" ferry'])
        found.append({
            "id": str(number), "source": random.choice(["Kurier", "Anzeiger"]), "published": "2031-06-01",
            "title": title, "text": text, "url": f"https://kurier.example/{number}",
        })  # fmt: skip
    return found


def _table(rows: Sequence[Mapping[str, str]], name: str, write: Callable[[Sequence[str]], str]) -> Folder:
    data, places = write(_COLUMNS).encode(), []
    for row in rows:
        line = write([row[column] for column in _COLUMNS]).encode()
        places.append((name, len(data), len(data) + len(line)))
        data += line
    return Folder({name: data}, [row["text"] for row in rows], places)


def _csv(random: Random, rows: Sequence[Mapping[str, str]]) -> Folder:
    end, sign = random.choice(["\n", "\r\n"]), random.choice(",;")
    quoting: Any = random.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])

    def write(fields: Sequence[str]) -> str:
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=sign, lineterminator=end, quoting=quoting).writerow(fields)
        return file.getvalue()

    return _table(rows, "a.csv", write)


def _tsv(random: Random, rows: Sequence[Mapping[str, str]]) -> Folder:
    """Without quotation marks around fields: those of the text stand as they are."""
    end = random.choice(["\n", "\r\n"])
    plain = [{**row, "text": " ".join(row["text"].split())} for row in rows]
    return _table(plain, "a.tsv", lambda fields: "\t".join(fields) + end)


def _json_lines(random: Random, rows: Sequence[Mapping[str, str]]) -> Folder:
    is_ascii, data, places = random.random() < 0.5, b"", []
    for row in rows:
        line = json.dumps(row, ensure_ascii=is_ascii).encode() + b"\n"
        places.append(("a.jsonl", len(data), len(data) + len(line)))
        data += line
    return Folder({"a.jsonl": data}, [row["text"] for row in rows], places)


def _pages(_: Random, rows: Sequence[Mapping[str, str]]) -> Folder:
    files, texts = {}, []
    for row in rows[:6]:
        paragraphs = [escape(part) for part in row["text"].splitlines() if part] * 2
        head = f'<html><head><meta charset="utf-8"><title>{escape(row["title"])}</title></head>'
        body = "\n".join(f"<p>{one}</p>" for one in paragraphs)
        files[f"{row['id']}.html"] = f"{head}\n<body><article>\n{body}\n</article></body></html>\n".encode()
        texts.append(row["text"])
    return Folder(files, texts, [(name, 0, len(data)) for name, data in files.items()])


FORMS: Mapping[str, Callable[[Random, Sequence[Mapping[str, str]]], Folder]] = {
    "csv": _csv, "tsv": _tsv, "jsonl": _json_lines, "html": _pages,
}  # fmt: skip


def mutation(random: Random, folder: Folder, kind: str) -> Mutation:
    """A change of a folder at one spot."""
    name, begin, end = random.choice(folder.places)
    data = folder.files[name]
    if kind == "encodings":
        if is_whole := random.random() < 0.5:
            begin, end = 0, len(data)
        new = data[begin:end].decode().encode(random.choice(_ENCODINGS), "replace")
        return Mutation(name, begin, end, new, is_encoding=True, is_whole=is_whole)
    at = random.randrange(len(data))
    if kind == "bytes":
        new = random.choice(
            [b"", bytes([data[at] ^ random.randint(1, 255)]), random.randbytes(1), data[at : at + 1] * 2]
        )
        return Mutation(name, at, at + random.randint(0, 1), new)
    signs = [sign for sign in _SIGNS[kind] if sign in data]
    if not signs or random.random() < 0.3:
        return Mutation(name, at, at, random.choice(_SIGNS[kind]))
    sign = random.choice(signs)
    places = [at for at in range(len(data)) if data.startswith(sign, at)]
    at = random.choice(places)
    new = random.choice([b"", sign * 2, random.choice(_SIGNS[kind])])
    return Mutation(name, at, at + len(sign), new)


def lost(folder: Folder, changed: Mutation, place: Path) -> list[int]:
    """The articles of a folder that are lost without a word when it is changed; ``place`` is an empty folder."""
    for name, data in folder.files.items():
        (place / name).write_bytes(changed.of(data) if name == changed.file else data)
    told: list[str] = []
    found = [
        text for frame in read(place, on_skip=lambda where, *_: told.append(where)) for text in frame["text"]
    ]
    exact, missing = Counter(found), []
    for number, text in enumerate(folder.texts):
        if exact[text]:
            exact[text] -= 1
        else:
            missing.append(number)
    left = list(exact.elements())
    spans = list(_spans_told(place, folder, changed, told))
    return [
        number
        for number in missing
        if not _is_read(folder, changed, number, left)
        and not any(_touches(folder.places[number], changed, span) for span in spans)
    ]


def _is_read(folder: Folder, changed: Mutation, number: int, left: Sequence[str]) -> bool:
    """Whether one of the other texts that were read is an article's, but for the changed spot."""
    name, begin, end = folder.places[number]
    text, is_page = folder.texts[number], name.endswith(".html")
    if not is_page and (name != changed.file or changed.begin > end or changed.end < begin):
        return False
    if changed.is_encoding or is_page:
        words = set(text.split())
        return any(10 * len(words & set(one.split())) >= 9 * len(words) for one in left)
    return any(_differ_at_one_spot(text, one) for one in left)


def _differ_at_one_spot(one: str, other: str, most: int = 8) -> bool:
    """Whether two texts have the same beginnings and ends, and between them a few characters that differ."""
    shorter = min(len(one), len(other))
    same = next((at for at in range(shorter) if one[at] != other[at]), shorter)
    rest = shorter - same
    ends = next((at for at in range(rest) if one[-1 - at] != other[-1 - at]), rest)
    return max(len(one), len(other)) - same - ends <= most


def _spans_told(
    place: Path, folder: Folder, changed: Mutation, told: Sequence[str]
) -> Iterator[tuple[str, int, int]]:
    """The bytes of the records that notes name: the file, begin and end there after the change."""
    for where in told:
        path = next(
            name for name in folder.files if where.removeprefix(f"{place.as_posix()}/").startswith(name)
        )
        record = where.removeprefix(f"{place.as_posix()}/{path}").removeprefix(", record ").removeprefix(":")
        data = (place / path).read_bytes()
        if not record:
            yield path, 0, max(len(data), len(folder.files[path]))
        elif changed.is_whole:
            yield folder.places[int(record) - 1]
        else:
            yield (path, *_records(data, path)[int(record) - 1])


def _records(data: bytes, name: str) -> list[tuple[int, int]]:
    """Begin and end of the records of a file as they are read."""
    if name.endswith(".jsonl"):
        raws = [
            line
            for line in whole_lines(Decoder().stream(iter([data])), 1 << 30, at_returns=False)
            if isinstance(line, bytes)
        ]
    else:
        decoder = Decoder()
        signs = "\t" if name.endswith(".tsv") else ",;\t|"
        rows = Rows(decoder.stream(iter([data])), decoder, signs, 1 << 30)
        raws = [rows.header.raw, *(row.raw for row in rows)]
    if not data.startswith(raws[0][:9]):  # taken for UTF-16, in which all is one line
        return [(0, len(data))] * len(raws)
    found, at = [], 0
    for raw in raws:
        begin = max(at, data.find(raw.rstrip(b"\n"), at))
        at = begin + len(raw)
        found.append((begin, at))
    return found if name.endswith(".jsonl") else found[1:]


def _touches(place: tuple[str, int, int], changed: Mutation, span: tuple[str, int, int]) -> bool:
    """Whether an article's bytes, as they stand after the change, are in a span."""
    name, begin, end = place
    shift = len(changed.new) - (changed.end - changed.begin)
    if name == changed.file and not changed.is_whole:
        begin, end = begin + shift * (begin >= changed.end), end + shift * (end > changed.begin)
    return name == span[0] and begin < span[2] and span[1] < end


def run(form: str, mutations: int, seed: int) -> tuple[dict[str, Any], list[str]]:
    """The figures of a form, and what was lost in which mutation."""
    wrong: list[str] = []
    counts = Counter[str]()
    for number in range(mutations):
        random = Random(f"{seed} {form} {number}")
        kind = KINDS[number % len(KINDS)]
        folder = FORMS[form](random, articles(random))
        changed = mutation(random, folder, kind)
        with tempfile.TemporaryDirectory() as place:
            gone = lost(folder, changed, Path(place))
        counts[kind] += len(gone)
        counts["articles"] += len(folder.texts)
        if gone:
            wrong.append(f"{form} {number}, {kind}: {len(gone)} lost ({gone[:5]}), {changed}")
    return {
        "form": form, "mutations": mutations, "articles": counts["articles"],
        **{f"lost by {kind}": counts[kind] for kind in KINDS}, "lost": sum(counts[kind] for kind in KINDS),
    }, wrong  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = command.parser(__doc__.partition("\n")[0])
    options.add_argument("--mutations", type=int, default=1000, help="of each form (default: 1000)")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", choices=FORMS, action="append", help="a form; may be repeated")
    given = options.parse_args(arguments)
    outcomes = [run(form, given.mutations, given.seed) for form in given.only or FORMS]
    command.print_table([figures for figures, _ in outcomes])
    command.write_json(given.json, [figures for figures, _ in outcomes])
    return command.exit_status([one[:300] for _, wrong in outcomes for one in wrong[:20]])


if __name__ == "__main__":
    sys.exit(main())

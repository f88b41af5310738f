"""Ground-truth files: readers for four kinds, told apart by their content.

- JSON Lines of aligned spans: ``doc_a, begin_a, end_a, doc_b, begin_b, end_b``, as in the table ``matches``.
- JSON Lines of uses of passages: ``cluster, doc_id, begin, end``, as in the table ``passages``.
- JSON Lines or CSV of documents: ``doc_id`` with ``derivation`` (wholly, partially, non), or with a group that is
  called ``family``, ``cluster`` or ``label``, or with both. A document may have no group.
- A folder of the XML files of a PAN corpus, one a pair or one a suspicious document. Their document ids are file names.

Offsets count characters, and spans are half-open. Other columns are ignored.
"""

import re
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO
from xml.parsers import expat

import polars as pl

from syndetect.errors import InputError
from syndetect.evaluation.scores import ALIGNED
from syndetect.reading.columns import Record
from syndetect.reading.decoding import Decoder
from syndetect.reading.delimited import Delimited
from syndetect.reading.encoding import UnusableError
from syndetect.reading.file_names import printable
from syndetect.reading.json_lines import json_lines
from syndetect.reading.notes import REMARK
from syndetect.reading.small_files import read_text
from syndetect.storage.filesystem import reason
from syndetect.syndication.derivation import DERIVATIONS

#: Uses of passages; documents and their derivation classes; documents and their groups (or null); document pairs.
USES = pl.Schema({"cluster": pl.String(), "doc_id": pl.String(), "begin": pl.Int64(), "end": pl.Int64()})
DERIVED = pl.Schema({"doc_id": pl.String(), "derivation": pl.String()})
GROUPED = pl.Schema({"doc_id": pl.String(), "group": pl.String()})
PAIRS = pl.Schema({"doc_a": pl.String(), "doc_b": pl.String()})

_GROUPS = ("family", "cluster", "label")
_LONGEST = 1 << 20  # bytes of a line
_MOST_PAIRS = 1 << 30  # bytes of a file of pairs
_FURTHEST = 1 << 32  # characters of a document, which the words of a scan can number


@dataclass(frozen=True)
class Truth:
    """What is known about some documents; None for what the truth does not say.

    Attributes:
        aligned: aligned spans, as :data:`syndetect.evaluation.scores.ALIGNED`.
        uses: uses of passages, as :data:`USES`.
        derivations: derivation classes of documents, as :data:`DERIVED`.
        groups: groups of documents, as :data:`GROUPED`.
        pairs: pairs of documents whose aligned spans are completely known, as :data:`PAIRS`; None for all pairs.
        by_file_name: whether document ids are file names without folders.
    """

    aligned: pl.DataFrame | None = None
    uses: pl.DataFrame | None = None
    derivations: pl.DataFrame | None = None
    groups: pl.DataFrame | None = None
    pairs: pl.DataFrame | None = None
    by_file_name: bool = False

    @property
    def documents(self) -> pl.Series:
        """The distinct ids of all documents in the truth."""
        frames = (self.aligned, self.uses, self.derivations, self.groups, self.pairs)
        named = [pl.Series("doc_id", [], pl.String())]
        for frame in frames:
            if frame is not None:
                named += [frame[name].alias("doc_id") for name in frame.columns if name.startswith("doc_")]
        return pl.concat(named).unique().sort()


def read_truth(path: Path) -> Truth:
    """Read a ground-truth file or folder.

    Raises:
        InputError: it cannot be read, is of none of the four kinds, or has an unusable line.
    """
    try:
        if path.is_dir():
            return _read_pan(path)
        with path.open("rb") as file:
            is_json = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    except OSError as error:
        raise InputError(f"cannot read {printable(str(path))}: {reason(error)}") from error
    return _TableReader(path).read(_records(path, is_json))


def read_pairs(path: Path) -> pl.DataFrame:
    """Read pairs of documents (:data:`PAIRS`) from a file with two ids a line, between them a tab.

    In a file without tabs, blanks separate the ids.

    Raises:
        InputError: the file cannot be read, or a line does not have two ids.
    """
    text = read_text(path, _MOST_PAIRS)
    separator = "\t" if "\t" in text else None
    rows = []
    for number, line in enumerate(text.split("\n"), 1):
        ids = [one.strip() for one in line.split(separator)]
        if len(ids) == 2 and all(ids):
            rows.append(ids)
        elif line.strip():
            raise InputError(f"{printable(str(path))}:{number}: not the ids of two documents")
    return pl.DataFrame(rows, PAIRS, orient="row").unique(maintain_order=True)


def _records(path: Path, is_json: bool) -> Iterator[tuple[str, Record]]:
    """The records of a file, each with its place for messages."""
    name = printable(str(path))

    def wanted(header: list[str]) -> list[str]:
        if "doc_id" not in header:
            raise UnusableError("neither JSON Lines nor CSV with a column doc_id")
        return header

    try:
        with path.open("rb") as file:
            decoder = Decoder()
            blocks = decoder.stream(iter(lambda: file.read(1 << 20), b""))
            if is_json:
                for number, record in json_lines(blocks, decoder, _LONGEST):
                    yield f"{name}:{number}", record
            else:
                for number, record in Delimited(blocks, decoder, ",;\t|", wanted, _LONGEST):
                    if isinstance(record, UnusableError) and record.outcome == REMARK:
                        continue
                    yield f"{name}, record {number}", record
    except UnusableError as error:
        raise InputError(f"{name}: {error}") from error


class _TableReader:
    """Collects the records of one file, all of one kind, as rows of a frame."""

    def __init__(self, path: Path) -> None:
        self._name = printable(str(path))
        self._kind = ""
        self._rows: list[tuple[Any, ...]] = []
        self._named: set[str] = set()

    def read(self, records: Iterator[tuple[str, Record]]) -> Truth:
        for place, record in records:
            try:
                self._add(record)
            except UnusableError as error:
                raise InputError(f"{place}: {error}") from error
        if not self._rows:
            raise InputError(f"{self._name} says nothing: no records")
        if self._kind == "aligned":
            return Truth(aligned=pl.DataFrame(self._rows, ALIGNED, orient="row"))
        if self._kind == "uses":
            return Truth(uses=pl.DataFrame(self._rows, USES, orient="row"))
        ids, derivations, groups = zip(*self._rows, strict=True)
        has_classes, has_groups = any(derivations), any(group is not None for group in groups)
        if not has_classes and not has_groups:
            raise InputError(f"{self._name} says nothing: no derivation, and no family, cluster or label")
        classes = pl.DataFrame([ids, derivations], DERIVED).drop_nulls()
        return Truth(
            derivations=classes if has_classes else None,
            groups=pl.DataFrame([ids, groups], GROUPED) if has_groups else None,
        )

    def _add(self, record: Record) -> None:
        if isinstance(record, UnusableError):
            raise record
        kind = "aligned" if "doc_a" in record else "uses" if "begin" in record else "documents"
        if kind != self._kind:
            if self._kind:
                raise UnusableError(f"says something of {kind}, the lines before of {self._kind}")
            self._kind = kind
        if kind == "aligned":
            sides = (
                _text(record, "doc_a"),
                *_span(record, "_a"),
                _text(record, "doc_b"),
                *_span(record, "_b"),
            )
            if sides[0] == sides[3]:
                raise UnusableError("doc_a and doc_b are one document")
            self._rows.append(sides)
        elif kind == "uses":
            self._rows.append((_text(record, "cluster"), _text(record, "doc_id"), *_span(record, "")))
        else:
            self._rows.append(self._document(record))

    def _document(self, record: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
        name = _text(record, "doc_id")
        if name in self._named:
            raise UnusableError(f"a second line of the document {name!r}")
        self._named.add(name)
        derivation = record.get("derivation")
        if derivation is not None and derivation not in DERIVATIONS:
            raise UnusableError(
                f"derivation must be one of {', '.join(DERIVATIONS[::-1])}, not {_brief(derivation)}"
            )
        group = next((key for key in _GROUPS if record.get(key) is not None), None)
        return name, derivation, group and _text(record, group)


def _brief(value: Any) -> str:
    text = reprlib.repr(value)  # of a value that is nested deep, repr would fail
    return text if len(text) <= 40 else f"{text[:37]}..."


def _text(record: Mapping[str, Any], name: str) -> str:
    """A name as text; whole numbers are names too."""
    value = record.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise UnusableError(f"{name} must be a name, not {_brief(value)}")
    return value.encode("utf-8", "replace").decode()  # JSON can hold halves of characters


def _span(record: Mapping[str, Any], side: str) -> tuple[int, int]:
    begin, end = (_number(record.get(name), name) for name in (f"begin{side}", f"end{side}"))
    if begin >= end:
        raise UnusableError(f"begin{side} {begin} is not before end{side} {end}")
    return begin, end


def _number(value: Any, name: str) -> int:
    if isinstance(value, str) and re.fullmatch("[0-9]{1,10}", value):
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _FURTHEST:
        raise UnusableError(f"{name} must be a number of characters, not {_brief(value)}")
    return value


def _read_pan(folder: Path) -> Truth:
    """Read all XML files in a folder and its subfolders."""
    files = sorted(folder.rglob("*.xml"))
    if not files:
        raise InputError(f"{printable(str(folder))} has no XML files of a PAN corpus")
    cases: list[tuple[Any, ...]] = []
    pairs: list[tuple[str, str]] = []
    for file in files:
        found, pair = pan_cases(file)
        cases += found
        pairs += [pair] if pair else []
    pairs += [(case[0], case[3]) for case in cases]
    return Truth(
        aligned=pl.DataFrame(cases, ALIGNED, orient="row"),
        pairs=pl.DataFrame(pairs, PAIRS, orient="row").unique(maintain_order=True),
        by_file_name=True,
    )


def pan_cases(path: Path) -> tuple[list[tuple[str, int, int, str, int, int]], tuple[str, str] | None]:
    """Read the cases in an XML file of a PAN corpus, and the pair of documents if the file's name gives it.

    Returns:
        Rows of :data:`syndetect.evaluation.scores.ALIGNED`, the suspicious document first; and the file names of the
        two documents, or None.

    Raises:
        InputError: the file cannot be read, or is not of a PAN corpus.
    """
    name = printable(str(path))
    try:
        with path.open("rb") as file:
            root, features = _pan_elements(file)
        if not root.get("reference"):
            raise UnusableError("no document with a reference")
        suspicious = root["reference"]
        stem, suffix = Path(suspicious).stem, Path(suspicious).suffix
        source = path.stem[len(stem) + 1 :] if path.stem.startswith(f"{stem}-") else ""
        pair = (suspicious, source + suffix) if source else None
        return [
            (suspicious, *_pan_span(case, "this"), case["source_reference"], *_pan_span(case, "source"))
            for case in features
            if case.get("name") == "plagiarism" and "source_reference" in case
        ], pair
    except UnusableError as error:
        raise InputError(f"{name}: not of a PAN corpus: {error}") from error
    except expat.ExpatError as error:
        raise InputError(f"{name}:{error.lineno}: broken XML") from error
    except (LookupError, ValueError) as error:
        raise InputError(f"{name}: broken XML: its encoding is not known") from error
    except OSError as error:
        raise InputError(f"cannot read {name}: {reason(error)}") from error


def _pan_elements(file: BinaryIO) -> tuple[Mapping[str, str], list[Mapping[str, str]]]:
    """The attributes of the root ``document`` (none of another root), and of each ``feature`` in it.

    Raises:
        UnusableError: there is a document type, whose entities could expand a small file to a huge one.
    """
    roots: list[Mapping[str, str]] = []
    features: list[Mapping[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if not roots:
            roots.append(attributes if tag == "document" else {})
        elif tag == "feature":
            features.append(attributes)

    def refuse(*_: object) -> None:
        raise UnusableError("it has a document type")

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.StartDoctypeDeclHandler = start, refuse
    parser.ParseFile(file)
    return roots[0], features


def _pan_span(case: Mapping[str, str], side: str) -> tuple[int, int]:
    begin, length = (_number(case.get(name), name) for name in (f"{side}_offset", f"{side}_length"))
    if not length:
        raise UnusableError(f"{side}_length is 0")
    return begin, begin + length

"""CSV and TSV to records; a row that cannot be used is yielded as an ``UnusableError``."""

from collections.abc import Callable, Iterator
from itertools import islice

from syndetect.reading.columns import Record
from syndetect.reading.csv_rows import Rows
from syndetect.reading.decoding import Decoder
from syndetect.reading.encoding import UnusableError
from syndetect.reading.notes import REMARK
from syndetect.reading.options import Quoting


def delimited(
    blocks: Iterator[bytes],
    decoder: Decoder,
    delimiters: str,
    wanted: Callable[[list[str]], list[str]],
    max_bytes: int,
    quoting: Quoting = "auto",
) -> Iterator[tuple[int, Record]]:
    """The rows of CSV under its header, without blank rows and empty fields.

    What one should know of a row comes before it, as an ``UnusableError`` of the outcome ``REMARK``.

    Args:
        blocks: those of :meth:`Decoder.stream`.
        decoder: of the file.
        delimiters: what may stand between fields: of those in the header the one that most lines agree on does.
        wanted: which of the header's names to keep; of columns with one name, the first that is not empty counts.
        max_bytes: the longest row that is taken.
        quoting: as in :class:`syndetect.reading.options.ReadingOptions`.

    Raises:
        UnusableError: the file is not text, or its header cannot be read; and what ``wanted`` raises.
    """
    rows = Rows(blocks, decoder, delimiters, max_bytes, quoting)
    header = rows.header.fields
    if isinstance(header, UnusableError):
        raise header
    names = set(wanted(header)) if header else set()
    kept = [(at, name) for at, name in enumerate(header) if name in names][::-1]
    has_told = False
    for number, row in enumerate(rows, 1):
        fields = row.fields
        if isinstance(fields, UnusableError):
            yield number, fields
            continue
        if row.remark:
            yield number, UnusableError(row.remark, REMARK)
        if any(islice(fields, len(header), None)):
            yield number, UnusableError(f"{len(fields)} fields under {len(header)} columns")
            continue
        if len(fields) != len(header) and rows.evidence.width is not None:
            is_usual = len(fields) == rows.evidence.width
            if not (is_usual and has_told):
                reason = f"{len(fields)} fields under {len(header)} columns"
                yield (
                    (0 if is_usual else number),
                    UnusableError(f"{reason}{', as in most rows' * is_usual}", REMARK),
                )
            has_told |= is_usual
        yield number, {name: fields[at] for at, name in kept if at < len(fields) and fields[at]}

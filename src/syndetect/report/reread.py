"""The texts of articles that were scanned, read again from where they came."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from syndetect.errors import MissingExtraError, SettingsError, SyndetectError
from syndetect.reading import sources
from syndetect.reading.options import ReadingOptions
from syndetect.report.findings import ReadTexts, TextSource

_HOW = "Name the articles that were scanned to show their texts."


def reread(
    source: Any, reading: ReadingOptions, reference: Any = None, *, once: bool = False
) -> TextSource | None:
    """A source of texts that reads again what was scanned; None where it can be read only once.

    Args:
        source, reference: as they were given to the scan.
        reading: how articles are read.
        once: the source was not read yet, and is read only now; what is wrong with it is then an error.
    """
    given = [one for one in (reference, source) if one is not None]
    if not once and any(_is_gone(one) for one in given):
        return None

    def read(rows: Sequence[int]) -> ReadTexts:
        return _read(given, reading, rows, strict=once)

    return read


def _is_gone(source: Any) -> bool:
    """Whether a source cannot be read again: an iterator, an open file, the standard input."""
    listed = source if isinstance(source, (list, tuple)) else [source]
    return isinstance(source, Iterator) or any(
        hasattr(one, "read") or (isinstance(one, str) and one == "-") for one in listed[:1000]
    )


def of_manifest(manifest: Mapping[str, Any]) -> TextSource | None:
    """A source of texts for the inputs of a manifest, as long as they are what was scanned."""
    inputs = [one for one in manifest.get("inputs", []) if isinstance(one, Mapping) and "path" in one]
    paths = [str(one["path"]) for one in inputs if not one.get("reference")]
    references = [str(one["path"]) for one in inputs if one.get("reference")]
    if not paths or "-" in paths + references:
        return None

    def read(rows: Sequence[int]) -> ReadTexts:
        try:
            reading = ReadingOptions(**manifest.get("reading", {}))
            found = [sources.resolve(one) for one in (references, paths) if one]
            now = {one["path"]: one for inputs_ in found for one in sources.fingerprints(inputs_)}
            changed = [
                str(one["path"]) for one in inputs if now.get(one["path"], {}).get("xxh3") != one.get("xxh3")
            ]
        except (TypeError, SettingsError, SyndetectError) as error:
            return _none(rows, f"The articles cannot be read again ({error}).")
        if changed:
            return _none(rows, f"{changed[0]} is not as it was scanned.")
        return _read(found, reading, rows)

    return read


def _read(
    given: Sequence[Any], reading: ReadingOptions, rows: Sequence[int], *, strict: bool = False
) -> ReadTexts:
    """The texts of these rows, of the articles of all sources in order."""
    wanted, last = {row: place for place, row in enumerate(rows)}, max(rows, default=-1)
    texts: list[str | None] = [None] * len(rows)
    row = 0
    try:
        for source in given:
            for _, encoded in sources.batches(source, reading=reading, on_skip=lambda *_: None):
                for text in encoded:
                    if (place := wanted.get(row)) is not None:
                        texts[place] = text.decode()
                    row += 1
                if row > last:
                    return ReadTexts(texts)
    except MissingExtraError:
        raise
    except SyndetectError as error:
        if strict:
            raise
        return _none(rows, f"The articles cannot be read again ({error}).")
    return ReadTexts(texts, f"There are fewer articles than were scanned. {_HOW}" if None in texts else None)


def _none(rows: Sequence[int], why: str) -> ReadTexts:
    return ReadTexts([None] * len(rows), f"{why} {_HOW}")

"""The page of a report: tables to one data block to one file."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from syndetect.errors import OutputError
from syndetect.reading.own_output import is_report
from syndetect.report.findings import Findings
from syndetect.report.page import columns
from syndetect.report.page.anonymous import anonymous
from syndetect.report.page.head import head, outlet_names
from syndetect.report.page.kept import completed, keep
from syndetect.report.page.template import page
from syndetect.report.page.texts import blocks, no_texts, texts
from syndetect.runtime.memory import cores
from syndetect.storage import addresses
from syndetect.storage.filesystem import absolute, check_parent, sync_folder, write_bytes, writing_to
from syndetect.storage.staging import staging_folder


@dataclass(frozen=True)
class PageOptions:
    """What a page holds of a result.

    Attributes:
        texts: the articles' texts.
        anonymise: other names for outlets and articles, and no titles and addresses. Texts stay as they are, with the
            names that stand in them.
    """

    texts: bool = True
    anonymise: bool = False


def write(
    findings: Findings, path: str | os.PathLike[str], options: PageOptions, *, force: bool = False
) -> None:
    """Write the page of a report, whole or not at all.

    Args:
        findings: all of a result.
        path: the file. A report that is there is replaced.
        options: what it holds.
        force: replace also a file that is no report.

    Raises:
        OutputError: another file is there, or the file cannot be written.
    """
    place = check_place(path, force=force)
    with writing_to(path), staging_folder(place) as folder:
        made = folder / place.name
        write_bytes(page(parts(findings, options), _title(findings), cores()), made)
        made.replace(place)
        sync_folder(place.parent)


def check_place(path: str | os.PathLike[str], *, force: bool = False) -> Path:
    """Make sure that a page may be written to a path, before the work that it takes; the absolute path.

    Raises:
        OutputError: another file is there, or the file cannot be written.
    """
    given = addresses.local(path, "a report", OutputError)
    with writing_to(path):
        place = absolute(given)
        if place.is_dir():
            raise OutputError(f"{os.fspath(path)} is a folder: name a file, such as report.html")
        if given.exists() and not given.is_file():
            raise OutputError(f"{os.fspath(path)} is a device or a pipe: name a file, such as report.html")
        if place.exists() and not force and not is_report(place):
            raise OutputError(
                f"{os.fspath(path)} is there already and no report: choose another name, or add --force"
            )
        check_parent(place, path)
    return place


def parts(findings: Findings, options: PageOptions) -> Iterator[tuple[str, Any]]:
    """The parts of the data block, by name; ``block.schema.json`` describes them."""
    shown = completed(findings)
    if options.anonymise:
        shown = anonymous(shown)
    kept = keep(shown)
    stored = texts(shown, kept) if options.texts else no_texts(kept)
    outlets = outlet_names(shown)
    made = head(shown, kept, outlets, anonymised=options.anonymise)
    made["kept"]["texts"] = sum(form > 0 for form in stored.forms)
    made |= {"texts": stored.extent, "text_note": stored.note}
    parted = list(blocks(stored.stored))
    made["blocks"] = [*(first for first, _ in parted), len(stored.stored)]
    yield "head", made
    kinds = {row["name"]: number for number, row in enumerate(made["kinds"])}
    agencies = {row["name"]: number for number, row in enumerate(made["agencies"])}
    numbers = {name: number for number, name in enumerate(outlets)}
    yield "documents", columns.documents(shown, kept, numbers, stored.forms)
    yield "passages", columns.passages(shown, kept, kinds, agencies, with_text=options.texts)
    yield "uses", columns.uses(kept)
    for number, (_, block) in enumerate(parted):
        yield f"texts-{number}", block


def _title(findings: Findings) -> str:
    documents = findings.documents.height
    return f"Reused passages in {documents:,} article{'' if documents == 1 else 's'} – syndetect"

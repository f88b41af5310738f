"""Find reused passages in news articles: near-duplicates and syndicated wire copy, character for character.

import syndetect
result = syndetect.scan("articles/")
print(result.passages)
"""

from typing import TYPE_CHECKING, Any

from syndetect.errors import (
    BusyError,
    InputError,
    MissingExtraError,
    OutputError,
    ProcessError,
    ResultError,
    SettingsError,
    StoredIndexError,
    SyndetectError,
)
from syndetect.settings import Settings

if TYPE_CHECKING:
    from syndetect.dedup.deduplicate import Deduplicated, deduplicate
    from syndetect.evaluation.evaluate import Evaluation, evaluate
    from syndetect.index.answer import Answer
    from syndetect.index.feed import stream
    from syndetect.index.index import Index
    from syndetect.index.near_duplicates import NearDuplicates
    from syndetect.index.writer import Added
    from syndetect.lsh_index.minhash_lsh import MinHashLSH
    from syndetect.pipeline.scan import scan
    from syndetect.reading.options import ReadingOptions
    from syndetect.results.result import Result
    from syndetect.runtime.progress import Progress

__all__ = [
    "Added",
    "Answer",
    "BusyError",
    "Deduplicated",
    "Evaluation",
    "Index",
    "InputError",
    "MinHashLSH",
    "MissingExtraError",
    "NearDuplicates",
    "OutputError",
    "ProcessError",
    "Progress",
    "ReadingOptions",
    "Result",
    "ResultError",
    "Settings",
    "SettingsError",
    "StoredIndexError",
    "SyndetectError",
    "deduplicate",
    "evaluate",
    "scan",
    "stream",
]

_ROOMS = {
    "Added": "index.writer",
    "Answer": "index.answer",
    "Deduplicated": "dedup.deduplicate",
    "Evaluation": "evaluation.evaluate",
    "Index": "index.index",
    "MinHashLSH": "lsh_index.minhash_lsh",
    "NearDuplicates": "index.near_duplicates",
    "Progress": "runtime.progress",
    "ReadingOptions": "reading.options",
    "Result": "results.result",
    "deduplicate": "dedup.deduplicate",
    "evaluate": "evaluation.evaluate",
    "scan": "pipeline.scan",
    "stream": "index.feed",
}


def __getattr__(name: str) -> Any:
    """Import on first use what needs numba or polars, so that ``import syndetect`` and ``--help`` are quick."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'syndetect' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(f"syndetect.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value

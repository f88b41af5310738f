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
    ResultError,
    SettingsError,
    StoredIndexError,
    SyndetectError,
)
from syndetect.settings import Settings

if TYPE_CHECKING:
    from syndetect.adding import Added
    from syndetect.answer import Answer
    from syndetect.dedup import Deduplicated, deduplicate
    from syndetect.evaluation import Evaluation, evaluate
    from syndetect.index import Index, stream
    from syndetect.minhash_lsh import MinHashLSH
    from syndetect.pipeline import scan
    from syndetect.progress import Progress
    from syndetect.similar import NearDuplicates
    from syndetect.tables import Result

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
    "Progress",
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
    "Added": "adding",
    "Answer": "answer",
    "Deduplicated": "dedup",
    "Evaluation": "evaluation",
    "Index": "index",
    "MinHashLSH": "minhash_lsh",
    "NearDuplicates": "similar",
    "Progress": "progress",
    "Result": "tables",
    "deduplicate": "dedup",
    "evaluate": "evaluation",
    "scan": "pipeline",
    "stream": "index",
}


def __getattr__(name: str) -> Any:
    """Import on first use what needs numba or polars, so that ``import syndetect`` and ``--help`` are quick."""
    if name not in _ROOMS:
        raise AttributeError(f"module 'syndetect' has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415

    value = getattr(import_module(f"syndetect.{_ROOMS[name]}"), name)
    globals()[name] = value
    return value

"""Every table's columns and types, declared once."""

from collections.abc import Mapping

import polars as pl

_TEXT, _INT, _REAL, _TIME = pl.String(), pl.Int64(), pl.Float64(), pl.Datetime("us", "UTC")

#: What reading yields, a row a document. ``doc_id`` and ``text`` are never null.
ARTICLES = pl.Schema(
    {
        "doc_id": _TEXT,
        "text": _TEXT,
        "source": _TEXT,
        "published": _TIME,
        "title": _TEXT,
        "url": _TEXT,
        "author": _TEXT,
    }
)

#: Columns of tables that results of older versions lack; they are read as null.
ADDED = frozenset({"confidence", "outcome"})

#: The tables of a result. Offsets are 0-based, half-open, in characters (Unicode code points) of the text
#: as given.
TABLES: Mapping[str, pl.Schema] = {
    "documents": pl.Schema(
        {
            "doc_id": _TEXT,
            "source": _TEXT,
            "published": _TIME,
            "title": _TEXT,
            "url": _TEXT,
            "paragraphs": _INT,
            "words": _INT,
            "reused_words": _INT,
            "reused_share": _REAL,
            "reused_unquoted_share": _REAL,
            "agencies": _TEXT,
            "agency_share": _REAL,
            "copied_share": _REAL,
            "own_share": _REAL,
            "derived_share": _REAL,
            "wording_share": _REAL,
            "derived_from": _TEXT,
            "derivation": _TEXT,
            "credited": _TEXT,
        }
    ),
    "pairs": pl.Schema(
        {
            "doc_a": _TEXT,
            "paragraph_a": _INT,
            "begin_a": _INT,
            "end_a": _INT,
            "doc_b": _TEXT,
            "paragraph_b": _INT,
            "begin_b": _INT,
            "end_b": _INT,
            "jaccard": _REAL,
            "containment_a": _REAL,
            "containment_b": _REAL,
        }
    ),
    "matches": pl.Schema(
        {
            "doc_a": _TEXT,
            "begin_a": _INT,
            "end_a": _INT,
            "doc_b": _TEXT,
            "begin_b": _INT,
            "end_b": _INT,
            "words": _INT,
            "identity": _REAL,
            "score": _REAL,
        }
    ),
    "passages": pl.Schema(
        {
            "passage_id": _INT,
            "doc_id": _TEXT,
            "begin": _INT,
            "end": _INT,
            "words": _INT,
            "identity": _REAL,
            "text": _TEXT,
            "source": _TEXT,
            "published": _TIME,
            "role": _TEXT,
        }
    ),
    "clusters": pl.Schema(
        {
            "passage_id": _INT,
            "uses": _INT,
            "documents": _INT,
            "sources": _INT,
            "first_doc": _TEXT,
            "first_published": _TIME,
            "spread": _INT,
            "kind": _TEXT,
            "agency": _TEXT,
            "agency_evidence": _TEXT,
            "quoted_share": _REAL,
            "words": _INT,
            "reasons": _TEXT,
            "confidence": _REAL,
        }
    ),
    "credits": pl.Schema(
        {
            "doc_id": _TEXT,
            "agency": _TEXT,
            "role": _TEXT,
            "begin": _INT,
            "end": _INT,
            "rule": _TEXT,
        }
    ),
    "edges": pl.Schema(
        {
            "from_doc": _TEXT,
            "to_doc": _TEXT,
            "passage_id": _INT,
            "words": _INT,
            "share": _REAL,
        }
    ),
    "links": pl.Schema(
        {
            "doc_a": _TEXT,
            "doc_b": _TEXT,
            "words": _INT,
            "wording_a": _REAL,
            "wording_b": _REAL,
        }
    ),
    "families": pl.Schema(
        {
            "family_id": _INT,
            "doc_id": _TEXT,
            "representative": _TEXT,
            "relation": _TEXT,
            "share": _REAL,
        }
    ),
}

#: The tables that an index answers with; the others are a scan's, and so are the columns of ``documents`` that an
#: index leaves null.
ANSWERED = ("documents", "pairs", "matches", "passages")
#: What was not used, or not as it stands: its place (a path, with a line or record number), the reason, and what came
#: of it (``reading.notes.OUTCOMES``).
SKIPPED = pl.Schema({"place": _TEXT, "reason": _TEXT, "outcome": _TEXT})

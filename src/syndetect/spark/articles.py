"""Articles: read and sketched where they are, and numbered by time.

An article's number is its place in the order of time (:func:`syndetect.matching.places.time_rank`): so the earlier of
two articles is the one with the smaller number, whatever their order in the input.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pyarrow as pa

from syndetect.arrays import I64, Array
from syndetect.errors import InputError
from syndetect.kernels.documents import UNDATED
from syndetect.matching import places, tokens
from syndetect.matching.tokens import Key, Words
from syndetect.matching.tokens import joined as joined_texts
from syndetect.matching.wording import SAMPLE
from syndetect.reading import sources
from syndetect.reading.articles import times
from syndetect.reading.options import ReadingOptions
from syndetect.reading.sources import BATCH_BYTES, Batch
from syndetect.spark.collisions import counted, secret_key, spellings_of
from syndetect.spark.numbering import numbered
from syndetect.spark.outlets import outlets_of
from syndetect.spark.rows import Columns, Flat, bounds_of, map_rows
from syndetect.spark.spacing import packed_places
from syndetect.spark.stages import Stages
from syndetect.syndication import marks
from syndetect.syndication.credits.agencies import Agencies
from syndetect.syndication.credits.find import ROLES, RULES
from syndetect.syndication.marks import credits_frame

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: The column that holds lines of JSON, where articles are read from such.
LINES = "value"
#: An article's own columns.
OWN = ("doc_id", "source", "title", "url")
READ = Columns(
    **dict.fromkeys(OWN, "string"), text="string", published="long", code="binary", spacing="binary",
    paragraphs="binary", credits="binary", quotes="binary", contents="long", words="long", paragraph_count="long",
    until="long", own_until="long", agency="boolean", credited="boolean", credits_agency="boolean", bytes="long",
    spellings="binary", skipped="int",
)  # fmt: skip
#: Columns that are read from the stage ``read`` where they are needed.
_LEFT = ("text", "spellings", "skipped", "until", "own_until")
#: A paragraph: its end in words; and where its words begin and end, in characters.
PARAGRAPH = np.dtype([("end", "<u4"), ("begin_character", "<u4"), ("end_character", "<u4")])
#: Credits as they are held: begin and end in characters, -1 for those of columns.
CREDIT = np.dtype([("agency", "<i8"), ("role", "<i8"), ("begin", "<i8"), ("end", "<i8"), ("rule", "<i8")])
_NO_ID = "\0"
_CHECKED = 1000  # lines, in which there must be the columns that the user named
#: Articles of which one is in a sample, the most in one, and the most words in one.
_OF_SAMPLE, _LARGEST_SAMPLE, _WORDS_OF_SAMPLE = 2_560, 1 << 15, 1 << 25


@dataclass(frozen=True)
class Reader:
    """Reads the articles of a partition.

    Attributes:
        reading: how.
        agencies: whose credits are found.
        key: of spellings.
        is_part: whether batches of lines are parts of files, so that one may lack a column that the user named.
    """

    reading: ReadingOptions
    agencies: Agencies
    key: Key
    is_part: bool = True

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """The rows of :data:`READ`, of batches of a table, or of lines of JSON."""
        skipped: list[str] = []

        def skip(place: str, *_: str) -> None:
            skipped.append(place)

        for batch in batches:
            for found in sources.batches(
                _source(batch), reading=self.reading, on_skip=skip,
                batch_bytes=BATCH_BYTES, default_id=lambda _: _NO_ID, duplicate_ids="error",
                is_part=self.is_part,
            ):  # fmt: skip
                yield from self._rows(found, len(skipped))
                skipped.clear()

    def _rows(self, batch: Batch, skipped: int) -> Iterator[pa.RecordBatch]:
        frame = batch[0]
        names = frame["doc_id"].to_list()
        if any(name.startswith(_NO_ID) for name in names):
            raise InputError(
                "an article has no id: Spark reads articles in no order, so each needs one of its own"
            )
        data, bounds = joined_texts(batch[1])
        words, _ = tokens.blank_repeats(tokens.tokenise(data, bounds), names)
        spelt = counted(spellings_of(words.code, data, bounds, self.key))
        found = marks.find(data, bounds, words, self.agencies)
        credits_, agency, credited, credits_agency = self._credits(frame, found.credits)
        time, first = times(frame["published"]), words.documents
        until = places.latest(time)
        paragraphs = Flat.of_items(_paragraphs(words), words.document_paragraphs)
        quotes, quote_bounds = _within(found.quotes, first)
        counts = np.zeros(len(names), np.int32)
        counts[0] = skipped
        yield from READ.batches(
            **{name: frame[name].cast(pl.String).to_arrow() for name in OWN},
            text=pa.array([bytes(one) for one in batch[1]], pa.binary()).cast(pa.string()),
            published=time,
            code=Flat.of_items(words.code, first), spacing=packed_places(words.begin, words.end, first),
            paragraphs=paragraphs, credits=credits_, quotes=Flat.of_items(quotes, quote_bounds),
            contents=found.contents, words=np.diff(first), until=until,
            paragraph_count=np.diff(words.document_paragraphs),
            own_until=np.where(agency & (time != UNDATED), time, until), agency=agency,
            credited=credited, credits_agency=credits_agency,
            bytes=np.diff(bounds), spellings=Flat.of_items(spelt, len(spelt) * (np.arange(len(names) + 1) > 0)),
            skipped=counts,
        )  # fmt: skip

    def _credits(self, frame: pl.DataFrame, found: I64) -> tuple[Flat, Array, Array, Array]:
        """The credits of the articles; which are of agencies themselves; which credit text, and to an agency."""
        rows = credits_frame(found, frame.select("source", "author"), self.agencies)
        numbered_rules = {name: number for number, name in enumerate(RULES)}
        numbered_roles = {name: number for number, name in enumerate(ROLES)}
        records = np.empty(len(rows), CREDIT)
        records["agency"] = rows["agency"].to_numpy()
        records["role"] = rows["role"].replace_strict(numbered_roles, return_dtype=pl.Int64).to_numpy()
        records["rule"] = rows["rule"].replace_strict(numbered_rules, return_dtype=pl.Int64).to_numpy()
        for name in ("begin", "end"):
            records[name] = rows[name].fill_null(-1).to_numpy()
        document = rows["document"].to_numpy()
        of_text = rows["role"].is_in(["text", "mixture"]).to_numpy()
        is_release = (self.agencies.table.kinds.gather(rows["agency"]) == "release").to_numpy()
        marked = (records["rule"] == numbered_rules["source"], of_text, of_text & ~is_release)
        flags = np.zeros((3, len(frame)), bool)
        for flag, which in zip(flags, marked, strict=True):
            flag[document[which]] = True
        return Flat.of_items(records, np.searchsorted(document, np.arange(len(frame) + 1))), *flags


def credits_of(records: Array, document: I64) -> pl.DataFrame:
    """Credits as :class:`syndetect.syndication.explain.Articles` has them; ``document`` is that of each record."""
    frame = pl.DataFrame({"document": document} | {name: records[name].copy() for name in CREDIT.names or ()})
    is_there = pl.col("begin") >= 0
    return frame.select(
        "document", "agency", pl.Series("role", ROLES).gather(frame["role"]),
        pl.when(is_there).then("begin").alias("begin"), pl.when(is_there).then("end").alias("end"),
        pl.Series("rule", RULES).gather(frame["rule"]),
    )  # fmt: skip


def _source(batch: pa.RecordBatch) -> Any:
    if batch.schema.names == [LINES]:
        return io.BytesIO(b"".join(line.as_py() + b"\n" for line in batch.column(0).cast(pa.binary())))
    return pl.DataFrame(pl.from_arrow(batch))


def _paragraphs(words: Words) -> Array:
    """:data:`PARAGRAPH` of all paragraphs, their ends counted from the first words of their documents."""
    bounds, of = words.paragraphs, words.document_paragraphs
    found = np.zeros(len(bounds) - 1, PARAGRAPH)
    found["end"] = bounds[1:] - np.repeat(bounds[of[:-1]], np.diff(of))
    some = np.flatnonzero(bounds[1:] > bounds[:-1])
    found["begin_character"][some] = words.begin[bounds[some]]
    found["end_character"][some] = words.end[bounds[some + 1] - 1]
    return found


def _within(ranges: I64, first: I64) -> tuple[I64, I64]:
    """Ranges of words of a batch, ascending, counted from the first words of their documents, cut at these."""
    low, high = ranges[:, 0], ranges[:, 1]
    one = np.searchsorted(first, low, side="right") - 1
    last = np.searchsorted(first, high, side="left") - 1  # a set of ranges may run over the end of a document
    which = np.repeat(np.arange(len(ranges)), last - one + 1)
    document = one[which] + np.arange(len(which)) - np.repeat(bounds_of(last - one + 1)[:-1], last - one + 1)
    begin = np.maximum(low[which], first[document]) - first[document]
    end = np.minimum(high[which], first[document + 1]) - first[document]
    return np.stack([begin, end], axis=1), np.searchsorted(document, np.arange(len(first)))


def read(given: "DataFrame", reading: ReadingOptions, agencies: Agencies, stages: Stages) -> "DataFrame":
    """All articles as they were read, :data:`READ`.

    Raises:
        InputError: a column that the user named is not there.
    """
    work = Reader(reading, agencies, secret_key(stages))

    def articles() -> "DataFrame":
        if given.columns == [LINES] and reading.columns:  # of a table Spark knows the columns
            map_rows(given.limit(_CHECKED), READ, replace(work, is_part=False)).select("words").collect()
        return map_rows(given, READ, work)

    return stages.table("read", articles)


def placed(found: "DataFrame", stages: Stages) -> "DataFrame":
    """Articles as of :func:`read`, without their texts, but with ``document, rank, outlet``.

    ``document`` is the number of an article, ``outlet`` that of its outlet (-1 where it is not known), and ``rank`` its
    place in the order in which matches are grouped to passages (:func:`syndetect.syndication.origins.rank_of`).

    Raises:
        InputError: several articles have one id.
    """
    from pyspark.sql import functions as F  # noqa: N812, PLC0415

    light = found.select("doc_id", "until", "own_until", "words", F.length("doc_id").alias("size"))
    own = ["words", "size", "doc_id"]
    _, by_time, by_rank, outlets = stages.at_once(
        lambda: _check_ids(found, stages),
        lambda: numbered(light, ["until", *own], "document", stages, "order"),
        lambda: numbered(light, ["own_until", *own], "rank", stages, "order-of-passages"),
        lambda: outlets_of(found, stages),
    )
    numbers = by_time.select("doc_id", "document").join(by_rank.select("doc_id", "rank"), "doc_id")
    outlets = F.broadcast(stages.spark.createDataFrame(outlets.of, "source string, outlet long"))

    def whole() -> "DataFrame":
        light = found.drop(*_LEFT).join(numbers, "doc_id")
        return light.join(outlets, "source", "left").fillna(-1, ["outlet"])

    return stages.table("articles", whole)


def _check_ids(found: "DataFrame", stages: Stages) -> None:
    def count() -> dict[str, Any]:
        again = found.groupBy("doc_id").count().filter("count > 1").select("doc_id").limit(1).collect()
        return {"again": [row["doc_id"] for row in again]}

    again = stages.facts("ids", count)["again"]
    if again:
        raise InputError(f"several articles have the id {again[0]!r}: each needs one of its own")


def sample_size(counts: Mapping[str, int]) -> int:
    """Of how many articles keys are counted on the driver, to find those in very many places.

    A sample of a large corpus is larger, since a key must be in more than ``hot_places`` articles of it; one of long
    articles is smaller, so that the driver holds 128 MB of words at most.

    Args:
        counts: ``documents`` and ``words`` of all articles.
    """
    documents = max(counts["documents"], 1)
    wanted = min(max(SAMPLE, documents // _OF_SAMPLE), _LARGEST_SAMPLE)
    return max(1, min(documents, wanted, _WORDS_OF_SAMPLE * documents // max(counts["words"], 1)))


def sample(articles: "DataFrame", documents: int, most: int) -> "DataFrame":
    """Articles evenly spaced in the order of time: of ``taken``, number i is ``i * documents // taken``."""
    taken = max(min(documents, most), 1)
    number = f"((document * {taken} + {documents - 1}) div {documents})"
    return articles.filter(f"({number} * {documents}) div {taken} = document") if documents else articles

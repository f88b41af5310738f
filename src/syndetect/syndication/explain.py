"""Explain passages: from matches, passages and the marks of articles to kinds, agencies, origins and shares.

credits ─ evidence ─► agencies of passages ─┐
quotes, times, outlets ─ kinds ─────────────┴─► kinds ─ origins ─► first, roles ─┬─► clusters, edges
└─ shares ─► documents
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
import polars as pl

from syndetect import intervals
from syndetect.arrays import I64, U32, U64, Bool, order_by, run_starts
from syndetect.kernels.documents import UNDATED
from syndetect.matching.alignment import Matches
from syndetect.matching.passages import Passages
from syndetect.results.tables import Characters
from syndetect.syndication import evidence, kinds, origins, owners, shares, surroundings
from syndetect.syndication.credits.agencies import Agencies, AgencyTable
from syndetect.syndication.marks import Marks, credits_frame


class ArticleColumns(Protocol):
    """Articles as they were read, by their numbers in the order of reading."""

    @property
    def id_rank(self) -> U32:
        """uint32[d]: the order of ids, as of :func:`syndetect.reading.articles.id_rank`."""

    def column(self, name: str) -> pl.Series:
        """A whole column of ``schema.ARTICLES``."""

    def read(self, name: str, numbers: pl.Series) -> pl.Series:
        """A column of some articles, by their numbers; null where a number is null."""


@dataclass(frozen=True)
class Articles:
    """The articles: outlets, times, credits and quotations.

    Attributes:
        ids: reads ``doc_id`` by the numbers of articles.
        outlet: Int64, the number of each article's outlet; null where the source is not known.
        outlets: the names of the outlets.
        documents: int64[d + 1], the first word of each article.
        time: int64[d], microseconds since 1970, or ``UNDATED``.
        rank: uint32[d], the order of time.
        credits: ``document, agency, role, begin, end, rule``.
        quotes: int64[n, 2], the set of words in quotation marks.
        contents: uint64[d], a hash of each article's words.
        reference: bool[d], the articles of a reference.
        agency: bool[d], the articles that agencies published themselves.
        credited: int64[outlets + 1] each, the articles of every outlet (the last one is not known), and those of them
            that credit an agency; None where these are all articles there are.
    """

    ids: Callable[[pl.Series], pl.Series]
    outlet: pl.Series
    outlets: pl.Series
    documents: I64
    time: I64
    rank: U32
    credits: pl.DataFrame
    quotes: I64
    contents: U64
    reference: Bool
    agency: Bool
    credited: tuple[I64, I64] | None = None

    @classmethod
    def of(
        cls,
        articles: ArticleColumns,
        marks: Marks,
        documents: I64,
        time: I64,
        agencies: Agencies,
        references: int,
    ) -> "Articles":
        """The articles with these marks.

        Args:
            articles: the articles as they were read.
            marks: the marks in the texts.
            documents: int64[d + 1], the first word of each article.
            time: int64[d], microseconds since 1970, or ``UNDATED``.
            agencies: the agencies that marks name by number.
            references: the number of articles, the first ones, that belong to a reference.
        """
        columns = pl.DataFrame([articles.column("source"), articles.column("author")])
        outlet, outlets = owners.outlets_of(columns["source"])
        found = credits_frame(marks.credits, columns, agencies)
        is_agency, is_reference = np.zeros(len(columns), bool), np.arange(len(columns)) < references
        is_agency[found.filter(pl.col("rule") == "source")["document"].to_numpy()] = True
        return cls(
            ids=partial(articles.read, "doc_id"),
            outlet=outlet,
            outlets=outlets,
            documents=documents,
            time=time,
            rank=origins.rank_of(time, np.diff(documents), articles.id_rank, is_agency, is_reference),
            credits=found,
            quotes=marks.quotes,
            contents=marks.contents,
            reference=is_reference,
            agency=is_agency,
        )

    @property
    def sizes(self) -> I64:
        """int64[d]: words."""
        return np.diff(self.documents)


@dataclass(frozen=True)
class Explained:
    """Explained passages; passages are numbered from 0 here, documents in the order of reading.

    Attributes:
        uses: a row per use, in the order of the passages: ``passage, document, low, high, size, role, kind``.
        clusters: a row per passage, with the columns of the table ``clusters`` and ``has_unknown_source, referred``.
        owner: Int64, the owner of each article's outlet; null where not known.
        shares: the shares of each article's words.
        agencies: ``document, agencies, credited``.
    """

    uses: pl.DataFrame
    clusters: pl.DataFrame
    owner: pl.Series
    shares: shares.Shares
    agencies: pl.DataFrame


def explain(
    articles: Articles,
    matches: Matches,
    grouped: Passages,
    characters: Characters,
    described: pl.DataFrame,
    agencies: AgencyTable,
    owned: Mapping[str, str],
) -> Explained:
    """Explain passages; a pure function of arrays and frames.

    Args:
        articles: the articles.
        matches, grouped: the matches, and the passages that they make.
        characters: the characters of the uses.
        described: the signs of the uses, as of :func:`syndetect.syndication.surroundings.described`.
        agencies: the names and kinds of the agencies.
        owned: sources to owners, as far as these are given.
    """
    pairs = _pairs(matches, articles.quotes)
    owner = _owners(articles, pairs, owned)
    quoted = intervals.count_within(articles.quotes, grouped.words)
    uses = uses_of(articles, grouped, characters, quoted, owner, pairs).hstack(described)
    del pairs  # which are many
    clusters, uses = explain_passages(articles, uses, agencies)
    matched = np.concatenate([matches.words_a, matches.words_b])
    parts, credited = shares_of(articles, matched, uses, clusters["agency_number"], agencies)
    shown = uses.select("passage", "document", "low", "high", "size", "role", "kind")
    return Explained(shown, clusters, owner, parts, credited)


def explain_passages(
    articles: Articles, uses: pl.DataFrame, agencies: AgencyTable
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Explain passages by all their uses, whatever other passages there are.

    Args:
        articles: those that have the passages.
        uses: of :func:`uses_of`, with the signs of the uses.
        agencies: the names and kinds of the agencies.

    Returns:
        The columns ``clusters`` of :class:`Explained`, with ``agency_number``; and of the uses ``passage, document,
        low, high, size, earliest, latest, carried, role, kind``.
    """
    names = agencies.names
    is_release = agencies.kinds.gather(articles.credits["agency"]) == "release"
    agency_credits, releases = articles.credits.filter(~is_release), articles.credits.filter(is_release)
    described = _described(articles, uses, agency_credits, releases, names)
    uses = uses.select("passage", "document", "low", "high", "size", "earliest", "latest", "carried")
    clusters, uses = _origins(articles, described, uses, names)
    return clusters.with_columns(agency_number=described["agency"]), uses


def _described(
    articles: Articles,
    uses: pl.DataFrame,
    agency_credits: pl.DataFrame,
    releases: pl.DataFrame,
    names: pl.Series,
) -> pl.DataFrame:
    """A row per passage: its features, the number of its agency, and its kind."""
    marks = releases.group_by("document").agg(mark=pl.col("begin").fill_null(-1).min())  # -1: of a column
    below = uses.join(marks, on="document").filter(pl.col("mark") < pl.col("end"))
    use = pl.struct("passage", "document", "low")
    is_below = use.is_in(below.select(use).to_series().implode())
    votes = evidence.votes(uses.with_columns(carried=pl.col("carried") & ~is_below), agency_credits)
    found = evidence.agencies_of(votes, names)
    quoted_share = pl.col("quoted") / pl.col("size")
    cited = surroundings.cited(uses.with_columns(quoted_share=quoted_share), articles.outlets.to_list())
    referred = uses.filter(pl.Series(articles.reference[uses["document"].to_numpy()]))
    described = (
        kinds.features(
            uses.with_columns(
                caption=_has_caption(uses, articles.credits), crediting=_crediting(articles, uses, agency_credits)
            )
        )
        .join(found, on="passage", how="left", maintain_order="left")
        .join(
            below.group_by("passage").agg(pl.col("document").n_unique().alias("releases")),
            on="passage", how="left", maintain_order="left",
        )
        .join(cited, on="passage", how="left", maintain_order="left")
        .with_columns(
            pl.col("releases", "voters").fill_null(0),
            pl.col("strong").fill_null(value=False),
            in_reference=pl.col("passage").is_in(referred["passage"].implode()),
        )
    )  # fmt: skip
    return described.hstack(kinds.kinds_of(described))


#: An outlet of which nothing is known credits agencies in one article of ten.
_ARTICLES, _CREDITED = 10, 1


def _crediting(articles: Articles, uses: pl.DataFrame, agency_credits: pl.DataFrame) -> pl.Series:
    """Float64, a row per use: the share of the outlet's other articles that credit an agency with text."""
    credited = np.zeros(len(articles.outlet), np.int64)
    of_text = agency_credits.filter(pl.col("role").is_in(["text", "mixture"]))
    credited[of_text["document"].to_numpy()] = 1
    outlet = articles.outlet.fill_null(len(articles.outlets)).to_numpy()
    counts, total = articles.credited or (np.bincount(outlet), np.bincount(outlet, credited))
    document = uses["document"].to_numpy()
    of_use = outlet[document]
    is_known = of_use < len(articles.outlets)
    others, those = counts[of_use] - 1, total[of_use] - credited[document]
    return pl.Series((_CREDITED + those * is_known) / (_ARTICLES + others * is_known))


#: The characters between the end of a caption and the credit of its photograph, at most.
_CAPTION_GAP = 60


def _has_caption(uses: pl.DataFrame, credits_: pl.DataFrame) -> pl.Series:
    """Boolean, a row per use: whether the credit of a photograph, of an agency or not, is in it or right behind it."""
    photos = credits_.filter((pl.col("role") == "photo") & pl.col("begin").is_not_null())
    document, begin, end = uses.select("document", "begin", "end").to_numpy().T
    credited, mark, until = photos.select("document", "begin", "end").to_numpy().T
    stride = max(int(end.max(initial=0)) + _CAPTION_GAP, int(until.max(initial=0))) + 1
    order = np.argsort(credited * stride + mark)
    # of the credits that begin before the end of a use, the one that ends last; -1 where there is none
    reach = np.append(-1, np.maximum.accumulate((credited * stride + until)[order]))
    last = np.searchsorted((credited * stride + mark)[order], document * stride + end + _CAPTION_GAP)
    return pl.Series(reach[last] > document * stride + begin) | uses["captioned"]


def shares_of(
    articles: Articles, matched: I64, uses: pl.DataFrame, agency: pl.Series, agencies: AgencyTable
) -> tuple[shares.Shares, pl.DataFrame]:
    """The shares and agencies of articles.

    Args:
        articles: the articles.
        matched: int64[n, 2], the words of all matches, on both sides.
        uses: of :func:`explain_passages`, all of these articles.
        agency: the number of each passage's agency, by the number of the passage.
        agencies: the names and kinds of the agencies.
    """
    is_release = agencies.kinds.gather(articles.credits["agency"]) == "release"
    agency_credits = articles.credits.filter(~is_release)
    whole = agency_credits.filter(pl.col("role") == "text").select("document", "agency").unique()
    alone = whole.filter(pl.len().over("document") == 1).sort("document", "agency")
    document = alone["document"].to_numpy()
    credited = agency_credits.filter(pl.col("role").is_in(["text", "mixture", "self"])).select(
        "document", "agency"
    )
    carried = uses.filter((pl.col("kind") == "wire") & pl.col("carried"))
    wire = carried.with_columns(agency=agency.gather(carried["passage"]))
    return (
        shares.shares(uses, document, matched, articles.quotes, articles.documents),
        shares.agencies(
            wire, alone.with_columns(size=pl.Series(articles.sizes[document])), credited, agencies.names
        ),
    )


def _pairs(matches: Matches, quotes: I64) -> pl.DataFrame:
    """``a, b, shared, narration``: words that two documents share, and those of them outside quotation marks.

    Both are means of the two documents' words, so that it does not matter which one was read first.
    """
    sizes, narrations = np.zeros(len(matches.equal), np.int64), np.zeros(len(matches.equal), np.int64)
    for words in (matches.words_a, matches.words_b):
        sizes += words[:, 1] - words[:, 0]
        narrations -= intervals.count_within(quotes, words)
    narrations += sizes
    order = order_by(matches.document_a, matches.document_b)
    a, b = matches.document_a[order], matches.document_b[order]
    starts = run_starts(a, b)
    shared, narration = (
        np.add.reduceat(sums[order], starts) // 2 if len(a) else sums for sums in (sizes, narrations)
    )
    return pl.DataFrame({"a": a[starts], "b": b[starts], "shared": shared, "narration": narration})


def _owners(articles: Articles, pairs: pl.DataFrame, owned: Mapping[str, str]) -> pl.Series:
    """The owner of each document's outlet, as a number; null where the source is not known."""
    outlet, credited = articles.outlet, articles.credits.filter(pl.col("role").is_in(["text", "mixture"]))
    sizes = pl.Series(articles.sizes)
    copies = (
        pairs.with_columns(
            outlet_a=outlet.gather(pairs["a"]), outlet_b=outlet.gather(pairs["b"]),
            least=pl.select(pl.min_horizontal(sizes.gather(pairs["a"]), sizes.gather(pairs["b"]))).to_series(),
        )
        .filter((pl.col("outlet_a") != pl.col("outlet_b")) & (pl.col("shared") >= owners.WHOLE * pl.col("least")))
        .join(credited.select(a="document").unique(), on="a", how="anti")
        .join(credited.select(b="document").unique(), on="b", how="anti")
    )  # fmt: skip
    both = pl.concat(
        [
            copies.select("a", "outlet_a", "outlet_b"),
            copies.select(a="b", outlet_a="outlet_b", outlet_b="outlet_a"),
        ]
    ).with_columns(exclusive=pl.col("outlet_b").n_unique().over("a") == 1)
    chosen = both.select("outlet_a", "outlet_b", "exclusive", document="a")
    counts = outlet.drop_nulls().value_counts().sort(outlet.name)["count"]
    owner = pl.Series(owners.owners_of(articles.outlets, owned, chosen, counts), dtype=pl.Int64)
    return owner.gather(outlet)


def uses_of(
    articles: Articles,
    grouped: Passages,
    characters: Characters,
    quoted: I64,
    owner: pl.Series,
    pairs: pl.DataFrame,
) -> pl.DataFrame:
    """A row per use, in the order of the passages, with the columns that decide kinds and origins.

    Args:
        articles: the articles.
        grouped: the passages.
        characters: of the uses.
        quoted: int64[n], words of the uses in quotation marks.
        owner: Int64, the owner of each article's outlet; null where not known.
        pairs: ``a, b, shared, narration``, the words that the earliest article of each passage shares with the others.
    """
    document, words = grouped.document, grouped.words
    low, high = origins.bounds_of(articles.time, articles.reference)
    time = pl.Series(articles.time[document])
    frame = pl.DataFrame(
        {
            "passage": grouped.passage - 1,
            "document": document,
            "outlet": articles.outlet.gather(document),
            "owner": owner.gather(document),
            "time": time.set(time == int(UNDATED), None),
            "earliest": low[document],
            "latest": high[document],
            "low": words[:, 0],
            "high": words[:, 1],
            "size": words[:, 1] - words[:, 0],
            "equal": grouped.equal / np.maximum(grouped.columns, 1),
            "quoted": quoted,
            "before": words[:, 0] - articles.documents[document],
            "behind": articles.documents[document + 1] - words[:, 1],
            "begin": characters.begin,
            "end": characters.end,
        }
    ).with_columns(
        # the outlets of one owner have one vote together; an article of an unknown outlet has its own
        voter=pl.coalesce("owner", -1 - pl.col("document")),
    )
    centre = document[run_starts(grouped.passage)][grouped.passage - 1]
    of_owner = owner.gather(centre)
    return frame.hstack(
        _shared_with_earliest(frame.with_columns(centre_owner=of_owner), centre, articles.sizes, pairs)
    )


def _shared_with_earliest(uses: pl.DataFrame, earliest: I64, sizes: I64, pairs: pl.DataFrame) -> pl.DataFrame:
    """What the article of each use shares with the earliest article of the passage.

    Args:
        uses: ``passage, document, size, quoted, owner, centre_owner`` (the owner of the earliest article).
        earliest: int64[n], the earliest article of the passage of each use.
        sizes: int64[d], the words of each article.
        pairs: the words that pairs of articles share.

    Returns:
        ``other, other_narration``, the shared words outside the passage, and those of them outside quotation marks
        (null for the earliest article itself; none where one owner has both articles); ``carried``
        (:func:`syndetect.syndication.evidence.is_carried`).
    """
    document = uses["document"].to_numpy()
    own_narration = pl.col("size") - pl.col("quoted")
    is_other = pl.col("a") != pl.col("b")

    def elsewhere(name: str) -> pl.Expr:
        return pl.when(~pl.col("is_own")).then(name)

    return (
        uses.select(
            "passage",
            "size",
            "quoted",
            is_own=(pl.col("owner") == pl.col("centre_owner")).fill_null(value=False),
        )
        .with_columns(
            a=np.minimum(earliest, document),
            b=np.maximum(earliest, document),
            shorter=np.minimum(sizes[earliest], sizes[document]),
        )
        .join(pairs, on=["a", "b"], how="left", maintain_order="left")
        .with_columns(
            # words of the use that were cut from the earliest one at an edge count nevertheless
            shared=pl.when(is_other).then(pl.max_horizontal(elsewhere("shared"), "size")),
            narration=pl.when(is_other).then(pl.max_horizontal(elsewhere("narration"), own_narration)),
        )
        .select(
            other=pl.col("shared") - pl.col("size"),
            other_narration=pl.col("narration") - own_narration,
            carried=evidence.is_carried(),
        )
    )


def _own(articles: Articles, uses: pl.DataFrame, described: pl.DataFrame) -> Bool:
    """bool[n]: the uses of wire copy in articles of its own agency, and the uses of any kind in a reference."""
    published = articles.credits.filter(pl.col("rule") == "source").select("document", "agency").unique()
    wire = described.select(pl.when(pl.col("kind") == "wire").then("agency"))["agency"]
    agency = wire.gather(uses["passage"])
    of_agency = uses.select("document", agency=agency).join(
        published.with_columns(own=True), on=["document", "agency"], how="left", maintain_order="left"
    )["own"]
    referred = articles.reference[uses["document"].to_numpy()]
    own: Bool = of_agency.fill_null(value=False).to_numpy() | referred
    return own


def _origins(
    articles: Articles, described: pl.DataFrame, uses: pl.DataFrame, names: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The passages with their first documents and agencies, and the uses with their roles and kinds."""
    passage, document = (uses[name].to_numpy() for name in ("passage", "document"))
    own = _own(articles, uses, described)
    bounds = uses["earliest"].to_numpy(), uses["latest"].to_numpy()
    first, may_be = origins.first_documents(passage, document, articles.rank[document], bounds, own)
    present = np.unique(passage[own & may_be])
    virtual = origins.virtual_sources(described, present)
    first = np.where(origins.has_absent_source(described, present).to_numpy(), -1, first)
    known = pl.Series(first, dtype=pl.Int64)
    inferred = names.gather(described["agency"]) + " (inferred)"
    clusters = described.with_columns(
        virtual=virtual,
        first=known,
        agency=pl.when(pl.col("kind") == "wire").then(names.gather(described["agency"])),
        first_doc=pl.when(virtual).then(inferred).otherwise(articles.ids(known.set(known < 0, None))),
        spread=(pl.col("last_time") - pl.col("first_time")) // 1_000_000,
        referred=pl.col("in_reference") | (not articles.reference.any()),
    )
    with_roles = uses.with_columns(
        role=origins.roles(passage, document, first, may_be, virtual.to_numpy()),
        kind=clusters["kind"].gather(uses["passage"]),
    )
    return clusters, with_roles

"""Articles of a world and the reuse planted in them, with exact character ranges once a world is finished."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any, NamedTuple

from benchmarks.corpus.credit_marks import Mark
from benchmarks.corpus.outlets import Outlet, Stamp, stamp
from syndetect.intervals import Span

PARAGRAPH, SENTENCE = "\n\n", " "


class Segment(NamedTuple):
    """A stretch of an article.

    Attributes:
        text: with quotation marks that are not set yet.
        plant: the number of the planted text that it is from, None for words of the article's own.
        piece: which paragraph of that text it is or is from.
        gap: what stands before it.
    """

    text: str
    plant: int | None = None
    piece: int = 0
    gap: str = PARAGRAPH


@dataclass
class Draft:
    """An article before its text is assembled.

    Attributes:
        outlet: whose it is.
        at: when it was published.
        segments: its text.
        author: as its metadata say.
    """

    outlet: Outlet
    at: datetime
    segments: list[Segment]
    author: str = ""

    def credit(self, mark: Mark) -> None:
        """Put a mark on the article; its lead goes before the first planted words."""
        if mark.lead:
            at = next((i for i, one in enumerate(self.segments) if one.plant is not None), 0)
            first = self.segments[at]
            self.segments[at : at + 1] = [Segment(mark.lead, gap=first.gap), first._replace(gap="")]
        if mark.above:
            self.segments.insert(0, Segment(mark.above))
        if mark.below:
            self.segments.append(Segment(mark.below))
        self.author = mark.author or self.author


class Use(NamedTuple):
    """Where a piece of a planted text stands."""

    document: str
    span: Span
    piece: int


@dataclass
class Plant:
    """A planted text and the truth about it.

    Attributes:
        kind: as the column ``kind`` of the table ``clusters`` has it.
        agency: the agency that wrote it, None for no agency or one without a credit.
        origin: the agency's own article, if it is in the corpus.
        credited: the articles that credit the agency, and no other.
        uses: where its pieces stand.
        form: what is special about it, empty for nothing: a plant of a form is counted apart.
    """

    kind: str
    agency: str | None = None
    origin: str | None = None
    credited: set[str] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    form: str = ""


class Article(NamedTuple):
    """An article as a scan gets it, and the range of its publication time."""

    id: str
    text: str
    source: str
    owner: str
    author: str
    stamp: Stamp

    def record(self) -> dict[str, Any]:
        """The article as a mapping for a scan."""
        given = {"id": self.id, "text": self.text, "source": self.source, "published": self.stamp.published}
        return given | {"author": self.author or None}


@dataclass(frozen=True)
class World:
    """Articles of a few weeks, and what was planted in them."""

    articles: Mapping[str, Article]
    plants: Sequence[Plant]


@dataclass
class PlantDraft:
    """A plant before drafts have ids: it names drafts by their places in the list."""

    kind: str
    agency: str | None = None
    origin: int | None = None
    credited: set[int] = field(default_factory=set)
    form: str = ""


def finish_world(
    number: int, drafts: Sequence[Draft], plant_drafts: Sequence[PlantDraft], random: Random
) -> World:
    """Give the articles ids, an order and quotation marks, and record where the plants stand.

    Ids and order carry no information; a text planted in one article alone is no plant.
    """
    order = list(range(len(drafts)))
    random.shuffle(order)
    ids = [""] * len(drafts)
    for place, draft_number in enumerate(order):
        ids[draft_number] = f"{number}-{place:04}"
    plants = [
        Plant(
            one.kind,
            one.agency,
            None if one.origin is None else ids[one.origin],
            {ids[draft] for draft in one.credited},
            form=one.form,
        )
        for one in plant_drafts
    ]
    articles = {}
    for at in order:
        draft, text = drafts[at], ""
        for segment in draft.segments:
            text += segment.gap if text else ""
            begin, text = len(text), text + draft.outlet.style.set(segment.text)
            if segment.plant is not None:
                plants[segment.plant].uses.append(Use(ids[at], Span(begin, len(text)), segment.piece))
        outlet = draft.outlet
        when = stamp(draft.at, outlet, random)
        articles[ids[at]] = Article(ids[at], text, outlet.name, outlet.owner, draft.author, when)
    return World(articles, [plant for plant in plants if len({use.document for use in plant.uses}) > 1])

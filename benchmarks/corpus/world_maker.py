"""The draws that all events of a world share: outlets, times, paragraphs, excerpts, and the list of what is planted."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random

from benchmarks.corpus.credit_marks import Agency, citation, credit, photo_credit
from benchmarks.corpus.outlets import Outlet, outlets, proper_name
from benchmarks.corpus.quoted_prose import Writer, quoted_share, unquoted
from benchmarks.corpus.rewriting import MOST_QUOTED, Rewriter
from benchmarks.corpus.world_model import Draft, PlantDraft, Segment

_DAYS = (21, 35)
#: Of words changed, where an outlet edits.
SHARES = (0.0, 0.0, 0.0, 0.0, 0.03, 0.03, 0.08, 0.12)


class Maker:
    """A world in the making.

    Attributes:
        random, write: the draws and the prose.
        outlets: of the world.
        days, start: the time that it covers.
        drafts, plant_drafts: its articles and plants so far.
    """

    def __init__(self, random: Random, write: Writer) -> None:
        self.random, self.write = random, write
        self.outlets = outlets(random, random.randint(30, 80))
        self.days = random.randint(*_DAYS)
        self.start = datetime(2031, random.randint(1, 11), random.randint(1, 28), tzinfo=UTC)
        self.drafts: list[Draft] = []
        self.plant_drafts: list[PlantDraft] = []
        self.rewriter = Rewriter(write([40] * 40), random)

    def taking(
        self, story: Sequence[str], plant: int, outlet: Outlet, at: datetime, credited: Agency | None
    ) -> Draft:
        """A wire story as an outlet runs it, with or without a credit."""
        form = self.random.random()
        if form < 0.45:
            pieces = list(range(len(story)))
        else:
            pieces = self.rewriter.part(story) if form < 0.8 else self.rewriter.without_some(story)
        is_resplit = self.random.random() < 0.25
        taken = self.rewriter.run(story, plant, pieces, self.random.choice(SHARES), resplit=is_resplit)
        before = self.own(1, 2) if self.random.random() < 0.2 else []
        after = self.own(1, 3) if self.random.random() < 0.3 else []
        draft = Draft(outlet, at, before + taken + after)
        if before or after:
            draft.author = self.reporter()
        if credited:
            language, intro = outlet.language, bool(before)
            draft.credit(credit(credited, outlet.name, language, at, self.random, has_intro=intro))
        return draft

    def with_decoy(self, draft: Draft) -> Draft:
        """An article, some with a photo credit or a citation of an agency, which are no credits for the text."""
        language, draw = draft.outlet.language, self.random.random()
        if draw < 0.1:
            draft.segments.insert(0, Segment(photo_credit(language, self.random)))
        elif draw < 0.2:
            words = unquoted(self.prose(1, 12, 25)[0]).rstrip(".")
            draft.segments.append(Segment(f"{words}, {citation(language, self.random)}."))
        return draft

    def plant(self, kind: str, agency: str | None = None, form: str = "") -> int:
        """The number of a new plant."""
        self.plant_drafts.append(PlantDraft(kind, agency, form=form))
        return len(self.plant_drafts) - 1

    def takers(self, number: int, owners: int, *, dated: bool = False) -> list[Outlet]:
        """About so many outlets in random order, the first of different owners; ``dated``: only outlets with dates."""
        chosen = self.random.sample(self.outlets, len(self.outlets))
        if dated:
            chosen = [outlet for outlet in chosen if outlet.clock != "none"]
        first: dict[str, Outlet] = {}
        for outlet in chosen:
            first.setdefault(outlet.owner, outlet)
        ahead = list(first.values())[:owners]
        rest = [outlet for outlet in chosen if outlet not in ahead]
        return ahead + rest[: max(0, number - len(ahead))]

    def moment(self, hours: Iterable[int] = range(24)) -> datetime:
        """A time in these weeks, within these hours of a day."""
        day, hour = self.random.randrange(self.days), self.random.choice(list(hours))
        return self.start + timedelta(days=day, hours=hour, seconds=self.random.randrange(3600))

    def soon(self, start: datetime, hours: float) -> datetime:
        """A time after another, within two days; half of them within these hours, some at the same moment."""
        if self.random.random() < 0.15:
            return start + timedelta(minutes=20)  # by an automatic feed
        return start + min(timedelta(hours=hours * self.random.lognormvariate(0, 1.2)), timedelta(hours=46))

    def story(self, least: int, most: int) -> list[str]:
        """Paragraphs of a story, few of them quotations: a share of a quotation would be a reuse of that."""
        while True:
            story = self.prose(self.random.randint(least, most), 20, 55)
            if quoted_share(" ".join(story)) <= MOST_QUOTED:
                return story

    def own(self, least: int, most: int) -> list[Segment]:
        """Paragraphs of an article's own."""
        return [Segment(text) for text in self.prose(self.random.randint(least, most), 15, 60)]

    def prose(self, number: int, least: int, most: int) -> list[str]:
        """Paragraphs of so many words each."""
        return self.write([self.random.randint(least, most) for _ in range(number)])

    def reporter(self) -> str:
        """An author; some articles have none."""
        return f"{proper_name(self.random)} {proper_name(self.random)}" if self.random.random() < 0.5 else ""

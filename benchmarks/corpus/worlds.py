"""Small worlds of invented news: a few weeks of some outlets, with reuse of every kind whose truth is known.

A world has 30 to 80 outlets and, in addition to articles that reuse nothing:

- one or two wire stories that five to fifty outlets run within two days, whole, in part, reworded, re-split or with
  paragraphs of their own, some with a credit; at times an article made from two of them, with a closing list of both
  agencies. The agency's own text is in the corpus in every other world;
- bursts: a wire story that nobody credits, by five or more owners' outlets within a day;
- copies: one outlet's story, parts of which one to three others run within four days, without a credit;
- statements of one person, quoted by two to twelve outlets in sentences of their own;
- boilerplate: what an outlet or a group puts under its articles or among them, and background that recurs for weeks;
- press releases, with their mark in most of the outlets that run them;
- posts, statements, stock phrases and narration that an outlet quotes (``third_parties``);
- what stands beside a text and is no mark of its origin: captions, lists of authors, marks of press releases further
  down (``page_marks``).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from random import Random

from benchmarks.corpus import page_marks, third_parties
from benchmarks.corpus.credit_marks import AGENCIES, Agency, agency_mark, closing_list, release_mark
from benchmarks.corpus.outlets import CURLY, STRAIGHT, TIE, Outlet, proper_name
from benchmarks.corpus.quotations import quoting, statement
from benchmarks.corpus.quoted_prose import Writer, unquoted
from benchmarks.corpus.world_maker import SHARES, Maker
from benchmarks.corpus.world_model import Draft, Segment, World, finish_world

_ARTICLES = 120


def world(seed: int, number: int, write: Writer) -> World:
    """A world; the same seed, number and writer give the same.

    Args:
        seed: of all draws.
        number: of the world; agencies' own texts are in the corpus of the even ones.
        write: the prose.
    """
    maker = _Events(Random(f"{seed} {number}"), write, has_agencies=number % 2 == 0)
    maker.fill()
    third_parties.plant(maker)  # behind all others, whose draws stay as they are
    page_marks.plant(maker)
    return finish_world(number, maker.drafts, maker.plant_drafts, maker.random)


class _Events(Maker):
    """Fills a world event by event."""

    def __init__(self, random: Random, write: Writer, *, has_agencies: bool) -> None:
        super().__init__(random, write)
        self.has_agencies = has_agencies
        self.wires: list[tuple[int, Agency, list[str], datetime]] = []

    def fill(self) -> None:
        """Draw all events."""
        draw = self.random.random
        events: list[tuple[Callable[[], None], int]] = [
            (self.wire, 1 + (draw() < 0.5)),
            (self.mixture, int(draw() < 0.6)),
            (self.burst, int(draw() < 0.7)),
            (self.copy, self.random.randint(1, 3)),
            (self.quote, self.random.randint(1, 3)),
            (self.release, int(draw() < 0.7)),
            (self.evergreen, int(draw() < 0.7)),
        ]
        for event, times in events:
            for _ in range(times):
                event()
        while len(self.drafts) < _ARTICLES:
            self.noise(self.random.choice(self.outlets), self.moment())
        self.boilerplate()

    def wire(self) -> None:
        """An agency's story; outlets of three owners at least credit it."""
        language = self.random.choice([outlet.language for outlet in self.outlets])
        agency = self.random.choice(AGENCIES[language])
        plant, story, start = self.plant("wire", agency.name), self.story(5, 10), self.moment()
        sketch = self.plant_drafts[plant]
        if self.has_agencies:
            sketch.origin = len(self.drafts)
            self.drafts.append(self.agency_article(agency, language, story, plant, start))
        takers = self.takers(round(5 * 10 ** self.random.random()), 5)
        share, crediting = self.random.uniform(0.15, 0.6), set[str]()
        for outlet in takers:
            at = self.soon(start, hours=5)
            if len(crediting) < 3 or self.random.random() < share:
                crediting.add(outlet.owner)
                sketch.credited.add(len(self.drafts))
            credited = agency if len(self.drafts) in sketch.credited else None
            self.drafts.append(self.taking(story, plant, outlet, at, credited))
        self.wires.append((plant, agency, story, start))

    def agency_article(
        self, agency: Agency, language: str, story: Sequence[str], plant: int, at: datetime
    ) -> Draft:
        """An agency's own text, and at times another one by it that nobody runs."""
        name = agency.name if self.random.random() < 0.8 else agency.full
        clock = self.random.choices(("exact", "day", "none"), (9, 1, 0.3))[0]
        source = Outlet(name, name, language, self.random.choice((CURLY, STRAIGHT)), clock)
        draft = Draft(source, at, [Segment(text, plant, piece) for piece, text in enumerate(story)])
        if self.random.random() < 0.8:
            draft.credit(agency_mark(agency, language, at, self.random))
        return draft

    def mixture(self) -> None:
        """An article made from parts of two agencies' stories, with a closing list of both."""
        if len(self.wires) < 2 or self.wires[0][1] == self.wires[1][1]:
            return
        at = max(start for *_, start in self.wires) + timedelta(hours=self.random.uniform(3, 12))
        segments = self.own(1, 2)
        for plant, _, story, _ in self.wires:
            segments += self.rewriter.run(story, plant, self.rewriter.part(story), 0, resplit=False)
        segments.append(Segment(closing_list([agency for _, agency, *_ in self.wires], self.random)))
        self.drafts.append(Draft(self.random.choice(self.outlets), at, segments))

    def burst(self) -> None:
        """A wire story without a credit. In every other one the first outlet is clearly ahead of the rest."""
        plant, story, start = self.plant("wire"), self.story(4, 9), self.moment(hours=range(1, 8))
        takers = self.takers(round(6 * 5 ** self.random.random()), 6, dated=True)
        lead = 2 * TIE if self.random.random() < 0.5 else timedelta(0)
        for place, outlet in enumerate(takers):
            at = min(self.soon(start, hours=3), start + timedelta(hours=14)) + lead * (place > 0)
            at = start if place == 0 else at
            self.drafts.append(self.taking(story, plant, outlet, at, None))

    def copy(self) -> None:
        """An outlet's own story, and parts of it in others."""
        plant, story, start = self.plant("copy"), self.story(5, 10), self.moment()
        origin, *others = self.takers(self.random.randint(2, 4), 2)
        article = Draft(origin, start, [Segment(text, plant, piece) for piece, text in enumerate(story)])
        article.author = self.reporter()
        self.drafts.append(self.with_decoy(article))
        for outlet in others:
            at = start + timedelta(hours=1 + 95 * self.random.random() ** 2)
            pieces, share = self.rewriter.part(story), self.random.choice(SHARES)
            taken = self.rewriter.run(story, plant, pieces, share, resplit=self.random.random() < 0.3)
            self.drafts.append(Draft(outlet, at, self.own(1, 3) + taken + self.own(0, 3), self.reporter()))

    def quote(self) -> None:
        """A statement of one person, in articles that are otherwise each outlet's own."""
        plant, start = self.plant("quote"), self.moment()
        said = statement(self.random, self.write)
        speaker = f"{proper_name(self.random)} {proper_name(self.random)}"
        for outlet in self.takers(round(2 * 6 ** self.random.random()), 2):
            segments = self.own(1, 3)
            segments += quoting(said, plant, speaker, outlet.language, self.random, self.write)
            at = self.soon(start, hours=8)
            self.drafts.append(self.with_decoy(Draft(outlet, at, segments + self.own(1, 3), self.reporter())))

    def release(self) -> None:
        """A press release that outlets run as it is or but for some paragraphs; two at least leave its mark."""
        plant, story, start = self.plant("release"), self.story(3, 6), self.moment()
        takers = self.takers(self.random.randint(3, 10), 3)
        mark = release_mark(takers[0].language, start, self.random)
        for place, outlet in enumerate(takers):
            is_whole = place < 2 or self.random.random() < 0.7
            pieces = list(range(len(story))) if is_whole else self.rewriter.without_some(story)
            draft = Draft(
                outlet, self.soon(start, hours=8), self.rewriter.run(story, plant, pieces, 0, resplit=False)
            )
            if place < 2 or self.random.random() < 0.6:
                draft.credit(mark)
            self.drafts.append(draft)

    def evergreen(self) -> None:
        """A background paragraph that one outlet or some repeat under new stories for weeks."""
        plant, text = self.plant("boilerplate"), unquoted(self.prose(1, 30, 55)[0])
        users = self.takers(self.random.choice((1, 1, 2, 3)), 1)
        number = self.random.randint(5, 9)
        for i in range(number):
            at = self.start + timedelta(days=self.days * (i + self.random.random()) / number)
            segments = [*self.own(2, 4), Segment(text, plant), *self.own(0, 2)]
            self.drafts.append(Draft(users[i % len(users)], at, segments, self.reporter()))

    def noise(self, outlet: Outlet, at: datetime) -> None:
        """An article that reuses nothing."""
        self.drafts.append(self.with_decoy(Draft(outlet, at, self.own(3, 8), self.reporter())))

    def boilerplate(self) -> None:
        """Footers and boxes: an owner's on all articles of its outlets, or on most; these publish several each."""
        owned: dict[str, list[Outlet]] = defaultdict(list)
        for outlet in self.outlets:
            owned[outlet.owner].append(outlet)
        for mine in owned.values():
            has_footer, has_box = self.random.random() < 0.15, self.random.random() < 0.06
            if has_footer or has_box:
                for outlet in mine * 3:
                    self.noise(outlet, self.moment())
            drafts = [draft for draft in self.drafts if draft.outlet in mine]
            if has_footer:
                self.repeat(drafts, 1.0, lambda draft: len(draft.segments))
            if has_box:
                self.repeat(drafts, 0.7, lambda draft: (len(draft.segments) + 1) // 2)

    def repeat(self, drafts: Iterable[Draft], share: float, place: Callable[[Draft], int]) -> None:
        """Put a paragraph into a share of some articles, not between a mark and its text."""
        plant, text = self.plant("boilerplate"), unquoted(self.prose(1, 15, 40)[0])
        for draft in drafts:
            at = place(draft)
            is_free = at == len(draft.segments) or draft.segments[at].gap == "\n\n"
            if is_free and self.random.random() < share:
                draft.segments.insert(at, Segment(text, plant))

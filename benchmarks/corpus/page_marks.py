"""Marks on a page that say nothing of where a shared text is from: captions, scraped lists of authors, press releases.

A photograph's credit is none for the article; of an author list as a page's scraper leaves it, an agency among many
names is none for the text; the mark of a press release is one for what stands below it alone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from benchmarks.corpus.credit_marks import (
    AGENCIES,
    Agency,
    Mark,
    credit,
    photo_line,
    release_mark,
    release_phrase,
)
from benchmarks.corpus.outlets import Outlet, proper_name
from benchmarks.corpus.quotations import one_sentence
from benchmarks.corpus.quoted_prose import CLOSE, OPEN, unquoted
from benchmarks.corpus.world_maker import SHARES, Maker
from benchmarks.corpus.world_model import SENTENCE, Draft, Segment

_PHOTO_WORD: Mapping[str, str] = {"en": "Photo: ", "fr": "Photo : ", "de": "Foto: ", "es": "Foto: "}
#: A sentence that mentions a mark; {mark} is its words.
_MENTIONS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "{own}, headed {mark}, {more}.",
        "The words {mark} stood above it, {more}.",
        "{own} marked {mark}.",
    ),
    "fr": ("{own}, sous le titre {mark}, {more}.", "Un document intitulé {mark}, {more}."),
    "de": ("{own}, unter der Überschrift {mark}, {more}.", "Eine {mark} vom Montag, {more}."),
    "es": ("{own}, bajo el título {mark}, {more}.", "Una {mark} del lunes, {more}."),
}


def plant(maker: Maker) -> None:
    """Draw these plants for a world."""
    random = maker.random
    events: list[tuple[Callable[[Maker], None], int]] = [
        (captions, random.randint(1, 2)),
        (own_captions, int(random.random() < 0.4)),
        (author_lists, int(random.random() < 0.7)),
        (shared_bylines, int(random.random() < 0.5)),
        (copies_above_a_release, int(random.random() < 0.5)),
        (wires_above_a_release, int(random.random() < 0.4)),
        (mentions_of_a_mark, int(random.random() < 0.5)),
    ]
    for event, times in events:
        for _ in range(times):
            event(maker)


def captions(maker: Maker) -> None:
    """A caption with the credit of an agency's photograph, in two to five outlets' own articles."""
    agency = maker.random.choice([agency.name for known in AGENCIES.values() for agency in known])
    person = _name(maker)
    _caption(maker, "caption", lambda _: photo_line(agency, person, maker.random))


def own_captions(maker: Maker) -> None:
    """A caption whose credit names a photographer alone."""
    person = _name(maker)
    _caption(maker, "caption, no agency", lambda language: f"{_PHOTO_WORD[language]}{person}")


def _caption(maker: Maker, form: str, credited: Callable[[str], str]) -> None:
    random = maker.random
    number, start = maker.plant("boilerplate", form=form), maker.moment()
    text = unquoted(maker.prose(1, 14, 45)[0])
    for outlet in maker.takers(random.randint(2, 5), 2):
        gap = random.choice((SENTENCE, SENTENCE, "\n"))
        own = maker.own(3, 6)
        at = 0 if random.random() < 0.6 else random.randint(1, len(own))
        own[at:at] = [Segment(text, number), Segment(credited(outlet.language), gap=gap)]
        when = start + timedelta(hours=120 * random.random() ** 2)
        maker.drafts.append(Draft(outlet, when, own, maker.reporter()))


def author_lists(maker: Maker) -> None:
    """A copy; the authors of one article, at times of two, are a list of a page's names with an agency among them."""
    random = maker.random
    number, start, story = maker.plant("copy", form="author list"), maker.moment(), maker.story(5, 10)
    takers = maker.takers(random.randint(2, 4), 2)
    drafts = _copies(maker, story, number, takers, start)
    listed = random.sample(drafts, 1 if random.random() < 0.7 else 2)
    names = {agency.name for known in AGENCIES.values() for agency in known}
    for draft, agency in zip(listed, random.sample(sorted(names), len(listed)), strict=True):
        draft.author = _author_list(maker, agency)
        for _ in range(random.randint(1, 3)):  # the scraper reads other pages of the outlet likewise
            other = Draft(draft.outlet, maker.moment(), maker.own(3, 8), _author_list(maker, agency))
            maker.drafts.append(other)
    maker.drafts += drafts


def shared_bylines(maker: Maker) -> None:
    """A wire story that outlets of two owners or more credit in part, by two names and the agency as its authors."""
    random = maker.random
    takers = maker.takers(random.randint(4, 12), 4)
    agency = random.choice(AGENCIES[takers[0].language])
    number, story = maker.plant("wire", agency.name, form="author list"), maker.story(5, 10)
    sketch, start = maker.plant_drafts[number], maker.moment()
    for place, outlet in enumerate(takers):
        draft = maker.taking(story, number, outlet, maker.soon(start, hours=5), None)
        if place < 2 or random.random() < 0.25:
            names = [_name(maker), _name(maker), random.choice((agency.name, agency.full))]
            draft.author = ", ".join(names)
            sketch.credited.add(len(maker.drafts))
        maker.drafts.append(draft)


def copies_above_a_release(maker: Maker) -> None:
    """Copies of an outlet's story; a third of the articles or more end with a press release that others run."""
    number, start = maker.plant("copy", form="above a release"), maker.moment()
    takers = maker.takers(maker.random.randint(2, 3), 2)
    drafts = _copies(maker, maker.story(5, 8), number, takers, start)
    alone = _end_with_release(maker, drafts, takers, start, "below a copy")
    maker.drafts += [*drafts, *alone]


def wires_above_a_release(maker: Maker) -> None:
    """A wire story that outlets of three owners or more credit; a third of the articles end with a press release."""
    random = maker.random
    takers = maker.takers(random.randint(5, 12), 5)
    agency: Agency = random.choice(AGENCIES[takers[0].language])
    number, story = maker.plant("wire", agency.name, form="above a release"), maker.story(5, 8)
    start, drafts = maker.moment(), []
    for place, outlet in enumerate(takers):
        at = maker.soon(start, hours=5)
        draft = maker.taking(story, number, outlet, at, None)
        if place < 3 or random.random() < 0.4:
            draft.credit(_above(maker, agency, outlet, at, has_intro=draft.segments[0].plant is None))
            maker.plant_drafts[number].credited.add(len(maker.drafts) + place)
        drafts.append(draft)
    alone = _end_with_release(maker, drafts, takers, start, "below a wire")
    maker.drafts += [*drafts, *alone]


def _above(maker: Maker, agency: Agency, outlet: Outlet, at: datetime, *, has_intro: bool) -> Mark:
    """A credit that does not stand below the text, where a press release follows."""
    while True:
        mark = credit(agency, outlet.name, outlet.language, at, maker.random, has_intro=has_intro)
        if not mark.below:
            return mark


def _end_with_release(
    maker: Maker, drafts: Sequence[Draft], takers: Sequence[Outlet], start: datetime, form: str
) -> list[Draft]:
    """Put a press release below a third of some articles or more; returns those of other outlets that run it alone."""
    random = maker.random
    number, text = maker.plant("release", form=form), maker.story(2, 5)
    others = [outlet for outlet in maker.takers(len(takers) + 3, 4) if outlet not in takers][:3]
    mark = release_mark(takers[0].language, start, random)
    least = -(-len(drafts) // 3)
    for draft in random.sample(drafts, random.randint(least, max(least, len(drafts) // 2))):
        draft.segments += [*maker.own(1, 2), *_marked(text, number, mark)]
    return [Draft(outlet, maker.soon(start, hours=8), _marked(text, number, mark)) for outlet in others]


def _marked(text: Sequence[str], number: int, mark: Mark) -> list[Segment]:
    """A press release below its mark."""
    first, *rest = [Segment(paragraph, number, piece) for piece, paragraph in enumerate(text)]
    if mark.lead:
        return [Segment(mark.lead), first._replace(gap=""), *rest]
    return [Segment(mark.above), first, *rest]


def mentions_of_a_mark(maker: Maker) -> None:
    """Copies of an outlet's story, in articles that mention the mark of a press release in a sentence above them."""
    random = maker.random
    number, start = maker.plant("copy", form="mark mentioned"), maker.moment()
    takers = maker.takers(random.randint(2, 3), 2)
    for draft in _copies(maker, maker.story(5, 8), number, takers, start):
        own, more = (one_sentence(text).rstrip(".") for text in maker.prose(2, 8, 20))
        language = draft.outlet.language
        mark = f"{OPEN}{release_phrase(language, random)}{CLOSE}"
        sentence = random.choice(_MENTIONS[language]).format(own=own, more=more, mark=mark)
        if draft.outlet == takers[0] or random.random() < 0.6:
            draft.segments.insert(0, Segment(sentence))
        maker.drafts.append(draft)


def _copies(
    maker: Maker, story: Sequence[str], number: int, takers: Sequence[Outlet], start: datetime
) -> list[Draft]:
    """An outlet's story, and articles of others that have parts of it."""
    random = maker.random
    origin, *others = takers
    pieces = [Segment(text, number, piece) for piece, text in enumerate(story)]
    drafts = [Draft(origin, start, pieces, maker.reporter())]
    for outlet in others:
        at = start + timedelta(hours=1 + 95 * random.random() ** 2)
        part, share = maker.rewriter.part(story), random.choice(SHARES)
        taken = maker.rewriter.run(story, number, part, share, resplit=random.random() < 0.3)
        drafts.append(Draft(outlet, at, maker.own(1, 3) + taken + maker.own(0, 3), maker.reporter()))
    return drafts


def _author_list(maker: Maker, agency: str) -> str:
    """Three to five names and an agency, most often at the end."""
    random = maker.random
    names = [_name(maker) for _ in range(random.randint(3, 5))]
    at = len(names) if random.random() < 0.7 else random.randint(0, len(names))
    names.insert(at, agency)
    return ", ".join(names)


def _name(maker: Maker) -> str:
    return f"{proper_name(maker.random)} {proper_name(maker.random)}"

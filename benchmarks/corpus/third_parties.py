"""Plants whose words are somebody else's: posts, statements, interviews, stock phrases, quoted narration.

Some outlets quote them in quotation marks; others print them bare, with the signs by which a reader knows them: the
signature of a post, the line that introduces a statement, the name of a speaker.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from benchmarks.corpus.outlets import Outlet, proper_name
from benchmarks.corpus.posts import Post, first_person, post
from benchmarks.corpus.quotations import one_sentence
from benchmarks.corpus.quoted_prose import CLOSE, OPEN, unquoted
from benchmarks.corpus.world_maker import Maker
from benchmarks.corpus.world_model import PARAGRAPH, SENTENCE, Draft, Segment

_TWEETED: Mapping[str, tuple[str, ...]] = {
    "en": ("{who} wrote on Twitter", "{who} tweeted", "wrote {who} on Twitter", "{who} said in a post on Twitter"),
    "fr": ("a écrit {who} sur Twitter", "a tweeté {who}"),
    "de": ("schrieb {who} auf Twitter", "twitterte {who}"),
    "es": ("escribió {who} en Twitter", "tuiteó {who}"),
}  # fmt: skip
_TWEETING: Mapping[str, tuple[str, ...]] = {
    "en": ("{who} wrote on Twitter: ", "In a tweet, {who} said: ", "{who} tweeted: "),
    "fr": ("{who} a écrit sur Twitter : ", "Dans un tweet, {who} a dit : "),
    "de": ("{who} schrieb auf Twitter: ", "In einem Tweet erklärte {who}: "),
    "es": ("{who} escribió en Twitter: ", "En un tuit, {who} dijo: "),
}
_STATED: Mapping[str, tuple[str, ...]] = {
    "en": ("{who} said in a statement", "{who} wrote", "according to the statement by {who}"),
    "fr": ("a déclaré {who} dans un communiqué", "écrit {who}"),
    "de": ("erklärte {who}", "heißt es in dem Schreiben von {who}"),
    "es": ("dijo {who} en un comunicado", "escribió {who}"),
}
_FULL_TEXT: Mapping[str, tuple[str, ...]] = {
    "en": (
        "The full statement reads:", "Read the full statement below:", "The statement in full:",
        "Here is the full text of the letter:", "{who} released the following statement:", "Full text of the memo:",
        "The letter, dated Monday, reads as follows:",
    ),
    "fr": ("Le communiqué dans son intégralité :", "Voici le texte intégral de la lettre :"),
    "de": ("Die Erklärung im Wortlaut:", "Das Schreiben von {who} im Wortlaut:"),
    "es": ("El comunicado íntegro:", "Este es el texto de la carta:"),
}  # fmt: skip
_TOLD: Mapping[str, tuple[str, ...]] = {
    "en": ("{who} told {outlet}", "{who} said in an interview with {outlet}"),
    "fr": ("a déclaré {who} à {outlet}", "a confié {who} dans un entretien à {outlet}"),
    "de": ("sagte {who} der Zeitung {outlet}", "sagte {who} im Gespräch mit {outlet}"),
    "es": ("dijo {who} a {outlet}", "afirmó {who} en una entrevista con {outlet}"),
}
_WRITES: Mapping[str, tuple[str, ...]] = {
    "en": ("as the {outlet} wrote: ", "the {outlet} reported: ", "in the words of the {outlet}: "),
    "fr": ("comme l’écrit {outlet} : ", "selon {outlet} : "),
    "de": ("wie {outlet} schreibt: ", "so der Bericht von {outlet}: "),
    "es": ("como escribe {outlet}: ", "según informó {outlet}: "),
}
_WROTE: Mapping[str, tuple[str, ...]] = {
    "en": ("the {outlet} wrote", "according to the {outlet}", "reported the {outlet}"),
    "fr": ("écrit {outlet}", "rapporte {outlet}"),
    "de": ("schreibt {outlet}", "berichtet {outlet}"),
    "es": ("escribe {outlet}", "informó {outlet}"),
}


def plant(maker: Maker) -> None:
    """Draw these plants for a world."""
    random = maker.random
    events: list[tuple[Callable[[Maker], None], int]] = [
        (posts, random.randint(1, 2)),
        (statements, random.randint(1, 2)),
        (interviews, int(random.random() < 0.5)),
        (cited, int(random.random() < 0.8)),
        (recurring_formulas, random.randint(1, 2)),
        (single_formulas, random.randint(1, 2)),
    ]
    for event, times in events:
        for _ in range(times):
            event(maker)


def posts(maker: Maker) -> None:
    """A post that two to five outlets quote or embed; in most worlds one at least does either."""
    random = maker.random
    number, start = maker.plant("quote", form="post"), maker.moment()
    takers = maker.takers(random.randint(2, 5), 2)
    made = post(takers[0].language, start - timedelta(hours=random.uniform(1, 30)), random, maker.write)
    ways = [True, random.random() < 0.2, *(random.random() < 0.5 for _ in takers[2:])]
    random.shuffle(ways)
    for outlet, is_embedded in zip(takers, ways, strict=False):
        if is_embedded:
            segments = _embedded(maker, made, number, outlet.language)
        else:
            said = [Segment(text, number, piece) for piece, text in enumerate(made.said)]
            segments = _quoted(maker, said, made.name, outlet.language, (_TWEETED, _TWEETING))
        _publish(maker, outlet, maker.soon(start, hours=8), segments)


def _embedded(maker: Maker, made: Post, number: int, language: str) -> list[Segment]:
    """A post in paragraphs of its own: signed, told by its tags and links, or introduced."""
    random = maker.random
    form = random.choice(("signed", "signed", "signed", "tagged", "introduced"))
    segments = [
        Segment(text, number, piece, SENTENCE if piece else PARAGRAPH) for piece, text in enumerate(made.said)
    ]
    if made.tail:
        segments.append(Segment(made.tail, number, len(made.said), SENTENCE))
    if form == "introduced":
        line = random.choice(_TWEETING[language]).format(who=made.name).strip()
        segments = [*maker.own(1, 1), Segment(line, gap=SENTENCE), *segments]
    elif form == "signed" or not made.tail:
        gap = random.choice((SENTENCE, "\n", PARAGRAPH))
        segments.append(Segment(made.signature(language), number, len(made.said) + 1, gap))
    return segments


class _Said(NamedTuple):
    """What somebody said or wrote.

    Attributes:
        plant: its number.
        speaker: the first and last name.
        paragraphs: the words.
        questions: those that the paragraphs answer, each of them; empty for a written statement.
        labels: what a transcript sets before an answer and before a question.
    """

    plant: int
    speaker: str
    paragraphs: list[str]
    questions: list[str]
    labels: tuple[str, str]


def _said(maker: Maker, form: str, language: str, *, is_spoken: bool) -> _Said:
    """A new statement or transcript, in most cases in the first person."""
    random, speaker = maker.random, _person(maker)
    paragraphs = [unquoted(text) for text in maker.prose(random.randint(2, 4), 20, 50)]
    if random.random() < 0.6:
        paragraphs = [first_person(text, language, random) for text in paragraphs]
    questions = maker.prose(len(paragraphs), 8, 20) if is_spoken else []
    labels = random.choice(
        ((speaker.split()[1].upper(), proper_name(random).upper()), (speaker.upper(), "REPORTER"), ("A", "Q"))
    )
    asked = [f"{one_sentence(text).rstrip('.')}?" for text in questions]
    return _Said(maker.plant("quote", form=form), speaker, paragraphs, asked, labels)


def statements(maker: Maker) -> None:
    """A statement or a transcript that outlets quote in part and others print in full, with the signs of one."""
    random = maker.random
    start, takers = maker.moment(), maker.takers(maker.random.randint(2, 5), 2)
    said = _said(maker, "statement", takers[0].language, is_spoken=random.random() < 0.35)
    for place, outlet in enumerate(random.sample(takers, len(takers))):
        if place == 0 or (place > 1 and random.random() < 0.5):
            segments = _in_full(maker, said, outlet.language)
        else:
            segments = _in_part(maker, said, outlet.language, _STATED)
        _publish(maker, outlet, maker.soon(start, hours=8), segments)


def interviews(maker: Maker) -> None:
    """A transcript in one outlet, answers of which others quote and say whom they were given to."""
    random = maker.random
    start, (asking, *others) = maker.moment(), maker.takers(maker.random.randint(2, 4), 2)
    said = _said(maker, "interview", asking.language, is_spoken=True)
    _publish(maker, asking, start, _in_full(maker, said, asking.language))
    told = {
        language: tuple(form.replace("{outlet}", asking.name) for form in forms)
        for language, forms in _TOLD.items()
    }
    for outlet in others:
        segments = _in_part(maker, said, outlet.language, told)
        _publish(maker, outlet, start + timedelta(hours=random.uniform(1, 40)), segments)


def cited(maker: Maker) -> None:
    """Sentences of an outlet's narration that others quote in quotation marks with its name."""
    random = maker.random
    number, start = maker.plant("copy", form="cited"), maker.moment()
    origin, *others = maker.takers(random.randint(2, 4), 2)
    told = [one_sentence(text) for text in maker.prose(random.choice((1, 1, 2, 3)), 14, 24)]
    pieces = [Segment(text, number, piece, SENTENCE) for piece, text in enumerate(told)]
    before, after = maker.own(2, 4), maker.own(1, 4)
    if random.random() < 0.4:
        pieces[0] = pieces[0]._replace(gap=PARAGRAPH)
    maker.drafts.append(Draft(origin, start, [*before, *pieces, *after], maker.reporter()))
    for outlet in others:
        segments = _citing(maker, pieces, origin.name, outlet.language)
        _publish(maker, outlet, start + timedelta(hours=random.uniform(1, 60)), segments)


def _citing(maker: Maker, pieces: Sequence[Segment], name: str, language: str) -> list[Segment]:
    """A paragraph that quotes an outlet, which is named before the quotation, behind it, or a sentence earlier."""
    random = maker.random
    form = random.choice(("before", "before", "behind", "earlier"))
    own = one_sentence(maker.prose(1, 8, 20)[0]).rstrip(".")
    said = [pieces[0]._replace(gap=""), *pieces[1:]]
    if form == "before":
        lead = f"{own}, {random.choice(_WRITES[language]).format(outlet=name)}{OPEN}"
        return [Segment(lead), *said, Segment(CLOSE, gap="")]
    wrote = random.choice(_WROTE[language]).format(outlet=name)
    if form == "behind":
        said[-1] = said[-1]._replace(text=said[-1].text.rstrip("."))
        return [Segment(OPEN), *said, Segment(f",{CLOSE} {wrote}. {own}.", gap="")]
    return [Segment(f"{own}, {wrote}. {OPEN}"), *said, Segment(CLOSE, gap="")]


def recurring_formulas(maker: Maker) -> None:
    """A phrase in four to ten articles of three owners or more that have nothing else in common, on different days."""
    random = maker.random
    number, text = maker.plant("formula", form="recurring"), _formula(maker)
    times = random.randint(4, 10)
    takers = maker.takers(times, 3)
    for outlet, day in zip(takers, random.sample(range(maker.days), len(takers)), strict=True):
        _unrelated(maker, number, text, outlet, day)


def single_formulas(maker: Maker) -> None:
    """A phrase in two articles of two owners, two days apart or more."""
    random = maker.random
    number, text = maker.plant("formula", form="twice"), _formula(maker)
    day = random.randrange(maker.days - 3)
    days = day, random.randrange(day + 2, maker.days)
    for outlet, at in zip(maker.takers(2, 2), random.sample(days, 2), strict=True):
        _unrelated(maker, number, text, outlet, at)


def _unrelated(maker: Maker, number: int, text: str, outlet: Outlet, day: int) -> None:
    """An article of an outlet's own with a phrase within one of its paragraphs."""
    random = maker.random
    at = maker.start + timedelta(days=day, hours=random.uniform(1, 23))
    before, after = (one_sentence(words).rstrip(".") for words in maker.prose(2, 8, 25))
    gap = ". " if text.endswith(".") else ", "
    end = " " if text.endswith(".") else ", "
    segments = [Segment(before), Segment(text, number, gap=gap), Segment(f"{after}.", gap=end)]
    _publish(maker, outlet, at, segments)


def _formula(maker: Maker) -> str:
    """A name with its titles, to stand within a sentence, or a stock sentence: 8 to 18 words."""
    random = maker.random
    words = one_sentence(maker.prose(1, 20, 24)[0]).rstrip(".").replace(",", "").split()
    size = random.randint(8, 18)
    if random.random() < 0.5:
        return " ".join([proper_name(random), *words[1:size]]) + "."
    titles = [word.capitalize() for word in words[: random.randint(1, 3)]]
    office = [word.capitalize() if random.random() < 0.4 else word.lower() for word in words[3:18]]
    named = [*titles, *_person(maker).split()]
    return f"{' '.join(named)}, {' '.join(office[: size - len(named)])}"


def _in_full(maker: Maker, said: _Said, language: str) -> list[Segment]:
    """A statement as paragraphs of its own behind a line, or questions and answers with the speakers' names."""
    random = maker.random
    pieces = [Segment(text, said.plant, piece) for piece, text in enumerate(said.paragraphs)]
    if not said.questions:
        line = random.choice(_FULL_TEXT[language]).format(who=said.speaker)
        is_apart = random.random() < 0.6
        return [*maker.own(1, 1), Segment(line, gap=PARAGRAPH if is_apart else SENTENCE), *pieces]
    answering, asking = said.labels
    segments: list[Segment] = []
    for piece, question in zip(pieces, said.questions, strict=True):
        asked = Segment(question, said.plant, len(pieces) + piece.piece, gap="")
        segments += [Segment(f"{asking}: "), asked, Segment(f"{answering}: "), piece._replace(gap="")]
    return segments


def _in_part(maker: Maker, said: _Said, language: str, verbs: Mapping[str, Sequence[str]]) -> list[Segment]:
    """One or two paragraphs of a statement, quoted."""
    first = maker.random.randrange(len(said.paragraphs))
    last = min(len(said.paragraphs), first + maker.random.randint(1, 2))
    segments: list[Segment] = []
    for piece in range(first, last):
        one = Segment(said.paragraphs[piece], said.plant, piece)
        segments += _quoted(maker, [one], said.speaker, language, (verbs, verbs))
    return segments


def _quoted(
    maker: Maker,
    said: Sequence[Segment],
    speaker: str,
    language: str,
    verbs: tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]],
) -> list[Segment]:
    """A paragraph that quotes somebody; ``verbs`` stand behind the words and, those ending in a colon, before them."""
    random = maker.random
    who = random.choice((speaker, speaker.split()[1]))
    behind, before = (random.choice(forms[language]).format(who=who) for forms in verbs)
    own = one_sentence(maker.prose(1, 8, 20)[0])
    pieces = [one._replace(gap=SENTENCE if place else "") for place, one in enumerate(said)]
    if before.rstrip().endswith(":") and random.random() < 0.4:
        return [Segment(f"{own} {before}{OPEN}"), *pieces, Segment(CLOSE, gap="")]
    pieces[-1] = pieces[-1]._replace(text=pieces[-1].text.rstrip("."))
    return [Segment(OPEN), *pieces, Segment(f",{CLOSE} {behind}. {own}", gap="")]


def _person(maker: Maker) -> str:
    return f"{proper_name(maker.random)} {proper_name(maker.random)}"


def _publish(maker: Maker, outlet: Outlet, at: datetime, segments: Sequence[Segment]) -> None:
    """An article of an outlet's own that has these paragraphs."""
    whole = [*maker.own(1, 3), *segments, *maker.own(1, 3)]
    maker.drafts.append(Draft(outlet, at, whole, maker.reporter()))

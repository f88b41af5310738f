"""The rules of credits: from names and their context to a role."""

import re
from collections.abc import Callable
from typing import NamedTuple

from syndetect.intervals import Span
from syndetect.syndication.credits import cues
from syndetect.syndication.credits.agencies import SIGNOFF
from syndetect.syndication.credits.context import DATE, Context

ROLES = ("text", "mixture", "self", "photo", "citation", "about", "release")
RULES = (
    "dateline", "signoff", "contributed", "with", "copyright", "notice", "credit_line", "byline", "closing_list",
    "told", "seen", "photo_line", "caption", "cited", "reported", "topic", "release", "source", "author",
)  # fmt: skip

#: The most characters after a sign-off, and the most characters of the place and date in a dateline.
_TAIL, _PLACE = 800, 90
#: The characters before a name in which a sentence may have ended.
BEFORE_SENTENCE_END = 24
#: Signs before a name that open something it stands in, that part it from another name, and that set it off from a
#: place; and signs behind it at which what it closes may end.
OPENERS, STROKES, SETTING_OFF, CLOSERS = map(frozenset, ("(/[", "/|", "—–:,-", ")."))
#: A last line of so few characters is a note, not an article behind a dateline.
_NOTE = 160


class Verdict(NamedTuple):
    """A role, the rule that found it, and the characters of the mark where it is more than the name."""

    role: str
    rule: str
    span: Span | None = None


def judge(context: Context) -> Verdict | None:
    """The role of names; None where they may not mean an agency."""
    if context.names[0].way == SIGNOFF:
        return _signoff(context)
    if context.names[0].agency in context.release:
        return _release(context)
    for rule in _ORDER:
        if verdict := rule(context):
            return verdict
    return None


def _signoff(context: Context) -> Verdict | None:
    """Editors and translators in the closing brackets, or in a sentence "Reporting by ...; Editing by ..."."""
    text, at = context.text, context.names[0].begin
    low, high = max(context.line.begin, at - _TAIL), min(context.line.end, at + _TAIL)
    opened, closed = text.rfind("(", low, at), text.rfind(")", low, at)
    phrase = text[at : context.names[0].end].lower()
    if opened > closed:
        end = text.find(")", at, high)
        end = high if end < 0 else end
        is_whole = phrase != "reporting by" or "diting by" in text[at:end]
        return (
            Verdict("text", "signoff", Span(opened + 1, end))
            if is_whole and len(text) - end <= _TAIL
            else None
        )
    stop = text.rfind(". ", low, at)
    begin = stop + 2 if stop >= 0 else low
    head = text[begin:at].rstrip()
    if head.lower().startswith(("reporting by", "writing by")) and head.endswith((";", ",")):
        return Verdict("text", "signoff", Span(begin, high))
    return None


def _release(context: Context) -> Verdict | None:
    """The dateline, heading or sender of a press release."""
    after = context.after.lstrip()[:1]
    is_enclosed = context.before.rstrip()[-1:] in {"(", "/", "["} and after in {")", "/", "]"}
    is_heading = (
        context.opens
        and (context.is_early or context.closes)
        and (context.is_dated or after in {":", "-", "–", "—", "|"} or _is_capital(context))
    )
    return Verdict("release", "release") if is_enclosed or is_heading or context.has(cues.SENT) else None


def _is_capital(context: Context) -> bool:
    name = context.names[0]
    return context.is_short and context.text[name.begin : name.end].isupper()


def _photo(context: Context) -> Verdict | None:
    """Credits of photographs and videos."""
    before, after = context.before, context.after
    is_photo = (
        any(mention.agency in context.photo for mention in context.names)
        or (
            after[:2].lstrip()[:1] == "/"
            and (cues.STROKE_NAME.match(after) or cues.STROKE_PHOTO.match(after)) is not None
        )
        or context.is_followed(cues.PHOTO_AFTER)
        or context.has(cues.VIA)
    )
    if not is_photo and _has_rights(context):
        return None
    if (
        is_photo
        or (
            before.rstrip()[-1:] == "/"
            and cues.NAME_STROKE.search(before[-24:])
            and not context.has(cues.NEWSROOM)
        )
        or cues.SIGN.search(before[-3:])
        or (before.rstrip()[-1:] == "|" and cues.NAME_BAR.search(before[-60:]))
        or (before[-1:] == "(" and context.closes and cues.NAME_BRACKET.fullmatch(before))
        or _is_named_photo(context)
    ):
        return Verdict("photo", "photo_line")
    return None


def _is_named_photo(context: Context) -> bool:
    """Whether a word for photographs stands before the agency, with only names between them."""
    found = context.find(cues.PHOTO_BEFORE)
    if found is None:
        return False
    return cues.is_place(context.before[slice(*found.span("names"))])


def _has_rights(context: Context) -> bool:
    """Whether the line states who holds the rights in the text."""
    near = context.lower[-50:]
    if not any(sign in near for sign in cues.COPYRIGHT_SIGNS) or "image c" in near:
        return False
    found = cues.COPYRIGHT.search(near)
    if found is None:
        return False
    begin = context.names[0].begin - len(found[0])
    return cues.RIGHTS.search(context.text[begin : context.names[-1].end] + context.after[:60]) is not None


def _dateline(context: Context) -> Verdict | None:
    """A place and an agency set off by brackets or dashes, at the beginning of a line."""
    before, after = context.before, context.after
    if not context.starts_line or len(before) > _PLACE or cues.BYLINE.match(before):
        return None
    head = cues.THE.sub("", before).rstrip()
    is_open = head[-1:] in OPENERS
    place = head[:-1].strip() if is_open else head
    if not cues.is_place(place):
        return None
    if is_open and place != "" and _abbreviates(place, context):
        return None
    if context.is_last and context.line.begin > 0 and context.line.end - context.line.begin <= _NOTE:
        return None
    if is_open and place == "" and context.is_early and (found := cues.PLACED_AFTER.match(after)):
        return Verdict(context.share, "dateline") if cues.is_place(found["place"]) else None
    if is_open:
        is_placed = context.is_early and place != "" and cues.CLOSED.match(after) is not None
        is_dateline = is_placed or cues.CLOSED_DASH.match(after) is not None
    else:
        is_whole = context.is_early and context.closes and head[-1:] in {":", "—"}
        is_dateline = is_whole or (head[-1:] in SETTING_OFF and cues.BARE_DASH.match(after) is not None)
    return Verdict(context.share, "dateline") if is_dateline else None


def _abbreviates(before: str, context: Context) -> bool:
    """Whether a name in brackets is made of the initials of the words before it, which name something else."""
    letters = context.text[context.names[0].begin : context.names[0].end]
    words = [word for word in re.findall(r"[^\W\d_]+", before) if not word[0].islower()]
    if not letters.isupper() or len(letters) > len(words):
        return False
    own = "".join(word[0] for word in words[-len(letters) :]).upper()
    return own == letters and cues.PRESS.search(" ".join(words[-len(letters) :])) is None


def _contributed(context: Context) -> Verdict | None:
    """Statements that parts of the text are from agencies."""
    after = context.after
    at = after.find("contributed")
    cue = cues.CONTRIBUTED_TO_THIS if "," in after[: max(at, 0)] else cues.CONTRIBUTED
    is_contributor = at >= 0 and cue.match(after, at) and not cues.NEW_SENTENCE.search(after[:at])
    if (
        is_contributor
        or context.names[0].begin >= context.line.contributors
        or context.has(cues.CONTRIBUTING)
        or (context.has(cues.MATERIAL) and cues.USED.match(after))
    ):
        return Verdict("mixture", "contributed")
    if not (context.closes or after[:1] in CLOSERS or context.is_followed(cues.INPUTS)):
        return None
    if context.has(cues.WITH_NOUN) or context.has(cues.NEWSROOM):
        return Verdict("mixture", "with")
    if found := context.find(cues.WITH):
        head = context.before[: found.start()].rstrip()
        is_line = context.starts_line and len(head) <= DATE
        if is_line or head.endswith("(") or cues.SENTENCE_END.search(head[-12:]):
            return Verdict("mixture", "with")
    return None


def _notice(context: Context) -> Verdict | None:
    """Sentences about the text itself, and copyright notices."""
    if context.has(cues.NOTICE):
        return Verdict(context.share, "notice")
    if context.is_followed(cues.SOLE):
        return Verdict("text", "notice")
    return Verdict(context.share, "copyright") if _has_rights(context) else None


def _line(context: Context) -> Verdict | None:
    """Lines that consist of a credit."""
    if context.closes and context.has(cues.SOURCE):
        is_credit = context.is_late or (context.is_short and context.is_early)
        return Verdict(context.share, "credit_line") if is_credit else Verdict("photo", "caption")
    if found := _authors(context):
        return found[0]
    if context.opens and context.is_dated:
        if context.several and not context.is_early:
            return Verdict("mixture", "closing_list")
        if context.is_late or (context.is_early and context.is_short):
            return Verdict(context.share, "credit_line" if context.is_late else "byline")
        return Verdict("photo", "caption")
    if context.is_short and (context.is_early or context.is_late) and context.starts_line:
        before = context.before.rstrip()
        is_byline = cues.BYLINE.match(context.before) or (
            context.is_early
            and before[-1:] in {"|", ",", "–", "-"}
            and len(before) <= DATE
            and cues.is_place(before)
        )
        if is_byline and (context.is_dated or cues.WRITER.match(context.after)):
            is_beside = cues.BESIDE.search(context.before) is not None
            return Verdict("mixture" if is_beside else context.share, "byline")
    if context.is_early and context.is_short and context.opens and cues.JOB.fullmatch(context.after):
        return Verdict(context.share, "byline")
    return Verdict(context.share, "byline") if context.closes and context.has(cues.WRITTEN_FOR) else None


def _authors(context: Context) -> tuple[Verdict | None] | None:
    """An agency in a line of authors, among two or three others: a part; among more: none; else no answer at all."""
    if not (context.is_short and context.is_early and context.starts_line) or context.several:
        return None
    line = context.text[context.line.begin : context.line.end]
    names = [name for name in cues.BETWEEN_AUTHORS.split(cues.BYLINE_HEAD.sub("", line)) if name.strip()]
    if len(names) < 2 or not all(cues.AUTHOR.fullmatch(name.strip()) for name in names):
        return None
    agency = context.text[context.names[0].begin : context.names[-1].end]
    others = sum(agency not in name for name in names)
    if others == 1:
        is_beside = cues.BESIDE.search(context.before) is not None
        return (Verdict("mixture", "byline"),) if is_beside else None
    return (None,) if others >= cues.MANY_AUTHORS else (Verdict("mixture", "byline"),)


def _sentence(context: Context) -> Verdict | None:
    """Names behind the last sentence of a line: of the text at the end of an article, of a photograph elsewhere."""
    found = context.is_dated and cues.SENTENCE_END.search(context.before[-BEFORE_SENTENCE_END:])
    if not found:
        return None
    if context.several and (context.is_late or not context.is_early):
        return Verdict("mixture", "closing_list")
    if context.is_late or cues.LOCAL.match(context.text, context.line.begin):
        return Verdict(context.share, "credit_line")
    is_quoted = found[1][:1] in {"”", '"', "»", "’"} and found[2].startswith("(")
    return Verdict("citation", "cited") if is_quoted else Verdict("photo", "caption")


def _own(context: Context) -> Verdict | None:
    """Statements of an agency about its own work: the people it asked, the events it saw."""
    if not context.is_alias and cues.THE.search(context.lower[-6:]):
        return None
    if context.has(cues.TOLD):
        return Verdict("self", "told")
    if context.is_followed(cues.JOURNALIST_AFTER) or context.has(cues.JOURNALIST_BEFORE):
        is_topic = (
            cues.NAMED_JOURNALIST.match(context.after)
            or cues.COUNTED.search(context.lower)
            or cues.NEWS_OF_IT.search(context.before + context.after)
        )
        return Verdict("about", "topic") if is_topic else Verdict("self", "seen")
    return Verdict("self", "seen") if context.is_alias and context.is_followed(cues.OWN_WORK) else None


def _cited(context: Context) -> Verdict | None:
    """Statements of others about an agency: citations of its reports, and stories about it."""
    if not context.is_alias and cues.THE.search(context.lower[-6:]):
        return None
    if cues.IPSOS.match(context.after) or context.is_followed(cues.POLL):
        return Verdict("about", "topic")
    if context.has(cues.CITED_BEFORE):
        return Verdict("citation", "cited")
    is_verb = context.is_alias and context.is_followed(cues.ABOUT_VERB)
    if is_verb or context.is_followed(cues.ABOUT_AFTER) or context.has(cues.ABOUT_BEFORE):
        return Verdict("about", "topic")
    if not context.may_be_followed(cues.AGENCY_NOUN, cues.CITED_AFTER, cues.SAID_AFTER):
        return None
    after = (
        cues.AGENCY_NOUN.pattern.sub("", context.after, count=1)
        if context.after[:1] == " "
        else context.after
    )
    is_subject = cues.CITED_AFTER.pattern.match(after) and (
        context.is_alias or cues.OPENING.search(context.before)
    )
    if is_subject or (context.is_alias and cues.SAID_AFTER.pattern.match(after)):
        return Verdict("citation", "reported")
    return None


_ORDER: tuple[Callable[[Context], Verdict | None], ...] = (
    _photo, _dateline, _contributed, _notice, _line, _sentence, _own, _cited,
)  # fmt: skip

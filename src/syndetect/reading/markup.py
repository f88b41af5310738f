"""Texts that are HTML: what is markup in them is masked, character for character, so that places stay.

In a masked text a tag between paragraphs is line ends, any other tag and a comment spaces, or soft hyphens where it
stands within a word; an entity is its character, followed by as many of these as it is longer. Soft hyphens part no
words (:mod:`syndetect.matching.tokens`).
"""

import re
from html import unescape
from html.entities import html5
from string import whitespace

_BLOCKS = frozenset((
    "address", "article", "aside", "audio", "blockquote", "body", "caption", "center", "dd", "details", "dialog",
    "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
    "head", "header", "hgroup", "hr", "html", "iframe", "legend", "li", "main", "menu", "nav", "noscript", "ol",
    "option", "p", "pre", "script", "section", "select", "style", "summary", "svg", "table", "tbody", "template",
    "textarea", "tfoot", "thead", "title", "tr", "ul", "video",
))  # fmt: skip
_BREAKS = frozenset(("br", "td", "th"))
_INLINE = frozenset((
    "a", "abbr", "b", "big", "br", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img", "ins", "kbd", "mark",
    "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "td", "th", "time", "tt", "u", "var",
))  # fmt: skip
_HIDDEN = frozenset(("script", "style", "head", "template", "svg"))

_ENTITY = r"&(?:\#[0-9]{1,7};?|\#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,30};)"
_ATTRIBUTES = r"""(?:[^<>"']|"[^"]{0,2000}"|'[^']{0,2000}'|["'])"""
_MARKUP = re.compile(
    rf"<!--|<!\[CDATA\[|<[!?][^<>]*>|</?([A-Za-z][A-Za-z0-9:-]*)(?:[\s/]{_ATTRIBUTES}*+)?>|{_ENTITY}|\]\]>",
    re.DOTALL,
)
#: A tag that is hardly anything else.
_TAG = re.compile(
    rf"""<(/?)({"|".join(sorted(_BLOCKS | _INLINE, key=lambda name: (-len(name), name)))})"""
    r"""(?:\s+[A-Za-z_:@-][\w:.-]*(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'<>=`]+))?)*+\s*(/?)>""",
    re.IGNORECASE,
)
_KNOWN_ENTITY = re.compile(r"&(?:\#[0-9]{2,7}|\#[xX][0-9a-fA-F]{2,6}|([A-Za-z][A-Za-z0-9]{1,30}));")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_SOFT = "\u00ad"


def is_html(text: str) -> bool:
    """Whether a text is HTML by what stands in it.

    It is where a known element is opened and then closed; where two tags of paragraphs or line breaks stand; or two
    entities, among which ``&amp;`` and ``&lt;`` count nothing. What Markdown marks as code counts nothing either.
    """
    if "<" not in text and text.count("&") < 2:  # nearly all
        return False
    if "`" in text:
        text = _CODE.sub("", text)
    if ">" in text:
        opened, single = set[str](), 0
        for tag in _TAG.finditer(text):
            name = tag[2].lower()
            if tag[1] and name in opened:
                return True
            opened.add("" if tag[1] else name)
            single += name in ("p", "br")
            if single > 1:
                return True
    found = 0
    for entity in _KNOWN_ENTITY.finditer(text):
        found += entity[1] is None or (
            f"{entity[1]};" in html5 and entity[1].lower() not in ("amp", "lt", "gt")
        )
        if found > 1:
            return True
    return False


def masked(text: str) -> str:
    """The text of HTML with all markup masked; it has as many characters."""
    parts: list[str] = []
    at, last = 0, text.rfind("-->")  # where the last comment ends
    while found := _MARKUP.search(text, at):
        begin, end = found.span()
        parts.append(text[at:begin])
        if text.startswith("<!--", begin):
            end = text.find("-->", end) + 3 if end <= last else end
            parts.append(_blank(text, begin, end))
        elif found[0][0] == "&":
            parts.append(_character(found[0]))
        elif (name := (found[1] or "").lower()) in _HIDDEN and found[0][1] != "/":
            end = _end_of(name, text, end)
            parts.append("\n" * (end - begin))
        elif name in _BLOCKS:
            parts.append("\n" * (end - begin))
        elif name in _BREAKS:
            parts.append("\n".ljust(end - begin))
        else:
            parts.append(_blank(text, begin, end))
        at = end
    return "".join([*parts, text[at:]])


def _end_of(name: str, text: str, at: int) -> int:
    """The end of an element whose content is not shown."""
    close = re.compile(rf"</{name}\b[^<>]*>", re.IGNORECASE).search(text, at)
    return close.end() if close else len(text)


def _blank(text: str, begin: int, end: int) -> str:
    """What stands in the place of markup that parts no words: spaces where there is one beside it."""
    is_within = begin > 0 and end < len(text) and not text[begin - 1].isspace() and not text[end].isspace()
    return (_SOFT if is_within else " ") * (end - begin)


def _character(entity: str) -> str:
    """What stands in the place of an entity: its character, and filling; the entity itself where it is none."""
    meant = unescape(entity)
    if len(meant) > len(entity) or meant == entity:
        return entity
    return meant + (" " if meant.isspace() else _SOFT) * (len(entity) - len(meant))


def content_within(text: str, shown: str, begin: int, end: int) -> tuple[int, int]:
    """The begin and end of what is no markup in a stretch of a text, of which ``shown`` is the masked form."""
    part = shown[begin:end]
    blank = _SOFT + whitespace
    last = begin + len(part.rstrip(blank))
    if last > begin and (entity := re.compile(_ENTITY).match(text, last - 1)):
        last = entity.end()
    return begin + len(part) - len(part.lstrip(blank)), last


def is_blank(text: str) -> bool:
    """Whether nothing is left of a masked text."""
    return not text.replace(_SOFT, "").strip()


def plain(text: str) -> str:
    """A title or name that is HTML, without markup."""
    return " ".join(masked(text).replace(_SOFT, "").split())

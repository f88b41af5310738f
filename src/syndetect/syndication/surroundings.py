"""Signs in and around the uses of passages: posts, introductions, the first person, furniture, edges of paragraphs.

Quotation marks do not tell all of a third party's words: a post stands bare above its signature, a statement or a
transcript in paragraphs of its own. What an outlet prints below every article has words of its own as well. The signs
are patterns over the characters of a use and of :data:`BEFORE` and :data:`BEHIND` characters around it; polars matches
them in linear time. Words that are cues are listed for the languages of the credits.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache

import numpy as np
import polars as pl

from syndetect.arrays import F64, I64, Bool

#: The characters before and behind a use in which signs are looked for.
BEFORE, BEHIND = 400, 250
#: The columns of :func:`signs`.
SIGNS = pl.Schema(
    {
        "opens": pl.Boolean,
        "closes": pl.Boolean,
        "posted": pl.Boolean,
        "introduced": pl.Boolean,
        "furniture": pl.Boolean,
        "captioned": pl.Boolean,
        "first_person": pl.Int64,
        "names": pl.Float64,
    }
)

_OPENS = r"""(?:^|\n)[\s"“”„«»'‘’•*—–\-(\[.>…]*$"""
_CLOSES = r"""^[ \t.!?"“”»'’)\]…:;,@*]*(?:\n|$)"""
#: A name with @, a tag, or the short address of a post; and the signature below it: "— Name (@name) May 1".
_POST = r"(?:^|[\s(.“\"])(?:@[A-Za-z0-9_]{2,}|#\p{L}[^\s]{2,})|pic\.twitter\.com|(?-u:\b)t\.co/"
_SIGNATURE = r"^[^\n]{0,60}\s*[—–-]{1,2}\s?[^\n()]{2,60}\(@[A-Za-z0-9_]+\)"
_SPEAKER = r"(?:^|\n)\s*(?:\p{Lu}[^\na-z:]{2,30}|[QA])\s?:\s*$|\barchived recording\b[^\n]{0,40}\s*$"
_TEXT_OF = (
    r"(?i)\b(?:statement|letter|tweets?|tweeted|posts?|posted|memo|e-?mail|transcript|testimony|remarks|text|reads?"
    r"|communiqué|lettre|erklärung|mitteilung|schreiben|comunicado|carta|comunicato|lettera|verklaring|brief)\b"
    r"[^.\n]{0,50}:\s*[\"“„«]?\s*"
)
_SPEAKERS = r"(?m)^\s*(?:\p{Lu}[^\na-z:]{2,30}|[QA])\s?:\s"
#: What begins with its own introduction; and the paragraphs of a transcript that begin with the name of a speaker.
_BEGINS_WITH = r"^[^\n]{0,60}" + _TEXT_OF + r"\n"
_LEAST_SPEAKERS = 2
#: A line that names who took a photograph, behind its caption or at the end of it.
_PHOTO = r"(?:photo(?:graph)?|foto|bild|image|imagen|picture|pic|credit|crédit|crédito)s?\s?:\s?\p{Lu}"
_FIRST_PERSON = (
    r"\b(?:I|I['’](?:m|ve|ll|d)|[Mm]y|[Mm]e|[Mm]yself|[Ww]e|[Ww]e['’](?:re|ve|ll|d)|[Oo]urs?|[Oo]urselves"
    r"|[Jj]e|[Nn]ous|[Nn]otre|nos|[Ii]ch|[Ww]ir|[Uu]nser\w*|[Mm]eine?[mnrs]?|[Yy]o|[Nn]osotr[oa]s|[Nn]uestr[oa]s?"
    r"|[Nn]ostr[oaie]|[Nn]oss[oa]s?|[Mm]inha|[Ii]k|[Ww]ij|[Oo]nze)\b"
)
_FURNITURE = (
    r"\b(?:sign(?:ing)? up (?:for|to|here)|newsletters?|subscribe|click here|all rights reserved"
    r"|follow (?:(?:him|her|us|them|me)|[a-z]+ [a-z]+|@[a-z0-9_]+)(?: and [a-z0-9_]+)? on (?:twitter"
    r"|facebook|instagram|x)"
    r"|copyright [©\d]|(?:opinions?|views) (?:expressed|of the author)|view more opinion"
    r"|do(?:es)? not (?:necessarily )?(?:reflect|represent) the|contributing (?:writer|editor|columnist)"
    r"|board of contributors"
    r"|read (?:more|other features)|download (?:the|our) app|(?:to|in) your inbox|reprint permission|toggle caption"
    r"|must watch|recommended for you|send letters|write to (?:him|her|us) at|first published in|originally appeared"
    r"|is (?:a|an|the) [^.\n]{0,60}\b(?:contributor|columnist|fellow|author of|host of)"
    r"|listen to (?:the )?podcasts?|wherever you (?:get|listen to) (?:your )?podcasts"
    r"|abonnieren|alle rechte vorbehalten|lesen sie (?:auch|mehr)|inscrivez-vous|abonnez-vous|tous droits réservés"
    r"|(?:à lire|lire) aussi|suscr[ií]b[ea][a-z0-9_]*|todos los derechos|todos os direitos|le[ae] también"
    r"|leia (?:também|mais)"
    r"|iscriviti|tutti i diritti|leggi anche|schrijf je in|lees (?:ook|meer)|alle rechten)\b|^advertisement\b"
)
#: The characters of a use in which signs are looked for; of a use whose names are counted, as long ones are no phrases;
#: around it, where they are counted too; before it and at its ends, in which an introduction and a photographer stand;
#: and right before it, in which a colon does.
_SHORT, _PHRASE, _AROUND, _NEAR, _COLON = 700, 300, 100, 120, 30
#: Each match of the patterns has one of these.
_POST_HINTS = ("@", "#", "twitter.com", "t.co/")
_FURNITURE_HINTS = (
    "sign",
    "newsletter",
    "subscribe",
    "click here",
    "rights reserved",
    "follow",
    "copyright",
    "opinion",
    "views",
    "reflect",
    "represent",
    "contribut",
    "read more",
    "read other",
    "download",
    "inbox",
    "reprint",
    "toggle",
    "must watch",
    "recommended",
    "send letters",
    "write to",
    "published in",
    "appeared",
    "columnist",
    "fellow",
    "author of",
    "host of",
    "podcast",
    "abonn",
    "vorbehalten",
    "lesen sie",
    "inscri",
    "droits r",
    "lire aussi",
    "suscr",
    "derechos",
    "direitos",
    "tambi",
    "leia",
    "iscriviti",
    "diritti",
    "leggi anche",
    "schrijf",
    "lees ",
    "alle rechten",
    "advertisement",
)
#: The characters before a use in which furniture is looked for as well; and those of a use in which what begins there
#: ends, as many as the longest hint.
_BEFORE_SEAM, _BEHIND_SEAM = 40, max(map(len, _FURNITURE_HINTS))
_NAME = r"(?:^|[\s(\[“\"‘])[\p{Lu}\p{Nd}]"
_BLANK = r"\s"
_WORD = re.compile(r"\w+")


#: An outlet quotes another where this share of its use is in quotation marks, and at most that share of the other's.
QUOTING, NARRATING = 0.5, 0.5


def described(texts: pl.DataFrame, quoting: Bool) -> pl.DataFrame:
    """The signs of uses.

    Args:
        texts: ``before, text, behind``.
        quoting: bool[n], as of :func:`quoting`.

    Returns:
        ``around``, a quoting use with what stands before and behind it, null for others; and the columns of
        :data:`SIGNS`.
    """
    found = signs(texts["before"], texts["text"], texts["behind"])
    rows = np.flatnonzero(quoting)  # of all others it would be held in memory as well
    around = pl.repeat(None, len(texts), dtype=pl.String, eager=True)
    around = around.scatter(rows, texts[rows].select(pl.concat_str("before", "text", "behind")).to_series())
    return found.select(around.alias("around"), pl.all())


def quoting(passage: I64, quoted_share: F64) -> Bool:
    """bool[n]: the uses that stand in quotation marks in passages that another use has as narration.

    Args:
        passage: int64[n], the passage of each use.
        quoted_share: float64[n], the share of its words in quotation marks.
    """
    narrated = np.bincount(passage, quoted_share <= NARRATING, minlength=int(passage.max(initial=-1)) + 1) > 0
    is_quoting: Bool = (quoted_share > QUOTING) & narrated[passage]
    return is_quoting


def cited(uses: pl.DataFrame, outlets: Sequence[str]) -> pl.DataFrame:
    """The passages that one outlet quotes while it names another one, which has them as narration.

    Args:
        uses: ``passage, outlet`` (a number, null where not known), ``quoted_share, around, posted, introduced``.
        outlets: the names of the outlets.

    Returns:
        ``passage, cited``, the name of the outlet that is quoted.
    """
    is_narration = (pl.col("quoted_share") <= NARRATING) & ~pl.col("posted") & ~pl.col("introduced")
    narrating = uses.filter(is_narration & pl.col("outlet").is_not_null())
    around = pl.col("around").str.to_lowercase()
    quoting_uses = uses.filter(pl.col("around").is_not_null()).select("passage", "outlet", around)
    narrators = narrating.select("passage", "outlet").unique().join(quoting_uses, on="passage", how="semi")
    known = defaultdict[int, _OutletNames](_OutletNames)
    for name, passage, narrator in sorted(
        (outlets[one], passage, one) for passage, one in narrators.iter_rows()
    ):
        known[passage].add(name, narrator)
    named = sorted(set().union(*(_names(outlets[one].lower()) for one in narrators["outlet"].unique())))
    is_naming = pl.col("around").str.contains_any(named) if named else pl.lit(value=False)
    rows = [
        (passage, outlets[narrator])
        for passage, outlet, text in quoting_uses.filter(is_naming).iter_rows()
        for narrator in known[passage].that_may_be_in(text)
        if narrator != outlet and _is_named(outlets[narrator], text)
    ]
    found = pl.DataFrame(rows, schema={"passage": pl.Int64, "cited": pl.String}, orient="row")
    return found.sort("passage", "cited").unique("passage", keep="first", maintain_order=True)


class _OutletNames:
    """Outlets by the words of their names: a passage may have thousands, and as many uses that may name one."""

    def __init__(self) -> None:
        self._outlets: dict[tuple[str, ...], list[int]] = {}
        self._namesakes = Counter[frozenset[str]]()
        self._lengths = defaultdict[str, set[int]](set)  # in words, of the names that begin with a word

    def add(self, name: str, outlet: int) -> None:
        """Add an outlet; of namesakes the first two do, one of which may be the outlet that quotes."""
        names = _names(name.lower())
        self._namesakes[names] += 1
        for one in names if self._namesakes[names] <= 2 else ():
            words = tuple(_WORD.findall(one))
            self._outlets.setdefault(words, []).append(outlet)
            if words:
                self._lengths[words[0]].add(len(words))

    def that_may_be_in(self, text: str) -> set[int]:
        """The outlets of which the words of a name follow one another in a text, which is in lower case."""
        found = {*self._outlets.get((), ())}
        words = _WORD.findall(text) if self._lengths else []
        if not self._lengths.keys().isdisjoint(words):  # which is so of most texts, and soon told
            for at, word in enumerate(words):
                for length in self._lengths.get(word, ()):
                    found.update(self._outlets.get(tuple(words[at : at + length]), ()))
        return found


#: An outlet that somebody told something only listened.
_TOLD = (
    r"(?:told|tells|telling|interview with|spoke (?:to|with)|speaking (?:to|with)|said to"
    r"|(?:sagte|sagt|erklärte|betonte)[^.\n]{0,60}\s(?:der|dem|zu)"
    r"|(?:dijo|declaró|déclaré|dit|disse|detto|dichiarato)[^.\n]{0,60}\s(?:a|à|al|ao|alla?))"
)


def _is_named(outlet: str, around: str) -> bool:
    """Whether a text, in lower case, names an outlet as the author of what it quotes."""
    for name in _names(outlet.lower()):
        if name not in around:
            continue
        named = rf"(?<!\w){re.escape(name)}(?!\w)"
        heard = rf"\b{_TOLD}\s(?:(?:the|der|die|das|la|le|el|il)\s)?(?:\w+\s)?{re.escape(name)}(?!\w)"
        if len(re.findall(named, around)) > len(re.findall(heard, around)):
            return True
    return False


@cache
def _names(outlet: str) -> frozenset[str]:
    """The names of an outlet in a text: without "The" and without what follows a bracket or a dash, or its address."""
    name = re.sub(r"\s+[-–—(|].*|^[Tt]he\s+", "", outlet.strip())
    short = re.sub(r"^www\.|\.(?:com|org|net|co\.uk)$", "", name)
    return frozenset(found for found in (name, short) if len(found) > 2)


def signs(before: pl.Series, text: pl.Series, behind: pl.Series) -> pl.DataFrame:
    """The signs of uses.

    Args:
        before, text, behind: String, the characters before a use, of it, and behind it.

    Returns:
        The columns of :data:`SIGNS`, a row per use: whether the use opens and closes a paragraph; whether it has the
        marks of a post, is introduced as somebody's text or follows the name of a speaker, has words of furniture, and
        is the caption of a photograph; the number of words in the first person; and ``names``, the share of its words
        that begin with a capital letter or a digit, less that share around it, so that the language hardly matters (0
        for a long use).
    """
    frame = pl.DataFrame({"before": before, "text": text, "behind": behind})
    frame = frame.join(_inner_signs(text), on="text", how="left", maintain_order="left")
    ahead, use, after = pl.col("before"), pl.col("text"), pl.col("behind")
    tail, near = use.str.tail(_NEAR), ahead.str.tail(_NEAR)
    around = pl.concat_str(ahead.str.tail(_AROUND), after.str.head(_AROUND), separator=" ")
    seam = pl.concat_str(ahead.str.tail(_BEFORE_SEAM), use.str.head(_BEHIND_SEAM))
    found = frame.select(opens=ahead.str.contains(_OPENS), closes=after.str.contains(_CLOSES))
    return found.with_columns(
        posted=frame["is_post"]
        | _where(frame, after.str.contains("(@", literal=True), after.str.contains(_SIGNATURE)),
        introduced=_where(
            frame,
            ahead.str.tail(_COLON).str.contains(r":|recording"),
            near.str.contains(_TEXT_OF + "$") | near.str.contains(_SPEAKER),
        )
        | frame["introduces"],
        furniture=_where(
            frame,
            pl.col("is_short") & (pl.col("has_furniture") | _has_any(seam, _FURNITURE_HINTS)),
            pl.concat_str(ahead.str.tail(_BEFORE_SEAM), use, after.str.head(20))
            .str.to_lowercase()
            .str.contains(_FURNITURE),
        ),
        captioned=_where(
            frame,
            pl.concat_str(tail, after.str.head(20)).str.contains(":", literal=True),
            after.str.contains(rf"(?i)^[.)\s]{{0,4}}{_PHOTO}")
            | tail.str.contains(rf"(?i){_PHOTO}[^\n]{{0,60}}$"),
        ),
        first_person=frame["first_person"],
        names=_where(
            frame, use.str.len_bytes() <= _PHRASE, pl.col("inner_names") - _share(around), pl.Float64
        ),
    ).cast(dict(SIGNS))  # type: ignore[arg-type]


def _inner_signs(text: pl.Series) -> pl.DataFrame:
    """Signs that the text of a use has whatever stands around it: a row per text, as many uses have the same.

    Returns:
        ``text``; ``is_post``, ``introduces``, ``first_person`` as of :func:`signs`; ``is_short``, whether furniture is
        looked for in it; ``has_furniture``, whether it has a hint at words of furniture; and ``inner_names``, the share
        of its words that begin with a capital letter or a digit.
    """
    frame, use = pl.DataFrame({"text": text.unique()}), pl.col("text")
    head, is_short = use.str.head(_SHORT), use.str.len_bytes() <= _SHORT
    return frame.with_columns(
        is_post=_where(frame, _has_any(head, _POST_HINTS), head.str.contains(_POST)),
        introduces=_where(
            frame,
            use.str.head(_NEAR).str.contains(":", literal=True),
            head.str.contains(_BEGINS_WITH) | (use.str.count_matches(_SPEAKERS) >= _LEAST_SPEAKERS),
        ),
        is_short=is_short,
        has_furniture=is_short & _has_any(head, _FURNITURE_HINTS),
        first_person=head.str.count_matches(_FIRST_PERSON).cast(pl.Int64),
        inner_names=_where(frame, use.str.len_bytes() <= _PHRASE, _share(use), pl.Float64),
    )


def _has_any(text: pl.Expr, hints: Sequence[str]) -> pl.Expr:
    return text.str.contains_any(list(hints), ascii_case_insensitive=True)


def _where(
    frame: pl.DataFrame, hint: pl.Expr, sign: pl.Expr, dtype: type[pl.DataType] = pl.Boolean
) -> pl.Series:
    """A sign where a hint holds, without which it cannot, and False or 0 elsewhere: most rows have no hint."""
    rows = frame.select(hint).to_series().arg_true()
    found = pl.zeros(len(frame), dtype=dtype, eager=True)
    return found.scatter(rows, frame[rows].select(sign).to_series()) if len(rows) else found


def _share(text: pl.Expr) -> pl.Expr:
    """The share of the words of a text that begin with a capital letter or a digit."""
    return text.str.count_matches(_NAME) / (text.str.count_matches(_BLANK) + 1)

"""Cues: words and signs around an agency's name that indicate its role, in seven languages.

A cue stands before or after a name (or several names, separated by commas, slashes or "and") in its line. Those of
words are :class:`Cues` before it and :class:`After` behind it: both say which words their patterns need, so
that a pattern is tried only where the text has one. A kernel looks for the words (``screen`` makes its tables): which
cues a name may have is a number with a bit for each, so most names cost little. No pattern has nested or adjacent
repetitions that match the same characters in many ways, so the time for a line is bounded for any input.
"""

import re
from functools import cache

#: Characters before a name in which a cue may stand.
REACH = 120

_ARTICLE = r"(?:\b(?:the|la|le|el|die|der|den|dem|das|het|an|a|o|de)\s+|\bl['’])?"
_NOUN = r"""
    (?:(?:state|state-run|official|semi-official|private|russian|russische[nr]?|offiziellen?)\s+){0,2}
    (?:(?:(?:news|wire)\s(?:agency|service)|nachrichtenagentur(?:en)?|presseagentur|agentur|agence(?:\sde\spresse)?
      |agencia(?:\sde\snoticias)?|agenzia(?:\sdi\sstampa)?|agência(?:\sde\snotícias|\snoticiosa)?|persbureau
      |nieuwsagentschap|agency)\s+)?
    """
_WORD = re.compile(r"\w+")


class Cues:
    """Cues before a name: words, each with a pattern for the text between the word and the name.

    Args:
        forms: words, separated by spaces, and a pattern (verbose, in lower case); where a few words may stand next,
            and they are the rarer ones, these words between the two.
        named: whether an article, or words such as "news agency", may stand between the cue and the name.

    Attributes:
        words: those that the text must have one of, as a whole word.
        pattern: for the end of the text before the name, in lower case.
        bit: a power of two, another one for each.
    """

    def __init__(self, *forms: tuple[str, ...], named: bool = True) -> None:
        self.words = frozenset(_WORD.findall(" ".join(form[-2] for form in forms)))
        choices = "|".join(r"\b" + r"\s".join(map(_any_of, form[:-1])) + form[-1] for form in forms)
        between = _ARTICLE + _NOUN if named else ""
        self.pattern = re.compile(rf"(?:{choices}){between}$", re.VERBOSE)

        self.bit = 2 << len(_EVERY)
        _EVERY.append(self)


_EVERY: list[Cues] = []
#: The bit of the words of a copyright notice, which has no other cue.
RIGHTS_BIT = 1


@cache
def bits_of_words() -> dict[str, int]:
    """The words of all cues before a name, and the bits of those that each belongs to."""
    bits = dict.fromkeys(words_of(" ".join(COPYRIGHT_SIGNS)), RIGHTS_BIT)
    for cue in _EVERY:
        for word in cue.words:
            bits[word] = bits.get(word, 0) | cue.bit
    return bits


def bits_in(before: str) -> int:
    """The bits of the cues that have a word in a text in lower case."""
    bits, found = bits_of_words(), 0
    for word in words_of(before):
        found |= bits.get(word, 0)
    return found


def words_of(text: str) -> frozenset[str]:
    """The set of words of a text."""
    return frozenset(_WORD.findall(text))


def _any_of(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


def _after(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


class After:
    """Cues behind a name.

    Args:
        pattern: verbose, for the text from the name on; empty for none.
        heads: the beginnings of words, separated by spaces; the first word behind the name begins with one.
        whole: or it is one of these.
        within: a pattern for some text, words behind it, and a pattern for what follows them: another form of the cue.

    Attributes:
        pattern: of all forms.
        heads, whole: in lower case.
        words: those of ``within``, in lower case.
        bit: a power of two, another one for each.
    """

    _next = 1

    def __init__(
        self,
        pattern: str = "",
        *,
        heads: str = "",
        whole: str = "",
        within: tuple[str, str, str] | None = None,
    ) -> None:
        self.heads, self.whole = frozenset(heads.split()), frozenset(whole.split())
        self.words = frozenset(within[1].split() if within else ())
        starts = [*self.heads, *(rf"{word}\b" for word in self.whole)]
        forms = [rf"(?=\W*(?:{'|'.join(starts)}))(?:{pattern})"] if pattern else []
        if within:
            passed, words, rest = within
            forms.append(rf"{passed}\s{_any_of(words)}\b{rest}")
        self.pattern = _after("|".join(forms))
        self.bit = After._next
        After._next *= 2


#: The text that may stand between the names of a list.
JOINT = re.compile(
    r"\s*(?:[,;/|&+·•–-]|,?\s(?:and|et|und|y|e|en)\s)\s*(?:(?:with|and|from|mit|von|the|der|la|l['’]|da|de\sla)\s*){0,2}",
    re.IGNORECASE,
)
#: The English article: "the PA" is seldom the agency.
THE = re.compile(r"\bthe\s+$", re.IGNORECASE)

PHOTO_BEFORE = Cues(
    (
        """
        photo photos photography photograph photographs photographer photographie picture pictures pic
        image images imagen imágenes immagine imagem bild bilder bildquelle foto fotos fotografía
        fotografia archivfoto symbolbild video vídeo vidéo videos footage credit credits crédit
        crédits crédito créditos
        illustration graphic caption
        """,
        r"""\b(?:\s*(?:copyright|credit|crédit|provided|released|supplied|by|courtesy|from|von|de|di|of|[:©|(–/.-]))*\s*
        (?P<names>(?:[^\W\d][\w.'’-]*(?:\s|[,/|]\s?|\s[/|–-]\s)){0,6})\(?""",
    ),
    named=False,
)
VIA = Cues(("via vía", r"\s(?:the\s)?"), ("courtesy", r"\sof\s(?:the\s)?"), named=False)
SIGN = re.compile(r"©\s?$")
#: The name of a photographer and a slash.
NAME_STROKE = re.compile(r"[^\W\d_][\w.'’)-]*\s?/\s?$")
NAME_BAR = re.compile(r"[.!?)–-]\s(?:[A-Z][\w.'’-]*\s){1,3}\|\s?$")
NAME_BRACKET = re.compile(r"\W*(?:[A-Z'’-]{2,}\s){2,4}\($")
NEWSROOM = Cues(
    ("redaktion redazione redacción rédaction redação agencias agenzie staff", r"\s?/\s?"), named=False
)
PHOTO_AFTER = After(
    r"""
    \s?(?:file|pool|handout|press)?\s?[-–]?\s?
      (?:photo|photos|pic|pics|picture|pictures|video|images?|television|graphic|foto)\b
    | \s(?:file|via)\b
    """,
    heads="file pool handout press photo pic video image television graphic foto via",
)
#: The same behind a slash, and the name of a photographer there.
STROKE_PHOTO = _after(
    r"\s?/+\s?(?:getty|pool|handout|file|stringer|picture\salliance|epa|via|scanpix|photo)\b"
)
STROKE_NAME = re.compile(r"\s?/+\s?[A-Z][\w.'’-]*(?:\s[A-Z]|\s?/)")

#: The text that may stand between an agency and the closing bracket: initials, a date, another name, a department.
_WITHIN = (
    r"(?:\s(?:Health|Life!?|Sports?|Business|Entertainment|Technology|News|Breakingviews)"
    r"|\s?[/,·|&+–-]\s?[^)\]/\n]{0,24})?"
)
CLOSED_DASH = re.compile(rf"{_WITHIN}[)/\]]\s?\.?\s?[-–—―:.]")
CLOSED = re.compile(rf"{_WITHIN}[)\]]\s\S")
#: A place, and perhaps a date, behind an agency in brackets: "(AP) CITY, Ohio –".
PLACED_AFTER = re.compile(r"[)\]]\s?(?P<place>[^–—\n-]{2,60}?)\s?(?:[–—]|--?\s)\s?\S")
#: Words in the names of agencies: what an abbreviation in brackets stands for is an agency only with one of them.
PRESS = re.compile(
    r"\b(?:press\w*|prens\w*|presse\w*|news|agen[cz]\w*|agentur\w*|telegra\w*|media)\b", re.IGNORECASE
)
#: What a bare dash, as it follows, may begin with behind spaces.
DASHES = frozenset("-–—―:.")
BARE_DASH = re.compile(r"\s?(?:[-–—―:]|\.-)\s*\S")
#: A line that begins with a place in capitals.
LOCAL = re.compile(r"[A-ZÀ-Þ]{3}[A-ZÀ-Þ .,/'’-]*(?:\d{1,2}[^:–—-]{0,12})?[:–—-]\s")
_CONNECTED = frozenset(
    _WORD.findall("de del da do di la le los las an der am im sur of the and et y e und i")
)
_MONTHS = frozenset(
    _WORD.findall(
        """
        jan feb fev fév mar mär mrt apr abr avr may mai mei mag jun jui giu jul lug aug aoû ago sep set oct okt out ott
        nov dec dez déc dic ene gen
        """
    )
)


def is_place(text: str) -> bool:
    """Whether a text could be a place, a date or both: names, numbers and connecting words."""
    return all(
        not word[0].islower() or word in _CONNECTED or word[:3] in _MONTHS for word in _WORD.findall(text)
    ) and not any(sign in text for sign in '!?“”"«»©')


_WITH_NOUN = r"""
    \s(?:files|inputs?|reporting|materials?|informations?|agenturmaterial|informationen|información|informaciones
      |informação|informações|informazioni|contributions?|reports?|dépêches?)
    \s(?:from|by|of|von|vom|der|des|de|da|do|del|di)\s+
    """
WITH_NOUN = Cues(("with avec mit con com met", _WITH_NOUN))
WITH = Cues(("with avec mit con com met", r"\s+"))
INPUTS = After(r"\s(?:agency\s)?(?:inputs?|material|files)\b", heads="agency input material files")
CONTRIBUTING = Cues(
    ("reporting", r"\s(?:by|from)\s+"),
    ("contributing", r"(?::\s*|\s)(?:[\w.'’-]+\s){0,4}"),
    ("contributing", r"\sto\sthis\s(?:report|story|article)\s(?:was|were)\b[^;:]{0,80}\s"),
    ("compiled assembled", r"\sfrom\s+"),
    (
        "this the",
        "report story article",
        r"\s(?:includes|contains|uses|incorporates)\b[^.]{0,40}\s(?:from|by)\s+",
    ),
)
MATERIAL = Cues(("information material reporting files", r"\s(?:from|by|provided\sby|supplied\sby)\s+"))
USED = _after(r"[^.]{0,40}\b(?:was|were)\sused\b")
#: Authors beside an agency in a list from which on it says nothing: a scraper's list of all names of a page.
MANY_AUTHORS = 4
CONTRIBUTED = _after(
    r"contributed(?:\s+(?:to|reporting|from)\b|\s+this\s(?:report|story|article)\b|\s*[.)]|\s*$)"
)
#: As behind a comma: the object is the text, so what stands before the comma is no sentence of its own.
CONTRIBUTED_TO_THIS = _after(
    r"contributed\s(?:(?:to\s|reporting\sto\s)?this\s(?:report|story|article|dispatch)\b|reporting\b|\s*[.)]?\s*$)"
)
#: What both of these and the next one have in them, in any case.
CONTRIBUTING_STEM = "ontribut"
#: A list of those who contributed, up to the end of its line.
_CONTRIBUTORS = re.compile(
    r"(?:^|[.!?•]\s+|\n)\W*(?:also\s)?contribut(?:ing|ors?)(?:\s(?:writers?|reporters?|editors?|to\sthis\sreport))?"
    r"\s?(?::|\s[–—-])\s",
    re.IGNORECASE,
)


def begin_contributors(line: str) -> int:
    """Where the first list of those who contributed begins in a line, behind its heading; or the line's length."""
    found = _CONTRIBUTORS.search(line) if CONTRIBUTING_STEM in line else None
    return found.end() if found else len(line)


NEW_SENTENCE = re.compile(r"[a-z]{3}\.\s+[A-Z]|[“”\"]")
NOTICE = Cues(
    (
        "this ce cet dieser este esta questo questa",
        "story article report text content texte beitrag artikel artículo texto artigo nota articolo notizia",
        r"""\s
        (?:was|is|has|first|originally|est|wurde|ist|fue|es|foi|é|è)\b[^.;:]{0,90}\b
        (?:by|from|on|a|an|de|von|der|por|da|di|dell|d)(?:\s+|['’])
        """,
    )
)
SOLE = After(r"\s+(?:trust\sprinciples|is\ssolely\sresponsible)", whole="trust is")
COPYRIGHT_SIGNS = ("copyright", "(c)", "©")
COPYRIGHT = re.compile(r"(?:\bcopyright\b|\(c\)|©)[^.]{0,30}$")
RIGHTS = re.compile(
    r"\bcopyright\b|rights reserved|droits réservés|\b(?:19|20)\d\d\b|infocom|prohibid|vorbehalten",
    re.IGNORECASE,
)
SOURCE = Cues(
    (
        """
        source sources quelle quellen fuente fuentes fonte fontes fonti bron bronnen agencies agences
        agenturen agencias agenzie agências
        """,
        r"\s?:?\s*",
    )
)
BYLINE = re.compile(r"\W*(?:by|von|par|por|di|da|de|door|published\sby)\s[^:;!?]{0,60}$", re.IGNORECASE)
#: A conjunction before an agency in a by-line with other authors.
BESIDE = re.compile(r"\s(?:and|und|et|y|e|en|&)\s(?:the\s)?$", re.IGNORECASE)
#: The words between the authors of a line, the words before them, and a name with its agency's noun.
BETWEEN_AUTHORS = re.compile(r"\s*[,|;&•]\s*|\s+(?:and|et|und|y|e|en)\s+|\s[–—/-]\s", re.IGNORECASE)
BYLINE_HEAD = re.compile(r"^\W*(?:by|von|par|por|di|da|de|door)\s+", re.IGNORECASE)
AUTHOR = re.compile(
    r"(?:[A-ZÀ-Þ][\w.'’-]*|(?:de|da|di|van|von|der|den|la|le|el|bin|al|d['’]\w+|The|the)\b)(?:\s+(?:[A-ZÀ-Þ][\w.'’-]*|(?:de|da|di|van|von|der|den|la|le|el|bin|al)\b|d['’]\w+|O['’]\w+)){0,5}"
)
JOB = re.compile(r"\s(?:[A-Z]\w+\s){0,2}(?:[Ww]riter|[Rr]eporter|[Cc]orrespondent|[Ss]taff)s?\W*")
WRITTEN_FOR = Cues(("story report article text reporting words", r"\sby\s[^,.;:]{3,60}\sfor\s+"))
WRITER = _after(
    r"(?:\s(?:staff|business|sports|national|special))?\s(?:writer|staff|reporter|correspondent)s?\b"
)
#: The text that may stand before an agency's name at the beginning of a line: initials of an editor, or "agency".
INITIALS = re.compile(r"\W*(?:[a-z]{2,3}\s?[,/]\s?|(?:[Aa]g[eê]n[cz]\w{1,3}|Nachrichtenagentur|[Tt]he)\s)?")
#: The text that may stand between a name and the end of its line: signs, and initials.
END = re.compile(r"(?:\s?/\s?[a-z]{2,4}){0,2}[\W_]*")
#: What ends a sentence.
STOPS = frozenset(".!?…")
SENTENCE_END = re.compile(
    r"(?<!\bMr)(?<!\bMs)(?<!\bDr)(?<!\bSt)(?<!\bMrs)(?<!\bGov)(?<!\bSen)(?<!\bRep)"
    r"[.!?…]([\"”’»)\]*]*)\s*([([—–*-]*)\s*(?:[a-z]{2,3},\s)?$"
)

_OWN = r"\s(?:à|a|ad|all['’]|alla|al|ao)\s*"
_SAID = "dit déclaré indiqué expliqué confié affirmé précisé assuré raconté annoncé confirmé"
TOLD = Cues(
    ("told tells telling tell", r"\s+"),
    ("spoke speaking spoken shared", r"\s(?:to|with)\s+"),
    (
        "seen reviewed obtained viewed examined contacted reached interviewed asked polled surveyed compiled verified",
        r"\sby\s+",
    ),
    ("interview interviews conversation statement email emails remarks comments", r"\s(?:with|to)\s+"),
    (
        """
        interrogé interrogée interrogés contacté contactée contactés joint jointe consulté consultée
        consultés vu vue vus obtenu obtenue obtenus obtenues sollicité sollicitée rencontré
        """,
        r"\spar\s+",
    ),
    (
        f"""
        {_SAID} dijo dijeron declaró explicó afirmó señaló indicó contó confirmó aseguró comentó detto
        dichiarato spiegato riferito raccontato disse disseram afirmou explicou contou declarou confirmou
        adiantou referiu
        """,
        rf"\b[^.;:]{{0,60}}{_OWN}",
    ),
    ("auprès", r"\sde\s+"),
    ("appris", r"\s+"),
    (
        "declaraciones declarações entrevista intervista interview entretien declarations",
        r"\s(?:a|à|ao|con|com|avec|mit|met|all['’]|alla|(?:accordée?\s)?à)\s*",
    ),
    ("tuvo", r"\sacceso\s+"),
    ("contactado contactada consultado consultada ouvido ouvida", r"\s(?:pela|pelo|por)\s+"),
    (
        "sagt sagte sagten erklärt erklärte betonte teilte berichtete bestätigte äußerte nannte",
        r"\b[^.;:]{0,80}\s(?:der|zu|gegenüber)\s+",
    ),
    ("teilte teilten", r"\s+"),
    ("gegenüber anfrage gespräch interview", r"\s(?:mit\s)?(?:der\s|von\s)?"),
    ("tegen tegenover", r"\s+"),
    ("vertelde gesprek", r"\s(?:aan|met)\s+"),
)
JOURNALIST_BEFORE = Cues(
    (
        "un une des deux una due um uma dos ein eine einem einer een",
        """
        journalist journalists journalista journalistas journaliste journalistes giornalista giornalisti jornalista
        jornalistas periodista periodistas reporter reporterin reporters correspondant correspondants correspondante
        correspondantes correspondent correspondents correspondente correspondentes corespondant corespondants
        corespondante corespondantes corespondent corespondents corespondente corespondentes corrispondente
        corrispondenti corresponsal korrespondent korrespondentin photographe photographes fotógrafo fotograf
        """,
        r"\s(?:van|von|der|de|da|do|del|di|dell['’]|della)\s*",
    )
)
JOURNALIST_AFTER = After(
    r"(?:['’]s|-|\s)\s?(?:reporters?|journalists?|correspondents?|witness(?:es)?|team|photographers?)\b(?!-)",
    heads="reporter journalist correspondent witness team photographer",
    whole="s",
)
OWN_WORK = After(
    r"""
    \s(?:saw|has\sseen|could\snot|has\slearned|understands|reviewed|counted|interviewed)\b
    | \swas\s(?:not\s)?(?:immediately\s)?(?:un)?able\b
    """,
    heads="saw understands reviewed counted interviewed",
    whole="has could was",
    within=(r"[^.;:]{0,90}", "erfuhr erfahren", r"(?:(?<=erfuhr)|\shat\b)"),
)
#: A journalist with a name, or who asks a question, is a subject of the text, not its author; so are counted ones.
NAMED_JOURNALIST = re.compile(r"\s\w+\s(?:asks|asked|[A-Z][\w.'’-]*\s[A-Z])")
COUNTED = re.compile(r"\b(?:two|three|four|five|six|seven|eight|nine|ten|several|some|many|\d+)\s$")
NEWS_OF_IT = re.compile(
    r"\b(?:barred|banned|sued?|suing|lawsuit|spied|spying|wiretap\w*|hacked|hacking|subpoena\w*|surveillance|accreditation"
    r"|phone\srecords|e-?mails\sof|expelled|killed|jailed|arrested|detained|evicted|award|prize|fired|imprisoned|wounded|tuée?s?|blessée?s?|arrêtée?s?|prix"
    r"|détenu|getötet|verhaftet|streik|muerto|asesinado|huelga|premio|ucciso|morto|sciopero|grève|greve)\b",
    re.IGNORECASE,
)
CITED_BEFORE = Cues(
    ("according", r"\sto\s+"),
    ("citing laut selon según segundo secondo conforme volgens aldus", r"\s+"),
    ("cited quoted reported published", r"\s(?:first\s)?by\s+"),
    ("report reports bericht", r"\s(?:by|from|in|der|von)\s+"),
    ("nach", "angaben informationen", r"(?:\sder|\svon)?\s+"),
    ("berufung", r"\sauf\s+"),
    ("après", r"(?<=\bd['’]après)\s+"),
    (
        "cité citée cités citado citada citato citata publicado publicada",
        r"\s(?:par|por|pela|pelo|da|dall['’]|dalla)\s*",
    ),
    ("rapporte rapporté rapportait indique annonce révèle révélé écrit affirme signale", r"(?:\spar)?\s+"),
    ("acuerdo", r"(?<=\bde\sacuerdo)\scon\s+"),
    ("acordo", r"(?<=\bde\sacordo)\scom\s+"),
    ("informó reportó", r"\s+"),
    ("riferisce riporta scrive rivela noticiou informou avançou revelou", r"\s(?:dell['’]|della\s)?"),
    ("meldt meldete meldet meldeten berichtet berichtete berichteten schreibt", r"\s+"),
)
CITED_AFTER = After(
    r"""
    (?:['’]s?)?\s(?:(?:first|also|had|has|previously|later)\s){0,2}
    (?:reported|reports|was\sfirst\sto\sreport|wrote|quoted|cited|quoting|citing|report|rapporte|(?:a|avait)\s(?:rapporté|annoncé|révélé|indiqué)
      |indique|révèle|meldete?|meldeten|berichtete?|berichtet|schreibt|informó|reportó|señaló|informou|noticiou|revelou
      |riferisce|riporta|scrive|meldt|zufolge)\b
    """,
    heads="""
    report wrote quot cit rapporte indique révèle melde bericht schreibt inform señaló noticiou revelou riferisce
    riporta scrive meldt zufolge
    """,
    whole="s first also had has previously later was a avait",
    within=(r"[^.;:]{0,60}", "berichtet gemeldet", ""),
)
AGENCY_NOUN = After(r"\s(?:(?:news|wire)\s(?:agency|service)|news|agency)\b", whole="news wire agency")
SAID_AFTER = After(r"\s(?:said|says|added|noted)\b", whole="said says added noted")
#: The text that may stand before an ambiguous name that is the subject of a report: the end of a clause, or a word in
#: lower case, but not another part of a person's name.
OPENING = re.compile(
    r"(?:^\W*|[.,;:!?”\"’]\s+|(?:^|\W)(?:As|Wie|Comme|Come|Como|Conforme|[^\W\d_A-Z][^\W_]*)\s+)$"
)
ABOUT_AFTER = After(
    r"""
    (?:['’]s?)?[\s-]?(?:shares?|stock|chief|CEO|L\.?P\b|inc\b|corp\b|group\b|institute|foundation|top\s25|poll\b|terminal
      |editor|subscribers|employees|staff|aktie|chefredakteur|geschäftsführ|votecast|intelligence)
    """,
    heads="""
    share stock chief ceo lp institute foundation terminal editor subscribers employees staff aktie chefredakteur
    geschäftsführ votecast intelligence
    """,
    whole="s l inc corp group top poll",
)
IPSOS = _after(r"\s?/\s?ipsos")
POLL = After(within=(r"[^.,;]{0,20}", "poll", ""))
ABOUT_VERB = After(
    r"\s(?:employs|emploie|beschäftigt|tiene|was|is|heeft)\b",
    whole="employs emploie beschäftigt tiene was is heeft",
)
ABOUT_BEFORE = Cues(
    ("works worked", r"\sfor\s+"),
    ("union", r"\sat\s+"),
    ("deal accord acuerdo accordo acordo vertrag", r"\s(?:with|avec|con|com|mit)\s+"),
    (
        """
        pdg salariés trabajadores trabalhadores giornalisti presidente director direttore administração
        action ações korrespondent
        """,
        r"\s(?:of\s|at\s|de\s|da\s|dell['’]|della\s|der\s|do\s|del\s)?",
    ),
)
#: Verbs that name the sender of a press release.
SENT = Cues(("übermittelt provided distributed transmitted", r"\s(?:durch|by)\s+"))

"""The encoding of text that names none and is not Unicode: a guess by its letters."""

import re

from syndetect.reading.encoding import HIGH
from syndetect.reading.labels import codec

#: What chardet may answer: the encodings of the web, and of older systems in whose files there are articles.
_CANDIDATES = (
    *(f"cp{number}" for number in (*range(1250, 1259), 874, 932, 949, 437, 737, 850, 852, 857, 866)),
    *(f"iso8859-{part}" for part in (1, 2, 5, 6, 7, 8, 9, 13, 15)),
    *("koi8-r", "koi8-u", "mac-roman", "mac-latin2", "mac-cyrillic"),
    *("euc_jis_2004", "gb18030", "big5hkscs", "euc_kr"),
)
#: What Latin-1 text hardly holds, but other bytes read as Latin-1 are full of.
_ODD = re.compile(
    r"""
    [Â-ß][\x80-¿] | [à-ï][\x80-¿]{2} | [ð-ô][\x80-¿]{3}     # valid UTF-8, so the fault is elsewhere
    | â\x80                                                 # half a curly quote in UTF-8
    | (?<![A-Za-zÀ-ÿ])[À-ÿ]{2,}(?![A-Za-zÀ-ÿ])              # a word without ASCII: Cyrillic, Greek, Chinese
    | (?<![A-Za-zÀ-ÿ])(?![ÀÁÄÅÆÈÉÌÍÒÓÔÖØÚàáäåæèéìíòóôöøú×])[À-ÿ](?![\dA-Za-zÀ-ÿ-])  # a letter that is no word
    | (?<=[a-z])[¡-©«¬®-³µ¶¸¹»-¿](?=[a-z])                  # a sign in a word: Latin-2
    | (?<=[a-zß-öø-þ])[\x8a\x8c\x8e\x9fÀ-ÖØ-Þ]              # a capital in a word: Mac Roman
    | [¡-¿]{2,} | [\x83\x88\x98¤¦¨¯¸ÿ]                      # signs in a row, and signs that no article uses
    """,
    re.VERBOSE,
)
#: Quotation marks, dashes and dots of the Windows code pages, where they stand as such.
_QUOTES = re.compile(
    rb"""
    (?<![\w\x80-\xff])[\x82\x84\x91\x93](?=\w)       # opening
    | (?<=[\w.,!?])[\x92\x94](?![\w\x80-\xff])       # closing
    | (?<=[ ])[\x85\x96\x97](?=[ ])
    """,
    re.VERBOSE,
)
_MOST_DAMAGED = 50  # of bytes beyond ASCII, one in so many may be no character
_GREEK = "\u0370"  # the first letter behind the Latin ones
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")


def guess(sample: bytes, few: int) -> str | None:
    """The codec of lines that are not UTF-8, or None where none is likely.

    Args:
        sample: such lines.
        few: so many bytes beyond ASCII are too few to go by: they are Windows-1252, or nothing.
    """
    high = _high(sample)
    if (high <= few or 2 * len(_QUOTES.findall(sample)) >= high) and is_latin1(sample):
        return "cp1252"
    if high <= few:
        return None
    best, confidence = _likeliest(sample)
    for name in _CANDIDATES:  # with an odd byte, which would exclude the right one
        defined = sample.decode(name, "ignore").encode(name, "ignore")
        if 0 < len(sample) - len(defined) <= max(1, high // _MOST_DAMAGED):
            found, likeliness = _likeliest(defined)
            if found == codec(name) and likeliness > confidence:
                best, confidence = found, likeliness
    return best


def _likeliest(sample: bytes) -> tuple[str | None, float]:
    """The likeliest codec, and chardet's confidence in it, from 0 to 1."""
    import chardet  # noqa: PLC0415  (needed for few files)

    for found in chardet.detect_all(sample, ignore_threshold=True, include_encodings=_CANDIDATES):
        name = codec(found["encoding"] or "")
        text = sample.decode(name, "replace") if name else "\ufffd"  # chardet answers even where nothing fits
        if "\ufffd" not in text and not _is_odd(text):
            return name, found["confidence"]
    return None, 0.0


def is_latin1(data: bytes) -> bool:
    """Whether bytes that are not UTF-8 are plausible as Latin-1 or Windows-1252.

    They are where none is a control character or undefined in Windows-1252, at most three in ten are beyond
    ASCII, and at most one in ten of those stands as it would in no language that is written with Latin-1: in
    a sequence that is valid UTF-8, in a word without an ASCII letter, alone though no word, as a sign between
    letters or beside another sign, as a capital after a small letter, or as a sign that no article uses.
    """
    if re.search(rb"[\x00-\x08\x0b\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d]", data):
        return False
    high = _high(data)
    return 10 * high <= 3 * len(data) and 10 * sum(map(len, _ODD.findall(data.decode("latin-1")))) <= high


def _is_odd(text: str) -> bool:
    """Whether words mix scripts or have capitals inside, as words read with the code page of another alphabet do.

    One in six characters beyond ASCII stands at such a place.
    """
    beyond = len(_BEYOND_ASCII.findall(text))
    return 6 * sum(map(_is_odd_pair, text, text[1:])) > beyond


def _is_odd_pair(first: str, second: str) -> bool:
    if first < "\x80" and second < "\x80":
        return False
    if not (first.isalpha() and second.isalpha()):
        return False
    return (first < _GREEK) != (second < _GREEK) or (first.islower() and second.isupper())


def _high(data: bytes) -> int:
    """The number of bytes beyond ASCII."""
    return len(data) - len(data.translate(None, HIGH))

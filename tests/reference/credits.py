"""The screen of credits on strings: the twin of ``syndetect.kernels.credits`` and of the spelling in ``phrases``."""

import re
from collections.abc import Sequence

from syndetect.syndication.credits import context, cues, rules, screen

#: A line is not looked through for a list of contributors beyond so many bytes.
FAR = 1 << 13

#: A name in a text: the phrase, its characters (begin, end), those without the genitive, and whether it is plain.
Name = tuple[int, int, int, int, bool]


def spelt(text: str, spellings: Sequence[str]) -> tuple[int, bool] | None:
    """The length of a name without the genitive, and whether it is plain; None where no spelling fits."""
    if not all(character.isascii() or character == "’" for character in text):
        return len(text), False
    letters = "".join(re.findall("[A-Za-z0-9]", text))
    fits = next((one for one in spellings if letters.endswith(one)), None)
    if fits is None:
        return None
    if fits == "" or fits != letters:
        return len(text), False
    return len(re.sub(r"(?<=[A-Za-z0-9])['’][sS]$", "", text)), True


def keep_credited(
    texts: Sequence[str], names: Sequence[Sequence[Name]], roles: Sequence[str], most: int, joint: int
) -> list[list[Name]]:
    """The names of each document that may be credits, and those beside them."""
    kept: list[list[Name]] = []
    for text, found in zip(texts, names, strict=True):
        groups: list[list[Name]] = []
        for name in found:
            if groups and name[1] - groups[-1][-1][2] < joint:
                groups[-1].append(name)
            else:
                groups.append([name])
        kept.append(
            [
                name
                for group in groups
                for name in group
                if len(found) > most
                or len(group) > 1
                or roles[name[0]] == "other"
                or (roles[name[0]] == "agency" and may_be_credit(text, name))
            ]
        )
    return kept


def cues_around(text: str, names: Sequence[Name]) -> list[list[int]]:
    """The bits of the cues before and behind each name of a document; -1 for all where it is not known."""
    around = []
    for _, begin, _, end, is_plain in names:
        before, after = _around(text, begin, end)
        words, following = cues.words_of(before.lower()), re.findall(r"\w+", after.lower())
        bits = cues.RIGHTS_BIT * (not words.isdisjoint(_RIGHTS))
        bits += sum(
            cue.bit for cue in (*screen.BEFORE, *screen.BEFORE_CLOSING, cues.SENT) if words & cue.words
        )
        behind = sum(cue.bit for cue in screen.BEHIND if _follows(cue, following))
        around.append(
            [bits if is_plain and _is_known(before) else -1, behind if is_plain and _is_known(after) else -1]
        )
    return around


_RIGHTS = cues.words_of(" ".join(cues.COPYRIGHT_SIGNS))


def _around(text: str, begin: int, end: int) -> tuple[str, str]:
    low, high = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
    high = len(text) if high < 0 else high
    return text[max(low, begin - cues.REACH) : begin], text[end : min(high, end + context.AHEAD)]


def _is_known(text: str) -> bool:
    return all(character < "\u0100" or "\u2000" <= character < "\u2080" for character in text)


def _follows(cue: cues.After, words: Sequence[str]) -> bool:
    return bool(
        (words and (words[0].startswith(tuple(cue.heads)) or words[0] in cue.whole))
        or cue.words.intersection(words)
    )


def may_be_credit(text: str, name: Name) -> bool:
    """Whether a name may be a credit."""
    _, begin, whole_end, end, is_plain = name
    low, high = text.rfind("\n", 0, begin) + 1, text.find("\n", end)
    high = len(text) if high < 0 else high
    before, after = _around(text, begin, end)
    if not is_plain or not _is_known(before + after):
        return True
    first = after.lstrip()[:1]
    return (
        _has_cue(before, after, first)
        or _in_place(text, (low, high), (begin, whole_end, end), before, after)
        or cues.CONTRIBUTING_STEM in text[end : min(high, end + context.AHEAD + 7)]
        or cues.CONTRIBUTING_STEM in text[low:begin]
        or len(text[low:begin].encode()) > FAR
    )


def _has_cue(before: str, after: str, first: str) -> bool:
    words, following = cues.words_of(before.lower()), re.findall(r"\w+", after.lower())
    closes = not any(map(str.isalnum, after)) or first in {*")."} - {""}
    strong = _RIGHTS.union(*(cue.words for cue in screen.BEFORE))
    return bool(
        words & strong
        or (closes and words & frozenset().union(*(cue.words for cue in screen.BEFORE_CLOSING)))
        or any(_follows(cue, following) for cue in screen.BEHIND)
    )


def _in_place(text: str, line: tuple[int, int], name: tuple[int, int, int], before: str, after: str) -> bool:
    (low, high), (begin, whole_end, end) = line, name
    first = after.lstrip()[:1]
    starts_line, is_line = begin - low <= cues.REACH, high - end <= context.AHEAD
    closes = not any(map(str.isalnum, after))
    ends = closes or (is_line and len(after) <= context.DATE and first != "" and first in "|,/·–—-:()")
    is_short = starts_line and is_line and high - low + (whole_end - end) <= context.SHORT + 2
    bytes_behind = len(text[high:].encode())
    return (
        "©" in before
        or first == "/"
        or _words_since(before, "(/[|") <= 1
        or (starts_line and _words_since(before, "—–:,-") <= 1 and (closes or first in {*"-–—―:."}))
        or (ends and re.search("[.!?…]", before[-rules.BEFORE_SENTENCE_END :]) is not None)
        or (ends and starts_line and len(re.findall(r"\w+", before)) <= 1)
        or (is_short and (low <= context.EARLY or bytes_behind <= 4 * context.LATE))
    )


def _words_since(before: str, signs: str) -> float:
    """The words that begin behind the last of some signs; very many where there is none."""
    last = max(before.rfind(sign) for sign in signs)
    return len(re.findall(r"\w+", before[last + 1 :])) if last >= 0 else float("inf")

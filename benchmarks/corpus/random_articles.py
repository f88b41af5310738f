"""Random articles of invented words for trials of an index: short, with many passages that several of them share."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

Article = dict[str, Any]

_SYLLABLES = ("ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu")


def random_articles(random: Random, count: int) -> list[Article]:
    """Articles that share edited passages, whole paragraphs, a notice, and a line of one word repeated."""
    wire = [_words(random, random.randint(15, 60)) for _ in range(max(2, count // 5))]
    notice, line = _words(random, 24), ["copyright"] * 40
    found = []
    for number in range(count):
        paragraphs = [_words(random, random.randint(3, 30)) for _ in range(random.randint(1, 3))]
        paragraphs += [
            _words(random, 3) + _edited(random, passage) + _words(random, 3)
            for passage in random.sample(wire, random.randint(0, 2))
        ]
        paragraphs += random.choice([[notice], [notice, notice], [line], [random.choice(wire)], []])
        random.shuffle(paragraphs)
        text = random.choice(["\n\n", "\n"]).join(" ".join(words) + "." for words in paragraphs)
        found.append({"id": f"n{number}", "text": text, "published": _time(random)})
    return found


def _words(random: Random, count: int) -> list[str]:
    return ["".join(random.choices(_SYLLABLES, k=3)) for _ in range(count)]


def _edited(random: Random, words: list[str]) -> list[str]:
    """The words, one in thirty replaced and one in thirty left out."""
    return [
        random.choice(_SYLLABLES) * 2 if draw == 0 else word
        for word in words
        if (draw := random.randint(0, 30)) != 1
    ]


def _time(random: Random) -> datetime | None:
    """A time within ten days, the beginning of a day, or none."""
    day = datetime(2031, 6, 1, tzinfo=UTC) + timedelta(days=random.randint(0, 9))
    return random.choice([None, day, day, *(day + timedelta(hours=random.randint(1, 23)) for _ in range(4))])

"""Posts on a social network: their text, their tags and links, and the signature that a page embeds with them."""

from collections.abc import Mapping
from datetime import datetime
from random import Random
from string import ascii_letters, digits
from typing import NamedTuple

from benchmarks.corpus.outlets import proper_name
from benchmarks.corpus.quotations import one_sentence
from benchmarks.corpus.quoted_prose import Writer

_I: Mapping[str, tuple[str, ...]] = {
    "en": ("I", "we", "our", "my", "me"),
    "fr": ("je", "nous", "notre", "nos"),
    "de": ("ich", "wir", "unser", "meine"),
    "es": ("yo", "nosotros", "nuestro", "nuestra"),
}
_EVERY = 10  # of so many words, one is in the first person
_MONTHS: Mapping[str, str] = {
    "en": "January February March April May June July August September October November December",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
}
_DATES = {"en": "{month} {day}, {year}", "fr": "{day} {month} {year}", "de": "{day}. {month} {year}",
          "es": "{day} de {month} de {year}"}  # fmt: skip


class Post(NamedTuple):
    """A post.

    Attributes:
        name, handle: its author's.
        at: when it was written.
        said: its sentences, 10 to 60 words in all.
        tail: the tags, handles and links at its end, which a quotation leaves out; empty for some.
    """

    name: str
    handle: str
    at: datetime
    said: list[str]
    tail: str

    def signature(self, language: str) -> str:
        """The line below an embedded post, with the date as the network gives it in a language."""
        month = _MONTHS[language].split()[self.at.month - 1]
        date = _DATES[language].format(month=month, day=self.at.day, year=self.at.year)
        return f"— {self.name} (@{self.handle}) {date}"


def post(language: str, at: datetime, random: Random, write: Writer) -> Post:
    """A post of somebody who writes a language."""
    size = random.randint(10, 60)
    number = min(random.choice((1, 2, 3)), size // 10)
    said = [one_sentence(text) for text in write([size // number] * number)]
    if random.random() < 0.5:
        said = [first_person(text, language, random) for text in said]
    first, last = proper_name(random), proper_name(random)
    handle = random.choice((f"{first}{last}", f"{last}_{random.randint(1, 99)}", f"Real{last}"))[:15]
    links = [
        f"#{proper_name(random)}",
        f"@{proper_name(random)}",
        f"pic.twitter.com/{''.join(random.choices(ascii_letters + digits, k=10))}",
        f"https://t.co/{''.join(random.choices(ascii_letters + digits, k=10))}",
    ]
    tail = " ".join(random.sample(links, random.choice((0, 0, 1, 1, 2))))
    return Post(f"{first} {last}", handle, at, said, tail)


def first_person(text: str, language: str, random: Random) -> str:
    """A text some words of which are in the first person."""
    words = text.split(" ")
    for at in random.sample(range(1, len(words) - 1), len(words) // _EVERY):
        if words[at].isalpha():
            words[at] = random.choice(_I[language])
    return " ".join(words)

"""Articles of hostile shapes, of any size: what an adversary would send to a scan that is quadratic in anything.

``SHAPES`` names functions from bytes of text, roughly, to articles with an id and a text. Words are invented; the same
size gives the same articles.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice, product

Article = dict[str, str]

_WORDS = [
    a + b + c
    for a, b, c in product(
        ("pa", "de", "lo", "mi", "ju"), ("rk", "l", "nd", "v", "st"), ("an", "er", "ib", "os")
    )
]
_LETTERS = 6  # of a word and the space behind it, on the average
_AGENCIES = ("AFP", "Reuters", "dpa", "AP", "ANSA", "EFE", "TASS", "Xinhua")


def _sentence(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words))


def _paragraphs(rng: random.Random, size: int, words: int) -> list[str]:
    """Paragraphs of so many words each, of ``size`` bytes together."""
    return [_sentence(rng, words) for _ in range(max(2, size // (_LETTERS * words)))]


def _shuffled(rng: random.Random, paragraphs: Sequence[str], times: int, between: str = "\n\n") -> list[str]:
    """Texts of the same paragraphs, each in an order of its own."""
    return [between.join(rng.sample(paragraphs, len(paragraphs))) for _ in range(times)]


def _take(words: Iterator[str], size: int) -> str:
    """The next words, of ``size`` bytes together."""
    return " ".join(islice(words, max(8, size // _LETTERS)))


def _shuffled_pair(rng: random.Random, size: int) -> list[str]:
    return _shuffled(rng, _paragraphs(rng, size // 2, 20), 2)


def _shuffled_lines(rng: random.Random, size: int) -> list[str]:
    return _shuffled(rng, _paragraphs(rng, size // 2, 12), 2, "\n")


def _shuffled_forty(rng: random.Random, size: int) -> list[str]:
    return _shuffled(rng, _paragraphs(rng, size // 40, 20), 40)


def _shuffled_pool(rng: random.Random, size: int) -> list[str]:
    pool = _paragraphs(rng, 30_000, 25)
    return _shuffled(rng, pool, max(2, size // 30_000))


def _pool_of_49(rng: random.Random, size: int) -> list[str]:
    bag = 49 * _paragraphs(rng, size // 49, 25)
    rng.shuffle(bag)
    return ["\n\n".join(bag[low : low + 20]) for low in range(0, len(bag), 20)]


def _phrase(rng: random.Random, size: int) -> list[str]:
    text = _take(cycle(_sentence(rng, 9).split()), size // 2)
    return [text, f"first {text}"]


def _numbered_phrase(rng: random.Random, size: int) -> list[str]:
    phrase = _sentence(rng, 14)
    return 2 * [" ".join(f"{phrase} {number}" for number in range(size // 2 // 90))]


def _fibonacci(_: random.Random, size: int) -> list[str]:
    one, two = "a", "b"
    while len(one) < size // 2 // _LETTERS:
        one, two = one + two, one
    text = " ".join({"a": "marble", "b": "stone"}[letter] for letter in one[: size // 2 // _LETTERS])
    return [text, f"first {text}"]


def _thue_morse(_: random.Random, size: int) -> list[str]:
    text = " ".join(("marble", "stone")[number.bit_count() & 1] for number in range(size // 2 // _LETTERS))
    return [text, f"first {text}"]


def _of_few_words(number: int, texts: int) -> Callable[[random.Random, int], list[str]]:
    def make(rng: random.Random, size: int) -> list[str]:
        return [" ".join(rng.choices(_WORDS[:number], k=size // texts // _LETTERS)) for _ in range(texts)]

    return make


def _one_word(_: random.Random, size: int) -> list[str]:
    text = _take(cycle(["never"]), size // 2)
    return [text, f"{text} again"]


def _openings(rng: random.Random, size: int) -> list[str]:
    """Brackets, quotation marks and credits that nothing closes or follows."""
    tail, part = _sentence(rng, 20), size // 6
    marks = ('"', "“", "(AFP) - ", "AFP ", "(", "«‹")
    return [mark * (part // len(mark.encode())) + tail for mark in marks]


def _credits(rng: random.Random, size: int) -> list[str]:
    """A line of credit between single words, again and again."""
    words = size // 2 // 24
    return [
        f"MILAN (AFP) - {_sentence(rng, 6)}, he told AFP. "
        + " ".join(f"(AFP) told Reuters {word}" for word in rng.choices(_WORDS, k=words))
        for _ in range(2)
    ]


def _near_all(rng: random.Random, size: int) -> list[str]:
    """Articles that differ from one text by two words of their own each."""
    base, texts = _sentence(rng, 30).split(), []
    for number in range(size // 180):
        words = base[:]
        words[rng.randrange(30)], words[rng.randrange(30)] = f"one{number}", f"two{number}"
        texts.append(" ".join(words))
    return texts


def _tiny_paragraphs(_: random.Random, size: int) -> list[str]:
    return 2 * ["\n\n".join(["Read more here"] * (size // 2 // 16))]


def _one_word_paragraphs(rng: random.Random, size: int) -> list[str]:
    return ["\n\n".join(rng.choices(_WORDS, k=size // 2 // 7)) for _ in range(2)]


def _one_paragraph(rng: random.Random, size: int) -> list[str]:
    text = _sentence(rng, size // 2 // _LETTERS)
    return [text, f"{_sentence(rng, 30)} {text}"]


def _refrain(rng: random.Random, size: int) -> list[str]:
    """A sentence again and again, with words in between that stand nowhere else."""
    refrain = _sentence(rng, 20)
    texts = range(2)
    return [" ".join(f"{refrain} own{text}x{number}" for number in range(size // 2 // 130)) for text in texts]


def _alternating(rng: random.Random, size: int) -> list[str]:
    """Every other sentence is in both articles."""
    common = _paragraphs(rng, size // 4, 15)
    return [". ".join(f"{one}. {_sentence(rng, 15)}" for one in common) for _ in range(2)]


def _rotations(rng: random.Random, size: int) -> list[str]:
    words = _sentence(rng, 2_000).split()
    return [
        " ".join(words[cut:] + words[:cut])
        for cut in (rng.randrange(2_000) for _ in range(size // 12_000 + 2))
    ]


def _rotated_pair(rng: random.Random, size: int) -> list[str]:
    words = _sentence(rng, size // 2 // _LETTERS).split()
    return [" ".join(words), " ".join(words[len(words) // 3 :] + words[: len(words) // 3])]


def _reversed_paragraphs(rng: random.Random, size: int) -> list[str]:
    paragraphs = _paragraphs(rng, size // 2, 30)
    return ["\n\n".join(paragraphs), "\n\n".join(reversed(paragraphs))]


def _chain(rng: random.Random, size: int) -> list[str]:
    """Each article is the one before with a word in ten changed, so that the last has nothing of the first."""
    words, texts = _sentence(rng, 100).split(), []
    for _ in range(size // 600):
        for at in rng.sample(range(100), 10):
            words[at] = f"{rng.choice(_WORDS)}{rng.choice(_WORDS)}"
        texts.append(" ".join(words))
    return texts


def _nested_quotations(rng: random.Random, size: int) -> list[str]:
    depth = size // 2 // 24
    opened = " ".join(f"“{word} ‘{word}" for word in rng.choices(_WORDS, k=depth))
    return 2 * [opened + " ’”" * depth]


def _short_quotations(rng: random.Random, size: int) -> list[str]:
    """Thousands of quotations of a few words in two articles that share them in another order."""
    quoted = [f"“{one}”, said {_sentence(rng, 2)}." for one in _paragraphs(rng, size // 2, 12)]
    return _shuffled(rng, quoted, 2, " ")


def _many_agencies(rng: random.Random, size: int) -> list[str]:
    """Paragraphs that two articles have in another order, each with the credit of some agency."""
    own = [f"{_sentence(rng, 20)} ({rng.choice(_AGENCIES)})" for _ in range(size // 2 // 130)]
    return _shuffled(rng, own, 2)


def _datelines(rng: random.Random, size: int) -> list[str]:
    line = "MILAN, PARIS, ROME, OSLO, "
    return [line * (size // 2 // len(line)) + f"May 3 (AFP) - {_sentence(rng, 20)}" for _ in range(2)]


def _letters(rng: random.Random, size: int) -> list[str]:
    return [" ".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=size // 4)) for _ in range(2)]


def _without_spaces(rng: random.Random, size: int) -> list[str]:
    text = "".join(rng.choices("abcdefghijklmnopqrstuvwxyz", k=size // 2))
    return [text, f"first {text}"]


def _without_words(_: random.Random, size: int) -> list[str]:
    marks = "a" + "\u0301" * (size // 4 // 2)
    return ["1" * (size // 4), "!" * (size // 4), marks, "7 " * (size // 8)]


def _ideographs(rng: random.Random, size: int) -> list[str]:
    """A script without spaces, of few characters, in two articles."""
    characters = [chr(0x4E00 + number) for number in range(60)]
    sentences = ["".join(rng.choices(characters, k=40)) for _ in range(size // 2 // 123)]
    return _shuffled(rng, sentences, 2, "。")


def _digest(rng: random.Random, size: int) -> list[str]:
    """One article that holds all others, and these twice over."""
    texts = ["\n\n".join(_sentence(rng, 25) for _ in range(6)) for _ in range(size // 3 // 900)]
    return ["\n\n".join(texts), *texts, *(text.replace(" ", " then ", 1) for text in texts)]


def _like_titles(rng: random.Random, size: int) -> list[Article]:
    """Short articles with an identical text and ids of one form."""
    text = _sentence(rng, 30)
    return [{"id": f"{'0' * 40}{number}", "text": text} for number in range(size // 180)]


def _one_source_each(rng: random.Random, size: int) -> list[Article]:
    """Passages of a pool in articles of as many outlets, a minute apart."""
    pool, found = _paragraphs(rng, size // 12, 40), []
    for number in range(size // 1_200):
        day, hour, minute = 1 + number // 1440 % 28, number // 60 % 24, number % 60
        text = "\n\n".join(rng.sample(pool, min(5, len(pool))))
        published = f"2031-01-{day:02}T{hour:02}:{minute:02}"
        found.append({"id": str(number), "text": text, "source": f"outlet {number}", "published": published})
    return found


def _quoting_outlets(rng: random.Random, size: int) -> list[Article]:
    """One statement in articles of as many outlets, every other one of which has it in quotation marks."""
    statement, found = _sentence(rng, 30), []
    for number in range(size // 330):
        own = _sentence(rng, 20)
        text = f"{own}. “{statement}”" if number % 2 else f"{own}. {statement}"
        found.append({"id": str(number), "text": text, "source": f"outlet {number}"})
    return found


_MAKERS: dict[str, Callable[[random.Random, int], Sequence[str | Article]]] = {
    "shuffled-pair": _shuffled_pair,
    "shuffled-lines": _shuffled_lines,
    "shuffled-forty": _shuffled_forty,
    "shuffled-pool": _shuffled_pool,
    "pool-of-49": _pool_of_49,
    "phrase": _phrase,
    "numbered-phrase": _numbered_phrase,
    "fibonacci": _fibonacci,
    "thue-morse": _thue_morse,
    "eight-words": _of_few_words(8, 2),
    "twenty-words": _of_few_words(20, 4),
    "one-word": _one_word,
    "openings": _openings,
    "credits": _credits,
    "near-all": _near_all,
    "tiny-paragraphs": _tiny_paragraphs,
    "one-word-paragraphs": _one_word_paragraphs,
    "one-paragraph": _one_paragraph,
    "refrain": _refrain,
    "alternating": _alternating,
    "rotations": _rotations,
    "rotated-pair": _rotated_pair,
    "reversed-paragraphs": _reversed_paragraphs,
    "chain": _chain,
    "nested-quotations": _nested_quotations,
    "short-quotations": _short_quotations,
    "many-agencies": _many_agencies,
    "datelines": _datelines,
    "letters": _letters,
    "without-spaces": _without_spaces,
    "without-words": _without_words,
    "ideographs": _ideographs,
    "digest": _digest,
    "like-titles": _like_titles,
    "one-source-each": _one_source_each,
    "quoting-outlets": _quoting_outlets,
}

SHAPES = tuple(_MAKERS)


def articles(shape: str, size: int) -> list[Article]:
    """The articles of a shape, of about ``size`` bytes of text together."""
    made, found = _MAKERS[shape](random.Random(f"{shape} {size}"), size), list[Article]()
    for number, one in enumerate(made):
        found.append({"id": str(number), "text": one} if isinstance(one, str) else one)
    return found

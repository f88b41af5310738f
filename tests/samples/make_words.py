"""Write what stands in ``tests/data`` for a version of the rule of words.

    PYTHONPATH=tests python tests/samples/make_words.py 1

Run it once for each version, with the program of that version, and never again. It writes ``index-words-1``, an index
of texts in several scripts, and its answers (``index-words-1.json``); ``lsh-words-1``, a ``MinHashLSH`` of the same
texts, and its answers; and ``words-1.json``, digests of the words of texts. All words are invented.
"""

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random

from xxhash import xxh3_64_hexdigest

from samples.make_index import make
from samples.newspapers import Article
from samples.strategies import encode
from syndetect import MinHashLSH
from syndetect.matching.tokens import Words, tokenise

DATA = Path(__file__).parents[1] / "data"

_LETTERS = {
    "thai": "กคดนบมรลสาิำ",
    "lao": "ກຄດນບມລສາິຳ",
    "tatweel": "بتدرسلمني",
    "farsi": "بتدرسلمنیک۴",
    "hindi": "कगतनमरलसाीिक़",
    "columns": "aeiou" + "bdklmnrstv" * 2,
}
_FARSI = str.maketrans({"ی": "ي", "ک": "ك", "۴": "4"})

#: The texts' code points: all of planes 0 to 2 and the tags, in blocks; and those of which random texts are made.
_BLOCKS = [*range(0, 0xD000, 0x1000), *range(0xE000, 0x30000, 0x1000), 0xE0000]
_HARD = [
    (0x20, 0x7F), (0xA0, 0xFF), (0x300, 0x36F), (0x5B0, 0x5C7), (0x600, 0x6FF), (0x900, 0x97F), (0xE00, 0xFFF),
    (0x1100, 0x11FF), (0x1E00, 0x206F), (0x3000, 0x30FF), (0xAC00, 0xAC40), (0xFB00, 0xFDFF), (0xFE70, 0xFFEF),
]  # fmt: skip


def wrapped(text: str, width: int, hyphen: str = "-", end: str = "\n") -> str:
    """A text in lines of so many characters, with hyphens in the words that their ends part."""
    lines, line = list[str](), ""
    for word in text.split():
        line = f"{line} {word}" if line else word
        if len(line) > width:
            kept = len(line) - len(word)
            place = max(kept + 2, min(width - 1, len(line) - 2)) if len(word) > 3 else kept
            is_parted = place < len(line) and place < width
            lines.append(line[:place] + hyphen if is_parted else line[:kept].rstrip())
            line = line[place:] if is_parted else word
    return end.join([*lines, line])


def _respelled(name: str, text: str) -> str:
    """The text in another spelling, which the first version takes for other words."""
    if name == "columns":
        return wrapped(text, 36)
    if name == "tatweel":
        return " ".join(word[0] + "\u0640" * 2 + word[1:] for word in text.split())
    return unicodedata.normalize("NFKD", text.translate(_FARSI))


def spellings() -> tuple[list[Article], list[Article]]:
    """Articles in several scripts, and the same in other spellings."""
    random, articles, others = Random(19), list[Article](), list[Article]()
    for name, letters in _LETTERS.items():
        words = ["".join(random.choices(letters, k=random.randint(4, 8))) for _ in range(90)]
        articles.append({"id": name, "text": " ".join(words)})
        others.append({"id": f"{name} respelled", "text": _respelled(name, " ".join(words))})
    return articles, others


def digests(words_of: Callable[[Sequence[str]], Words]) -> dict[str, str]:
    """Digests of the words of texts with every character, by block, and of random texts."""
    return {name: _digest(words_of(texts)) for name, texts in _texts()}


def _texts() -> Iterator[tuple[str, list[str]]]:
    for low in _BLOCKS:
        chars = map(chr, range(low, low + 0x1000))
        yield f"{low:05X}", [f"{c} a{c}b A.{c}.c'{c} {c}{c}\n{c}-\n{c}e\u0301{c}\u0e49{c}" for c in chars]
    random = Random(20)
    hard = [chr(point) for low, high in _HARD for point in range(low, high + 1)]
    yield "random", ["".join(random.choices([*hard, *" \n.'ab" * 40], k=60)) for _ in range(3000)]


def _digest(words: Words) -> str:
    columns = (words.code, words.begin, words.end, words.documents, words.paragraphs)
    return xxh3_64_hexdigest(b"".join(column.tobytes() for column in columns))


def main(version: str) -> None:
    """Write the files of a version."""
    articles, others = spellings()
    asked = [*others, articles[0] | {"id": "again"}]
    make(DATA / f"index-words-{version}", articles, asked, removed=[])
    (DATA / f"words-{version}.json").write_text(
        json.dumps(digests(lambda texts: tokenise(*encode(texts))), indent=1) + "\n", encoding="utf-8"
    )
    with MinHashLSH(params=(32, 4), path=DATA / f"lsh-words-{version}") as index:
        for one in articles:
            index.insert(one["id"], one["text"])
    (DATA / f"lsh-words-{version}" / "lock").unlink()
    with MinHashLSH(params=(32, 4), path=DATA / f"lsh-words-{version}", mode="r") as index:
        answers = [index.query(one["text"]) for one in others]
    (DATA / f"lsh-words-{version}.json").write_text(json.dumps(answers) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])

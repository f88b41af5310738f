"""Sketch a batch of articles: words, fingerprints, and MinHash bands of paragraphs."""

from collections.abc import Sequence
from typing import NamedTuple

from syndetect.arrays import I64, U8
from syndetect.matching import bands, minhash, tokens, winnowing
from syndetect.matching.bands import Sketch
from syndetect.matching.tokens import Words
from syndetect.matching.winnowing import Postings
from syndetect.settings import Settings


class Batch(NamedTuple):
    """Some consecutive articles: their text (UTF-8) with its bounds, words, postings and paragraph sketches."""

    text: U8
    text_bounds: I64
    words: Words
    postings: Postings
    sketch: Sketch


def sketch(buffer: U8, bounds: I64, settings: Settings, names: Sequence[str]) -> tuple[Batch, I64]:
    """Sketch articles; and the paragraphs that only repeat one word (int64[n]), which are not compared.

    Args:
        buffer: uint8[bytes], the text of the articles as UTF-8.
        bounds: int64[d + 1], the first byte of each article.
        settings: what decides the sketches.
        names: the ids of the articles.
    """
    words, repeats = tokens.blank_repeats(tokens.tokenise(buffer, bounds), names)
    postings = winnowing.fingerprint(
        words.code, words.documents, settings.fingerprint_words, settings.winnow_window
    )
    shape = settings.shingle_words, settings.bands, settings.rows
    permutations = minhash.permutations(settings.slots, settings.seed)
    sketched = bands.sketch(words.code, words.paragraphs, settings.min_words, permutations, shape)
    return Batch(buffer, bounds, words, postings, sketched), repeats


def sketch_documents(words: Words, settings: Settings) -> Sketch:
    """Sketch whole documents as if each were one paragraph: ``paragraphs`` of the sketch are documents."""
    permutations = minhash.permutations(settings.slots, settings.seed)
    shape = settings.shingle_words, settings.bands, settings.rows
    return bands.sketch(words.code, words.documents, settings.min_words, permutations, shape)

"""Quotations: examples in several languages, and the kernel against a plain twin."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference.quotes import quoted_words
from samples.strategies import INTERPRETED, encode, text
from samples.timing import at_most
from syndetect.matching.tokens import Words, tokenise
from syndetect.syndication.quotes import quoted

pytestmark = pytest.mark.kernel

NBSP = "\u00a0"

ENGLISH = {
    'The mayor said "the bridge is safe" on Monday.': "the bridge is safe",
    "The mayor said “the bridge is safe” on Monday.": "the bridge is safe",
    "“The bridge is safe,” she said. “Nobody need worry.”": "The bridge is safe Nobody need worry",
    '"Wait." She paused. "Go."': "Wait Go",
    "‘The bridge is safe,’ she said.": "The bridge is safe",
    "'The bridge is safe,' she said.": "The bridge is safe",
    "'It isn't safe,' she said, 'and won't be.'": "It isn't safe and won't be",
    "‘It isn’t safe,’ she said.": "It isn’t safe",
    "The so-called “experts” met.": "experts",
    'The "super secret plan" leaked.': "super secret plan",
    "“He told me ‘go home’ and I went,” Ms Orr said.": "He told me go home and I went",
    "\"He told me 'go home' and I went,\" Ms Orr said.": "He told me go home and I went",
    "‘He shouted “fire” twice,’ said Orr.": "He shouted fire twice",
    "'He shouted \"fire\" twice,' said Orr.": "He shouted fire twice",
    "“She said ‘no.’” They left.": "She said no",
    "\"'No' was the answer,\" he said.": "No was the answer",
    "“‘No’ was the answer,” he said.": "No was the answer",
    "“Outer “inner” outer,” he said.": "Outer inner outer",
    '"Outer "inner" outer," he said.': "Outer inner outer",
    "“No end. “Second one,” he said. It rained.": "No end Second one",
    "The dogs' bowl stood in the Joneses' yard.": "",
    "The workers’ union met the drivers’ union.": "",
    "'The dogs' bowl is full,' he said.": "The dogs bowl is full",
    "‘The workers’ union met,’ he said.": "The workers union met",
    "They called it 'food for dogs' and left.": "food for dogs",
    "They called it ‘food for dogs’ and ‘toys for cats’ today.": "food for dogs toys for cats",
    "Rock 'n' roll is back, 'tis said, like in the '90s and '80s.": "",
    "Rock ’n’ roll is back, ’tis said, like in the ’90s.": "",
    "Give 'em a chance, 'til the dogs' owners come.": "",
    "'Rock 'n' roll is dead,' he said.": "Rock n roll is dead",
    "He stood 6' 2\" tall and the board was 12\" x 10\" wide.": "",
    "A 5'10\" keeper, a 12\" record and a 3\" nail.": "",
    '"It was a 12" record," he said.': "It was a 12 record",
    'He won "gold in 2019" and "silver" later.': "gold in 2019 silver",
    'A board of 12"x10" fell.': "",
    "“An unclosed quotation runs on": "An unclosed quotation runs on",
    "He said “it runs on\n\nBut not into this.": "it runs on",
    "“First part.\n\n“Second part,” he said.": "First part Second part",
    "“First.\n\n“Second.\n\n“Third,” he said.\n\nFourth.": "First Second Third",
    "'First part.\n\n'Second part,' he said.": "First part Second part",
    "‘First part.\n\n‘Second part,’ he said.": "First part Second part",
    "‘First part.\n\nSecond part, he said.": "",
    '"First part.\n\n" Second part," he said.': "First part Second part",
    "“A ‘b\n\n“‘C’ d,” he said.": "A b C d",
    "“One.”\n\n“Two,” he said.": "One Two",
    "“One\n“Two” three": "One Two",
    "“One\r\n\r\nthree": "One",
    "“One\u2029\u2029three": "One",
    'She said--"never again"--and left.': "never again",
    "She said—“never again”—and left.": "never again",
    "(“CPD”) and (\"XYZ\") and ['abc']": "CPD XYZ abc",
    '"Really?" he asked. "Yes!" "No..."': "Really Yes No",
    "“Mixed marks,\" he said, \"are common.”": "Mixed marks are common",
    "“Same mark“ he said. Then nothing.": "Same mark",
    "”Backward,” he said.": "Backward",
    "said ''two single ones'' and ‘‘curly ones’’ here": "two single ones curly ones",
    "said ``in the old way'' and `in this'": "in the old way in this",
    '“[W]e must go,” he said.': "W e must go",
    "“ Spaces inside , ” he said .": "Spaces inside",
    'a stray closing mark" is nothing': "",
    "a stray closing mark” is nothing": "",
    "Congress‘ power and It‘s his.": "",
    "The U.S.'s role and Trump Jr.’s visit.": "",
    "More:'This is it'": "This is it",
    "“I was—” he began. “—gone.”": "I was gone",
    "“He said 'yes,” they heard at the dogs' home.": "He said yes",
    "Headline says 'Dog bites man'": "Dog bites man",
    "": "",
    '""': "",
    '"': "",
    "no marks at all": "",
}  # fmt: skip
GERMAN = {
    "„Das ist gut“, sagte er.": "Das ist gut",
    '„Das ist gut", sagte er.': "Das ist gut",
    "„Das ist gut”, sagte er.": "Das ist gut",
    "‚Das ist gut‘, sagte er.": "Das ist gut",
    "»Das ist gut«, sagte er.": "Das ist gut",
    "»Er sagte ›nein‹ und ging«, hieß es.": "Er sagte nein und ging",
    "„Er sagte ‚nein‘ und ging“, hieß es.": "Er sagte nein und ging",
    "„Er sagte ‚nein‘, mehr nicht.“ „Gut.“": "Er sagte nein mehr nicht Gut",
    "Das „große Übel“ und der „kleine“ Rest.": "große Übel kleine",
    "Die Partei (»Die Mitte«) verlor.": "Die Mitte",
    "„Erster Teil.\n\n„Zweiter Teil“, sagte er.": "Erster Teil Zweiter Teil",
    "»Erster Teil.\n\n»Zweiter Teil«, sagte er.": "Erster Teil Zweiter Teil",
    "„Ohne Ende.\n\nDanach nichts.": "Ohne Ende",
    "„Ich hab’s gesagt“, so Grass’ Sohn.": "Ich hab’s gesagt",
    "Andrea's Imbiss und Hans' Haus.": "",
    "Ende“, sagte er. „Neu“, sagte sie.": "Neu",
    "Ende«, sagte er. »Neu«, sagte sie.": "Neu",
}  # fmt: skip
FRENCH = {
    "Il a dit « c'est fini » hier.": "c'est fini",
    f"Il a dit «{NBSP}c’est fini{NBSP}» hier.": "c’est fini",
    "Il a dit «\u202fc’est fini\u202f» hier.": "c’est fini",
    "Il a dit «c'est fini» hier.": "c'est fini",
    "« Il m'a dit “non” et je l'ai cru », dit-elle.": "Il m'a dit non et je l'ai cru",
    "« Il m’a dit « non » et voilà », dit-elle.": "Il m’a dit non et voilà",
    "« Oui », dit-il. « Non », dit-elle.": "Oui Non",
    "L'« État » et l'«ordre» d'aujourd'hui.": "État ordre",
    "Le ‹ petit › mot.": "petit",
    "« Début.\n\n« Suite », dit-il.": "Début Suite",
    "« Début.\n\n» Suite », dit-il.": "Début Suite",
    "« Début.\n\nRien.": "Début",
    "“Bonjour”, dit l’homme d’État.": "Bonjour",
    "Elle répond : « Jamais ! »": "Jamais",
}  # fmt: skip
SPANISH = {
    "«No lo sé», dijo.": "No lo sé",
    "“No lo sé”, dijo.": "No lo sé",
    '"No lo sé", dijo.': "No lo sé",
    "«Me dijo “vete” y me fui», contó.": "Me dijo vete y me fui",
    "«Me dijo “no seas ‘tonto’ nunca” ayer», contó.": "Me dijo no seas tonto nunca ayer",
    "¿“Qué”? ¡«Nada»!": "Qué Nada",
    '"¿Qué pasa?", preguntó. "¡Nada!"': "Qué pasa Nada",
    "«Primera parte.\n\n«Segunda parte», dijo.": "Primera parte Segunda parte",
    "«Primera parte.\n\n»Segunda parte», dijo.": "Primera parte Segunda parte",
    "El 'caso Ñandú' y el 'clan'.": "caso Ñandú clan",
    "El “caso” de los años 90, «sin fin»": "caso sin fin",
}  # fmt: skip
OTHERS = {
    "「もう一度」と言った。": "も う 一 度",
    "彼は「『山』に行く」と言った。": "山 に 行 く",
    "Hon sa ”aldrig” igen.": "aldrig",
    "Hon sa »aldrig» igen.": "aldrig",
    "Powiedział: „nigdy”.": "nigdy",
    "Он сказал: «Это „дом“ мой».": "Это дом мой",
}
EXAMPLES = ENGLISH | GERMAN | FRENCH | SPANISH | OTHERS


def tokenised(texts: list[str]) -> tuple[np.ndarray, np.ndarray, Words]:
    buffer, bounds = encode(texts)
    return buffer, bounds, tokenise(buffer, bounds)


def inside(one: str) -> str:
    buffer, bounds, words = tokenised([one])
    kept = quoted(buffer, bounds, words) > 0
    return " ".join(one[i:j] for i, j in zip(words.begin[kept], words.end[kept], strict=True))


@pytest.mark.parametrize("one", EXAMPLES)
def test_words_inside_quotation_marks(one: str) -> None:
    assert inside(one) == EXAMPLES[one]


def test_words_are_marked_document_by_document() -> None:
    texts = [*EXAMPLES, "“open", "closed” here", "the 'dogs'", " toys' ", "'", "' tis"]
    buffer, bounds, words = tokenised(texts)
    found = quoted(buffer, bounds, words)
    assert found.dtype == np.uint8
    alone = [quoted(*tokenised([one])) for one in texts]
    assert found.tolist() == np.concatenate(alone).tolist()
    assert [quoted(buffer[low:high], bounds[:2] - low, tokenised([one])[2]).tolist() for low, high, one in zip(
        bounds, bounds[1:], texts, strict=False) if low == 0] == [alone[0].tolist()]  # fmt: skip


def test_what_is_never_closed_ends_after_a_while() -> None:
    words = quoted(*tokenised(["“" + "word " * 500]))
    assert words.tolist() == [1] * 200 + [0] * 300
    assert quoted(*tokenised(["“" + "word " * 500 + "\n\n“end”"])).all()
    assert quoted(*tokenised(["“" + "word " * 500 + "”"])).all()


def test_marks_without_end_cost_no_more_than_others() -> None:
    """Were a mark to look for its other half, this would take minutes."""
    times = 100 if INTERPRETED else 20_000
    for marks in ("“", '"', " '", "'", "‘ ", "«", "“\n\n", "' \n\n", "s' ", '1" '):
        given_texts = tokenised([marks * times, f"a {marks}" * times])
        with at_most(5):
            found = quoted(*given_texts)
        assert len(found) == len(given_texts[2].code)


_marks = "\"\"''``“”„‟‘’‚‛«»‹›「」『』"
_beside = [
    " ",
    " ",
    "\n",
    "\n\n",
    "\r\n",
    "\u2028",
    "\x85",
    NBSP,
    "\u202f",
    "\u3000",
    *".,;:!?()[]-—…/5",
    "“‘",
    "''",
]
_words = [
    "a",
    "dogs",
    "in",
    "n",
    "tis",
    "90s",
    "12",
    "é",
    "л",
    "彼",
    "twill",
    "EM",
    "goin",
    "🙂",
    "s",
    "the bowl",
]
quotations = st.lists(
    st.one_of(st.sampled_from(list(_marks)), st.sampled_from(_beside), st.sampled_from(_words)), max_size=60
).map("".join)


@given(st.lists(st.one_of(quotations, quotations, text()), max_size=4))
@example(["“a " * 40 + "” " * 40, "b"])
@example(["x" * 63 + "“a”", "“" + "x" * 61 + "” y", "«" * 70])
@example(list(EXAMPLES))
def test_the_kernel_is_its_plain_twin(texts: list[str]) -> None:
    buffer, bounds, words = tokenised(texts)
    found = quoted(buffer, bounds, words)
    for d, one in enumerate(texts):
        low, high = words.documents[d : d + 2]
        first, last = words.document_paragraphs[d : d + 2]
        starts = words.paragraphs[first:last] - low
        assert found[low:high].tolist() == quoted_words(one, words.begin[low:high].tolist(), starts.tolist())

"""HTML in columns of text: its markup is no words, and places stay those of the given text."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

import syndetect
from samples.reading import gather
from syndetect.matching import tokens
from syndetect.reading.markup import is_html, masked
from syndetect.reading.options import ReadingOptions

FERRIES = "Ferries to the islands will stop at noon on Friday, the harbour office said, for a storm is near the coast"


def words_of(text: str) -> tuple[list[tuple[int, int]], list[int], int]:
    buffer, bounds = tokens.joined([text.encode()])
    found = tokens.tokenise(buffer, bounds)
    return (
        list(zip(found.begin.tolist(), found.end.tolist(), strict=True)),
        found.code.tolist(),
        len(found.paragraphs),
    )


@pytest.mark.parametrize(
    ("markup", "plain"),
    [
        ("<p>The office said &ldquo;no&rdquo;.</p><p>Twice.</p>", "The office said “no”.\n\nTwice."),
        ("caf&eacute;s&#44; un<b>believ</b>able, don&rsquo;t", "cafés, unbelievable, don’t"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("one<br><br />two &amp; three", "one\n\ntwo & three"),
        ("<ul><li>one</li><li>two</li></ul>", "one\n\ntwo"),
        ("<tr><td>one</td><td>two</td></tr>", "one\ntwo"),
        ("<script>var a = '<p>';</script>one<style>p {x}</style><!-- a <b> c --> two", "one\n\ntwo"),
        ("<a href=\"x>y\" title='<'>one</a>&nbsp;two", "one two"),
        ("<P CLASS=x>one</P\n><o:p>two</o:p>", "one\n\ntwo"),
        ("<![CDATA[one]]> <?xml x?>two <!DOCTYPE html>", "one two"),
        ("one <script>never closed", "one"),
        ("one &unknown; <3 <john@post.example> 1 < 2", "one &unknown; <3 <john@post.example> 1 < 2"),
    ],
)
def test_markup_is_no_words(markup: str, plain: str) -> None:
    shown = masked(markup)
    assert len(shown) == len(markup)
    (_, codes, paragraphs), (_, expected, expected_paragraphs) = words_of(shown), words_of(plain)
    assert (codes, paragraphs) == (expected, expected_paragraphs)


@pytest.mark.parametrize(
    "text",
    [
        "<p>One paragraph.</p>", "One<br>two<br>three", "He said &ldquo;no&rdquo;.", 'See <a href="x">this</a>.',
        "Dvo&rcaron;&aacute;k", "<DIV CLASS='a'>Words</DIV>",
    ],
)  # fmt: skip
def test_what_is_html(text: str) -> None:
    assert is_html(text)


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d", "I <3 you & me", "R&amp;D and AT&amp;T", "if (a<b && c>d) { x->y; }", "Q&A; R&D; S&P;",
        "Write `<b>bold</b>` or:\n```\n<p>one</p>\n<p>two</p>\n```\n", "<john@post.example> wrote",
        "List<String> x <T>",
        "One caf&eacute; only", "5 <b 6", "x?a=1&lang=2&copy=3",
    ],
)  # fmt: skip
def test_what_is_no_html(text: str) -> None:
    assert not is_html(text)


@given(st.text(alphabet=st.characters(exclude_characters="<>&]", exclude_categories=["Cs"])))
def test_nothing_changes_without_markup(text: str) -> None:
    assert not is_html(text)
    assert masked(text) == text


@given(st.text(alphabet="<>/!-&;#pbrsciptx129 =\"'\n]?é", max_size=60))
def test_every_character_keeps_its_place(text: str) -> None:
    shown = masked(text)
    assert len(shown) == len(text)
    assert all(one in (" ", "\n", "\u00ad", two) or "&" in text for one, two in zip(shown, text, strict=True))


@given(
    st.lists(
        st.sampled_from(["one", "two", "&eacute;", "&#8220;", "&amp;", ",", " ", "&nbsp;", "é"]), max_size=12
    )
)
def test_entities_are_their_characters(parts: list[str]) -> None:
    text = "".join(parts)
    assert words_of(masked(text))[1] == words_of(unescape(text))[1]


def test_offsets_are_those_of_the_given_text() -> None:
    plain = {"id": "plain", "text": f"Pack early. {FERRIES}."}
    html = {"id": "html", "text": f"<div class='a'><p>Pack <b>early</b>&hellip;</p>\n<p>{FERRIES}.</p></div>"}
    result = syndetect.scan([plain, html])
    (match,) = result.matches.iter_rows(named=True)
    for side in ("a", "b"):
        given_text = {"plain": plain, "html": html}[match[f"doc_{side}"]]["text"]
        assert given_text[match[f"begin_{side}"] : match[f"end_{side}"]].endswith(FERRIES)
    assert result.documents.filter(doc_id="html")["words"].item() == 2 + len(FERRIES.split())
    assert [row["reason"] for row in result.skipped.iter_rows(named=True)] == [
        "texts are read as HTML, without its markup: say --markup html, or none to take it as text"
    ]


def test_markup_may_be_said() -> None:
    record = {"text": "One &eacute;t&eacute; <b>x</b>", "title": "L&#8217;&eacute;t&eacute; <i>x</i>"}
    frame, told = gather([record], reading=ReadingOptions(markup="html"))
    assert (frame["title"].item(), told) == ("L’été x", [])
    assert "été" in frame["text"].item().replace("\u00ad", "")
    frame, told = gather([record], reading=ReadingOptions(markup="none"))
    assert (frame["text"].item(), frame["title"].item(), told) == (record["text"], record["title"], [])
    assert gather([{"text": "<p> &nbsp; </p>"}])[1][-1][1] == "no text, only markup"

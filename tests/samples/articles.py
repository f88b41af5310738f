"""Values of articles, clean and odd, and all that is told of a source that is read."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from syndetect.reading import sources
from syndetect.reading.options import ReadingOptions

LONGEST = 600


def read(
    source: Any, reading: ReadingOptions, enough: int = 1 << 20, ids: Any = "keep", longest: int = LONGEST
) -> tuple[list[Any], ...]:
    """The batches of a source, and all that is told of it, in order."""
    told: list[Any] = []
    columns: list[Any] = []

    def unusable(file: int, number: int, outcome: str) -> str:
        told.append((file, number, outcome))
        return outcome

    def known(taken: Any, names: Sequence[str]) -> None:
        if (found := (dict(taken), tuple(names))) not in columns:
            columns.append(found)

    def articles(file: int, numbers: Sequence[int]) -> None:
        told.extend((file, number) for number in numbers)

    batches = []
    try:
        found = sources.batches(
            source, reading=reading, on_skip=lambda *what: told.append(what), on_columns=known,
            batch_bytes=enough, max_bytes=longest, on_articles=articles, on_unusable=unusable, duplicate_ids=ids,
        )  # fmt: skip
        for frame, texts in found:
            batches.append((frame, texts))
            told.append("batch")
    except Exception as error:
        told.append(repr(error))
    # only now: what was read last must not change what was read before
    return [(frame.schema, frame.rows(), list(texts)) for frame, texts in batches], told, columns


TEXTS = st.one_of(
    st.text(max_size=70),
    st.text(st.characters(codec="ascii"), max_size=70),
    st.sampled_from([
        "A ferry sank off Port Morvia on Monday, and nobody was hurt.", "Line one.\n\nLine “two”: é, 中文, 👍🏽.",
        "", " ", "\u00a0", "\u2003\u3000", "\u1680 x", "\x1f", "\x85a", "\u2019s", "中", "a\0b", "NaN", "x" * 130,
        "<p>One.</p><p>Two.</p>", "a <b>b</b>", "AT&T, Q&A &amp; R&amp;D", "&eacute;t&eacute;", "1 < 2 & 3 > 2",
        "`<p>` is a tag, and `<p>` too", "&#8217; &#8220;", "<", "&", "\ufeff", "a\x7f\x01b", "\ud800", "\udc80x",
    ]),
)  # fmt: skip
NAMES = st.sampled_from([
    "The Morvia Post", "Kesh Daily", "Kesh Daily", "None", "nan", " N/A ", "none\u00a0", "\u00a0none", "n/a", "<NA>",
    "nil", "NIL.", "\\N", "undefined", "Nuñez", "Nicolás\u3000", "AP/Reuters", "www.kesh.example", "WWW", "w3.example",
    "kesh.example", "https://kesh.example/", "http://www.kesh.example", "//x", "", "  ", "\t", "中文", "\ud83d",
    "a\udc80b", "x" * 60, "nullu\u0301", "N", "A&amp;B",
])  # fmt: skip
ADDRESSES = st.sampled_from([
    "https://kesh.example/1", "https://kesh.example/2", "https://www.kesh.example/3", "http://KESH.example:80/x",
    "https://morvia.example/a?b#c", "https://", "http:///x", "ftp://kesh.example/1", "kesh.example/1", "/1", "nan",
    "https://u@kesh.example", "https://kesh.example?x", "https://\ud800.example/", "", "https://é.example/é",
])  # fmt: skip
TIMES = st.one_of(
    st.datetimes().map(str),
    st.datetimes(timezones=st.timezones()).map(lambda moment: moment.isoformat()),
    st.dates().map(str),
    st.sampled_from([
        "2024-02-29", "2023-02-29", "2024-02-30T00:00", "2024-13-01", "1970-01-01T00:00:00Z", "0001-01-01",
        "0001-01-01T00:00+01:00", "9999-12-31T23:59:59-05:00", "2024-01-02T03:04", "2024-01-02t03:04:05.1234567Z",
        "2024-01-02 03:04:05,5", "2024-01-02T03:04:05+0100", "2024-01-02T03:04:05+01", "2024-01-02T03:04:05 +01:00",
        "2024-01-02T24:00:00", "2024-01-02T03:60", "2024-01-02T03:04:60", "2024-01-02T03", "2024-01-02T03.04",
        "2024-01-02T03:04:05.", "2024-01-02T03:04:", "2024-01-02T03:04:5", "2024-01-02Z", "2024-01-02+01:00",
        "2024-01-02x03:04", "20240102", "20240102030405", "Tue, 02 Jan 2024 03:04:05 GMT", "03/04/2024",
        "2 January 2024", "1704164645", "nat", "unknown", "", " ", " 2024-01-02 ", "2024", "0000-00-00", "2024-1-2",
        "2024-01-02T03:04:05z", "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05-00:00", "２０２４-01-02",
    ]),
)  # fmt: skip
PEOPLE = st.one_of(NAMES, st.lists(st.one_of(NAMES, NAMES, NAMES, st.none(), st.just(7)), max_size=4))
NUMBERS = st.one_of(
    st.sampled_from(
        [1704164645, 1704164645123, 1704164645123456, 20240102, 202401020304, 1234567890, 9999999999, 2024]
    ),
    st.integers(-(10**18), 10**18),
)
MOMENTS = st.one_of(TIMES, TIMES, NUMBERS, NUMBERS.map(str))
IDS = st.one_of(
    st.integers(0, 30).map(str), st.integers(-3, 30), st.integers(-(10**20), 10**20), st.just(""), NAMES
)

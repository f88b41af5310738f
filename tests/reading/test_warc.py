"""Web archives: WARC, WET and ARC."""

import gzip
import random
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from samples.reading import PACKED, gather, ids_of
from syndetect.errors import MissingExtraError
from syndetect.reading.sources import expand
from syndetect.storage.compression import zstd

TEXT = (
    "The ferry to Kesh will stop at noon on Friday, the harbour office said, because a storm comes near. " * 5
)
PAGE = (
    f"<html><head><title>T</title></head><body><article><h1>Ferry</h1><p>{TEXT}</p></article></body></html>"
)


def record(number: int, content: bytes, kind: str = "response", more: str = "") -> bytes:
    media = "text/plain" if kind == "conversion" else "application/http; msgtype=response"
    header = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\nWARC-Date: 2024-05-06T07:08:09Z\r\n"
        f"WARC-Target-URI: https://www.daily.example/{number}\r\nContent-Type: {media}\r\n{more}"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    return header.encode() + content + b"\r\n\r\n"


def http(
    body: bytes, status: str = "200 OK", media: str = "text/html; charset=utf-8", more: str = ""
) -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{more}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 99] for at in range(0, len(body), 99)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (*parts, b""))


def deflated(body: bytes) -> bytes:
    return zlib.compress(body)[2:-4]


WARCINFO = record(0, b"software: x\r\n", "warcinfo")
PAGES = [record(number, http(PAGE.encode())) for number in range(1, 9)]
PLAIN = [record(number, f"{TEXT} {number}".encode(), "conversion") for number in range(1, 9)]


def read(tmp_path: Path, name: str, data: bytes) -> tuple[list[str], list[str]]:
    """The numbers in the ids, and the reasons of what was skipped."""
    (tmp_path / name).write_bytes(data)
    ids, skipped = ids_of(tmp_path / name)
    return [name.removeprefix("urn:uuid:") for name in ids], [reason for _, reason in skipped]


@pytest.mark.parametrize("packing", ["", ".gz", ".zst", ".xz"])
def test_22_pages_of_an_archive(packing: str, tmp_path: Path) -> None:
    (tmp_path / f"x.warc{packing}").write_bytes(b"".join(map(PACKED[packing], (WARCINFO, *PAGES))))
    frame, skipped = gather(tmp_path)
    assert not skipped
    assert frame["doc_id"].to_list() == [f"urn:uuid:{number}" for number in range(1, 9)]
    assert frame["url"][0] == "https://www.daily.example/1"
    assert frame["source"].unique().to_list() == ["daily.example"]
    assert frame["published"].null_count() == 8  # when it was fetched is not when it was published
    assert TEXT.strip() in frame["text"][0]


def test_a_page_says_itself_when_it_was_published(tmp_path: Path) -> None:
    page = PAGE.replace(
        "<title>", '<meta property="article:published_time" content="2019-07-11T08:30:00Z"><title>'
    )
    (tmp_path / "x.warc").write_bytes(record(1, http(page.encode())))
    frame, _ = gather(tmp_path)
    assert str(frame["published"][0].date()) == "2019-07-11"


@pytest.mark.parametrize("name", ["x.wet", "x.warc.wet.gz", "x.warc"])
def test_22_texts_of_common_crawl(name: str, tmp_path: Path) -> None:
    data = [gzip.compress(one) if name.endswith("gz") else one for one in (WARCINFO, *PLAIN)]
    (tmp_path / name).write_bytes(b"".join(data))
    frame, skipped = gather(tmp_path)
    assert not skipped
    assert frame["text"].to_list() == [f"{TEXT} {number}" for number in range(1, 9)]
    assert frame["source"].unique().to_list() == ["daily.example"]


def test_22_the_archives_before_warc(tmp_path: Path) -> None:
    body = http(PAGE.encode())
    head = b"1 0 Archive\nURL IP-address Archive-date Content-type Archive-length\n"
    data = b"filedesc://x.arc 0.0.0.0 20050607080910 text/plain %d\n%s\n" % (len(head), head)
    for number in range(3):
        uri = b"http://www.daily.example/%d" % number
        data += b"%s 10.0.0.1 20050607080910 text/html %d\n%s\n" % (uri, len(body), body)
    (tmp_path / "x.arc").write_bytes(data)
    frame, skipped = gather(tmp_path)
    assert not skipped
    assert frame["doc_id"].to_list() == ["x.arc:2", "x.arc:3", "x.arc:4"]
    assert frame["url"][2] == "http://www.daily.example/2"


@pytest.mark.parametrize(
    ("body", "more"),
    [
        (chunked(PAGE.encode()), "Transfer-Encoding: chunked\r\n"),
        (
            PAGE.encode(),
            "Transfer-Encoding: chunked\r\n",
        ),  # some archives unpack what they hold, and keep the header
        (gzip.compress(PAGE.encode()), "Content-Encoding: gzip\r\n"),
        (PAGE.encode(), "Content-Encoding: gzip\r\n"),
        (chunked(gzip.compress(PAGE.encode())), "Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n"),
        (zlib.compress(PAGE.encode()), "Content-Encoding: deflate\r\n"),
        (deflated(PAGE.encode()), "Content-Encoding: deflate\r\n"),
        (zstd.compress(PAGE.encode()), "Content-Encoding: zstd\r\n"),
        (PAGE.encode(), "Content-Encoding: br\r\n"),
    ],
)
def test_bodies_as_they_were_sent(body: bytes, more: str, tmp_path: Path) -> None:
    assert read(tmp_path, "x.warc", record(1, http(body, more=more))) == (["1"], [])


def test_a_body_packed_by_brotli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    brotli = pytest.importorskip("brotli")
    data = record(1, http(brotli.compress(PAGE.encode()), more="Content-Encoding: br\r\n"))
    assert read(tmp_path, "x.warc", data) == (["1"], [])
    monkeypatch.setitem(sys.modules, "brotli", None)
    assert read(tmp_path, "x.warc", data) == ([], ["packed by brotli: pip install 'syndetect[warc]'"])


def test_the_charset_that_http_names(tmp_path: Path) -> None:
    page = PAGE.replace("Ferry", "Úřad přístavu").replace("storm", "bouře").encode("cp1250")
    (tmp_path / "x.warc").write_bytes(record(1, http(page, media="text/html;charset=windows-1250")))
    frame, _ = gather(tmp_path)
    assert "bouře" in frame["text"][0]


def test_what_is_no_page_is_told_once(tmp_path: Path) -> None:
    others = [
        *(record(number, http(b"\xff\xd8", media="image/jpeg")) for number in range(10, 30)),
        record(30, http(b"gone", "404 Not Found")),
        record(31, b"", "revisit"),
        record(32, b"a: b\r\n", "metadata"),
        record(33, http(b"x" * 9, media="")),
    ]
    ids, skipped = read(tmp_path, "x.warc", b"".join((*PAGES, *others)))
    assert ids == list("12345678")
    [reason] = skipped
    assert reason == (
        "23 records are no pages of HTML: 20 of image/jpeg, 1 of no known type, 1 of the type revisit,"
        " 1 with status 404"
    )


def test_a_page_without_text_is_told_by_its_number(tmp_path: Path) -> None:
    data = b"".join((WARCINFO, PAGES[0], record(2, http(b"<html><body></body></html>")), PAGES[2]))
    (tmp_path / "x.warc").write_bytes(data)
    ids, skipped = ids_of(tmp_path / "x.warc")
    assert ids == ["urn:uuid:1", "urn:uuid:3"]
    assert skipped == [(f"{tmp_path.as_posix()}/x.warc, record 3", "no main text found in the HTML")]


def damaged(parts: Sequence[bytes], kind: str, generator: random.Random) -> bytes:
    data = bytearray(b"".join(parts))
    at = generator.randrange(len(data) // 3, 2 * len(data) // 3)
    match kind:
        case "flipped":
            data[at : at + 20] = bytes(byte ^ 0x55 for byte in data[at : at + 20])
        case "inserted":
            data[at:at] = b"garbage!" * 5
        case _:
            del data[at : at + 40]
    return bytes(data)


@pytest.mark.parametrize("kind", ["flipped", "inserted", "deleted"])
@pytest.mark.parametrize("gzipped", [False, True])
def test_behind_a_broken_record_the_rest_is_read(kind: str, gzipped: bool, tmp_path: Path) -> None:
    generator = random.Random(22)
    pack = gzip.compress if gzipped else bytes
    name = "x.wet.gz" if gzipped else "x.wet"
    for _ in range(30):
        ids, skipped = read(tmp_path, name, damaged([pack(one) for one in PLAIN], kind, generator))
        assert len(ids) >= 6  # what was damaged may reach from one record into the next
        assert len(ids) == 8 or skipped


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_an_archive_that_is_cut_off(pack: type[bytes], tmp_path: Path) -> None:
    data = b"".join(map(pack, PLAIN))
    ids, [reason] = read(
        tmp_path, "x.wet.gz" if pack is gzip.compress else "x.wet", data[: len(data) // 2 + 99]
    )
    assert ids == [str(number) for number in range(1, len(ids) + 1)]
    assert len(ids) == 4
    assert reason.endswith(f"behind number {len(ids)}, up to which it is read: it is cut off")


def test_a_length_that_is_too_large_hides_no_other_record(tmp_path: Path) -> None:
    wrong = PLAIN[1].replace(b"Content-Length: ", b"Content-Length: 9")
    ids, [reason] = read(tmp_path, "x.wet", b"".join((PLAIN[0], wrong, *PLAIN[2:])))
    assert ids == list("1345678")
    assert reason == "broken record: cut off, or of another length than its header says"


def test_what_is_no_archive_is_told(tmp_path: Path) -> None:
    ids, reasons = read(tmp_path, "x.warc", b"no archive at all")
    assert not ids
    assert reasons
    assert read(tmp_path, "y.warc", b"") == ([], ["no records"])


def test_a_page_that_is_too_long_is_told_and_an_image_is_not(tmp_path: Path) -> None:
    (tmp_path / "x.warc").write_bytes(
        record(1, http(PAGE.encode() * 200)) + record(2, http(b"\xff" * 99_999, media="image/png")) + PAGES[2]
    )
    ids, skipped = ids_of(tmp_path, max_bytes=70_000)
    assert ids == ["urn:uuid:3"]
    assert [reason for _, reason in skipped] == [
        "longer than 70,000 bytes", "1 records are no pages of HTML: 1 of image/png",
    ]  # fmt: skip


def test_an_archive_without_its_reader_is_an_error_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    (tmp_path / "a.txt").write_text("words")
    (tmp_path / "b.wet").write_bytes(b"".join(PLAIN))
    assert len(expand(tmp_path).files) == 2
    (tmp_path / "x.warc.gz").write_bytes(gzip.compress(PAGES[0]))
    with pytest.raises(MissingExtraError, match=r"x\.warc\.gz, pip install 'syndetect\[warc\]'"):
        expand(tmp_path)

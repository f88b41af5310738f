"""Pages and files on the web, from a server on the loopback device."""

import base64
import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import urlsplit

import pytest

from samples.command import run
from samples.reading import as_jsonl, ids_of
from syndetect import InputError, OutputError, deduplicate, scan
from syndetect.reading.discovery import expand
from syndetect.reading.fingerprints import fingerprints

pytest.importorskip("aiohttp")

FERRY = "Ferries to the islands will stop at noon on Sunday, the harbour office of Lindrow said on Friday."
LINES = as_jsonl({"id": name, "text": f"{name}. {FERRY}"} for name in "ab")
PAGE = f"<html><head><title>Ferries</title></head><body><article><p>{FERRY}</p><p>{FERRY}</p></article></body></html>"
SECRET = "s3cret-word"


class Pages(BaseHTTPRequestHandler):
    """Files by their paths: bytes, type, and headers."""

    files: ClassVar[dict[str, tuple[bytes, str, dict[str, str]]]] = {}
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        status = 200
        if path.startswith("/closed"):
            path = path.removeprefix("/closed")
            word = base64.b64encode(f"me:{SECRET}".encode()).decode()
            status = 200 if self.headers.get("Authorization") == f"Basic {word}" else 403
        if path not in self.files:
            status = 500 if path == "/broken" else 404
        self.send_response(status)
        data, kind, headers = self.files[path] if status == 200 else (b"", "text/plain", {})
        self.send_header("Content-Type", kind)
        for name, value in ({"Content-Length": str(len(data)), "Connection": "close"} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web() -> Iterator[str]:
    """The address of the server."""
    Pages.files = {
        "/in/a.jsonl": (LINES, "application/octet-stream", {"ETag": '"one"'}),
        "/in/b.jsonl.gz": (gzip.compress(LINES), "application/gzip", {"Content-Encoding": "gzip"}),
        "/story": (PAGE.encode(), "text/html; charset=utf-8", {}),
        "/rows": (
            f"id,text\nr,{FERRY.replace(',', ';')}\n".encode(),
            "text/csv",
            {"Last-Modified": "yesterday"},
        ),
        "/picture": (b"x", "image/png", {}),
        "/unversioned.jsonl": (LINES, "text/plain", {}),
        "/": (PAGE.encode(), "text/html", {}),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_files_and_pages_are_read_by_name_or_type(web: str) -> None:
    assert ids_of(f"{web}/in/a.jsonl?download=1") == (["a", "b"], [])
    assert ids_of(f"{web}/in/b.jsonl.gz") == (["a", "b"], [])
    assert ids_of(f"{web}/rows") == (["r"], [])


@pytest.mark.parametrize(("path", "name"), [("/story", "story.html"), ("/", "page.html"), ("", "page.html")])
def test_a_page_is_one_article(path: str, name: str, web: str) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    assert ids_of(web + path) == ([name], [])


def test_pages_that_differ_in_their_queries_alone_are_told_apart(web: str) -> None:
    pytest.importorskip("trafilatura", exc_type=ImportError)
    ids, skipped = ids_of([f"{web}/story?id=1", f"{web}/story?id=2"])
    assert skipped == []
    assert len({*ids}) == 2
    assert all(name.startswith("story~") and name.endswith(".html") for name in ids)
    one, two = fingerprints(expand([f"{web}/story?id=1", f"{web}/story?id=2"]))
    assert one["path"] == two["path"] == f"{web}/story"


def test_versions_of_files_on_the_web(web: str) -> None:
    def xxh3(address: str) -> object:
        return fingerprints(expand(address))[0]["xxh3"]

    signed = [xxh3(f"{web}/in/a.jsonl?sig={number}") for number in range(2)]
    assert signed[0] == signed[1] is not None
    assert xxh3(f"{web}/rows") is not None
    assert xxh3(f"{web}/unversioned.jsonl") is None


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/none.jsonl", "it does not exist"),
        ("/broken", "status 500"),
        ("/picture", r"neither its name nor its type \(image/png\)"),
        ("/closed/in/a.jsonl", "access is denied"),
    ],
)
def test_what_a_server_refuses_is_one_line_without_secrets(path: str, words: str, web: str) -> None:
    with pytest.raises(InputError, match=words) as raised:
        expand(f"{web}{path}?token={SECRET}")
    assert SECRET not in str(raised.value)


def test_a_server_that_is_gone_is_one_line(web: str) -> None:
    with pytest.raises(InputError, match="there is no connection to the server"):
        expand(f"{web.rpartition(':')[0]}:9/a.jsonl")


def test_a_download_that_breaks_off_is_read_up_to_there(web: str) -> None:
    lines = as_jsonl({"id": number, "text": 40 * FERRY} for number in range(2000))
    Pages.files["/short.jsonl"] = (lines, "text/plain", {"Content-Length": str(2 * len(lines))})
    ids, [(place, reason)] = ids_of(f"{web}/short.jsonl")
    assert 300 < len(ids) <= 2000
    assert place == f"{web}/short.jsonl"
    behind = f"behind number {len(ids)}, up to which it is read"
    assert reason == f"cannot be read {behind}: the connection broke off: try again"


def test_secrets_go_nowhere(web: str, tmp_path: Path) -> None:
    address = f"{web.replace('//', f'//me:{SECRET}@')}/closed/in/a.jsonl?token={SECRET}"
    outcome = run("scan", address, "-o", tmp_path / "result", "--threads", 1)
    assert outcome.exit_code == 0
    assert SECRET not in outcome.output
    for path in (tmp_path / "result").iterdir():
        assert SECRET.encode() not in path.read_bytes()
    assert run("dedup", address, "-o", tmp_path / "kept.jsonl").exit_code == 0
    assert SECRET not in (tmp_path / "kept.removed.jsonl").read_text()
    wrong = run("scan", address.replace("/a.jsonl", "/z.jsonl"))
    assert (wrong.exit_code, SECRET in wrong.output, wrong.output.count("\n")) == (1, False, 1)


def test_what_is_kept_of_a_file_on_the_web(web: str, tmp_path: Path) -> None:
    deduplicate(f"{web}/in/a.jsonl?x=1", tmp_path / "kept.jsonl")
    assert (tmp_path / "kept.jsonl").read_bytes() == LINES.splitlines(keepends=True)[0]
    with pytest.raises(OutputError, match=r"a name that ends in \.csv"):
        deduplicate(f"{web}/rows", tmp_path / "kept.jsonl", force=True)


def test_nothing_is_written_to_the_web(web: str) -> None:
    result = scan(f"{web}/in/a.jsonl")
    with pytest.raises(OutputError, match="nothing can be written to an address on the web"):
        result.write(f"{web}/result")
    with pytest.raises(OutputError, match="nothing can be written to an address on the web"):
        deduplicate(f"{web}/in/a.jsonl", f"{web}/kept.jsonl")

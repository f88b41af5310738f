"""Addresses such as ``s3://bucket/key``, told from paths of this machine, and shown without what is secret in them."""

import hashlib
import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from syndetect.errors import SyndetectError

# A scheme has two letters at least: one is a drive of Windows. Several are chained by ::
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)(?:::[A-Za-z0-9+.:*/-]*?)?://")
# pathlib takes s3://bucket for s3:/bucket; other names with a colon at the end may be those of folders.
_SHORTENED = re.compile(r"(s3a?|gs|gcs|hf|https?|abfss?|az|adl|memory|file):/(?=[^/])", re.IGNORECASE)
_WEB = ("http", "https")


def given(path: str | os.PathLike[str]) -> str:
    """A path or address as it was given: the scheme in lower case, with two slashes; ``file:///`` as a path."""
    text = os.fsdecode(path)
    if (shortened := _SHORTENED.match(text)) and not os.path.lexists(text):
        text = f"{shortened[1]}://{text[shortened.end() :]}"
        if shortened[1].lower() == "file":
            text = text.replace("://", ":///", 1)
    if not is_address(text):
        return text
    name, colon, rest = text.partition(":")
    text = name.lower() + colon + rest
    if text.startswith(("file:///", "file://localhost/")):
        from urllib.request import url2pathname  # noqa: PLC0415  (a tenth of the time of --help, for few addresses)

        return url2pathname(urlsplit(text.replace("?", "%3F").replace("#", "%23")).path)
    return text


def is_address(path: str) -> bool:
    """Whether a path is an address; the same as a path of this machine would be ``./s3://bucket``."""
    return _ADDRESS.match(path) is not None


def scheme(address: str) -> str:
    """What stands before ``://``; of a chain, the first."""
    return address.partition(":")[0].lower()


def is_web(address: str) -> bool:
    """Whether an address is that of a single page or file, below which nothing can be listed."""
    return scheme(address) in _WEB


def bare(address: str) -> str:
    """An address without user, password and, on the web, what stands behind ``?`` or ``#``."""
    head, mark, rest = address.partition("://")
    host, slash, path = rest.partition("/")
    if is_web(address):
        host, slash, path = re.match(r"([^/?#]*)(/?)([^?#]*)", rest).groups()  # type: ignore[union-attr]
        host = host.rpartition("@")[2]
    elif "@" in host and ":" in host.rpartition("@")[0]:
        host = host.rpartition("@")[2]
    return head + mark + host + slash + path


def shown(path: str) -> str:
    """A path as messages name it; an address without its secrets, told from others by a digest of its query."""
    if not is_address(path):
        return path
    query = query_digest(path)
    return f"{bare(path)}?~{query}" if query else bare(path)


def query_digest(address: str) -> str:
    """Eight hexadecimal digits for what stands behind ``?`` in an address on the web; empty where nothing does."""
    query = address.partition("?")[2] if is_web(address) else ""
    return (
        hashlib.blake2b(query.encode("utf-8", "surrogateescape"), digest_size=4).hexdigest() if query else ""
    )


def secrets(address: str) -> list[str]:
    """The parts of an address that no message may repeat."""
    host = address.partition("://")[2].partition("/")[0]
    query = address.partition("?")[2] if is_web(address) else ""
    parts = [*re.split("[:&=]", host.rpartition("@")[0]), query, *re.split("[&=]", query)]
    return sorted((part for part in parts if len(part) > 3), key=len, reverse=True)


def local(path: str | os.PathLike[str], what: str, error: type[SyndetectError]) -> Path:
    """The path of what can only be on this machine; for an address raises ``error``."""
    if is_address(text := given(path)):
        raise error(f"{shown(text)}: {what} must be on this machine, not at an address")
    return Path(text)

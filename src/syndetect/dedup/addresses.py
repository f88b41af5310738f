"""Addresses of one page, however they are written."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import numpy as np
import polars as pl

from syndetect.arrays import I64

#: Parameters that say how a reader came to a page, not which page it is; and their beginnings.
_TRACKING = frozenset({"fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "yclid"})
_TRACKING_PREFIX = "utm_"
_HAS_SCHEME = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//")


def same_page(url: str) -> str:
    """A form that addresses of one page have in common; empty for what is no address of a page.

    The scheme, ``www.``, a port that goes without saying, the fragment, a slash at the end of the path and parameters
    that only tell where a reader came from do not count, nor does the case of the host.

    >>> same_page("https://www.Kesh-Daily.example/news/7/?utm_source=feed&page=2#top")
    'kesh-daily.example/news/7?page=2'
    """
    url = url.strip()
    try:
        parts = urlsplit(url if _HAS_SCHEME.match(url) else f"//{url}")
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    if "." not in host:  # as "N/A", "about:blank" and "/news/7" have none
        return ""
    place = f"{host}:{port}" if port not in (None, 80, 443) else host
    query = parts.query
    if query and any(sign in query.lower() for sign in (_TRACKING_PREFIX, "clid", "igshid", "mc_")):
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, value) for name, value in pairs if not _is_tracking(name.lower())])
    return f"{place}{parts.path.rstrip('/')}{f'?{query}' if query else ''}"


def _is_tracking(name: str) -> bool:
    return name.startswith(_TRACKING_PREFIX) or name in _TRACKING


def page_groups(urls: pl.Series) -> I64:
    """int64[n]: a number for each page, -1 where the address is unknown."""
    pages = [None if url is None else same_page(url) or None for url in urls.to_list()]
    numbers: dict[str, int] = {}
    found = [-1 if page is None else numbers.setdefault(page, len(numbers)) for page in pages]
    return np.array(found, np.int64)

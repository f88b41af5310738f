"""The page around its data: one HTML file that needs nothing else, and lets nothing in it run but its own script.

At its end are the licences of the libraries in its script, as these demand it of copies.
"""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator
from contextlib import closing
from importlib.resources import files
from typing import Any

from isal import igzip

from syndetect.errors import ResultError
from syndetect.reading.own_output import REPORT_MARK
from syndetect.runtime.threads import in_order

_LEVEL = 2  # of ISA-L's compression: smaller than zlib's first level, in a third of its time

_PAGE = """{mark}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="generator" content="syndetect">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<div id="page">
<noscript>This report needs JavaScript: its data is compressed. It asks for nothing on the network.</noscript>
</div>
"""
_END = """<script>{script}</script>
<!--
{licences}
-->
</body>
</html>
"""


def page(parts: Iterable[tuple[str, Any]], title: str, threads: int) -> Iterator[bytes]:
    """The bytes of a page.

    Args:
        parts: names and values of the parts of its data block, the head first; JSON can hold them.
        title: of the window; plain text.
        threads: how many parts are compressed at once.
    """
    script, style = _asset("page.js"), _asset("page.css")
    yield _PAGE.format(
        mark=REPORT_MARK, policy=_policy(script, style), title=html.escape(title), style=style
    ).encode()
    with closing(in_order(_packed, parts, threads)) as packed:
        yield from packed
    yield _END.format(script=script, licences=_asset("licences.md").replace("--", "- -")).encode()


def _packed(part: tuple[str, Any]) -> bytes:
    """A part as a script element of a type that no browser runs."""
    name, value = part
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    data = base64.b64encode(igzip.compress(text.encode("utf-8", "surrogatepass"), _LEVEL, mtime=0))
    return b'<script type="application/gzip" id="part-%b">%b</script>\n' % (name.encode(), data)


def _policy(script: str, style: str) -> str:
    """A content policy by which this script and this style apply, nothing else runs, and nothing is asked for."""
    return (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _asset(name: str) -> str:
    """A file that ``web/`` builds."""
    try:
        text = (files("syndetect.report.page") / "asset" / name).read_text("utf-8")
    except OSError as error:
        raise ResultError(
            f"this installation lacks {name}, which reports need: install syndetect again"
        ) from error
    return text.replace("\r\n", "\n")

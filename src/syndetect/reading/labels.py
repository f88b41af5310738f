"""Names of encodings: those of the WHATWG's standard, which browsers follow, and Python's; and what a page declares.

The standard reads a label as the larger set that is written under it: gb2312 is GB 18030, shift_jis is Windows-31J,
and iso-8859-1 is Windows-1252.
"""

import codecs
import re

import webencodings

from syndetect.reading.encoding import HEAD_BYTES

#: Other codecs than webencodings or Python names: those of larger sets (euc_jis_2004 has the rows that vendors added to
#: EUC-JP), and one that can do without a byte order mark.
_LARGER = {"gbk": "gb18030", "euc-jp": "euc_jis_2004", "x-user-defined": "cp1252", "utf-32": "utf-32-le"}
#: Python's codecs of text that are no encodings but ways of writing it.
_NO_ENCODINGS = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined")


def codec(label: str) -> str | None:
    """Python's codec for the label of an encoding; None where there is none.

    >>> codec("gb2312"), codec("latin-1"), codec("cp850"), codec("none such")
    ('gb18030', 'cp1252', 'cp850', None)
    """
    name = _python_name(label)
    for known in (label, name.replace("_", "-")):
        found = webencodings.lookup(known)
        if found is not None and found.name != "replacement":
            larger: str = _LARGER.get(found.name, found.codec_info.name)
            return larger
    return _LARGER.get(name, name) or None


def _python_name(label: str) -> str:
    """The name of Python's own codec for a label, empty where there is none for text."""
    try:
        b"a".decode(label, "replace")
        name = codecs.lookup(label).name
    except (LookupError, ValueError, UnicodeError):  # a ValueError: a NUL character in the name
        return ""
    return "" if name.replace("-", "_") in _NO_ENCODINGS else name.removesuffix("-sig")


def shown(name: str) -> str:
    """A codec's name as the web has it, which :func:`codec` understands."""
    found = webencodings.lookup(name)
    return name if found is None else str(found.name)


_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_XML = re.compile(rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([^"'>]+)""")
_META = re.compile(rb"<meta[\s/]([^>]*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([^\s"'>/=]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([^\s"';]+)""", re.IGNORECASE)


def declared(page: bytes) -> str | None:
    """The codec that HTML declares at its beginning, as the standard's prescan finds it; None where there is none.

    UTF-16 that is declared in ASCII is UTF-8.
    """
    head = _COMMENT.sub(b"", page[:HEAD_BYTES])
    labels = [found[1].decode("latin-1") for found in _XML.finditer(head)]
    for meta in _META.finditer(head):
        values: dict[str, str] = {}
        for name, *quoted in _ATTRIBUTE.findall(meta[1]):
            values.setdefault(name.decode("latin-1").lower(), b"".join(quoted).decode("latin-1"))
        if "charset" in values:
            labels.append(values["charset"])
        elif values.get("http-equiv", "").lower() == "content-type":
            labels += _CHARSET.findall(values.get("content", ""))
    found = (codec(label) for label in labels)
    first = next((name for name in found if name is not None), None)
    return "utf-8" if first is not None and first.startswith("utf-16") else first

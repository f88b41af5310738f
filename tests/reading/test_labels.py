"""Names of encodings, and what a page declares."""

import pytest

from syndetect.reading.labels import codec, declared, shown


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("GB2312", "gb18030"), ("gbk", "gb18030"), ("x-sjis", "cp932"), ("Shift_JIS", "cp932"), ("euc-kr", "cp949"),
        ("ks_c_5601-1987", "cp949"), ("big5", "big5hkscs"), ("latin1", "cp1252"), ("latin-1", "cp1252"),
        ("ISO-8859-1", "cp1252"), ("us-ascii", "cp1252"), ("iso-8859-9", "cp1254"), ("tis-620", "cp874"),
        ("x-cp1250", "cp1250"), ("windows-1257", "cp1257"), ("euc-jp", "euc_jis_2004"),
        ("x-user-defined", "cp1252"), ("utf8", "utf-8"), ("utf-8-sig", "utf-8"), ("UTF-16", "utf-16-le"),
        ("cp850", "cp850"), ("cp437", "cp437"), ("cp932", "cp932"), ("mac_roman", "mac-roman"), ("utf-32", "utf-32-le"),
    ],
)  # fmt: skip
def test_labels_mean_what_browsers_read(label: str, name: str) -> None:
    assert codec(label) == name


@pytest.mark.parametrize(
    "label", ["none such", "", "rot13", "base64", "unicode_escape", "idna", "iso-2022-cn\0"]
)
def test_what_is_no_encoding(label: str) -> None:
    assert codec(label) is None


def test_names_that_are_shown_are_understood() -> None:
    for name in ("cp1250", "cp932", "gb18030", "koi8-r", "mac-roman", "cp850", "iso8859-2", "euc_jis_2004"):
        assert codec(shown(name)) == name
    assert shown("cp1250") == "windows-1250"


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b'<meta charset="gb2312">', "gb18030"),
        (b"<META CharSet = 'koi8-r' >", "koi8-r"),
        (b"<meta charset=windows-1251/>", "cp1251"),
        (b'<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', "iso8859-2"),
        (b"<meta content=\"text/html;charset='big5'\" http-equiv=content-type>", "big5hkscs"),
        (b'<?xml version="1.0" encoding="EUC-KR"?><html>', "cp949"),
        (b'<!-- <meta charset="koi8-r"> --><meta charset="x-sjis">', "cp932"),
        (b'<meta name="description" content="charset=koi8-r"><meta charset=" utf-8 ">', "utf-8"),
        (b'<meta charset="none such"><meta charset="latin1">', "cp1252"),
        (b'<meta charset="utf-16">', "utf-8"),
        (b"<p>charset=koi8-r</p>", None),
        (b"<!-- <meta charset=koi8-r>", None),
        (b" " * 4096 + b"<meta charset=koi8-r>", None),
    ],
)
def test_what_a_page_declares(head: bytes, name: str | None) -> None:
    assert declared(head) == name

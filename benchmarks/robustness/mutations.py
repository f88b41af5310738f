"""Random damage to bytes and to JSON, and random values that programs do not expect."""

import copy
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

#: Byte strings with a meaning in one format or another.
TOKENS = (
    b"\x00", b"\xff", b"\xfe\xff", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xc0\x80", b"\n", b"\r", b"\r\n", b'"', b'""',
    b"'", b",", b";", b"\t", b"|", b"{", b"}", b"[", b"]", b"\\", b"\\u0000", b"\\ud800", b"\\udc00\\ud800", b"null",
    b"NaN", b"-Infinity", b"1e999", b"-0", b"true", b"\x85", b"\xe2\x80\xa8", b"\x1a", b"\x1b[31m", b"<!--",
    b"<![CDATA[", b"<script>", b"&#0;", b"&#x110000;", b"</html>", b'<meta charset="utf-7">', b"\x1f\x8b\x08",
    b"\x28\xb5\x2f\xfd", b"PAR1", b"ARROW1", b"=1+1", b"%s%n", b"../../x", b"9" * 400,
    b"[" * 2000, b'{"a":' * 2000, b"a" * 5000,
)  # fmt: skip


def mutate(random: Random, data: bytes, most: int = 8) -> bytes:
    """Bytes with some edits, one at least."""
    for _ in range(random.randint(1, random.randint(1, most))):
        data = random.choice(_EDITS)(random, data)
    return data


def _stretch(random: Random, data: bytes) -> tuple[int, int]:
    """A range of bytes, most often a short one."""
    begin = random.randint(0, len(data))
    return begin, min(len(data), begin + random.choice([1, 2, 8, 64, 1 << 14, random.randint(0, len(data))]))


def _flip(random: Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(random.randint(1, 8) if data else 0):
        changed[random.randrange(len(data))] ^= random.randint(1, 255)
    return bytes(changed)


def _cut_off(random: Random, data: bytes) -> bytes:
    return data[: random.randint(0, len(data))]


def _leave_out(random: Random, data: bytes) -> bytes:
    begin, end = _stretch(random, data)
    return data[:begin] + data[end:]


def _double(random: Random, data: bytes) -> bytes:
    begin, end = _stretch(random, data)
    times = random.choice([1, 1, 2, min(1000, 100_000 // (end - begin + 1))])
    return data[:end] + data[begin:end] * times + data[end:]


def _zero(random: Random, data: bytes) -> bytes:
    begin, end = _stretch(random, data)
    return data[:begin] + random.choice([b"\x00", b"\xff"]) * (end - begin) + data[end:]


def _splice(random: Random, data: bytes) -> bytes:
    """Bytes of one place written over those of another."""
    begin, end = _stretch(random, data)
    to = random.randint(0, len(data))
    return data[:to] + data[begin:end] + data[to + end - begin :]


def _insert(random: Random, data: bytes) -> bytes:
    at = random.randint(0, len(data))
    token = random.choice([*TOKENS, random.randbytes(random.randint(1, 40))])
    return data[:at] + token + data[at + random.choice([0, len(token)]) :]


_EDITS: Sequence[Callable[[Random, bytes], bytes]] = (
    _flip, _flip, _cut_off, _leave_out, _double, _zero, _splice, _insert, _insert, _insert,
)  # fmt: skip


def odd_value(random: Random) -> Any:
    """A JSON-like value that no reader expects."""
    return random.choice(_VALUES)(random)


def _nested(random: Random) -> Any:
    value: Any = "deep"
    for _ in range(random.choice([1, 3, 90])):
        value = [value] if random.random() < 0.5 else {"text": value}
    return value


_STRINGS = (
    "", " ", "\u0000", "\ud800", "\udc00\ud800", "\ufeff", "\u202e", "a\u0301" * 40, "\u200b", "👩\u200d👩\u200d👧",
    "\x1b[2J", "../x", "/", ".", "nan", "1", "01", "1e5", "true", "None", "2031-01-01", "2031-13-45", "0000-00-00",
    "1700000000", "99999-01-01T00:00:00Z", "2031-01-01T00:00:00+99:99", "Wed, 99 Foo 2031", "-62135596801",
    "12/31/2031", "T", "\n\n\n", "ß" * 300,
)  # fmt: skip
_NUMBERS = (
    0, -1, 1, 255, 256, 2**31 - 1, 2**31, 2**32, 2**53 + 1, 2**63 - 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**400, 1.5,
    -0.0, 1e308, 5e-324, 1700000000, 1700000000000, 1700000000000000,
)  # fmt: skip
_VALUES: Sequence[Callable[[Random], Any]] = (
    lambda _: None,
    lambda random: random.random() < 0.5,
    lambda random: random.choice(_NUMBERS),
    lambda random: random.choice(_NUMBERS),
    lambda random: random.choice([float("nan"), float("inf"), float("-inf")]),
    lambda random: random.choice(_STRINGS),
    lambda random: random.choice(_STRINGS),
    lambda random: "".join(chr(random.randint(0, random.choice([0x2FF, 0x10FFFF]))) for _ in range(9)),
    lambda random: "word " * random.choice([1, 10, 30_000]),
    _nested,
    lambda random: [random.choice(_NUMBERS) for _ in range(random.randint(0, 5))],
    lambda _: {},
)  # fmt: skip


def mutate_json(random: Random, value: Any, names: Sequence[str] = ()) -> Any:
    """A JSON-like value with some members changed, removed, doubled or swapped.

    Args:
        random: of all draws.
        value: objects and arrays; stays as it is.
        names: strings that mean something, which may be put in.
    """
    whole = copy.deepcopy(value)
    for _ in range(random.randint(1, random.randint(1, 4))):
        places = list(_places(whole))
        if not places:
            break
        holder, key = random.choice(places)
        _change(random, holder, key, names)
    return whole


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each object or array within a value, with each of its keys or numbers."""
    members = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, member in members:
        yield value, key
        yield from _places(member)


def _change(random: Random, holder: Any, key: Any, names: Sequence[str]) -> None:
    old = holder[key]
    kind = random.choice(["odd", "near", "near", "other", "remove", "double", "name"])
    if kind == "near" and isinstance(old, (int, float)):
        holder[key] = random.choice([old + 1, old - 1, -old, old * 2, old + 2**32, float(old), str(old)])
    elif kind == "other":
        holder[key] = copy.deepcopy(
            holder[random.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))]
        )
    elif kind == "remove":
        del holder[key]
    elif kind == "double" and isinstance(holder, list):
        holder.insert(random.randint(0, len(holder)), copy.deepcopy(old))
    elif kind == "name" and names:
        holder[key] = random.choice(names)
    else:
        holder[key] = odd_value(random)

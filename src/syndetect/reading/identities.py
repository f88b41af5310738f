"""The ids of articles: of those with one id all are kept and told apart, or the first, or none.

The first article with an id has it. A later one of another file is called ``file:id``, one of the same file
``file:line`` or ``file:record``, as if it had no id; where even that is taken, ``#2``, ``#3`` ... is put behind it.
What an article is called depends on the names and contents of the files alone, and no two are called the same.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import chain, count

from syndetect.errors import InputError
from syndetect.reading.encoding import UnusableError
from syndetect.reading.options import DuplicateIds

_NUMBER_BITS = 40
_NUMBER = (1 << _NUMBER_BITS) - 1


class Identities:
    """Gives each article an id that no other one has.

    Args:
        rule: what becomes of an article whose id another one has already.
    """

    def __init__(self, rule: DuplicateIds) -> None:
        self._rule = rule
        # ids to where they stand: the number in the low bits, above it the origin
        self._firsts: dict[bytes, int] = {}
        self._places: list[Callable[[int], str]] = []
        self._name = b""
        self._default_id: Callable[[int], str] = str
        self._example, self._again = ("", ""), 0

    def begin(self, place: Callable[[int], str], default_id: Callable[[int], str], name: str) -> None:
        """Go on to another origin of articles.

        Args:
            place: the place of a record by its number, as messages name it.
            default_id: the id of a record that has none.
            name: of the file; empty where it is none.
        """
        self._places.append(place)
        self._default_id, self._name, self._again = default_id, name.encode(), 0

    def admit(self, doc_id: bytes, number: int) -> bytes | UnusableError:
        """The id of an article: its own, or what it is called instead; or why the article is left out.

        Raises:
            InputError: another one has the id, and this is an error.
        """
        spot = len(self._places) - 1 << _NUMBER_BITS | number
        first = self._firsts.setdefault(doc_id, spot)
        if first == spot:
            return doc_id
        where = self._places[first >> _NUMBER_BITS](first & _NUMBER)
        again = f"id {doc_id.decode()!r} again, first in {where}"
        if self._rule == "skip":
            return UnusableError(again)
        if self._rule == "error":
            raise InputError(
                f"{self._places[-1](number)}: {again}: with --duplicate-ids keep or skip it is no error"
            )
        is_elsewhere = first >> _NUMBER_BITS < len(self._places) - 1
        made = next(
            name for name in self._names(doc_id, number, is_elsewhere) if self._firsts.setdefault(name, spot) == spot
        )  # fmt: skip
        if not self._again:
            self._example = doc_id.decode(), made.decode()
        self._again += 1
        return made

    def admit_new(self, ids: Sequence[bytes], numbers: Sequence[int]) -> int:
        """How many articles have ids of their own, up to the first whose id another one has; these are admitted."""
        origin = len(self._places) - 1 << _NUMBER_BITS
        firsts = self._firsts
        for at, (doc_id, number) in enumerate(zip(ids, numbers, strict=True)):
            if firsts.setdefault(doc_id, origin | number) != origin | number:
                return at
        return len(ids)

    def _names(self, doc_id: bytes, number: int, is_elsewhere: bool) -> Iterator[bytes]:
        """What an article may be called instead."""
        default = self._default_id(number).encode()
        by_file = (self._name + b":" + doc_id,) if is_elsewhere and self._name else ()
        return chain(by_file, (default,), (b"%b#%d" % (default, again) for again in count(2)))

    def told_apart(self) -> str:
        """What to tell of the ids of this origin; empty where all are the articles' own."""
        if not self._again:
            return ""
        theirs, made = self._example
        times = "an id" if self._again == 1 else f"{self._again:,} ids"
        return f"{times} again that other records have, told apart: {theirs!r} is called {made!r}"

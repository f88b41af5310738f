"""Plain twins of the kernels, for a reader: what each returns, from its docstring and the papers it names.

Words are Python integers and documents lists of them. Nothing here is fast, and nothing is taken from the kernels.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cache
from itertools import combinations, groupby, pairwise
from typing import NamedTuple

import numpy as np

Span = tuple[int, int]

# ---------------------------------------------------------------------------------------------------- words

KINDS = (
    "boundary", "letter", "single", "ignored", "apostrophe", "mark", "line end", "stop", "space", "hyphen",
)  # fmt: skip
_WORD = ("letter", "single", "mark")


class Character(NamedTuple):
    """What the folding table says of an atom: a character, or a part of what one stands for."""

    kind: str
    folded: str
    value: int
    rank: int
    is_initial: bool
    is_small: bool


Atoms = tuple[Character, ...]


def characters(pages: np.ndarray, blocks: np.ndarray, expansions: np.ndarray) -> Callable[[str], Atoms]:
    """The folding table as a function."""

    def atom(entry: int, itself: str) -> Character:
        kind, value = KINDS[entry >> 28], entry & (1 << 21) - 1
        folded = (chr(value) if value else itself) if kind in _WORD else ""
        return Character(kind, folded, value, entry >> 21 & 15, bool(entry >> 26 & 1), bool(entry >> 25 & 1))

    @cache
    def character(char: str) -> Atoms:
        page, place = divmod(ord(char), 256)
        entry = int(blocks[int(pages[page]) * 256 + place])
        if not entry >> 27 & 1:
            return (atom(entry, char),)
        first = last = entry & (1 << 21) - 1
        while int(expansions[last]) >> 27 & 1:
            last += 1
        return tuple(atom(int(one) & ~(1 << 27), "") for one in expansions[first : last + 1])

    return character


@dataclass
class Piece:
    """An atom with the marks and the ignored ones that follow it."""

    char: str
    atom: Character
    begin: int
    end: int
    after: list[Character]

    @property
    def kind(self) -> str:
        """Its kind; a space with an acute accent is an apostrophe."""
        is_acute = self.atom.kind == "space" and any(one.value == 1 for one in self.after)
        return "apostrophe" if is_acute else self.atom.kind

    @property
    def folded(self) -> str:
        """The atom and its marks; those with ranks that nothing parts are in their order."""
        row = [self.atom, *(one for one in self.after if one.kind == "mark" or one.value == 2)]
        runs = [list(run) for _, run in groupby(row, lambda one: one.rank > 0)]
        return "".join(one.folded for run in runs for one in sorted(run, key=lambda one: one.rank))

    @property
    def is_letter(self) -> bool:
        return self.kind == "letter"

    @property
    def is_one_letter(self) -> bool:
        return self.atom.is_initial and len(self.folded) == 1

    @property
    def is_soft(self) -> bool:
        """Whether a soft hyphen follows."""
        return any(one.kind == "ignored" and one.value == 2 for one in self.after)


def pieces(text: str, character: Callable[[str], Atoms]) -> list[Piece]:
    found: list[Piece] = []
    for at, char in enumerate(text):
        for atom in character(char):
            if found and (atom.kind == "ignored" or (atom.kind == "mark" and found[-1].atom.kind in _WORD)):
                found[-1].after.append(atom)
                found[-1].end = at + 1
            elif atom.kind != "ignored":
                found.append(Piece(char, atom, at, at + 1, []))
    return found


def _is_dropped(row: Sequence[Piece], i: int) -> bool:
    """Whether this is an apostrophe between letters or a full stop between single letters."""
    if not 0 < i < len(row) - 1 or not row[i + 1].is_letter or row[i - 1].kind not in ("letter", "mark"):
        return False
    if row[i].kind == "apostrophe":
        return True
    if row[i].kind != "stop" or not (row[i - 1].is_one_letter and row[i + 1].is_one_letter):
        return False
    goes_on = i + 2 < len(row) and row[i + 2].is_letter
    comes_on = i > 1 and (
        row[i - 2].kind in ("letter", "mark") or (row[i - 2].kind == "apostrophe" and _is_dropped(row, i - 2))
    )
    return not goes_on and not comes_on


@dataclass
class Word:
    """A folded word, its characters in the document, and how many line ends stand before it.

    ``hyphen`` says how it hangs together with the word before: not at all (""), by a hyphen in a line, or by one at the
    end of a line.
    """

    folded: str
    is_single: bool
    begin: int
    end: int
    lines: int
    hyphen: str = ""

    @property
    def code(self) -> int:
        return word_code(self.folded, self.is_single)


def _hyphen(row: Sequence[Piece], i: int) -> str:
    """How the piece i hangs together with the word before: not (""), by a hyphen "in a line", or "at its end"."""
    between: list[Piece] = []
    lines = 0
    j = i - 1
    while j >= 0 and row[j].kind not in _WORD:
        between.insert(0, row[j])
        j -= 1
    if j < 0 or not row[i].atom.is_small or not _is_small(row[j]):
        return ""
    hyphens = [one for one in between[:1] if one.kind == "hyphen"]
    if not hyphens and not row[j].is_soft:
        return ""
    rest = between[len(hyphens) :]
    for n, one in enumerate(rest):
        if one.kind == "line end" and one.char < "\x80":
            lines += not (one.char == "\n" and n > 0 and rest[n - 1].char == "\r")
        elif one.kind not in ("space", "apostrophe") and one.char != "\t":
            return ""
    if lines == 1:
        return "at its end"
    return "in a line" if hyphens and not rest else ""


def _is_small(piece: Piece) -> bool:
    return piece.is_letter and piece.atom.is_small


def apart(text: str, character: Callable[[str], Atoms]) -> list[Word]:
    """The words of a document before hyphens at line ends are looked at."""
    row, found = pieces(text, character), list[Word]()
    is_open, lines = False, 0
    for i, piece in enumerate(row):
        if piece.kind in _WORD:
            if is_open and not found[-1].is_single and piece.kind != "single":
                found[-1].folded += piece.folded
                found[-1].end = piece.end
            else:
                if found:
                    found[-1].end = min(found[-1].end, piece.begin)
                hyphen = _hyphen(row, i)
                found.append(
                    Word(piece.folded, piece.kind == "single", piece.begin, piece.end, lines, hyphen)
                )
            is_open, lines = True, 0
        elif not _is_dropped(row, i):
            is_open = False
            is_second_half = piece.char == "\n" and text[piece.begin - 1 : piece.begin] == "\r"
            lines += piece.atom.value if piece.kind == "line end" and not is_second_half else 0
    return found


def wrapped_lines(text: str, character: Callable[[str], Atoms]) -> int:
    """How many lines of a hard-wrapped text are followed by another one at once; 0 for other texts."""
    lengths, width, ends, before = list[int](), 0, 0, ""
    for char in text:
        for atom in character(char):
            if atom.kind == "line end":
                ends += not (char == "\n" and before == "\r")
            elif atom.kind in ("letter", "single"):
                if ends == 1 and width:
                    lengths.append(width)
                width, ends = 1 if ends else width + 1, 0
        before = char
    if len(lengths) < 3:
        return 0
    median = sorted(lengths)[(len(lengths) - 1) // 2]
    alike = sum(abs(length - median) <= median // 4 for length in lengths)
    return len(lengths) if median <= 120 and 2 * alike >= len(lengths) else 0


def words(text: str, character: Callable[[str], Atoms]) -> list[Word]:
    """The words of a document by the rule in ``syndetect/matching/tokens.py``."""
    found, lines = apart(text, character), wrapped_lines(text, character)
    chains: list[list[Word]] = []
    for word in found:
        if word.hyphen:
            chains[-1].append(word)
        else:
            chains.append([word])

    def hyphens(chain: list[Word]) -> set[str]:
        return {word.hyphen for word in chain[1:]}

    plain = [chain for chain in chains if hyphens(chain) <= {"in a line"}]
    stands = {word.folded for chain in plain for word in chain}
    compounds = {"".join(word.folded for word in chain) for chain in plain if len(chain) > 1}
    open_, sure = list[int](), list[int]()
    for i, chain in enumerate(chains):
        whole = "".join(word.folded for word in chain)
        if hyphens(chain) != {"at its end"} or whole in compounds:
            continue
        if whole in stands:
            sure.append(i)
        elif not all(word.folded in stands for word in chain):
            open_.append(i)
    count = len(open_) + len(sure)
    joined = set(sure + (open_ if count >= 2 and 16 * count >= lines else [])) if lines else set[int]()
    result, carried = list[Word](), 0
    for i, chain in enumerate(chains):
        if i in joined:
            folded, lines_before = "".join(word.folded for word in chain), max(chain[0].lines, carried)
            result.append(replace(chain[0], folded=folded, end=chain[-1].end, lines=lines_before))
            carried = 1
        else:
            result += [replace(chain[0], lines=max(chain[0].lines, carried)), *chain[1:]]
            carried = 0
    return result


def paragraph_starts(found: Sequence[Word]) -> list[int]:
    """The words that begin a paragraph: after blank lines or, where there are none, after line ends."""
    least = 2 if any(word.lines >= 2 for word in found[1:]) else 1
    return [i for i, word in enumerate(found) if i == 0 or word.lines >= least]


# -------------------------------------------------------------------------------------------------- hashes

_64 = (1 << 64) - 1
_32 = (1 << 32) - 1
_GOLDEN = 0x9E3779B97F4A7C15  # 2**64 divided by the golden ratio, odd


def _finish64(h: int) -> int:
    """MurmurHash3's 64-bit finaliser."""
    h = (h ^ h >> 33) * 0xFF51AFD7ED558CCD & _64
    h = (h ^ h >> 33) * 0xC4CEB9FE1A85EC53 & _64
    return h ^ h >> 33


def _finish32(h: int) -> int:
    """MurmurHash3's 32-bit finaliser."""
    h = (h ^ h >> 16) * 0x85EBCA6B & _32
    h = (h ^ h >> 13) * 0xC2B2AE35 & _32
    return h ^ h >> 16


def _chain(h: int, values: Iterable[int]) -> int:
    for value in values:
        h = (h ^ value) * _GOLDEN & _64
        h ^= h >> 32
    return h


def word_code(folded: str, is_single: bool = False) -> int:
    """The code of a folded word: a hash of its UTF-8 bytes, eight at a time, with zeros to a multiple of sixteen."""
    data = folded.encode()
    padded = data + bytes(-len(data) % 16)
    h = _chain(0, (int.from_bytes(padded[i : i + 8], "little") for i in range(0, len(padded), 8)))
    return _finish64(h ^ len(data)) >> 33 << 1 | (not is_single)


def hash_words(codes: Sequence[int]) -> int:
    return _finish64(_chain(len(codes), codes))


def _chain32(h: int, values: Iterable[int]) -> int:
    for value in values:
        h = (h ^ value) * 0x9E3779B1 & _32
        h ^= h >> 15
    return h


def hash_words32(codes: Sequence[int]) -> int:
    """The hash that signatures are made of."""
    return _chain32(len(codes), codes)


def shingles(
    codes: Sequence[int], k: int, of_words: Callable[[Sequence[int]], int] = hash_words
) -> list[int]:
    """Hashes of all runs of k words; fewer words are one shingle, none are none."""
    return [of_words(codes[i : i + k]) for i in range(max(len(codes) - k + 1, min(len(codes), 1)))]


def sign_words(codes: Sequence[int], k: int, a: Sequence[int], b: Sequence[int]) -> list[int]:
    return sign(shingles(codes, k, hash_words32), a, b)


def sign(hashes: Iterable[int], a: Sequence[int], b: Sequence[int]) -> list[int]:
    mixed = [_finish32(int(h)) for h in hashes]
    return [min([(int(x) * h + int(y)) & _32 for h in mixed], default=_32) for x, y in zip(a, b, strict=True)]


def band_key(signature: Sequence[int], band: int, rows: int) -> int:
    return _chain32(0x9E3779B9, signature[band * rows : (band + 1) * rows])


class BandIndex:
    """Keys in buckets, a dictionary for each band: datasketch's ``MinHashLSH``, but in order of insertion."""

    def __init__(self, bands: int, rows: int) -> None:
        self.rows = rows
        self.buckets: list[defaultdict[tuple[int, ...], list[int]]] = [
            defaultdict(list) for _ in range(bands)
        ]
        self.keys: dict[int, object] = {}  # by the number of the insertion
        self.inserted = 0

    def places(self, signature: Sequence[int]) -> list[list[int]]:
        return [
            bucket[tuple(signature[band * self.rows : (band + 1) * self.rows])]
            for band, bucket in enumerate(self.buckets)
        ]

    def insert(self, key: object, signature: Sequence[int]) -> None:
        for place in self.places(signature):
            place.append(self.inserted)
        self.keys[self.inserted] = key
        self.inserted += 1

    def remove(self, key: object) -> None:
        self.keys = {number: other for number, other in self.keys.items() if other != key}

    def query(self, signature: Sequence[int]) -> list[object]:
        numbers = sorted(set().union(*self.places(signature)) & self.keys.keys())
        return list(dict.fromkeys(self.keys[number] for number in numbers))


def overlaps(one: Set[Hashable], two: Set[Hashable]) -> tuple[float, float, float]:
    """Jaccard similarity, and the share of each set that lies in the other."""
    common = len(one & two)
    return common / len(one | two), common / len(one), common / len(two)


# ------------------------------------------------------------------------------------------ groups and joins


def runs(keys: Sequence[int]) -> list[Span]:
    """Runs of two or more equal keys."""
    begins = [i for i in range(len(keys)) if i == 0 or keys[i] != keys[i - 1]]
    return [(low, high) for low, high in pairwise([*begins, len(keys)]) if high - low > 1]


def slot_mates(keys: Sequence[int], places: Iterable[int], shift: int) -> list[int]:
    """The places whose keys have their leading bits, all but ``shift``, in common with another one's."""
    places = list(places)
    slots = Counter(keys[place] >> shift for place in places)
    return [place for place in places if slots[keys[place] >> shift] > 1]


UNDATED = None


def is_close(one: int | None, two: int | None, window: int) -> bool:
    """Whether two times are ``window`` apart at most (negative: no limit), or one of them is not known."""
    return window < 0 or one is UNDATED or two is UNDATED or abs(one - two) <= window


class Timeline(NamedTuple):
    """What joins ask of documents: when each was published, its place in time order, and how far apart two may be."""

    time: Sequence[int | None]
    rank: Sequence[int]
    window: int = -1

    def are_near(self, one: int, two: int) -> bool:
        """Whether two documents are different and close in time."""
        return one != two and is_close(self.time[one], self.time[two], self.window)


def pair_group(places: Sequence[int], owner: Mapping[int, int], when: Timeline) -> list[Span]:
    """All pairs of a small group, in its order."""
    return [pair for pair in combinations(places, 2) if when.are_near(owner[pair[0]], owner[pair[1]])]


def star_group(places: Sequence[int], owner: Mapping[int, int], when: Timeline) -> list[Span]:
    """A star of a large group: the first with each other, and each with the next; who is too far off begins anew."""
    pairs, centre = list[Span](), 0
    for i in range(1, len(places)):
        pairs += [(places[j], places[i]) for j in sorted({centre, i - 1})]
        if not is_close(when.time[owner[places[centre]]], when.time[owner[places[i]]], when.window):
            centre = i
    return [(one, two) for one, two in pairs if when.are_near(owner[one], owner[two])]


def find_leaders(
    groups: Iterable[Sequence[int]], words: Sequence[Sequence[int]], owner: Sequence[int], when: Timeline
) -> dict[int, int]:
    """For each member of groups in time order the first that has the same words; whoever is too far off is the next."""
    leaders = {}
    for group in groups:
        first = group[0]
        for other in group:
            leaders[other] = other
            if words[other] == words[first]:
                if is_close(when.time[owner[first]], when.time[owner[other]], when.window):
                    leaders[other] = first
                else:
                    first = other
    return leaders


def shingle_hash(codes: Sequence[int]) -> int:
    """The key of a fingerprint: a polynomial of the word codes, mixed."""
    h = 0
    for code in codes:
        h = (h * _GOLDEN + code) & _64
    h = (h ^ h >> 32) * 0xFF51AFD7ED558CCD & _64
    return h ^ h >> 32


def tag(code: int) -> int:
    """The leading eight bits of a word code, 1 instead of 0."""
    return max(code >> 24, 1)


def winnow(codes: Sequence[int], k: int, window: int) -> list[int]:
    """Where the fingerprints of a document stand: robust winnowing."""
    hashes = [shingle_hash(codes[i : i + k]) for i in range(len(codes) - k + 1)]
    width, kept = min(window, len(hashes)), list[int]()
    for low in range(len(hashes) - width + 1 if hashes else 0):
        least = min(hashes[low : low + width])
        if not (kept and kept[-1] >= low and hashes[kept[-1]] == least):
            kept.append(max(i for i in range(low, low + width) if hashes[i] == least))
    return kept


def cap_repeats(places: Sequence[int], owner: Mapping[int, int], most: int) -> list[int]:
    """The places without those beyond the first ``most`` of each owner."""
    seen, kept = Counter[int](), list[int]()
    for place in places:
        seen[owner[place]] += 1
        if seen[owner[place]] <= most:
            kept.append(place)
    return kept


# ----------------------------------------------------------------------------------------------- alignment

MISMATCH, GAP, HALF_BAND, LONG_RUN, MOST_USES = 4, 3, 16, 8, 2
CELL, NEWEST = 64, 64


class Aligned(NamedTuple):
    """What two stretches come to: score in quarters, words used of each, equal words, columns."""

    score: int = 0
    a: int = 0
    b: int = 0
    equal: int = 0
    columns: int = 0


@dataclass(frozen=True)
class Match:
    a: Span
    b: Span
    equal: int
    columns: int
    score: int

    @property
    def row(self) -> tuple[int, ...]:
        return *self.a, *self.b, self.equal, self.columns, self.score


def weight(word: int) -> int:
    return 4 if word & 1 else 2


def extend(a: Sequence[int], b: Sequence[int], drop: int) -> Aligned:
    """The best alignment of beginnings of a and b, along long runs of equal words without a look to either side."""
    whole = Aligned()
    while True:
        part = extend_to_run(a[whole.a :], b[whole.b :], drop)
        at_a, at_b = whole.a + part.a, whole.b + part.b
        _, length = run(a, b, at_a, at_b)
        is_long = part.a > 0 and length >= LONG_RUN
        follow = length if is_long else 0
        whole = Aligned(
            whole.score + part.score + sum(map(weight, a[at_a : at_a + follow])),
            at_a + follow,
            at_b + follow,
            whole.equal + part.equal + follow,
            whole.columns + part.columns + follow,
        )
        if not is_long:
            return whole


def extend_to_run(a: Sequence[int], b: Sequence[int], drop: int) -> Aligned:
    """The same up to where ``LONG_RUN`` equal words follow: dynamic programming in a band, row by row, with X-drop.

    A cell that is more than ``drop`` below the best so far is dead. Of equal scores the first cell is taken, and of
    equal ways into a cell the diagonal, then a word of a alone, then a word of b alone.
    """
    best, before = Aligned(), dict[int, Aligned]()
    for i in range(len(a) + 1):
        row: dict[int, Aligned] = {0: best} if i == 0 else {}
        for j in range(max(0, i - HALF_BAND), min(len(b), i + HALF_BAND) + 1):
            ways = []
            if j - 1 in before:
                at, is_equal = before[j - 1], a[i - 1] == b[j - 1]
                gain = weight(a[i - 1]) if is_equal else -MISMATCH
                ways.append(Aligned(at.score + gain, i, j, at.equal + is_equal, at.columns + 1))
            gaps = [at for at in (before.get(j), row.get(j - 1)) if at]
            ways += [Aligned(at.score - GAP, i, j, at.equal, at.columns + 1) for at in gaps]
            if ways and (cell := max(ways, key=lambda way: way.score)).score >= best.score - drop:
                row[j] = cell
                best = max(best, cell, key=lambda way: way.score)
        is_long = 0 < i == best.a and run(a, b, i, best.b)[1] >= LONG_RUN
        if is_long or not row:
            return best
        before = row
    return best


def run(a: Sequence[int], b: Sequence[int], x: int, y: int) -> tuple[int, int]:
    """How many words agree before a[x] and b[y], and from them on."""
    low = high = 0
    while low < min(x, y) and a[x - low - 1] == b[y - low - 1]:
        low += 1
    while high < min(len(a) - x, len(b) - y) and a[x + high] == b[y + high]:
        high += 1
    return low, high


def align_seed(a: Sequence[int], b: Sequence[int], x: int, y: int, drop: int) -> Match:
    """The alignment around equal words a[x] and b[y]: the run of equal words, extended from both its ends."""
    low, high = run(a, b, x, y)
    left = extend(a[: x - low][::-1], b[: y - low][::-1], drop)
    right = extend(a[x + high :], b[y + high :], drop)
    return Match(
        (x - low - left.a, x + high + right.a),
        (y - low - left.b, y + high + right.b),
        low + high + left.equal + right.equal,
        low + high + left.columns + right.columns,
        sum(map(weight, a[x - low : x + high])) + left.score + right.score,
    )


def through_cell(matches: Sequence[Match], x: int) -> list[Match]:
    """The matches that run through the cell of word x of the first document."""
    return [match for match in matches if match.a[0] // CELL <= x // CELL <= (match.a[1] - 1) // CELL]


def is_covered(matches: Sequence[Match], x: int, y: int) -> bool:
    """Whether one of the newest matches through the cell of a seed runs through it, or close by."""
    for match in through_cell(matches, x)[-NEWEST:]:
        ends = match.b[0] - match.a[0], match.b[1] - match.a[1]
        is_inside = match.a[0] <= x < match.a[1] and match.b[0] <= y < match.b[1]
        if is_inside and min(ends) - HALF_BAND <= y - x <= max(ends) + HALF_BAND:
            return True
    return False


def overlap(one: Span, two: Span) -> int:
    return max(0, min(one[1], two[1]) - max(one[0], two[0]))


def prune(matches: Sequence[Match]) -> list[Match]:
    """Best first, the matches of which one side is less than half covered by better ones, the other less than 3/2."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda match: (-match.score, match.a[0])):
        covered = sorted(
            sum(overlap(span, other) for other in others) / (span[1] - span[0])
            for span, others in ((match.a, [one.a for one in kept]), (match.b, [one.b for one in kept]))
        )
        if covered[0] < 1 / 2 and covered[1] < MOST_USES - 1 / 2:
            kept.append(match)
    return sorted(kept, key=lambda match: match.a[0])


def join_matches(matches: Sequence[Match], join: int, drop: int) -> list[Match]:
    """Matches with neighbours joined that follow one another in both documents, at most ``join`` words apart."""
    joined: list[Match] = []
    for two in matches:
        if joined:
            one = joined[-1]
            gaps = two.a[0] - one.a[1], two.b[0] - one.b[1]
            if min(gaps) >= 0 and max(gaps) <= join and min(one.score, two.score) > drop:
                joined[-1] = Match(
                    (one.a[0], two.a[1]),
                    (one.b[0], two.b[1]),
                    one.equal + two.equal,
                    one.columns + max(gaps) + two.columns,
                    one.score - drop + two.score,
                )
                continue
        joined.append(two)
    return joined


def accept(matches: Sequence[Match], min_words: int, min_score: int, reach: int) -> list[Match]:
    """Matches of enough words that score ``min_score``, or that have one that does within reach in both documents."""

    def distance(one: Span, two: Span) -> int:
        return max(0, max(one[0], two[0]) - min(one[1], two[1]))

    strong = [match for match in matches if match.score >= min_score]
    return [
        match
        for match in matches
        if match.equal >= min_words
        and any(max(distance(match.a, one.a), distance(match.b, one.b)) <= reach for one in strong)
    ]


class Rules(NamedTuple):
    """As ``syndetect.matching.alignment.AlignmentLimits``, scores in quarters."""

    min_words: int
    min_score: int
    min_linked: int
    reach: int
    drop: int
    join: int


def align(a: Sequence[int], b: Sequence[int], seeds: Iterable[Span], rules: Rules) -> list[Match]:
    """The matches of two documents, from their seeds by diagonal and place, the one with the smaller words first."""
    if list(a) > list(b):
        turned = align(b, a, [(y, x) for x, y in seeds], rules)
        matches = [Match(one.b, one.a, one.equal, one.columns, one.score) for one in turned]
        return sorted(matches, key=lambda match: match.a[0])
    found: list[Match] = []
    tried, end = None, 0
    for x, y in sorted(seeds, key=lambda seed: (seed[1] - seed[0], seed[0])):
        if a[x] != b[y] or (tried == y - x and x < end) or is_covered(found, x, y):
            continue
        tried = y - x
        match = align_seed(a, b, x, y, rules.drop)
        end = match.a[1]
        if match.score >= rules.min_linked:
            found.append(match)
    joined = join_matches(prune(found), rules.join, rules.drop)
    return accept(joined, rules.min_words, rules.min_score, rules.reach)


def longest_run(a: Sequence[int], b: Sequence[int]) -> tuple[int, int, int] | None:
    """Where the longest run of equal words begins, and its length.

    Of several it is the first in the sequence that comes first as a whole, of these the last in the other.
    """
    if list(a) > list(b):
        turned = longest_run(b, a)
        return turned and (turned[1], turned[0], turned[2])
    found = None
    for x in range(len(a)):
        for y in range(len(b)):
            length = 0
            while x + length < len(a) and y + length < len(b) and a[x + length] == b[y + length]:
                length += 1
            if length and (found is None or length > found[2] or (length == found[2] and x == found[0])):
                found = x, y, length
    return found


def best_score(a: Sequence[int], b: Sequence[int]) -> int:
    """The best score of a global alignment, all of both: full dynamic programming (Needleman and Wunsch 1970)."""
    row = [-GAP * j for j in range(len(b) + 1)]
    for i, word in enumerate(a, 1):
        before, row = row, [-GAP * i]
        for j, other in enumerate(b, 1):
            diagonal = before[j - 1] + (weight(word) if word == other else -MISMATCH)
            row.append(max(diagonal, before[j] - GAP, row[j - 1] - GAP))
    return row[-1]


def most_equal(a: Sequence[int], b: Sequence[int]) -> int:
    """The length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for word in a:
        before, row = row, [0]
        for j, other in enumerate(b):
            row.append(before[j] + 1 if word == other else max(before[j + 1], row[j]))
    return row[-1]


# ------------------------------------------------------------------------------------------------- passages


class Pair(NamedTuple):
    """A match as stars see it."""

    later: int
    later_words: Span
    earlier: int
    earlier_words: Span
    equal: int
    columns: int


@dataclass(frozen=True)
class Centre:
    document: int
    words: Span


class Use(NamedTuple):
    centre: int
    words: Span
    equal: int
    columns: int
    document: int
    origin: Span


def is_same(one: Span, two: Span) -> bool:
    """Whether two stretches of a document share at least half of the shorter and a fifth of the longer."""
    shorter, longer = sorted((one[1] - one[0], two[1] - two[0]))
    return 2 * overlap(one, two) >= shorter and 5 * overlap(one, two) >= longer


def find_stars(pairs: Iterable[Pair]) -> tuple[dict[int, Centre], list[Use]]:
    """Centres by number, and the uses of each, from matches in the order of time, best first.

    A match that lies on both sides, but for a twentieth, in passages that both documents have says nothing new. Else,
    where three quarters of the later stretch are a use of a passage, what it matches is one too. Else the stretch joins
    the centre of the earlier document that shares most with what it matches there (the newest, where several do), or
    makes it one. In the end a centre has all that its uses share with it.
    """
    centres: dict[int, Centre] = {}
    uses: list[Use] = []

    def parts(number: int, document: int, words: Span) -> list[set[int]]:
        own = [centres[number].words] if centres[number].document == document else []
        own += [use.words for use in uses if (use.centre, use.document) == (number, document)]
        return [set(range(*words)) & set(range(*one)) for one in own]

    def is_known(pair: Pair) -> bool:
        known: list[set[int]] = [set(), set()]
        for use in uses:
            mine = set(range(*pair.later_words)) & set(range(*use.words))
            theirs = set().union(*parts(use.centre, pair.earlier, pair.earlier_words))
            if use.document == pair.later and mine and theirs:
                known[0] |= mine
                known[1] |= theirs
        sizes = [words[1] - words[0] for words in (pair.later_words, pair.earlier_words)]
        return all(20 * len(part) >= 19 * size for part, size in zip(known, sizes, strict=True))

    def passage_of(pair: Pair) -> int | None:
        size = pair.later_words[1] - pair.later_words[0]
        found = [
            (overlap(pair.later_words, use.words), at, use.centre)
            for at, use in enumerate(uses)
            if use.document == pair.later
            and 4 * overlap(pair.later_words, use.words) >= 3 * size
            and not (
                centres[use.centre].document == pair.earlier
                and overlap(pair.earlier_words, centres[use.centre].words)
            )
        ]
        return max(found)[2] if found else None

    for pair in pairs:
        if is_known(pair):
            continue
        if (number := passage_of(pair)) is not None:
            use = Use(
                number, pair.earlier_words, pair.equal, pair.columns, pair.earlier, centres[number].words
            )
        else:
            near = [
                number
                for number, centre in centres.items()
                if centre.document == pair.earlier and is_same(pair.earlier_words, centre.words)
            ]
            number = max(
                near, key=lambda n: (overlap(pair.earlier_words, centres[n].words), n), default=len(centres)
            )
            centres.setdefault(number, Centre(pair.earlier, pair.earlier_words))
            use = Use(number, pair.later_words, pair.equal, pair.columns, pair.later, pair.earlier_words)
        _put(uses, use)
    for number, centre in centres.items():
        ranges = [centre.words, *(use.origin for use in uses if use.centre == number)]
        centres[number] = replace(
            centre, words=(min(low for low, _ in ranges), max(high for _, high in ranges))
        )
    return centres, uses


def _put(uses: list[Use], use: Use) -> None:
    """Add a use; of two of one passage in a document that overlap by half, the last that does, the longer stays."""
    for at in reversed(range(len(uses))):
        other = uses[at]
        if (other.centre, other.document) == (use.centre, use.document):
            shorter = min(use.words[1] - use.words[0], other.words[1] - other.words[0])
            if 2 * overlap(use.words, other.words) >= shorter:
                uses[at] = max(other, use, key=lambda one: one.words[1] - one.words[0])
                return
    uses.append(use)


def passages(pairs: Iterable[Pair], rank: Sequence[int]) -> list[tuple[int, int, Span, int, int]]:
    """The uses of all passages: number, document, words, equal words and columns; of each the centre's own first.

    Passages in most documents come first, then the longest, then the earliest; their uses in time order.
    """
    centres, uses = find_stars(pairs)
    table, stars = [], defaultdict(list)
    for use in uses:
        stars[use.centre].append(use)

    def standing(number: int) -> tuple[int, ...]:
        centre = centres[number]
        documents = {centre.document, *(use.document for use in stars[number])}
        return -len(documents), centre.words[0] - centre.words[1], rank[centre.document], centre.words[0]

    for passage, number in enumerate(sorted(stars, key=standing), 1):
        centre = centres[number]
        length = centre.words[1] - centre.words[0]
        table.append((passage, centre.document, centre.words, length, length))
        uses = sorted(stars[number], key=lambda use: (rank[use.document], use.words[0]))
        table += [(passage, use.document, use.words, use.equal, use.columns) for use in uses]
    return table


def covered(ranges: Iterable[tuple[int, Span]]) -> Counter[int]:
    """How many words of each owner lie in at least one of its ranges."""
    return Counter(owner for owner, _ in {(owner, word) for owner, span in ranges for word in range(*span)})


# --------------------------------------------------------------------------------------------------- blocks


def blocks_of(ranges: Iterable[Span], item_bytes: int, offset: int, block: int) -> set[int]:
    """The blocks of a file in which ranges of items lie, of which item 0 stands at ``offset``."""
    bytes_of = [range(offset + begin * item_bytes, offset + end * item_bytes) for begin, end in ranges]
    return {number for one in bytes_of if one for number in range(one[0] // block, one[-1] // block + 1)}


# ------------------------------------------------------------------------------------------- posting lists


def directory(keys: Sequence[int], bits: int) -> list[int]:
    """Where the keys (32 bits, ascending) of each value of the leading bits begin, and how many keys there are."""
    slots = [sum(key >> 32 - bits < value for key in keys) for value in range(1 << bits)]
    return [*slots, len(keys)]

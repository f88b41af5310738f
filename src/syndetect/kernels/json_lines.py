"""JSON Lines to the columns of articles, as long as lines are plain; the first that is not is left to the caller.

A line is *plain* where it is blank, or one flat object (:mod:`syndetect.kernels.json_syntax`) of a known *shape*, the
names of its members in their order, with a text, and where each value that counts is taken as it stands: a string that
surely says something or surely nothing, a list of names, null, an id that is an integer, a time of ISO 8601 or of so
many seconds. Of several members that may
hold one column the first counts that says something, by the rules of :mod:`syndetect.reading.articles`.
"""

import numpy as np

from syndetect.kernels.documents import UNDATED
from syndetect.kernels.iso_times import UNKNOWN, iso_time, unix_time
from syndetect.kernels.jit import inline, kernel
from syndetect.kernels.json_strings import is_utf8, unescape, write
from syndetect.kernels.json_syntax import (
    ESCAPED,
    INTEGER,
    MOST,
    NULL,
    PLAIN,
    find_members,
    skip_blank,
    string_end,
)
from syndetect.kernels.vectors import WIDTH, first, match

#: The columns of an article, in the order of ``reading.columns.ALIASES``.
ID, TEXT, SOURCE, PUBLISHED, TITLE, URL, AUTHOR = range(7)
COLUMNS = 7
#: The columns whose values are written to one buffer, in this order; and how many there are.
FIELDS = (ID, SOURCE, TITLE, URL, AUTHOR)
WIDE = len(FIELDS)
#: Why reading stopped: at the end of the block, at a line that is not plain, at enough text, or for want of room.
ENDED, ODD, FULL, CROWDED = range(4)
#: What is known of texts that are HTML: nothing, so that each is looked at; none is; all with markup are.
LOOKED_AT, NEVER, ALWAYS = range(3)

_NONE, _ALL = np.uint8(0), np.uint64(0xFFFFFFFFFFFFFFFF)
_HIGH, _LAST = np.uint8(0x80), np.uint8(0xFF)
_LINE_FEED, _LESS, _AMPERSAND = np.uint8(10), np.uint8(60), np.uint8(38)
_SAYS_NOTHING, _SAYS_SOMETHING, _UNSURE = range(3)
_LONGEST_ID = 18  # digits of an id that is an integer, and a sign
_SHORT = 48  # bytes of 12 characters: longer values are none of NO_VALUES
#: ``reading.values.NO_VALUES``, each with a separator behind it.
NO_VALUES = np.frombuffer(b"nan|nat|null|none|n/a|<na>|nil|undefined|\\n|", np.uint8)


@inline
def _line_end(buffer, at, end):
    """The line feed that ends a line, or the end of the block; whether it is ASCII, and has no U+0000."""
    high = zeros = np.uint64(0)
    while at < end:
        found = match(buffer, at, _NONE, _LINE_FEED, _LINE_FEED)
        place = min(first(found), end - at)
        inside = _ALL if place >= WIDTH else (np.uint64(1) << np.uint64(place)) - np.uint64(1)
        high |= match(buffer, at, _NONE, _HIGH, _LAST) & inside
        zeros |= match(buffer, at, _NONE, _NONE, _NONE) & inside
        at += place
        if found != 0:
            break
    return min(at, end), high == 0, zeros == 0


@inline
def _is_blank(buffer, at, end):
    """Whether a line is white space as ``bytes.isspace`` has it."""
    while at < end and (buffer[at] == 32 or 9 <= buffer[at] <= 13):
        at += 1
    return at == end


@inline
def _is_blank_sign(byte):
    """Whether a byte of ASCII is white space."""
    return byte == 32 or 9 <= byte <= 13 or 28 <= byte <= 31


@inline
def _is_space(data, at):
    """Whether a character beyond ASCII is white space."""
    lead, second, third = data[at], data[at + 1], data[at + 2]
    if lead == 0xC2:
        return second in (0x85, 0xA0)
    if lead == 0xE1:
        return second == 0x9A and third == 0x80
    if lead == 0xE2:
        is_general = second == 0x80 and (third <= 0x8A or third in (0xA8, 0xA9, 0xAF))
        return is_general or (second == 0x81 and third == 0x9F)
    return lead == 0xE3 and second == 0x80 and third == 0x80


@inline
def _weight(data, at, end):
    """Whether a string says something, by its first characters: white space of Unicode may not count."""
    while at < end and _is_blank_sign(data[at]):
        at += 1
    if at == end:
        return _SAYS_NOTHING
    lead = data[at]
    if lead < 0x80:
        return _SAYS_SOMETHING
    return _UNSURE if _is_space(data, at) else _SAYS_SOMETHING


@inline
def _lower(byte):
    return byte + 32 if 65 <= byte <= 90 else byte


@inline
def _is_no_value(data, at, end):
    """Whether a string says that there is nothing, as ``None`` or ``N/A``: one of NO_VALUES between white space."""
    while at < end and _is_blank_sign(data[at]):
        at += 1
    while end > at and _is_blank_sign(data[end - 1]):
        end -= 1
    begin = 0
    for i in range(len(NO_VALUES)):
        if NO_VALUES[i] == 124:  # |
            if i - begin == end - at:
                is_equal = True
                for k in range(end - at):
                    is_equal &= _lower(data[at + k]) == NO_VALUES[begin + k]
                if is_equal:
                    return True
            begin = i + 1
    return False


@inline
def _ends_in_space(data, at, end):
    """Whether the last character is white space beyond ASCII."""
    if end - at > 2 and 0xE1 <= data[end - 3] <= 0xE3:
        return _is_space(data, end - 3)
    return end - at > 2 and data[end - 2] == 0xC2 and _is_space(data, end - 2)


@inline
def _meaning(data, at, end, is_title):
    """Whether a value says something."""
    weight = _weight(data, at, end)
    if weight != _SAYS_SOMETHING or is_title or end - at >= _SHORT:
        return weight
    if _is_no_value(data, at, end):
        return _SAYS_NOTHING
    return _UNSURE if _ends_in_space(data, at, end) else _SAYS_SOMETHING


@inline
def _is_letter(byte):
    return 97 <= _lower(byte) <= 122


@inline
def _may_be_html(data, at, end):
    """Whether a text may be HTML: a tag, or two entities, among which ``&amp;`` counts nothing."""
    entities = 0
    while at < end:
        found = match(data, at, _NONE, _LESS, _LESS) | match(data, at, _NONE, _AMPERSAND, _AMPERSAND)
        at += first(found)
        if found == 0 or at >= end:
            continue
        after = data[at + 1]
        if data[at] == _LESS:
            if after == 47 or _is_letter(after):
                return True
        elif after == 35 or _is_letter(after):
            is_amp = after == 97 and data[at + 2] == 109 and data[at + 3] == 112 and data[at + 4] == 59
            entities += 0 if is_amp else 1
            if entities > 1:
                return True
        at += 1
    return False


@inline
def _has_markup(data, at, end):
    """Whether a text has a sign of markup."""
    while at < end:
        found = match(data, at, _NONE, _LESS, _LESS) | match(data, at, _NONE, _AMPERSAND, _AMPERSAND)
        at += first(found)
        if found != 0:
            return at < end
    return False


@inline
def _is_shape(buffer, members, number, shapes, shape):
    """Whether the members of a line are those of a shape."""
    names, name_bounds, shape_bounds = shapes[0], shapes[1], shapes[2]
    low = shape_bounds[shape]
    if shape_bounds[shape + 1] - low != number:
        return False
    for i in range(number):
        begin, at = name_bounds[low + i], members[i, 0]
        if members[i, 1] - at != name_bounds[low + i + 1] - begin:
            return False
        for k in range(members[i, 1] - at):
            if buffer[at + k] != names[begin + k]:
                return False
    return True


@inline
def _shape_of(buffer, members, number, shapes, last):
    """The shape of a line, likely the one of the last line; -1 where it is not known."""
    count = len(shapes[2]) - 1
    for i in range(count):
        shape = (last + i) % count
        if _is_shape(buffer, members, number, shapes, shape):
            return shape
    return -1


@inline
def _put_id(buffer, member, out, place):
    """Write an id; returns the place behind it, the same place for none, -1 where it is not plain."""
    kind, at, end = member[2], member[3], member[4]
    if kind == NULL:
        return place
    if kind == INTEGER:
        is_zero = buffer[at] == 45 and buffer[at + 1] == 48
        if is_zero or end - at > _LONGEST_ID:
            return np.int64(-1)
    elif kind not in (PLAIN, ESCAPED):
        return np.int64(-1)
    return write(buffer, at, end, kind == ESCAPED, out, place)


@inline
def _put_names(buffer, at, end, out, place):
    """Write the names in a list of strings, joined by commas; returns the place behind them, -1 for another list.

    Names have no white space around them; what is no string among them is null.
    """
    begin = place
    while True:
        at = skip_blank(buffer, at, end)
        if buffer[at] == 93:  # ]
            return place
        if buffer[at] == 44:
            at += 1
            continue
        if buffer[at] == 110:  # null
            at += 4
            continue
        if buffer[at] != 34:
            return np.int64(-1)
        close, _ = string_end(buffer, at + 1, end)
        first_byte = place + 2 if place > begin else place
        behind = unescape(buffer, at + 1, close, out, first_byte)
        at = close + 1
        if behind < 0:
            return behind
        if behind == first_byte:
            continue
        is_plain = not _is_blank_sign(out[first_byte]) and not _is_blank_sign(out[behind - 1])
        if not is_plain or _is_space(out, first_byte) or _ends_in_space(out, first_byte, behind):
            return np.int64(-1)
        if place > begin:
            out[place], out[place + 1] = 44, 32
        place = behind


@inline
def _put_value(buffer, member, column, out, place):
    """Write a source, title, address or author; returns the place as :func:`_put_id`."""
    kind = member[2]
    if kind == NULL:
        return place
    if kind in (PLAIN, ESCAPED):
        end = write(buffer, member[3], member[4], kind == ESCAPED, out, place)
    elif buffer[member[3]] == 91:  # [
        end = _put_names(buffer, member[3] + 1, member[4], out, place)
    else:
        return np.int64(-1)
    if end < 0:
        return end
    meaning = _meaning(out, place, end, column == TITLE)
    return end if meaning == _SAYS_SOMETHING else place if meaning == _SAYS_NOTHING else np.int64(-1)


@inline
def _is_address(data, at, end):
    """Whether a name of a source may be an address."""
    if end - at >= 4 and data[at + 3] == 46 and (_lower(data[at]) == 119):  # w, and a full stop behind three
        return True
    has_slash = False
    for i in range(at, end):
        has_slash |= data[i] == 47
    return has_slash


@inline
def _put_time(buffer, member):
    """A time; UNDATED for none, UNKNOWN where it is not plain."""
    if member[2] == NULL or (member[2] == PLAIN and member[3] == member[4]):
        return UNDATED
    found = UNKNOWN
    if member[2] == PLAIN or member[2] == INTEGER:
        found = unix_time(buffer, member[3], member[4])
    if member[2] == PLAIN and found == UNKNOWN:
        found = iso_time(buffer, member[3], member[4])
    return found


@inline
def put_row(buffer, members, shape, candidate_bounds, candidates, row, out, html):
    """Write the columns of a record as a row; whether it is plain.

    Args:
        buffer: uint8[bytes], with WIDTH bytes more behind the values.
        members: int64[MOST, 5], of the record, as :func:`syndetect.kernels.json_syntax.find_members` has them.
        shape: of the record.
        candidate_bounds, candidates: the members that may hold each column, as :func:`read` takes them.
        row: the number of the row.
        out, html: as :func:`read` takes them.
    """
    text, text_bounds, fields, field_bounds, published = out[0], out[1], out[2], out[3], out[4]
    base, begin = shape * COLUMNS, text_bounds[row]
    member = members[candidates[candidate_bounds[base + TEXT]]]
    if member[2] != PLAIN and member[2] != ESCAPED:
        return False
    end = write(buffer, member[3], member[4], member[2] == ESCAPED, text, begin)
    if end < 0 or _weight(text, begin, end) != _SAYS_SOMETHING:
        return False
    if html == LOOKED_AT and _may_be_html(text, begin, end):
        return False
    if html == ALWAYS and _has_markup(text, begin, end):
        return False
    text_bounds[row + 1] = end
    published[row] = UNDATED
    for i in range(candidate_bounds[base + PUBLISHED], candidate_bounds[base + PUBLISHED + 1]):
        published[row] = _put_time(buffer, members[candidates[i]])
        if published[row] == UNKNOWN:
            return False
        if published[row] != UNDATED:
            break
    field = row * WIDE
    for column in FIELDS:
        place = behind = field_bounds[field]
        low, high = candidate_bounds[base + column], candidate_bounds[base + column + 1]
        for i in range(low, high):
            if column == ID:
                behind = _put_id(buffer, members[candidates[i]], fields, place)
            else:
                behind = _put_value(buffer, members[candidates[i]], column, fields, place)
            if behind < 0:
                return False
            if behind > place:
                break
        if column == SOURCE and high - low > 1 and _is_address(fields, place, behind):
            return False
        field += 1
        field_bounds[field] = behind
    return True


@kernel
def read(buffer, end, shapes, out, limits, state):
    """Read the lines of a block, from the one that is next to the first that is not plain.

    Args:
        buffer: uint8[bytes], with WIDTH bytes more behind the block.
        end: of the block.
        shapes: the known shapes: uint8[bytes], the names of all, one behind the other; int64[n + 1], their bounds;
            int64[s + 1], the first name of each shape; int64[s * COLUMNS + 1] and int64[c], the members that may hold
            each column, in order of preference, by their number in the shape. Each has one for the text.
        out: what is written behind the rows that are there: uint8, the texts; int64[rows + 1], their bounds; uint8, the
            values of :data:`FIELDS`, row by row, empty for none; int64[rows * WIDE + 1], their bounds; int64[rows],
            the times, ``UNDATED`` for none; and of the lines int64[rows], their numbers and first bytes.
        limits: int64[3]: the longest line; the bytes of text that are enough; what is known of HTML in the texts.
        state: int64[4], changed: the first byte of the next line; its number; rows; the shape of the last line.

    Returns:
        Why it stopped, see above.
    """
    text_bounds, field_bounds = out[1], out[3]
    members = np.empty((MOST, 5), np.int64)
    while state[0] < end:
        if text_bounds[state[2]] >= limits[1]:
            return FULL
        at, row = state[0], state[2]
        line_end, is_ascii, has_no_zeros = _line_end(buffer, at, end)
        size = line_end - at
        if (
            row + 1 >= len(text_bounds)
            or text_bounds[row] + size + WIDTH > len(out[0])
            or field_bounds[row * WIDE] + WIDE * size + WIDTH > len(out[2])
        ):
            return CROWDED
        if size > limits[0] or not has_no_zeros:
            return ODD
        if not _is_blank(buffer, at, line_end):
            if not is_ascii and not is_utf8(buffer, at, line_end):
                return ODD
            number = find_members(buffer, at, line_end, members)
            if number < 0:
                return ODD
            shape = _shape_of(buffer, members, number, shapes, state[3])
            if shape < 0 or not put_row(buffer, members, shape, shapes[3], shapes[4], row, out, limits[2]):
                return ODD
            out[5][row], out[6][row] = state[1], at
            state[2], state[3] = row + 1, shape
        state[0], state[1] = line_end + 1, state[1] + 1
    return FULL if text_bounds[state[2]] >= limits[1] else ENDED

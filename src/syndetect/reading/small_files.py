"""Small files beside the articles, such as lists of names: text that is read whole, up to a bound."""

import os

from syndetect.errors import InputError
from syndetect.storage import addresses
from syndetect.storage.filesystem import reason

MOST_BYTES = 16 << 20


def read_text(path: str | os.PathLike[str], most_bytes: int = MOST_BYTES) -> str:
    """The text of a file in UTF-8, without its byte order mark; line ends stay as they are.

    Raises:
        InputError: the file cannot be read, has more than ``most_bytes`` bytes, or is not UTF-8.
    """
    place = addresses.local(path, "this list", InputError)
    try:
        with place.open("rb") as file:
            data = file.read(most_bytes + 1)
    except (OSError, ValueError) as error:  # a ValueError: a NUL character in the path
        raise InputError(f"cannot read {path}: {reason(error)}") from error
    if len(data) > most_bytes:
        raise InputError(f"cannot read {path}: it has more than {most_bytes:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {path}: it is not UTF-8") from error

"""Addresses to objects: what there is to read at ``s3://bucket/folder`` or ``https://host/file``."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from syndetect.reading import own_output
from syndetect.reading.file_names import FORMATS, format_of, printable
from syndetect.storage.addresses import bare, is_web, query_digest, scheme
from syndetect.storage.objects import AccessError, ObjectState, Place, connect, translated

#: The formats of pages and files on the web whose names do not say it, by their media types.
_MEDIA_TYPES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "text/plain": ".txt", "text/markdown": ".md",
    "text/csv": ".csv", "text/tab-separated-values": ".tsv", "application/jsonl": ".jsonl",
    "application/x-ndjson": ".jsonl", "application/jsonlines": ".jsonl", "application/vnd.apache.parquet": ".parquet",
    "application/vnd.apache.arrow.file": ".arrow", "application/vnd.apache.arrow.stream": ".arrow",
}  # fmt: skip


class Object(NamedTuple):
    """An object to be read."""

    address: str  #: as given, with what stands below it
    key: tuple[str, str]  #: its store and place there, whatever the address
    within: str  #: its path below the base
    format: tuple[str, str]  #: and the packing
    state: ObjectState


class Found(NamedTuple):
    """What is at an address."""

    base: str  #: the address below which objects are named
    objects: list[Object]
    skipped: list[tuple[str, str]]  #: place and reason


def find(address: str) -> Found:
    """The object at an address, or all below it, or those that match a glob, as for folders of this machine.

    A page or file on the web is one object; its format is that of its name, else that which the server tells.

    Raises:
        AccessError: there is none, or the store cannot be reached.
        MissingExtraError: the packages that it needs are not installed.
    """
    place = connect(address)
    if is_web(address):
        return _on_web(place)
    parts = place.address.split("/")
    wild = next((at for at, part in enumerate(parts[3:], 3) if any(sign in part for sign in "*?[")), None)
    if wild is not None and not place.exists():
        return _matches("/".join(parts[:wild]), "/".join(parts[wild:]))
    info = place.info()
    if info.get("type") == "directory":
        found = place.objects()
        own = _OwnOutput(place, found)
        if own.is_result(""):
            raise AccessError(f"it is {own_output.OF_SCAN}, not articles: give the articles")
        return _selected(place, found, own)
    if format_of(place.name) is None:
        raise AccessError(f"it is of no known format: give {', '.join(FORMATS)}")
    folder = connect(place.beside("").address)
    selected = _selected(folder, {place.name: info}, _OwnOutput(folder, ()), hidden=True)
    return selected._replace(objects=[one._replace(address=address) for one in selected.objects])


def _on_web(place: Place) -> Found:
    """The page or file at an address on the web."""
    info = place.info()
    folder, _, name = bare(place.address).partition("://")[2].rstrip("/").rpartition("/")
    name = name if folder else "page"
    if format_of(name) is None:
        kind = str(info.get("mimetype") or "").partition(";")[0].strip().lower()
        if kind not in _MEDIA_TYPES:
            raise AccessError(
                f"neither its name nor its type ({kind or 'unknown'}) tells a known format: save it"
            )
        name += _MEDIA_TYPES[kind]
    base = f"{scheme(place.address)}://{folder or name}"
    one = Object(place.address, _key(place, ""), name, format_of(name) or ("", ""), ObjectState.of(info))
    return Found(base, [one], [])


def _matches(base: str, pattern: str) -> Found:
    """The objects that match a glob below a base, and all below the folders that match."""
    root = connect(base)
    head = root.path.rstrip("/") + "/"
    with translated(base):
        matched = root.fs.glob(head + pattern, detail=True)
        siblings = {
            str(path).removeprefix(head)
            for folder in {path.rstrip("/").rpartition("/")[0] for path in matched}
            for path in root.fs.ls(folder, detail=False)
        }
    found: dict[str, Mapping[str, Any]] = {}
    for path, info in matched.items():
        within = path.rstrip("/").removeprefix(head)
        if info.get("type") == "directory":
            found |= {f"{within}/{one}": below for one, below in root.below(within).objects().items()}
        else:
            found[within] = info
    hidden = any(part.startswith(".") for part in pattern.split("/"))
    selected = _selected(root, found, _OwnOutput(root, {*found, *siblings}), hidden=hidden)
    if not selected.objects and not selected.skipped:
        raise AccessError("it matches nothing: check the address")
    return selected


def _selected(
    root: Place, found: Mapping[str, Mapping[str, Any]], own: "_OwnOutput", *, hidden: bool = False
) -> Found:
    """The objects that can be read.

    Args:
        root: below which they are named.
        found: their paths from there, to what the store says of them.
        own: tells what syndetect wrote.
        hidden: also take names that begin with a dot.
    """
    objects, skipped = [], {}
    for within, info in found.items():
        parts, kind = within.split("/"), format_of(within.rpartition("/")[2])
        if any(part in (".", "..") or (part.startswith(".") and not hidden) for part in parts):
            continue
        if written := own.around(within):
            skipped[written[0]] = f"{written[1]}, not articles"
        elif "" in parts:
            skipped[within] = "a part of its name is empty, as no file's can be"
        elif scheme(root.address) == "hf" and within == "README.md" and len(found) > 1:
            skipped[within] = "the card of a data set, no article"
        elif kind is None:
            skipped[within] = "unknown suffix"
        else:
            address = f"{root.address}/{within}"
            objects.append(Object(address, _key(root, within), within, kind, ObjectState.of(info)))
    places = [(printable(f"{root}/{within}"), reason) for within, reason in skipped.items()]
    return Found(root.address, objects, places)


def _key(root: Place, within: str) -> tuple[str, str]:
    """What tells an object from all others."""
    return root.fs._fs_token, f"{root.path}/{within}"


class _OwnOutput:
    """What syndetect wrote among objects, told by their names and by the first lines of dedup's lists.

    Args:
        root: below which the objects are.
        around: their paths from there, those that are not read as well.
    """

    def __init__(self, root: Place, around: Iterable[str]) -> None:
        self._names: dict[str, set[str]] = {}  # in each folder
        for within in around:
            folder, _, name = within.rpartition("/")
            self._names.setdefault(folder, set()).add(name)
        self._lists = {
            _joined(folder, name)
            for folder, names in self._names.items()
            for name in names
            if name.endswith(own_output.LIST) and _is_list(root.below(_joined(folder, name)))
        }

    def is_result(self, folder: str) -> bool:
        """Whether a folder holds a result of a scan."""
        return own_output.holds_result(self._names.get(folder, set()))

    def around(self, within: str) -> tuple[str, str] | None:
        """An object, or the outermost folder around it, that is syndetect's own, and what it is in words."""
        parts = within.split("/")
        if len(parts) == 1 and self.is_result(""):  # a glob within its folder
            return within, f"a file of {own_output.OF_SCAN}"
        for at in range(1, len(parts) + 1):
            folder, name, is_file = "/".join(parts[: at - 1]), parts[at - 1], at == len(parts)
            path = _joined(folder, name)
            if not is_file and self.is_result(path):
                return path, own_output.OF_SCAN
            if f".{name}.partial" in self._names.get(folder, ()):
                return path, own_output.UNFINISHED
            if _joined(folder, own_output.list_beside(name, is_file=is_file)) in self._lists:
                return path, own_output.OF_DEDUP
        return None


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _is_list(place: Place) -> bool:
    with suppress(AccessError), place.open() as stream:
        return own_output.begins_list(stream.readline(1 << 20))
    return False


def names(objects: Iterable[Object]) -> dict[str, str]:
    """From addresses to names below their bases; pages whose addresses differ behind ``?`` alone get a digest."""
    objects = list(objects)
    bares = Counter(bare(one.address) for one in objects)
    named = {one.address: one.within for one in objects}
    for address, name in named.items():
        if bares[bare(address)] > 1:
            stem, dot, suffixes = name.partition(".")
            named[address] = f"{stem}~{query_digest(address)}{dot}{suffixes}"
    return named

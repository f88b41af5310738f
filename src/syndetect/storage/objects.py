"""Objects at addresses (``s3://``, ``gs://``, ``hf://``, ``https://`` ...), read and written by fsspec.

fsspec, and the package that it takes for a scheme, are imported when an address is used first. Whatever they raise
becomes an :class:`AccessError` in words of this module, which repeat nothing secret of the address. Attempts and time
limits are theirs, and credentials are found as they find them.

Object stores have no folders that could be moved. An output is uploaded while an object ``.NAME.partial`` lies beside
it, and its last object says that it is whole (:func:`publish`).
"""

import io
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from syndetect.errors import MissingExtraError, SyndetectError
from syndetect.storage.addresses import is_web, scheme, secrets, shown
from syndetect.storage.staging import staging_folder

_BLOCK_BYTES = 8 << 20  # that are asked for at a time
_BUFFER_BYTES = 1 << 20
_MARK = (
    b"syndetect uploads what is beside this. If it was killed, the same command with --force replaces it.\n"
)
#: What tells versions of an object apart, by the names that stores have for it; the first that there is counts.
_CONTENT = (
    "ETag",
    "etag",
    "md5Hash",
    "crc32c",
    "blob_id",
    "sha256",
    "Content-MD5",
    "Digest",
    "content_hash",
    "sha",
)
_TIME = ("LastModified", "last_modified", "Last-Modified", "mtime", "updated", "modified", "created")
#: The packages that schemes need beside those of the extra.
_PACKAGES: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("s3", "s3a", "hf", "http", "https"), ()),
    **dict.fromkeys(("gs", "gcs"), ("gcsfs",)), **dict.fromkeys(("az", "abfs", "abfss"), ("adlfs",)),
    "sftp": ("paramiko",),
}  # fmt: skip
_BUCKETS = ("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss")
_WORDS = (
    ("FileExpired", "it changed meanwhile: try again"),
    ("Credential|ProfileNotFound|TokenRetrieval", "there are no credentials, or they cannot be used: check them"),
    ("PermissionError|Forbidden|AccessDenied", "access is denied: check the credentials"),
    ("Timeout", "the server did not answer in time: try again"),
    ("Payload|IncompleteRead|Disconnected|ConnectionReset|BrokenPipe|ResponseStreaming|ProtocolError",
     "the connection broke off: try again"),
    ("Connect|DNS|ServerError|gaierror|SSL|Certificate", "there is no connection to the server: check the address"),
    ("FileNotFound|NoSuch|NotFound", "it does not exist: check the address"),
    ("NotImplemented|UnsupportedOperation", "this store cannot do that"),
)  # fmt: skip


class AccessError(OSError):
    """An object, or a place for objects, cannot be used; the reason is one line."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.strerror = words


class ObjectState(NamedTuple):
    """What tells an object from a later version of it: its size in bytes, and what its store says of the version."""

    size: int
    version: str  #: the name of what the store says of it, and that; empty where it says nothing

    @classmethod
    def of(cls, info: Mapping[str, Any]) -> "ObjectState":
        """The state in what fsspec tells of an object."""
        found = next((f"{name} {_plain(info[name])}" for name in (*_CONTENT, *_TIME) if info.get(name)), "")
        return cls(int(info.get("size") or 0), found)

    def differs(self, later: "ObjectState") -> bool:
        """Whether another version was found later; some stores say other things of an object than in lists."""
        comparable = self.version.partition(" ")[0] == later.version.partition(" ")[0]
        return self.size != later.size or (comparable and self.version != later.version)


def _plain(value: Any) -> Any:
    """What a store says of a version; a time as seconds."""
    return value.timestamp() if isinstance(value, datetime) else value


@dataclass(frozen=True)
class Place:
    """An object, or a place with objects below it.

    Attributes:
        address: as given, without a slash at its end.
        fs: fsspec's file system.
        path: the place in it.
    """

    address: str
    fs: Any
    path: str

    def __str__(self) -> str:
        return shown(self.address)

    def below(self, within: str) -> "Place":
        """The place of a path below this one."""
        return Place(f"{self.address}/{within}", self.fs, f"{self.path.rstrip('/')}/{within}")

    def beside(self, name: str) -> "Place":
        """The place of another name beside this one."""
        head, _, _ = self.address.rpartition("/")
        return Place(f"{head}/{name}", self.fs, f"{self.path.rpartition('/')[0]}/{name}")

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]

    @property
    def is_root(self) -> bool:
        """Whether this is a whole bucket, beside which nothing can lie."""
        return not self.name or "/" not in self.path

    def info(self) -> dict[str, Any]:
        """What the store says of an object by now.

        Raises:
            AccessError: there is none, or the store cannot be reached.
        """
        with translated(self.address):
            self.fs.invalidate_cache()  # listings are kept, and an object may have changed since
            return dict(self.fs.info(self.path))

    def objects(self) -> dict[str, dict[str, Any]]:
        """What the store says of all objects below, by their paths from here; nothing is no error.

        Raises:
            AccessError: the store cannot be reached.
        """
        with translated(self.address):
            self.fs.invalidate_cache()
            try:
                found = self.fs.find(self.path, detail=True)
            except FileNotFoundError:
                if scheme(self.address) in _BUCKETS:  # it is the bucket that is missing
                    raise
                return {}
        root = self.path.rstrip("/") + "/"
        return {
            path.removeprefix(root): info
            for path, info in found.items()
            if info.get("type") == "file" and path.startswith(root) and path != root
        }

    def exists(self) -> bool:
        """Whether there is an object here, or one below."""
        with translated(self.address), suppress(FileNotFoundError):
            self.fs.invalidate_cache()
            self.fs.info(self.path)
            return True
        return False

    def open(self) -> BinaryIO:
        """The object as a stream that is read from its beginning to its end.

        Raises:
            AccessError: as of its methods.
        """
        with translated(self.address):
            # A web server may not know of ranges of bytes: there, all is read in one answer.
            file = self.fs.open(self.path, "rb", block_size=0 if is_web(self.address) else _BLOCK_BYTES)
        return io.BufferedReader(_Stream(file, self.address), _BUFFER_BYTES)

    def fetch(self, path: Path) -> None:
        """Copy the object to a file."""
        with self.open() as stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file, _BUFFER_BYTES)

    def put(self, path: Path) -> None:
        """Make the object from a file."""
        with translated(self.address):
            self.fs.put_file(str(path), self.path)

    def remove(self) -> None:
        """Remove the object, if it is there."""
        with translated(self.address), suppress(FileNotFoundError):
            self.fs.rm_file(self.path)


class _Stream(io.RawIOBase):
    """A file of fsspec that is read in order."""

    def __init__(self, file: Any, address: str) -> None:
        self._file, self._address, self._at = file, address, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with translated(self._address):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def close(self) -> None:
        super().close()
        with suppress(Exception):  # what was read is read
            self._file.close()


def connect(address: str) -> Place:
    """The place of an address, which ``addresses.given`` gave. Nothing is asked of the store yet.

    Raises:
        MissingExtraError: the packages that it needs are not installed.
        AccessError: there is no such address.
    """
    name = scheme(address)
    needed = " ".join(("'syndetect[remote]'", *_PACKAGES.get(name, ())))
    try:
        import fsspec  # noqa: PLC0415  (optional)
    except ImportError:
        raise MissingExtraError(f"to use {shown(address)}, pip install {needed}") from None
    if "::" in address or name in ("file", "local"):
        raise AccessError("it is no address of an object or a folder of objects: give one, or a path")
    try:
        fsspec.get_filesystem_class(name)
    except ImportError as error:
        if name not in _PACKAGES:
            raise MissingExtraError(f"to use {shown(address)}: {error}") from None
        raise MissingExtraError(f"to use {shown(address)}, pip install {needed}") from None
    except ValueError:
        raise AccessError(f"fsspec knows no addresses that begin with {name}://: check the address") from None
    head, mark, rest = address.partition("://")
    given = address if is_web(address) else head + mark + rest.rstrip("/")
    with translated(address):
        fs, path = fsspec.url_to_fs(given, **_web_options(address))
        return Place(given, fs, str(path))


def _web_options(address: str) -> dict[str, Any]:
    """How pages and files are asked for: as they stand, and without a limit to the time of the whole answer."""
    if not is_web(address):
        return {}
    from aiohttp import ClientTimeout  # noqa: PLC0415  (fsspec has imported it)

    limits = ClientTimeout(total=None, sock_connect=30, sock_read=60)  # seconds
    headers = {"Accept-Encoding": "identity"}
    return {"client_kwargs": {"timeout": limits, "headers": headers, "auto_decompress": False}}


def output_place(address: str) -> Place:
    """The place of an address to which an output may be uploaded; what is there is not looked at.

    Raises:
        MissingExtraError, AccessError: as :func:`connect`; or nothing can be written there.
    """
    place = connect(address)
    if is_web(address):
        raise AccessError("nothing can be written to an address on the web: name an object store or a path")
    if place.is_root:
        raise AccessError("this is a whole bucket: name a folder or file in it")
    return place


@contextmanager
def translated(address: str) -> Iterator[None]:
    """A block that uses fsspec: whatever it raises becomes an :class:`AccessError`."""
    try:
        yield
    except (SyndetectError, AccessError):
        raise
    except Exception as error:
        raise AccessError(_words(error, address)) from None  # its text and cause may repeat the address


def _words(error: BaseException, address: str) -> str:
    """The reason of a foreign error in words."""
    reasons: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and len(reasons) < 9:
        reasons.append(one)
        one = one.__cause__ or one.__context__
    for reason in reversed(reasons):  # the first cause says most
        response = getattr(reason, "response", None)
        status = getattr(reason, "status", None) or getattr(response, "status_code", None)
        if status in (401, 403):
            return "access is denied: check the credentials"
        if isinstance(status, int) and (status == 429 or status >= 500):
            return f"the server failed to answer (status {status}): try again"
    for pattern, words in _WORDS:
        names = (kind.__name__ for reason in reasons for kind in type(reason).__mro__)
        if any(re.search(pattern, name) for name in names):
            return words
    text = next(iter(str(error).splitlines()), "")[:200]
    text = re.sub(r"\S*://\S+", "the address", text)
    for secret in secrets(address):
        text = text.replace(secret, "***")
    return f"{type(error).__name__}{f': {text}' if text else ''}"


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder among the temporary files, which nobody else may enter; removed in the end."""
    with staging_folder(Path(tempfile.gettempdir()).resolve() / "syndetect-objects") as folder:
        folder.chmod(0o700)
        yield folder


def unfinished_mark(place: Place) -> Place:
    """The object that lies beside an output while it is uploaded."""
    return place.beside(f".{place.name}.partial")


def publish(place: Place, files: Mapping[str, Path], last: str, old: Set[str]) -> None:
    """Upload an output.

    A reader that looks for the last object sees the old output, then none, and then the new one. What a killed process
    leaves has the mark beside it (:func:`unfinished_mark`).

    Args:
        place: of the output.
        files: by their names beside the place, such as ``kept/one.jsonl``, what is to be uploaded, in this order.
        last: the name of the object whose presence says that the output is whole.
        old: the names of what was there before; those that are not among the new are removed.

    Raises:
        AccessError: the store refuses; all files are in a folder of this machine then, which is named.
    """
    mark = unfinished_mark(place)
    try:
        with temporary_folder() as folder:
            (folder / "mark").write_bytes(_MARK)
            mark.put(folder / "mark")
        if last in old:
            place.beside(last).remove()
        for name in (*(name for name in files if name != last), last):
            place.beside(name).put(files[name])
        for name in sorted(old - files.keys()):
            place.beside(name).remove()
        mark.remove()
    except AccessError as error:
        unsent = Path(tempfile.mkdtemp(prefix="syndetect-unsent-"))
        for name, path in files.items():
            (unsent / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, unsent / name)
        raise AccessError(f"{error}; what was to be written is in {unsent}") from None

"""What tells the inputs of a scan from others, for its manifest: names and contents, or versions, of the files."""

import os
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from syndetect.reading.discovery import File, Inputs
from syndetect.reading.file_names import printable
from syndetect.storage import addresses


def fingerprints(inputs: Inputs) -> list[dict[str, Any]]:
    """A record of the input for the manifest: an entry for each given path.

    Returns:
        Mappings with ``path`` as given; ``files`` and ``bytes`` that it led to (a file to which two paths
        lead counts for one of them); and ``xxh3``, 32 hexadecimal digits from the names below the path and
        the contents of the files. The standard input, which is gone when it is read, has no bytes or xxh3. Of objects,
        which are not read twice for it, size and version (ETag, checksum or time) stand for the contents, as
        ``xxh3_of`` says; xxh3 is null where a store tells no versions.
    """
    files: dict[str, list[File]] = defaultdict(list)
    for file in inputs.files:
        files[file.given].append(file)
    return [_fingerprint(given, sorted(files[given], key=lambda file: file.within)) for given in inputs.given]


def _fingerprint(given: str, files: Sequence[File]) -> dict[str, Any]:
    import xxhash  # noqa: PLC0415  (needed once)

    if given == "-":
        return {"path": given, "files": 1, "bytes": None, "xxh3": None}
    whole = xxhash.xxh3_128()
    size = sum(file.size for file in files)
    if addresses.is_address(given):
        for file in files:
            whole.update(f"{file.within}\0{file.state}".encode("utf-8", "surrogateescape"))
        known = all(file.state is not None and file.state[1] for file in files)
        return {
            "path": printable(addresses.bare(given)), "files": len(files), "bytes": size,
            "xxh3": whole.hexdigest() if known else None, "xxh3_of": "names, sizes and versions",
        }  # fmt: skip
    for file in files:
        content = xxhash.xxh3_128()
        with suppress(OSError), Path(file.path).open("rb") as stream:  # reading it tells of the error
            while block := stream.read(1 << 20):
                content.update(block)
        whole.update(os.fsencode(file.within) + b"\0" + content.digest())
    return {"path": printable(given), "files": len(files), "bytes": size, "xxh3": whole.hexdigest()}

"""The cache of compiled kernels: where it goes, when it is trusted, and that all works without one."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

from samples.strategies import INTERPRETED
from syndetect.kernels import jit

posix = pytest.mark.skipif(not hasattr(os, "getuid"), reason="owners and modes are POSIX's")
compiled = pytest.mark.skipif(INTERPRETED, reason="nothing is compiled")


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A cache folder of the user's, a home and a folder for temporary files, all empty and our own."""
    found = {name: tmp_path / name for name in ("cache", "home", "temporary")}
    for place in found.values():
        place.mkdir(mode=0o700)
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(tempfile, "tempdir", str(found["temporary"]))
    monkeypatch.setenv("LOCALAPPDATA", str(found["cache"]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(found["cache"]))
    monkeypatch.setenv("HOME", str(found["home"]))
    monkeypatch.setenv("USERPROFILE", str(found["home"]))
    return found


@pytest.fixture
def umask() -> Iterator[None]:
    """Files and folders are made writable for the group, as where each user has one."""
    before = os.umask(0o002)
    yield
    os.umask(before)


def block(place: Path) -> None:
    """Put a file where a folder is wanted, which stops root too."""
    shutil.rmtree(place)
    place.touch()


def test_the_users_cache_comes_first(places: dict[str, Path]) -> None:
    folder = Path(jit._cache_folder())
    assert folder.parent == places["cache"] / "syndetect" / "kernels"
    assert folder.is_dir()
    assert list(folder.iterdir()) == []
    assert jit._cache_folder() == str(folder)


@posix
def test_then_the_home_then_the_temporary_folder_then_none(places: dict[str, Path]) -> None:
    block(places["cache"])
    assert Path(jit._cache_folder()).parent == places["home"] / ".cache" / "syndetect" / "kernels"
    block(places["home"])
    assert Path(jit._cache_folder()).parent == places["temporary"] / f"syndetect-kernels-{os.getuid()}"
    block(places["temporary"])
    assert jit._cache_folder() == ""


@posix
def test_a_home_that_is_unknown_is_no_error(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown() -> Path:
        raise RuntimeError("Could not determine home directory.")

    block(places["cache"])
    monkeypatch.setattr(Path, "home", unknown)
    assert Path(jit._cache_folder()).is_relative_to(places["temporary"])


def test_numbas_own_setting_is_kept(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(places["temporary"]))
    assert jit._cache_folder() == str(places["temporary"])


@posix
@pytest.mark.usefixtures("umask")
def test_a_cache_that_we_make_is_ours_alone_whatever_the_umask(places: dict[str, Path]) -> None:
    folder = Path(jit._cache_folder())
    assert folder.parent == places["cache"] / "syndetect" / "kernels"
    assert folder.stat().st_mode & 0o077 == 0
    assert folder.parent.stat().st_mode & 0o022 == 0


@posix
@pytest.mark.parametrize("which", ["the place", "the folder"])
def test_a_cache_that_others_may_write_is_not_used(places: dict[str, Path], which: str) -> None:
    folder = Path(jit._cache_folder())
    (folder if which == "the folder" else folder.parent).chmod(0o777)
    assert not Path(jit._cache_folder()).is_relative_to(places["cache"])


@posix
def test_a_link_that_another_user_put_there_is_not_followed(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can make another user's link")
    target, link = tmp_path / "target", tmp_path / "link"
    target.mkdir(mode=0o700)
    link.symlink_to(target)
    os.lchown(link, 12345, 12345)
    assert jit._is_ours(target)
    assert not jit._is_ours(link)


@posix
def test_other_sources_have_another_folder(places: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    before = jit._cache_folder()
    source = places["temporary"] / "jit.py"
    source.write_text("# a kernel of another version\n", encoding="utf-8")
    monkeypatch.setattr(jit, "__file__", str(source))
    assert Path(before).name != Path(jit._cache_folder()).name


def test_kernels_that_check_bounds_have_another_folder(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = set()
    for checks in (None, 1):
        monkeypatch.setattr(numba.config, "BOUNDSCHECK", checks)
        found.add(jit._cache_folder())
    assert len(found) == 2
    assert all(Path(folder).is_relative_to(places["cache"]) for folder in found)


def double(values: np.ndarray) -> int:
    total = 0
    for value in values:
        total += 2 * value
    return total


@pytest.mark.parametrize("has_cache", [True, False])
def test_a_kernel_works_with_a_cache_and_without(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, has_cache: bool
) -> None:
    folder = str(places["cache"]) if has_cache else ""
    monkeypatch.setattr(jit, "CACHE_FOLDER", folder)
    assert jit.kernel(double)(np.arange(4)) == 12
    for part in (jit.inline(double), jit.merged(double)):
        assert numba.njit(lambda values, part=part: part(values))(np.arange(4)) == 12
    assert numba.config.CACHE_DIR == ""
    assert any(places["cache"].rglob("*.nbi")) == (has_cache and not INTERPRETED)


_LOADING = """
import sys
import numpy as np
from syndetect.kernels import jit

def squares(n):
    values = np.empty(n, np.int64)
    for i in range(n):
        values[i] = i * i
    return values

def cubes(n):
    return n**3

assert jit.kernel(squares)(4).tolist() == [0, 1, 4, 9]
print("numba.np.linalg" in sys.modules)
assert len(sys.argv) == 1 or jit.kernel(cubes)(3) == 27
"""


@compiled
def test_what_compiles_is_not_imported_to_load_a_kernel(tmp_path: Path) -> None:
    script = tmp_path / "loading.py"
    script.write_text(_LOADING, encoding="utf-8")
    settings = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    imported = [
        subprocess.run(
            [sys.executable, script, *more], env=settings, check=True, stdout=subprocess.PIPE, text=True
        ).stdout.strip()
        for more in ([], [], ["and compile another one"])
    ]
    assert imported == ["True", "False", "False"]


@compiled
@pytest.mark.parametrize("lacks", ["module", "class"])
def test_numbas_own_cache_takes_over_where_it_has_other_names(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, lacks: str
) -> None:
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(places["cache"]))
    if lacks == "module":
        monkeypatch.setattr(jit, "caching", None)
    else:
        monkeypatch.delattr("numba.core.caching.CompileResultCacheImpl")
    assert jit.kernel(double)(np.arange(4)) == 12
    assert [path.parent.parent for path in places["cache"].rglob("*.nbi")] == [places["cache"]]
    assert numba.config.CACHE_DIR == ""


@compiled
def test_a_kernel_works_with_a_cache_that_cannot_be_written(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    block(places["cache"])  # a file, which no mode makes a folder
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(places["cache"] / "kernels"))
    assert jit.kernel(double)(np.arange(4)) == 12


def test_it_is_known_whether_kernels_are_compiled(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jit, "CACHE_FOLDER", "")
    assert not jit.is_compiled("scan")
    monkeypatch.setattr(jit, "CACHE_FOLDER", str(places["cache"]))
    assert not jit.is_compiled("scan")
    (places["cache"] / "compiled-scan-cpython-30").touch()
    assert not jit.is_compiled("scan"), "that is another Python's"
    jit.note_compiled("scan")
    assert jit.is_compiled("scan")


@compiled
def test_kernels_release_the_lock_and_divide_like_numpy() -> None:
    made: Any = jit.kernel(double)
    assert made.targetoptions["nogil"]
    assert made.targetoptions["error_model"] == "numpy"

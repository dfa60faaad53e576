"""What the extension keeps on disk besides its preferences and weights. All of it can be made or fetched anew."""

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import bpy

from .package import PACKAGE
from .reply_file import SUFFIX

if TYPE_CHECKING:
    from engine.data_folder import imported_weights, unfinished_downloads
else:
    from ..engine.data_folder import imported_weights, unfinished_downloads

TEMPORARY = "2k2k-"
"""How the names of temporary folders begin."""

DAY = 24 * 3600
"""Seconds after which a temporary folder of another Blender is taken for one that has crashed."""

KEPT_LOGS = 5
"""Logs of Blenders that have ended, the newest first."""


def folder() -> Path:
    """The extension's own folder; every Blender that is open writes a log of its own there."""
    return Path(bpy.utils.extension_path_user(PACKAGE, create=True))


def used_bytes() -> int:
    """Size of all that `clear` deletes."""
    return sum(map(size_of, _clearable()))


def imported_bytes() -> int:
    """Size of the weights that the user has imported."""
    return sum(map(size_of, imported_weights()))


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder; 0 if it does not exist."""
    with suppress(OSError):
        files = path.rglob("*") if path.is_dir() else [path]
        return sum(file.stat().st_size for file in files)
    return 0


def clear() -> None:
    """Delete the logs, unfinished downloads, and what a Blender that has crashed has left behind."""
    for path in list(_clearable()):
        _delete(path)


def tidy() -> None:
    """Delete what nobody will miss: all but the newest logs, and what crashed Blenders have left.

    The replies of an engine at work stay readable where they can be deleted, and cannot be deleted elsewhere.
    """
    logs = sorted(folder().glob("*.log"), key=_changed, reverse=True)
    for path in (*logs[KEPT_LOGS:], *folder().glob(f"*{SUFFIX}"), *_left_behind()):
        _delete(path)


def _clearable() -> Iterator[Path]:
    yield from folder().iterdir()
    yield from unfinished_downloads()
    yield from _left_behind()


def _left_behind() -> Iterator[Path]:
    """Temporary folders of other Blenders: each has a folder of its own beside this one's."""
    own = Path(bpy.app.tempdir)
    for path in own.parent.glob(f"blender_*/{TEMPORARY}*"):
        if path.parent != own and time.time() - _changed(path) > DAY:
            yield path


def _changed(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return time.time()


def _delete(path: Path) -> None:
    """As far as it can be deleted: another Blender may have it open."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()

"""Small pictures of photo files, for panels; Blender makes them, and keeps them between its starts."""

from pathlib import Path

import bpy
import bpy.utils.previews

MAX_KEPT = 200

_previews: bpy.utils.previews.ImagePreviewCollection | None = None


def key(path: Path) -> str:
    """What a file's thumbnail is known by as long as the file does not change; empty for one that does not exist."""
    try:
        return f"{path}:{path.stat().st_mtime_ns}"
    except (OSError, ValueError):
        return ""


def icon(path: Path, name: str) -> int:
    """The number of an icon; 0 if there is none. name: the file's `key`, known even when the file is gone."""
    if _previews is None or not name:
        return 0
    if name not in _previews:
        if len(_previews) >= MAX_KEPT:
            _previews.clear()
        _previews.load(name, str(path), "IMAGE")
    return _previews[name].icon_id


def register() -> None:
    global _previews
    _previews = bpy.utils.previews.new()


def unregister() -> None:
    global _previews
    if _previews is not None:
        bpy.utils.previews.remove(_previews)
        _previews = None

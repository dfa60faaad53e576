"""Photos on the system's clipboard."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bpy

from .pictures import named_pictures

EMPTY = "There is no picture on the clipboard; copy one, or the path of a picture file, first."
if sys.platform.startswith("linux"):
    EMPTY += " Blender can read copied pictures only on Wayland, paths everywhere."


def files(context: bpy.types.Context) -> list[Path]:
    """The picture files whose paths are on the clipboard."""
    return named_pictures(context.window_manager.clipboard)


@contextmanager
def image(context: bpy.types.Context) -> Iterator[bpy.types.Image | None]:
    """The picture on the clipboard as an image that is gone afterwards; None if there is none.

    Blender pastes pictures only into an Image Editor, so one of the window's areas is one meanwhile.
    """
    known = set(bpy.data.images)
    _paste(context)
    pasted = next((image for image in bpy.data.images if image not in known), None)
    try:
        yield pasted
    finally:
        if pasted is not None:
            bpy.data.images.remove(pasted)


def _paste(context: bpy.types.Context) -> None:
    areas = list(context.screen.areas)
    area = next((area for area in areas if area.type == "IMAGE_EDITOR"), None) or _other(areas, context.area)
    kind = area.ui_type
    area.ui_type = "IMAGE_EDITOR"
    editor = area.spaces.active
    shown = editor.image
    try:
        with context.temp_override(area=area, region=area.regions[-1]):
            paste: Any = bpy.ops.image.clipboard_paste
            if paste.poll():
                paste()
                editor.image = shown
    finally:
        area.ui_type = kind


def _other(areas: list[bpy.types.Area], busy: bpy.types.Area) -> bpy.types.Area:
    """Not the area whose button is being pressed, if there is another."""
    return next((area for area in areas if area != busy), busy)

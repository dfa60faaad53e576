"""Photos on the system's clipboard."""

import sys
from pathlib import Path
from typing import Any

import bpy

from .jobs import PhotoError
from .pictures import named_pictures

EMPTY = "There is no picture on the clipboard; copy one, or the path of a picture file, first."
if sys.platform.startswith("linux"):
    EMPTY += " Blender can read copied pictures only on Wayland, paths everywhere."


def files(context: bpy.types.Context) -> list[Path]:
    """The picture files whose paths are on the clipboard."""
    return named_pictures(context.window_manager.clipboard)


def image(context: bpy.types.Context) -> bpy.types.Image:
    """The picture on the clipboard, as an image of the file. Raises PhotoError if there is none.

    Blender pastes pictures only into an Image Editor, so one of the window's areas is one meanwhile.
    """
    known = set(bpy.data.images)
    _paste(context)
    pasted = next((image for image in bpy.data.images if image not in known), None)
    if pasted is None:
        raise PhotoError(EMPTY)
    pasted.pack()
    return pasted


def _paste(context: bpy.types.Context) -> None:
    """Paste the picture, if there is one, into an area that is put back afterwards."""
    area = _area(context)
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


def _area(context: bpy.types.Context) -> bpy.types.Area:
    """An Image Editor, or else any area but the one whose button is being pressed. Raises PhotoError."""
    others = [area for area in context.screen.areas if area != context.area]
    others.sort(key=lambda area: area.type != "IMAGE_EDITOR")
    if not others:
        raise PhotoError("Blender pastes only into another area; leave the maximized one first.")
    return others[0]

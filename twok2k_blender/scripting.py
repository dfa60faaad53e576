"""What scripts can call instead of the operators, where they want the object itself."""

import os
from pathlib import Path
from typing import Any

import bpy

from .words import rpt_


def generate(photo: str | Path | bpy.types.Image | None = None, **options: Any) -> bpy.types.Object:
    """Make a human of a photo, which is a file or an image of the .blend (None: the panel's), and return it.

    options: as those of the operator `twok2k.generate`. Raises RuntimeError with one sentence, and nothing changed.
    """
    given: dict[str, Any] = {}
    if isinstance(photo, bpy.types.Image):
        given["image"] = photo.name
    elif photo == "":
        raise RuntimeError(rpt_("The photo's path is empty; name a picture file."))
    elif photo is not None:
        given["filepath"] = os.fspath(photo)
    try:
        bpy.ops.twok2k.generate(**given, **options)
    except RuntimeError as error:
        raise RuntimeError(_sentence(str(error).strip())) from None
    return bpy.context.view_layer.objects.active


def _sentence(text: str) -> str:
    """Blender puts the kind of a report, in the user's language, before it."""
    return text.partition(": ")[2] or text

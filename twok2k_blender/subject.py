"""The person of a photo that the panel's mask, or its key points, are of.

A photo file is known by its path as the panel has it, which stays when the project is moved or the photo is touched.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from .properties import TWOK2K_PG_picture


class TWOK2K_PG_subject(bpy.types.PropertyGroup):  # noqa: N801
    photo: bpy.props.StringProperty(description="Path or name of the photo; empty: not known")
    image: bpy.props.PointerProperty(type=bpy.types.Image, description="That photo, where it is an image")
    person: bpy.props.IntProperty(description="From 1; 0: not known")


def remember(subject: TWOK2K_PG_subject, panel: "TWOK2K_PG_picture") -> None:
    """It is who is chosen in the panel."""
    subject.image = panel.image if panel.source == "IMAGE" else None
    subject.photo = subject.image.name if subject.image else panel.filepath
    subject.person = panel.person


def forget(subject: TWOK2K_PG_subject) -> None:
    """It is nobody yet."""
    subject.image, subject.photo, subject.person = None, "", 0


def is_shown(subject: TWOK2K_PG_subject, panel: "TWOK2K_PG_picture", person: int) -> bool:
    """Whether it is that person, from 1, of the panel's photo; there is a photo."""
    if subject.person != person:
        return False
    if panel.source == "IMAGE":
        return bool(subject.image == panel.image)
    of, shown = (Path(bpy.path.abspath(path)) for path in (subject.photo, panel.filepath))
    return subject.image is None and of == shown

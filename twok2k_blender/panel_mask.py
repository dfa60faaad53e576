"""The panel's mask, and the photo and the person that it is of.

A photo file is known by its path as the panel has it, which stays when the project is moved or the photo is touched.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from .properties import TWOK2K_PG_picture


def remember(panel: "TWOK2K_PG_picture", has_photo: bool) -> None:
    """The mask has been chosen, for the panel's photo and person; for none yet while there is no photo."""
    image = panel.image if panel.source == "IMAGE" else None
    chosen = has_photo and panel.mask is not None
    panel.mask_image = image if chosen else None
    panel.mask_photo = (image.name if image else panel.filepath) if chosen else ""
    panel.mask_person = panel.person if chosen else 0


def adopt(panel: "TWOK2K_PG_picture", has_photo: bool) -> None:
    """A mask that is not yet of any photo is for the panel's."""
    if not panel.mask_photo:
        remember(panel, has_photo)


def mask_of(panel: "TWOK2K_PG_picture", person: int) -> bpy.types.Image | None:
    """The mask, if it is of the panel's photo and of that person, from 1; there is a photo."""
    is_of = not panel.mask_photo or (_is_of_photo(panel) and panel.mask_person == person)
    return panel.mask if is_of else None


def _is_of_photo(panel: "TWOK2K_PG_picture") -> bool:
    if panel.source == "IMAGE":
        return bool(panel.mask_image == panel.image)
    of, shown = (Path(bpy.path.abspath(path)) for path in (panel.mask_photo, panel.filepath))
    return panel.mask_image is None and of == shown

"""The panel's mask, and the photo that it is of. A photo is told by its name in the panel's `Choice`."""

from typing import TYPE_CHECKING

import bpy

if TYPE_CHECKING:
    from .properties import TWOK2K_PG_picture


def remember(panel: "TWOK2K_PG_picture", photo: str) -> None:
    """The mask has been chosen, for that photo; empty while there is none yet."""
    panel.mask_photo = photo if panel.mask else ""


def adopt(panel: "TWOK2K_PG_picture", photo: str) -> None:
    """The photo has been chosen; a mask that was there before any photo is for this one."""
    if not panel.mask_photo:
        remember(panel, photo)


def mask_of(panel: "TWOK2K_PG_picture", photo: str) -> bpy.types.Image | None:
    """The mask, if it is of that photo."""
    return panel.mask if panel.mask_photo == photo else None

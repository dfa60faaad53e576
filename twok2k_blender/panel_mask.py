"""The panel's mask, which is of one person of one photo."""

from typing import TYPE_CHECKING

import bpy

from . import subject

if TYPE_CHECKING:
    from .properties import TWOK2K_PG_picture


def remember(panel: "TWOK2K_PG_picture", has_photo: bool) -> None:
    """The mask has been chosen, for the panel's photo and person; for none yet while there is no photo."""
    if has_photo and panel.mask is not None:
        subject.remember(panel.mask_subject, panel)
    else:
        subject.forget(panel.mask_subject)


def adopt(panel: "TWOK2K_PG_picture", has_photo: bool) -> None:
    """A mask that is not yet of any photo is for the panel's."""
    if not panel.mask_subject.photo:
        remember(panel, has_photo)


def mask_of(panel: "TWOK2K_PG_picture", person: int) -> bpy.types.Image | None:
    """The mask, if it is of the panel's photo and of that person, from 1; there is a photo."""
    is_of = not panel.mask_subject.photo or subject.is_shown(panel.mask_subject, panel, person)
    return panel.mask if is_of else None

"""The panel's photo with what the engine has found in it."""

import bpy

from . import preview, thumbnails
from .preview import found
from .properties import TWOK2K_PG_picture
from .session import session
from .widgets import draw_text

BUTTON = 20
"""Height of a button in pixels at scale 1, the unit of an icon's size."""

MARGIN = 40
"""Pixels beside the picture at scale 1."""

LARGEST = 20.0
MANY = 5
"""People in a row of numbers."""


def has_photo(panel: TWOK2K_PG_picture) -> bool:
    """Whether the panel has a photo to be turned into a person."""
    return preview.choice_of(panel) is not None


def draw_photo(context: bpy.types.Context, layout: bpy.types.UILayout, panel: TWOK2K_PG_picture) -> None:
    """The photo as large as the panel is wide; below it who and what is found, or why nobody is."""
    is_found = found.is_of(preview.choice_of(panel))
    icon = found.icon if is_found and found.facts else _thumbnail(panel)
    layout.template_icon(icon, scale=_scale(context))
    if not is_found and not preview.looking():
        layout.operator("twok2k.find_people", icon="VIEWZOOM")
        return
    row = layout.row()  # always there, so that the buttons below it stay where they are
    if is_found:
        _draw_people(row, panel)
    else:
        row.label(text="Waiting for the engine" if session.working else "Looking for people")
    row.operator("twok2k.find_people", text="", icon="VIEWZOOM")
    if is_found:
        for sentence in found.facts.get("warnings", ()):
            draw_text(context, layout, sentence)
        if found.error:
            draw_text(context, layout, found.error, failed=True)


def _draw_people(row: bpy.types.UILayout, panel: TWOK2K_PG_picture) -> None:
    """A button for everybody, with the number of their frame."""
    if found.people <= 1:
        row.label(text="One person" if found.people else "Nothing to show")
        return
    grid = row.grid_flow(row_major=True, columns=min(found.people, MANY), even_columns=True, align=True)
    for number in range(1, found.people + 1):
        operator = grid.operator("twok2k.choose_person", text=str(number), depress=number == panel.person)
        operator.person = number


def _thumbnail(panel: TWOK2K_PG_picture) -> int:
    """An icon of the photo itself."""
    photo = preview.chosen_photo(panel)
    if isinstance(photo, bpy.types.Image):
        return bpy.types.UILayout.icon(photo)
    return thumbnails.icon(photo, thumbnails.key(photo))


def _scale(context: bpy.types.Context) -> float:
    width = context.region.width / context.preferences.system.ui_scale - MARGIN
    return min(max(width / BUTTON, 8.0), LARGEST)

"""Key points of the panel's photo that can be put right: where they were found, and where the user has moved them.

They are kept in the scene, so that moving one is a step of undo and they are saved with the file.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import bpy

from . import subject

if TYPE_CHECKING:
    from .properties import TWOK2K_PG_picture

KeyPoints = dict[str, list[float]]
"""x, y in photo pixels by name, as the engine reads and tells them."""


class TWOK2K_PG_key_point(bpy.types.PropertyGroup):  # noqa: N801
    """found, location: photo pixels, from the upper left."""

    found: bpy.props.FloatVectorProperty(size=2)
    location: bpy.props.FloatVectorProperty(size=2)


def remember(panel: "TWOK2K_PG_picture", state: str, facts: Mapping[str, Any], picture: bpy.types.Image) -> None:
    """Let the panel have the key points that the engine has found. state: the photo's name in the panel's `Choice`."""
    subject.remember(panel.key_subject, panel)
    panel.key_state, panel.key_picture, panel.key_size = state, picture, facts["size"]
    panel.key_points.clear()
    for name, place in facts["keypoints"].items():
        point = panel.key_points.add()
        point.name, point.found, point.location = name, place, place


def are_of(panel: "TWOK2K_PG_picture", person: int) -> bool:
    """Whether the panel has key points of its photo and of that person, from 1."""
    return subject.is_shown(panel.key_subject, panel, person)


def moved(panel: "TWOK2K_PG_picture", person: int) -> KeyPoints:
    """The key points that the user has put right on the panel's photo for that person, from 1."""
    if not are_of(panel, person):
        return {}
    points = ((point.name, point) for point in panel.key_points)
    return {name: list(point.location) for name, point in points if tuple(point.location) != tuple(point.found)}


def reset(panel: "TWOK2K_PG_picture") -> None:
    """Everything is where it was found."""
    for point in panel.key_points:
        point.location = point.found


def shown(context: bpy.types.Context) -> "TWOK2K_PG_picture | None":
    """The panel whose key points belong onto the image that the context's Image Editor shows."""
    editor, panel = context.space_data, context.scene.twok2k
    if editor is None or editor.type != "IMAGE_EDITOR" or editor.ui_mode != "VIEW":
        return None
    return panel if panel.key_points and editor.image is not None and editor.image == panel.key_picture else None


def in_region(
    context: bpy.types.Context, panel: "TWOK2K_PG_picture"
) -> Iterator[tuple[TWOK2K_PG_key_point, tuple[float, float]]]:
    """Every key point, and where it is in the Image Editor's region, in pixels."""
    view, (width, height) = context.region.view2d, panel.key_size
    for point in panel.key_points:
        x, y = point.location
        yield point, view.view_to_region(x / width, 1 - y / height, clip=False)


def photo_place(context: bpy.types.Context, panel: "TWOK2K_PG_picture", region: Sequence[float]) -> tuple[float, float]:
    """Photo pixels of a place in the region, moved into the photo where it is beside it."""
    (u, v), (width, height) = context.region.view2d.region_to_view(*region), panel.key_size
    return inside(panel, (u * width, (1 - v) * height))


def inside(panel: "TWOK2K_PG_picture", place: Sequence[float]) -> tuple[float, float]:
    """The nearest place in the photo."""
    width, height = panel.key_size
    return min(max(place[0], 0.0), width - 1.0), min(max(place[1], 0.0), height - 1.0)

"""Finds scenes and objects again by the number that Blender gives them for as long as their file is open.

A name will not do: it may change, and other data may have it by then.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

import bpy

Data = TypeVar("Data", bound=bpy.types.ID)


class Asked(Protocol):
    """Work that was asked for in a scene, whose number this is."""

    scene: int


def find(data: Iterable[Data], number: int) -> Data | None:
    """The one with that number; None if it is gone."""
    return next((item for item in data if item.session_uid == number), None)


def scene_of(job: Asked) -> bpy.types.Scene:
    """The scene that work was asked for in; if that is gone, the one that the first window shows."""
    windows = bpy.context.window_manager.windows
    return find(bpy.data.scenes, job.scene) or (windows[0].scene if windows else bpy.context.scene)

"""A photo on its way to a new mesh for a person who is already in the scene."""

from collections.abc import Mapping
from typing import Any

import bpy

from .key_points import KeyPoints
from .lineup import Lineup
from .mesh_data import MeshData
from .photo_job import PhotoJob
from .picture_job import Picture
from .result import is_result
from .scene import replace_person


class AgainJob(PhotoJob):
    """person: the object's name. Should that have gone meanwhile, the result is added like any other."""

    drafts = False  # the old mesh stays in sight until the new one is there

    def __init__(
        self,
        photo: Picture,
        settings: Mapping[str, Any],
        person: str,
        mask: Picture | None = None,
        keypoints: KeyPoints | None = None,
    ) -> None:
        """Raises PhotoError."""
        super().__init__(photo, settings, Lineup(), mask, keypoints)
        self._object = person

    def add_to_scene(self, context: bpy.types.Context, data: MeshData) -> None:
        person: bpy.types.Object | None = context.scene.objects.get(self._object)
        if person is None or not is_result(person):
            super().add_to_scene(context, data)
        else:
            replace_person(context, person, data, self._facts)

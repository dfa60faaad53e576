"""A photo on its way to a new mesh for a person who is already in the scene."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import bpy

from .identity import find
from .key_points import KeyPoints
from .lineup import Lineup
from .mesh_data import MeshData
from .photo_job import PhotoJob
from .picture_job import Picture
from .result import is_result
from .scene import replace_person


class AgainJob(PhotoJob):
    """Should the person have gone meanwhile, the result is added like any other."""

    drafts = False  # the old mesh stays in sight until the new one is there
    of_file = True

    def __init__(
        self,
        photo: Picture,
        settings: Mapping[str, Any],
        person: bpy.types.Object,
        mask: Picture | None = None,
        keypoints: KeyPoints | None = None,
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Raises PhotoError."""
        super().__init__(photo, settings, Lineup(), mask, keypoints, given)
        self._person_number = person.session_uid

    def renew(self, settings: Mapping[str, Any], _: int) -> None:
        """The scene stays the person's."""
        super().renew(settings, self.scene)

    def add_to_scene(self, context: bpy.types.Context, data: MeshData) -> None:
        person = find(context.scene.objects, self._person_number)
        if person is None or not is_result(person):
            super().add_to_scene(context, data)
        else:
            replace_person(context, person, data, self._facts)

"""A tool's work on a person of the scene, beside the user's own; what the user does meanwhile is never overwritten."""

import time
import zlib
from collections.abc import Sequence

import bpy
import numpy as np

from .identity import find
from .result import ToolError, is_result, mesh_of
from .side_blender import SideBlender

GONE = "The human is no longer in the scene; undo its removal, or use the tool on another one."
CHANGED = "The human's mesh has changed meanwhile; use the tool again."


class SideWork:
    """Holds no Blender data, which an undo makes invalid, only numbers. scene: the one that it was asked for in."""

    def __init__(
        self, tool: str, person: bpy.types.Object, mesh: bpy.types.Mesh, numbers: Sequence[float], replaces: bool
    ) -> None:
        """tool, mesh, numbers: as for SideBlender. replaces: whether the new mesh is to take the place of the person's.

        Raises ToolError.
        """
        self._side = SideBlender(tool, mesh, numbers)
        self.scene, self._person = bpy.context.scene.session_uid, person.session_uid
        self._began = time.monotonic()
        self._before = fingerprint(person) if replaces else None

    @property
    def running(self) -> bool:
        return self._side.running

    @property
    def seconds(self) -> int:
        return int(time.monotonic() - self._began)

    def result(self, context: bpy.types.Context) -> tuple[bpy.types.Object, bpy.types.Mesh]:
        """The person in the context's scene, and the new mesh. Raises ToolError, with nothing changed."""
        person = find(context.scene.objects, self._person)
        if person is None or not is_result(person):
            raise ToolError(GONE)
        if self._before is not None and fingerprint(person) != self._before:
            raise ToolError(CHANGED)
        return person, self._side.result()

    def close(self) -> None:
        """End the work and leave nothing of it."""
        self._side.close()


def fingerprint(person: bpy.types.Object) -> tuple[int, int, int]:
    """Differs where the object has got another mesh, or the mesh other faces, positions, colours or coordinates."""
    mesh = mesh_of(person)
    layers = [(mesh.vertices, "co", 3)]
    layers += [(color.data, "color", 4) for color in mesh.color_attributes]
    layers += [(layer.uv, "vector", 2) for layer in mesh.uv_layers]
    checksum = 0
    for data, name, width in layers:
        values = np.empty(width * len(data), np.float32)
        data.foreach_get(name, values)
        checksum = zlib.crc32(values.tobytes(), checksum)
    return mesh.session_uid, len(mesh.polygons), checksum

"""What makes a new mesh of a result's, from its number of faces on; this Blender or another one calls it."""

from collections.abc import Callable

import bpy

from .quads import remeshed
from .result import decimated

MESH_TOOLS: dict[str, Callable[[bpy.types.Context, bpy.types.Mesh, int], bpy.types.Mesh]] = {
    "decimate": decimated,
    "quads": remeshed,
}
"""By name. They leave the given mesh as it is, and raise ToolError."""

"""What makes a new mesh of a result's, from its number of faces on, or the size of its texture; this Blender or another
one calls it."""

from collections.abc import Callable

import bpy

from .baking import textured
from .quads import remeshed
from .result import decimated

MESH_TOOLS: dict[str, Callable[[bpy.types.Context, bpy.types.Mesh, int], bpy.types.Mesh]] = {
    "bake": textured,
    "decimate": decimated,
    "quads": remeshed,
}
"""By name. They leave the given mesh as it is, and raise ToolError."""

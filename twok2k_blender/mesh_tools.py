"""What makes a new mesh of a result's; this Blender or another one calls it."""

from collections.abc import Callable

import bpy

from .baking import textured
from .quads import remeshed
from .result import decimated
from .solid import printable

MESH_TOOLS: dict[str, Callable[..., bpy.types.Mesh]] = {
    "bake": textured,
    "decimate": decimated,
    "printable": printable,
    "quads": remeshed,
}
"""By name; called with the context, a mesh and one or more numbers. They leave the given mesh as it is, and raise
ToolError."""

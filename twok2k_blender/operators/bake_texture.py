import time
from collections.abc import Iterator
from contextlib import contextmanager

import bpy

from ..baking import SOURCE
from ..material import require_saved_images
from ..mesh_operator import PERIOD, MeshOperator
from ..result import baked, mesh_of
from ..scene import set_texture
from ..side_work import SideWork
from ..words import rpt_

SIZES = {"1K": 1024, "2K": 2048, "4K": 4096}


class TWOK2K_OT_bake_texture(MeshOperator):  # noqa: N801
    """Always in a second Blender: baking needs another render engine, and other selections, than the user's scene."""

    bl_idname = "twok2k.bake_texture"
    bl_label = "Unwrap & Bake"
    bl_description = (
        "Make a UV map and a color texture: from the other selected objects, with a normal map if they are finer, or "
        "else from the human's own colors; it takes some seconds to a minute, and you can work on meanwhile"
    )

    size: bpy.props.EnumProperty(
        name="Size",
        description="Width and height of the textures in pixels; 2K keeps a photo's detail on the whole body",
        items=(
            ("1K", "1K", "1024 pixels, for crowds and games"),
            ("2K", "2K", "2048 pixels, about one for each millimeter of a person"),
            ("4K", "4K", "4096 pixels, for close-ups; four times the time and memory"),
        ),
        default="2K",
    )

    tool = "bake"

    def numbers(self, _: bpy.types.Context) -> tuple[int]:
        return (SIZES[self.size],)

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        with self.given(context, person) as mesh:
            side = SideWork(self.tool, person, mesh, self.numbers(context), self.replaces)
        try:
            while side.running:
                time.sleep(PERIOD)
            return self.put(context, *side.result(context))
        finally:
            side.close()

    @contextmanager
    def given(self, context: bpy.types.Context, person: bpy.types.Object) -> Iterator[bpy.types.Mesh]:
        with with_sources(context, person) as mesh:
            yield mesh

    def put(self, context: bpy.types.Context, person: bpy.types.Object, mesh: bpy.types.Mesh) -> str:
        set_texture(mesh_of(person), mesh)
        bpy.data.meshes.remove(mesh)
        return rpt_("The texture has {size:,} x {size:,} pixels.", size=SIZES[self.size])


@contextmanager
def with_sources(context: bpy.types.Context, person: bpy.types.Object) -> Iterator[bpy.types.Mesh]:
    """The person's mesh, which leads to the other selected meshes as long as the block takes. Raises ToolError."""
    meshes = [item for item in context.selected_objects if item.type == "MESH" and mesh_of(item).polygons]
    others = [item for item in meshes if item != person]
    require_saved_images((person, *others))  # the second Blender cannot see what is in memory only
    mesh = mesh_of(person)
    sources = {f"{SOURCE} {number}": _seen_from(context, person, other) for number, other in enumerate(others)}
    try:
        for key, source in sources.items():
            mesh[key] = source
        yield mesh
    finally:
        for key in sources:
            del mesh[key]
        bpy.data.batch_remove(sources.values())


def _seen_from(context: bpy.types.Context, person: bpy.types.Object, other: bpy.types.Object) -> bpy.types.Mesh:
    """The other object as it looks, in the person's coordinates."""
    mesh = baked(context, other)
    mesh.transform(person.matrix_world.inverted_safe() @ other.matrix_world)
    return mesh

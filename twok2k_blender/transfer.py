"""What belongs to a surface, not to its vertices, on another mesh of the same surface."""

import bpy

from .result import baked, temporary_object


def carry_over(
    context: bpy.types.Context, source: bpy.types.Mesh, target: bpy.types.Mesh, colors: bool = True
) -> bpy.types.Mesh:
    """Turn `target` into a mesh with the vertex groups, and the colours, that `source` has at the nearest points.

    Returns a new mesh; `target` is removed. Both are in the same coordinates.
    """
    names = [color.name for color in source.color_attributes] if colors else []
    for name in names:
        target.color_attributes.new(name, source.color_attributes[name].data_type, "POINT")
    with temporary_object(context, source) as giver, temporary_object(context, target) as taker:
        for group in giver.vertex_groups:
            taker.vertex_groups.new(name=group.name)
        _add_transfer(taker, giver, colors)
        mesh = baked(context, taker)
    bpy.data.meshes.remove(target)
    if names:
        mesh.color_attributes.active_color_name = source.color_attributes.active_color_name
        mesh.color_attributes.render_color_index = source.color_attributes.render_color_index
    return mesh


def _add_transfer(taker: bpy.types.Object, giver: bpy.types.Object, colors: bool) -> None:
    modifier = taker.modifiers.new("Transfer", "DATA_TRANSFER")
    modifier.object = giver
    modifier.use_vert_data = True
    modifier.data_types_verts = ({"COLOR_VERTEX"} if colors else set()) | (
        {"VGROUP_WEIGHTS"} if giver.vertex_groups else set()
    )
    modifier.vert_mapping = "POLYINTERP_NEAREST"
    for kind in ("vcol_vert", "vgroup"):
        setattr(modifier, f"layers_{kind}_select_src", "ALL")
        setattr(modifier, f"layers_{kind}_select_dst", "NAME")

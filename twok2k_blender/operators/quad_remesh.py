import bpy

from ..quads import quadrangulated
from ..result import ResultOperator, copy_materials, mesh_of, replace_mesh
from ..scene import show_colors_without_uv
from ..transfer import carry_over


class TWOK2K_OT_quad_remesh(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.quad_remesh"
    bl_label = "Quad Remesh"
    bl_description = (
        "Cover the body with quads that follow its form, for rigging and sculpting, and carry the colors over; "
        "takes about a second for every thousand quads"
    )

    faces: bpy.props.IntProperty(
        name="Faces",
        description="About how many quads there shall be: 2,000 for crowds, 10,000 for rigging, 40,000 for sculpting",
        default=5_000,
        min=500,
        max=200_000,
        soft_max=50_000,
        step=500,
    )

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        mesh = mesh_of(person)
        quads = carry_over(context, mesh, quadrangulated(context, mesh, self.faces))
        copy_materials(quads, mesh)
        show_colors_without_uv(quads, mesh)
        replace_mesh(person, quads)
        return f"The mesh has {len(mesh_of(person).polygons):,} faces."

import bpy

from ..mesh_operator import MeshOperator


class TWOK2K_OT_quad_remesh(MeshOperator):  # noqa: N801
    bl_idname = "twok2k.quad_remesh"
    bl_label = "Quad Remesh"
    bl_description = (
        "Cover the body with quads that follow its form, for rigging and sculpting, and carry the colors over; "
        "you can work on meanwhile"
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

    tool = "quads"

    def numbers(self, _: bpy.types.Context) -> tuple[int]:
        return (self.faces,)

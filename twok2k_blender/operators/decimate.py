import bpy

from ..mesh_operator import MeshOperator
from ..result import ToolError, triangle_count
from ..words import rpt_


class TWOK2K_OT_decimate(MeshOperator):  # noqa: N801
    bl_idname = "twok2k.decimate"
    bl_label = "Decimate"
    bl_description = (
        "Reduce the mesh to a number of triangles; form and colors stay as near as these allow; "
        "you can work on meanwhile"
    )

    triangles: bpy.props.IntProperty(
        name="Triangles",
        description="How many triangles to keep: 5,000 for crowds, 50,000 for games, 200,000 for close-ups",
        default=20_000,
        min=100,
        soft_max=500_000,
        step=1000,
    )

    tool = "decimate"

    def numbers(self, _: bpy.types.Context) -> tuple[int]:
        return (self.triangles,)

    def require_work(self, mesh: bpy.types.Mesh) -> None:
        if (before := triangle_count(mesh)) <= self.triangles:
            raise ToolError(rpt_("The mesh has only {count:,} triangles; choose a smaller number.", count=before))

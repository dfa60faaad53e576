import bpy

from ..result import ResultOperator, ToolError, copy_materials, decimated, mesh_of, replace_mesh, triangle_count


class TWOK2K_OT_decimate(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.decimate"
    bl_label = "Decimate"
    bl_description = "Reduce the mesh to a number of triangles; form and colors stay as near as these allow"

    triangles: bpy.props.IntProperty(
        name="Triangles",
        description="How many triangles to keep: 5,000 for crowds, 50,000 for games, 200,000 for close-ups",
        default=20_000,
        min=100,
        soft_max=500_000,
        step=1000,
    )

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        before = triangle_count(mesh_of(person))
        if before <= self.triangles:
            raise ToolError(f"The mesh has only {before:,} triangles; choose a smaller number.")
        mesh = decimated(context, mesh_of(person), self.triangles)
        copy_materials(mesh, mesh_of(person))
        replace_mesh(person, mesh)
        return f"{triangle_count(mesh_of(person)):,} triangles are left of {before:,}."

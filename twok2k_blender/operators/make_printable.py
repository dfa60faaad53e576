import bpy
from mathutils import Matrix

from .. import provenance
from ..material import show_colors
from ..result import ResultOperator, ToolError, baked, copy_materials, mesh_of, select_only
from ..solid import printable
from ..studio import Bounds

GAP = 0.1
"""Metres between a person and its print."""

FACTS = ("Photo", "Weights", "License", "Use", "Version")
"""What is true of the print as well."""


class TWOK2K_OT_make_printable(ResultOperator):  # noqa: N801
    bl_idname = "twok2k.make_printable"
    bl_label = "Make Printable"
    bl_description = (
        "Put a copy for 3D printing beside the human: solid, in one piece, with flat feet, "
        "exactly as tall as you say in millimeters"
    )

    height: bpy.props.FloatProperty(
        name="Height (mm)",
        description="How tall the printed figure is, in millimeters",
        default=150,
        min=10,
        soft_max=400,
        max=3000,
        precision=1,
    )
    cut: bpy.props.FloatProperty(
        name="Foot Cut (mm)",
        description="How much is cut off under the feet, in millimeters of the print; with more it stands more firmly",
        default=1,
        min=0.05,
        soft_max=5,
        max=50,
        precision=2,
    )

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        if self.cut > self.height / 5:
            raise ToolError("The foot cut takes too much of the height; choose less.")
        metre = 1 / context.scene.unit_settings.scale_length
        mesh = baked(context, person)
        mesh.transform(Matrix.LocRotScale(None, None, person.matrix_world.to_scale()))
        mesh, volume = printable(context, mesh, self.height / 1000 * metre, self.cut / self.height)
        figure = bpy.data.objects.new(f"{person.name} Print", mesh)
        mesh.name = figure.name
        copy_materials(mesh, mesh_of(person))
        if not mesh.uv_layers:
            show_colors(figure, None)
        facts = provenance.read(person.items())
        for key in FACTS:
            if key in facts:
                figure[provenance.PREFIX + key] = facts[key]
        person.users_collection[0].objects.link(figure)
        _put_beside(context, figure, person, GAP * metre)
        select_only(context, figure)
        return f"Closed, one piece, {self.height:g} mm tall, {volume * (100 / metre) ** 3:.0f} cm³: ready to print."


def _put_beside(context: bpy.types.Context, figure: bpy.types.Object, person: bpy.types.Object, gap: float) -> None:
    """On the same floor, to the right in the front view."""
    around = Bounds.of(context, person)
    half = max(abs(corner[0]) for corner in figure.bound_box)
    figure.location = (around.high.x + gap + half, around.middle.y, around.low.z)

from collections.abc import Iterator
from contextlib import contextmanager

import bpy
from mathutils import Matrix

from .. import provenance
from ..mesh_operator import MeshOperator
from ..result import ToolError, baked, select_only
from ..scene import collection_for
from ..solid import volume
from ..studio import Bounds
from ..words import rpt_

GAP = 0.1
"""Metres between a person and its print."""

FACTS = ("Photo", "Weights", "License", "Use", "Version")
"""What is true of the print as well."""


class TWOK2K_OT_make_printable(MeshOperator):  # noqa: N801
    bl_idname = "twok2k.make_printable"
    bl_label = "Make Printable"
    bl_description = (
        "Put a copy for 3D printing beside the human: solid, in one piece, with flat feet, "
        "exactly as tall as you say in millimeters; you can work on meanwhile"
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

    tool = "printable"
    replaces = False

    def require_work(self, _: bpy.types.Mesh) -> None:
        if self.cut > self.height / 5:
            raise ToolError("The foot cut takes too much of the height; choose less.")

    def numbers(self, context: bpy.types.Context) -> tuple[float, float]:
        return self.height / 1000 * _metre(context), self.cut / self.height

    @contextmanager
    def given(self, context: bpy.types.Context, person: bpy.types.Object) -> Iterator[bpy.types.Mesh]:
        """What is seen of the person, upright as the person itself is made."""
        mesh = baked(context, person)
        try:
            mesh.transform(Matrix.LocRotScale(None, None, person.matrix_world.to_scale()))
            yield mesh
        finally:
            bpy.data.meshes.remove(mesh)

    def place(self, context: bpy.types.Context, person: bpy.types.Object, mesh: bpy.types.Mesh) -> bpy.types.Object:
        """A new one beside the person, in the same collection if that is in sight."""
        figure = bpy.data.objects.new(f"{person.name} Print", mesh)
        mesh.name = figure.name
        facts = provenance.read(person.items())
        for key in FACTS:
            if key in facts:
                figure[provenance.PREFIX + key] = facts[key]
        collection_for(context, person).objects.link(figure)
        _put_beside(context, figure, person, GAP * _metre(context))
        select_only(context, figure)
        return figure

    def told(self, context: bpy.types.Context, mesh: bpy.types.Mesh) -> str:
        return rpt_(
            "Closed, one piece, {height:g} mm tall, {volume:.0f} cm³: ready to print.",
            height=self.height,
            volume=volume(mesh) * (100 / _metre(context)) ** 3,
        )


def _metre(context: bpy.types.Context) -> float:
    """In the scene's units."""
    return 1 / context.scene.unit_settings.scale_length


def _put_beside(context: bpy.types.Context, figure: bpy.types.Object, person: bpy.types.Object, gap: float) -> None:
    """On the same floor, to the right in the front view."""
    around = Bounds.of(context, person)
    half = max(abs(corner[0]) for corner in figure.bound_box)
    figure.location = (around.high.x + gap + half, around.middle.y, around.low.z)

"""The part of the tab "2K2K" about the active object, if that is one of this extension's results."""

import bpy

from . import provenance
from .adjust import base_color
from .mesh_operator import MeshOperator
from .panels import Tab
from .result import is_result, mesh_of, obstacle, triangle_count
from .widgets import draw_alert, draw_text
from .words import iface_

COLORS = ("brightness", "contrast", "saturation", "hue")


class TWOK2K_PT_result(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "Result"
    bl_parent_id = "TWOK2K_PT_main"
    bl_order = 1

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return is_result(context.object)

    def draw(self, context: bpy.types.Context) -> None:
        layout, facts = self.layout, provenance.read(context.object.items())
        if facts.get("Use") == provenance.NON_COMMERCIAL:
            draw_alert(layout, "Non-commercial use only")
        for warning in facts.get("Warnings", "").splitlines():
            draw_text(context, layout, warning)
        layout.operator("twok2k.generate_again", icon="FILE_REFRESH")


class TWOK2K_PT_adjust(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "Adjust"
    bl_parent_id = "TWOK2K_PT_result"

    def draw(self, context: bpy.types.Context) -> None:
        layout, adjust = self.layout, context.object.twok2k
        if reason := obstacle(context):
            layout.label(text=reason, icon="INFO")
            layout.enabled = False
        layout.use_property_split = True
        layout.use_property_decorate = False
        layout.prop(adjust, "height")
        layout.prop(adjust, "smoothing")
        column = layout.column(align=True)
        column.enabled = base_color(context.object) is not None
        for name in COLORS:
            column.prop(adjust, name, slider=True)
        if context.space_data.shading.type in {"SOLID", "WIREFRAME"}:
            layout.label(text="Colors show in Material Preview", icon="INFO")


class TWOK2K_PT_tools(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "Tools"
    bl_parent_id = "TWOK2K_PT_result"

    def draw(self, context: bpy.types.Context) -> None:
        layout = self.layout
        row = layout.row(align=True)
        row.operator("twok2k.quad_remesh", icon="MOD_REMESH")
        row.operator("twok2k.decimate", icon="MOD_DECIM")
        layout.operator("twok2k.bake_texture", icon="UV")
        if MeshOperator.at_work:
            draw_text(context, layout, iface_("{work}: at work", work=MeshOperator.at_work))
        layout.operator("twok2k.make_printable", icon="MOD_SOLIDIFY")
        row = layout.row(align=True)
        row.operator("twok2k.turntable", icon="CAMERA_DATA")
        row.operator("twok2k.mark_asset", icon="ASSET_MANAGER")
        layout.operator_menu_enum("twok2k.export_result", "format", icon="EXPORT")


class TWOK2K_PT_facts(Tab, bpy.types.Panel):  # noqa: N801
    bl_label = "Facts"
    bl_parent_id = "TWOK2K_PT_result"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012

    def draw(self, context: bpy.types.Context) -> None:
        column, person = self.layout.column(align=True), context.object
        for name, value in _lines(mesh_of(person), provenance.read(person.items())).items():
            split = column.split(factor=0.35)
            split.label(text=name)
            split.label(text=value, translate=False)


def _lines(mesh: bpy.types.Mesh, facts: dict[str, str]) -> dict[str, str]:
    """What the panel tells, by name."""
    lines = {
        "Photo": facts.get("Photo", ""),
        "Vertices": f"{len(mesh.vertices):,}",
        "Triangles": f"{triangle_count(mesh):,}",
        "Person": facts.get("Person", ""),
        "Time": iface_("{seconds} s", seconds=facts["Seconds"]) if "Seconds" in facts else "",
        "Weights": facts.get("Weights", ""),
        "License": facts.get("License", ""),
        "Use": iface_(facts.get("Use", "")),
    }
    return {name: value for name, value in lines.items() if value}


CLASSES = (TWOK2K_PT_result, TWOK2K_PT_adjust, TWOK2K_PT_tools, TWOK2K_PT_facts)

register, unregister = bpy.utils.register_classes_factory(CLASSES)

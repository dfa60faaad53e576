from collections.abc import Callable
from pathlib import Path
from typing import Any

import bpy

from ..result import ResultOperator, ToolError, mesh_of, select_only

FORMATS = (
    ("GLB", "glTF Binary (.glb)", "For game engines and the web, with colors"),
    ("OBJ", "Wavefront (.obj)", "For most 3D programs, with colors at the vertices"),
    ("PLY", "Stanford (.ply)", "For scans and measurements, with colors"),
    ("STL", "STL (.stl)", "For 3D printing, in millimeters and without colors"),
)


class TWOK2K_OT_export_result(ResultOperator):  # noqa: N801
    """A script gives `filepath` and the file is written; else Blender's own exporter asks for it."""

    bl_idname = "twok2k.export_result"
    bl_label = "Export"
    bl_description = "Open Blender's exporter for this human alone, set up so that its colors and size come through"
    bl_options = set()  # noqa: RUF012

    format: bpy.props.EnumProperty(name="Format", description="Kind of file", items=FORMATS)
    filepath: bpy.props.StringProperty(name="File", subtype="FILE_PATH", options={"SKIP_SAVE"})

    def work(self, context: bpy.types.Context, person: bpy.types.Object) -> str:
        select_only(context, person)
        exporter, options = _exporter(
            self.format, context.scene.unit_settings.scale_length, bool(mesh_of(person).uv_layers)
        )
        if not self.filepath:
            exporter("INVOKE_DEFAULT", filepath=f"{bpy.path.clean_name(person.name)}.{self.format.lower()}", **options)
            return "Choose a file."
        path = Path(bpy.path.abspath(self.filepath))
        try:
            exporter(filepath=str(path), **options)
        except RuntimeError as error:
            raise ToolError(f"The file {path} cannot be written; choose another place.") from error
        return f"Written to {path}."


def _exporter(kind: str, metres: float, textured: bool) -> tuple[Callable[..., set[str]], dict[str, Any]]:
    """Blender's operator for a format, and its options; metres: in one of the scene's units.

    Beside a texture glTF must not have vertex colours, which would be multiplied with it.
    """
    if kind == "GLB":
        colors = {"export_vertex_color": "NONE" if textured else "ACTIVE", "export_all_vertex_colors": False}
        return bpy.ops.export_scene.gltf, {
            "export_format": "GLB",
            "use_selection": True,
            "export_apply": True,
            **colors,
        }
    selected = {"export_selected_objects": True, "apply_modifiers": True}
    if kind == "OBJ":
        return bpy.ops.wm.obj_export, {**selected, "export_colors": True, "global_scale": metres}
    if kind == "PLY":
        return bpy.ops.wm.ply_export, {**selected, "export_colors": "SRGB", "global_scale": metres}
    return bpy.ops.wm.stl_export, {**selected, "global_scale": 1000 * metres}

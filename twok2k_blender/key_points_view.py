"""The key points in the Image Editor: bones as lines, and a handle for each point that can be dragged."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import bpy
import gpu
from gpu_extras.batch import batch_for_shader
from mathutils import Matrix

from .key_points import in_region, shown

if TYPE_CHECKING:
    from engine.skeleton import BONES, KEYPOINTS
else:  # within an extension there is no top-level package of the name "engine"
    from ..engine.skeleton import BONES, KEYPOINTS

COLORS = {"left": (0.31, 0.78, 1.0, 1.0), "right": (1.0, 0.43, 0.63, 1.0), "middle": (1.0, 1.0, 1.0, 1.0)}
"""As in the panel's picture; "left" is the person's."""

DARK = (0.08, 0.08, 0.08, 1.0)
WIDTH, BORDER = 2.0, 5.0
SIZE = 8.0
"""Radius of a handle in pixels at scale 1."""

_handles: list[Any] = []


class TWOK2K_GGT_key_points(bpy.types.GizmoGroup):  # noqa: N801
    bl_label = "Key Points"
    bl_space_type = "IMAGE_EDITOR"
    bl_region_type = "WINDOW"
    bl_options = {"PERSISTENT", "SCALE"}  # noqa: RUF012

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        return shown(context) is not None

    def setup(self, _: bpy.types.Context) -> None:
        for name in KEYPOINTS:
            handle = self.gizmos.new("GIZMO_GT_button_2d")
            handle.target_set_operator("twok2k.move_key_point").name = name
            handle.icon = "BLANK1"  # without any, Blender crashes
            handle.draw_options = {"BACKDROP", "OUTLINE"}
            handle.scale_basis = SIZE
            handle.color = COLORS[name.split("_")[0] if "_" in name else "middle"][:3]
            handle.color_highlight = (1.0, 0.67, 0.0)
            handle.alpha = handle.alpha_highlight = 0.9

    def draw_prepare(self, context: bpy.types.Context) -> None:
        panel = shown(context)
        places = {point.name: place for point, place in in_region(context, panel)} if panel else {}
        for name, handle in zip(KEYPOINTS, self.gizmos, strict=True):
            handle.hide = name not in places
            if name in places:
                handle.matrix_basis = Matrix.Translation((*places[name], 0))


def _draw() -> None:
    context = bpy.context
    if (panel := shown(context)) is None:
        return
    places = {point.name: place for point, place in in_region(context, panel)}
    for side, pairs in BONES.items():
        names = [(KEYPOINTS[a], KEYPOINTS[b]) for a, b in pairs]
        ends = [places[name] for pair in names if set(pair) <= places.keys() for name in pair]
        for color, width in ((DARK, BORDER), (COLORS[side], WIDTH)):
            _draw_lines(ends, color, width)


def _draw_lines(ends: Sequence[tuple[float, float]], color: Sequence[float], width: float) -> None:
    shader = gpu.shader.from_builtin("POLYLINE_UNIFORM_COLOR")
    shader.uniform_float("viewportSize", (bpy.context.region.width, bpy.context.region.height))
    shader.uniform_float("lineWidth", width * bpy.context.preferences.system.ui_scale)
    shader.uniform_float("color", color)
    batch_for_shader(shader, "LINES", {"pos": [(*end, 0.0) for end in ends]}).draw(shader)


def register() -> None:
    bpy.utils.register_class(TWOK2K_GGT_key_points)
    _handles.append(bpy.types.SpaceImageEditor.draw_handler_add(_draw, (), "WINDOW", "POST_PIXEL"))


def unregister() -> None:
    while _handles:
        bpy.types.SpaceImageEditor.draw_handler_remove(_handles.pop(), "WINDOW")
    bpy.utils.unregister_class(TWOK2K_GGT_key_points)

import bpy

from ..image_job import AddImage


class TWOK2K_OT_add_key_points(AddImage, bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.add_key_points"
    bl_label = "Correct Key Points"

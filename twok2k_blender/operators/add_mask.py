import bpy

from ..image_job import AddImage


class TWOK2K_OT_add_mask(AddImage, bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.add_mask"
    bl_label = "Paint Mask"

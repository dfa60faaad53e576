import bpy

from .. import background
from ..session import session


class TWOK2K_OT_dismiss(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.dismiss"
    bl_label = "Dismiss"
    bl_description = "Take this message away"
    bl_options = {"INTERNAL"}  # noqa: RUF012

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.say("")
        background.show()
        return {"FINISHED"}

import bpy

from ..session import session


class TWOK2K_OT_cancel(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.cancel"
    bl_label = "Cancel"
    bl_description = "Stop the engine's work (ESC does the same)"

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        return session.busy

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.cancel()
        return {"FINISHED"}

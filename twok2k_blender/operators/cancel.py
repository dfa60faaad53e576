import bpy

from .. import background
from ..session import session


class TWOK2K_OT_cancel(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.cancel"
    bl_label = "Cancel Human"
    bl_description = "Stop the photo that the engine is working on; those that wait go on"

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if session.working is None:
            cls.poll_message_set("The engine is not at work")
        return session.working is not None

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.cancel()
        background.wake()
        return {"FINISHED"}

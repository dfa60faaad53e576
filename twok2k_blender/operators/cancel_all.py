import bpy

from .. import background
from ..session import session
from ..words import tip_


class TWOK2K_OT_cancel_all(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.cancel_all"
    bl_label = "Cancel All Humans"
    bl_description = "Stop the photo that the engine is working on and all that wait; they stay in the list"

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if not session.busy:
            cls.poll_message_set(tip_("No photo is waiting or being worked on"))
        return session.busy

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.cancel_all()
        background.wake()
        return {"FINISHED"}

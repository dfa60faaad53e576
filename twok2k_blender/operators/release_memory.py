import bpy

from ..session import session
from ..words import tip_


class TWOK2K_OT_release_memory(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.release_memory"
    bl_label = "Release 2K2K Memory"
    bl_description = "End the engine's process, which keeps the networks loaded; it starts again when needed"

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if not session.engine_running:
            cls.poll_message_set(tip_("The engine is not running"))
            return False
        if session.busy:
            cls.poll_message_set(tip_("The engine is at work"))
            return False
        return True

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.stop()
        return {"FINISHED"}

import bpy

from .. import storage
from ..session import session
from ..words import tip_


class TWOK2K_OT_clear_cache(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.clear_cache"
    bl_label = "Clear 2K2K Cache"
    bl_description = (
        "Delete the engine's logs, the temporary files of a Blender that has crashed and what unfinished downloads "
        "have brought so far; weights stay"
    )

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if session.busy:
            cls.poll_message_set(tip_("The engine is at work"))
        return not session.busy

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.stop()  # it has its log open
        storage.clear()
        return {"FINISHED"}

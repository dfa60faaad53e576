import bpy

from .. import background
from ..session import session
from ..words import tip_


class TWOK2K_OT_cancel(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.cancel"
    bl_label = "Cancel Human"
    bl_description = "Stop what the engine is working on; what waits in line goes on"

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if session.working is None:
            cls.poll_message_set(tip_("The engine is not at work"))
        return session.working is not None

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if event.type == "ESC" and context.screen.is_animation_playing:
            return {"PASS_THROUGH"}  # ESC ends that first
        return self.execute(context)

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.cancel()
        background.wake()
        return {"FINISHED"}

import bpy

from .. import background
from ..jobs import OVER
from ..session import session
from ..words import tip_


class TWOK2K_OT_clear_finished(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.clear_finished"
    bl_label = "Clear Finished Photos"
    bl_description = "Take all photos off the list that are done, failed or cancelled; finished people stay"

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if not session.queue.all(*OVER):
            cls.poll_message_set(tip_("No photo in the list is finished"))
            return False
        return True

    def execute(self, _: bpy.types.Context) -> set[str]:
        session.queue.remove(*session.queue.all(*OVER))
        background.wake()
        return {"FINISHED"}

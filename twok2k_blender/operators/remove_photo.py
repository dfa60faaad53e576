import bpy

from .. import background
from ..session import session


class TWOK2K_OT_remove_photo(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.remove_photo"
    bl_label = "Remove Photo"
    bl_description = "Take the photo off the list, and stop it if it is being worked on; a finished person stays"
    bl_options = {"INTERNAL"}  # noqa: RUF012

    key: bpy.props.IntProperty(options={"SKIP_SAVE"})

    def execute(self, _: bpy.types.Context) -> set[str]:
        if (job := session.queue.find(self.key)) is not None:
            session.remove(job)
        background.wake()
        return {"FINISHED"}

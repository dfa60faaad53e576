import bpy

from ..mask_job import MaskJob
from ..session import session


class TWOK2K_OT_add_mask(bpy.types.Operator):  # noqa: N801
    """The step in which a mask comes into the file; the only one to undo."""

    bl_idname = "twok2k.add_mask"
    bl_label = "Paint Mask"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    key: bpy.props.IntProperty()

    def execute(self, _: bpy.types.Context) -> set[str]:
        job = session.queue.find(self.key)
        if not isinstance(job, MaskJob) or not job.result_file.is_file():
            self.report({"ERROR"}, "No finished mask has this number; use Paint Mask.")
            return {"CANCELLED"}
        job.add_to_file()
        return {"FINISHED"}

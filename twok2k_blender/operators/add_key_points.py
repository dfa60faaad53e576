import bpy

from ..key_points_job import KeyPointsJob
from ..session import session


class TWOK2K_OT_add_key_points(bpy.types.Operator):  # noqa: N801
    """The step in which key points come into the file; the only one to undo."""

    bl_idname = "twok2k.add_key_points"
    bl_label = "Correct Key Points"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    key: bpy.props.IntProperty()

    def execute(self, _: bpy.types.Context) -> set[str]:
        job = session.queue.find(self.key)
        if not isinstance(job, KeyPointsJob) or not job.result_file.is_file():
            self.report({"ERROR"}, "No key points have this number; use Correct Key Points.")
            return {"CANCELLED"}
        job.add_to_file()
        return {"FINISHED"}

import bpy

from ..photo_job import PhotoJob
from ..session import session


class TWOK2K_OT_add_person(bpy.types.Operator):  # noqa: N801
    """The step in which a result comes into the scene; the only one to undo."""

    bl_idname = "twok2k.add_person"
    bl_label = "Generate Human"
    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    key: bpy.props.IntProperty()

    def execute(self, context: bpy.types.Context) -> set[str]:
        job = session.queue.find(self.key)
        if not isinstance(job, PhotoJob) or job.result is None:
            self.report({"ERROR"}, "No finished person has this number; generate one.")
            return {"CANCELLED"}
        data = job.result
        return job.step(lambda: job.add_to_scene(context, data))

import bpy

from .. import background
from ..photo_job import PhotoJob
from ..photo_options import chosen_settings
from ..session import session
from ..words import tip_


class TWOK2K_OT_retry_photos(bpy.types.Operator):  # noqa: N801
    bl_idname = "twok2k.retry_photos"
    bl_label = "Retry Failed Photos"
    bl_description = (
        "Try all photos that failed or were cancelled again, "
        "with the settings shown now where a photo has none of its own"
    )

    key: bpy.props.IntProperty(options={"HIDDEN", "SKIP_SAVE"})

    @classmethod
    def description(cls, _: bpy.types.Context, properties: bpy.types.OperatorProperties) -> str:
        job = session.queue.find(properties.key)
        if job is None:
            return cls.bl_description
        reason = tip_(job.error or "Cancelled.")
        return tip_("{reason} Click to try again, with its own settings, else those shown now", reason=reason)

    @classmethod
    def poll(cls, _: bpy.types.Context) -> bool:
        if not session.queue.all("failed", "cancelled"):
            cls.poll_message_set(tip_("No photo has failed"))
            return False
        return True

    def execute(self, context: bpy.types.Context) -> set[str]:
        for job in session.queue.all("failed", "cancelled"):
            if isinstance(job, PhotoJob) and self.key in (0, job.key):
                job.renew(chosen_settings(context, job.given), context.scene.session_uid)
                session.queue.retry(job)
        background.wake()
        return {"FINISHED"}

from collections.abc import Sequence

import bpy

from .. import clipboard
from ..job_operator import JobOperator
from ..jobs import Job
from ..photo_options import ImportOptions
from ..picture_job import Picture
from ..words import tip_


class TWOK2K_OT_paste_photos(ImportOptions, JobOperator):  # noqa: N801
    bl_idname = "twok2k.paste_photos"
    bl_label = "Generate Human from Clipboard"
    bl_description = (
        "Turn the picture on the clipboard, or the picture files whose paths are there, "
        "into a colored, life-size mesh (in meters) at the 3D cursor"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        if context.window is None or bpy.app.background:
            cls.poll_message_set(tip_("There is no clipboard without a window"))
            return False
        return True

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        photos: Sequence[Picture] = clipboard.files(context)
        return self.import_jobs(context, photos or [clipboard.image(context)])

from collections.abc import Sequence

import bpy

from ..job_operator import JobOperator
from ..jobs import Job
from ..preview import PreviewJob


class TWOK2K_OT_find_people(JobOperator):  # noqa: N801
    bl_idname = "twok2k.find_people"
    bl_label = "Find People"
    bl_description = "Show what the engine finds in the photo: everybody's number, the mask and the key points"

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        return [PreviewJob(context.scene.twok2k)]

from collections.abc import Sequence

import bpy

from ..job_operator import JobOperator
from ..jobs import Job
from ..mask_job import HINT, MaskJob, open_for_painting
from ..panel_mask import mask_of
from ..preview import choice_of


class TWOK2K_OT_paint_mask(JobOperator):  # noqa: N801
    bl_idname = "twok2k.paint_mask"
    bl_label = "Paint Mask"
    bl_description = (
        "Open the mask in an Image Editor; if the photo has none, make one of what the engine finds in the photo. "
        + HINT
    )

    def execute(self, context: bpy.types.Context) -> set[str]:
        panel = context.scene.twok2k
        if choice_of(panel) and (mask := mask_of(panel, panel.person)):
            open_for_painting(mask)
            return {"FINISHED"}
        return super().execute(context)

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        return [MaskJob(context.scene.twok2k)]

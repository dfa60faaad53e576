from collections.abc import Sequence

import bpy

from ..job_operator import JobOperator
from ..jobs import Job
from ..key_points import are_of
from ..key_points_job import HINT, KeyPointsJob, show
from ..preview import choice_of


class TWOK2K_OT_correct_key_points(JobOperator):  # noqa: N801
    bl_idname = "twok2k.correct_key_points"
    bl_label = "Correct Key Points"
    bl_description = "Show the photo with the person's key points in an Image Editor. " + HINT

    def execute(self, context: bpy.types.Context) -> set[str]:
        """Where the photo has changed and none was moved, they are found anew."""
        panel = context.scene.twok2k
        choice = choice_of(panel)
        known = choice is not None and are_of(panel, panel.person)
        if known and (choice.points or choice.photo == panel.key_state) and panel.key_picture is not None:
            show(panel.key_picture)
            return {"FINISHED"}
        return super().execute(context)

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        return [KeyPointsJob(context.scene.twok2k)]

from collections.abc import Sequence

import bpy

from ..job_operator import JobOperator
from ..jobs import Job
from ..photo import is_usable
from ..photo_options import PhotoOptions
from ..words import tip_


class TWOK2K_OT_generate_from_image(PhotoOptions, JobOperator):  # noqa: N801
    """For the Image Editor; the panel of the 3D view has the options."""

    bl_idname = "twok2k.generate_from_image"
    bl_label = "Generate Human from Image"
    bl_description = (
        "Turn the person in the shown image into a colored, life-size mesh (in meters) at the 3D cursor, "
        "with the settings of the tab 2K2K in the 3D view"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        editor = context.space_data
        if editor is None or editor.type != "IMAGE_EDITOR" or editor.image is None:
            cls.poll_message_set(tip_("Open an image in an Image Editor first"))
            return False
        if not is_usable(editor.image):
            cls.poll_message_set(tip_("A movie is no photo; save a frame as an image first"))
            return False
        return True

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        return self.photo_jobs(context, [context.space_data.image])

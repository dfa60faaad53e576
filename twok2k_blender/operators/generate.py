from collections.abc import Sequence
from pathlib import Path

import bpy

from ..job_operator import JobOperator
from ..jobs import Job
from ..key_points import KeyPoints, moved
from ..panel_mask import mask_of
from ..photo import photo_file
from ..photo_options import PhotoOptions
from ..picture_job import Picture
from ..preview import choice_of
from ..properties import RELATIVE_PATH, TWOK2K_PG_picture


class TWOK2K_OT_generate(PhotoOptions, JobOperator):  # noqa: N801
    """Options that a script leaves out are taken from the panel and the preferences."""

    bl_idname = "twok2k.generate"
    bl_label = "Generate Human"
    bl_description = "Turn the photo into a colored, life-size mesh (in meters) at the 3D cursor"

    filepath: bpy.props.StringProperty(
        name="Photo",
        description="Picture file; empty for the panel's",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *RELATIVE_PATH},
    )
    image: bpy.props.StringProperty(
        name="Image", description="Name of an image in this file, instead of a picture file", options={"SKIP_SAVE"}
    )

    mask: bpy.props.StringProperty(
        name="Mask",
        description="Picture file of the photo's size, white where the person is; "
        "empty for the panel's with the panel's photo, else to let the engine find it",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *RELATIVE_PATH},
    )

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        panel = context.scene.twok2k
        if self.image or (not self.filepath and panel.source == "IMAGE"):
            photo = bpy.data.images.get(self.image) if self.image else panel.image
        else:
            photo = photo_file(self.filepath or panel.filepath)
        return self.photo_jobs(context, [photo], self._chosen_mask(panel), self._moved_key_points(panel))

    def _moved_key_points(self, panel: TWOK2K_PG_picture) -> KeyPoints:
        person = _person_shown(self, panel)
        return moved(panel, person) if person else {}

    def _chosen_mask(self, panel: TWOK2K_PG_picture) -> Picture | None:
        if self.mask:
            return Path(bpy.path.abspath(self.mask))
        person = _person_shown(self, panel)
        return mask_of(panel, person) if person else None


def _person_shown(operator: TWOK2K_OT_generate, panel: TWOK2K_PG_picture) -> int:
    """Who is made of the panel's photo, from 1; 0 if it is another photo."""
    if operator.filepath or operator.image or choice_of(panel) is None:
        return 0
    return int(operator.given().get("person", panel.person))

"""The key points of the panel's photo on their way to an Image Editor, where they can be moved."""

import bpy

from . import key_points
from .image_editor import show_image
from .image_job import ImageJob
from .properties import TWOK2K_PG_picture
from .session import session
from .words import iface_

HINT = "Drag key points to where the joints are; the next mesh is made with them."


class KeyPointsJob(ImageJob):
    """The image is the photo, upright."""

    kind = "keypoints"
    result_name = "picture.jpg"
    title = "key points"
    operator = "add_key_points"

    def put(self, panel: TWOK2K_PG_picture, image: bpy.types.Image) -> None:
        key_points.remember(panel, self.choice.photo, self.facts, image)
        show(image)


def show(image: bpy.types.Image) -> None:
    """Show the image with its key points in an Image Editor."""
    if show_image(image, "VIEW"):
        session.say(HINT)
    else:
        place = iface_("Open the image '{image}' in an Image Editor.", image=image.name)
        session.say(f"{place} {iface_(HINT)}")

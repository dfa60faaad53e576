"""The engine's mask of the panel's photo on its way to an image that can be painted on."""

import bpy

from .image_editor import show_image
from .image_job import ImageJob
from .properties import TWOK2K_PG_picture
from .session import session
from .words import iface_

HINT = "Paint white over what belongs to the person and black over what does not."


class MaskJob(ImageJob):
    kind = "mask"
    result_name = "mask.png"
    title = "mask"
    operator = "add_mask"

    def put(self, panel: TWOK2K_PG_picture, image: bpy.types.Image) -> None:
        panel.mask = image
        image.use_fake_user = True  # it stays in the file, for Generate Again, when the panel shows another photo
        open_for_painting(image)


def open_for_painting(image: bpy.types.Image) -> None:
    """Show an image in an Image Editor, ready for painting; where there is none, tell the user to open one."""
    if show_image(image, "PAINT"):
        session.say(HINT)
    else:
        place = iface_("The mask is the image '{image}'; open it in an Image Editor in Paint mode.", image=image.name)
        session.say(f"{place} {iface_(HINT)}")

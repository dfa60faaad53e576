"""The engine's mask of the panel's photo on its way to an image that can be painted on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from .image_editor import show_image
from .jobs import PhotoError
from .picture_job import PictureJob
from .preview import choice_of, chosen_photo
from .properties import TWOK2K_PG_picture
from .session import session

HINT = "Paint white over what belongs to the person and black over what does not."


class MaskJob(PictureJob):
    kind = "mask"
    result_name = "mask.png"
    changes_scene = True

    def __init__(self, panel: TWOK2K_PG_picture) -> None:
        """Raises PhotoError."""
        if choice_of(panel) is None:
            raise PhotoError("No photo is chosen; choose a picture of a person first.")
        super().__init__(chosen_photo(panel), {"person": panel.person - 1})

    def use(self, _: Mapping[str, Any]) -> None:
        bpy.ops.twok2k.add_mask("EXEC_DEFAULT", True, key=self.key)  # an operator, because those make undo steps

    def add_to_file(self) -> None:
        """The mask becomes an image of the file, is chosen as the mask, and shown in an Image Editor."""
        scene = bpy.data.scenes.get(self.scene) or bpy.context.scene
        image = bpy.data.images.load(str(self.result_file))
        image.name = f"{Path(self.name).stem} mask"
        image.pack()
        image.filepath = ""
        scene.twok2k.mask = image
        open_for_painting(image)


def open_for_painting(image: bpy.types.Image) -> None:
    """Show an image in an Image Editor, ready for painting; where there is none, tell the user to open one."""
    if show_image(image, "PAINT"):
        session.say(HINT)
    else:
        session.say(f"The mask is the image '{image.name}'; open it in an Image Editor in Paint mode. {HINT}")

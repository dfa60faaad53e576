"""The key points of the panel's photo on their way to an Image Editor, where they can be moved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from . import key_points
from .image_editor import show_image
from .jobs import PhotoError
from .picture_job import PictureJob
from .preview import choice_of, chosen_photo
from .properties import TWOK2K_PG_picture
from .session import session

HINT = "Drag key points to where the joints are; the next mesh is made with them."


class KeyPointsJob(PictureJob):
    kind = "keypoints"
    result_name = "picture.jpg"
    changes_scene = True

    def __init__(self, panel: TWOK2K_PG_picture) -> None:
        """Raises PhotoError."""
        choice = choice_of(panel)
        if choice is None:
            raise PhotoError("No photo is chosen; choose a picture of a person first.")
        self._choice = choice
        super().__init__(chosen_photo(panel), {"person": panel.person - 1})
        self.facts: Mapping[str, Any] = {}

    def use(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts
        bpy.ops.twok2k.add_key_points("EXEC_DEFAULT", True, key=self.key)  # an operator, because those make undo steps

    def add_to_file(self) -> None:
        """The photo, upright, becomes an image of the file and is shown with the key points over it."""
        scene = bpy.data.scenes.get(self.scene) or bpy.context.scene
        if choice_of(scene.twok2k) != self._choice:
            return  # another photo or person was chosen meanwhile
        image = bpy.data.images.load(str(self.result_file))
        image.name = f"{Path(self.name).stem} key points"
        image.pack()
        image.filepath = ""
        key_points.remember(scene.twok2k, self._choice.photo, self.facts, image)
        show(image)


def show(image: bpy.types.Image) -> None:
    """Show the image with its key points in an Image Editor."""
    session.say(HINT if show_image(image, "VIEW") else f"Open the image '{image.name}' in an Image Editor. {HINT}")

"""What the engine finds in the panel's photo, on its way to an image of the file that the user can work on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from .new_data import all_or_nothing
from .picture_job import PictureJob
from .preview import choice_of, chosen_photo, required_choice
from .properties import TWOK2K_PG_picture
from .session import session
from .words import BUTTON, iface_, rpt_


class ImageJob(PictureJob):
    """title: what follows the photo's name in the image's. operator: adds the image."""

    changes_scene = True
    title = ""
    operator = ""

    def __init__(self, panel: TWOK2K_PG_picture) -> None:
        """Raises PhotoError."""
        self.choice = required_choice(panel)
        super().__init__(chosen_photo(panel), {"person": panel.person - 1})
        self.facts: Mapping[str, Any] = {}

    def put(self, panel: TWOK2K_PG_picture, image: bpy.types.Image) -> None:
        """Let the panel have the new image, and show it."""
        raise NotImplementedError

    def use(self, facts: Mapping[str, Any]) -> None:
        self.facts = facts
        self.let(self.operator)

    def add_to_file(self) -> None:
        """What was found becomes an image of the file, unless another photo or person was chosen meanwhile."""
        panel = bpy.context.scene.twok2k
        if choice_of(panel) != self.choice:
            return
        with all_or_nothing():
            image = bpy.data.images.load(str(self.result_file))
            image.name = f"{Path(self.name).stem} {self.title}"
            image.pack()
            image.filepath = ""
            self.put(panel, image)


class AddImage:
    """Base of the operators by which an `ImageJob` adds its image to the file; the only step to undo."""

    bl_options = {"UNDO", "INTERNAL"}  # noqa: RUF012

    key: bpy.props.IntProperty()

    def execute(self, _: bpy.types.Context) -> set[str]:
        job = session.queue.find(self.key)
        if not isinstance(job, ImageJob) or not job.result_file.is_file():
            button = iface_(self.bl_label, BUTTON)
            self.report({"ERROR"}, rpt_("Nothing that is finished has this number; use {button}.", button=button))
            return {"CANCELLED"}
        return job.step(job.add_to_file)

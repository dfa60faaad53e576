"""What the engine finds in the panel's photo, shown before anything is reconstructed.

A change of the photo, the person or the mask in the panel asks for it; it is done beside the user's work and gives way
to everything that was asked for by a click. Opening a file asks for nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bpy
import bpy.utils.previews
import numpy as np
from numpy.typing import NDArray

from . import background, thumbnails
from .identity import find
from .jobs import PhotoError, State
from .key_points import moved
from .mesh_data import read_picture
from .panel_mask import adopt, mask_of, remember
from .picture_job import Picture, PictureJob
from .session import session

if TYPE_CHECKING:
    from .properties import TWOK2K_PG_picture

DELAY = 0.2
"""Seconds without another change after which the engine is asked."""


@dataclass(frozen=True)
class Choice:
    """What a preview depends on. photo, mask: names that differ where the content does; person: from 1.

    points: key points that the user has put right.
    """

    photo: str
    person: int
    mask: str
    points: tuple[tuple[str, float, float], ...] = ()


class Found:
    """The last preview. choice: what it was made for. facts: the engine's. error: a sentence, where it failed."""

    def __init__(self) -> None:
        self.pictures: bpy.utils.previews.ImagePreviewCollection | None = None
        self.forget()

    def forget(self) -> None:
        self.choice: Choice | None = None
        self.facts: Mapping[str, Any] = {}
        self.error = ""
        if self.pictures is not None:
            self.pictures.clear()

    def show(self, choice: Choice, facts: Mapping[str, Any], picture: NDArray[np.uint8]) -> None:
        self.forget()
        self.choice, self.facts = choice, facts
        if self.pictures is not None:
            fill(self.pictures.new("overlay"), picture)

    def fail(self, choice: Choice, error: str) -> None:
        self.forget()
        self.choice, self.error = choice, error

    def is_of(self, choice: Choice | None) -> bool:
        """Whether it tells of the chosen photo (perhaps with another person or mask)."""
        return choice is not None and self.choice is not None and choice.photo == self.choice.photo

    @property
    def icon(self) -> int:
        return self.pictures["overlay"].icon_id if self.pictures else 0

    @property
    def people(self) -> int:
        return self.facts.get("people", 0)


found = Found()


class PreviewJob(PictureJob):
    """Finds the people in the panel's photo."""

    kind = "preview"
    result_name = "preview.npy"
    silent = True

    def __init__(self, panel: "TWOK2K_PG_picture") -> None:
        """Raises PhotoError."""
        self.choice = required_choice(panel)
        keypoints, mask = moved(panel, panel.person), mask_of(panel, panel.person)
        super().__init__(chosen_photo(panel), {"person": panel.person - 1}, mask, keypoints)
        self.scene = panel.id_data.session_uid

    def use(self, facts: Mapping[str, Any]) -> None:
        found.show(self.choice, facts, read_picture(self.result_file))
        scene = find(bpy.data.scenes, self.scene)
        if scene is not None and choice_of(scene.twok2k) == self.choice:
            scene.twok2k.person = min(scene.twok2k.person, facts["people"])
            if self.choice.mask:
                scene.twok2k.mask_subject.person = scene.twok2k.person
            found.choice = choice_of(scene.twok2k)

    def end(self, state: State, error: str = "") -> None:
        super().end(state, error)
        if state == "failed":
            found.fail(self.choice, error)
        elif state == "cancelled" and (scene := find(bpy.data.scenes, self.scene)) is not None:
            ask(scene.twok2k, bpy.context)


def choice_of(panel: "TWOK2K_PG_picture") -> Choice | None:
    """What is chosen in the panel; None where there is no photo."""
    photo = _photo_name(panel)
    if not photo:
        return None
    mask = mask_of(panel, panel.person)
    points = tuple((name, x, y) for name, (x, y) in moved(panel, panel.person).items())
    return Choice(photo, panel.person, mask.name_full if mask else "", points)


def _photo_name(panel: "TWOK2K_PG_picture") -> str:
    """What the chosen photo is known by; empty where there is none."""
    if panel.source == "IMAGE":
        return f"image {panel.image.name_full}" if panel.image else ""
    return thumbnails.key(_path(panel)) if panel.filepath and _path(panel).is_file() else ""


def required_choice(panel: "TWOK2K_PG_picture") -> Choice:
    """What is chosen in the panel. Raises PhotoError where there is no photo."""
    choice = choice_of(panel)
    if choice is None:
        raise PhotoError("No photo is chosen; choose a picture of a person first.")
    return choice


def chosen_photo(panel: "TWOK2K_PG_picture") -> Picture:
    """The photo itself, where there is a choice."""
    return panel.image if panel.source == "IMAGE" else _path(panel)


def photo_chosen(panel: "TWOK2K_PG_picture", context: bpy.types.Context) -> None:
    """The panel has another photo; called by Blender."""
    adopt(panel, bool(_photo_name(panel)))
    ask(panel, context)


def mask_chosen(panel: "TWOK2K_PG_picture", context: bpy.types.Context) -> None:
    """The panel has another mask; called by Blender."""
    remember(panel, bool(_photo_name(panel)))
    ask(panel, context)


def has_mask_of_another(panel: "TWOK2K_PG_picture") -> bool:
    """Whether the panel's mask is not used because it was chosen for another photo or person."""
    return bool(panel.mask and _photo_name(panel) and mask_of(panel, panel.person) is None)


def ask(panel: "TWOK2K_PG_picture", _: bpy.types.Context) -> None:
    """Something has changed in the panel; called by Blender."""
    if bpy.app.background:
        return
    _forget_request()
    _request.append(panel.id_data.session_uid)
    bpy.app.timers.register(_begin, first_interval=DELAY)


def looking() -> bool:
    """Whether a preview is on its way."""
    return bool(_request) or any(isinstance(job, PreviewJob) and not job.over for job in session.queue.jobs)


def begin(panel: "TWOK2K_PG_picture") -> None:
    """Ask the engine, unless it has been asked just that; an earlier question is dropped."""
    choice = choice_of(panel)
    if choice is None or choice == found.choice:
        return
    _drop_jobs()
    try:
        background.add([PreviewJob(panel)])
    except PhotoError as error:
        found.fail(choice, str(error))
        background.show()


def fill(icon: bpy.types.ImagePreview, picture: NDArray[np.uint8]) -> None:
    """Let an icon show a picture (H, W, 3)."""
    height, width = picture.shape[:2]
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = picture[::-1] / np.float32(255)
    icon.image_size = (width, height)
    icon.image_pixels_float.foreach_set(pixels.ravel())


_request: list[int] = []
"""The number of the scene whose panel has changed, until the engine is asked."""


def _begin() -> None:
    scene = find(bpy.data.scenes, _request.pop()) if _request else None
    if scene is not None:
        begin(scene.twok2k)


def _drop_jobs() -> None:
    """Nobody waits any more for previews that are not over."""
    for job in session.queue.jobs:
        if isinstance(job, PreviewJob) and not job.over:
            job.scene = 0
            session.remove(job)


def _forget_request() -> None:
    _request.clear()
    if bpy.app.timers.is_registered(_begin):
        bpy.app.timers.unregister(_begin)


def _path(panel: "TWOK2K_PG_picture") -> Path:
    return Path(bpy.path.abspath(panel.filepath))


@bpy.app.handlers.persistent
def _before_load(*_: object) -> None:
    _forget_request()
    _drop_jobs()
    found.forget()


@bpy.app.handlers.persistent
def _after_load(*_: object) -> None:
    """Masks in files that do not tell whose they are belong to the photos that are shown with them."""
    for scene in bpy.data.scenes:
        if scene.library is None:
            adopt(scene.twok2k, bool(_photo_name(scene.twok2k)))


@bpy.app.handlers.persistent
def _after_undo(scene: bpy.types.Scene, *_: object) -> None:
    """Photo, person, mask or key points may be others again, which no property tells; what is shown follows them."""
    if found.choice is not None or looking():
        ask(scene.twok2k, bpy.context)


def register() -> None:
    found.pictures = bpy.utils.previews.new()
    bpy.app.handlers.load_pre.append(_before_load)
    bpy.app.handlers.load_post.append(_after_load)
    for undone in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        undone.append(_after_undo)


def unregister() -> None:
    for undone in (bpy.app.handlers.undo_post, bpy.app.handlers.redo_post):
        undone.remove(_after_undo)
    bpy.app.handlers.load_post.remove(_after_load)
    bpy.app.handlers.load_pre.remove(_before_load)
    _before_load()
    if found.pictures is not None:
        bpy.utils.previews.remove(found.pictures)
        found.pictures = None

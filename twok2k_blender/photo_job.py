"""A photo on its way to a person in the scene."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import bpy

from . import thumbnails
from .choices import remember_weights
from .identity import find
from .jobs import State
from .key_points import KeyPoints
from .lineup import Lineup
from .mesh_data import MeshData, MeshFileError, read_in_steps, read_mesh
from .package import version
from .picture_job import Picture, PictureJob
from .provenance import describe, key_points, mask_source, photo_source
from .scene import add_person, show_colors_in_solid_view
from .session import session


class PhotoJob(PictureJob):
    """lineup: of the people that come to stand side by side.

    given: options that are this photo's own, whatever the panel shows when it is tried again.
    draft: the coarse mesh, while the fine one is on its way; it is shown where the person will stand.
    """

    drafts = True
    """Whether there is a draft of a job that is done beside the user's work."""

    kind = "reconstruct"
    result_name = "mesh.npz"
    listed = True
    changes_scene = True

    def __init__(
        self,
        photo: Picture,
        settings: Mapping[str, Any],
        lineup: Lineup,
        mask: Picture | None = None,
        keypoints: KeyPoints | None = None,
        given: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """Raises PhotoError."""
        super().__init__(photo, settings, mask, keypoints)
        self.lineup, self.given = lineup, given
        self._image = 0 if isinstance(photo, Path) else photo.session_uid
        self._source = photo_source(_name(photo)) | mask_source(_name(mask) if mask else None)
        self._reading: Iterator[MeshData | None] | None = None
        self.result: MeshData | None = None
        """The person, while it comes into the scene."""
        self.draft: MeshData | None = None
        self._place: float | None = None
        self._thumbnail = thumbnails.key(self._photo)

    @property
    def icon(self) -> int:
        """Number of an icon with the photo."""
        return thumbnails.icon(self._photo, self._thumbnail)

    @property
    def shown(self) -> dict[str, Any]:
        """The options by which `twok2k.use_photo` shows it in the panel; none if its image is not in the file."""
        image = find(bpy.data.images, self._image)
        if self._image and image is None:
            return {}
        photo = {"image": image.name} if image else {"filepath": str(self._photo)}
        return {**photo, "person": self.settings["person"] + 1}

    def request(self) -> tuple[str, dict[str, Any]]:
        kind, fields = super().request()
        return kind, {**fields, "draft": str(self._draft_file) if self.drafts and self.listed else ""}

    def renew(self, settings: Mapping[str, Any], scene: int) -> None:
        """It is tried again. scene: number of the one in which that is asked for."""
        self.settings, self.scene = dict(settings), scene

    def take_draft(self) -> None:
        """One that cannot be read is not shown: it is the result that matters."""
        assert self.task is not None
        self.task.drafted = False
        with suppress(MeshFileError):
            self.draft = read_mesh(self._draft_file)
            self.location(bpy.context, self.draft)

    def forget_draft(self) -> None:
        self.draft = None
        if self._place is not None:
            self.lineup.leave(self._place)
            self._place = None

    def prepare(self) -> bool:
        if self.result is not None:
            return False
        self._reading = self._reading or read_in_steps(self.result_file)
        self.result = next(self._reading)
        return True

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])
        session.pace.learn(facts["seconds"])
        self._facts = describe(self.name, self.settings, facts, version()) | self._source
        self._facts |= key_points(self.keypoints)
        self.let("add_person")

    def add_to_scene(self, context: bpy.types.Context, data: MeshData) -> None:
        """The person comes to stand in its place, selected and active."""
        add_person(context, Path(self.name).stem, data, self._facts, self.location(context, data))
        if context.scene.twok2k.show_colors:
            show_colors_in_solid_view(context)

    def location(self, context: bpy.types.Context, data: MeshData) -> tuple[float, float, float]:
        """Where the person stands; once it is asked for, it stays. data: the person, or the draft of it."""
        if self.lineup.origin is None:
            self.lineup.origin = context.scene.cursor.location[:]
        if self._place is None:
            self._place = self.lineup.place(*extent(data))
        x, y, z = self.lineup.origin
        return x + self._place / context.scene.unit_settings.scale_length, y, z

    def end(self, state: State, error: str = "") -> None:
        if state == "done":
            self._place = None  # it is taken for good
        super().end(state, error)
        self.forget_draft()
        self.result = self._reading = None
        for file in (self.result_file, self._draft_file):
            file.unlink(missing_ok=True)

    def clean_up(self) -> None:
        super().clean_up()
        self.forget_draft()

    @property
    def _draft_file(self) -> Path:
        return self._folder / "draft.npz"


def lineup_under_way() -> Lineup:
    """The lineup of the last photo that is not over, else a new one."""
    under_way = [job for job in session.queue.jobs if isinstance(job, PhotoJob) and not job.over]
    return under_way[-1].lineup if under_way else Lineup()


def begin_new_lineup() -> None:
    """All photos in the list, tried again, shall stand together from the 3D cursor on: the scene is another one."""
    lineup = Lineup()
    for job in session.queue.jobs:
        if isinstance(job, PhotoJob):
            job.lineup = lineup


def _name(picture: Picture) -> Path | str:
    """What a picture is found again by."""
    return picture if isinstance(picture, Path) else picture.name


def extent(data: MeshData) -> tuple[float, float]:
    """A mesh's extent along x, in metres."""
    x = data.vertices[:, 0]
    return float(x.min()), float(x.max())

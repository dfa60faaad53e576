"""A photo on its way to a person in the scene."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from . import thumbnails
from .choices import remember_weights
from .jobs import State
from .lineup import Lineup
from .mesh_data import MeshData, read_mesh
from .package import version
from .picture_job import Picture, PictureJob
from .provenance import describe, photo_source
from .scene import add_person, show_colors_in_solid_view
from .session import session


class PhotoJob(PictureJob):
    """lineup: of the people that come to stand side by side."""

    kind = "reconstruct"
    result_name = "mesh.npz"
    listed = True
    changes_scene = True

    def __init__(
        self, photo: Picture, settings: Mapping[str, Any], lineup: Lineup, mask: Picture | None = None
    ) -> None:
        """Raises PhotoError."""
        super().__init__(photo, settings, mask)
        self.lineup = lineup
        self._source = photo_source(photo if isinstance(photo, Path) else photo.name)
        self.result: MeshData | None = None
        """The person, while it comes into the scene."""
        self._thumbnail = thumbnails.key(self._photo)

    @property
    def icon(self) -> int:
        """Number of an icon with the photo."""
        return thumbnails.icon(self._photo, self._thumbnail)

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])
        session.pace.learn(facts["seconds"])
        self.result = read_mesh(self.result_file)
        self._facts = describe(self.name, self.settings, facts, version()) | self._source
        bpy.ops.twok2k.add_person("EXEC_DEFAULT", True, key=self.key)  # an operator, because those make undo steps

    def add_to_scene(self, context: bpy.types.Context, data: MeshData) -> None:
        """The person comes to stand in its place, selected and active."""
        scale = 1 / context.scene.unit_settings.scale_length
        if self.lineup.origin is None:
            self.lineup.origin = context.scene.cursor.location[:]
        x, y, z = self.lineup.origin
        x += self.lineup.place(*extent(data)) * scale
        add_person(context, Path(self.name).stem, data, self._facts, (x, y, z))
        if context.scene.twok2k.show_colors:
            show_colors_in_solid_view(context)

    def end(self, state: State, error: str = "") -> None:
        super().end(state, error)
        self.result = None
        self.result_file.unlink(missing_ok=True)


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


def extent(data: MeshData) -> tuple[float, float]:
    """A mesh's extent along x, in metres."""
    x = data.vertices[:, 0]
    return float(x.min()), float(x.max())

"""A photo on its way to a person in the scene."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bpy

from . import thumbnails
from .choices import remember_weights
from .jobs import Job, PhotoError, State
from .lineup import Lineup
from .mesh_data import MeshData, read_mesh
from .package import version
from .photo import image_file
from .provenance import describe
from .scene import add_person, show_colors_in_solid_view
from .session import session
from .storage import TEMPORARY


class PhotoJob(Job):
    """settings: what the engine is told, besides the photo. lineup: of the people that come to stand side by side."""

    listed = True
    changes_scene = True

    def __init__(self, photo: Path | bpy.types.Image, settings: Mapping[str, Any], lineup: Lineup) -> None:
        """The settings and the pixels of an image are taken as they are now. Raises PhotoError."""
        super().__init__(photo.name, bpy.context.scene.name)
        self.settings = dict(settings)
        self.lineup = lineup
        self.result: MeshData | None = None
        """The person, while it comes into the scene."""
        self._folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=bpy.app.tempdir))
        try:
            self._photo = photo.absolute() if isinstance(photo, Path) else image_file(photo, self._folder)
        except PhotoError:
            self.clean_up()
            raise
        self._thumbnail = thumbnails.key(self._photo)

    @property
    def icon(self) -> int:
        """Number of an icon with the photo."""
        return thumbnails.icon(self._photo, self._thumbnail)

    def request(self) -> tuple[str, dict[str, Any]]:
        if not self._photo.is_file():
            raise PhotoError(f"The photo {self._photo} does not exist; choose another.")
        return "reconstruct", {"photo": str(self._photo), "settings": self.settings, "result": str(self._mesh_file)}

    def use(self, facts: Mapping[str, Any]) -> None:
        remember_weights(facts["available"])
        self.result = read_mesh(self._mesh_file)
        self._facts = describe(self.name, self.settings, facts, version())
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
        self._mesh_file.unlink(missing_ok=True)

    def clean_up(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def _mesh_file(self) -> Path:
        return self._folder / "mesh.npz"


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

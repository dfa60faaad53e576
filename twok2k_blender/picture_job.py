"""What all requests about a photo share: the files that Blender and the engine exchange."""

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import bpy

from .jobs import Job, PhotoError
from .key_points import KeyPoints
from .photo import image_file
from .storage import TEMPORARY
from .words import rpt_

Picture = Path | bpy.types.Image

NO_PHOTO = "The photo {path} does not exist; choose another."
NO_MASK = "The mask {path} does not exist; choose another."


class PictureJob(Job):
    """settings: what the engine is told, besides the photo, the mask and the key points of the settings' person.

    mask: None to let the engine find it. keypoints: those that are elsewhere than found.
    """

    kind = ""
    """Of the request."""

    result_name = ""
    """Of the file that the engine writes."""

    def __init__(
        self,
        photo: Picture,
        settings: Mapping[str, Any],
        mask: Picture | None = None,
        keypoints: KeyPoints | None = None,
    ) -> None:
        """The settings and the pixels of images are taken as they are now. Raises PhotoError."""
        super().__init__(photo.name, bpy.context.scene.session_uid)
        self._failure: Exception | None = None
        self.settings = dict(settings)
        self._keypoints, self._person = keypoints or {}, self.settings.get("person")
        self._folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=bpy.app.tempdir))
        try:
            self._mask = None if mask is None else self._file(mask, "mask")
            self._photo = self._file(photo, "photo")
        except PhotoError:
            self.clean_up()
            raise

    def request(self) -> tuple[str, dict[str, Any]]:
        for message, path in ((NO_PHOTO, self._photo), (NO_MASK, self._mask)):
            if path is not None and not path.is_file():
                raise PhotoError(rpt_(message, path=path))
        mask = {} if self._mask is None else {"mask": str(self._mask)}
        settings = {**self.settings, **mask, **({"keypoints": self.keypoints} if self.keypoints else {})}
        return self.kind, {"photo": str(self._photo), "settings": settings, "result": str(self.result_file)}

    def let(self, operator: str) -> None:
        """Have an operator do a `step`, because operators make undo steps; raises what the step raises."""
        self._failure = None
        getattr(bpy.ops.twok2k, operator)("EXEC_DEFAULT", True, key=self.key)
        if self._failure is not None:
            raise self._failure

    def step(self, work: Callable[[], None]) -> set[str]:
        """What the operator returns that does this work; Blender would make a text of an error's traceback."""
        try:
            work()
        except Exception as error:
            self._failure = error
            return {"CANCELLED"}
        return {"FINISHED"}

    @property
    def keypoints(self) -> KeyPoints:
        """Those that are put right, as long as the settings mean the same person."""
        return self._keypoints if self.settings.get("person") == self._person else {}

    def clean_up(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def result_file(self) -> Path:
        return self._folder / self.result_name

    def _file(self, picture: Picture, name: str) -> Path:
        if isinstance(picture, Path):
            return picture.absolute()
        path = image_file(picture, self._folder)
        return path.rename(path.with_stem(name)) if path.parent == self._folder else path

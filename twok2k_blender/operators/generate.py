import shutil
import tempfile
from pathlib import Path
from typing import Any

import bpy

from ..choices import chosen_weights, preferences, remember_weights
from ..mesh_data import read_mesh
from ..package import version
from ..photo import image_file, photo_file
from ..preferences import DEVICES
from ..properties import DETAILS, TEXTURE_SIZES, TEXTURES
from ..provenance import describe
from ..scene import add_person, show_colors_in_solid_view
from ..session import session
from ..task_operator import TaskOperator
from ..worker_client import Task


class TWOK2K_OT_generate(TaskOperator):  # noqa: N801
    """Options that a script leaves out are taken from the panel and the preferences."""

    bl_idname = "twok2k.generate"
    bl_label = "Generate Human"
    bl_description = "Turn the photo into a colored, life-size mesh at the 3D cursor"
    bl_options = {"UNDO"}  # noqa: RUF012

    filepath: bpy.props.StringProperty(name="Photo", subtype="FILE_PATH", options={"SKIP_SAVE"})
    image: bpy.props.StringProperty(name="Image", description="Name of an image in this file", options={"SKIP_SAVE"})
    detail: bpy.props.EnumProperty(name="Detail", items=DETAILS, options={"SKIP_SAVE"})
    texture: bpy.props.EnumProperty(name="Texture", items=TEXTURES, options={"SKIP_SAVE"})
    height: bpy.props.FloatProperty(name="Height", default=1.75, min=0.3, max=3.0, options={"SKIP_SAVE"})
    person: bpy.props.IntProperty(name="Person", default=1, min=1, options={"SKIP_SAVE"})
    weights: bpy.props.StringProperty(name="Weights", options={"SKIP_SAVE"})
    device: bpy.props.EnumProperty(name="Device", items=DEVICES, options={"SKIP_SAVE"})

    _folder: Path | None = None

    def start(self, context: bpy.types.Context) -> Task:
        self._folder = Path(tempfile.mkdtemp(prefix="2k2k-", dir=bpy.app.tempdir))
        self._photo, self._name = self._choose_photo(context, self._folder)
        self._settings = self._choose_settings(context)
        return session.begin("reconstruct", photo=str(self._photo), settings=self._settings, result=str(self._result))

    def complete(self, context: bpy.types.Context, task: Task) -> None:
        data = read_mesh(self._result)
        remember_weights(task.facts["available"])
        facts = describe(self._name, self._settings, task.facts, version())
        add_person(context, Path(self._name).stem, data, facts)
        if context.scene.twok2k.show_colors:
            show_colors_in_solid_view(context)

    def clean_up(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    @property
    def _result(self) -> Path:
        assert self._folder is not None
        return self._folder / "mesh.npz"

    def _choose_photo(self, context: bpy.types.Context, folder: Path) -> tuple[Path, str]:
        """The photo's file and its name for people."""
        panel = context.scene.twok2k
        if self.image or (not self.filepath and panel.source == "IMAGE"):
            image = bpy.data.images.get(self.image) if self.image else panel.image
            return image_file(image, folder), image.name
        path = photo_file(self.filepath or panel.filepath)
        return path, path.name

    def _choose_settings(self, context: bpy.types.Context) -> dict[str, Any]:
        """What a script has set, else what the panel and the preferences show."""
        panel = context.scene.twok2k

        def choice(name: str, shown: Any) -> Any:
            return getattr(self, name) if self.properties.is_property_set(name) else shown

        detail = choice("detail", panel.detail)
        texture = TEXTURE_SIZES[choice("texture", "none" if detail == "full" else panel.texture)]
        return {
            "detail": detail,
            **({"texture": texture} if texture else {}),
            "height": round(choice("height", panel.height), 4),
            "person": choice("person", panel.person) - 1,
            "weights": choice("weights", chosen_weights()),
            "device": choice("device", preferences().device),
        }

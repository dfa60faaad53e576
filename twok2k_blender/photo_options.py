"""How photos are reconstructed: what a script or the file browser says, else what the panel and preferences show."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import bpy

from .choices import chosen_weights, preferences
from .jobs import Job
from .key_points import KeyPoints
from .photo_job import PhotoJob, lineup_under_way
from .picture_job import Picture
from .preview import choice_of
from .properties import DETAILS, HEIGHTS, TEXTURE_SIZES, TEXTURES, TWOK2K_PG_picture

SHOWN = ("detail", "texture", "height", "person")
"""Options that the file browser shows beside the photos."""

OPTIONS = (*SHOWN, "weights", "device")


class PhotoOptions:
    """Properties of operators that turn photos into people. Those that are not set are taken from the panel."""

    detail: bpy.props.EnumProperty(
        name="Detail", description="How fine the mesh is", items=DETAILS, options={"SKIP_SAVE"}
    )
    texture: bpy.props.EnumProperty(
        name="Texture", description="Texture maps of a reduced mesh", items=TEXTURES, options={"SKIP_SAVE"}
    )
    height: bpy.props.FloatProperty(
        name="Height",
        description="The person's height in meters when standing, up to the top of the head, without shoes and hair",
        default=1.75,
        min=HEIGHTS[0],
        max=HEIGHTS[1],
        precision=3,
        step=1,
        unit="LENGTH",
        options={"SKIP_SAVE"},
    )
    person: bpy.props.IntProperty(
        name="Person",
        description="Which person, if a photo shows several; 1 is the largest",
        default=1,
        min=1,
        max=100,
        options={"SKIP_SAVE"},
    )
    weights: bpy.props.StringProperty(
        name="Weights", description="Name of the weights; empty for those chosen", options={"SKIP_SAVE"}
    )
    device: bpy.props.StringProperty(
        name="Device",
        description="What computes the depth, such as cpu or cuda:1; empty for the chosen one",
        options={"SKIP_SAVE"},
    )

    def photo_jobs(
        self,
        context: bpy.types.Context,
        photos: Sequence[Picture],
        mask: Picture | None = None,
        keypoints: KeyPoints | None = None,
    ) -> list[PhotoJob]:
        """One job for each photo. Their people stand side by side, and beside those of work still under way.

        mask, keypoints: of the person that the options name.
        """
        given = self.given()
        settings, lineup = chosen_settings(context, given), lineup_under_way()
        return [PhotoJob(photo, settings, lineup, mask, keypoints, given) for photo in photos]

    def take_from_panel(self, context: bpy.types.Context) -> None:
        """Show in the file browser what the panel shows."""
        for name in SHOWN:
            if name not in self.given():
                setattr(self, name, getattr(context.scene.twok2k, name))

    def draw_options(self, layout: bpy.types.UILayout) -> None:
        layout.use_property_split = True
        layout.use_property_decorate = False
        draw_shown(layout, self)

    def given(self) -> dict[str, Any]:
        """What a script or the file browser has set, by name; it comes before what the panel shows."""
        return {name: getattr(self, name) for name in OPTIONS if self.properties.is_property_set(name)}


class ImportOptions(PhotoOptions):
    """Options of photos that the panel does not show: who is chosen there means nothing in them."""

    def given(self) -> dict[str, Any]:
        return {"person": 1, **super().given()}

    def import_jobs(self, context: bpy.types.Context, photos: Sequence[Picture]) -> Sequence[Job]:
        """One job for each photo. A single one is shown in the panel as well, as long as that has none."""
        jobs = self.photo_jobs(context, photos)
        if len(photos) == 1 and choice_of(context.scene.twok2k) is None and _exists(photos[0]):
            bpy.ops.twok2k.use_photo("EXEC_DEFAULT", True, **jobs[0].shown)  # an operator, because it is a step to undo
        return jobs


def _exists(photo: Picture) -> bool:
    return isinstance(photo, bpy.types.Image) or photo.is_file()


def draw_shown(layout: bpy.types.UILayout, options: "PhotoOptions | TWOK2K_PG_picture") -> None:
    """The options of photos; textures are made for reduced meshes only."""
    for name in SHOWN:
        row = layout.row()
        row.active = name != "texture" or options.detail != "full"
        row.prop(options, name)


def chosen_settings(context: bpy.types.Context, given: Mapping[str, Any] = MappingProxyType({})) -> dict[str, Any]:
    """The settings that the engine is told. given: options by name that come before those shown."""
    panel = context.scene.twok2k
    detail = given.get("detail", panel.detail)
    texture = None if detail == "full" else TEXTURE_SIZES[given.get("texture", panel.texture)]
    return {
        "detail": detail,
        **({"texture": texture} if texture else {}),
        "height": round(given.get("height", panel.height), 4),
        "person": given.get("person", panel.person) - 1,
        "weights": given.get("weights", chosen_weights()),
        "device": given.get("device", preferences().device),
    }

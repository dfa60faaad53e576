from collections.abc import Callable, Sequence
from contextlib import suppress
from math import isfinite
from pathlib import Path
from typing import Any

import bpy

from .. import provenance
from ..again_job import AgainJob
from ..choices import preferences
from ..job_operator import JobOperator
from ..jobs import Job, PhotoError
from ..key_points import KeyPoints, are_of, moved
from ..panel_mask import mask_of
from ..photo import known_photo
from ..photo_options import PhotoOptions, chosen_settings
from ..picture_job import Picture
from ..preview import choice_of, chosen_photo
from ..properties import DETAILS, HEIGHTS, TEXTURE_SIZES, TWOK2K_PG_picture
from ..result import obstacle
from ..words import rpt_, tip_

NO_MASK = (
    "The mask {mask} no longer exists; put it back, or show the photo in the panel and choose another mask for it."
)


def _height(text: str) -> float:
    """Raises ValueError."""
    if not isfinite(height := float(text)):
        raise ValueError(text)
    return height


def _possible_height(text: str) -> float:
    """The nearest that the engine makes: an adjusted person may be smaller or larger. Raises ValueError."""
    return min(max(_height(text), HEIGHTS[0]), HEIGHTS[1])


READERS: dict[str, Callable[[str], Any]] = {
    "detail": {detail[0]: detail[0] for detail in DETAILS}.__getitem__,
    "texture": lambda text: next((name for name, size in TEXTURE_SIZES.items() if str(size) == text), "none"),
    "height": _possible_height,
    "person": lambda text: int(text) + 1,  # people count from 1, the engine from 0
    "weights": str,
}
"""From the text of a remembered setting to an option of the operator; any text may stand there."""


class TWOK2K_OT_generate_again(PhotoOptions, JobOperator):  # noqa: N801
    """Options that a script leaves out are those that the person was made with."""

    bl_idname = "twok2k.generate_again"
    bl_label = "Generate Again"
    bl_description = (
        "Make this human's mesh anew from its photo, with other settings, and with its mask and key points, or the "
        "panel's if the panel shows that photo; "
        "place, name, modifiers and materials stay, edits of the mesh are lost"
    )

    @classmethod
    def poll(cls, context: bpy.types.Context) -> bool:
        reason = obstacle(context)
        if not reason and not provenance.settings(context.object.items()):
            reason = "This human does not know the settings that it was made with"
        if reason:
            cls.poll_message_set(tip_(reason))
        return not reason

    def invoke(self, context: bpy.types.Context, event: bpy.types.Event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        for name, value in remembered(context.object).items():
            if not self.properties.is_property_set(name):
                setattr(self, name, value)
        self._beside = True
        return set(context.window_manager.invoke_props_dialog(self))

    def draw(self, _: bpy.types.Context) -> None:
        self.draw_options(self.layout)
        if self.weights in preferences().known_weights:
            self.layout.prop_search(self, "weights", preferences(), "known_weights")

    def jobs(self, context: bpy.types.Context) -> Sequence[Job]:
        person = context.object
        given = {**remembered(person), **self.given()}
        photo, panel = photo_of(person), context.scene.twok2k
        settings = chosen_settings(context, given)
        if sentence := height_note(person, settings["height"]):
            self.report({"WARNING"}, sentence)
        mask = self._mask(person, panel, photo, settings["person"] + 1)
        keypoints = self._key_points(person, panel, photo, settings["person"] + 1)
        return [AgainJob(photo, settings, person, mask, keypoints, given)]

    def _mask(self, person: bpy.types.Object, panel: TWOK2K_PG_picture, photo: Picture, number: int) -> Picture | None:
        """The panel's, if it has one of that person, else the one remembered. Raises PhotoError if that is gone."""
        if choice_of(panel) and photo == chosen_photo(panel) and (mask := mask_of(panel, number)):
            return mask
        return mask_remembered(person) if number == remembered(person).get("person") else None

    def _key_points(self, person: bpy.types.Object, panel: TWOK2K_PG_picture, photo: Picture, number: int) -> KeyPoints:
        """Those that are put right in the panel, if it shows that person of the photo, else those remembered."""
        if choice_of(panel) and photo == chosen_photo(panel) and are_of(panel, number):
            return moved(panel, number)
        return provenance.known_key_points(person.items()) if number == remembered(person).get("person") else {}


def remembered(person: bpy.types.Object) -> dict[str, Any]:
    """The settings that a person was made with, as the operator's options; those that no longer exist are left out."""
    texts = provenance.settings(person.items())
    values: dict[str, Any] = {"texture": "none"}
    for name, read in READERS.items():
        with suppress(KeyError, ValueError):
            values[name] = read(texts[name])
    return values


def height_note(person: bpy.types.Object, made: float) -> str:
    """What there is to say if the new mesh will have the nearest height that the engine makes; empty if not."""
    try:
        text = provenance.settings(person.items())["height"]
        height, possible = _height(text), _possible_height(text)
    except (KeyError, ValueError):
        return ""
    if height == possible or made != possible:
        return ""
    return rpt_(
        "The engine makes nobody {wanted:.2f} m tall, but {made:g} m; set Height under Adjust again afterwards.",
        wanted=height,
        made=made,
    )


def photo_of(person: bpy.types.Object) -> Path | bpy.types.Image:
    """The photo that a person was made from. Raises PhotoError if it is no longer there."""
    facts = provenance.read(person.items())
    return known_photo(facts.get("Photo File", ""), facts.get("Photo Image", ""))


def mask_remembered(person: bpy.types.Object) -> Picture | None:
    """The mask that a person was made with. Raises PhotoError if it is no longer there."""
    facts = provenance.read(person.items())
    name, path = facts.get("Mask Image"), Path(facts.get("Mask File", ""))
    mask = bpy.data.images.get(name) if name else path if path.is_file() else None
    if mask is None and (name or "Mask File" in facts):
        raise PhotoError(rpt_(NO_MASK, mask=name or path))
    return mask

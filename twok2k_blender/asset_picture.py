"""A small picture of a person from the front, for the asset browser."""

import tempfile
from pathlib import Path
from typing import Any

import bpy
import numpy as np
from numpy.typing import NDArray

from . import studio
from .storage import TEMPORARY

SIZE = 256
SAMPLES = 24

EXPOSURE = -0.6
"""Without a film's curve, which the studio is lit for, white would burn out."""


def can_render() -> bool:
    """Whether Cycles is enabled; it renders without a window, too."""
    return hasattr(bpy.types.Scene, "cycles")


def render_front(context: bpy.types.Context, person: bpy.types.Object) -> NDArray[np.float32]:
    """SIZE x SIZE x 4 sRGB in [0, 1], rows from the bottom up, in the person's studio, without a background.

    Rendered in a scene of its own, so that the user's render result stays.
    """
    scene = bpy.data.scenes.new("2K2K Preview")
    known = {kind: set(getattr(bpy.data, kind)) for kind in ("objects", "cameras", "lights", "worlds")}
    try:
        scene.collection.objects.link(person)
        _prepare(scene)
        studio.build(scene, scene.collection, studio.Bounds.of(context, person), "2K2K Preview")
        return _render(scene)
    finally:
        made = [item for kind, before in known.items() for item in getattr(bpy.data, kind) if item not in before]
        bpy.data.batch_remove([scene, *made])


def _prepare(scene: Any) -> None:
    """Set the scene up for a quick render; `Any` because Blender's types know no engine but its own."""
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = SIZE
    render.resolution_percentage = 100
    render.film_transparent = True
    scene.cycles.samples = SAMPLES
    scene.cycles.use_denoising = False
    scene.view_settings.view_transform = "Standard"  # the photo's own colours
    scene.view_settings.exposure = EXPOSURE
    render.image_settings.file_format = "PNG"
    render.image_settings.color_mode = "RGBA"


def _render(scene: bpy.types.Scene) -> NDArray[np.float32]:
    with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=bpy.app.tempdir) as folder:
        path = Path(folder) / "preview.png"
        scene.render.filepath = str(path)
        bpy.ops.render.render(write_still=True, scene=scene.name)
        image = bpy.data.images.load(str(path))
        pixels = np.empty(4 * SIZE * SIZE, np.float32)
        image.pixels.foreach_get(pixels)
        bpy.data.images.remove(image)
    return pixels.reshape(SIZE, SIZE, 4)

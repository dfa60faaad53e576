"""A coarse mesh within moments, to be looked at while the fine one is being made."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import nearest
from engine.surface.clean import Shell, clean
from engine.surface.form import located
from engine.surface.occlusion import Gaps
from engine.surface.solid import Solid, solidify
from engine.types import Canvas, Maps, Mesh, Settings

STEP = 8
"""Canvas pixels between two vertices: as many as between two depths of the coarse network."""

BORDER = 6
"""Canvas pixels at the silhouette whose colour may be the background's."""


def draft_mesh(coarse: Maps, canvas: Canvas, settings: Settings) -> Mesh:
    """A closed mesh of about 30,000 triangles that stands where the fine one will, and is as large.

    coarse: maps that `predict` shows early. What the body hides of itself is not parted from what hides it, and the
    back has the front's colours. Raises UserError where the depth holds no body.
    """
    shell = clean(coarse)
    solid = solidify(shell, _without_gaps(shell), STEP)
    vertices, _ = located(solid, canvas, settings)
    return Mesh(vertices, solid.faces, _colors(solid, shell, canvas))


def _without_gaps(shell: Shell) -> Gaps:
    height, width = shell.mask.shape
    nowhere = np.zeros((height - 1, width - 1), np.bool_)
    return Gaps(shell.far, shell.far, nowhere, nowhere, nowhere, nowhere)


def _colors(solid: Solid, shell: Shell, canvas: Canvas) -> NDArray[np.uint8]:
    """The photo's colour (N, 3) at each vertex, or near it where the background shines through at the border."""
    core = cv2.erode(shell.mask.view(np.uint8), np.ones((2 * BORDER + 1, 2 * BORDER + 1), np.uint8)) > 0
    pixel = nearest(core if core.any() else shell.mask).ravel()[solid.pixel]
    rows, columns = np.divmod(pixel, shell.mask.shape[1])
    last = len(canvas.rgb) - 1
    return canvas.rgb[np.minimum(rows + shell.row, last), np.minimum(columns + shell.column, last)]

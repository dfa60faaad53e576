"""A contact sheet of people: each from the front and from behind."""

from collections.abc import Sequence
from math import radians

import numpy as np
from numpy.typing import NDArray

from engine.render.maps import render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import View

Picture = NDArray[np.uint8]

_BACKGROUND = 190


def contact_sheet(
    meshes: Sequence[TexturedMesh], yaws: Sequence[float] = (0, 180), size: int = 384, columns: int = 5
) -> Picture:
    """Draw every person from every yaw (degrees) side by side, `columns` people per row: HxWx3 uint8 sRGB."""
    tiles = [np.hstack([_portrait(mesh, yaw, size) for yaw in yaws]) for mesh in meshes]
    blank = np.full_like(tiles[0], _BACKGROUND)
    tiles += [blank] * (-len(tiles) % columns)
    return np.vstack([np.hstack(tiles[i : i + columns]) for i in range(0, len(tiles), columns)])


def _portrait(mesh: TexturedMesh, yaw: float, size: int) -> Picture:
    rendered = render_maps(mesh, None, View(yaw=radians(yaw)), size)
    picture = np.where(rendered.mask[..., None], rendered.front.shaded, np.uint8(_BACKGROUND))
    trim = size // 6
    return picture[:, trim : size - trim]

"""Relief of the face on the front depth map, from the landmarks of the face: what the prior is for the body."""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes

from engine.camera import UNIT
from engine.networks.membrane import membrane
from engine.networks.relief import raise_front
from engine.person.face import face_triangles
from engine.pixels import Float, around, blur, distance
from engine.render.raster import rasterize
from engine.types import Maps

_COARSER = 0.4
"""Standard deviation, over the width of the face, of what the network's own depth decides."""
_FACETS = 0.02
"""The same for the smoothing that hides the triangles of the mesh."""
_FEATHER = 0.12
"""Width of the band, over that of the face, in which the relief fades out."""
_SMALLEST = 8
"""Width in pixels of the smallest face that is worth it."""
_RIM = 4
_FAR = 1e4
"""Distance in pixels from which the mesh is drawn: nearly parallel rays."""


def with_face(maps: Maps, face: NDArray[np.float64] | None) -> Maps:
    """Give the front map the nose, eye sockets, lips and chin of a face mesh; overwrites it.

    face: (468, 3) canvas pixels, z behind the middle of the head; None changes nothing. Where the head as a whole is
    and which way it bends remains what the network said: only what is finer than `_COARSER` comes from the mesh.
    """
    if face is None:
        return maps
    area = around(face, _RIM, maps.front.shape)
    front, back = maps.front[area], maps.back[area]
    width = float(np.ptp(face[:, 0]))
    if min(width, *front.shape) < _SMALLEST:
        return maps
    surface, seen = _drawn(face - [area[1].start, area[0].start, 0], front.shape, _FACETS * width)
    inside = seen & (front > 0)
    if inside.any():
        relief = surface - front
        relief -= blur(relief, inside.astype(np.float32), _COARSER * width)
        beyond = (front > 0) & ~inside
        relief -= membrane(relief, inside, beyond & ~binary_fill_holes(inside))
        relief *= _weight(inside, beyond, _FEATHER * width)
        raise_front(front, back, -relief, inside)
    return maps


def _drawn(face: NDArray[np.float64], shape: tuple[int, ...], sigma: float) -> tuple[Float, NDArray[np.bool_]]:
    """Depth of the nearest triangle per pixel in network units, smooth, and where there is one."""
    height, width = shape
    points, triangles = torch.from_numpy(face), torch.from_numpy(face_triangles())
    near, _ = rasterize(points[:, :2], 1 / (points[:, 2] + _FAR), triangles, height, width, None)
    depth, seen = np.zeros(height * width, np.float32), np.zeros(height * width, bool)
    depth[near.pixels] = (near.interpolate(points[:, 2:], triangles)[:, 0] / UNIT).numpy()
    seen[near.pixels] = True
    depth, seen = depth.reshape(shape), seen.reshape(shape)
    return blur(depth, seen.astype(np.float32), sigma), seen


def _weight(inside: NDArray[np.bool_], beyond: NDArray[np.bool_], band: float) -> Float:
    """1 in the middle of the face, falling to 0 where the head goes on around it (not at its silhouette)."""
    if not beyond.any():
        return inside.astype(np.float32)
    away = distance(~beyond)
    even = blur(away, inside.astype(np.float32), band / 4)  # or the corners of the mesh's border would show
    step = np.clip(np.minimum(even, 3 * away) / band, 0, 1)
    return np.asarray(step * step * (3 - 2 * step) * inside, np.float32)

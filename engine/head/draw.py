"""The head as an orthographic camera sees it: its nearest and its farthest surface at every pixel."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.head.model import Float64, Indices
from engine.pixels import Bools, Float
from engine.render.raster import Hits, rasterize

_FAR = 1e4
"""Distance in pixels from which the head is drawn: nearly parallel rays."""
_ROUNDNESS = 0.75
"""Share of the way from the flat triangles to the planes at their corners."""


@dataclass(frozen=True)
class Drawn:
    """hit: (H, W) pixels that show the head. corners: (N, 3) vertices and shares: (N, 3) their weights at those
    pixels, in the order of `hit`."""

    hit: Bools
    corners: NDArray[np.int64]
    shares: Float

    def at_pixels(self, values: NDArray) -> Float:
        """Values per vertex (V,) -> (H, W), 0 where nothing is hit."""
        result = np.zeros(self.hit.shape, np.float32)
        result[self.hit] = (values[self.corners] * self.shares).sum(axis=1)
        return result

    def rounded(self, vertices: Float64, normals: Float) -> Float:
        """Depth (H, W) of a surface that is round between its vertices (V, 3) with these normals, 0 where nothing is
        hit (Boubekeur and Alexa, Phong Tessellation, 2008)."""
        along = normals * normals[:, 2:]
        heights = self.at_pixels((vertices * normals).sum(axis=1) * normals[:, 2])
        flat = [self.at_pixels(vertices[:, axis]) for axis in range(3)]
        off = heights - sum(flat[axis] * self.at_pixels(along[:, axis]) for axis in range(3))
        return flat[2] + np.float32(_ROUNDNESS) * off


def drawn(vertices: Float64, faces: Indices, shape: tuple[int, ...]) -> tuple[Drawn, Drawn]:
    """The near and the far side of a head; vertices: (V, 3) pixels. Both have the same pixels."""
    points = torch.from_numpy(np.ascontiguousarray(vertices))
    height, width = shape
    near, far = rasterize(points[:, :2], 1 / (points[:, 2] + _FAR), torch.from_numpy(faces), height, width)
    return _drawn(near, faces, (height, width)), _drawn(far, faces, (height, width))


def _drawn(hits: Hits, faces: Indices, shape: tuple[int, int]) -> Drawn:
    hit = np.zeros(shape, bool)
    hit.ravel()[hits.pixels.numpy()] = True
    return Drawn(hit, faces[hits.faces.numpy()], hits.barycentric.numpy())

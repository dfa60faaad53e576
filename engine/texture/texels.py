"""Which surface point every texel shows."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from engine.pixels import distance, nearest
from engine.render.raster import rasterize

MARGIN = 24
"""Width in texels of the border around charts, in a texture of 2048 texels."""


@dataclass(frozen=True)
class Texels:
    """pixels: (T,) int64 flat index in the texture, ascending. faces: (T,) int64. barycentric: (T, 3) float32."""

    pixels: NDArray[np.int64]
    faces: NDArray[np.int64]
    barycentric: NDArray[np.float32]
    size: int

    def chunks(self, length: int) -> list["Texels"]:
        """The same in parts of at most `length` texels."""
        cuts = range(0, len(self.pixels), length)
        parts = [slice(k, k + length) for k in cuts]
        return [Texels(self.pixels[p], self.faces[p], self.barycentric[p], self.size) for p in parts]

    def interpolate(self, corners: NDArray[np.float32]) -> NDArray[np.float32]:
        """Values at the triangles' corners (M, 3, C) -> values at the texels (T, C)."""
        return np.asarray(np.einsum("tk,tkc->tc", self.barycentric, corners[self.faces]), np.float32)

    def pictures(self, *maps: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
        """Values (T, 3) of each map -> textures (size, size, 3).

        Texels around the charts repeat the nearest border, so that neither filters nor smaller versions of the texture
        mix in anything else; those farther away show the map's median.
        """
        known = np.zeros((self.size, self.size), bool)
        known.ravel()[self.pixels] = True
        around = np.flatnonzero(~known & (distance(~known) <= self.size / 2048 * MARGIN))
        source = nearest(known).ravel()[around]
        return [self._picture(values, around, source) for values in maps]

    def _picture(
        self, values: NDArray[np.uint8], around: NDArray[np.int64], source: NDArray[np.int32]
    ) -> NDArray[np.uint8]:
        texture = np.empty((self.size * self.size, 3), np.uint8)
        texture[:] = np.median(values, axis=0)
        texture[self.pixels] = values
        texture[around] = texture[source]
        return texture.reshape(self.size, self.size, 3)


def find_texels(uv: NDArray[np.float32], size: int) -> Texels:
    """The texels whose centres triangles (M, 3, 2) cover."""
    points = torch.from_numpy(uv.reshape(-1, 2).astype(np.float64) * size)
    corners = torch.arange(len(points)).reshape(-1, 3)
    hits, _ = rasterize(points, torch.ones(len(points), dtype=torch.float64), corners, size, size)
    return Texels(hits.pixels.numpy(), hits.faces.numpy(), hits.barycentric.numpy(), size)

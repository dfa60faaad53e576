"""The full-detail surface as points, and what of it lies next to a point of the reduced mesh."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Float32 = NDArray[np.float32]

NEIGHBOURS = 6
"""Points between which is interpolated; the farthest has no weight."""


@dataclass(frozen=True)
class Nearby:
    """index: (T, k) points. weights: (T, k) float32, sum 1; all 0 where no point faces the same way."""

    index: NDArray[np.int64]
    weights: Float32

    def mean(self, values: Float32) -> Float32:
        """Values per point (N, C) -> (T, C)."""
        return np.asarray(np.einsum("tk,tkc->tc", self.weights, values[self.index]), np.float32)


class Fine:
    """Surface points (N, 3) float32 in metres with their unit normals (N, 3) float32."""

    def __init__(self, points: Float32, normals: Float32) -> None:
        self.points, self.normals = points, normals
        self._tree = cKDTree(points, balanced_tree=False, compact_nodes=False)

    @staticmethod
    def of_mesh(vertices: Float32, faces: NDArray[np.int32]) -> "Fine":
        """A mesh's vertices (N, 3), with the mean normals of the triangles (M, 3) around them by their areas."""
        a, b, c = (vertices[faces[:, k]] for k in range(3))
        doubled = np.cross(b - a, c - a)
        corners = faces.T.ravel()
        sums = [np.bincount(corners, np.tile(column, 3), len(vertices)) for column in doubled.T]
        total = np.stack(sums, axis=1)
        unit = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-20)
        return Fine(vertices, unit.astype(np.float32))

    def near(self, points: Float32, normals: Float32) -> Nearby:
        """What lies next to points (T, 3), and does not face away from their normals (T, 3).

        Weights are those of modified Shepard interpolation (Franke & Nielson, 1980), continuous as neighbours change.
        """
        distance, index = self._tree.query(points, min(NEIGHBOURS, len(self.points)), workers=torch.get_num_threads())
        reach = distance[:, -1:]
        weights = ((reach - distance) / np.maximum(reach * distance, 1e-12)) ** 2
        weights *= np.clip(np.einsum("tc,tkc->tk", normals, self.normals[index]), 0, 1)
        return Nearby(index, (weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-30)).astype(np.float32))

    def onto(self, points: Float32, nearby: Nearby) -> Float32:
        """Points (T, 3) moved onto the surface: along the mean normal, to the mean of the tangent planes nearby."""
        offset = self.points[nearby.index] - points[:, None]
        height = (nearby.weights * np.einsum("tkc,tkc->tk", offset, self.normals[nearby.index])).sum(axis=1)
        return points + height[:, None] * nearby.mean(self.normals)

"""Looseness and folds of cloth."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.training.people.garment import Surface

Float32 = NDArray[np.float32]

_NEAR, _ASIDE, _GAP = 0.08, 0.04, 0.004
"""Metres: how far cloth looks for cloth, how far to the side it may be, and the gap that is left between them."""


@dataclass(frozen=True)
class Drape:
    """looseness: metres off the body. depth: metres from the folds' valleys to their ridges. waves: (K, 3) wave vectors
    in radians per metre, phases: (K,) radians."""

    looseness: float
    depth: float
    waves: Float32
    phases: Float32

    def apply(self, points: Float32, surface: Surface) -> Float32:
        """Move the points (N, 3) of a fitted garment outward along their normals."""
        height = np.sin(points @ self.waves.T + self.phases).mean(axis=1)
        offset = self.looseness + self.depth * (0.5 + 0.9 * height)
        return points + vertex_normals(points, surface.faces) * offset[:, None].astype(np.float32)


def sample_drape(rng: np.random.Generator, looseness: float, depth: float) -> Drape:
    """Folds of random directions, 5 to 25 cm apart, that mostly run downward."""
    length = rng.uniform(0.05, 0.25, 5)
    direction = rng.normal(0, 1, (5, 3)) * [1, 1, 0.5]
    waves = 2 * np.pi / length[:, None] * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    return Drape(looseness, depth, waves.astype(np.float32), rng.uniform(0, 2 * np.pi, 5).astype(np.float32))


def vertex_normals(points: Float32, faces: NDArray[np.int32]) -> Float32:
    """Unit normals (N, 3), each the area-weighted mean of its triangles'; 0 where there is none."""
    a, b, c = points[faces[:, 0]], points[faces[:, 1]], points[faces[:, 2]]
    cross = np.cross(b - a, c - a)
    sums = np.stack([np.bincount(faces.ravel(), np.repeat(cross[:, i], 3), len(points)) for i in range(3)], axis=1)
    return (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def tuck_under(inner: Float32, outer: Float32, outward: Float32) -> Float32:
    """Move points (N, 3) of the inner cloth to 4 mm below the outer cloth next to them.

    outer: (M, 3) points of that cloth, outward: (M, 3) unit directions away from the body. Points farther than 4 cm to
    the side of any of them stay.
    """
    distance, index = cKDTree(outer).query(inner, distance_upper_bound=_NEAR)
    near = np.isfinite(distance)
    away, normal = inner[near] - outer[index[near]], outward[index[near]]
    height = np.einsum("ni,ni->n", away, normal)
    aside = np.linalg.norm(away - height[:, None] * normal, axis=1)
    depth = np.clip(height + _GAP, 0, None) * np.clip(2 - 2 * aside / _ASIDE, 0, 1)
    moved = inner.copy()
    moved[near] -= depth[:, None].astype(np.float32) * normal
    return moved

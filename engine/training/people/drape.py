"""Unevenness of clothes that follow the base mesh."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.normals import vertex_normals
from engine.training.people.garment import Surface

Float32 = NDArray[np.float32]


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

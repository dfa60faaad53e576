"""Simple closed meshes with texture coordinates, for the tests of textures."""

import numpy as np
import trimesh
from numpy.typing import NDArray

from engine.texture.atlas import unwrap
from engine.types import Mesh, Texture


def ball(subdivisions: int, radius: float = 0.5, bumps: float = 0.0) -> Mesh:
    """A sphere, perhaps with waves of the height `bumps` on it; coloured by position."""
    unit = trimesh.creation.icosphere(subdivisions)
    directions = np.asarray(unit.vertices)
    height = radius + bumps * np.sin(25 * directions).prod(axis=1)
    colors = np.rint(127.5 * (directions + 1)).astype(np.uint8)
    vertices = (directions * height[:, None]).astype(np.float32)
    return Mesh(vertices, np.asarray(unit.faces, np.int32), colors)


def front_and_back(mesh: Mesh) -> NDArray[np.float64]:
    """(V, 2) sheets of a mesh that is split at y = 0, like a person between front and back."""
    side = mesh.vertices[:, 1] < 0
    return np.stack([side, ~side], axis=1).astype(np.float64)


def unwrapped(mesh: Mesh, size: int = 256) -> NDArray[np.float32]:
    return unwrap(mesh.vertices, mesh.faces, front_and_back(mesh), size)


def textured(mesh: Mesh, size: int = 64) -> Texture:
    """With noise for pictures."""
    color, normal = np.random.default_rng(0).integers(0, 256, (2, size, size, 3)).astype(np.uint8)
    return Texture(unwrapped(mesh, size), color, normal)

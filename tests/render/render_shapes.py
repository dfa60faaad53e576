"""Meshes with known surfaces."""

import numpy as np
import trimesh
from numpy.typing import NDArray

from engine.render.mesh import TexturedMesh

WHITE = np.full((1, 1, 4), 255, np.uint8)


def plain(vertices: NDArray, faces: NDArray, color: tuple[int, int, int] = (200, 100, 50)) -> TexturedMesh:
    """A mesh of one colour."""
    colors = np.tile(np.array(color, np.uint8), (len(vertices), 1))
    materials = np.zeros(len(faces), np.int32)
    return TexturedMesh(np.asarray(vertices, np.float32), np.asarray(faces, np.int32), None, materials, (), colors)


def sphere(radius: float = 0.5, subdivisions: int = 6) -> TexturedMesh:
    """A fine sphere around the origin."""
    ball = trimesh.creation.icosphere(subdivisions=subdivisions, radius=radius)
    return plain(ball.vertices, ball.faces)


def box(extents: tuple[float, float, float], centre: tuple[float, float, float] = (0, 0, 0)) -> TexturedMesh:
    """A box of 12 triangles."""
    shape = trimesh.creation.box(extents)
    return plain(shape.vertices + centre, shape.faces)


def joined(*meshes: TexturedMesh) -> TexturedMesh:
    """Several plain meshes as one."""
    starts = np.cumsum([0, *(len(m.vertices) for m in meshes)])
    return TexturedMesh(
        np.concatenate([m.vertices for m in meshes]),
        np.concatenate([m.faces + s for m, s in zip(meshes, starts, strict=False)]).astype(np.int32),
        None,
        np.concatenate([m.materials for m in meshes]),
        (),
        np.concatenate([m.colors for m in meshes if m.colors is not None]),
    )


def sheet(texture: NDArray[np.uint8], corners: NDArray) -> TexturedMesh:
    """A textured quadrilateral; corners (4, 3): top left, top right, bottom right, bottom left for the viewer."""
    faces = np.array([[0, 3, 2], [0, 2, 1]], np.int32)
    uv = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)[faces]
    return TexturedMesh(np.asarray(corners, np.float32), faces, uv, np.zeros(2, np.int32), (texture,))

"""Normals and tangents at the corners of triangles, as renderers compute them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Frames:
    """Per triangle corner, (M, 3, 3) float32 unit vectors. tangent: to the texture's right. bitangent: to its top.

    Renderers interpolate them without normalising and take a normal map's red, green and blue as their weights.
    """

    tangent: Float32
    bitangent: Float32
    normal: Float32


def frames(vertices: Float32, faces: NDArray[np.int32], uv: Float32) -> Frames:
    """The tangent space of MikkTSpace (Mikkelsen, Simulation of Wrinkled Surfaces Revisited, 2008, and its code).

    vertices: (V, 3). uv: (M, 3, 2), (0, 0) top left. Corners share a tangent where they share vertex, texture
    coordinates and orientation; each triangle counts by its angle there.
    """
    normal = vertex_normals(vertices, faces)[faces]
    along, mirrored = _gradients(vertices[faces].astype(np.float64), uv.astype(np.float64) * [1, -1])
    flat = _unit(along[:, None] - normal * (along[:, None] * normal).sum(axis=2, keepdims=True))
    group = _shared(faces, uv, mirrored)
    weighted = (flat * _angles(vertices[faces], normal)[..., None]).reshape(-1, 3)
    total = np.stack([np.bincount(group, column) for column in weighted.T], axis=1)
    tangent = _unit(total)[group].reshape(-1, 3, 3)
    sign = np.where(mirrored, -1.0, 1.0)[:, None, None]
    bitangent = sign * np.cross(normal, tangent)
    return Frames(*(values.astype(np.float32) for values in (tangent, bitangent, normal)))


def vertex_normals(vertices: Float32, faces: NDArray[np.int32]) -> Float32:
    """(V, 3) unit normals, each the mean of the triangles around by their angles there (Thürmer & Wüthrich, 1998)."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    flat = _unit(np.cross(b - a, c - a))
    angles = _angles(vertices[faces])
    corners = faces.ravel()
    sums = [np.bincount(corners, (flat[:, k, None] * angles).ravel(), len(vertices)) for k in range(3)]
    return _unit(np.stack(sums, axis=1)).astype(np.float32)


def _angles(corners: Float32, normals: Float32 | None = None) -> NDArray[np.float64]:
    """(M, 3) radians in triangles (M, 3, 3); as seen against normals (M, 3, 3) at the corners if given."""
    sides = [np.roll(corners, -k, axis=1) - corners for k in (1, 2)]
    if normals is not None:
        sides = [side - normals * (normals * side).sum(axis=2, keepdims=True) for side in sides]
    first, second = (_unit(side) for side in sides)
    return np.arccos(np.clip((first * second).sum(axis=2).astype(np.float64), -1, 1))


def _gradients(corners: NDArray[np.float64], uv: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Unit direction (M, 3) in which u grows, v held; and (M,) whether the texture is mirrored there."""
    side, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    (u1, v1), (u2, v2) = (uv[:, 1] - uv[:, 0]).T, (uv[:, 2] - uv[:, 0]).T
    mirrored = u1 * v2 - u2 * v1 < 0
    along = side * v2[:, None] - other * v1[:, None]
    return _unit(np.where(mirrored[:, None], -along, along)), mirrored


def _shared(faces: NDArray[np.int32], uv: Float32, mirrored: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(3 M,) number of the tangent that each corner has."""
    rows = np.column_stack([faces.reshape(-1, 1), uv.reshape(-1, 2), np.repeat(mirrored, 3)]).astype(np.float64)
    order = np.lexsort(rows.T)
    new = np.any(rows[order[1:]] != rows[order[:-1]], axis=1)
    group = np.empty(len(rows), np.int64)
    group[order] = np.concatenate([[0], np.cumsum(new)])
    return group


def _unit(vectors: NDArray) -> NDArray:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-20)

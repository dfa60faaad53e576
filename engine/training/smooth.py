"""Smooth surfaces of coarse polygons: what the networks learn from must not show facets that no person has."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.normals import vertex_normals
from engine.render.mesh import TexturedMesh

ROUNDNESS = 0.75
"""How far new vertices go from the flat triangle to the curved one (the recommended value of the source)."""

Float64 = NDArray[np.float64]


def tessellated(mesh: TexturedMesh, levels: int) -> TexturedMesh:
    """Every triangle as 4 ** levels that follow the curvature its corners' normals tell of.

    Phong tessellation (Boubekeur and Alexa, SIGGRAPH Asia 2008) of the edges' middles; vertices stay where they are.
    """
    for _ in range(levels):
        mesh = _divided(mesh)
    return mesh


def _divided(mesh: TexturedMesh) -> TexturedMesh:
    faces = mesh.faces
    edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    ab, bc, ca = (len(mesh.vertices) + index.reshape(3, -1)).astype(np.int32)
    a, b, c = faces.T
    middles = _curved_middles(mesh.vertices.astype(np.float64), vertex_normals(mesh.vertices, mesh.faces), unique)
    return replace(
        mesh,
        vertices=np.concatenate([mesh.vertices, middles.astype(np.float32)]),
        faces=_quartered(a, b, c, ab, bc, ca),
        uv=None if mesh.uv is None else _divided_uv(mesh.uv),
        materials=np.repeat(mesh.materials, 4),
        colors=None if mesh.colors is None else np.concatenate([mesh.colors, _mixed(mesh.colors, unique)]),
    )


def _curved_middles(vertices: Float64, normals: NDArray[np.float32], edges: NDArray[np.int32]) -> Float64:
    """Middles (E, 3) of edges, moved to the mean of their projections onto the tangent planes of both ends."""
    flat = vertices[edges].mean(axis=1)
    offsets = flat[:, None] - vertices[edges]
    along = (offsets * normals[edges]).sum(axis=2, keepdims=True)
    return flat - ROUNDNESS * (along * normals[edges]).mean(axis=1)


def _quartered(*corners: NDArray[np.int32]) -> NDArray[np.int32]:
    a, b, c, ab, bc, ca = corners
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.stack([np.stack(quarter, axis=1) for quarter in quarters], axis=1).reshape(-1, 3)


def _divided_uv(uv: NDArray[np.float32]) -> NDArray[np.float32]:
    a, b, c = uv.transpose(1, 0, 2)
    ab, bc, ca = (a + b) / 2, (b + c) / 2, (c + a) / 2
    quarters = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.stack([np.stack(quarter, axis=1) for quarter in quarters], axis=1).reshape(-1, 3, 2)


def _mixed(colors: NDArray[np.uint8], edges: NDArray[np.int32]) -> NDArray[np.uint8]:
    return (colors[edges].astype(np.uint16).sum(axis=1) // 2).astype(np.uint8)

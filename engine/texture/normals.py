"""Tangent-space normal maps."""

import numpy as np
from numpy.typing import NDArray

from engine.texture.fine import Fine, Nearby
from engine.texture.tangents import Float32, Frames
from engine.texture.texels import Texels

STEEPEST = 0.1
"""Least component along the mesh's own normal: more would be a point behind the mesh's horizon."""


def bake_normals(texels: Texels, nearby: Nearby, fine: Fine, frame: Frames) -> NDArray[np.uint8]:
    """(T, 3) texels of a normal map that shows the fine surface's normals; flat where nothing of it is near."""
    tangent, bitangent, normal = (texels.interpolate(v) for v in (frame.tangent, frame.bitangent, frame.normal))
    wanted = nearby.mean(fine.normals)
    lost = ~nearby.weights.any(axis=1)
    wanted[lost] = normal[lost]
    return encode(_components(wanted, tangent, bitangent, normal))


def encode(normals: Float32) -> NDArray[np.uint8]:
    """Vectors (T, 3) in tangent space -> bytes of unit vectors: -1 .. 1 as 1 .. 255, 0 as 128."""
    unit = normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-20)
    unit[:, 2] = np.maximum(unit[:, 2], STEEPEST)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    return np.rint(unit * 127 + 128).astype(np.uint8)


def _components(vector: Float32, x: Float32, y: Float32, z: Float32) -> Float32:
    """Weights (T, 3) of x, y and z, which need be neither unit nor orthogonal, that make up the vector (Cramer)."""
    parts = [np.einsum("tc,tc->t", vector, np.cross(p, q)) for p, q in ((y, z), (z, x), (x, y))]
    determinant = np.einsum("tc,tc->t", x, np.cross(y, z))
    return np.stack(parts, axis=1) * np.where(determinant < 0, -1, 1)[:, None].astype(np.float32)

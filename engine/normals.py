"""Normals of a triangle mesh. Needs numpy alone, so that Blender's side can use it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


def vertex_normals(vertices: NDArray[np.floating[Any]], faces: NDArray[np.signedinteger[Any]]) -> Float32:
    """(N, 3) unit normals, each the area-weighted mean of its triangles'; 0 where there is none."""
    a, b, c = (vertices[corner] for corner in faces.T)
    cross = np.repeat(np.cross(b - a, c - a), 3, axis=0)
    sums = np.stack([np.bincount(faces.ravel(), cross[:, k], len(vertices)) for k in range(3)], axis=1)
    return (sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)).astype(np.float32)

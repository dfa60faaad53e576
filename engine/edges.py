"""The edges of a triangle mesh. Needs numpy alone, so that Blender's side can use it."""

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]

STEP = 1 << 17
"""Triangles that are looked at in one go: few enough for the processor's cache."""


def edges_of(faces: Int32) -> tuple[Int32, Int32]:
    """(E, 2) every edge once, its lower vertex first, and (M, 3) which of them leads from each corner to the next."""
    keys = _keys(faces).ravel()
    order = np.argsort(keys, kind="stable")  # the triangles of a grid come in rows, of which this kind makes use
    keys = keys[order]
    first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    corner_edges = np.empty(len(keys), np.int32)
    corner_edges[order] = np.cumsum(first, dtype=np.int32) - 1
    return keys[first].view(np.int32).reshape(-1, 2), corner_edges.reshape(-1, 3)


def are_edges_of(faces: Int32, edges: Int32, corner_edges: Int32) -> bool:
    """Whether these are the edges of the triangles, as `edges_of` tells them. edges: (E, 2), corner_edges: (K, 3)."""
    keys = edges.view(np.int64).ravel()
    if corner_edges.shape != faces.shape or (keys[1:] <= keys[:-1]).any():
        return False
    if corner_edges.min() < 0 or corner_edges.max() >= len(keys):
        return False
    used = np.zeros(len(keys), bool)
    for start in range(0, len(faces), STEP):
        some = corner_edges[start : start + STEP]
        if (keys[some] != _keys(faces[start : start + STEP])).any():
            return False
        used[some] = True
    return bool(used.all())


def _keys(faces: Int32) -> NDArray[np.int64]:
    """(M, 3) the edge from each corner to the next: both of its vertices in one number, whatever its direction."""
    pairs = np.empty((*faces.shape, 2), np.int32)
    following = np.roll(faces, -1, axis=1)
    np.minimum(faces, following, out=pairs[..., 0])
    np.maximum(faces, following, out=pairs[..., 1])
    return pairs.view(np.int64)[..., 0]

"""The edges of a triangle mesh."""

import numpy as np
from numpy.typing import NDArray

Int32 = NDArray[np.int32]


def edges_of(faces: Int32) -> tuple[Int32, Int32]:
    """(E, 2) every edge once, its lower vertex first, and (M, 3) which of them leads from each corner to the next.

    They are in the order of their higher vertices, and of the lower ones where those are the same.
    """
    keys = _keys(faces)
    order = np.argsort(keys, kind="stable")  # the triangles of a grid come in rows, of which this kind makes use
    keys = keys[order]
    first = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    corner_edges = np.empty(len(keys), np.int32)
    corner_edges[order] = np.cumsum(first, dtype=np.int32) - 1
    return keys[first].view(np.int32).reshape(-1, 2), corner_edges.reshape(-1, 3)


def _keys(faces: Int32) -> NDArray[np.int64]:
    """(3 M,) the edge from each corner to the next: both of its vertices in one number, whatever its direction."""
    pairs = np.empty((*faces.shape, 2), "<i4")
    following = np.roll(faces, -1, axis=1)
    np.minimum(faces, following, out=pairs[..., 0])
    np.maximum(faces, following, out=pairs[..., 1])
    return pairs.view("<i8").ravel()

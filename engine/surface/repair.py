"""Make a closed, oriented triangle set manifold: edges shared by more than two triangles, vertices of several fans."""

import numpy as np
from numpy.typing import NDArray

from engine.surface.health import corner_fans


def repair(faces: NDArray[np.int32], count: int, first: int = 0) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Split edges with four or more triangles in their middle and give each fan its own vertex.

    faces: (M, 3), closed and consistently oriented. count: number of vertices. first: vertices below it are known to be
    sound. Returns the new faces and (K, 2) parents of the K new vertices numbered from `count`: a new vertex lies in
    the middle of its parents (both the same for the copy of a vertex).
    """
    looked = among(faces, first)
    suspect = faces[looked]
    parents = np.zeros((0, 2), np.int64)
    for _ in range(8):
        suspect, added = _split_edges(suspect, count + len(parents), first)
        parents = np.concatenate([parents, added])
        if not len(added):
            break
    suspect, copies = _split_fans(suspect, count + len(parents), first)
    parents = np.concatenate([parents, np.stack([copies, copies], axis=1)]).astype(np.int32)
    return np.concatenate([faces[~looked], suspect]), parents


def among(faces: NDArray[np.int32], first: int) -> NDArray[np.bool_]:
    """Which faces (M,) have a vertex from this number on."""
    a, b, c = faces.T
    return np.asarray(np.maximum(np.maximum(a, b), c) >= first)


def _split_edges(faces: NDArray, count: int, first: int) -> tuple[NDArray, NDArray]:
    face, side = np.nonzero((faces >= first) & (np.roll(faces, -1, axis=1) >= first))
    a, b = faces[face, side].astype(np.int64), faces[face, (side + 1) % 3].astype(np.int64)
    key = np.minimum(a, b) * count + np.maximum(a, b)
    _, inverse, uses = np.unique(key, return_inverse=True, return_counts=True)
    at = np.flatnonzero((uses > 2)[inverse])
    if not len(at):
        return faces, np.zeros((0, 2), np.int64)
    forward, backward = at[(a < b)[at]], at[(a > b)[at]]
    forward, backward = (s[np.argsort(key[s], kind="stable")] for s in (forward, backward))
    middle = count + np.arange(len(forward))
    inserted: dict[int, dict[int, int]] = {}
    for half in (forward, backward):
        for k, m in zip(half, middle, strict=True):
            inserted.setdefault(int(face[k]), {})[int(side[k])] = int(m)
    kept = np.delete(faces, list(inserted), axis=0)
    new = [t for f, mids in inserted.items() for t in _triangulate(faces[f].tolist(), mids)]
    return np.concatenate([kept, np.array(new, faces.dtype)]), np.stack([a[forward], b[forward]], axis=1)


def _triangulate(corners: list[int], mids: dict[int, int]) -> list[list[int]]:
    """One triangle with extra vertices on some of its sides -> smaller triangles; no chord joins two old corners."""
    if len(mids) == 3:
        return [[corners[k], mids[k], mids[(k + 2) % 3]] for k in range(3)] + [[mids[0], mids[1], mids[2]]]
    k = next(iter(mids)) if len(mids) == 1 else next(k for k in mids if (k + 1) % 3 in mids)
    a, b, c = (corners[(k + i) % 3] for i in range(3))
    if len(mids) == 1:
        return [[a, mids[k], c], [mids[k], b, c]]
    m, n = mids[k], mids[(k + 1) % 3]
    return [[m, b, n], [a, m, n], [a, n, c]]


def _split_fans(faces: NDArray, count: int, first: int) -> tuple[NDArray, NDArray]:
    fan = corner_fans(faces, count)
    vertex = faces.ravel()
    span = fan.max(initial=0) + 1
    pairs, inverse = np.unique(vertex.astype(np.int64) * span + fan, return_inverse=True)
    old = pairs // span
    extra = np.concatenate([[False], old[1:] == old[:-1]]) & (old >= first)
    number = old.copy()
    number[extra] = count + np.arange(np.count_nonzero(extra))
    return number[inverse].reshape(faces.shape).astype(faces.dtype), old[extra]

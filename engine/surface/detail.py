"""Fewer triangles: quadric simplification that keeps the mesh closed, and its face and hands finer than the rest."""

import fast_simplification
import numpy as np
from numpy.typing import NDArray

from engine.skeleton import INDEX
from engine.surface.repair import repair
from engine.surface.solid import Solid, main_parts
from engine.types import Canvas, Detail

TRIANGLES: dict[Detail, int] = {"high": 400_000, "medium": 100_000, "low": 25_000}

STEPS: dict[Detail, int] = {"medium": 2, "low": 4}
"""Levels for which a vertex for every so many pixels is enough to begin with; far fewer triangles cross afterwards."""

SHARES = (0.998, 0.98, 0.96, 0.9, 0.8)
"""Shares of the triangles that the simplification may leave, as its repair may add some. With others there are
other knots, so the next share is tried where some cross."""

_HASTE = (2, 4, 7)
"""How fast the bound of the error grows while edges collapse: slow leaves fewer folds, but may end early."""

_ENLARGEMENT = 2.5
"""How much larger the face and the hands appear to the simplification, so that it keeps more triangles there."""
_REGIONS = (
    ("left_eye", "right_eye", 0.5),
    ("left_finger3", "left_finger3", 0.35),
    ("right_finger3", "right_finger3", 0.35),
)
"""Key points whose mean is a region's centre, and its radius over the length of the trunk."""


def reduce(
    vertices: NDArray[np.float32],
    faces: NDArray[np.int32],
    detail: Detail,
    solid: Solid,
    canvas: Canvas,
    share: float = SHARES[0],
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Simplify to the level of detail (Garland and Heckbert, 1997, in fast-simplification); "full" is returned as is.

    vertices: (N, 3). faces: (M, 3). Of the result's vertices the third part says which of the N they are; one that a
    repair has added stands in the middle between that one and another.
    """
    target = TRIANGLES.get(detail)
    if target is None or len(faces) <= target:
        return vertices, faces, np.arange(len(vertices))
    weighted = _enlarged(vertices, solid, canvas)
    simple, parents = repair(_cleaned(_simplify(weighted, faces, int(share * target))), len(vertices))
    return _compact(vertices, simple, parents)


def grain(detail: Detail, solid: Solid) -> float:
    """Standard deviation in pixels of the low-pass filter that the colours need for what `reduce` makes of a solid."""
    faces = STEPS.get(detail, 1) ** 2 * len(solid.faces)
    return 0.25 * float(np.sqrt(max(faces / TRIANGLES.get(detail, faces) - 1, 0)))


def _simplify(vertices: NDArray[np.float32], faces: NDArray[np.int32], target: int) -> NDArray[np.int32]:
    """Each vertex of the result is the one, of those merged there, that is nearest to where the quadrics want it."""
    for haste in _HASTE:
        points, reduced, collapses = fast_simplification.simplify(
            vertices, faces, target_count=target, agg=haste, return_collapses=True
        )
        if len(reduced) <= target:
            break
    merged = _merged(faces, collapses, len(vertices))
    left = np.flatnonzero(merged >= 0)
    farthest_first = left[np.argsort(-np.linalg.norm(vertices[left] - points[merged[left]], axis=1), kind="stable")]
    nearest = np.zeros(len(points), np.int32)
    nearest[merged[farthest_first]] = farthest_first
    return nearest[reduced]


def _merged(faces: NDArray[np.int32], collapses: NDArray[np.int32], count: int) -> NDArray[np.int64]:
    """The number (N,) of the reduced vertex that each of `count` vertices went into, -1 where its part has vanished.

    collapses: (K, 2) kept, removed. What remains keeps its order. `fast_simplification.replay_simplification` says the
    same, at the price of doing all collapses again.
    """
    kept = np.arange(count)
    kept[collapses[:, 1]] = collapses[:, 0]
    while (kept[kept] != kept).any():
        kept = kept[kept]
    a, b, c = (kept[faces[:, k]] for k in range(3))
    corners = faces[(a != b) & (b != c) & (c != a)]
    number = np.full(count, -1)
    used = np.unique(kept[corners])
    number[used] = np.arange(len(used))
    return number[kept]


def _enlarged(vertices: NDArray[np.float32], solid: Solid, canvas: Canvas) -> NDArray[np.float32]:
    """Vertices with face and hands blown up around their centres."""
    k = canvas.keypoints
    hips, shoulders = k[[INDEX["left_hip"], INDEX["right_hip"]]], k[[INDEX["left_shoulder"], INDEX["right_shoulder"]]]
    trunk = float(np.linalg.norm(hips.mean(axis=0) - shoulders.mean(axis=0)))
    result = vertices.astype(np.float64)
    for first, second, radius in _REGIONS:
        column, row = (k[INDEX[first]] + k[INDEX[second]]) / 2
        if np.isfinite([column, row, trunk]).all():
            near = np.hypot(solid.columns - column, solid.rows - row) < radius * trunk
            result = _blown_up(result, near, radius * trunk, solid, column, row)
    return np.ascontiguousarray(result, np.float32)


def _blown_up(
    vertices: NDArray, near: NDArray[np.bool_], radius: float, solid: Solid, column: float, row: float
) -> NDArray:
    if not near.any():
        return vertices
    centre = vertices[near].mean(axis=0)
    gap = np.hypot(solid.columns[near] - column, solid.rows[near] - row) / radius
    growth = 1 + (_ENLARGEMENT - 1) * np.clip(2 - 2 * gap, 0, 1)
    result = vertices.copy()
    result[near] = centre + (vertices[near] - centre) * growth[:, None]
    return result


def _cleaned(faces: NDArray[np.int32]) -> NDArray[np.int32]:
    """Take out pairs of opposite triangles on the same three vertices (what a collapsed sliver leaves).

    Of several triangles on the same vertices those stay that have no partner, so that a closed mesh stays closed.
    """
    ordered = np.sort(faces, axis=1).astype(np.int64)
    span = int(faces.max(initial=0)) + 1
    key = (ordered[:, 0] * span + ordered[:, 1]) * span + ordered[:, 2]
    a, b, c = faces.T
    turn = 1 - 2 * (((a > b) ^ (b > c)) ^ (a > c)).astype(np.int64)
    _, inverse = np.unique(key, return_inverse=True)
    surplus = np.bincount(inverse, turn)[inverse]
    order = np.lexsort((turn, inverse))
    group = 2 * inverse[order] + (turn[order] > 0)
    first = np.flatnonzero(np.append(True, group[1:] != group[:-1])[: len(group)])
    rank = np.empty(len(faces), np.int64)
    rank[order] = np.arange(len(faces)) - np.repeat(first, np.diff(np.append(first, len(faces))))
    return faces[rank < turn * surplus]


def _compact(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], parents: NDArray[np.int32]
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int64]]:
    """Add the vertices that the repair made, drop specks and what is no longer used."""
    first, second = parents.T
    origin = np.concatenate([np.arange(len(vertices)), first])
    vertices = np.concatenate([vertices, (vertices[first] + vertices[second]) / 2])
    faces = main_parts(faces, len(vertices))
    used, inverse = np.unique(faces, return_inverse=True)
    return vertices[used], inverse.reshape(-1, 3).astype(np.int32), origin[used]

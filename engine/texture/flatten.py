"""Charts laid flat: as-rigid-as-possible, then without folds and overlaps.

Flattening is local/global ARAP parameterisation (Liu et al., A Local/Global Approach to Mesh Parameterization, SGP
2008) that starts from the view at the chart. It hardly stretches anything, but may fold a few triangles or lay one limb
over another; those triangles become charts of their own.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import splu

from engine.texture.charts import Ints, connected
from engine.texture.pack import Bools, cover

Float = NDArray[np.float64]

_ROUNDS = 20
_MENDING_ROUNDS = 8
_COARSE = 4
"""While overlaps are mended, they are looked for at points so many texels apart."""
_WEIGHTS = (0.05, 20.0)
"""Range of the cotangent weights: slivers must not rule, and negative ones would fold."""
_RINGS = 1
"""Rings of triangles that are cut out around those that cannot be laid flat with the rest."""
_ANCHOR = 1e-8
"""Weight, over the mean of the others, that holds the chart in its place."""


@dataclass(frozen=True)
class Chart:
    """faces: (n,) indices. uv: (n, 3, 2) float64 metres, right and up on the chart, up as upright as can be."""

    faces: Ints
    uv: Float


def flatten(vertices: Float, faces: NDArray[np.int32], parts: list[Ints], texel: float) -> list[Chart]:
    """Charts without folds; no two triangles of a chart cover the same texel. texel: side in metres."""
    charts, pending = [], list(parts)
    while pending:
        part = pending.pop(0)
        uv = _rigid(vertices, faces[part], texel)
        bad = _out_of_place(uv, texel) if len(part) > 1 else np.zeros(1, bool)
        if bad.all():
            pending += [part[k : k + 1] for k in range(len(part))]
            continue
        bad = _with_rings(faces[part], bad)
        charts.append(Chart(part[~bad], uv[~bad]))
        if bad.any():
            left = part[bad]
            pending += [left[group] for group in connected(faces[left])]
    return charts


def _rigid(vertices: Float, faces: NDArray[np.int32], texel: float) -> Float:
    """ARAP and what `_relaxed` mends: triangles (n, 3) -> their corners' plane positions (n, 3, 2)."""
    used, index = np.unique(faces, return_inverse=True)
    corners, points = index.reshape(-1, 3), vertices[used]
    flat = _triangles(points[corners])
    a = corners.ravel()
    b = np.roll(corners, -1, axis=1).ravel()
    edges = (flat - np.roll(flat, -1, axis=1)).reshape(-1, 2)
    weights = _cotangents(flat).ravel()
    solve = _factor(a, b, weights, len(used))
    place = _view(points, corners)
    for _ in range(_ROUNDS):
        turned = _rotated(edges, weights, place[a] - place[b]) * weights[:, None]
        pull = [np.bincount(a, t, len(used)) - np.bincount(b, t, len(used)) for t in turned.T]
        place = solve(np.stack(pull, axis=1), place)
    return _relaxed(place, corners, texel)[corners]


def _triangles(corners: Float) -> Float:
    """Triangles in space (n, 3, 3) -> the same in the plane (n, 3, 2), the first edge to the right."""
    side, other = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
    length = np.maximum(np.linalg.norm(side, axis=1), 1e-9)
    along = (side * other).sum(axis=1) / length
    height = np.linalg.norm(np.cross(side, other), axis=1) / length
    zero = np.zeros_like(length)
    return np.stack([zero, zero, length, zero, along, height], axis=1).reshape(-1, 3, 2)


def _cotangents(flat: Float) -> Float:
    """(n, 3) weight of the edges from each corner to the next."""
    opposite = np.roll(flat, -2, axis=1)
    u, v = flat - opposite, np.roll(flat, -1, axis=1) - opposite
    cross = u[..., 0] * v[..., 1] - u[..., 1] * v[..., 0]
    return np.clip((u * v).sum(axis=-1) / np.maximum(np.abs(cross), 1e-15), *_WEIGHTS)


def _factor(a: Ints, b: Ints, weights: Float, count: int):  # type: ignore[no-untyped-def]
    """The function (pull, place) -> place that solves the global step."""
    anchor = _ANCHOR * weights.mean()
    rows, columns = np.concatenate([a, b, a, b, np.arange(count)]), np.concatenate([a, b, b, a, np.arange(count)])
    values = np.concatenate([weights, weights, -weights, -weights, np.full(count, anchor)])
    matrix = coo_matrix((values, (rows, columns)), (count, count)).tocsc()
    factors = splu(matrix, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    return lambda pull, place: factors.solve(pull + anchor * place)


def _view(points: Float, corners: Ints) -> Float:
    """Points (V, 3) as seen against the chart's mean normal, upright: (V, 2)."""
    a, b, c = (points[corners[:, k]] for k in range(3))
    normal = np.cross(b - a, c - a).sum(axis=0)
    normal /= max(float(np.linalg.norm(normal)), 1e-20)
    up = np.array([0.0, 0.0, 1.0]) if abs(normal[2]) < 0.99 else np.array([0.0, 1.0, 0.0])
    right = np.cross(up, normal)
    right /= max(float(np.linalg.norm(right)), 1e-20)
    return np.stack([points @ right, points @ np.cross(normal, right)], axis=1)


def _rotated(edges: Float, weights: Float, placed: Float) -> Float:
    """The local step: every triangle's own edges (3 n, 2), turned as they lie best on the placed ones."""
    outer = (weights[:, None, None] * placed[:, :, None] * edges[:, None, :]).reshape(-1, 3, 2, 2).sum(axis=1)
    angle = np.arctan2(outer[:, 1, 0] - outer[:, 0, 1], outer[:, 0, 0] + outer[:, 1, 1])
    cosine, sine = np.repeat(np.cos(angle), 3), np.repeat(np.sin(angle), 3)
    x, y = edges.T
    return np.stack([cosine * x - sine * y, sine * x + cosine * y], axis=1)


def _relaxed(place: Float, corners: Ints, texel: float) -> Float:
    """Move the corners of folded and overlapping triangles to the middle of their neighbours, as long as there are any.

    This pulls in the spikes of the outline and opens its narrow bays.
    """
    a, b = corners.ravel(), np.roll(corners, -1, axis=1).ravel()
    a, b = np.concatenate([a, b]), np.concatenate([b, a])
    count = np.bincount(a, minlength=len(place))
    for _ in range(_MENDING_ROUNDS):
        folded, above, below = _misplaced(place[corners], _COARSE * texel)
        moved = np.unique(corners[folded | above | below])
        if not len(moved):
            break
        middle = np.stack([np.bincount(a, place[b, k], len(place)) / count for k in range(2)], axis=1)
        place = place.copy()
        place[moved] = middle[moved]
    return place


def _doubled_area(uv: Float) -> Float:
    """Of triangles (n, 3, 2), negative where they are folded over."""
    side, other = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    return np.asarray(side[:, 0] * other[:, 1] - side[:, 1] * other[:, 0])


def _misplaced(uv: Float, texel: float) -> tuple[Bools, Bools, Bools]:
    """Triangles (n,) that are folded over, and those that lie upon others or under them on the same texel."""
    _, highest, lowest = cover(uv, texel)
    twice = highest != lowest
    above, below = np.zeros((2, len(uv)), bool)
    above[highest[twice]] = True
    below[lowest[twice]] = True
    return _doubled_area(uv) <= 0, above, below


def _out_of_place(uv: Float, texel: float) -> Bools:
    """Triangles without which the rest neither folds nor overlaps."""
    bad = _doubled_area(uv) <= 0
    while not bad.all():
        left = np.flatnonzero(~bad)
        _, above, below = _misplaced(uv[left], texel)
        fewer = above if above.sum() <= below.sum() else below
        if not fewer.any():
            break
        bad[left[fewer]] = True
    return bad


def _with_rings(faces: NDArray[np.int32], bad: Bools) -> Bools:
    """And the triangles around them, so that what is cut out is in few pieces; something of the chart is left."""
    for _ in range(_RINGS):
        touched = np.zeros(int(faces.max()) + 1, bool)
        touched[faces[bad].ravel()] = True
        grown = touched[faces].any(axis=1)
        if np.count_nonzero(grown) > len(faces) // 2:
            break
        bad = grown
    return bad

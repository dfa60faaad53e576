"""Which triangles of a mesh cross each other: a bounding volume hierarchy finds the pairs, exact tests judge them."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.surface.cells import Bools

Pairs = NDArray[np.int32]

_CHUNK, _AHEAD = 200_000, 4
"""Pairs that are examined at once, and how many times as many wait for it: bounds the memory."""
_TOUCH = 1e-8
"""Metres that one triangle may reach through another: less than float32 coordinates of a person can say."""
_NOTHING = 1e-30
"""What stands for the length of a vector of none."""
_ROUNDING = 1e-7
"""Metres by which float32 coordinates of a person may be wrong."""


@dataclass(frozen=True)
class _Tree:
    """A complete binary tree of bounding boxes over the triangles along a space-filling curve.

    boxes: per level from the root, (6, 2 ** level) float32 lower and upper corner, empty boxes upside down.
    wanted: per level (2 ** level,) whether a wanted triangle lies below. order: (M,) triangle of every leaf.
    """

    boxes: list[NDArray[np.float32]]
    wanted: list[Bools]
    order: NDArray[np.int32]


def crossings(vertices: NDArray, faces: NDArray[np.int32], among: Bools | None = None, contact: float = 0.0) -> Pairs:
    """All pairs (K, 2) of triangles that cross; see `cross`. vertices: (N, 3). faces: (M, 3).

    among: (M,) bool, only pairs with at least one of these; None = all. About two seconds per million triangles.
    """

    def crossed(pairs: Pairs) -> Pairs:
        return pairs[cross(vertices, faces, pairs, contact)]

    found, waiting = [np.zeros((0, 2), np.int32)], deque[Future[Pairs]]()
    with ThreadPoolExecutor(2) as others:
        for pairs in _neighbours(vertices, faces, among, contact):
            waiting.append(others.submit(crossed, pairs))
            if len(waiting) > _AHEAD:
                found.append(waiting.popleft().result())
    return np.concatenate([*found, *(last.result() for last in waiting)])


def cross(vertices: NDArray, faces: NDArray[np.int32], pairs: Pairs, contact: float = 0.0) -> Bools:
    """Which pairs (K, 2) of triangles cross: an edge of one runs through the other, or, with `contact`, nearly so.

    Triangles that only touch, or reach less than `_TOUCH` through each other, do not cross. contact: metres; where it
    is given, an end of an edge that is as near counts as being through a triangle, if the two have no common corner,
    and triangles that lie on each other cross.
    """
    points = vertices[faces[pairs]]
    joined = _common_corners(faces, pairs) > 0
    reach = np.float32(-contact if contact else _TOUCH)
    at = np.flatnonzero(_straddle(points[:, 0], points[:, 1], joined, reach))
    at = at[_straddle(points[at, 1], points[at, 0], joined[at], reach)]
    one, two = points[at].astype(np.float64).swapaxes(0, 1)
    above, below = heights(two, one), heights(one, two)
    margin = np.where(joined[at], np.float32(_TOUCH), reach)
    result = np.zeros(len(pairs), bool)
    result[at] = _pierces(one, two, above, margin) | _pierces(two, one, below, margin)
    if contact:
        near = (np.minimum(np.abs(above).min(axis=0), np.abs(below).min(axis=0)) < _ROUNDING) & ~result[at]
        corners = faces[pairs[at[near]]].swapaxes(0, 1)
        rests, lies = _touches(one[near], two[near], np.abs(above[:, near]) < _ROUNDING, *corners)
        bears, covers = _touches(two[near], one[near], np.abs(below[:, near]) < _ROUNDING, *corners[::-1])
        result[at[near]] = rests | bears | (lies & covers)
    return result


def _straddle(plane: NDArray, other: NDArray, joined: Bools, reach: np.float32) -> Bools:
    """Whether the plane of one triangle (K, 3, 3) has corners of the other farther than `reach` on both sides; of
    joined triangles (K,) the common corner does not count."""
    a, b, c = heights(plane, other)
    low, high = np.minimum(np.minimum(a, b), c), np.maximum(np.maximum(a, b), c)
    middle = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    low = np.where(joined & (low > -_TOUCH), middle, low)
    high = np.where(joined & (high < _TOUCH), middle, high)
    return (low < -reach) & (high > reach)


def heights(plane: NDArray, other: NDArray) -> NDArray:
    """Heights (3, K) of the corners of a triangle (K, 3, 3) over the plane of another, 0 for one without area."""
    origin = plane[:, 0]
    normal = _cross(plane[:, 1] - origin, plane[:, 2] - origin)
    normal = normal / np.maximum(np.sqrt(_dot(normal, normal)), _NOTHING)[:, None]
    return np.stack([_dot(other[:, k] - origin, normal) for k in range(3)])


def _cross(a: NDArray, b: NDArray) -> NDArray:
    """The cross products (K, 3), several times faster than numpy's."""
    (ax, ay, az), (bx, by, bz) = a.T, b.T
    return np.stack([ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx], axis=1)


def _dot(a: NDArray, b: NDArray) -> NDArray:
    return np.asarray(np.einsum("kj,kj->k", a, b))


def _pierces(edges: NDArray, target: NDArray, height: NDArray, reach: NDArray[np.float32]) -> Bools:
    """Whether an edge of one triangle (K, 3, 3) runs through the other, its border included, `reach` (K,) beyond it.
    height: see `heights`."""
    result = np.zeros(len(edges), bool)
    for i, j in ((0, 1), (1, 2), (2, 0)):
        low, high = np.minimum(height[i], height[j]), np.maximum(height[i], height[j])
        leaves = np.maximum(-low, high) > np.abs(reach)
        at = np.flatnonzero((low < -reach) & (high > reach) & leaves)
        start, along = edges[at, i], edges[at, j] - edges[at, i]
        spokes = [target[at, k] - start for k in range(3)]
        volumes = np.stack([_dot(_cross(spokes[k], spokes[(k + 1) % 3]), along) for k in range(3)])
        result[at] |= (volumes >= 0).all(axis=0) | (volumes <= 0).all(axis=0)
    return result


def _touches(
    corners: NDArray, target: NDArray, near: Bools, own: NDArray[np.int32], other: NDArray[np.int32]
) -> tuple[Bools, Bools]:
    """Whether one of those corners of a triangle (K, 3, 3) that are `near` (3, K) the plane of another one lies over
    that, its border included, and whether all are near without lying beyond one of its edges.

    own, other: (K, 3) vertices; common ones do not count as lying there.
    """
    sides = [target[:, (k + 1) % 3] - target[:, k] for k in range(3)]
    normal = _cross(sides[0], sides[1])
    inward = [_cross(normal, side) for side in sides]
    length = [np.maximum(np.sqrt(_dot(axis, axis)), _NOTHING) for axis in inward]
    within = np.array([[_dot(corners[:, i] - target[:, k], inward[k]) / length[k] for i in range(3)] for k in range(3)])
    alone = (own[:, :, None] != other[:, None, :]).all(axis=2).T & (np.min(length, axis=0) > _NOTHING)
    rests = near & (within > -_ROUNDING).all(axis=0) & alone
    return rests.any(axis=0), near.all(axis=0) & (within > _ROUNDING).any(axis=1).all(axis=0)


def _neighbours(vertices: NDArray, faces: NDArray[np.int32], among: Bools | None, contact: float) -> Iterator[Pairs]:
    """Pairs with boxes that overlap, in chunks; triangles with a common edge do not cross and are left out."""
    wanted = np.ones(len(faces), bool) if among is None else among
    if len(faces) < 2 or not wanted.any():
        return
    tree = _tree(vertices, faces, wanted, contact)
    stack = [(0, np.zeros((1, 2), np.int32))]
    while stack:
        level, pairs = stack.pop()
        if len(pairs) > _CHUNK:
            stack += [(level, part) for part in np.array_split(pairs, 2)]
        elif level == len(tree.boxes) - 1:
            leaves = tree.order[pairs[pairs[:, 0] != pairs[:, 1]]]
            yield leaves[_common_corners(faces, leaves) < 2]
        else:
            stack.append((level + 1, _descend(tree, level + 1, pairs)))


def _descend(tree: _Tree, level: int, pairs: Pairs) -> Pairs:
    """Pairs of children whose boxes overlap."""
    first, second = pairs.T * 2
    one = np.concatenate([first, first, first + 1, first[first != second] + 1])
    two = np.concatenate([second, second + 1, second + 1, second[first != second]])
    wanted = tree.wanted[level]
    if not wanted.all():
        one, two = _both(one, two, wanted[one] | wanted[two])
    for low, high in zip(tree.boxes[level][:3], tree.boxes[level][3:], strict=True):
        one, two = _both(one, two, (low[one] <= high[two]) & (low[two] <= high[one]))
    return np.stack([one, two], axis=1)


def _both(one: NDArray, two: NDArray, chosen: Bools) -> tuple[NDArray, NDArray]:
    at = np.flatnonzero(chosen)
    return one[at], two[at]


def _common_corners(faces: NDArray[np.int32], pairs: Pairs) -> NDArray[np.int8]:
    """How many corners the triangles of each pair (K, 2) have in common."""
    a, b = faces[pairs[:, 0]].T, faces[pairs[:, 1]].T
    return np.asarray(sum((a[i] == b[j]).view(np.int8) for i in range(3) for j in range(3)))


def _tree(vertices: NDArray, faces: NDArray[np.int32], wanted: Bools, contact: float) -> _Tree:
    a, b, c = (np.asarray(vertices, np.float32)[faces[:, k]] for k in range(3))
    low = np.minimum(np.minimum(a, b), c) - np.float32(contact)
    high = np.maximum(np.maximum(a, b), c)
    order = np.argsort(_curve(low + high)).astype(np.int32)
    size = 1 << int(len(faces) - 1).bit_length()
    boxes = np.repeat(np.array([[np.inf]] * 3 + [[-np.inf]] * 3, np.float32), size, axis=1)
    boxes[:3, : len(faces)], boxes[3:, : len(faces)] = low[order].T, high[order].T
    below = np.zeros(size, bool)
    below[: len(faces)] = wanted[order]
    levels, flags = [boxes], [below]
    while len(flags[0]) > 1:
        left, right = levels[0][:, ::2], levels[0][:, 1::2]
        levels.insert(0, np.concatenate([np.minimum(left[:3], right[:3]), np.maximum(left[3:], right[3:])]))
        flags.insert(0, flags[0][::2] | flags[0][1::2])
    return _Tree(levels, flags, order)


def _curve(points: NDArray[np.float32]) -> NDArray[np.int64]:
    """Position (N,) of points along a Morton curve of 2 ** 10 steps along the longest side of their box."""
    low = points.min(axis=0)
    step = max(float((points.max(axis=0) - low).max()), 1e-30) / 1023
    result = np.zeros(len(points), np.int64)
    for axis in range(3):
        result |= _spread(((points[:, axis] - low[axis]) / step).astype(np.int64)) << axis
    return result


def _spread(bits: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ten bits with two zero bits between each."""
    for shift, mask in ((16, 0x030000FF), (8, 0x0300F00F), (4, 0x030C30C3), (2, 0x09249249)):
        bits = (bits | bits << shift) & mask
    return bits

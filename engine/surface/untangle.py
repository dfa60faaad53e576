"""Triangles that cross each other are cut out with what surrounds them, and the holes closed by fans."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from engine.surface.cells import Bools
from engine.surface.health import component_labels, without_area
from engine.surface.intersect import crossings
from engine.surface.solid import SMALLEST_PART

_ROUNDS = 24
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
"""Odd factors that make one number of three coordinates."""
_CONTACT = 1e-6
"""Metres that triangles without a common corner keep apart: programs that round otherwise may find them crossing."""
_ASIDE = np.array([6e-6, 5e-6, 7e-6], np.float32)
"""Metres by which a fan's centre leaves a straight border, in a direction that no border has."""
_RINGS = 8
_LARGEST = 0.03
"""Share of the triangles looked at that a region may grow to; more would be felt in the shape."""


@dataclass(frozen=True)
class Untangled:
    """vertices: (N, 3) float32. faces: (M, 3) int32. source: (N,) vertex of the given mesh that each comes from, for a
    fan's centre one of its border. zone: (M,) bool, where it was looked. crossing: triangles that still run through
    others, not those that only lie on one. knots: vertices of the given mesh that those have or stand next to."""

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    source: NDArray[np.int64]
    zone: Bools
    crossing: int
    knots: NDArray[np.int64]


@dataclass(frozen=True)
class _Part:
    """The zone's faces on all vertices, and the vertices' sources."""

    vertices: NDArray[np.float32]
    faces: NDArray[np.int32]
    source: NDArray[np.int64]


def untangle(
    vertices: NDArray[np.float32], faces: NDArray[np.int32], zone: Bools | None = None, widest: int = _ROUNDS
) -> Untangled:
    """The same closed mesh without triangles that cross.

    Vertices in one place are drawn a little apart first, so that parts do not touch. Then every round cuts out the
    triangles that cross and closes each hole with a fan around the mean of its border: the mesh stays closed and
    manifold, a knot becomes a smooth patch. Where no fewer cross then, the fans that cross something are undone; where
    that does not help, the next round takes a wider margin. vertices: (N, 3). faces: (M, 3). zone: (M,) bool, the only
    triangles that are looked at; None = all. widest: rings of the widest margin.
    """
    zone = np.ones(len(faces), bool) if zone is None else zone
    vertices = _opened(_parted(vertices, faces[zone]), faces[zone])
    part = _Part(vertices, faces[zone], np.arange(len(vertices)))
    pairs = crossings(part.vertices, part.faces, contact=_CONTACT)
    if not len(pairs):
        return Untangled(vertices, faces, part.source, zone, 0, part.source[:0])
    part, close = _rounds(part, np.unique(pairs), widest)
    among = np.zeros(len(part.faces), bool)
    among[close] = True
    return _joined(faces[~zone], part, np.unique(crossings(part.vertices, part.faces, among)))


def _rounds(part: _Part, crossing: NDArray[np.int32], widest: int) -> tuple[_Part, NDArray[np.int32]]:
    """What the rounds make of a part, and its triangles that cross after them."""
    rings = 0
    for _ in range(_ROUNDS):
        if not len(crossing) or rings > widest:
            break
        region = _without_pinches(_grown(part, crossing, rings), part.faces)
        if rings and np.count_nonzero(region) > _LARGEST * len(region):
            break
        tried, left = _after(part, region, crossing)
        if len(left) >= len(crossing):
            tried, left = _after(part, _without_knots(part, region, tried, left), crossing)
        if len(left) < len(crossing):
            part, crossing, rings = tried, left, 0
        else:
            rings += 1
    return part, crossing


def _after(part: _Part, region: Bools, crossing: NDArray[np.int32]) -> tuple[_Part, NDArray[np.int32]]:
    """The part with the region capped, and its triangles that cross then; nothing is done where region is all."""
    if region.all() or not region.any():
        return part, crossing
    tried = _capped(part, region)
    return tried, _crossing_after(region, crossing, tried)


def _without_knots(part: _Part, region: Bools, capped: _Part, crossing: NDArray[np.int32]) -> Bools:
    """The region without its connected parts whose fans cross something."""
    labels = component_labels(part.faces[region], len(part.vertices))
    fans = capped.faces[crossing[crossing >= np.count_nonzero(~region)]]
    return region & ~np.isin(labels[part.faces[:, 0]], labels[fans[:, 0]])


def _parted(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Vertices that stand exactly where another one does move a tenth of the way towards those around them."""
    twins = _twins(vertices, faces)
    if not twins.any():
        return vertices
    at = faces[twins[faces].any(axis=1)]
    names, inverse = np.unique(at, return_inverse=True)
    middle = np.repeat(vertices[at].mean(axis=1, dtype=np.float64), 3, axis=0)
    count = np.bincount(inverse.ravel())
    around = np.stack([np.bincount(inverse.ravel(), middle[:, k]) / count for k in range(3)], axis=1)
    moved = 0.9 * vertices[names] + 0.1 * around
    result = vertices.copy()
    result[names] = np.where(twins[names, None], moved, vertices[names])
    return result


def _twins(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> Bools:
    """Which vertices (N,) of the faces stand exactly where another one does."""
    used = np.flatnonzero(np.bincount(faces.ravel(), minlength=len(vertices)))
    bits = np.ascontiguousarray(vertices[used]).view(np.uint32).astype(np.uint64)
    key = (bits * _PRIMES).sum(axis=1, dtype=np.uint64)
    order = np.argsort(key)
    same = np.flatnonzero(key[order][1:] == key[order][:-1])
    result = np.zeros(len(vertices), bool)
    result[used[order[same]]] = result[used[order[same + 1]]] = True
    return result


def _joined(others: NDArray[np.int32], part: _Part, crossing: NDArray[np.int32]) -> Untangled:
    """One mesh of both, without unused vertices and without what was cut off within the part."""
    labels = component_labels(part.faces, len(part.vertices))
    size = np.bincount(labels[part.faces[:, 0]], minlength=labels.max() + 1)
    whole = size >= SMALLEST_PART * size.max()
    outside = np.zeros(len(part.vertices), bool)
    outside[others.ravel()] = True
    whole[labels[outside]] = True
    faces = np.concatenate([others, part.faces[whole[labels[part.faces[:, 0]]]]])
    used = outside
    used[faces[len(others) :].ravel()] = True
    number = np.cumsum(used, dtype=np.int32) - 1
    faces = number[faces]
    zone = np.arange(len(faces)) >= len(others)
    knots = np.unique(part.source[part.faces[crossing]])
    return Untangled(part.vertices[used], faces, part.source[used], zone, len(crossing), knots)


def _crossing_after(region: Bools, crossing: NDArray[np.int32], capped: _Part) -> NDArray[np.int32]:
    """Triangles that cross once the region is capped; those that crossed before and the fans are looked at."""
    looked = np.ones(len(capped.faces), bool)
    kept = np.flatnonzero(~region)
    looked[: len(kept)] = np.isin(kept, crossing)
    return np.unique(crossings(capped.vertices, capped.faces, looked, _CONTACT))


def _grown(part: _Part, crossing: NDArray[np.int32], rings: int) -> Bools:
    """Which triangles cross, or are among so many rings around those."""
    region = np.zeros(len(part.faces), bool)
    region[crossing] = True
    for _ in range(rings):
        touched = np.zeros(len(part.vertices), bool)
        touched[part.faces[region].ravel()] = True
        region = touched[part.faces].any(axis=1)
    return region


def _without_pinches(region: Bools, faces: NDArray[np.int32]) -> Bools:
    """The region grown until its border passes every vertex once at most, and no border has only two edges.

    Where that fails, because the faces are but a zone of a mesh, the triangles around the vertex are left alone.
    """
    span = int(faces.max()) + 1
    for growing in (True,) * _RINGS + (False,) * _RINGS:
        start, end = _border(faces, region)
        vertices, passes = np.unique(start, return_counts=True)
        pinched = np.zeros(span, bool)
        pinched[vertices[passes > 1]] = True
        pinched[start[np.isin(start * span + end, end * span + start)]] = True
        if not pinched.any():
            return region
        around = pinched[faces].any(axis=1)
        region = region | around if growing else region & ~around
    return np.zeros_like(region)


def _border(faces: NDArray[np.int32], region: Bools) -> tuple[NDArray, NDArray]:
    """Start and end of the region's edges whose other side lies outside, in the direction of its triangles."""
    inside = faces[region].astype(np.int64)
    start, end = inside.ravel(), np.roll(inside, -1, axis=1).ravel()
    span = int(faces.max()) + 1
    outer = ~np.isin(start * span + end, end * span + start)
    return start[outer], end[outer]


def _capped(part: _Part, region: Bools) -> _Part:
    """The part without a region, whose holes are closed by fans; their triangles come last."""
    start, end = _border(part.faces, region)
    names, inverse = np.unique(np.concatenate([start, end]), return_inverse=True)
    one, two = inverse[: len(start)], inverse[len(start) :]
    graph = coo_matrix((np.ones(len(one), np.int8), (one, two)), (len(names), len(names)))
    count, loop = connected_components(graph, directed=False)
    total = np.stack([np.bincount(loop, part.vertices[names, k], count) for k in range(3)], axis=1)
    centres = (total / np.bincount(loop, minlength=count)[:, None]).astype(np.float32)
    fans = np.stack([start, end, len(part.vertices) + loop[one]], axis=1).astype(np.int32)
    flat = without_area(np.concatenate([part.vertices, centres]), fans)
    centres[loop[one][flat]] += _ASIDE
    first = names[np.unique(loop, return_index=True)[1]]
    return _Part(
        np.concatenate([part.vertices, centres]),
        np.concatenate([part.faces[~region], fans]),
        np.concatenate([part.source, part.source[first]]),
    )


def _opened(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Move one corner of every triangle without area by a hundredth of a millimetre."""
    for shift in np.eye(3, dtype=np.float32) * np.float32(1e-5):
        flat = without_area(vertices, faces)
        if not flat.any():
            break
        vertices = vertices.copy()
        vertices[np.unique(faces[flat, 0])] += shift
    return vertices

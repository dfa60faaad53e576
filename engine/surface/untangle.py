"""Triangles that cross each other are cut out with what surrounds them, and the holes closed by fans."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from engine.surface.cells import Bools
from engine.surface.health import component_labels
from engine.surface.intersect import crossings
from engine.surface.solid import SMALLEST_PART
from engine.types import Mesh

_ROUNDS = 16
_PRIMES = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
"""Odd factors that make one number of three coordinates."""
_RINGS = 8
_LARGEST = 0.03
"""Share of the triangles looked at that a region may grow to; more would be felt in the shape."""


@dataclass(frozen=True)
class Untangled:
    """mesh: closed. origin: (N,) the vertex of the mesh before that each vertex was; one in the middle of a fan has
    that of its border. zone: (M,) bool, the triangles that were looked at. crossing: how many still cross others, at
    most.
    """

    mesh: Mesh
    origin: NDArray[np.int64]
    zone: Bools
    crossing: int


def untangle(mesh: Mesh, zone: Bools | None = None) -> Untangled:
    """A closed mesh without crossing triangles.

    Vertices in one place are drawn a little apart first, so that parts do not touch. Then every round cuts out the
    triangles that cross, with a margin that grows from round to round, and closes each hole with a fan around the mean
    of its border, whose colour is the border's mean: the mesh stays closed and manifold, a knot becomes a smooth patch.
    zone: (M,) bool, the only triangles that are looked at; None = all.
    """
    zone = np.ones(len(mesh.faces), bool) if zone is None else zone
    part = Mesh(_opened(_parted(mesh.vertices, mesh.faces[zone]), mesh.faces[zone]), mesh.faces[zone], mesh.colors)
    mesh = mesh if part.vertices is mesh.vertices else replace(mesh, vertices=part.vertices)
    pairs, origin = crossings(part.vertices, part.faces), np.arange(len(mesh.vertices))
    if not len(pairs):
        return Untangled(mesh, origin, zone, 0)
    for rings in range(_ROUNDS):
        crossing = np.zeros(len(part.faces), bool)
        crossing[pairs.ravel()] = True
        region = _grown(part.faces, crossing, rings // 4, len(part.vertices))
        region = _without_pinches(region, part.faces)
        if not region.any() or (rings and np.count_nonzero(region) > _LARGEST * len(region)):
            break
        part, borders = _capped(part, region)
        origin = np.concatenate([origin, origin[borders]])
        left = crossing[~region]
        pairs = crossings(
            part.vertices, part.faces, np.pad(left, (0, len(part.faces) - len(left)), constant_values=True)
        )
        if not len(pairs):
            break
    joined, used, zone = _joined(mesh.faces[~zone], part)
    return Untangled(joined, origin[used], zone, len(np.unique(pairs)))


def _parted(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Vertices that stand exactly where another one does move a tenth of the way towards those around them."""
    twins = _twins(vertices, faces)
    if not twins.any():
        return vertices
    at = faces[twins[faces].any(axis=1)]
    total, count = np.zeros((len(vertices), 3)), np.zeros((len(vertices), 1))
    middle = vertices[at].mean(axis=1, dtype=np.float64)
    for corner in at.T:
        np.add.at(total, corner, middle)
        np.add.at(count, corner, 1)
    moved = 0.9 * vertices + 0.1 * total / np.maximum(count, 1)
    return np.where(twins[:, None], moved, vertices).astype(np.float32)


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


def _joined(others: NDArray[np.int32], part: Mesh) -> tuple[Mesh, Bools, Bools]:
    """One mesh of both, without unused vertices and without what was cut off within the part; which of the part's
    vertices it has, and which of its faces are the part's."""
    labels = component_labels(part.faces, len(part.vertices))
    size = np.bincount(labels[part.faces[:, 0]], minlength=labels.max() + 1)
    whole = size >= SMALLEST_PART * size.max()
    whole[labels[others.ravel()]] = True
    faces = np.concatenate([others, part.faces[whole[labels[part.faces[:, 0]]]]])
    used = np.zeros(len(part.vertices), bool)
    used[faces.ravel()] = True
    number = np.cumsum(used, dtype=np.int32) - 1
    zone = np.arange(len(faces)) >= len(others)
    vertices = _opened(part.vertices[used], number[faces[zone]])
    return Mesh(vertices, number[faces], part.colors[used]), used, zone


def _grown(faces: NDArray[np.int32], region: Bools, rings: int, count: int) -> Bools:
    """The region with so many rings of triangles around it."""
    for _ in range(rings):
        touched = np.zeros(count, bool)
        touched[faces[region].ravel()] = True
        region = touched[faces].any(axis=1)
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


def _capped(mesh: Mesh, region: Bools) -> tuple[Mesh, NDArray[np.int64]]:
    """The mesh without a region, whose holes are closed by fans; their triangles and middles come last. And a vertex of
    the border of each fan."""
    start, end = _border(mesh.faces, region)
    names, inverse = np.unique(np.concatenate([start, end]), return_inverse=True)
    one, two = inverse[: len(start)], inverse[len(start) :]
    graph = coo_matrix((np.ones(len(one), np.int8), (one, two)), (len(names), len(names)))
    count, loop = connected_components(graph, directed=False)
    size = np.bincount(loop, minlength=count)[:, None]

    def means(values: NDArray) -> NDArray:
        return np.stack([np.bincount(loop, values[names, k], count) for k in range(3)], axis=1) / size

    fans = np.stack([start, end, len(mesh.vertices) + loop[one]], axis=1).astype(np.int32)
    vertices = np.concatenate([mesh.vertices, means(mesh.vertices).astype(np.float32)])
    colors = np.concatenate([mesh.colors, np.rint(means(mesh.colors)).astype(np.uint8)])
    return Mesh(vertices, np.concatenate([mesh.faces[~region], fans]), colors), names[
        np.unique(loop, return_index=True)[1]
    ]


def _opened(vertices: NDArray[np.float32], faces: NDArray[np.int32]) -> NDArray[np.float32]:
    """Move one corner of every triangle without area by a hundredth of a millimetre."""
    for shift in np.eye(3, dtype=np.float32) * np.float32(1e-5):
        a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
        flat = np.linalg.norm(np.cross(b - a, c - a), axis=1) == 0
        if not flat.any():
            break
        vertices = vertices.copy()
        vertices[np.unique(faces[flat, 0])] += shift
    return vertices

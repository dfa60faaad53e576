"""Triangles that cross each other are cut out with what surrounds them, and the holes closed by fans."""

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
_LARGEST = 0.03
"""Share of the triangles looked at that a region may grow to; more would be felt in the shape."""


def untangle(mesh: Mesh, zone: Bools | None = None) -> tuple[Mesh, Bools, int]:
    """A closed mesh without crossing triangles, its zone, and how many triangles cross others after all.

    Every round cuts out the triangles that cross with a margin that grows from round to round, and closes each hole
    with a fan around the mean of its border, whose colour is the border's mean: the mesh stays closed and manifold, a
    knot becomes a smooth patch. zone: (M,) bool, the only triangles that are looked at; None = all.
    """
    zone = np.ones(len(mesh.faces), bool) if zone is None else zone
    part = Mesh(mesh.vertices, mesh.faces[zone], mesh.colors)
    pairs = crossings(part.vertices, part.faces)
    if not len(pairs):
        return mesh, zone, 0
    for rings in range(_ROUNDS):
        region = np.zeros(len(part.faces), bool)
        region[pairs.ravel()] = True
        region = _without_pinches(_grown(part.faces, region, rings // 4, len(part.vertices)), part.faces)
        if rings and np.count_nonzero(region) > _LARGEST * len(region):
            break
        part = _capped(part, region)
        new = np.arange(len(part.faces)) >= np.count_nonzero(~region)
        pairs = crossings(part.vertices, part.faces, new)
        if not len(pairs):
            break
    return *_joined(mesh.faces[~zone], part), len(np.unique(pairs))


def _joined(others: NDArray[np.int32], part: Mesh) -> tuple[Mesh, Bools]:
    """One mesh of both, without unused vertices and without what was cut off within the part; and which is the part."""
    labels = component_labels(part.faces, len(part.vertices))
    size = np.bincount(labels[part.faces[:, 0]], minlength=labels.max() + 1)
    whole = size >= SMALLEST_PART * size.max()
    whole[labels[others.ravel()]] = True
    faces = np.concatenate([others, part.faces[whole[labels[part.faces[:, 0]]]]])
    used = np.zeros(len(part.vertices), bool)
    used[faces.ravel()] = True
    number = np.cumsum(used, dtype=np.int32) - 1
    return Mesh(part.vertices[used], number[faces], part.colors[used]), np.arange(len(faces)) >= len(others)


def _grown(faces: NDArray[np.int32], region: Bools, rings: int, count: int) -> Bools:
    """The region with so many rings of triangles around it."""
    for _ in range(rings):
        touched = np.zeros(count, bool)
        touched[faces[region].ravel()] = True
        region = touched[faces].any(axis=1)
    return region


def _without_pinches(region: Bools, faces: NDArray[np.int32]) -> Bools:
    """The region grown until its border passes every vertex once at most, and no border has only two edges."""
    while True:
        start, end = _border(faces, region)
        vertices, passes = np.unique(start, return_counts=True)
        span = len(faces) * 3
        pinched = np.append(vertices[passes > 1], start[np.isin(start * span + end, end * span + start)])
        if not len(pinched):
            return region
        region = region | np.isin(faces, pinched).any(axis=1)


def _border(faces: NDArray[np.int32], region: Bools) -> tuple[NDArray, NDArray]:
    """Start and end of the region's edges whose other side lies outside, in the direction of its triangles."""
    inside = faces[region].astype(np.int64)
    start, end = inside.ravel(), np.roll(inside, -1, axis=1).ravel()
    span = int(faces.max()) + 1
    outer = ~np.isin(start * span + end, end * span + start)
    return start[outer], end[outer]


def _capped(mesh: Mesh, region: Bools) -> Mesh:
    """The mesh without a region, whose holes are closed by fans; their triangles come last."""
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
    return Mesh(vertices, np.concatenate([mesh.faces[~region], fans]), colors)

"""Is a triangle mesh closed, manifold, outward and free of junk?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from engine.types import Mesh


@dataclass(frozen=True)
class Health:
    """What `check` found.

    watertight: every edge has as many triangles in one direction as in the other, and none is a border.
    manifold_edges: every edge belongs to exactly two triangles. manifold_vertices: the triangles around each vertex
    form one fan. outward: the enclosed volume is positive. components: connected parts. degenerate: triangles with a
    repeated vertex or no area. unused: vertices without a triangle. finite: no NaN or infinity. volume: in m^3.
    """

    watertight: bool
    manifold_edges: bool
    manifold_vertices: bool
    outward: bool
    components: int
    degenerate: int
    unused: int
    finite: bool
    volume: float

    @property
    def sound(self) -> bool:
        """Fit for printing, sculpting and simulation without repair."""
        flags = (self.watertight, self.manifold_edges, self.manifold_vertices, self.outward, self.finite)
        return all(flags) and self.degenerate == 0 and self.unused == 0


def check(mesh: Mesh) -> Health:
    """Examine every edge and vertex of a mesh; about one second per million triangles."""
    v, f = mesh.vertices.astype(np.float64), mesh.faces.astype(np.int64)
    forward, total = edge_use(f, len(v))
    volume = signed_volume(v, f)
    return Health(
        watertight=len(f) > 0 and bool(np.all(forward * 2 == total)),
        manifold_edges=len(f) > 0 and bool(np.all(total == 2)),
        manifold_vertices=bool(np.all(fans(f, len(v)) <= 1)),
        outward=volume > 0,
        components=components(f, len(v)),
        degenerate=_degenerate(v, f),
        unused=len(v) - len(np.unique(f)),
        finite=bool(np.isfinite(v).all()),
        volume=volume,
    )


def edge_use(faces: NDArray, count: int) -> tuple[NDArray, NDArray]:
    """Per undirected edge: how many triangles use it from the lower to the higher vertex, and how many in all."""
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    key = np.minimum(a, b) * np.int64(count) + np.maximum(a, b)
    order = np.argsort(key)
    key, forward = key[order], (a < b)[order]
    start = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]])) if len(key) else np.zeros(0, int)
    total = np.diff(np.append(start, len(key)))
    return (np.add.reduceat(forward.astype(np.int64), start) if len(key) else total), total


def fans(faces: NDArray, count: int) -> NDArray:
    """Number of separate fans of triangles around every vertex (0 for an unused one)."""
    corner = corner_fans(faces, count)
    vertex = np.zeros(corner.max(initial=-1) + 1, np.int64)
    vertex[corner] = faces.ravel()
    return np.bincount(vertex, minlength=count)


def corner_fans(faces: NDArray, count: int) -> NDArray:
    """Fan number of every corner (3 M,): corners at one vertex are in one fan if joined through shared edges."""
    corners = np.arange(faces.size).reshape(-1, 3)
    following = np.roll(corners, -1, axis=1).ravel()
    a, b = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    key = np.minimum(a, b).astype(np.int64) * count + np.maximum(a, b)
    order = np.argsort(key, kind="stable")
    same = key[order][1:] == key[order][:-1]
    one, two = order[:-1][same], order[1:][same]
    swap = a[one] != a[two]
    first = np.concatenate([one, following[one]])
    second = np.concatenate([np.where(swap, following[two], two), np.where(swap, two, following[two])])
    graph = coo_matrix((np.ones(len(first), np.int8), (first, second)), (faces.size, faces.size))
    return connected_components(graph, directed=False)[1]


def components(faces: NDArray, count: int) -> int:
    """Number of parts connected through shared vertices."""
    labels = component_labels(faces, count)
    return len(np.unique(labels[faces[:, 0]])) if len(faces) else 0


def component_labels(faces: NDArray, count: int) -> NDArray:
    """Part number of every vertex."""
    first, second = faces[:, [0, 1]].ravel(), faces[:, [1, 2]].ravel()
    graph = coo_matrix((np.ones(len(first), np.int8), (first, second)), (count, count))
    return connected_components(graph, directed=False)[1]


def signed_volume(vertices: NDArray, faces: NDArray) -> float:
    """Volume enclosed by the triangles, positive if they are counter-clockwise from outside."""
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def _degenerate(vertices: NDArray, faces: NDArray) -> int:
    a, b, c = (vertices[faces[:, k]] for k in range(3))
    return int(np.count_nonzero(np.linalg.norm(np.cross(b - a, c - a), axis=1) == 0))

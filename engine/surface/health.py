"""Is a triangle mesh closed, manifold, outward and free of junk?"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

CHECKS = ("closed", "manifold", "degenerate", "duplicates", "unused", "finite", "crossing", "outward", "volume")
"""Names of the checks, see `failures` and docs/surface.md."""
CROSSING = 1e-5
"""Share of triangles that may cross others."""
VOLUME = (0.003, 0.05)
"""Least and largest plausible volume of a person, over the cube of the height; a slim adult's is about 0.012."""


@dataclass(frozen=True)
class Health:
    """What `check` found.

    watertight: every edge has as many triangles in one direction as in the other, and none is a border.
    manifold_edges: every edge belongs to exactly two triangles. manifold_vertices: the triangles around each vertex
    form one fan. outward: the enclosed volume is positive. components: connected parts. degenerate: triangles with a
    repeated vertex or no area. duplicates: triangles with the same three vertices as another one. unused: vertices
    without a triangle. finite: no NaN or infinity. volume: in m^3. length: longest side of the box around it, in m.
    """

    watertight: bool
    manifold_edges: bool
    manifold_vertices: bool
    outward: bool
    components: int
    degenerate: int
    duplicates: int
    unused: int
    finite: bool
    volume: float
    length: float

    @property
    def sound(self) -> bool:
        """Fit for printing, sculpting and simulation without repair."""
        flags = (self.watertight, self.manifold_edges, self.manifold_vertices, self.outward, self.finite)
        return all(flags) and self.degenerate == 0 and self.duplicates == 0 and self.unused == 0


class Triangles(Protocol):
    """vertices: (N, 3) float32. faces: (M, 3) int32."""

    @property
    def vertices(self) -> NDArray[np.float32]: ...
    @property
    def faces(self) -> NDArray[np.int32]: ...


def check(mesh: Triangles, zone: NDArray[np.bool_] | None = None) -> Health:
    """Examine a mesh; about half a second per million triangles.

    zone: (M,) bool, the only triangles whose edges, vertices and number of parts are examined; None = all. Areas and
    volume are those of all triangles.
    """
    v, count = mesh.vertices, len(mesh.vertices)
    f = (mesh.faces if zone is None else mesh.faces[zone]).astype(np.int64)
    outer = np.zeros(count, bool)
    if zone is not None:
        outer[mesh.faces[~zone].ravel()] = True
    inner = ~outer
    used = outer
    used[f.ravel()] = True
    a, b, forward, total = edge_use(f, count)
    whole = inner[a] | inner[b]
    volume, degenerate = _measure(v, mesh.faces)
    return Health(
        watertight=len(f) > 0 and bool(np.all((forward * 2 == total)[whole])),
        manifold_edges=len(f) > 0 and bool(np.all((total == 2)[whole])),
        manifold_vertices=bool(np.all((fans(f, count) <= 1)[inner])),
        outward=volume > 0,
        components=components(f, count),
        degenerate=degenerate,
        duplicates=_duplicates(f, count),
        unused=int(np.count_nonzero(~used)),
        finite=bool(np.isfinite(v).all()),
        volume=volume,
        length=max(float(np.ptp(v[:, k])) for k in range(3)) if count else 0.0,
    )


def failures(health: Health, crossing: int, triangles: int, height: float) -> dict[str, str]:
    """The checks that a mesh of a person fails: their names, and a sentence for each.

    crossing: how many of its `triangles` cross others, see engine.surface.intersect. height: of the person in metres.
    """
    relative = health.volume / max(height, 1e-9) ** 3
    failed = {
        "closed": (not health.watertight, "The surface has holes."),
        "manifold": (
            not (health.manifold_edges and health.manifold_vertices),
            "More than two faces meet at an edge, or parts of the surface touch in a single point.",
        ),
        "degenerate": (health.degenerate > 0, f"{health.degenerate} faces have no area."),
        "duplicates": (health.duplicates > 0, f"{health.duplicates} faces lie on the same vertices as another."),
        "unused": (health.unused > 0, f"{health.unused} vertices belong to no face."),
        "finite": (not health.finite, "Vertices have no position."),
        "crossing": (crossing > CROSSING * triangles, f"{crossing} faces cross others."),
        "outward": (not health.outward, "The faces look inwards."),
        "volume": (
            not VOLUME[0] <= abs(relative) <= VOLUME[1],
            f"The volume, {1000 * health.volume:.1f} litres, is not that of a person {height:.2f} m high.",
        ),
    }
    return {name: failed[name][1] for name in CHECKS if failed[name][0]}


def _duplicates(faces: NDArray, count: int) -> int:
    """Triangles on the vertices of another: equal sums of three random 64 bit numbers, one per vertex."""
    number = np.random.default_rng(0).integers(0, 2**64, count, dtype=np.uint64)
    key = np.sort(number[faces].sum(axis=1, dtype=np.uint64))
    return int(np.count_nonzero(key[1:] == key[:-1]))


def edge_use(faces: NDArray, count: int) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """Per undirected edge: the lower and the higher vertex, how many triangles use it from the lower to the higher, and
    how many in all."""
    a, b = faces.ravel().astype(np.int64), np.roll(faces, -1, axis=1).ravel()
    key = (np.minimum(a, b) * count + np.maximum(a, b)) * 2 + (a < b)
    key.sort()
    forward, key = key & 1, key >> 1
    start = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
    total = np.diff(np.append(start, len(key)))
    used = np.add.reduceat(forward, start) if len(key) else total
    return key[start] // max(count, 1), key[start] % max(count, 1), used, total


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


def _measure(vertices: NDArray, faces: NDArray) -> tuple[float, int]:
    """The signed volume, and how many triangles have no area."""
    columns = [np.ascontiguousarray(vertices[:, k]) for k in range(3)]
    first, second, third = (np.ascontiguousarray(faces[:, k]) for k in range(3))
    start = [values[first] for values in columns]
    ux, uy, uz = (values[second] - origin for values, origin in zip(columns, start, strict=True))
    vx, vy, vz = (values[third] - origin for values, origin in zip(columns, start, strict=True))
    normal = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    volume = float(sum((p * n).sum(dtype=np.float64) for p, n in zip(start, normal, strict=True))) / 6
    suspect = np.flatnonzero((normal[0] == 0) & (normal[1] == 0) & (normal[2] == 0))
    return volume, int(np.count_nonzero(without_area(vertices, faces[suspect])))


def without_area(vertices: NDArray, faces: NDArray) -> NDArray[np.bool_]:
    """Which triangles (M,) have no area."""
    a, b, c = (vertices[faces[:, k]].astype(np.float64) for k in range(3))
    return np.asarray((np.cross(b - a, c - a) == 0).all(axis=1))

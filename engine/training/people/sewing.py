"""What is sewn to a cut piece of cloth: rows of cloth that continue its edges, and the turned-in rim of every edge."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix, vstack
from scipy.spatial import cKDTree

from engine.training.people.cutting import Limits, Piece

Float64 = NDArray[np.float64]
Faces = NDArray[np.int32]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Flap:
    """Rows of vertices that begin at a seam: rows (R + 1, K), row 0 on the seam; closed where the last column meets the
    first. edge: name of the limit at which the cloth was cut."""

    edge: str
    rows: Indices
    closed: bool


@dataclass(frozen=True)
class Sewing:
    """How a garment's N vertices belong together.

    cut: number of vertices of the cut piece, the first ones; outer: the same with its flaps. faces: of the outer side.
    flaps: continued edges. rims: (3, K) rows of every edge: outer edge, inner edge, end of the turned-in cloth. smooth:
    (cut, cut) mean of a vertex's neighbours, on edges of its neighbours along the edge; even: the same for the outer
    side. limits: of all vertices. side: (N,) 1 on the left, -1 on the right. inset: (cut,) metres from the edge
    on the template.
    """

    cut: int
    outer: int
    faces: Faces
    flaps: tuple[Flap, ...]
    rims: tuple[Flap, ...]
    smooth: csr_matrix
    even: csr_matrix
    limits: Limits
    side: Float64
    inset: Float64


def sew(
    piece: Piece, edges: Mapping[str, Float64], rows: Mapping[str, int], limits: Limits, template: Float64
) -> tuple[Piece, Sewing]:
    """Continue the edges named in `rows` by so many rows, and turn in all edges; template: (V, 3)."""
    count = piece.binding.shape[0]
    kinds = _edge_kinds(piece, edges)
    whole, flaps = piece, []
    for chain, closed in _chains(piece.faces):
        for run, round_trip in _runs(kinds[chain], closed):
            name = list(edges)[kinds[chain[run[0]]]]
            if rows.get(name) and len(run) > 2:
                whole, flap = _extended(whole, chain[run], rows[name], round_trip, name)
                flaps.append(flap)
    faces, outer, rims = whole.faces, whole.binding.shape[0], []
    for chain, closed in _chains(whole.faces):
        whole, rim = _extended(whole, chain, 2, closed, "rim")
        rims.append(rim)
    bound = Limits(*(whole.binding @ getattr(limits, name) for name in Limits.__dataclass_fields__))
    points = whole.binding @ template
    side = np.where(points[:, 0] >= 0, 1.0, -1.0)
    edge = np.unique(np.concatenate([chain for chain, _ in _chains(piece.faces)]))
    inset = np.asarray(cKDTree(points[edge]).query(points[:count])[0])
    smooth, even = _neighbours(piece.faces, count), _neighbours(faces, outer)
    return whole, Sewing(count, outer, faces, tuple(flaps), tuple(rims), smooth, even, bound, side, inset)


def _edge_kinds(piece: Piece, edges: Mapping[str, Float64]) -> Indices:
    """(N,) which limit each vertex is nearest to."""
    return np.argmin([piece.binding @ values for values in edges.values()], axis=0)


def _chains(faces: Faces) -> list[tuple[Indices, bool]]:
    """The edges of a surface as loops of vertices in the direction of their triangles."""
    directed = np.concatenate([faces[:, [i, (i + 1) % 3]] for i in range(3)]).astype(np.int64)
    size = int(faces.max()) + 1
    codes = directed[:, 0] * size + directed[:, 1]
    border = directed[~np.isin(directed[:, 1] * size + directed[:, 0], codes)]
    following: dict[int, list[int]] = {}
    for a, b in border.tolist():
        following.setdefault(a, []).append(b)
    chains = []
    while following:
        start = vertex = next(iter(following))
        chain = []
        while vertex in following:
            chain.append(vertex)
            after = following[vertex]
            step = after.pop()
            if not after:
                del following[vertex]
            vertex = step
        chains.append((np.array(chain), vertex == start))
    return [(chain, closed) for chain, closed in chains if len(chain) > 2]


def _runs(kinds: Indices, closed: bool) -> list[tuple[Indices, bool]]:
    """Positions of a chain in runs of one kind; True for a run that is the whole closed chain."""
    changes = np.flatnonzero(kinds != np.roll(kinds, 1)) if closed else np.flatnonzero(np.diff(kinds, prepend=-1))
    if not len(changes):
        return [(np.arange(len(kinds)), True)]
    ends = np.append(changes[1:], changes[0] + len(kinds) if closed else len(kinds))
    return [(np.arange(start, end) % len(kinds), False) for start, end in zip(changes, ends, strict=True)]


def _extended(piece: Piece, seam: Indices, count: int, closed: bool, name: str) -> tuple[Piece, Flap]:
    """Add `count` rows beyond a seam, bound where the seam is."""
    start = piece.binding.shape[0]
    rows = np.vstack([seam, start + np.arange(count * len(seam)).reshape(count, -1)])
    wide = np.hstack([rows, rows[:, :1]]) if closed else rows
    a, b, c, d = wide[:-1, :-1], wide[:-1, 1:], wide[1:, 1:], wide[1:, :-1]
    faces = np.stack([b, a, d, b, d, c], axis=-1).reshape(-1, 3)
    binding = vstack([piece.binding, *[piece.binding[seam]] * count]).tocsr()
    return Piece(binding, np.concatenate([piece.faces, faces]).astype(np.int32)), Flap(name, rows, closed)


def _neighbours(faces: Faces, count: int) -> csr_matrix:
    edges = np.concatenate([faces[:, [i, (i + 1) % 3]] for i in range(3)])
    border = np.concatenate([np.stack([c, np.roll(c, -1)], axis=1) for c, closed in _chains(faces)])
    on_edge = np.zeros(count, dtype=bool)
    on_edge[border] = True
    inner = np.concatenate([edges, edges[:, ::-1]])
    pairs = np.concatenate([inner[~on_edge[inner[:, 0]]], border, border[:, ::-1]])
    matrix = coo_matrix((np.ones(len(pairs)), pairs.T), shape=(count, count)).tocsr()
    matrix.data[:] = 1
    degree = np.maximum(np.asarray(matrix.sum(axis=1)).ravel(), 1)
    return csr_matrix(coo_matrix((1 / degree, (np.arange(count),) * 2), shape=(count, count)) @ matrix)

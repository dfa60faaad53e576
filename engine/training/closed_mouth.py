"""The mouth of a head, whose cavity becomes a skin between the lips: a smile shows teeth there, and no cave.

Every vertex inside of the mouth lies in the middle of its neighbours (Tutte, How to Draw a Graph, 1963), so that all of
them lie between the inner rims of the lips, wherever those are.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from engine.head.draw import drawn
from engine.head.mesh import neighbours
from engine.head.model import Float64, Indices
from engine.pixels import Bools

_PER_METRE, _BORDER = 2000.0, 4.0
"""Pixels per metre, and around the head, of the drawing that tells what is hidden from the front."""
_HIDDEN = 0.001
"""Metres behind what is seen from the front from which on a vertex is hidden."""


@dataclass(frozen=True)
class ClosedMouth:
    """inside: (M,) vertices of the cavity. rim: (R,) those of the lips next to them. shares: (M, R), of rows that sum
    to 1."""

    inside: Indices
    rim: Indices
    shares: Float64

    def __call__(self, vertices: Float64) -> Float64:
        """Vertices (..., V, 3) with those of the cavity between the lips."""
        closed = vertices.copy()
        closed[..., self.inside, :] = self.shares @ vertices[..., self.rim, :]
        return closed


def closed_mouth(mean: Float64, faces: Indices, mirror: Indices, lips: Float64) -> ClosedMouth:
    """The mouth of a head (V, 3; camera space, metres) whose lips meet at the place `lips` (3,).

    mirror: (V,) vertices on the other half, which are treated alike.
    """
    graph = neighbours(faces, len(mean))
    hidden = np.flatnonzero(_hidden(mean, faces))
    _, labels = connected_components(graph[hidden][:, hidden])
    behind = np.linalg.norm(mean[hidden] - lips, axis=1).argmin()
    inside = _with_islands(graph, hidden[labels == labels[behind]])
    inside = np.union1d(inside, mirror[inside])
    rim = np.setdiff1d(graph[inside].indices, inside)
    rim = np.union1d(rim, mirror[rim])
    inner = np.diag(np.asarray(graph[inside].sum(axis=1)).ravel()) - graph[inside][:, inside].toarray()
    shares = np.linalg.solve(inner, graph[inside][:, rim].toarray())
    mirrored = shares[np.ix_(np.searchsorted(inside, mirror[inside]), np.searchsorted(rim, mirror[rim]))]
    return ClosedMouth(inside, rim, (shares + mirrored) / 2)


def _with_islands(graph: csr_matrix, inside: Indices) -> Indices:
    """With the few vertices within, which are seen through the slit between the lips."""
    rest = np.setdiff1d(np.arange(graph.shape[0]), inside)
    _, labels = connected_components(graph[rest][:, rest])
    beside = np.isin(rest, graph[inside].indices)
    return np.concatenate([inside, rest[beside & (labels != np.bincount(labels[beside]).argmax())]])


def _hidden(mean: Float64, faces: Indices) -> Bools:
    """(V,) whether something lies before a vertex as a camera straight ahead sees the head."""
    points = mean * _PER_METRE
    points = points - [*(points[:, :2].min(axis=0) - _BORDER), 0]
    width, height = (points[:, :2].max(axis=0) + _BORDER).astype(int)
    near, _ = drawn(points, faces, (height, width))
    columns, rows = points[:, :2].astype(int).T
    return points[:, 2] - near.at_pixels(points[:, 2])[rows, columns] > _HIDDEN * _PER_METRE

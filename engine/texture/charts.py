"""Which triangles share a chart: a person's front, its back, and the insides of gaps, parted where the sheets meet."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

Ints = NDArray[np.int64]

_ROUNDS = 4
"""Rounds in which every triangle takes on the mean of its neighbours: more make straighter seams."""
_SMALLEST = 0.002
"""Share of the triangles below which a chart joins its neighbours."""


def split(faces: NDArray[np.int32], sheets: NDArray[np.float64]) -> list[Ints]:
    """Connected groups of triangles (indices into `faces`), each of one sheet.

    sheets: (V, K) how much each vertex belongs to each of K sheets, in [0, 1].
    """
    pairs = neighbours(faces)
    label = np.argmax(_smooth(sheets[faces].mean(axis=1), pairs), axis=1)
    label = _without_spikes(label, pairs, sheets.shape[1])
    for _ in range(_ROUNDS):
        chart = _components(label, pairs)
        small = (np.bincount(chart) < _SMALLEST * len(faces))[chart]
        votes = _gather(np.where(small[:, None], 0.0, _one_hot(label, sheets.shape[1])), pairs)
        label = np.where(small & votes.any(axis=1), np.argmax(votes, axis=1), label)
    return _groups(_components(label, pairs))


def connected(faces: NDArray[np.int32]) -> list[Ints]:
    """The edge-connected groups of triangles (M, 3)."""
    return _groups(_components(np.zeros(len(faces), int), neighbours(faces)))


def _groups(chart: Ints) -> list[Ints]:
    order = np.argsort(chart, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(chart[order])) + 1)


def neighbours(faces: NDArray[np.int32]) -> Ints:
    """(K, 2) triangles that share an edge."""
    ends = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]).astype(np.int64), axis=1)
    key = ends[:, 0] * (int(faces.max()) + 1) + ends[:, 1]
    order = np.argsort(key, kind="stable")
    face, key = (order % len(faces)), key[order]
    same = np.flatnonzero(key[1:] == key[:-1])
    return np.stack([face[same], face[same + 1]], axis=1)


def _smooth(score: NDArray[np.float64], pairs: Ints) -> NDArray[np.float64]:
    count = np.maximum(np.bincount(pairs.ravel(), minlength=len(score)), 1)[:, None]
    for _ in range(_ROUNDS):
        score = (score + _gather(score, pairs) / count) / 2
    return score


def _without_spikes(label: Ints, pairs: Ints, count: int) -> Ints:
    """Triangles most of whose neighbours are of another sheet join that one."""
    for _ in range(_ROUNDS):
        own = _one_hot(label, count)
        label = np.argmax(own + _gather(own, pairs), axis=1)
    return label


def _one_hot(label: Ints, count: int) -> NDArray[np.float64]:
    return np.eye(count)[label]


def _gather(values: NDArray[np.float64], pairs: Ints) -> NDArray[np.float64]:
    """Sum over each triangle's neighbours: (M, K) -> (M, K)."""
    a, b = pairs.T
    columns = [np.bincount(a, v[b], len(v)) + np.bincount(b, v[a], len(v)) for v in values.T]
    return np.stack(columns, axis=1)


def _components(label: Ints, pairs: Ints) -> Ints:
    a, b = pairs[label[pairs[:, 0]] == label[pairs[:, 1]]].T
    graph = coo_matrix((np.ones(len(a), np.int8), (a, b)), (len(label), len(label)))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)

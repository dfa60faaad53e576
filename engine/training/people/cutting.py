"""Pieces of cloth cut from the base mesh's helper "tights", which cover the whole body but head and hands loosely."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import anny
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from engine.errors import UserError
from engine.training.people.body import Body

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Faces = NDArray[np.int32]

TIGHTS = (15328, 18002)
"""Base-mesh vertices of the helper tights."""

_NECK = (0.582, 0.4, 0.6, 0.05)
"""A round neckline on the template: metres at y = 0, how much lower it is in front, and how much higher to the sides
beyond some metres from the middle."""


@dataclass(frozen=True)
class Limits:
    """Scales on the template's vertices, all (V,).

    sleeve: 1 at the elbow, 2 at the wrist. leg: 0 at the ankle, 1 at the knee, 2 at the hip joint, further up the
    trunk in the same units. arm: share of arm bones. neck: metres above a round neckline. front: metres to the side of
    the middle of chest and belly, 1 elsewhere. height: metres above the middle of the chest.
    """

    sleeve: Float64
    leg: Float64
    arm: Float64
    neck: Float64
    front: Float64
    height: Float64


@dataclass(frozen=True)
class Piece:
    """Cloth on the base mesh: binding (N, V) sparse shares of base vertices; faces (F, 3)."""

    binding: csr_matrix
    faces: Faces


def tights_triangles() -> Faces:
    """Triangles (F, 3) of the helper tights in the base mesh that anny brings."""
    path = Path(anny.__file__).parent / "data" / "mpfb2" / "3dobjs" / "base.obj"
    if not path.is_file():
        raise UserError("The installed anny lacks its base mesh: install the version in the requirements.")
    triangles: list[list[int]] = []
    group = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["g"]:
            group = words[1]
        elif words[:1] == ["f"] and group == "helper-tights":
            a, b, c, d = (int(word.split("/")[0]) - 1 for word in words[1:5])
            triangles += [[a, b, c], [a, c, d]]
    return np.array(triangles, dtype=np.int32)


def measure_limits(body: Body) -> Limits:
    """The scales by which garments are cut."""
    template = body.template.astype(np.float64)
    points = np.abs(template * [1, 0, 0]) + template * [0, 1, 1]
    shoulder, elbow, wrist, hip, knee, ankle, chest = (
        body.head_template[body.bones[name]].astype(np.float64)
        for name in ("upperarm01.L", "lowerarm01.L", "wrist.L", "upperleg01.L", "lowerleg01.L", "foot.L", "spine02")
    )
    upper, lower = _along(points, shoulder, elbow), _along(points, elbow, wrist)
    x, y, z = template.T
    calf, thigh = (z - ankle[2]) / (knee[2] - ankle[2]), (z - knee[2]) / (hip[2] - knee[2])
    return Limits(
        sleeve=np.where(upper < 1, upper, 1 + lower),
        leg=np.where(calf < 1, calf, 1 + thigh),
        arm=arm_shares(body),
        neck=z - _NECK[0] - _NECK[1] * y - _NECK[2] * np.clip(np.abs(x) - _NECK[3], 0, None),
        front=np.where(y < chest[1] - 0.02, np.abs(x), 1.0),
        height=z - chest[2],
    )


def arm_shares(body: Body) -> Float64:
    """(V,) share of arm bones in the skin weights."""
    arms = [i for name, i in body.bones.items() if name.startswith(("upperarm", "lowerarm", "wrist", "finger", "meta"))]
    return np.asarray(body.weights[:, arms].sum(axis=1), dtype=np.float64).ravel()


def _along(points: Float64, start: Float64, end: Float64) -> Float64:
    axis = end - start
    return (points - start) @ axis / (axis @ axis)


def cut(body: Body, triangles: Faces, edges: Mapping[str, Float64]) -> Piece:
    """The triangles where every one of `edges` (V,) is positive, up to where the least of them is 0.

    The halves left and right of the middle are cut apart, so that an opening may run between them.
    """
    inside = np.min(list(edges.values()), axis=0)
    left = body.template[triangles, 0].mean(axis=1) > 0
    halves = [_cut(body, half, inside) for half in (triangles[left], triangles[~left])]
    return subdivided(_welded(halves))


def _cut(body: Body, triangles: Faces, inside: Float64) -> Piece:
    """Vertices beyond the limit are moved along an edge to where `inside` is 0."""
    triangles = triangles[(inside[triangles] > 0).any(axis=1)]
    used, corners = np.unique(triangles, return_inverse=True)
    anchors = np.stack([used, used], axis=1)
    shares = np.tile([1.0, 0.0], (len(used), 1))
    edges = np.concatenate([triangles[:, [a, b]] for a in range(3) for b in range(3) if a != b])
    edges = edges[(inside[edges[:, 0]] > 0) & (inside[edges[:, 1]] <= 0)]
    edges = edges[np.argsort(-np.linalg.norm(body.template[edges[:, 0]] - body.template[edges[:, 1]], axis=1))]
    rows = np.searchsorted(used, edges[:, 1])
    part = inside[edges[:, 0]] / (inside[edges[:, 0]] - inside[edges[:, 1]])
    anchors[rows] = edges
    shares[rows] = np.stack([1 - part, part], axis=1)
    return Piece(_binding(anchors, shares, len(body.template)), corners.reshape(-1, 3).astype(np.int32))


def _binding(anchors: NDArray, shares: Float64, count: int) -> csr_matrix:
    rows = np.repeat(np.arange(len(anchors)), anchors.shape[1])
    return csr_matrix((shares.ravel(), (rows, anchors.ravel())), shape=(len(anchors), count))


def _welded(pieces: list[Piece]) -> Piece:
    """Pieces joined at the vertices that are bound alike."""
    binding = vstack([piece.binding for piece in pieces]).tocsr()
    binding.eliminate_zeros()
    binding.sort_indices()
    rows = [tuple(binding[i].indices) + tuple(np.round(binding[i].data, 6)) for i in range(binding.shape[0])]
    numbers: dict[tuple[float, ...], int] = {}
    index = np.array([numbers.setdefault(row, len(numbers)) for row in rows])
    first = np.unique(index, return_index=True)[1]
    starts = np.cumsum([0, *(piece.binding.shape[0] for piece in pieces)])
    faces = index[np.concatenate([p.faces + start for p, start in zip(pieces, starts, strict=False)])]
    proper = (faces != np.roll(faces, 1, axis=1)).all(axis=1)
    return Piece(binding[first], faces[proper].astype(np.int32))


def subdivided(piece: Piece) -> Piece:
    """Every triangle in four."""
    edges = np.sort(np.concatenate([piece.faces[:, [i, (i + 1) % 3]] for i in range(3)]), axis=1)
    unique, index = np.unique(edges, axis=0, return_inverse=True)
    count, number = piece.binding.shape[0], len(piece.faces)
    middles = (piece.binding[unique[:, 0]] + piece.binding[unique[:, 1]]) * 0.5
    ab, bc, ca = index.ravel().reshape(3, number) + count
    a, b, c = piece.faces.T
    faces = np.stack([a, ab, ca, ab, b, bc, ca, bc, c, ab, bc, ca], axis=1).reshape(-1, 3)
    return Piece(vstack([piece.binding, middles]).tocsr(), faces.astype(np.int32))

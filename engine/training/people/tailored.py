"""Clothes cut from the base mesh's own helper geometry: shirts, leggings, shorts and skirts of many lengths.

MakeHuman's helpers "tights" and "skirt" cover the body loosely; a garment is the part of them inside some limits.
"""

from dataclasses import dataclass
from pathlib import Path

import anny
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from engine.errors import UserError
from engine.training.people.body import BODY_VERTICES, Body
from engine.training.people.garment import Garment, Surface, hidden_by_group, interpolated_weights

Float32 = NDArray[np.float32]

_OUTFITS = {
    "tailored_long": (1.93, 0.08),
    "tailored_short": (0.55, 1.22),
    "tailored_half": (1.0, 0.6),
    "tailored_tank": (0.1, 1.5),
}
"""Name -> (sleeve: 1 ends at the elbow, 2 at the wrist; leg: 0 ends at the ankle, 1 at the knee, 2 at the hip)."""

_SKIRTS = {"female_tailored_dress": (0.1, 1.2), "female_tailored_gown": (1.0, 0.3), "female_tailored_mini": (0.5, 1.55)}
"""Name -> (sleeve, hem of the skirt on the scale of legs)."""

_TIGHTS = (15328, 18002)
"""Base-mesh vertices of the helper tights."""

_UV_SIZE = (1.1, 1.6)
"""Metres of the template that a picture spans."""


@dataclass(frozen=True)
class _Limits:
    """The template's helper vertices on the scales of sleeves and legs; both (V,). arm: share of arm bones."""

    sleeve: NDArray[np.float64]
    leg: NDArray[np.float64]
    arm: NDArray[np.float64]


@dataclass(frozen=True)
class _Piece:
    """Cloth bound to the base mesh as in `Garment`."""

    anchors: NDArray[np.int32]
    shares: Float32
    faces: NDArray[np.int32]


def tailored_garments(body: Body) -> list[Garment]:
    """All clothes cut from helper geometry; group 0 is the top, group 1 the bottom."""
    helpers = _helper_triangles()
    limits = _limits(body)
    made = [_outfit(body, limits, name, helpers["helper-tights"], None, *cut) for name, cut in _OUTFITS.items()]
    return made + [
        _outfit(body, limits, name, helpers["helper-tights"], helpers["helper-skirt"], *cut)
        for name, cut in _SKIRTS.items()
    ]


def _helper_triangles() -> dict[str, NDArray[np.int64]]:
    """Triangles (F, 3) of each helper group of the base mesh that anny brings."""
    path = Path(anny.__file__).parent / "data" / "mpfb2" / "3dobjs" / "base.obj"
    if not path.is_file():
        raise UserError("The installed anny lacks its base mesh: install the version in the requirements.")
    groups: dict[str, list[list[int]]] = {}
    group: list[list[int]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words[:1] == ["g"]:
            group = groups.setdefault(words[1], [])
        elif words[:1] == ["f"]:
            a, b, c, d = (int(word.split("/")[0]) - 1 for word in words[1:5])
            group += [[a, b, c], [a, c, d]]
    return {name: np.array(faces) for name, faces in groups.items() if name.startswith("helper")}


def _limits(body: Body) -> _Limits:
    arms = [i for name, i in body.bones.items() if name.startswith(("upperarm", "lowerarm", "wrist", "finger", "meta"))]
    points = np.abs(body.template.astype(np.float64) * [1, 0, 0]) + body.template * [0, 1, 1]
    shoulder, elbow, wrist, hip, knee, ankle = (
        body.head_template[body.bones[f"{name}.L"]].astype(np.float64)
        for name in ("upperarm01", "lowerarm01", "wrist", "upperleg01", "lowerleg01", "foot")
    )
    upper, lower = _along(points, shoulder, elbow), _along(points, elbow, wrist)
    height = points[:, 2]
    calf, thigh = (height - ankle[2]) / (knee[2] - ankle[2]), (height - knee[2]) / (hip[2] - knee[2])
    return _Limits(
        sleeve=np.where(upper < 1, upper, 1 + lower),
        leg=np.where(calf < 1, calf, 1 + thigh),
        arm=np.asarray(body.weights[:, arms].sum(axis=1)).ravel(),
    )


def _along(points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    axis = end - start
    return (points - start) @ axis / (axis @ axis)


def _outfit(
    body: Body,
    limits: _Limits,
    name: str,
    tights: NDArray[np.int64],
    skirt: NDArray[np.int64] | None,
    sleeve: float,
    hem: float,
) -> Garment:
    """A top with sleeves to `sleeve` and trousers (or a skirt) down to `hem`; the top overlaps the bottom."""
    is_arm = limits.arm > 0.5
    top = np.where(is_arm, sleeve - limits.sleeve, limits.leg - 1.9)
    trousers = np.where(is_arm, -1.0, np.minimum(limits.leg - hem, 2.12 - limits.leg))
    pieces = [_cut(body, tights, top)]
    if skirt is None:
        pieces.append(_cut(body, tights, trousers))
        hidden = _under(body, top > 0.05) | _under(body, trousers > 0.05)
    else:
        pieces.append(_cut(body, skirt, limits.leg - hem))
        hidden = _under(body, top > 0.05) | _legs_above(body, limits.leg, hem + 0.15)
    return _garment(body, name, pieces, hidden)


def _cut(body: Body, triangles: NDArray[np.int64], inside: NDArray[np.float64]) -> _Piece:
    """The triangles where `inside` (V,) is positive, with vertices beyond moved along an edge to where it is 0."""
    triangles = triangles[(inside[triangles] > 0).any(axis=1)]
    used, corners = np.unique(triangles, return_inverse=True)
    anchors = np.repeat(used[:, None], 3, axis=1)
    shares = np.tile(np.array([1.0, 0, 0]), (len(used), 1))
    edges = np.concatenate([triangles[:, [a, b]] for a in range(3) for b in range(3) if a != b])
    edges = edges[(inside[edges[:, 0]] > 0) & (inside[edges[:, 1]] <= 0)]
    length = np.linalg.norm(body.template[edges[:, 0]] - body.template[edges[:, 1]], axis=1)
    for within, beyond in edges[np.argsort(-length)]:
        row = np.searchsorted(used, beyond)
        anchors[row] = within, beyond, beyond
        part = inside[within] / (inside[within] - inside[beyond])
        shares[row] = 1 - part, part, 0
    return _Piece(anchors.astype(np.int32), shares.astype(np.float32), corners.reshape(-1, 3).astype(np.int32))


def _under(body: Body, cloth: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Skin (BODY_VERTICES,) whose next tights vertex is one of `cloth` (V,)."""
    helpers = np.arange(*_TIGHTS)
    distance, nearest = cKDTree(body.template[helpers]).query(body.template[:BODY_VERTICES])
    return cloth[helpers[nearest]] & (distance < 0.03)


def _legs_above(body: Body, leg: NDArray[np.float64], hem: float) -> NDArray[np.bool_]:
    """Skin of the legs (BODY_VERTICES,) above a skirt's hem."""
    legs = np.asarray(body.weights[:BODY_VERTICES, _leg_bones(body)].sum(axis=1)).ravel() > 0.5
    return legs & (leg[:BODY_VERTICES] > hem)


def _leg_bones(body: Body) -> list[int]:
    return [i for name, i in body.bones.items() if name.startswith(("upperleg", "lowerleg"))]


def _garment(body: Body, name: str, pieces: list[_Piece], hidden: NDArray[np.bool_]) -> Garment:
    anchors = np.concatenate([piece.anchors for piece in pieces])
    shares = np.concatenate([piece.shares for piece in pieces])
    starts = np.cumsum([0, *(len(piece.anchors) for piece in pieces)])
    faces = np.concatenate([piece.faces + start for piece, start in zip(pieces, starts, strict=False)]).astype(np.int32)
    groups = np.repeat(np.arange(len(pieces), dtype=np.int32), [len(piece.faces) for piece in pieces])
    points = np.einsum("nk,nki->ni", shares, body.template[anchors])
    plane = np.stack([points[:, 0] / _UV_SIZE[0] + 0.5, (0.7 - points[:, 2]) / _UV_SIZE[1]], axis=1)
    return Garment(
        name=name,
        kind="outfit",
        anchors=anchors,
        shares=shares,
        offsets=np.zeros((len(anchors), 3), dtype=np.float32),
        scales=((0, 1, 1.0),) * 3,
        skin=interpolated_weights(anchors, shares, body.weights),
        surface=Surface(faces, plane[faces].astype(np.float32), groups),
        hidden=hidden_by_group(hidden, points, faces, groups, body),
        nearest=cKDTree(body.template[:BODY_VERTICES]).query(points)[1],
        texture=None,
    )

"""Clothes cut and sewn by numbers: tops, dresses, jackets, coats, trousers and skirts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from engine.training.people.body import BODY_VERTICES, Body
from engine.training.people.cutting import TIGHTS, Faces, Limits, Piece, cut, measure_limits, tights_triangles
from engine.training.people.footwear import upper_edges
from engine.training.people.garment import Garment, Surface, clipped_weights
from engine.training.people.headwear import BEARD, head_edges
from engine.training.people.sewing import Sewing, sew

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

SLEEVES = {"none": 0.12, "short": 0.6, "half": 1.0, "long": 1.95}
"""Where sleeves end: 1 is the elbow, 2 the wrist."""

LEGS = {"shorts": 1.45, "knee": 0.95, "calf": 0.45, "long": -0.06}
"""Where trousers end: 0 is the ankle, 1 the knee, 2 the hip."""

_HIP = 2.03
"""Where tops end and hanging cloth begins: a little above the hip joint, as one ring around the trunk."""

_UV_SIZE = (1.1, 1.6)
"""Metres of the template that a picture spans."""

_SEAM_STEP = 0.02
"""Metres of a picture that one row of hanging cloth takes."""


@dataclass(frozen=True)
class Top:
    """neck: metres by which the neckline is higher than a round one. opening: (metres from the middle of the chest up
    to where a V begins, its half-width per metre), both 0 for none. gap: half-width of an open front in metres, None
    where the front is closed. collar, hem: rows that continue the neckline and the hem."""

    sleeve: str
    neck: float = 0.0
    opening: tuple[float, float] = (0.0, 0.0)
    gap: float | None = None
    collar: int = 3
    hem: int = 6


_TOPS = {
    "top_tank": Top("none", -0.015), "top_tank_v": Top("none", -0.01, (0.05, 0.5)),
    "top_short": Top("short"), "top_short_v": Top("short", 0.0, (0.06, 0.4)), "top_short_wide": Top("short", -0.03),
    "top_half": Top("half", -0.005), "top_long": Top("long"), "top_long_v": Top("long", 0.0, (0.05, 0.4)),
    "top_short_collar": Top("short", 0.012, (0.1, 0.35), collar=6),
    "top_long_collar": Top("long", 0.012, (0.1, 0.3), collar=6), "top_long_high": Top("long", 0.015, collar=6),
    "dress_none": Top("none", -0.015, hem=22), "dress_none_v": Top("none", -0.01, (0.04, 0.45), hem=22),
    "dress_short": Top("short", -0.01, hem=22), "dress_short_v": Top("short", -0.01, (0.05, 0.4), hem=22),
    "dress_long": Top("long", 0.0, hem=22), "dress_long_v": Top("long", 0.0, (0.04, 0.4), hem=22),
    "coat_closed": Top("long", 0.012, (0.03, 0.4), collar=8, hem=22),
    "coat_high": Top("long", 0.015, collar=8, hem=22),
    "coat_open": Top("long", 0.012, (0.02, 0.35), 0.03, 8, 22),
    "coat_wide_open": Top("long", 0.012, (-0.3, 0.13), 0.06, 8, 22),
}  # fmt: skip


def tailored_garments(body: Body) -> list[Garment]:
    """All clothes cut by numbers, each of one group; their kind is the part of the name before the first "_"."""
    tights, limits = tights_triangles(), measure_limits(body)
    made = [_sewn(body, limits, name, tights, *_top_edges(limits, top)) for name, top in _TOPS.items()]
    for name, hem in LEGS.items():
        edges = {"waist": 2.28 - limits.leg, "hem": limits.leg - hem}
        made.append(_sewn(body, limits, f"trousers_{name}", tights, edges, {}))
    edges = {"waist": 2.35 - limits.leg, "hem": limits.leg - _HIP}
    made.append(_sewn(body, limits, "skirt", tights, edges, {"hem": 24}))
    height = (body.template[:, 2] - body.template[slice(*TIGHTS), 2].min()).astype(np.float64)
    forward = (body.head_template[body.bones["toe1-1.L"], 1] - body.template[:, 1]).astype(np.float64)
    uppers = upper_edges(limits, height, forward).items()
    for name, cuts in head_edges(body).items():
        made.append(_sewn(body, limits, name, body.faces, *cuts, margin=1.0 if name == BEARD else 0.01))
    shoes = [_sewn(body, limits, name, tights, edges, {}, 0.008) for name, edges in uppers]
    return made + [replace(shoe, skin=_stiff(body, shoe)) for shoe in shoes]


def _stiff(body: Body, shoe: Garment) -> csr_matrix:
    """Bone weights of an upper whose heel follows the foot alone."""
    share = np.clip((0.06 - shoe.sewing.limits.leg) / 0.12, 0, 1) if shoe.sewing else np.zeros(len(shoe.nearest))
    weights = shoe.skin.tolil()
    for side in "LR":
        leg = [body.bones[f"lowerleg0{n}.{side}"] for n in (1, 2)]
        moved = shoe.skin[:, leg].toarray() * share[:, None]
        weights[:, leg] = shoe.skin[:, leg].toarray() - moved
        foot = body.bones[f"foot.{side}"]
        weights[:, foot] = shoe.skin[:, foot].toarray() + moved.sum(axis=1, keepdims=True)
    return csr_matrix(weights)


def _top_edges(limits: Limits, top: Top) -> tuple[dict[str, Float64], dict[str, int]]:
    """The limits of a top, positive inside, and the rows that continue them."""
    start, slope = top.opening
    width = np.clip(limits.height - start, 0, None) * slope + (top.gap or 0.0)
    closed = (limits.height < start) & (top.gap is None)
    neck = np.minimum(top.neck - limits.neck, np.where(closed, 1.0, limits.front - width if slope else 1.0))
    edges = {
        "sleeve": limits.arm * (SLEEVES[top.sleeve] - limits.sleeve) + (1 - limits.arm) * 0.5,
        "hem": np.where(limits.arm > 0.5, 1.0, limits.leg - _HIP),
        "neck": neck,
    }
    return edges, {"neck": top.collar, "hem": top.hem}


def _sewn(
    body: Body,
    limits: Limits,
    name: str,
    triangles: Faces,
    edges: Mapping[str, Float64],
    rows: Mapping[str, int],
    margin: float = 0.03,
) -> Garment:
    """One garment; skin under it that is farther than `margin` metres from its edges is hidden."""
    piece, sewing = sew(cut(body, triangles, edges), edges, rows, limits, body.template.astype(np.float64))
    points = piece.binding @ body.template
    nearest = cKDTree(body.template[:BODY_VERTICES]).query(points)[1]
    return Garment(
        name=name,
        kind=name.split("_")[0],
        binding=piece.binding.astype(np.float32),
        offsets=np.zeros((len(points), 3), dtype=np.float32),
        scales=((0, 1, 1.0),) * 3,
        skin=clipped_weights(piece.binding, body.weights),
        surface=Surface(piece.faces, _picture_corners(piece, sewing, points), np.zeros(len(piece.faces), np.int32)),
        hidden=_under(body, triangles, points, sewing, margin)[None],
        nearest=nearest,
        texture=None,
        sewing=sewing,
    )


def _picture_corners(piece: Piece, sewing: Sewing, points: Float32) -> Float32:
    """(F, 3, 2): the picture is laid on from the front; rows hang down from their seam."""
    plane = np.stack([points[:, 0] / _UV_SIZE[0] + 0.5, (0.7 - points[:, 2]) / _UV_SIZE[1]], axis=1)
    for flap in sewing.flaps:
        step = -0.4 if flap.edge == "neck" else 1.0
        plane[flap.rows, 1] += step * _SEAM_STEP / _UV_SIZE[1] * np.arange(len(flap.rows))[:, None]
    for rim in sewing.rims:
        plane[rim.rows[1:]] = plane[rim.rows[:1]]
    return plane[piece.faces].astype(np.float32)


def _under(body: Body, triangles: Faces, points: Float32, sewing: Sewing, margin: float) -> NDArray[np.bool_]:
    """Skin (BODY_VERTICES,) under the piece cut from `triangles`, farther than `margin` from its edges."""
    skin = body.template[:BODY_VERTICES]
    helpers = np.unique(triangles)
    own = cKDTree(points[: sewing.cut]).query(body.template[helpers])[0] < 1e-4
    distance, nearest = cKDTree(body.template[helpers]).query(skin)
    continued = {int(v) for flap in sewing.flaps if flap.edge == "hem" for v in flap.rows.ravel()}
    edge = [v for rim in sewing.rims for v in rim.rows[0] if int(v) not in continued]
    free = cKDTree(points[edge]).query(skin)[0] > margin
    return np.asarray(own[nearest] & (distance < 0.03) & free)

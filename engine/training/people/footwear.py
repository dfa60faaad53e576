"""Shoes and boots: an upper cut from the tights, a sole around the foot's outline, a heel down to the floor."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.spatial import cKDTree

from engine.training.people.body import BODY_VERTICES, Body, RestBody, skin
from engine.training.people.collision import Hull
from engine.training.people.cutting import TIGHTS, Limits
from engine.training.people.garment import Surface
from engine.training.people.grid import grid_faces

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

SOLE = "sole"
"""Name of the shared surface of soles and heels."""

SHAFTS = {"shoes_low": -0.03, "shoes_ankle": 0.12, "shoes_boot": 0.42, "shoes_high": 0.85, "shoes_thigh": 1.35}
"""Where shoes end on the scale of legs: 0 is the ankle, 1 the knee."""

PUMP = "shoes_pump"

_ROWS, _COLUMNS = 6, 49


@dataclass(frozen=True)
class Shoe:
    """Metres. heel: how much higher than the ball of the foot the heel stands. sole: thickness under the ball. upper:
    thickness of the leather. point: how far the tip reaches beyond the toes. shaft: looseness around the leg. welt: how
    far the sole stands out. block: width of the heel's bottom as a share of the foot's heel; 1 or more is a wedge."""

    heel: float
    sole: float
    upper: float
    point: float
    shaft: float
    welt: float
    block: float


def sample_shoe(rng: np.random.Generator, name: str, female: bool) -> Shoe:
    """Flat shoes, sneakers with thick soles, boots, and for women heels of up to 11 cm."""
    high = female and rng.uniform() < (0.75 if name == PUMP else 0.35)
    if high:
        heel, sole, block = (
            rng.uniform(0.035, 0.11),
            rng.choice([0.004, rng.uniform(0.01, 0.035)]),
            rng.uniform(0.15, 1.1),
        )
    else:
        heel, sole, block = rng.uniform(0, 0.025), rng.uniform(0.006, 0.042), rng.uniform(0.75, 1.4)
    return Shoe(
        heel=heel,
        sole=sole,
        upper=rng.uniform(0.002, 0.009),
        point=rng.uniform(0.0, 0.045) if female else rng.uniform(0.0, 0.025),
        shaft=rng.uniform(0.003, 0.02),
        welt=rng.uniform(0.0, 0.006),
        block=block,
    )


def sole_surface() -> Surface:
    """Triangles of a sole: rows around the outline from the middle below to the middle above."""
    faces, uv = grid_faces(_ROWS, _COLUMNS)
    return Surface(faces, uv, np.zeros(len(faces), np.int32))


def heel_angle(body: Body, rest: RestBody, shoe: Shoe) -> float:
    """Degrees by which the foot is pitched so that its heel stands `shoe.heel` higher than its ball."""
    sole = _feet(body, rest, "L")
    ball = rest.heads[body.bones["toe1-1.L"], 1]
    return float(np.degrees(np.arcsin(min(0.75, shoe.heel / (sole[:, 1].max() - ball - 0.03)))))


def upper_edges(limits: Limits, height: Float64, forward: Float64) -> dict[str, dict[str, Float64]]:
    """Name -> limits by which uppers are cut; height (V,) above the sole, forward (V,) of the ball, metres."""
    leg = np.where(limits.arm > 0.5, -1.0, 1.0)
    cuts = {name: {"shaft": np.minimum(top - limits.leg, leg)} for name, top in SHAFTS.items()}
    cuts[PUMP] = {"shaft": np.minimum(np.maximum(0.055 - height, 0.2 * (forward + 0.012)), leg)}
    return cuts


def pointed(points: Float32, body: Body, rest: RestBody, shoe: Shoe) -> Float32:
    """Rest-pose points (N, 3) of feet with the tips of the toes drawn together and forward."""
    shaped = points.copy()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        ball = rest.heads[body.bones[f"toe2-1.{side}"]]
        tip = _feet(body, rest, side)[:, 1].min()
        own = (sign * points[:, 0] > 0) & (points[:, 2] < ball[2] + 0.06)
        share = np.clip((ball[1] - points[own, 1]) / (ball[1] - tip), 0, 1.2) ** 2
        shaped[own, 1] -= shoe.point * share
        shaped[own, 0] += (ball[0] - sign * 0.006 - points[own, 0]) * np.clip(9 * shoe.point * share, 0, 0.6)
    return shaped


def soles(body: Body, rest: RestBody, transforms: Float32, shoe: Shoe) -> list[Float32]:
    """Vertices (_ROWS * _COLUMNS, 3) in the world of both soles and, where heels are blocks, of both heels."""
    parts = []
    for side in "LR":
        outline, weights = _outline(body, rest, side, shoe)
        toe, foot = body.bones[f"toe2-1.{side}"], body.bones[f"foot.{side}"]
        top = skin(outline, weights, transforms)
        up = transforms[toe, :, 2]
        front = outline[:, 1:2] < rest.heads[toe, 1] + 0.01
        bottom = top - shoe.sole * np.where(front, up, transforms[foot, :, 2])
        floor = float((bottom[front[:, 0]] @ up).min())
        if shoe.block >= 1:
            bottom = np.where(front, bottom, _to_floor(bottom, up, floor))
        parts.append(_solid(top + 0.006 * up, bottom))
        if shoe.block < 1 and shoe.heel > 0.004:
            heel = _heel_top(outline, rest.heads[toe, 1]) @ transforms[foot, :, :3].T + transforms[foot, :, 3]
            parts.append(_heel(heel - shoe.sole * transforms[foot, :, 2], up, floor, shoe.block))
    return parts


def _to_floor(points: Float32, up: Float32, floor: float) -> Float32:
    """Points (N, 3) moved along `up` to where their height is `floor`."""
    return points - ((points @ up) - floor)[:, None] * up


def _heel_top(outline: Float32, ball: float) -> Float32:
    """The rear third of a sole's outline (N, 3); what is farther ahead is drawn to its front edge."""
    rear = outline[:, 1].max()
    ring = outline.copy()
    ring[:, 1] = np.maximum(ring[:, 1], rear - 0.36 * (rear - ball))
    return ring


def _heel(top: Float32, up: Float32, floor: float, width: float) -> Float32:
    """A block that narrows from the sole to `width` of it on the floor."""
    centre = top.mean(axis=0)
    wide = centre + (0.45 + 0.5 * min(width, 1.0)) * (top - centre)
    return _solid(wide + 0.005 * up, _to_floor(centre + width * (top - centre), up, floor))


def _solid(top: Float32, bottom: Float32) -> Float32:
    """A wall from `bottom` to `top` (_COLUMNS, 3), closed on both sides."""
    low, high = bottom.mean(axis=0), top.mean(axis=0)
    rows = [low + 0 * bottom, low + 0.6 * (bottom - low), bottom, 0.5 * (top + bottom), top, high + 0 * top]
    return np.concatenate(rows).astype(np.float32)


def _outline(body: Body, rest: RestBody, side: str, shoe: Shoe) -> tuple[Float32, csr_matrix]:
    """The foot's outline (_COLUMNS, 3) at the sole in the rest pose, closed, with its bone weights."""
    foot = pointed(_feet(body, rest, side), body, rest, shoe)
    stretch = np.array([1.0, 0.4, 0.0])
    centre = 0.5 * (foot.min(axis=0) + foot.max(axis=0))
    azimuth = np.linspace(0, 2 * np.pi, _COLUMNS)
    radius = Hull(foot * stretch, (centre * stretch)[:2]).radius_at(azimuth, np.zeros(_COLUMNS))
    ring = centre + np.stack([np.cos(azimuth) * radius, np.sin(azimuth) * radius / 0.4, 0 * radius], axis=1)
    ring += (0.7 * shoe.upper + shoe.welt) * np.stack([np.cos(azimuth), np.sin(azimuth), 0 * azimuth], axis=1)
    ring[:, 2] = foot[:, 2].min() - shoe.upper * 0.5
    own = np.arange(*TIGHTS)
    near = own[cKDTree(rest.vertices[own]).query(ring, k=6)[1]]
    weights = sum(body.weights[near[:, i]] for i in range(6)) / 6
    return ring.astype(np.float32), csr_matrix(weights)


def _feet(body: Body, rest: RestBody, side: str) -> Float32:
    """Rest-pose skin of one foot, no higher than 3 cm above its sole."""
    points = rest.vertices[:BODY_VERTICES]
    points = points[points[:, 0] > 0] if side == "L" else points[points[:, 0] < 0]
    return points[points[:, 2] < points[:, 2].min() + 0.03]

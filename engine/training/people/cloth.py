"""Sewn clothes on a posed body: tightened over its hollows, loose, hanging, folded, outside of what they cover."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.normals import vertex_normals
from engine.training.people.collision import Covered, Hull, outside
from engine.training.people.fitting import COLLARS, Fit
from engine.training.people.folds import fold_heights, hanging_waves
from engine.training.people.headwear import brim
from engine.training.people.sewing import Flap, Sewing

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

_GAP = 0.004
_TURNED_IN = 0.025
"""Metres: between layers, and how wide the turned-in rim is at most."""


_EVEN = (5, 3)
"""Rounds of smoothing of everything that was put together, each time before it is moved off what it covers."""


@dataclass(frozen=True)
class Wearer:
    """The posed body under cloth. heads: posed beginnings of bones. legs: (M, 3) points of trunk, legs and what covers
    them, around which cloth hangs. floor: its height."""

    heads: Mapping[str, Float64]
    legs: Float32
    floor: float


def shape_cloth(
    points: Float32, rest: Float32, skin: Covered, sewing: Sewing, fit: Fit, wearer: Wearer, covered: Covered
) -> Float32:
    """Where all vertices (N, 3) of a sewn garment are.

    points, rest: (N, 3) bound to the posed and to the rest body. skin: the body's point and normal next to each of
    the cut piece's vertices. covered: everything beneath the garment.
    """
    cut = sewing.cut
    faces = sewing.faces[(sewing.faces < cut).all(axis=1)]
    body = _tightened(points[:cut], skin, sewing, fit.taut)
    normals = _smooth_normals(body, faces, sewing)
    taper = np.clip(sewing.inset / fit.tapered, 0, 1) ** 0.7 if fit.tapered else np.ones(cut)
    body = body + normals * (taper * _looseness(sewing, fit)[:cut])[:, None].astype(np.float32)
    shaped = np.concatenate([body, points[cut:]])
    for flap in sewing.flaps:
        shaped[flap.rows[1:]] = _flap(shaped, flap, fit, wearer)
    outer, arm = sewing.outer, sewing.limits.arm[: sewing.outer].astype(np.float32)
    for rounds in _EVEN:
        for _ in range(rounds):
            shaped[:outer] = 0.5 * shaped[:outer] + 0.5 * (sewing.even @ shaped[:outer])
        shaped[:outer] = outside(shaped[:outer], arm, covered, _GAP)
    shaped = _folded(shaped, rest, sewing, fit, wearer)
    shaped[:outer] = outside(shaped[:outer], arm, covered, _GAP, 3)
    for rim in sewing.rims:
        shaped[rim.rows[1:]] = _rim(shaped, rim, sewing.faces, fit.thickness)
    return shaped


def _tightened(points: Float32, skin: Covered, sewing: Sewing, rounds: int) -> Float32:
    """Cloth drawn taut across hollows while it stays outside of the skin next to it."""
    for _ in range(rounds):
        points = 0.4 * points + 0.6 * (sewing.smooth @ points)
        height = np.einsum("ni,ni->n", points - skin.points, skin.normals)
        points = points + np.clip(_GAP - height, 0, None)[:, None] * skin.normals
    return points.astype(np.float32)


def _smooth_normals(points: Float32, faces: NDArray[np.int32], sewing: Sewing) -> Float32:
    normals = vertex_normals(points, faces)
    for _ in range(4):
        normals = sewing.smooth @ normals
    return (normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-6)).astype(np.float32)


def _looseness(sewing: Sewing, fit: Fit) -> Float64:
    """(N,) metres off the tightened body."""
    limits = sewing.limits
    sleeve = fit.shoulder + (fit.cuff - fit.shoulder) * np.clip(limits.sleeve / 2, 0, 1)
    down = np.clip((2 - limits.leg) / 2, 0, 1)
    upper = fit.trunk + (fit.thigh - fit.trunk) * np.clip(down * 4, 0, 1)
    trunk = upper + (fit.hem - fit.thigh) * down
    arm = np.clip(limits.arm * 2 - 0.5, 0, 1)
    return arm * sleeve + (1 - arm) * trunk


def _flap(points: Float32, flap: Flap, fit: Fit, wearer: Wearer) -> Float32:
    """Rows (R, K, 3) beyond the seam."""
    seam = points[flap.rows[0]].astype(np.float64)
    count = len(flap.rows) - 1
    if flap.edge == "neck":
        return _collar(seam, count, fit, wearer).astype(np.float32)
    if flap.edge == "brim":
        return brim(seam, count, fit, wearer.heads).astype(np.float32)
    around = wearer.legs
    if flap.edge == "fall":
        around = around[around[:, 2] > wearer.heads["neck01"][2]]
    return _hanging(seam, count, flap.closed, fit, Hull(around, _middle(seam)), wearer.floor).astype(np.float32)


def _collar(seam: Float64, count: int, fit: Fit, wearer: Wearer) -> Float64:
    """The profile of a collar around the neck; toward the bottom of an opening it becomes narrower."""
    up = wearer.heads["head"] - wearer.heads["neck01"]
    up = up / np.linalg.norm(up)
    spoke = seam - wearer.heads["neck01"]
    away = spoke - (spoke @ up)[:, None] * up
    away /= np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-6)
    size = np.clip(1 + (spoke @ up + 0.1) / 0.35, 0.12, 1) * fit.collar_size
    profile = np.array(COLLARS[fit.collar])
    steps = np.stack(
        [np.interp(np.linspace(0, 1, count + 1)[1:], np.linspace(0, 1, len(profile)), p) for p in profile.T]
    )
    backness = np.ones(len(seam)) if fit.collar != "hood" else np.clip(0.55 + 0.45 * away[:, 1] / 0.7, 0.2, 1)
    size = (size * backness)[None, :, None]
    return seam + size * (steps[0][:, None, None] * away + steps[1][:, None, None] * up)


def _middle(seam: Float64) -> Float64:
    return 0.5 * (seam[:, :2].min(axis=0) + seam[:, :2].max(axis=0))


def _hanging(seam: Float64, count: int, closed: bool, fit: Fit, hull: Hull, floor: float) -> Float64:
    """Cloth that falls from the seam around whatever is below, wider by `flare`."""
    spoke = seam[:, :2] - hull.centre
    azimuth, radius = np.arctan2(spoke[:, 1], spoke[:, 0]), np.linalg.norm(spoke, axis=1)
    rows = np.empty((count, len(seam), 3))
    step = fit.length / count
    for row in range(count):
        height = np.maximum(seam[:, 2] - step * (row + 1), floor + 0.015)
        hung = hull.radius_at(azimuth, height) + (fit.trunk + 0.006) * min(1, step * (row + 1) / 0.08)
        radius = np.maximum(radius + fit.flare * step, hung)
        radius = _level(radius, closed)
        direction = np.stack([np.cos(azimuth), np.sin(azimuth)], axis=1)
        rows[row, :, :2] = hull.centre + radius[:, None] * direction
        rows[row, :, 2] = height
    return rows


def _level(radius: Float64, closed: bool) -> Float64:
    """Radii smoothed along the row."""
    if not closed:
        radius = np.concatenate([radius[:1], radius, radius[-1:]])
        return 0.25 * radius[:-2] + 0.5 * radius[1:-1] + 0.25 * radius[2:]
    return 0.25 * np.roll(radius, 1) + 0.5 * radius + 0.25 * np.roll(radius, -1)


def _folded(points: Float32, rest: Float32, sewing: Sewing, fit: Fit, wearer: Wearer) -> Float32:
    height = fold_heights(points, rest, sewing.limits, sewing.side, wearer.heads, fit.folds)
    for flap in sewing.flaps:
        height[flap.rows[1:]] = height[flap.rows[:1]] * (0.3 if flap.edge == "neck" else 1)
        if flap.edge in ("hem", "fall"):
            depth = fit.folds.hang * min(1.0, fit.length / 0.3) + 0.22 * max(0.0, fit.flare) * fit.length
            height[flap.rows] += depth * hanging_waves(points[flap.rows[-1]], len(flap.rows), fit.folds)
    normals = vertex_normals(points, sewing.faces)
    return points + (height[:, None] * normals).astype(np.float32)


def _rim(points: Float32, rim: Flap, faces: NDArray[np.int32], thickness: float) -> Float32:
    """Inner edge and end of the turned-in cloth (2, K, 3)."""
    edge = rim.rows[0]
    normals = vertex_normals(points, faces)[edge]
    middles = np.zeros_like(points)
    counts = np.bincount(faces.ravel(), minlength=len(points))
    for axis in range(3):
        middles[:, axis] = np.bincount(faces.ravel(), np.repeat(points[faces].mean(axis=1)[:, axis], 3), len(points))
    inward = middles[edge] / np.maximum(counts[edge], 1)[:, None] - points[edge]
    inward -= np.einsum("ni,ni->n", inward, normals)[:, None] * normals
    inward /= np.maximum(np.linalg.norm(inward, axis=1, keepdims=True), 1e-6)
    inner = points[edge] - thickness * normals
    return np.stack([inner, inner + min(_TURNED_IN, 6 * thickness) * inward])

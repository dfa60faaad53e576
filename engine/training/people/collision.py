"""Cloth that stays outside what it covers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

Float32 = NDArray[np.float32]

_NEAR, _ASIDE = 0.07, 0.035
"""Metres: how far a point looks for what it covers, and how far to the side that may be."""

_SLAB, _SECTORS = 0.02, 72
"""Metres that a slab of a hull is high, and its directions."""


@dataclass(frozen=True)
class Covered:
    """What lies under cloth: points (M, 3), unit normals (M, 3) away from the body, arm (M,) the share of arm bones."""

    points: Float32
    normals: Float32
    arm: Float32

    def part(self, mask: NDArray[np.bool_] | NDArray[np.int64]) -> "Covered":
        """The points of a mask (M,) or with the given indices."""
        return Covered(self.points[mask], self.normals[mask], self.arm[mask])


def joined(parts: Sequence[Covered]) -> Covered:
    """All parts together."""
    return Covered(*(np.concatenate([getattr(p, name) for p in parts]) for name in Covered.__dataclass_fields__))


def sampled(corners: Covered, faces: NDArray[np.int32]) -> Covered:
    """The corners and middles of triangles."""
    middles = corners.normals[faces].mean(axis=1)
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-6)
    inner = Covered(corners.points[faces].mean(axis=1), middles, corners.arm[faces].mean(axis=1))
    used = np.zeros(len(corners.points), dtype=bool)
    used[faces] = True
    return joined([corners.part(used), inner])


def outside(points: Float32, arm: Float32, covered: Covered, gap: float, rounds: int = 2) -> Float32:
    """Points (N, 3) moved until they are `gap` metres outside of what they cover.

    arm: (N,) their share of arm bones; sleeves are moved off arms alone, and a trunk's cloth off the trunk and legs.
    """
    points = points.copy()
    for own, beneath in ((arm > 0.5, covered.arm > 0.3), (arm <= 0.5, covered.arm < 0.7)):
        if own.any() and beneath.any():
            part = covered.part(beneath)
            tree = cKDTree(part.points)
            for _ in range(rounds):
                points[own] += _way_out(points[own], part, tree, gap)
    return points


def _way_out(points: Float32, covered: Covered, tree: cKDTree, gap: float) -> Float32:
    distance, index = tree.query(points, k=3, distance_upper_bound=_NEAR)
    found = np.isfinite(distance)
    index = np.where(found, index, 0)
    share = np.where(found, 1 / np.maximum(np.where(found, distance, 1), 1e-3), 0)
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
    normal = np.einsum("nk,nki->ni", share, covered.normals[index])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-6)
    away = points - np.einsum("nk,nki->ni", share, covered.points[index])
    height = np.einsum("ni,ni->n", away, normal)
    aside = np.linalg.norm(away - height[:, None] * normal, axis=1)
    depth = np.clip(gap - height, 0, None) * np.clip(2 - aside / _ASIDE, 0, 1) * found[:, 0]
    return (depth[:, None] * normal).astype(np.float32)


class Hull:
    """Convex outlines of points (M, 3) in level slabs around a vertical axis through `centre` (x, y)."""

    def __init__(self, points: Float32, centre: NDArray[np.floating]) -> None:
        self.centre = np.asarray(centre, dtype=np.float64)
        self.low = float(points[:, 2].min())
        slab = ((points[:, 2] - self.low) / _SLAB).astype(int)
        angle = np.arange(_SECTORS) * 2 * np.pi / _SECTORS
        reach = (points[:, :2] - self.centre) @ np.stack([np.cos(angle), np.sin(angle)])
        support = np.full((int(slab.max()) + 1, _SECTORS), -np.inf)
        np.maximum.at(support, slab, reach)
        support = np.maximum(support, np.maximum(_shifted(support, 1), _shifted(support, -1)))
        between = np.cos(angle[:, None] - angle[None])
        facing = np.where(between > 0.15, between, np.nan)
        radial = np.nanmin(support[:, None, :] / facing, axis=2)
        self.radius = np.where(np.isfinite(radial), np.clip(radial, 0, None), 0)

    def radius_at(self, azimuth: NDArray[np.floating], height: NDArray[np.floating]) -> NDArray[np.float64]:
        """Distance of the outline from the axis toward azimuths (radians) at world heights; 0 where nothing is."""
        sector = (azimuth / (2 * np.pi) * _SECTORS) % _SECTORS
        left = np.floor(sector).astype(int) % _SECTORS
        share = sector - np.floor(sector)
        row = np.clip(((height - self.low) / _SLAB).astype(int), 0, len(self.radius) - 1)
        return self.radius[row, left] * (1 - share) + self.radius[row, (left + 1) % _SECTORS] * share


def _shifted(table: NDArray, by: int) -> NDArray:
    moved = np.full_like(table, -np.inf)
    if by > 0:
        moved[by:] = table[:-by]
    else:
        moved[:by] = table[-by:]
    return moved

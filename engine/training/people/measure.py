"""Where the surface of a shaped body is, as far as arms need to know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.training.people.body import BODY_VERTICES, Body, RestBody

Float64 = NDArray[np.float64]

_RINGS, _SECTORS = 28, 36

_TORSO = ("root", "spine05", "spine04", "spine03", "spine02", "spine01", "pelvis.L", "pelvis.R")


@dataclass(frozen=True)
class Torso:
    """A trunk as radii around its vertical axis, in the rest pose.

    radius: (rings, sectors) metres from the axis x = 0, y = `centre`, ring 0 at height `low`, the last at `high`;
    sector k covers azimuths around 2 pi k / sectors, counter-clockwise from +x. hips, shoulders: heights of the joints.
    thigh: radius of the upper leg.
    """

    radius: Float64
    centre: float
    low: float
    high: float
    hips: float
    shoulders: float
    thigh: float

    def surface(self, level: float, azimuth: float) -> Float64:
        """Point (3,) on the trunk; level: 0 at the hip joints, 1 at the shoulders; azimuth in degrees, 0 = left, -90 =
        front."""
        angle = np.radians(azimuth)
        direction = np.array([np.cos(angle), np.sin(angle), 0.0])
        height = self.hips + level * (self.shoulders - self.hips)
        axis = np.array([0.0, self.centre, height])
        return axis + direction * self.radius_at((axis + direction)[None])[0]

    def radius_at(self, points: Float64) -> Float64:
        """Radii (N,) of the trunk toward points (N, 3) in the rest frame; 0 above and below the trunk."""
        x, y, z = points.T
        ring = (z - self.low) / (self.high - self.low) * (_RINGS - 1)
        sector = np.arctan2(y - self.centre, x) / (2 * np.pi) * _SECTORS
        below, left = np.floor(ring).astype(int), np.floor(sector).astype(int)
        up, right = ring - below, sector - left
        inside = (ring >= 0) & (ring <= _RINGS - 1)
        rows, columns = np.clip(below, 0, _RINGS - 2), left % _SECTORS
        following = (columns + 1) % _SECTORS
        lower = self.radius[rows, columns] * (1 - right) + self.radius[rows, following] * right
        upper = self.radius[rows + 1, columns] * (1 - right) + self.radius[rows + 1, following] * right
        return np.where(inside, lower * (1 - up) + upper * up, 0.0)


def measure_torso(body: Body, rest: RestBody) -> Torso:
    """Measure the trunk of a shaped body."""
    heads = {name: rest.heads[body.bones[name]].astype(np.float64) for name in ("upperleg01.L", "lowerleg01.L")}
    hips = float(heads["upperleg01.L"][2])
    shoulders = float(rest.heads[body.bones["upperarm01.L"], 2])
    points = rest.vertices[_members(body, _TORSO, 0.6)].astype(np.float64)
    low, high = float(points[:, 2].min()), shoulders
    centre = float(points[:, 1].min() + points[:, 1].max()) / 2
    thigh = rest.vertices[_members(body, ("upperleg01.L", "upperleg02.L"), 0.8)].astype(np.float64)
    return Torso(
        _radii(points, centre, low, high), centre, low, high, hips, shoulders, _thickness(thigh, *heads.values())
    )


def _members(body: Body, bones: tuple[str, ...], share: float) -> NDArray[np.int64]:
    """Skin vertices that follow the given bones for at least `share`."""
    columns = [body.bones[bone] for bone in bones]
    return np.flatnonzero(np.asarray(body.weights[:BODY_VERTICES, columns].sum(axis=1)).ravel() >= share)


def _radii(points: Float64, centre: float, low: float, high: float) -> Float64:
    """Largest radius per ring and sector; empty cells take the largest of their neighbours."""
    ring = np.clip(np.round((points[:, 2] - low) / (high - low) * (_RINGS - 1)).astype(int), 0, _RINGS - 1)
    azimuth = np.arctan2(points[:, 1] - centre, points[:, 0])
    sector = np.round(azimuth / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS
    radius = np.zeros((_RINGS, _SECTORS))
    np.maximum.at(radius, (ring, sector), np.hypot(points[:, 0], points[:, 1] - centre))
    for _ in range(_SECTORS):
        empty = radius == 0
        if not empty.any():
            break
        padded = np.pad(radius, ((1, 1), (0, 0)), mode="edge")
        around = np.maximum.reduce([np.roll(radius, 1, 1), np.roll(radius, -1, 1), padded[:-2], padded[2:]])
        radius = np.where(empty, around, radius)
    return radius


def _thickness(points: Float64, start: Float64, end: Float64) -> float:
    """Typical distance of points from the line through start and end."""
    direction = (end - start) / np.linalg.norm(end - start)
    offset = points - start
    return float(np.percentile(np.linalg.norm(offset - np.outer(offset @ direction, direction), axis=1), 80))

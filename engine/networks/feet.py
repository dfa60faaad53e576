"""Flat soles for feet that stand on the floor.

From the front no sole is seen, and at the resolution of the coarse networks a foot is some ten pixels: its underside is
round, and its toe or its heel a centimetre or two above the floor. But where a floor is known, so is the depth at
which each ray of the camera reaches it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from engine.camera import CANVAS, NETWORK_FOCAL, Camera, decode, encode, slopes, to_world
from engine.pixels import Bools, Float, around, ramp
from engine.skeleton import INDEX
from engine.types import Canvas, Maps

_SIDES = ("left", "right")

# Lengths as shares of the shank's.
_REACH = 0.26
"""Around the line from heel to toe: what belongs to a foot."""
_LOW = 0.16
"""Above the lowest point: where a foot's length is measured."""
_SAME_FLOOR = 0.06
"""Difference in height up to which two feet stand on one floor."""
_ANKLE, _SHIN = 0.09, 0.33
"""Heights up to which a foot turns as a whole, and from which on nothing turns."""
_EDGE, _UPPER = 0.023, 0.07
"""Heights of what becomes the sole, and of what stays as it was."""

_SMALLEST = 400
"""Pixels of the smallest foot that is worth it."""
_LEAST_FALL = 0.15
"""How much lower a ray has to come per length of the floor; below that hardly anything is known."""
_UPHILL, _DOWNHILL = 0.3, -0.07
"""Rise from heel to toe of a foot that is meant to be level: networks lift toes, but people lift heels."""
_SHORTER = 0.3
"""The largest part of its length by which turning may make a foot shorter or longer."""
_BINS = 12
_HEEL, _BALL = slice(0, 5), slice(6, 11)
"""Parts of a foot's length, from the heel on, in which it stands on heel and ball."""
_ROUND = 6.0
"""Pixels over which the outline of a sole is smoothed."""


@dataclass(frozen=True)
class _Rays:
    """Of pixels; x, y: their slopes (NETWORK_FOCAL). Offsets are along the view axis, from the body's centre."""

    x: Float
    y: Float
    camera: Camera

    def offsets(self, depth: Float) -> Float:
        """Of network depths."""
        return np.asarray(decode(depth) / np.sqrt(1 + self.x**2 + self.y**2) - 1, np.float32)

    def depths(self, offset: Float) -> Float:
        """Inverse of `offsets`."""
        return np.asarray(encode((offset + 1) * np.sqrt(1 + self.x**2 + self.y**2)), np.float32)

    def world(self, offset: Float) -> Float:
        """Upright points (..., 3) in camera units."""
        growth = 1 + offset / self.camera.distance
        return np.asarray(to_world(np.stack([self.x * growth, self.y * growth, offset], -1), self.camera), np.float32)

    @property
    def fall(self) -> Float:
        """How much lower a point is for each unit of offset."""
        return (
            np.float32(np.sin(self.camera.pitch))
            + np.float32(np.cos(self.camera.pitch) / self.camera.distance) * self.y
        )

    def reaching(self, height: float) -> Float:
        """Offsets at which the rays come down to a height."""
        return -(np.float32(height) + np.float32(np.cos(self.camera.pitch)) * self.y) / np.maximum(self.fall, 1e-3)


@dataclass(frozen=True)
class _Foot:
    """A foot that may stand flat.

    area, region: rows and columns, and which pixels (H, W) there show it. forward: (2,) horizontal direction. level:
    height of its underside, at `middle` along that direction. rise: of the underside per length. shank: its length.
    """

    area: tuple[slice, slice]
    region: Bools
    rays: _Rays
    forward: NDArray[np.float32]
    level: float
    middle: float
    rise: float
    shank: float


def with_feet(maps: Maps, canvas: Canvas) -> Maps:
    """Put feet that stand flat flat on one floor; overwrites the maps.

    Feet on tiptoe, in the air or hidden, and those seen from the height of the floor, stay as they are.
    """
    joints = _joints(canvas)
    feet = [foot for side in _SIDES if (foot := _find(maps, canvas, joints, side)) is not None]
    if not feet:
        return maps
    lowest = min(foot.level for foot in feet)
    standing = [foot for foot in feet if foot.level - lowest < _SAME_FLOOR * foot.shank]
    floor = float(np.mean([foot.level for foot in standing]))
    for foot in standing:
        _turn(maps, foot, floor)
        _sole(maps, foot, floor)
    return maps


def _joints(canvas: Canvas) -> Float:
    """Upright key points (31, 3) in camera units."""
    x, y = ((canvas.keypoints.T + 0.5 - CANVAS / 2) / NETWORK_FOCAL).astype(np.float32)
    return _Rays(x, y, canvas.camera).world(canvas.depths.astype(np.float32))


def _find(maps: Maps, canvas: Canvas, joints: Float, side: str) -> _Foot | None:
    knee, ankle, heel, *toes = (joints[INDEX[f"{side}_{n}"]] for n in ("knee", "ankle", "heel", "big_toe", "small_toe"))
    shank, ahead = float(np.linalg.norm(knee - ankle)), (np.mean(toes, axis=0) - heel)[:2]
    length = float(np.linalg.norm(ahead))
    if not (np.isfinite([shank, length]).all() and min(shank, length) > 0):
        return None
    area, region = _region(maps, canvas, side, _REACH * shank * NETWORK_FOCAL)
    rays = _rays(area, canvas.camera)
    if region.sum() < _SMALLEST or np.median(rays.fall[region]) < _LEAST_FALL:
        return None
    forward = ahead / length
    points = np.concatenate([rays.world(rays.offsets(sheet[area]))[region] for sheet in (maps.front, maps.back)])
    under = _underside(points[:, :2] @ forward, points[:, 2], _LOW * shank)
    if under is None or not _DOWNHILL < under[2] < _UPHILL:
        return None
    return _Foot(area, region, rays, forward, *under, shank)


def _region(maps: Maps, canvas: Canvas, side: str, reach: float) -> tuple[tuple[slice, slice], Bools]:
    """Rows and columns of a foot, and the pixels there that are nearer to it than to the other foot."""
    line, other = _line(canvas, side), _line(canvas, _SIDES[side == "left"])
    area = around(line, reach, maps.front.shape)
    columns, rows = np.meshgrid(np.arange(area[1].start, area[1].stop), np.arange(area[0].start, area[0].stop))
    places = np.stack([columns, rows], -1).astype(np.float64)
    away = _distance(places, line)
    near = (away < reach) & ~(_distance(places, other) < away)
    return area, (maps.front[area] > 0) & near


def _line(canvas: Canvas, side: str) -> NDArray[np.float64]:
    """Heel and the middle of the toes (2, 2) on the canvas."""
    heel, *toes = (canvas.keypoints[INDEX[f"{side}_{n}"]] for n in ("heel", "big_toe", "small_toe"))
    return np.stack([heel, np.mean(toes, axis=0)])


def _distance(places: NDArray[np.float64], line: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of places (H, W, 2) from a line between two points; NaN where one is not known."""
    start, along = line[0], line[1] - line[0]
    share = ((places - start) @ along / max(along @ along, 1e-6)).clip(0, 1)
    return np.asarray(np.linalg.norm(places - start - share[..., None] * along, axis=-1))


def _rays(area: tuple[slice, slice], camera: Camera) -> _Rays:
    x, y = np.meshgrid(slopes()[area[1]], slopes()[area[0]])
    return _Rays(x, y, camera)


def _underside(along: Float, heights: Float, low: float) -> tuple[float, float, float] | None:
    """Where points stand on heel and ball: mean height, place along, and rise of the line between; None: nowhere."""
    of_foot = heights < heights.min() + low
    start, end = np.quantile(along[of_foot], [0.01, 0.99])
    bins = np.floor((along - start) / max(end - start, 1e-6) * _BINS)
    lowest = np.array([heights[bins == k].min(initial=np.inf) for k in range(_BINS)])
    heel, ball = (part.start + int(lowest[part].argmin()) for part in (_HEEL, _BALL))
    apart = (ball - heel) / _BINS * (end - start)
    if not (np.isfinite(lowest[[heel, ball]]).all() and apart > 0):
        return None
    middle = start + (heel + ball + 1) / 2 / _BINS * (end - start)
    return float(lowest[[heel, ball]].mean()), float(middle), float((lowest[ball] - lowest[heel]) / apart)


def _turn(maps: Maps, foot: _Foot, floor: float) -> None:
    """Move a foot along the rays until the line of its underside lies on the floor."""
    fall = np.maximum(foot.rays.fall, _LEAST_FALL)
    most = _SHORTER * float(np.median(fall[foot.region])) / max(abs(float(foot.forward[1])), 0.1)
    rise = np.float32(np.clip(foot.rise, -most, most))
    for sheet in (maps.front[foot.area], maps.back[foot.area]):
        offsets = foot.rays.offsets(sheet)
        points = foot.rays.world(offsets)
        line = foot.level + rise * (points[..., :2] @ foot.forward - foot.middle)
        share = 1 - ramp((points[..., 2] - line) / foot.shank, _ANKLE, _SHIN)
        sheet[foot.region] = foot.rays.depths(offsets + share * (line - floor) / fall)[foot.region]


def _sole(maps: Maps, foot: _Foot, floor: float) -> None:
    """The lower parts of the back become the floor, as far as the foot reaches in every column; none of the front is
    below that."""
    front, back = maps.front[foot.area], maps.back[foot.area]
    reaching, offsets = foot.rays.reaching(floor), foot.rays.offsets(back)
    above = (foot.rays.world(offsets)[..., 2] - floor) / foot.shank
    farthest = np.where(foot.region & (above < _UPPER), offsets, -np.inf).max(axis=0)
    known = np.flatnonzero(np.isfinite(farthest))
    if not len(known):
        return
    outline = gaussian_filter1d(np.interp(np.arange(len(farthest)), known, farthest[known]), _ROUND, mode="nearest")
    sole = np.minimum(reaching, outline.astype(np.float32))
    share = 1 - ramp(above, _EDGE, _UPPER)
    back[foot.region] = foot.rays.depths(offsets + share * (sole - offsets))[foot.region]
    near = foot.rays.depths(np.minimum(foot.rays.offsets(front), reaching))
    front[foot.region] = np.minimum(near, back)[foot.region]

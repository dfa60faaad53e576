"""The silhouette: sub-pixel position of its vertices, and sides that bend round from near to far sheet."""

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.parallel import at_once
from engine.pixels import (
    Bools,
    Float,
    blur,
    channels,
    distance,
    gradient,
    lengths,
    nearest,
    sampled_at,
    signed_distance,
    smooth,
    soft_distance,
)
from engine.surface import cells
from engine.surface.clean import Shell
from engine.surface.jumps import extremes
from engine.surface.rounding import Rounding

_WIDEST = 24.0
"""Largest width of the bend in pixels (about 2.5 cm)."""
_FINE, _EVEN = 6.0, 16.0
"""Standard deviations in pixels of the smoothing of the contour itself and of the even line through its bumps."""
_LINE, _SIDES = 2.0, 8
"""Standard deviation in pixels of the smoothing that tells where between pixels a cut jump runs, and half the width of
the window that tells its two sides apart."""
_BUMP = 1.5
"""Height in pixels of bumps of the contour that are taken off, and depth of dents that do not reach from front to back;
what is twice as large stays."""
_DENT, _FILLED = 2, 0.1
"""Pixels by which the silhouette moves outwards at most, and those that a filled one lies inside of the even line."""
_OPEN = 8
"""Pixels from a silhouette to another one between which no dent is filled."""
_STEP = 0.7
"""Pixels that the steps of a slanted contour lie beside it."""
_NEAR = 4.0
"""Largest distance in pixels of the even line from the contour."""
_STEEPEST = 3.0
"""Slope along the contour from which on it is a jump to another part of the body."""
_SIDE, _FOLLOWED = 10.0, 6.0
"""Pixels inside of the contour on which the maps are smoothed along it, and the standard deviation of that."""


def displacement(inside: Float, mask: Bools, step: int = 1) -> NDArray[np.float32]:
    """Shift (x, y) that carries every `step`-th pixel, in both directions, along the mask's edge onto the contour:
    (h, w, 2) in units of `step` pixels.

    inside: (H, W) distance from the contour in pixels, positive inside.
    """
    sparse = mask[::step, ::step].astype(np.uint8)
    edge = (sparse > 0) & (cv2.erode(sparse, np.ones((3, 3), np.uint8)) == 0)
    inside = np.ascontiguousarray(inside[::step, ::step])
    return _across(inside, edge, np.zeros_like(inside), (-1.0, 0.4))


def straightened(depth: Float, mask: Bools, cut: Bools) -> NDArray[np.float32]:
    """(H, W, 2) shift (x, y) in pixels that puts pixels on both sides of a cut jump half a pixel beside its smoothed
    line. cut: (H-1, W-1) cells."""
    if not cut.any():
        return np.zeros((*mask.shape, 2), np.float32)
    low, high = extremes(depth, mask, _SIDES)
    inside = soft_distance(depth < (low + high) / 2, _LINE)
    return _across(inside, mask & cells.corner_pixels(cut), 0.5 * np.sign(inside), (-0.5, 0.5))


def _across(inside: Float, moved: Bools, goal: Float, limits: tuple[float, float]) -> Float:
    """(H, W, 2) shift of the `moved` pixels to where the distance `inside` is the goal, by limited steps."""
    shift = np.zeros((*moved.shape, 2), np.float32)
    at = np.nonzero(moved)
    across = gradient(inside)[at]
    steepness = np.maximum(lengths(across), 0.1)
    step = np.clip((goal[at] - inside[at]) / steepness, *limits)
    shift[at] = across * (step / steepness)[:, None]
    return shift


def bend(shell: Shell, room: Float, open_: Bools) -> tuple[Shell, Float]:
    """Bend both sheets towards each other along the silhouette as a quarter of an ellipse; also gives by how much.

    Its height is half the thickness that the maps leave at the edge; its width goes on with the slope that they have
    there: nothing is changed where the maps already come round, and a flat edge is rounded. All of it is smooth along
    the silhouette, whose smallest bumps and dents are evened out: seen from the side, each would be a ridge from front
    to back. room: (H, W) most thickness of what comes round, where a gap lies between the sheets; else infinite. open_:
    (H, W) pixels of gaps and cuts, beside which no dent is filled.
    """
    even, away = _even(shell.mask), distance(~shell.mask)
    wide = _wide(away)
    mask = np.where(shell.mask, even > 0, _dents(even, away, open_) & wide)
    inside = np.where(wide, even, _near_contour(even, mask))
    shell = _along_sides(replace(shell, mask=mask), inside)
    depth = distance(shell.mask)
    edge = shell.mask & (depth < 1.1)
    thickness = np.minimum(shell.far - shell.near, room)
    if not edge.any():
        return shell, np.zeros_like(room)
    beside, weights = nearest(edge), edge.astype(np.float32)
    height = _along(blur(thickness / 2, weights, 6.0), beside)
    width = _along(blur(_widths(shell.mask, thickness, depth - 0.5, height), weights, 8.0), beside)
    rounding = Rounding(inside, height, width, (thickness - 0.5) / 2)
    drop = np.where(shell.mask, rounding.drop(inside), 0)
    return replace(shell, near=shell.near + drop, far=shell.far - drop, rounding=rounding), drop


def _wide(away: Float) -> Bools:
    """Pixels beside background that is no slit. away: (H, W) distance from the mask."""
    return cv2.dilate(away, np.ones((2 * _OPEN + 1, 2 * _OPEN + 1), np.uint8)) > _OPEN


def _dents(inside: Float, away: Float, open_: Bools) -> Bools:
    """Pixels beside the mask that lie inside of the even contour, but for what is beside gaps and cuts. away: (H, W)
    distance from the mask."""
    return (away <= _DENT) & (inside > _FILLED) & (distance(~open_) > 2 * _DENT)


def _near_contour(inside: Float, mask: Bools) -> Float:
    """Distances inside that nowhere differ from those of the mask by more than its pixels leave open."""
    signed = signed_distance(mask)
    return signed + np.clip(inside - signed, -_STEP, _STEP)


def _even(mask: Bools) -> Float:
    """Distance of every pixel from a contour without the mask's bumps and dents of up to `_BUMP` pixels, positive
    inside."""
    signed = signed_distance(mask)
    edge = mask & (signed < 0.6)
    source = nearest(edge)
    fine = _smoothed(signed, signed, _FINE, _STEP)
    even = _smoothed(signed, fine, _EVEN, _NEAR)
    beside = np.where(edge, np.clip(even - fine, -_NEAR, _NEAR), 0).astype(np.float32)
    even -= _along(blur(beside, edge.astype(np.float32), _EVEN), source)
    bumps = _along(np.where(edge, fine - even, 0).astype(np.float32), source)
    return even + np.sign(bumps) * np.clip(2 * (np.abs(bumps) - _BUMP), 0, np.abs(bumps))


def _smoothed(signed: Float, line: Float, sigma: float, near: float) -> Float:
    """Distances from the smoothed contour, where that is at most `near` pixels from another line; else so far."""
    rim = round(3 * sigma)
    even = smooth(np.pad(signed, rim, "reflect", reflect_type="odd"), sigma)[rim:-rim, rim:-rim]
    return np.asarray(line + np.clip(even - line, -near, near), np.float32)


def _along_sides(shell: Shell, inside: Float) -> Shell:
    """Smooth both maps close to the silhouette in its direction, so that they follow the even line (see `_even`)."""
    rows, columns = np.nonzero(shell.mask & (inside < _SIDE))
    way = np.stack(_tangents(inside, rows, columns), axis=-1)
    planes = np.dstack([shell.near, shell.far, inside, shell.mask]).astype(np.float32)
    half = len(rows) // 2
    one, other = at_once(
        lambda: _followed(planes, rows[:half], columns[:half], way[:half]),
        lambda: _followed(planes, rows[half:], columns[half:], way[half:]),
    )
    near, far = shell.near.copy(), shell.far.copy()
    near[rows, columns], far[rows, columns] = np.concatenate([one, other]).T
    return replace(shell, near=near, far=far)


def _followed(planes: Float, rows: NDArray, columns: NDArray, way: Float) -> Float:
    """(N, 2) near and far depth at pixels, smoothed along ways (N, 2; x, y). planes: (H, W, 4) near, far, distance from
    the contour, and the mask."""
    here = planes[rows, columns]
    total, weights = np.zeros((2, len(rows), 2), np.float32)
    for t in np.arange(-2 * _FOLLOWED, 2 * _FOLLOWED + 1, dtype=np.float32):
        at = sampled_at(planes, np.stack([columns + t * way[:, 0], rows + t * way[:, 1]], axis=-1))
        same = np.exp(-((t / _FOLLOWED) ** 2) / 2 - ((at[:, 2] - here[:, 2]) / 2) ** 2) * (at[:, 3] > 0.99)
        weight = channels(same, 2) * (np.abs(at[:, :2] - here[:, :2]) < _STEEPEST * abs(t) + 1)
        total, weights = total + weight * at[:, :2], weights + weight
    share = np.clip(2 - 2 * here[:, 2:3] / _SIDE, 0, 1)
    return np.asarray(here[:, :2] + share * (total / weights - here[:, :2]), np.float32)


def _tangents(inside: Float, rows: NDArray, columns: NDArray) -> tuple[Float, Float]:
    """Direction (to the right, down) of the lines of equal distance from the contour, unit vectors."""
    x, y = gradient(inside)[rows, columns].T
    length = np.maximum(np.hypot(x, y), 1e-6)
    return -y / length, x / length


def _along(values: Float, nearest_edge: NDArray[np.int32]) -> Float:
    """The edge's values carried inward, without the seams between the areas of different edge pixels."""
    return np.asarray(cv2.GaussianBlur(values.ravel()[nearest_edge], (0, 0), 3.0), np.float32)


def _widths(mask: Bools, thickness: Float, depth: Float, height: Float) -> Float:
    """Pixels (H, W) on which what comes round `height` pixels at the silhouette goes on with the slope of its
    thickness there; depth: distance from the silhouette."""
    ring = mask & (depth > 1) & (depth < 4)
    if not ring.any():
        return np.full_like(depth, 0.5)
    slope = np.hypot(cv2.Sobel(thickness, -1, 1, 0, scale=1 / 16), cv2.Sobel(thickness, -1, 0, 1, scale=1 / 16))
    slope = slope.ravel()[nearest(ring)]
    room = 0.5 * cv2.dilate(depth, np.ones((49, 49), np.uint8))
    return np.clip(height / np.maximum(slope, 1e-3), 0.5, np.clip(np.minimum(height, room), 0.5, _WIDEST))

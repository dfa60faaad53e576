"""One map as its own camera sees it: what hides something, and what is hidden, as far as that map alone can tell."""

from dataclasses import dataclass

import cv2
import numpy as np

from engine.pixels import Bools, Float, distance, spread
from engine.surface.jumps import JUMP, corners

REACH = 70.0
"""How far in pixels an occluded surface is continued (about 7 cm)."""
LAYER = 40.0
"""Of two occluded surfaces close together that differ by more pixels than this only the deeper one is continued."""
_OUTLINE = 2.0
"""Standard deviation in pixels of the smoothing that tells where between pixels an occluder's outline runs."""


@dataclass(frozen=True)
class Side:
    """One map as its own camera sees it (smaller depth = nearer to that camera).

    depth: with sharp jumps. steep: cells on a jump. reach: distance to the nearest occluded pixel along a jump.
    continued: depth of the occluded surface there. border: distance to the outline, of the occluder or of all.
    thickness: of a limb as deep as wide with that outline. edge: pixels of an occluder, nearest to a jump.
    """

    depth: Float
    steep: Bools
    reach: Float
    continued: Float
    border: Float
    thickness: Float
    edge: Bools


def side_of(depth: Float, steep: Bools, mask: Bools) -> Side:
    """Continue the occluded surface behind the occluder and judge the occluder's thickness."""
    occluded = _occluded(depth, steep)
    deepest = cv2.dilate(np.where(occluded, depth, np.float32(-1e6)), np.ones((61, 61), np.uint8))
    occluded &= depth > deepest - LAYER
    steep = steep & corners(occluded, np.logical_or)
    if not occluded.any():
        far = np.full(depth.shape, np.inf, np.float32)
        return Side(depth, steep, far, depth, far, far, np.zeros_like(mask))
    reach = distance(~occluded)
    continued = continued_from(depth, occluded)
    border = distance(mask & ~occluded)
    edge = mask & (reach <= border + 0.01)
    before = edge & (depth < continued - 0.5 * JUMP)
    inside = border - 0.5
    signed = np.where(edge & ~before, -border - 0.5, inside).astype(np.float32)
    inside = np.where(before, cv2.GaussianBlur(signed, (0, 0), _OUTLINE), inside)
    return Side(depth, steep, reach, continued, inside, _thickness(inside, before), before)


def continued_from(values: Float, known: Bools, mean: float = 6.0, seams: float = 4.0) -> Float:
    """The known values go on smoothly everywhere. mean, seams: standard deviations in pixels of the smoothing of the
    values, and of the seams between the areas of different ones."""
    smooth = spread(values.astype(np.float32), known, mean)
    return np.asarray(cv2.GaussianBlur(smooth, (0, 0), seams), np.float32)


def _thickness(border: Float, before: Bools) -> Float:
    """Depth of a round limb at distance `border` from its outline, negative beyond it: twice the height of a circle's
    arc."""
    size = (border.shape[1], border.shape[0])
    small = cv2.resize(
        np.where(before, border, 0), (-(-size[0] // 4), -(-size[1] // 4)), interpolation=cv2.INTER_NEAREST
    )
    radius = cv2.resize(cv2.dilate(small, np.ones((61, 61), np.uint8)), size, interpolation=cv2.INTER_LINEAR)
    radius = np.maximum(radius, border)
    inner = np.maximum(border, 0)
    return np.asarray(2 * np.sqrt(np.maximum(inner * (2 * radius - inner), 0)), np.float32)


def _occluded(depth: Float, steep: Bools) -> Bools:
    """The farther pixels of steep cells."""
    middle = (corners(depth, np.maximum) + corners(depth, np.minimum)) / 2
    result = np.zeros(depth.shape, bool)
    for corner in range(4):
        row, column = divmod(corner, 2)
        window = (slice(row, depth.shape[0] - 1 + row), slice(column, depth.shape[1] - 1 + column))
        result[window] |= steep & (depth[window] > middle)
    return result

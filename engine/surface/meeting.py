"""Parts of the body side by side at different depths: both maps jump along the one border between them.

The networks draw the two jumps some pixels apart. Between them a pixel would hold the front of one part and the rear of
the other: a web from one to the other or, where the distance is wide enough in one row of pixels and not in the next,
a ladder.
"""

import cv2
import numpy as np

from engine.pixels import Bools, Float, distance, nearest
from engine.surface.jumps import climb, corners, extremes

_HIGH = 40.0
"""Least height in pixels of both jumps."""
_LONG = 80
"""Least length in pixels of a common border."""
_APART = 6.0
"""Pixels between the jumps of both maps up to which they are taken for one."""
_LEVEL = 14
"""Half width in pixels of the window in which a pixel belongs to the nearer or to the farther part."""


def meet(near: Float, far: Float, steep_near: Bools, steep_far: Bools, mask: Bools) -> tuple[Float, Bools, Bools]:
    """Move jumps of the far map onto those of the near one, which lie where the photo has them, where both run side by
    side.

    near, far: (H, W) depth in pixels, each as its own camera sees it. steep: (H-1, W-1) cells on jumps. Returns far and
    steep_far, changed, and the cells around common borders.
    """
    band = mask & _band(near, steep_near, far, steep_far)
    common = corners(band, np.logical_and)
    if not common.any():
        return far, steep_far, common
    ahead, ahead_behind = _nearer(near, mask), _nearer(-far, mask)
    wrong, sure = band & (ahead != ahead_behind), mask & (ahead == ahead_behind)
    moved = far.copy()
    for part in (ahead, ~ahead):
        if (sure & part).any():
            moved[wrong & part] = far.ravel()[nearest(sure & part)[wrong & part]]
    return moved, np.where(common, climb(moved) > _HIGH, steep_far), common


def _band(near: Float, steep_near: Bools, far: Float, steep_far: Bools) -> Bools:
    """Pixels along the common borders of parts, without short ones: where parts touch they stay one body."""
    high = [steep & (climb(depth) > _HIGH) for depth, steep in ((near, steep_near), (far, steep_far))]
    if not all(border.any() for border in high):
        return np.zeros(near.shape, bool)
    to_near, to_far = (distance(~np.pad(border, ((0, 1), (0, 1)))) for border in high)
    band = to_near + to_far <= _APART
    _, labels, stats, _ = cv2.connectedComponentsWithStats(band.astype(np.uint8))
    long = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _LONG
    long[0] = False
    return long[labels]


def _nearer(depth: Float, mask: Bools) -> Bools:
    """Pixels that belong to what is nearer in the window around them."""
    low, high = extremes(depth, mask, _LEVEL)
    return depth < (high + low) / 2

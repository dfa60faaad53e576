"""Depth jumps inside one map: found, made sharp where the network drew a ramp, and marked as cells."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, blur, distance, nearest

_WEAK, _STRONG = 0.8, 2.0
"""Slopes (pixels of depth per pixel) between which an edge must rise, as in Canny's hysteresis."""
JUMP = 14.0
"""Smallest jump in pixels (about 1.5 cm) that is taken for an occlusion."""
RAMP = 10
"""Half width in pixels of the widest ramp that a network draws in place of a jump."""
_SMOOTH = 3.0
"""Standard deviation in pixels of the smoothing of the depth that takes the place of a ramp."""
_BLUNT, _ROUND, _ACROSS = 5, 9, 0.6
"""Pixels from the silhouette within which an edge along it is none, and those within which one is the body's own side
if depth rises outwards there without a step; cosine of the angle between the ways to greater depth and to the
silhouette from which on an edge lies along that."""
_STEP = 0.2
"""Slope per pixel, of the rise within the widest ramp, from which on that is a step."""
_PROFILE = 18
"""Half length in pixels of the depth profile that is examined across an edge."""


def cut(depth: Float, mask: Bools) -> tuple[Float, Bools]:
    """Depth with sharp jumps, and the cells on them."""
    low, high = extremes(depth, mask, RAMP)
    rise = np.where(mask, high - low, 0)
    curves = _jumps(depth, mask, rise)
    sharp = _sharpened(depth, mask, curves, low, rise)
    return sharp, _steep(sharp, mask, curves, rise)


def _jumps(depth: Float, mask: Bools, rise: Float) -> Bools:
    """Pixels along depth edges inside the body. rise: within the widest ramp around every pixel."""
    soft = cv2.GaussianBlur(depth, (0, 0), 1.0)
    dx, dy = (np.asarray(cv2.Sobel(soft, cv2.CV_32F, i, 1 - i, scale=1 / 8), np.float32) for i in (1, 0))
    fixed = [np.clip(g * 32, -32000, 32000).astype(np.int16) for g in (dx, dy)]
    edges = cv2.Canny(fixed[0], fixed[1], _WEAK * 32, _STRONG * 32, L2gradient=True) > 0
    inside = distance(mask)
    sx, sy = (cv2.Sobel(inside, cv2.CV_32F, i, 1 - i, scale=1 / 8) for i in (1, 0))
    slope = np.hypot(dx, dy)
    outward = -(dx * sx + dy * sy) / np.maximum(slope * np.hypot(sx, sy), 1e-6)
    round_ = (inside < _ROUND) & (outward > _ACROSS) & (slope < _STEP * rise)
    side = round_ | (inside < _BLUNT) & (np.abs(outward) > _ACROSS)
    edges &= mask & (rise > JUMP) & ~side
    edges[edges] = _excess(depth, mask, edges, dx, dy) > 1
    joined = cv2.dilate(edges.astype(np.uint8), np.ones((5, 5), np.uint8))
    _, labels, _, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    long = np.bincount(labels[edges], minlength=labels.max() + 1) >= 12
    return edges & long[labels]


def _excess(depth: Float, mask: Bools, edges: Bools, dx: Float, dy: Float) -> Float:
    """How much more the depth rises across an edge than the slopes on both of its sides explain: (n,), 1 = a jump.

    A jump, blurred or not, rises much between two gentler slopes; a kink or the round side of a limb does not.
    """
    rows, columns = np.nonzero(edges)
    length = np.maximum(np.hypot(dx, dy)[edges], 1e-6)
    ux, uy = dx[edges] / length, dy[edges] / length
    steps = np.arange(-_PROFILE, _PROFILE + 1)[:, None]
    y = np.clip(np.rint(rows + steps * uy), 0, mask.shape[0] - 1).astype(int)
    x = np.clip(np.rint(columns + steps * ux), 0, mask.shape[1] - 1).astype(int)
    profile, inside = depth[y, x], mask[y, x]
    best = np.zeros(len(rows), np.float32)
    for half, least in ((3, 1.0), (6, 1.4), (10, 2.0), (14, 2.8)):
        low, high = _PROFILE - half, _PROFILE + half
        before = np.maximum(profile[low] - profile[low - 4], 0) / 4
        after = np.maximum(profile[high + 4] - profile[high], 0) / 4
        excess = profile[high] - profile[low] - half * (before + after)
        whole = inside[low - 4 : high + 5].all(axis=0) if half > 3 else inside[_PROFILE : high + 3].all(axis=0)
        best = np.maximum(best, np.where(whole, excess / (least * JUMP), 0))
    return best


def extremes(depth: Float, mask: Bools, radius: int) -> tuple[Float, Float]:
    """Smallest and largest depth of the body in a square window around every pixel."""
    window = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    low = cv2.erode(np.where(mask, depth, np.float32(1e6)), window)
    high = cv2.dilate(np.where(mask, depth, np.float32(-1e6)), window)
    return np.asarray(low, np.float32), np.asarray(high, np.float32)


def _sharpened(depth: Float, mask: Bools, curves: Bools, low: Float, rise: Float) -> Float:
    """Turn the ramps along the curves into steps: a pixel on a ramp takes the depth of its side's end of the ramp."""
    if not curves.any():
        return depth
    band = mask & (distance(~curves) <= RAMP)
    ramp = band & _on_ramp(depth)
    share = (depth - low) / np.maximum(rise, 1)
    wide = mask & (distance(~curves) <= 2 * RAMP) & ~ramp
    result = depth.copy()
    for side, ends in ((share < 0.5, wide & (share < 0.5)), (share >= 0.5, wide & (share >= 0.5))):
        chosen = ramp & side
        if chosen.any() and ends.any():
            filled = np.where(chosen, depth.ravel()[nearest(ends)], depth)
            result[chosen] = blur(filled, (chosen | ends).astype(np.float32), _SMOOTH)[chosen]
    return result


def _on_ramp(depth: Float) -> Bools:
    """Pixels with a rise on both sides (horizontally or vertically) not much gentler than the steepest nearby: the
    inside of a ramp, not its ends. A sharp jump has none."""
    rises = np.stack([np.diff(depth, axis=axis, append=depth[-1:] if axis == 0 else depth[:, -1:]) for axis in (0, 1)])
    steepest = cv2.dilate(np.abs(rises).max(axis=0), np.ones((2 * RAMP + 1, 2 * RAMP + 1), np.uint8))
    result = np.zeros(depth.shape, bool)
    for axis, after in enumerate(rises):
        before = np.roll(after, 1, axis=axis)
        result |= (before * after > 0) & (np.minimum(np.abs(before), np.abs(after)) > 0.3 * steepest)
    return result


def _steep(depth: Float, mask: Bools, curves: Bools, rise: Float) -> Bools:
    """Cells across which a jump goes."""
    close = cv2.dilate(curves.astype(np.uint8), np.ones((2 * RAMP + 1, 2 * RAMP + 1), np.uint8)) > 0
    rises = climb(depth)
    inside = corners(mask & close, np.logical_and)
    around = corners(rise, np.maximum)
    weak = inside & (rises > np.maximum(0.6 * JUMP, 0.12 * around))
    _, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    strong = np.zeros(labels.max() + 1, bool)
    strong[labels[weak & (rises > 0.4 * around)]] = True
    return weak & strong[labels]


def climb(depth: Float) -> Float:
    """Largest minus smallest depth of the corners of every cell."""
    return corners(depth, np.maximum) - corners(depth, np.minimum)


def corners(values: NDArray, combine: np.ufunc) -> NDArray:
    """Combine the four corners of every cell."""
    rows = combine(values[:-1], values[1:])
    return np.asarray(combine(rows[:, :-1], rows[:, 1:]))

"""Where one part of the body hides another: cuts in the sheets and the gap between occluder and occluded.

Both maps are examined in the same way, the far one seen from behind: depth jumps are found and made sharp, the
occluder's own thickness is judged from its width (a limb is about as deep as it is wide), and the occluded surface is
continued behind it. A gap is left wherever the occluder ends before the occluded begins.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.surface import cells
from engine.surface.clean import Bools, Float, Shell, blur, distance, nearest

_WEAK, _STRONG = 0.8, 2.0
"""Slopes (pixels of depth per pixel) between which an edge must rise, as in Canny's hysteresis."""
_JUMP = 14.0
"""Smallest jump in pixels (about 1.5 cm) that is taken for an occlusion."""
_RAMP = 10
"""Half width in pixels of the widest ramp that a network draws in place of a jump."""
_REACH = 70.0
"""How far in pixels an occluded surface is continued (about 7 cm)."""
_PROFILE = 18
"""Half length in pixels of the depth profile that is examined across an edge."""
_LAYER = 40.0
"""Of two occluded surfaces close together that differ by more pixels than this only the deeper one is continued."""
_SLIT = 4.0
"""Narrowest gap in pixels of depth."""
_SMALLEST = 300
"""Least number of cells of a gap."""


@dataclass(frozen=True)
class Gaps:
    """Gaps inside the shell, for `weld`.

    behind, hidden: (H, W) float32 depth in canvas pixels of the occluder's rear and the occluded front inside gaps.
    cells, cut_near, cut_far: (H-1, W-1) cells of the gaps, and cells where a jump of the near or far sheet is cut.
    parted: (H-1, W-1) cells left out of the body, between parts that only meet in the picture.
    """

    behind: Float
    hidden: Float
    cells: Bools
    cut_near: Bools
    cut_far: Bools
    parted: Bools


@dataclass(frozen=True)
class _Side:
    """One map as its own camera sees it (smaller depth = nearer to that camera).

    depth: with sharp jumps. steep: cells on a jump. reach: distance to the nearest occluded pixel along a jump.
    continued: depth of the occluded surface there. thickness: of the occluder. edge: its nearest border is a jump.
    """

    depth: Float
    steep: Bools
    reach: Float
    continued: Float
    thickness: Float
    edge: Bools


def find_gaps(shell: Shell) -> tuple[Shell, Gaps]:
    """Occlusions of a shell -> the shell with sharp jumps, and its gaps."""
    near_sharp, near_steep = _cut(shell.near, shell.mask)
    far_sharp, far_steep = _cut(-shell.far, shell.mask)
    far_sharp = np.minimum(far_sharp, -near_sharp - 1)
    front, rear = _continue(near_sharp, near_steep, shell.mask), _continue(far_sharp, far_steep, shell.mask)
    inner = near_steep & _touches(front, _alone(rear, near_sharp)), far_steep & _touches(rear, _alone(front, far_sharp))
    front = _continue(near_sharp, near_steep & ~inner[0], shell.mask) if inner[0].any() else front
    rear = _continue(far_sharp, far_steep & ~inner[1], shell.mask) if inner[1].any() else rear
    near, far = front.depth, -rear.depth
    behind = np.minimum(near + front.thickness, np.where(rear.reach < _REACH, -rear.continued, np.inf))
    hidden = np.maximum(
        np.where(front.reach < _REACH, front.continued, -np.inf), np.where(rear.edge, far - rear.thickness, -np.inf)
    )
    free = shell.mask & (behind + _SLIT < hidden) & (near + 1.5 < behind) & (hidden + 1.5 < far)
    parted = _parted(near, far, front.steep, rear.steep)
    body = (cells.codes(shell.mask) > 0) & ~parted
    slit = np.where(free, hidden - behind, 0)
    gap = _gap(_corners(slit, np.minimum), body, (front.steep | rear.steep) & body)
    jumps = [body & (side.steep | (_near(gap) & (_climb(side.depth) > 1.5 * _JUMP))) for side in (front, rear)]
    long = _corners(far - near, np.minimum) > _LAYER
    gap |= _threads(gap, body, jumps[0] | jumps[1], long)
    parted |= body & ~gap & _near(gap, 6) & (_shared(near, far) < -_JUMP)
    around = ~gap & ~parted & _near(gap)
    cut_near, cut_far = jumps[0] & ~jumps[1] & around, jumps[1] & ~jumps[0] & around
    behind = np.where(np.isfinite(behind), behind, near).astype(np.float32)
    hidden = np.where(np.isfinite(hidden), hidden, far).astype(np.float32)
    near = np.where(_beside(cut_near | parted), near, shell.near)
    far = np.where(_beside(cut_far | parted), far, shell.far)
    far = np.maximum(far, near + 1)
    return replace(shell, near=near, far=far), Gaps(behind, hidden, gap, cut_near, cut_far, parted)


def _beside(cut: Bools) -> Bools:
    """Pixels around cut cells, where the sharpened depth is wanted."""
    pixels = np.pad(cut, ((0, 1), (0, 1))).astype(np.uint8)
    return cv2.dilate(pixels, np.ones((2 * _RAMP + 1, 2 * _RAMP + 1), np.uint8)) > 0


def _shared(near: Float, far: Float) -> Float:
    """Length of the depth interval that all four pixels of a cell have in common; negative if there is none."""
    return _corners(far, np.minimum) - _corners(near, np.maximum)


def _alone(side: _Side, other: Float) -> Bools:
    """Pixels where one map by itself shows a gap. other: the opposite map as its own camera sees it."""
    ends = side.depth + side.thickness + _SLIT < side.continued
    return (side.reach < _REACH) & ends & (side.continued + 1.5 < -other)


def _touches(side: _Side, gap: Bools) -> Bools:
    """Cells whose occluded pixels have the gap of the opposite map before them.

    Such a jump lies on a third body part behind that gap; to cut there would join that part to the wrong one.
    """
    occluded = (side.reach == 0).astype(np.float32)
    share = cv2.blur(occluded * gap, (15, 15)) / np.maximum(cv2.blur(occluded, (15, 15)), 1e-6)
    return _corners(share > 0.6, np.logical_or)


def _parted(near: Float, far: Float, steep_near: Bools, steep_far: Bools) -> Bools:
    """Cells on a jump whose pixels share no depth, or little of it where both sheets jump; and all far apart."""
    shared = _shared(near, far)
    whole = _corners(far, np.maximum) - _corners(near, np.minimum)
    return (
        (shared < -2 * _JUMP)
        | ((steep_near | steep_far) & (shared < 0))
        | (steep_near & steep_far & (shared < 0.2 * whole))
    )


def _corners(values: NDArray, combine: np.ufunc) -> NDArray:
    """Combine the four corners of every cell."""
    rows = combine(values[:-1], values[1:])
    return np.asarray(combine(rows[:, :-1], rows[:, 1:]))


def _gap(slit: Float, body: Bools, jump: Bools) -> Bools:
    """Cells with a slit, in pieces that are large enough, somewhere wide enough, and reach a jump."""
    gap = (slit > 0) & body & ~jump
    gap = cv2.morphologyEx(gap.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    beside = cv2.dilate(jump.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gap.astype(np.uint8), connectivity=4)
    opens = np.zeros(len(stats), bool)
    opens[labels[gap & beside]] = True
    wide = np.zeros(len(stats), bool)
    wide[labels[gap & (slit > 4 * _SLIT)]] = True
    keep = opens & wide & (stats[:, cv2.CC_STAT_AREA] >= _SMALLEST)
    keep[0] = False
    return keep[labels]


def _near(gap: Bools, steps: int = 2) -> Bools:
    """Within so many cells of the gap."""
    return cv2.dilate(gap.astype(np.uint8), np.ones((2 * steps + 1, 2 * steps + 1), np.uint8)) > 0


def _threads(gap: Bools, body: Bools, jump: Bools, long: Bools) -> Bools:
    """Cells between gap and jumps that would be left as thin threads or specks across the gap.

    long: cells where near and far sheet are so far apart that a thread would show.
    """
    open_ = gap | (jump & _near(gap))
    closed = cv2.morphologyEx(open_.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((4, 4), np.uint8)) > 0
    rest = body & ~closed
    solid = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)) > 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=4)
    specks = rest & (stats[:, cv2.CC_STAT_AREA] < _SMALLEST)[labels]
    thin = rest & ~solid & long & _near(gap, 6)
    return body & ~jump & (closed | specks | thin)


def _climb(depth: Float) -> Float:
    return _corners(depth, np.maximum) - _corners(depth, np.minimum)


def _cut(depth: Float, mask: Bools) -> tuple[Float, Bools]:
    """Depth with sharp jumps, and the cells on them."""
    curves, rise = _jumps(depth, mask)
    sharp = _sharpened(depth, mask, curves, rise)
    return sharp, _steep(sharp, mask, curves, rise)


def _continue(depth: Float, steep: Bools, mask: Bools) -> _Side:
    """Continue the occluded surface behind the occluder and judge the occluder's thickness."""
    occluded = _occluded(depth, steep)
    deepest = cv2.dilate(np.where(occluded, depth, np.float32(-1e6)), np.ones((61, 61), np.uint8))
    occluded &= depth > deepest - _LAYER
    steep = steep & _corners(occluded, np.logical_or)
    if not occluded.any():
        far = np.full(depth.shape, np.inf, np.float32)
        return _Side(depth, steep, far, depth, far, np.zeros_like(mask))
    reach = distance(~occluded)
    smooth = blur(depth, occluded.astype(np.float32), 6.0).ravel()[nearest(occluded)]
    continued = np.asarray(cv2.GaussianBlur(smooth, (0, 0), 4.0), np.float32)
    border = distance(mask & ~occluded)
    edge = mask & (reach <= border + 0.01)
    before = edge & (depth < continued - 0.5 * _JUMP)
    return _Side(depth, steep, reach, continued, _thickness(border, before), before)


def _thickness(border: Float, before: Bools) -> Float:
    """Depth of a round limb at distance `border` from its outline: twice the height of a circle's arc."""
    size = (border.shape[1], border.shape[0])
    small = cv2.resize(
        np.where(before, border, 0), (-(-size[0] // 4), -(-size[1] // 4)), interpolation=cv2.INTER_NEAREST
    )
    radius = cv2.resize(cv2.dilate(small, np.ones((61, 61), np.uint8)), size, interpolation=cv2.INTER_LINEAR)
    radius = np.maximum(radius, border)
    inner = np.maximum(border - 0.5, 0)
    return np.asarray(2 * np.sqrt(np.maximum(inner * (2 * radius - inner), 0)), np.float32)


def _jumps(depth: Float, mask: Bools) -> tuple[Bools, Float]:
    """Pixels along depth edges inside the body, and the rise within the widest ramp around every pixel."""
    soft = cv2.GaussianBlur(depth, (0, 0), 1.0)
    dx, dy = (np.asarray(cv2.Sobel(soft, cv2.CV_32F, i, 1 - i, scale=1 / 8), np.float32) for i in (1, 0))
    fixed = [np.clip(g * 32, -32000, 32000).astype(np.int16) for g in (dx, dy)]
    edges = cv2.Canny(fixed[0], fixed[1], _WEAK * 32, _STRONG * 32, L2gradient=True) > 0
    rise = _rise(depth, mask, _RAMP)
    inside = distance(mask)
    sx, sy = (cv2.Sobel(inside, cv2.CV_32F, i, 1 - i, scale=1 / 8) for i in (1, 0))
    along = np.abs(dx * sx + dy * sy) > 0.6 * np.hypot(dx, dy) * np.hypot(sx, sy)
    edges &= mask & (rise > _JUMP) & ~((inside < 5) & along)
    edges[edges] = _excess(depth, mask, edges, dx, dy) > 1
    joined = cv2.dilate(edges.astype(np.uint8), np.ones((5, 5), np.uint8))
    _, labels, _, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    long = np.bincount(labels[edges], minlength=labels.max() + 1) >= 12
    return edges & long[labels], rise


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
        best = np.maximum(best, np.where(whole, excess / (least * _JUMP), 0))
    return best


def _rise(depth: Float, mask: Bools, radius: int) -> Float:
    """Largest minus smallest depth of the body in a square window."""
    window = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    high = cv2.dilate(np.where(mask, depth, np.float32(-1e6)), window)
    low = cv2.erode(np.where(mask, depth, np.float32(1e6)), window)
    return np.where(mask, high - low, 0)


def _sharpened(depth: Float, mask: Bools, curves: Bools, rise: Float) -> Float:
    """Turn the ramps along the curves into steps: a pixel on a ramp takes the depth of its side's end of the ramp."""
    if not curves.any():
        return depth
    band = mask & (distance(~curves) <= _RAMP)
    ramp = band & _on_ramp(depth)
    window = np.ones((2 * _RAMP + 1, 2 * _RAMP + 1), np.uint8)
    low = cv2.erode(np.where(mask, depth, np.float32(1e6)), window)
    share = (depth - low) / np.maximum(rise, 1)
    wide = mask & (distance(~curves) <= 2 * _RAMP) & ~ramp
    result = depth.copy()
    for side, ends in ((share < 0.5, wide & (share < 0.5)), (share >= 0.5, wide & (share >= 0.5))):
        chosen = ramp & side
        if chosen.any() and ends.any():
            result[chosen] = depth.ravel()[nearest(ends)[chosen]]
    return result


def _on_ramp(depth: Float) -> Bools:
    """Pixels with a rise on both sides (horizontally or vertically) not much gentler than the steepest nearby: the
    inside of a ramp, not its ends. A sharp jump has none."""
    rises = np.stack([np.diff(depth, axis=axis, append=depth[-1:] if axis == 0 else depth[:, -1:]) for axis in (0, 1)])
    steepest = cv2.dilate(np.abs(rises).max(axis=0), np.ones((2 * _RAMP + 1, 2 * _RAMP + 1), np.uint8))
    result = np.zeros(depth.shape, bool)
    for axis, after in enumerate(rises):
        before = np.roll(after, 1, axis=axis)
        result |= (before * after > 0) & (np.minimum(np.abs(before), np.abs(after)) > 0.3 * steepest)
    return result


def _steep(depth: Float, mask: Bools, curves: Bools, rise: Float) -> Bools:
    """Cells across which a jump goes."""
    close = cv2.dilate(curves.astype(np.uint8), np.ones((2 * _RAMP + 1, 2 * _RAMP + 1), np.uint8)) > 0
    climb = _climb(depth)
    inside = _corners(mask & close, np.logical_and)
    around = _corners(rise, np.maximum)
    weak = inside & (climb > np.maximum(0.6 * _JUMP, 0.12 * around))
    _, labels = cv2.connectedComponents(weak.astype(np.uint8), connectivity=8)
    strong = np.zeros(labels.max() + 1, bool)
    strong[labels[weak & (climb > 0.4 * around)]] = True
    return weak & strong[labels]


def _occluded(depth: Float, steep: Bools) -> Bools:
    """The farther pixels of steep cells."""
    middle = (_corners(depth, np.maximum) + _corners(depth, np.minimum)) / 2
    result = np.zeros(depth.shape, bool)
    for corner in range(4):
        row, column = divmod(corner, 2)
        window = (slice(row, depth.shape[0] - 1 + row), slice(column, depth.shape[1] - 1 + column))
        result[window] |= steep & (depth[window] > middle)
    return result

"""Where one part of the body hides another: cuts in the sheets and the gap between occluder and occluded.

Both maps are examined in the same way, the far one seen from behind: depth jumps are found and made sharp, the
occluder's own thickness is judged from its width (a limb is about as deep as it is wide), and the occluded surface is
continued behind it. A gap is left wherever the occluder ends before the occluded begins.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.pixels import Bools, Float, blur, distance, nearest
from engine.surface import cells
from engine.surface.clean import Shell
from engine.surface.jumps import JUMP, RAMP, climb, corners, cut
from engine.surface.meeting import meet

_REACH = 70.0
"""How far in pixels an occluded surface is continued (about 7 cm)."""
_KNOWN = 200.0
"""How far in pixels a thickness holds that both maps show."""
_STEADY = 20.0
"""Pixels of depth by which a hidden part may differ from its continuation, and is still that part."""
_LAYER = 40.0
"""Of two occluded surfaces close together that differ by more pixels than this only the deeper one is continued."""
_SLIT = 4.0
"""Narrowest gap in pixels of depth."""
_OUTLINE = 2.0
"""Standard deviation in pixels of the smoothing that tells where between pixels an occluder's outline runs."""
_OPEN = 0.3
"""Least share of a gap's border that lies on a jump, where it opens."""
_WINDOW = 200
"""Width or height in pixels from which on a gap opens wherever it is."""
_MOUTH, _CLOSE = 20, 4
"""Number of cells along the body's border that a smaller gap must come so close to, in pixels, to open."""
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
    continued: depth of the occluded surface there. thickness: of the occluder. edge: pixels of an occluder, nearest
    to a jump.
    """

    depth: Float
    steep: Bools
    reach: Float
    continued: Float
    thickness: Float
    edge: Bools


def find_gaps(shell: Shell) -> tuple[Shell, Gaps]:
    """Occlusions of a shell -> the shell with sharp jumps, and its gaps."""
    front, rear = _sides(shell)
    near, far = front.depth, -rear.depth
    behind, hidden = _inner_sheets(front, rear)
    free = shell.mask & (near + 1.5 < behind) & (hidden + 1.5 < far)
    slit = np.where(free, np.maximum(hidden - behind - _SLIT, 0), 0)
    gap, parted, cut_near, cut_far = _outline(slit, shell.mask, front, rear)
    behind = np.where(np.isfinite(behind), behind, near).astype(np.float32)
    hidden = np.where(np.isfinite(hidden), hidden, far).astype(np.float32)
    near = np.where(_beside(cut_near | parted), near, shell.near)
    far = np.maximum(np.where(_beside(cut_far | parted), far, shell.far), near + 1)
    parted = parted | (_shared(near, far) < -2 * JUMP)
    return replace(shell, near=near, far=far), Gaps(behind, hidden, gap, cut_near, cut_far, parted)


def _sides(shell: Shell) -> tuple[_Side, _Side]:
    """Both maps, each without the jumps that lie behind a gap of the other."""
    near, steep_near = cut(shell.near, shell.mask)
    far, steep_far = cut(-shell.far, shell.mask)
    far, steep_far, common = meet(near, np.minimum(far, -near - 1), steep_near, steep_far, shell.mask)
    far = np.minimum(far, -near - 1)
    front, rear = _continue(near, steep_near, shell.mask), _continue(far, steep_far, shell.mask)
    inner_near = steep_near & ~common & _touches(front, _alone(rear, near))
    inner_far = steep_far & ~common & _touches(rear, _alone(front, far))
    return (
        _continue(near, steep_near & ~inner_near, shell.mask) if inner_near.any() else front,
        _continue(far, steep_far & ~inner_far, shell.mask) if inner_far.any() else rear,
    )


def _inner_sheets(front: _Side, rear: _Side) -> tuple[Float, Float]:
    """Depth of the occluder's rear and of the occluded front; infinite (minus infinite) where unknown."""
    behind = np.minimum(
        front.depth + np.minimum(front.thickness, _thickness_beside(rear, front.depth)),
        np.where(rear.reach < _REACH, -rear.continued, np.inf),
    )
    continued = np.where(front.reach < _REACH, front.continued, -np.inf)
    return behind, np.maximum(continued, np.where(rear.edge, -rear.depth - rear.thickness, -np.inf))


def _thickness_beside(side: _Side, other: Float) -> Float:
    """What both maps say of the thickness of the part that a side's jumps hide, continued; infinite far from them.

    So a forearm that comes towards the camera from behind the trunk, or a bag that hangs askew, does not become as deep
    as it is wide. other: the opposite map as its own camera sees it.
    """
    occluded = side.reach == 0
    if not occluded.any():
        return np.full(side.depth.shape, np.inf, np.float32)
    thickness = np.maximum(-other - side.depth, 0)
    same = np.where(np.abs(side.depth - side.continued) < _STEADY, thickness, np.float32(0))
    widest = cv2.dilate(same, np.ones((9, 9), np.uint8))
    return np.where(side.reach < _KNOWN, _continued(np.maximum(widest, thickness * occluded), occluded), np.inf)


def _outline(slit: Float, mask: Bools, front: _Side, rear: _Side) -> tuple[Bools, Bools, Bools, Bools]:
    """Cells of the gap, parted cells, and cells in which the near and the far sheet are cut.

    slit: (H, W) width in depth of the gap, less the least width, 0 where there is none.
    """
    near, far = front.depth, -rear.depth
    parted = _parted(near, far, front.steep, rear.steep)
    body = (cells.codes(mask) > 0) & ~parted
    long = corners(far - near, np.minimum) > _LAYER
    gap = _gap(corners(slit, np.minimum), body, (front.steep | rear.steep) & body) | (
        body & long & _overlap(front, rear)
    )
    gap = _without_windows(gap, body)
    jumps = [body & (side.steep | (cells.near(gap) & (climb(side.depth) > 1.5 * JUMP))) for side in (front, rear)]
    gap &= ~((jumps[0] | jumps[1]) & cells.near(body & ~gap, 1))
    gap |= _threads(gap, body, jumps[0] | jumps[1], long)
    parted |= body & ~gap & cells.near(gap, 6) & (_shared(near, far) < -JUMP)
    around = ~gap & ~parted & cells.near(gap)
    cut_near = jumps[0] & around & (~jumps[1] | (climb(near) >= climb(far)))
    return gap, parted, cut_near, jumps[1] & around & ~cut_near


def _beside(cells_: Bools) -> Bools:
    """Pixels around cut cells, where the sharpened depth is wanted."""
    pixels = np.pad(cells_, ((0, 1), (0, 1))).astype(np.uint8)
    return cv2.dilate(pixels, np.ones((2 * RAMP + 1, 2 * RAMP + 1), np.uint8)) > 0


def _shared(near: Float, far: Float) -> Float:
    """Length of the depth interval that all four pixels of a cell have in common; negative if there is none."""
    return corners(far, np.minimum) - corners(near, np.maximum)


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
    return corners(share > 0.6, np.logical_or)


def _parted(near: Float, far: Float, steep_near: Bools, steep_far: Bools) -> Bools:
    """Cells on a jump whose pixels share no depth, or little of it where both sheets jump."""
    shared = _shared(near, far)
    whole = corners(far, np.maximum) - corners(near, np.minimum)
    either, both = steep_near | steep_far, steep_near & steep_far
    return (either & (shared < 0)) | (both & (shared < 0.2 * whole))


def _gap(slit: Float, body: Bools, jump: Bools) -> Bools:
    """Cells with a slit, in pieces that are large enough, somewhere wide enough, and reach a jump."""
    gap = (slit > 0) & body & ~jump
    gap = cv2.morphologyEx(gap.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    beside = cv2.dilate(jump.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gap.astype(np.uint8), connectivity=4)
    border = gap & (cv2.erode(gap.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    openings, borders = (np.bincount(labels[gap & where], minlength=len(stats)) for where in (beside, border))
    opens = openings > _OPEN * borders
    wide = np.zeros(len(stats), bool)
    wide[labels[gap & (slit > 3 * _SLIT)]] = True
    keep = opens & wide & (stats[:, cv2.CC_STAT_AREA] >= _SMALLEST)
    keep[0] = False
    return keep[labels]


def _overlap(front: _Side, rear: _Side) -> Bools:
    """Cells in the narrow strip between a jump of the near and one of the far sheet: parts that only just overlap."""
    wide = [side.steep & (climb(side.depth) > _LAYER) for side in (front, rear)]
    return cells.near(wide[0], 4) & cells.near(wide[1], 4) & ~front.steep & ~rear.steep


def _without_windows(gap: Bools, body: Bools) -> Bools:
    """The gap without its small pieces that hardly reach the body's border: around them all is one body."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gap.astype(np.uint8), connectivity=8)
    large = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _WINDOW
    reach = cv2.dilate(labels.astype(np.float32), np.ones((2 * _CLOSE + 1, 2 * _CLOSE + 1), np.uint8)).astype(np.int32)
    keep = large | (np.bincount(reach[~body & cells.near(body, 1)], minlength=len(stats)) >= _MOUTH)
    keep[0] = False
    return keep[labels]


def _threads(gap: Bools, body: Bools, jump: Bools, long: Bools) -> Bools:
    """Cells between gap and jumps that would be left as thin threads or specks across the gap.

    long: cells where near and far sheet are so far apart that a thread would show.
    """
    open_ = gap | (jump & cells.near(gap))
    closed = cv2.morphologyEx(open_.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)) > 0
    rest = body & ~closed
    solid = cv2.morphologyEx(rest.astype(np.uint8), cv2.MORPH_OPEN, np.ones((13, 13), np.uint8)) > 0
    _, labels, stats, _ = cv2.connectedComponentsWithStats(rest.astype(np.uint8), connectivity=4)
    specks = rest & (stats[:, cv2.CC_STAT_AREA] < _SMALLEST)[labels]
    thin = rest & ~solid & long & cells.near(gap, 8)
    return body & ~jump & (closed | specks | thin)


def _continue(depth: Float, steep: Bools, mask: Bools) -> _Side:
    """Continue the occluded surface behind the occluder and judge the occluder's thickness."""
    occluded = _occluded(depth, steep)
    deepest = cv2.dilate(np.where(occluded, depth, np.float32(-1e6)), np.ones((61, 61), np.uint8))
    occluded &= depth > deepest - _LAYER
    steep = steep & corners(occluded, np.logical_or)
    if not occluded.any():
        far = np.full(depth.shape, np.inf, np.float32)
        return _Side(depth, steep, far, depth, far, np.zeros_like(mask))
    reach = distance(~occluded)
    continued = _continued(depth, occluded)
    border = distance(mask & ~occluded)
    edge = mask & (reach <= border + 0.01)
    before = edge & (depth < continued - 0.5 * JUMP)
    inside = border - 0.5
    signed = np.where(edge & ~before, -border - 0.5, inside).astype(np.float32)
    inside = np.where(before, cv2.GaussianBlur(signed, (0, 0), _OUTLINE), inside)
    return _Side(depth, steep, reach, continued, _thickness(inside, before), before)


def _continued(values: Float, known: Bools) -> Float:
    """The known values go on smoothly everywhere."""
    smooth = blur(values, known.astype(np.float32), 6.0).ravel()[nearest(known)]
    return np.asarray(cv2.GaussianBlur(smooth, (0, 0), 4.0), np.float32)


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

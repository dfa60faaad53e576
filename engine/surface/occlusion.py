"""Where one part of the body hides another: cuts in the sheets and the gap between occluder and occluded.

Both maps are examined in the same way, the far one seen from behind: depth jumps are found and made sharp. Where the
occluder ends and the occluded surface goes on behind it, the indicator function of all that is seen tells (inside.py);
along the occluder's outline, its roundness (a limb is about as deep as it is wide). A gap is left between both.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.parallel import at_once
from engine.pixels import Bools, Float, channel_sum, gradient, large_pieces
from engine.surface import cells
from engine.surface.clean import Shell
from engine.surface.contour import bend
from engine.surface.inner import SLIT, inner_sheets, rounded_off
from engine.surface.jumps import JUMP, RAMP, climb, corners, cut
from engine.surface.meeting import meet
from engine.surface.occluder import LAYER, REACH, Side, side_of

_OPEN = 0.3
"""Least share of a gap's border that lies on a jump, where it opens."""
_WINDOW = 140
"""Width or height in pixels from which on a gap opens wherever it is."""
_MOUTH, _CLOSE = 20, 4
"""Number of cells along the body's border that a smaller gap must come so close to, in pixels, to open."""
_OVERLAP = 4, 20
"""Cells from jumps of both sheets within which a strip between them is one of parts that overlap: in any case, and
where there is room between both."""
_OPPOSITE = -0.5
"""Cosine of the directions of both jumps from such a strip, at most."""
_STRIP = 600
"""Least number of cells of such a strip."""
_TOGETHER = 10
"""Cells around pieces of a gap within which another one belongs to it."""
_SAME = 16.0
"""Pixels of depth between a map and an inner sheet that show the same surface."""
_END = 20
"""Least number of cells side by side at which a gap ends."""
SMALLEST = 300
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


def find_gaps(shell: Shell) -> tuple[Shell, Gaps]:
    """Occlusions of a shell -> the shell with sharp jumps, and its gaps."""
    front, rear = _sides(shell)
    near, far = front.depth, -rear.depth
    behind, hidden, beside = inner_sheets(front, rear, shell.mask)
    free = shell.mask & (near + 1.5 < behind) & (hidden + 1.5 < far)
    room = np.where(free, np.maximum(hidden - behind - SLIT, 0), 0)
    lone = corners(beside & _lone(near, far, behind, hidden), np.logical_and)
    gap, parted, cut_near, cut_far = _outline(room, beside, lone, shell.mask, front, rear)
    near = np.where(_beside(cut_near | parted), near, shell.near)
    far = np.maximum(np.where(_beside(cut_far | parted), far, shell.far), near + 1)
    parted = parted | (shared(near, far) < -2 * JUMP)
    shell = replace(shell, near=near, far=far)
    sheets = behind.astype(np.float32), hidden.astype(np.float32)
    return shell, closed(Gaps(*sheets, gap, cut_near, cut_far, parted), shell, shell.mask)


def closed(gaps: Gaps, shell: Shell, where: Bools) -> Gaps:
    """The gaps with inner sheets that meet, in a round, where a gap ends inside the body.

    Beside a jump, or where one part alone is seen, a gap does not end: one of its sides goes on as what is seen.
    where: (H, W) pixels in which the sheets may be moved.
    """
    if not gaps.cells.any():
        return gaps
    lone = corners(_lone(shell.near, shell.far, gaps.behind, gaps.hidden), np.logical_and)
    open_ = gaps.cells | gaps.cut_near | gaps.cut_far | gaps.parted
    ends = (cells.codes(shell.mask) > 0) & ~open_ & ~lone & cells.near(gaps.cells, 1)
    behind, hidden = rounded_off(large_pieces(ends, _END), gaps.behind, gaps.hidden)
    return replace(gaps, behind=np.where(where, behind, gaps.behind), hidden=np.where(where, hidden, gaps.hidden))


def _lone(near: Float, far: Float, behind: Float, hidden: Float) -> Bools:
    """Pixels that show both sides of one part, what is before a gap or what is behind it."""
    return (near > hidden - _SAME) | (far < behind + _SAME)


def bent(shell: Shell, gaps: Gaps) -> tuple[Shell, Gaps]:
    """All sheets come round at the silhouette; where a gap reaches it, what is before it and what is behind it do so by
    themselves."""
    gap = cells.corner_pixels(gaps.cells)
    room = np.where(gap, np.minimum(gaps.behind - shell.near, shell.far - gaps.hidden), np.float32(np.inf))
    open_ = cells.corner_pixels(gaps.cells | gaps.cut_near | gaps.cut_far | gaps.parted)
    shell, drop = bend(shell, np.maximum(room, 1), open_)
    return shell, replace(gaps, behind=gaps.behind - drop * gap, hidden=gaps.hidden + drop * gap)


def _sides(shell: Shell) -> tuple[Side, Side]:
    """Both maps, each without the jumps that lie behind a gap of the other."""
    (near, steep_near), (far, steep_far) = at_once(
        lambda: cut(shell.near, shell.mask), lambda: cut(-shell.far, shell.mask)
    )
    far, steep_far, common = meet(near, np.minimum(far, -near - 1), steep_near, steep_far, shell.mask)
    far = np.minimum(far, -near - 1)
    front, rear = at_once(lambda: side_of(near, steep_near, shell.mask), lambda: side_of(far, steep_far, shell.mask))
    inner_near = steep_near & ~common & _touches(front, _alone(rear, near))
    inner_far = steep_far & ~common & _touches(rear, _alone(front, far))
    return at_once(
        lambda: side_of(near, steep_near & ~inner_near, shell.mask) if inner_near.any() else front,
        lambda: side_of(far, steep_far & ~inner_far, shell.mask) if inner_far.any() else rear,
    )


def _outline(
    room: Float, beside: Bools, lone: Bools, mask: Bools, front: Side, rear: Side
) -> tuple[Bools, Bools, Bools, Bools]:
    """Cells of the gap, parted cells, and cells in which the near and the far sheet are cut.

    room: (H, W) width in depth of the gap, less the least width, 0 where there is none. beside: (H, W) pixels around
    hollows. lone: cells that show one part alone. A jump inside the gap, such as from a strap to the bag that it lies
    on, is no border of it.
    """
    near, far = front.depth, -rear.depth
    parted = _parted(near, far, front.steep, rear.steep)
    body = (cells.codes(mask) > 0) & ~parted
    long = corners(far - near, np.minimum) > LAYER
    narrowest = corners(np.where(beside, room, 0), np.minimum)
    gap = _gap(narrowest, body, (front.steep | rear.steep) & body)
    gap |= body & long & _overlap(front, rear, corners(room, np.minimum))
    gap = _without_windows(gap, body)
    border = body & (narrowest <= 0)
    jumps = [border & (side.steep | (cells.near(gap) & (climb(side.depth) > 1.5 * JUMP))) for side in (front, rear)]
    gap &= ~((jumps[0] | jumps[1]) & cells.near(body & ~gap, 1))
    gap |= _threads(gap, body, jumps[0] | jumps[1], long) & ~lone
    parted |= body & ~gap & cells.near(gap, 6) & (shared(near, far) < -JUMP)
    around = ~gap & ~parted & cells.near(gap)
    cut_near = jumps[0] & around & (~jumps[1] | (climb(near) >= climb(far)))
    return gap, parted, cut_near, jumps[1] & around & ~cut_near


def _beside(cells_: Bools) -> Bools:
    """Pixels around cut cells, where the sharpened depth is wanted."""
    pixels = np.pad(cells_, ((0, 1), (0, 1))).astype(np.uint8)
    return cv2.dilate(pixels, np.ones((2 * RAMP + 1, 2 * RAMP + 1), np.uint8)) > 0


def shared(near: Float, far: Float) -> Float:
    """Length of the depth interval that all four pixels of a cell have in common; negative if there is none."""
    return corners(far, np.minimum) - corners(near, np.maximum)


def _alone(side: Side, other: Float) -> Bools:
    """Pixels where one map by itself shows a gap. other: the opposite map as its own camera sees it."""
    ends = side.depth + side.thickness + SLIT < side.continued
    return (side.reach < REACH) & ends & (side.continued + 1.5 < -other)


def _touches(side: Side, gap: Bools) -> Bools:
    """Cells whose occluded pixels have the gap of the opposite map before them.

    Such a jump lies on a third body part behind that gap; to cut there would join that part to the wrong one.
    """
    occluded = (side.reach == 0).astype(np.float32)
    share = cv2.blur(occluded * gap, (15, 15)) / np.maximum(cv2.blur(occluded, (15, 15)), 1e-6)
    return corners(share > 0.6, np.logical_or)


def _parted(near: Float, far: Float, steep_near: Bools, steep_far: Bools) -> Bools:
    """Cells on a jump whose pixels share no depth, or little of it where both sheets jump."""
    common = shared(near, far)
    whole = corners(far, np.maximum) - corners(near, np.minimum)
    either, both = steep_near | steep_far, steep_near & steep_far
    return (either & (common < 0)) | (both & (common < 0.2 * whole))


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
    wide[labels[gap & (slit > 3 * SLIT)]] = True
    keep = opens & wide & (stats[:, cv2.CC_STAT_AREA] >= SMALLEST)
    keep[0] = False
    return keep[labels]


def _overlap(front: Side, rear: Side, room: Float) -> Bools:
    """Cells in the strip between a jump of the near and one of the far sheet: parts that only just overlap, each of
    which hides the other from one side. room: (H-1, W-1) between both, where the strip is wider."""
    wide = [side.steep & (climb(side.depth) > LAYER) for side in (front, rear)]
    narrow, strip = (cells.near(wide[0], steps) & cells.near(wide[1], steps) for steps in _OVERLAP)
    between = strip & (room > 0)
    if between.any():
        hides = [side.depth + LAYER < side.continued for side in (front, rear)]
        opposite = channel_sum(gradient(front.reach) * gradient(rear.reach)) < _OPPOSITE
        between = large_pieces(between & corners(hides[0] & hides[1] & opposite, np.logical_and), _STRIP)
    return (narrow | between) & ~front.steep & ~rear.steep


def _without_windows(gap: Bools, body: Bools) -> Bools:
    """The gap without its small pieces, alone or close together, that hardly reach the body's border: around them all
    is one body."""
    together = cells.near(gap, _TOGETHER)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(together.astype(np.uint8), connectivity=8)
    labels = np.where(gap, labels, 0)
    large = stats[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].max(axis=1) >= _WINDOW + 2 * _TOGETHER
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
    specks = rest & ~large_pieces(rest, SMALLEST)
    thin = rest & ~solid & long & cells.near(gap, 8)
    return body & ~jump & (closed | specks | thin)

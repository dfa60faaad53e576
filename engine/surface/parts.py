"""Gaps between parts of the body of which the networks say that one is before the other (see `engine.networks.layers`).

Nothing has to be found there: which part each map shows tells where its sheet is cut and where the gap lies.
"""

from dataclasses import replace

import cv2
import numpy as np

from engine.pixels import Bools, Float
from engine.surface import cells
from engine.surface.clean import Shell
from engine.surface.jumps import JUMP, climb, corners
from engine.surface.occlusion import SMALLEST, Gaps, shared
from engine.types import Parts

_CLEARANCE = 24.0
"""Least width in pixels of depth (3 cm) of a gap: where the parts are is known to some centimetres."""
_LEAST = 1.5
"""Pixels between a sheet and the one beyond it."""


def with_parts(shell: Shell, parts: Parts, opened: Shell, gaps: Gaps) -> tuple[Shell, Gaps]:
    """Where parts are known, their gaps take the place of those that were found in the shell (opened, gaps)."""
    known = parts.front != Parts.UNKNOWN
    near, far = np.where(known, shell.near, opened.near), np.where(known, shell.far, opened.far)
    behind = np.where(known, np.maximum(parts.behind, near + _LEAST), gaps.behind)
    hidden = np.where(known, np.minimum(parts.hidden, far - _LEAST), gaps.hidden)
    made = between(parts, near, far, hidden - behind, cells.codes(shell.mask) > 0)
    found = (gaps.cells, gaps.cut_near, gaps.cut_far, gaps.parted)
    inside = corners(known, np.logical_and)
    merged = (np.where(inside, *pair) for pair in zip(made, found, strict=True))
    return replace(opened, near=near, far=far), Gaps(behind, hidden, *merged)


def between(parts: Parts, near: Float, far: Float, slit: Float, body: Bools) -> tuple[Bools, Bools, Bools, Bools]:
    """Cells of the gap between parts, cells in which the near and the far sheet are cut, and parted cells.

    slit: (H, W) width of the gap in pixels of depth. body: cells of the person.
    """
    borders = [corners(label, np.maximum) != corners(label, np.minimum) for label in (parts.front, parts.back)]
    jump_near, jump_far = (border & (climb(m) > JUMP) for border, m in zip(borders, (near, far), strict=True))
    parted = body & ((borders[0] | borders[1]) & (shared(near, far) < 0) | (jump_near & jump_far))
    overlap = corners((parts.front != parts.back) & (slit > _CLEARANCE), np.logical_and)
    gap = _large(body & ~parted & ~jump_near & ~jump_far & overlap)
    beside = body & ~parted & cells.near(gap, 1)
    cut_near = beside & jump_near
    return gap, cut_near, beside & jump_far & ~cut_near, parted


def _large(gap: Bools) -> Bools:
    """The gap without small pieces."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(gap.astype(np.uint8), connectivity=4)
    keep = stats[:, cv2.CC_STAT_AREA] >= SMALLEST
    keep[0] = False
    return keep[labels]

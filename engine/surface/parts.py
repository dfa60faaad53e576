"""Gaps between parts of the body of which the networks say that one is before the other (see `engine.networks.layers`).

Nothing has to be found there: which part each map shows tells where its sheet is cut and where the gap lies.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, blur, distance, large_pieces, ramp, smooth
from engine.surface import cells
from engine.surface.clean import Shell
from engine.surface.jumps import JUMP, climb, corners
from engine.surface.occlusion import SMALLEST, Gaps, closed, shared
from engine.types import Parts

_CLEARANCE = 24.0
"""Least width in pixels of depth (3 cm) of a gap: where the parts are is known to some centimetres."""
_LEAST = 1.5
"""Pixels between a sheet and the one beyond it."""
_SMOOTH = 6.0
"""Standard deviation in pixels of the smoothing of what is hidden."""
_SLOPE = 2.5
"""Standard deviation in pixels of the smoothing of jumps that are no border of a gap."""
_BESIDE = 10.0
"""Pixels from a cut in which there is less and less of that smoothing."""
_MARKED = 4.0
"""Share of a jump's pixels around one, times this, that makes it smooth: all within a pixel or two."""


def with_parts(shell: Shell, opened: Shell, gaps: Gaps) -> tuple[Shell, Gaps]:
    """Where parts of the shell are known, their gaps take the place of those that were found in it.

    opened, gaps: what `find_gaps` makes of the shell.
    """
    parts = shell.parts
    if parts is None:
        return opened, gaps
    known, body = parts.front != Parts.UNKNOWN, cells.codes(shell.mask) > 0
    known_cells = corners(known, np.logical_and) | corners(parts.front == Parts.HAND, np.logical_or)
    near, far = np.where(known, shell.near, opened.near), np.where(known, shell.far, opened.far)
    gaps = replace(
        gaps,
        behind=np.where(known, _even(parts.behind, far, parts.front, parts.back), gaps.behind),
        hidden=np.where(known, _even(parts.hidden, near, parts.back, parts.front), gaps.hidden),
    )
    joined = replace(opened, near=near, far=far)
    gaps = _merged(gaps, _between(parts, joined, _ordered(gaps, joined, known), body), known_cells)
    gaps = closed(_ordered(gaps, joined, known), joined, known)
    near = _soft(near, known_cells & body, gaps.cut_near | gaps.parted)
    far = np.maximum(_soft(far, known_cells & body, gaps.cut_far | gaps.parted), near + 1)
    joined = replace(joined, near=near, far=far)
    return joined, _ordered(gaps, joined, known)


def _merged(found: Gaps, made: Gaps, where: Bools) -> Gaps:
    """The found gaps with the cells of those that were made, where they count."""
    return replace(
        found,
        cells=np.where(where, made.cells, found.cells),
        cut_near=np.where(where, made.cut_near, found.cut_near),
        cut_far=np.where(where, made.cut_far, found.cut_far),
        parted=np.where(where, made.parted, found.parted),
    )


def _ordered(gaps: Gaps, shell: Shell, where: Bools) -> Gaps:
    """The gaps with inner sheets behind the near one, before the far one, and in gaps not beyond each other."""
    behind = np.where(where, np.maximum(gaps.behind, shell.near + _LEAST), gaps.behind)
    hidden = np.where(where, np.minimum(gaps.hidden, shell.far - _LEAST), gaps.hidden)
    crossed = where & (hidden < behind) & cells.corner_pixels(gaps.cells)
    middle = (behind + hidden) / 2
    return replace(gaps, behind=np.where(crossed, middle, behind), hidden=np.where(crossed, middle, hidden))


def _soft(depth: Float, where: Bools, cut: Bools) -> Float:
    """A depth (H, W) whose jumps where the sheet goes on are slopes: walls would be combs of the pixels' corners.

    where, cut: (H-1, W-1) cells that count, and those where the sheet is cut.
    """
    jumps = cells.corner_pixels(where & ~cut & (climb(depth) > JUMP))
    share = np.minimum(_MARKED * smooth(jumps.astype(np.float32), _SLOPE), 1)
    share = share * ramp(distance(~cells.corner_pixels(cut)), _SLOPE, _BESIDE)
    return depth + share * (smooth(depth, _SLOPE) - depth)


def _even(sheet: Float, seen: Float, part: NDArray[np.uint8], cover: NDArray[np.uint8]) -> Float:
    """A hidden side of the parts (H, W), smooth also where it goes on from what is seen of them.

    sheet: its depth. seen: that of what is seen on the same side, which is the part itself where it is its own cover.
    """
    whole = np.where(part == cover, seen, sheet)
    result = sheet
    for own in (part == number for number in np.unique(part[part != cover])):
        result = np.where(own & (part != cover), blur(whole, own.astype(np.float32), _SMOOTH), result)
    return result


def _between(parts: Parts, shell: Shell, sheets: Gaps, body: Bools) -> Gaps:
    """The gaps between parts, with inner sheets that are given. body: (H-1, W-1) cells of the person.

    A jump within a gap belongs to a third part, and is no end of it.
    """
    near, far = shell.near, shell.far
    overlap = corners((parts.front != parts.back) & (sheets.hidden - sheets.behind > _CLEARANCE), np.logical_and)
    borders = [corners(label, np.maximum) != corners(label, np.minimum) for label in (parts.front, parts.back)]
    jump_near, jump_far = (
        border & ~overlap & (climb(m) > JUMP) for border, m in zip(borders, (near, far), strict=True)
    )
    parted = body & ((borders[0] | borders[1]) & (shared(near, far) < 0) | (jump_near & jump_far))
    gap = large_pieces(body & ~parted & ~jump_near & ~jump_far & overlap, SMALLEST)
    beside = body & ~parted & cells.near(gap, 1)
    cut_near = beside & jump_near
    return Gaps(sheets.behind, sheets.hidden, gap, cut_near, beside & jump_far & ~cut_near, parted)

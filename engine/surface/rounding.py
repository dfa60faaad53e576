"""How front and back come round at the silhouette, and vertices there that lie in lines beside it.

There a sheet falls off by several pixels from one pixel to the next. Corners of the pixel grid lie now nearer to a
slanted silhouette, now farther from it, and what is straight between them would be a comb of ridges on every side. So
they are moved, by less than a pixel, onto lines of equal distance from the silhouette, and have the depth that the
sheets have there.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, exactly_at, gradient, ramp, soft_distance
from engine.surface import cells

_REACH = 8.0
"""Pixels from the silhouette within which vertices are moved; on sparse grids of every third pixel or fewer farther, so
that it is four vertices at least."""
_FADING = 0.4
"""Share of that on which they are less and less."""
_MOST = 0.7
"""The most that they are moved, in pixels of the (sparse) grid."""
_CLEAR = (0.5, 0.9)
"""Steepness of the distance from the silhouette below which, as on the middle of a finger, it has no direction."""
_JUMP = 10.0
"""Difference of depth in pixels at which another part of the body begins."""
_NARROWEST = 0.5
"""Least width in pixels of what comes round."""
_UPRIGHT = 0.02
"""Area of the smallest corner of a cell, in cells, that is not taken for turned over."""
_SUBPIXEL = 1.5
"""Standard deviation in pixels of the smoothing that tells where between pixels the contour of a mask runs."""


@dataclass(frozen=True)
class Rounding:
    """inside: (H, W) distance from the silhouette in pixels, positive inside, more exact than the mask.

    height, width: (H, W) pixels of the quarter of an ellipse by which each sheet comes round towards the other, in
    depth and from the silhouette inwards. most: (H, W) pixels that a sheet may move.
    """

    inside: Float
    height: Float
    width: Float
    most: Float

    def drop(self, inside: Float, where: tuple[NDArray, NDArray] | slice = np.s_[:]) -> Float:
        """Pixels by which the sheets move towards each other, at so many pixels from the silhouette."""
        steep = np.clip(1 - inside / np.maximum(self.width[where], _NARROWEST), 0, 1)
        return np.minimum(self.height[where] * (1 - np.sqrt(1 - steep * steep)), self.most[where])


def rounding_of(mask: Bools) -> Rounding:
    """Of sheets that do not come round."""
    nothing = np.zeros(mask.shape, np.float32)
    return Rounding(soft_distance(mask, _SUBPIXEL), nothing, nothing, nothing)


@dataclass(frozen=True)
class Sheets:
    """depth: (H, W, K) of K sheets, the near and the far one first. drops: (H, W, K) by how many drops (see
    `Rounding`) each lies deeper than if it did not come round."""

    depth: Float
    drops: NDArray[np.int8]

    def in_lines(self, mask: Bools, rounding: Rounding, lines: Float, step: int) -> tuple[Float, Float]:
        """Shifts (h, w, 2; x, y in steps) of the mask's vertices, and the depth (h, w, K) of the sheets at their
        places. There is a vertex for every `step`-th pixel in both directions.

        lines: (h, w, 2) other shifts, which are added; with them each sheet keeps its depth.
        """
        bare = self.depth - self.drops * np.where(mask, rounding.drop(rounding.inside), 0)[..., None]
        shifts, moves = _shifts(bare, mask[::step, ::step], rounding.inside, lines, step)
        rows, columns = np.nonzero(moves.any(axis=-1))
        full = step * rows, step * columns
        at = full[0] + step * moves[rows, columns, 1], full[1] + step * moves[rows, columns, 0]
        inside = exactly_at(rounding.inside[..., None], *at)[:, 0]
        there, own = exactly_at(bare, *at), bare[full]
        there = np.where(np.abs(there - own) < _JUMP, there, own)
        depth = self.depth[::step, ::step].copy()
        depth[rows, columns] = there + self.drops[full] * rounding.drop(inside, full)[:, None]
        return shifts, depth


def _shifts(bare: Float, mask: Bools, inside: Float, lines: Float, step: int) -> tuple[Float, Float]:
    """All shifts (h, w, 2) of vertices in steps, and those among them that put vertices into lines: none where these
    would come onto another part of the body. Where a cell would be turned over there is neither."""
    reach = _REACH * max(1.0, step / 2)
    rows, columns = np.nonzero(mask & (inside[::step, ::step] < reach))
    full = step * rows, step * columns
    wanted = _moves(inside, *full, step, reach)
    apart = exactly_at(bare[..., :2], full[0] + wanted[:, 1], full[1] + wanted[:, 0]) - bare[full][:, :2]
    moves = np.zeros((*mask.shape, 2), np.float32)
    moves[rows, columns] = np.where((np.abs(apart) < _JUMP).all(axis=1)[:, None], wanted, 0) / step
    shifts = moves + lines
    while (turned := _turned(shifts, mask)).any():
        shifts[turned] = moves[turned] = 0
    return shifts, moves


def _moves(inside: Float, rows: NDArray, columns: NDArray, step: int, reach: float) -> Float:
    """(N, 2) pixels that put vertices onto the nearest line inward or outward: one for each, since lines are as far
    from each other as the grid's rows or columns are across the silhouette."""
    across = gradient(inside)[rows, columns]
    apart = step * np.maximum(np.abs(across).max(axis=1), _CLEAR[0])
    steepness = np.linalg.norm(across, axis=1)
    across /= np.maximum(steepness, _CLEAR[0])[:, None]
    here = inside[rows, columns]
    line = (np.maximum(np.floor(here / apart), 0) + 0.5) * apart
    way = ((line - here) / np.maximum(steepness, _CLEAR[0])).clip(-_MOST * step, _MOST * step)
    share = ramp(steepness, *_CLEAR) * ((1 - here / reach) / _FADING).clip(0, 1)
    return np.asarray((share * way)[:, None] * across, np.float32)


def _turned(shifts: Float, mask: Bools) -> Bools:
    """Vertices (h, w) of cells of the mask that the shifts (h, w, 2) would turn over at a corner."""
    right = np.diff(shifts, axis=1) + np.array([1, 0], np.float32)
    down = np.diff(shifts, axis=0) + np.array([0, 1], np.float32)
    wide, high = mask[:, :-1] & mask[:, 1:], mask[:-1] & mask[1:]
    turned = np.zeros((shifts.shape[0] - 1, shifts.shape[1] - 1), np.bool_)
    for i, j in product((slice(None, -1), slice(1, None)), repeat=2):
        area = right[i, :, 0] * down[:, j, 1] - right[i, :, 1] * down[:, j, 0]
        turned |= wide[i] & high[:, j] & (area < _UPRIGHT)
    return cells.corner_pixels(turned)

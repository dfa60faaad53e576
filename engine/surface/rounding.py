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

from engine.pixels import Bools, Float, exactly_at, gradient, lengths, ramp, soft_distance
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
    """depth: K sheets (H, W), the near and the far one first. drops: (H, W) of each, by how many drops (see `Rounding`)
    it lies deeper than if it did not come round."""

    depth: tuple[Float, ...]
    drops: tuple[NDArray[np.int8], ...]

    def in_lines(self, mask: Bools, rounding: Rounding, lines: Float, step: int) -> tuple[Float, tuple[Float, ...]]:
        """Shifts (h, w, 2; x, y in steps) of the mask's vertices, and the depth (h, w) of the K sheets at their places.
        There is a vertex for every `step`-th pixel in both directions.

        lines: (h, w, 2) other shifts, which are added; with them each sheet keeps its depth.
        """
        outer = Sheets(self.depth[:2], self.drops[:2])
        shifts, moves = _shifts(_Bare(outer, mask, rounding), mask[::step, ::step], rounding.inside, lines, step)
        rows, columns = np.nonzero(_any(moves))
        full = step * rows, step * columns
        at = full[0] + step * moves[rows, columns, 1], full[1] + step * moves[rows, columns, 0]
        inside = exactly_at(lambda y, x: rounding.inside[y, x, None], *at, mask.shape)[:, 0]
        bare = _Bare(self, mask, rounding)
        there, own = exactly_at(bare, *at, mask.shape), bare(*full)
        there = np.where(np.abs(there - own) < _JUMP, there, own)
        depth = tuple(sheet[::step, ::step].copy() for sheet in self.depth)
        drop = rounding.drop(inside, full)
        for k, sheet in enumerate(depth):
            sheet[rows, columns] = there[:, k] + self.drops[k][full] * drop
        return shifts, depth


@dataclass(frozen=True)
class _Bare:
    """The sheets as if they did not come round."""

    sheets: Sheets
    mask: Bools
    rounding: Rounding

    def __call__(self, rows: NDArray, columns: NDArray) -> Float:
        """Depth (N, K) at pixels (N,) each."""
        at = rows, columns
        drop = np.where(self.mask[at], self.rounding.drop(self.rounding.inside[at], at), 0)
        depths = [d[at] - drops[at] * drop for d, drops in zip(self.sheets.depth, self.sheets.drops, strict=True)]
        return np.stack(depths, axis=-1).astype(np.float32)


def _shifts(bare: _Bare, mask: Bools, inside: Float, lines: Float, step: int) -> tuple[Float, Float]:
    """All shifts (h, w, 2) of vertices in steps, and those among them that put vertices into lines: none where these
    would come onto another part of the body. Where a cell would be turned over there is neither.

    bare: the near and the far sheet.
    """
    reach = _REACH * max(1.0, step / 2)
    rows, columns = np.nonzero(mask & (inside[::step, ::step] < reach))
    full = step * rows, step * columns
    wanted = _moves(inside, *full, step, reach)
    there = exactly_at(bare, full[0] + wanted[:, 1], full[1] + wanted[:, 0], inside.shape)
    same = (np.abs(there - bare(*full)) < _JUMP).all(axis=1)
    moves = np.zeros((*mask.shape, 2), np.float32)
    moves[rows, columns] = np.where(same[:, None], wanted, 0) / step
    shifts = moves + lines
    while len((turned := _turned(shifts, mask))[0]):
        shifts[turned] = moves[turned] = 0
    return shifts, moves


def _any(shifts: Float) -> Bools:
    """Which of (..., 2) are shifts."""
    return np.asarray((shifts[..., 0] != 0) | (shifts[..., 1] != 0))


def _moves(inside: Float, rows: NDArray, columns: NDArray, step: int, reach: float) -> Float:
    """(N, 2) pixels that put vertices onto the nearest line inward or outward: one for each, since lines are as far
    from each other as the grid's rows or columns are across the silhouette."""
    across = gradient(inside)[rows, columns]
    apart = step * np.maximum(np.maximum(*np.abs(across.T)), _CLEAR[0])
    steepness = lengths(across)
    across /= np.maximum(steepness, _CLEAR[0])[:, None]
    here = inside[rows, columns]
    line = (np.maximum(np.floor(here / apart), 0) + 0.5) * apart
    way = ((line - here) / np.maximum(steepness, _CLEAR[0])).clip(-_MOST * step, _MOST * step)
    share = ramp(steepness, *_CLEAR) * ((1 - here / reach) / _FADING).clip(0, 1)
    return np.asarray((share * way)[:, None] * across, np.float32)


def _turned(shifts: Float, mask: Bools) -> tuple[NDArray, NDArray]:
    """Rows and columns of the vertices of the mask's cells that the shifts (h, w, 2) would turn over at a corner."""
    cell = np.nonzero(cells.touched(_any(shifts)))
    corner = {(i, j): (cell[0] + i, cell[1] + j) for i, j in product((0, 1), repeat=2)}
    x, y = ({c: shifts[..., axis][at] for c, at in corner.items()} for axis in (0, 1))
    own = {c: mask[at] for c, at in corner.items()}
    turned = np.zeros(len(cell[0]), np.bool_)
    for i, j in corner:
        right = x[i, 1] - x[i, 0] + 1, y[i, 1] - y[i, 0]
        down = x[1, j] - x[0, j], y[1, j] - y[0, j] + 1
        whole = own[i, 0] & own[i, 1] & own[0, j] & own[1, j]
        turned |= whole & (right[0] * down[1] - right[1] * down[0] < _UPRIGHT)
    rows, columns = (np.concatenate([at[axis][turned] for at in corner.values()]) for axis in (0, 1))
    return rows, columns

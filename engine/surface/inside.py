"""Where between both maps the body is: the indicator function of all points that they show.

Where one part of the body hides another, neither map shows where the one ends and the other begins. The function
whose gradient comes nearest to the normals of what is seen, 1 in the body and 0 around it, goes on there as smoothly
as it can: round behind a limb, and low between a limb and what it hides (Kazhdan, "Reconstruction of Solid Models from
Oriented Point Sets", SGP 2005). On a coarse grid it takes a tenth of a second.
"""

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import scipy.fft
from numpy.typing import NDArray

from engine.pixels import Bools, Float

CELL = 8
"""Pixels between two points of the grid, in depth too."""
_RIM = 6
"""Points of the grid around the body: the transform repeats it."""
_SAMPLE = 2
"""Pixels between two of the points that the grid learns of."""
_STEEPEST = 4.0
"""Largest slope of a surface that both maps are taken to show; steeper ones are jumps."""
_LEVEL = 0.4
"""Value at the surface (the mean of what it is at the points)."""
_CLEAR = 1.5
"""Points of the grid from either map within which nothing can be told."""
_NOWHERE = np.float32(-1e6)
"""Less than all values of the function."""
_DEEP = 0.25
"""How much less than in the body on both sides the function is in a hollow."""
_WIDE = 5.0
"""Points of the grid from which on a hollow is none of the map's own roughness, if what is before or behind it is too
thin for the grid."""


@dataclass(frozen=True)
class Hollows:
    """At every `CELL`-th pixel (h, w), where the body has a hollow between its near and its far surface.

    found: whether there is one, at least three points of the grid wide and high. behind, hidden: float32 depth in
    pixels at which the part before it ends and the part behind it begins; NaN where that part is too thin for the grid.
    """

    found: Bools
    behind: Float
    hidden: Float


def hollows(near: Float, far: Float, mask: Bools) -> Hollows:
    """The hollows between both maps: (H, W) depth in pixels, and the silhouette."""
    if not mask.any():
        nowhere = np.full(mask[::CELL, ::CELL].shape, np.nan, np.float32)
        return Hollows(np.isfinite(nowhere), nowhere, nowhere)
    first = float(near[mask].min())
    inside = indicator(near, far, mask)
    columns = np.s_[_RIM : _RIM + len(mask[::CELL]), _RIM : _RIM + len(mask[0, ::CELL])]
    start, end = ((depth[::CELL, ::CELL] - first) / CELL + _RIM for depth in (near, far))
    found, behind, hidden = _valleys(inside[:, *columns], start, end, mask[::CELL, ::CELL])
    found = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)) > 0
    return Hollows(found, (behind - _RIM) * CELL + first, (hidden - _RIM) * CELL + first)


def indicator(near: Float, far: Float, mask: Bools) -> NDArray[np.float32]:
    """(Z, Y, X): about 1 inside the body and 0 outside, at every `CELL`-th pixel and depth, with a rim of `_RIM`.

    Of all functions it has the gradient nearest to minus the normals of both maps, each as long as the area it stands
    for: its Laplacian is minus their divergence, which the Fourier transform solves.
    """
    first, last = near[mask].min(), far[mask].max()
    shape = [
        scipy.fft.next_fast_len(int(size / CELL) + 1 + 2 * _RIM, real=True) for size in (last - first, *mask.shape)
    ]
    waves = _waves(shape)
    square = np.asarray(sum(wave * wave for wave in waves))
    square[0, 0, 0] = 1
    normals = _normals(near, far, mask, shape, float(first))
    divergence = sum(wave * scipy.fft.rfftn(part) for wave, part in zip(waves, normals, strict=True))
    values = scipy.fft.irfftn(1j * divergence / square * np.exp(-square / 2), s=shape)
    return (values - values[0].mean()).astype(np.float32)


def _waves(shape: list[int]) -> list[NDArray[np.float32]]:
    """Angular frequencies along each axis, to be broadcast."""
    waves = [2 * np.pi * scipy.fft.fftfreq(size) for size in shape[:2]] + [2 * np.pi * scipy.fft.rfftfreq(shape[2])]
    return [wave.astype(np.float32) for wave in np.meshgrid(*waves, indexing="ij", sparse=True)]


def _normals(near: Float, far: Float, mask: Bools, shape: list[int], first: float) -> NDArray[np.float32]:
    """(3, Z, Y, X): the outward normals of both maps (depth, row, column), as long as their areas in cells."""
    sampled = mask[::_SAMPLE, ::_SAMPLE]
    rows, columns = np.nonzero(sampled)
    places, normals = [], []
    for depth, sign in ((near, -1.0), (far, 1.0)):
        depth = depth[::_SAMPLE, ::_SAMPLE]
        slopes = [_slope(depth, sampled, axis)[rows, columns] for axis in (0, 1)]
        normals.append(sign * np.stack([np.ones(len(rows)), *(-slope for slope in slopes)]))
        at = [(depth[rows, columns] - first) / CELL, rows * _SAMPLE / CELL, columns * _SAMPLE / CELL]
        places.append(np.stack(at) + _RIM)
    area = (_SAMPLE / CELL) ** 2
    return _spread(np.concatenate(places, axis=1), area * np.concatenate(normals, axis=1), shape)


def _slope(depth: Float, mask: Bools, axis: int) -> Float:
    """Slope along an axis, the gentler one of both sides; 0 where neither side is body."""
    rise = np.diff(depth, axis=axis) / _SAMPLE
    whole = np.logical_and(*(np.take(mask, range(i, mask.shape[axis] - 1 + i), axis) for i in (0, 1)))
    rise = np.where(whole, rise, np.inf)
    ends = [[(0, 0), (0, 0)] for _ in range(2)]
    ends[0][axis], ends[1][axis] = (0, 1), (1, 0)
    after, before = (np.pad(rise, end, constant_values=np.inf) for end in ends)
    gentle = np.where(np.abs(after) < np.abs(before), after, before)
    return np.where(np.isfinite(gentle), np.clip(gentle, -_STEEPEST, _STEEPEST), 0).astype(np.float32)


def _spread(places: NDArray, vectors: NDArray, shape: list[int]) -> NDArray[np.float32]:
    """(3, *shape): vectors (3, N) at places (3, N), each shared by the eight points of the grid around it."""
    lower = np.floor(places).astype(np.int64)
    share = places - lower
    total = np.zeros((3, int(np.prod(shape))), np.float32)
    for corner in product((0, 1), repeat=3):
        at = np.ravel_multi_index([low + step for low, step in zip(lower, corner, strict=True)], shape)
        weight = np.prod([part if step else 1 - part for part, step in zip(share, corner, strict=True)], axis=0)
        for component, vector in zip(total, vectors, strict=True):
            component += np.bincount(at, weight * vector, len(component))
    return total.reshape(3, *shape)


def _valleys(inside: NDArray[np.float32], near: Float, far: Float, mask: Bools) -> tuple[Bools, Float, Float]:
    """Columns (h, w) of the grid that leave the body between near and far, and where they do and come back, in points
    of the grid. inside: (Z, h, w). near, far: in points of the grid."""
    level = np.arange(len(inside), dtype=np.float32)[:, None, None]
    between = np.where(mask & (level >= near + _CLEAR) & (level <= far - _CLEAR), inside, -_NOWHERE)
    lowest, low = between.argmin(axis=0), between.min(axis=0)
    inner = np.where((level >= near - 1) & (level <= far + 1), inside, _NOWHERE)
    peaks = (np.where(side, inner, _NOWHERE).max(axis=0) for side in (level < lowest, level > lowest))
    peak = np.minimum(*peaks)
    surface = np.where(low < _LEVEL, _LEVEL, (low + peak) / 2).astype(np.float32)
    last = np.where((inner >= surface) & (level < lowest), level, -1).max(axis=0)
    first = np.where((inner >= surface) & (level > lowest), level, len(inside)).min(axis=0)
    behind = np.maximum(_crossing(inside, last, 1, surface), near)
    hidden = np.minimum(_crossing(inside, first, -1, surface), far)
    wide = np.fmin(hidden, far) - np.fmax(behind, near) > _WIDE
    found = (low < _LEVEL) & (wide | np.isfinite(behind + hidden)) | (peak > low + _DEEP)
    return found, behind, hidden


def _crossing(inside: NDArray[np.float32], level: Float, step: int, surface: Float) -> Float:
    """Where the function falls to its value at the surface between a level (h, w) and the next; NaN for a level beyond
    the grid."""
    known = (level >= 0) & (level < len(inside))
    at = np.where(known, level, len(inside) // 2).astype(np.int64)
    high, low = (np.take_along_axis(inside, index[None], axis=0)[0] for index in (at, at + step))
    share = np.clip((high - surface) / np.maximum(high - low, 1e-6), 0, 1)
    return np.where(known, at + step * share, np.nan).astype(np.float32)

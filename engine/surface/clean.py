"""Depth maps -> cleaned depth on the person's crop: specks gone, outliers replaced, noise smoothed, folds kept."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.camera import UNIT
from engine.errors import UserError
from engine.parallel import at_once
from engine.pixels import Bools, Float, large_pieces, nearest
from engine.surface.rounding import Rounding
from engine.types import Maps, Parts

NOBODY = "No body could be reconstructed from this picture; choose one that shows a whole person."

_FARTHEST = 6.0
"""Largest depth of a map, in network units (the published network's range)."""
_MARGIN = 4
_SPECK = 0.02
_HOLE = 64
_OUTLIER = 8.0
_THINNEST = 1.0
_PIT, _PIT_AREA, _DEEP = 15, 150, 10.0
"""Widest crack in pixels, its largest area in pixels, and its least depth in pixels."""
_GRAIN = 0.02
"""Steps below so many pixels (0.02 mm) are never detail."""
_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


@dataclass(frozen=True)
class Shell:
    """The person's part of the canvas.

    near, far: (H, W) float32 ray depth in canvas pixels (512 per network unit), near + 1 <= far, extended smoothly
    outside the mask. mask: (H, W) bool, False on a margin. row, column: canvas position of its upper left pixel.
    parts: of the same pixels and in the same unit, what is known of parts before each other. arms, cloths: those
    of the maps.
    rounding: how the sheets come round at the silhouette, once they do.
    """

    near: Float
    far: Float
    mask: Bools
    row: int
    column: int
    parts: Parts | None = None
    arms: Bools | None = None
    cloths: NDArray[np.uint8] | None = None
    rounding: Rounding | None = None


def clean(maps: Maps) -> Shell:
    """Both network depth maps (2048, 2048) -> shell. Raises UserError where the maps hold no person."""
    valid = (maps.front > 0) & (maps.back >= maps.front) & (maps.back <= _FARTHEST)  # none of it is true of NaN
    mask = _solid_parts(valid)
    if not mask.any():
        raise UserError(NOBODY)
    padded, row, column = _crop(mask)
    window = (slice(row, row + padded.shape[0]), slice(column, column + padded.shape[1]))
    known = valid[window] & padded
    place = nearest(known)
    parts = None if maps.parts is None else _at(maps.parts.within(window), place)
    filled = [_filled(m[window], place) * np.float32(UNIT) for m in (maps.front, maps.back)]
    near, far = at_once(lambda: _smoothed(filled[0], padded), lambda: -_smoothed(-filled[1], padded))
    if parts is not None:  # smooth already, but for jumps that belong there
        near, far = (np.where(parts.front == Parts.UNKNOWN, *pair) for pair in zip((near, far), filled, strict=True))
    middle = (near + far) / 2
    half = np.maximum((far - near) / 2, _THINNEST / 2)
    return Shell(middle - half, middle + half, padded, row, column, parts, maps.arms, maps.cloths)


def _at(parts: Parts, place: NDArray[np.int32]) -> Parts:
    """Network depth -> canvas pixels; unknown pixels take the nearest known ones, as those of the maps do."""
    front, back, behind, hidden = (_filled(m, place) for m in (parts.front, parts.back, parts.behind, parts.hidden))
    return Parts(front, back, behind * np.float32(UNIT), hidden * np.float32(UNIT))


def _filled(values: NDArray[Any], place: NDArray[np.int32]) -> NDArray[Any]:
    """Values (H, W) of which every pixel takes that at its place (flat indices)."""
    return np.ascontiguousarray(values).ravel()[place]


def _solid_parts(valid: Bools) -> Bools:
    """Drop components below 2 % of the largest and lone pixels; fill pinholes."""
    square = np.ones((2, 2), np.uint8)  # OpenCV's own opening with an even window moves the mask by a pixel
    opened = cv2.dilate(cv2.erode(valid.astype(np.uint8), square, anchor=(0, 0)), square, anchor=(1, 1))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(opened, connectivity=4)
    if count < 2:
        return np.zeros_like(valid)
    area = stats[:, cv2.CC_STAT_AREA]
    keep = area >= _SPECK * area[1:].max()
    keep[0] = False
    mask = keep[labels]
    return ~large_pieces(~mask, _HOLE)


def _crop(mask: Bools) -> tuple[Bools, int, int]:
    """Bounding box with a margin that stays empty, so that a person cut off by the canvas is closed there."""
    inner = mask.copy()
    inner[: _MARGIN + 1], inner[-_MARGIN - 1 :] = False, False
    inner[:, : _MARGIN + 1], inner[:, -_MARGIN - 1 :] = False, False
    rows, columns = np.flatnonzero(inner.any(axis=1)), np.flatnonzero(inner.any(axis=0))
    if not len(rows):
        raise UserError(NOBODY)
    top, left = rows[0] - _MARGIN, columns[0] - _MARGIN
    return inner[top : rows[-1] + _MARGIN + 1, left : columns[-1] + _MARGIN + 1], int(top), int(left)


def _smoothed(filled: Float, mask: Bools) -> Float:
    return _smooth(_without_pits(_without_outliers(filled), mask), mask)


def _without_outliers(filled: Float) -> Float:
    """Lone outliers take the local median."""
    median = cv2.medianBlur(filled, 5)
    return np.where(np.abs(filled - median) > _OUTLIER, cv2.medianBlur(filled, 3), filled)


def _without_pits(depth: Float, mask: Bools) -> Float:
    """Small spots that are much farther from the camera than all around are filled: it looked through a crack. At the
    silhouette, where sides fall off, not all around is known."""
    window = np.ones((_PIT, _PIT), np.uint8)
    filled = cv2.dilate(cv2.erode(depth, window), window)
    pits = depth - filled > _DEEP
    _, labels, stats, _ = cv2.connectedComponentsWithStats(pits.astype(np.uint8), connectivity=8)
    small = (stats[:, cv2.CC_STAT_AREA] < _PIT_AREA) & (np.arange(len(stats)) > 0)
    small[labels[~mask]] = False
    return np.where(small[labels], filled, depth)


def _smooth(depth: Float, mask: Bools) -> Float:
    """Self-guided filter (He et al., 2013) of what a small Gaussian leaves over, so that slopes cost no strength.

    Its threshold comes from the map's own noise (median absolute second difference): a clean map keeps its detail.
    """
    laplacian = cv2.filter2D(depth, -1, np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32))
    noise = float(np.median(np.abs(laplacian[mask]))) * 1.4826 / 6
    epsilon = np.float32(np.clip((4 * noise) ** 2, _GRAIN**2, 4.0))
    base = cv2.GaussianBlur(depth, (0, 0), 3.0)
    rest = depth - base
    mean = cv2.boxFilter(rest, -1, (7, 7))
    variance = np.maximum(cv2.boxFilter(rest * rest, -1, (7, 7)) - mean * mean, 0)
    gain = variance / (variance + epsilon)
    offset = (1 - gain) * mean
    return base + cv2.boxFilter(gain, -1, (7, 7)) * rest + cv2.boxFilter(offset, -1, (7, 7))

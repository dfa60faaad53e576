"""Strands of the hair that the photo shows, and how they go on where it shows none."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, blur, nearest

_COARSE, _FINE = 6.0, 0.8
"""Standard deviations in pixels of what is coarser and finer than strands."""
_DARK = 32.0
"""Brightness (of 255) below which differences are noise."""
_MOST = 0.25
"""Largest difference of the logarithm of brightness."""
_SURELY, _RIM = 0.9, 9
"""Cover from which on a pixel shows hair, and width in pixels of the filter that takes the rim of that away."""
_TIMES = 4
"""How often strands are mirrored, one beyond the other."""


def strands(rgb: NDArray[np.uint8], hair: Float) -> Float:
    """Logarithm of the brightness over that around, (H, W), of strands in rgb (H, W, 3) where hair (H, W) covers the
    head, and their mirror images beyond."""
    known = cv2.erode((hair > _SURELY).astype(np.uint8), np.ones((_RIM, _RIM), np.uint8)) > 0
    if not known.any():
        return np.zeros_like(hair)
    brightness, weight = np.log(rgb.mean(axis=2, dtype=np.float32) + np.float32(_DARK)), known.astype(np.float32)
    detail = blur(brightness, weight, _FINE) - blur(brightness, weight, _COARSE)
    return _mirrored(np.clip(detail, -_MOST, _MOST), known)


def _mirrored(values: Float, known: Bools) -> Float:
    """Values (H, W) that go on beyond what is known as their mirror images; 0 where that does not reach."""
    values, rows_columns = np.where(known, values, 0), np.indices(known.shape)
    for _ in range(_TIMES):
        border = np.stack(np.unravel_index(nearest(known), known.shape))
        row, column = np.clip(2 * border - rows_columns, 0, np.array(known.shape)[:, None, None] - 1)
        values = np.where(known, values, values[row, column])
        known = known | known[row, column]
    return values

"""Borders between materials that are made narrow again: hair and skin, shirt and trousers do not run into each other.

Where a mixture is smooth, the colours some way before and behind a border are those of the two materials, and a pixel
between them belongs to the one that it has more of. Shade, whose colours differ little, stays as soft as it is.
Where it is known which cloth is where, that decides.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Float, blur, channel_sum, channels, distance, gradient, lengths, ramp, sampled, smooth
from engine.surface.light import tones
from engine.types import Maps

_REACH = 7.0
"""Pixels from a border at which its two materials are looked up."""
_SMOOTH = 2.0
"""Standard deviation in pixels of the filter for the direction across a border."""
_SHARES = (0.28, 0.72)
"""Shares of the second material between which the narrow border lies."""
_SURE = np.ones((13, 13), np.uint8)
"""The surroundings in which a cloth must be alone to have the colours of nothing else."""
_OWN, _BESIDE = 8.0, (3.0, 7.0)
"""Standard deviation in pixels of the mean of its sure colours, and the distances from a border between which it has
these no more."""
_STAIRS = 1.0
"""Standard deviation in pixels of the smoothing without which a border would follow the grid."""
_UNEVEN = (15.0, 40.0)
"""Standard deviations (sRGB) of the sure colours nearby between which they are no longer those of one cloth."""
_LEAST = 1e-3
"""Share of sure pixels in the mean from which on there are some nearby."""
_COUNTS = np.array([1, 6, 6], np.float32)
"""How much differences in `tones` count: those of hue more than those of lightness."""
_OTHER, _STRONG = (0.4, 0.65), (20.0, 50.0)
"""Differences in `tones`, and in sRGB, between which two colours become those of two materials."""
_THIRD = (0.1, 0.3)
"""Distance of a colour from the mixtures of both, in that of the two, between which it becomes a third material's."""


def narrowed(colors: Float) -> Float:
    """Colours (H, W, 3; sRGB) with narrow borders."""
    way = _across(colors) * _REACH
    rows, columns = np.indices(colors.shape[:2], np.float32)
    here = np.dstack([columns, rows])
    one, other = sampled(colors, here - way), sampled(colors, here + way)
    apart = other - one
    length = np.maximum(lengths(apart), 1)
    share = channel_sum((colors - one) * apart) / length**2
    third = lengths(colors - one - channels(share) * apart) / length
    differ = lengths((tones(other) - tones(one)) * _COUNTS)
    certain = ramp(differ, *_OTHER) * ramp(length, *_STRONG) * (1 - ramp(third, *_THIRD))
    return colors + channels(certain) * (one + channels(ramp(share, *_SHARES)) * apart - colors)


def _across(colors: Float) -> Float:
    """(H, W, 2) unit vectors (x, y) in which colours change most: the structure tensor's (Di Zenzo, A Note on the
    Gradient of a Multi-Image, 1986)."""
    soft = np.asarray(cv2.GaussianBlur(colors, (0, 0), _SMOOTH), np.float32)
    x, y = np.moveaxis(gradient(soft), -1, 0)
    xx, yy, xy = (cv2.GaussianBlur(channel_sum(a * b), (0, 0), _SMOOTH) for a, b in ((x, x), (y, y), (x, y)))
    angle = np.arctan2(2 * xy, xx - yy) / 2
    return np.dstack([np.cos(angle), np.sin(angle)])


def parted(colors: Float, cloths: NDArray[np.uint8]) -> Float:
    """Colours (H, W, 3; sRGB) of which each cloth (H, W; `Maps.UNSURE` where nobody knows) has its own up to its border
    with another."""
    change = np.zeros_like(colors)
    for cloth in np.setdiff1d(np.unique(cloths), Maps.UNSURE):
        own = cloths == cloth
        sure = cv2.erode(own.astype(np.uint8), _SURE).astype(np.float32)
        others = ~own & (cloths != Maps.UNSURE)
        if others.any():
            pure = blur(colors, sure, _OWN)
            uneven = np.sqrt(blur(channel_sum((colors - pure) ** 2), sure, _OWN))
            share = (
                (1 - ramp(distance(~others), *_BESIDE)) * (1 - ramp(uneven, *_UNEVEN)) * (smooth(sure, _OWN) > _LEAST)
            )
            change += channels(share * cv2.GaussianBlur(own.astype(np.float32), (0, 0), _STAIRS)) * (pure - colors)
    return colors + change

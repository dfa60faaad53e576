"""What of the photo goes on around the body.

Cloth and skin seen at the sides of the body are there at its back as well; what is seen only in the middle (a neckline,
a print, a tie, what an open jacket shows) is not. It gives way to what is beside it, mirrored at the border, so that a
pattern goes on. Light and shade are smoothed away; the steps between materials stay.
"""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from engine.surface.clean import Bools, Float, nearest
from engine.surface.segments import HEAD, THIGHS, TORSO, Segments

TRUNK = (TORSO, *THIGHS)

_DARK = 8.0
"""sRGB added to every channel: below it hues are noise."""
_SHADE, _HUE = 0.6, 0.1
"""Differences of the logarithm of the lightness and of the channels' shares at which colours stop being alike."""
_SIDE = 0.25
"""Share of a row's width that counts as the side, left and right."""
_BAND = 0.08
"""Height, over the trunk's length, of the bands in which sides and middle are compared."""
_RARE = 0.25
"""A colour of the middle goes around if the sides have at least this share of what the middle has of it."""
_FEW = 8.0
"""Pixels of a band below which it tells nothing."""
_UPRIGHT = 4
"""Holes are filled from beside rather than from above: so much farther counts a pixel above than one beside."""
_REACH, _STEP = 25, 0.16
"""Spatial (pixels) and tonal (0 to 1) standard deviation of the filter that smooths light and shade away."""


def tones(colors: Float) -> Float:
    """(..., 3) sRGB -> logarithm of the lightness, and the shares that red and blue have in it."""
    raised = colors + np.float32(_DARK)
    total = raised.sum(axis=-1)
    return np.stack([np.log(total / 3), raised[..., 0] / total, raised[..., 2] / total], axis=-1)


def _from_tones(values: Float) -> Float:
    total = 3 * np.exp(values[..., 0])
    red, blue = total * values[..., 1], total * values[..., 2]
    return np.clip(np.stack([red, total - red - blue, blue], axis=-1) - np.float32(_DARK), 0, 255)


def difference(picture: Float, color: NDArray) -> Float:
    """Distance (H, W) of a picture's colours (H, W, 3) from one; up to 1 they may be one cloth in light and shade."""
    offset = tones(picture) - tones(np.asarray(color, np.float32))
    return np.asarray(np.sqrt((offset[..., 0] / _SHADE) ** 2 + ((offset[..., 1:] / _HUE) ** 2).sum(axis=-1)))


def around(picture: Float, known: Bools, mask: Bools, parts: Segments) -> Bools:
    """(H, W) pixels of the mask whose colours the same part has at its sides (head, trunk) or wherever it is `known`.

    known: pixels that surely show the part whose label they have.
    """
    result = mask.copy()
    for part in np.unique(parts.label[mask]):
        region = mask & (parts.label == part)
        seen = known & region
        sure = _sides(seen & ~parts.loose) if part in (HEAD, TORSO) else seen
        result[region] = _shared(picture, region, sure, parts)[region]
    return pure(result, mask)


def pure(where: Bools, mask: Bools) -> Bools:
    """Most of the pixels of `where`, without specks and the rim on which colours mix with others of the mask."""
    others = mask & (cv2.medianBlur(where.astype(np.uint8), 5) == 0)
    return mask & (cv2.dilate(others.astype(np.uint8), np.ones((5, 5), np.uint8)) == 0)


def _shared(picture: Float, region: Bools, sure: Bools, parts: Segments) -> Bools:
    """Pixels of the region whose tones, band by band, what is `sure` has as well; all where hardly anything is sure."""
    values = tones(picture[region])
    band = np.floor(parts.down[region] / (_BAND * parts.size))
    bins = np.column_stack([band, values[:, 0] / 0.3, values[:, 1:] / 0.04]).astype(int)
    bins -= bins.min(axis=0)
    shape = tuple(bins.max(axis=0) + 1)
    at = np.ravel_multi_index(tuple(bins.T), shape)
    (theirs, few), (rest, _) = (_shares(at[of], shape) for of in (sure[region], ~sure[region]))
    result = np.zeros(region.shape, bool)
    result[region] = ((theirs > _RARE * rest) | few).ravel()[at]
    return result


def _shares(at: NDArray[np.int64], shape: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Per band the shares of the tones; and the bands (K, 1, 1, 1) with hardly any pixels."""
    counts = np.bincount(at, minlength=int(np.prod(shape))).reshape(shape).astype(float)
    smooth = gaussian_filter(counts, (1.0, 0.7, 0.7, 0.7), mode="constant")
    total = smooth.sum(axis=(1, 2, 3), keepdims=True)
    return smooth / np.maximum(total, 1e-9), total < _FEW


def _sides(region: Bools) -> Bools:
    """The outer quarters of every row's span."""
    columns = np.arange(region.shape[1])
    left, right = region.argmax(axis=1), region.shape[1] - 1 - region[:, ::-1].argmax(axis=1)
    place = (columns[None] - left[:, None]) / np.maximum(right - left, 1)[:, None]
    return np.asarray(region & (np.abs(place - 0.5) > 0.5 - _SIDE))


def continue_around(picture: Float, worn: Bools, mask: Bools, parts: Segments) -> Float:
    """The picture with all that is not `worn` replaced by what is beside it on the same part, mirrored."""
    result = picture.copy()
    trunk = np.isin(parts.label, TRUNK)
    for region in (trunk, *(parts.label == part for part in np.unique(parts.label[mask & ~trunk]))):
        source = worn & region
        if source.any():
            result = fill(result, mask & region & ~source, source)
    return result


def fill(picture: Float, hole: Bools, source: Bools) -> Float:
    """The picture with a hole filled from the source beside it, mirrored at its border. `source` must not be empty."""
    return np.where(hole[..., None], picture.reshape(-1, 3)[_mirrored(source)], picture)


def _mirrored(source: Bools) -> NDArray[np.int64]:
    """Flat index (H, W) of the pixel as far behind the border of `source` as each lies before it.

    Where the source is narrower than that, the half of the way, a quarter and so on.
    """
    height, width = source.shape
    row, column = np.divmod(nearest(np.repeat(source, _UPRIGHT, axis=0))[_UPRIGHT // 2 :: _UPRIGHT], width)
    row //= _UPRIGHT
    yy, xx = np.mgrid[:height, :width]
    result = row * width + column
    for share in (0.125, 0.25, 0.5, 1.0):
        y = np.clip(np.rint(row + share * (row - yy)).astype(int), 0, height - 1)
        x = np.clip(np.rint(column + share * (column - xx)).astype(int), 0, width - 1)
        result = np.where(source[y, x], y * width + x, result)
    return np.asarray(result)


def flatten(colors: Float) -> Float:
    """Without light and shade: the domain transform (Gastal and Oliveira, 2011) of lightness and hue."""
    low = np.array([np.log(_DARK), 0.05, 0.05], np.float32)
    high = np.array([np.log(255 + _DARK), 0.75, 0.75], np.float32)
    levels = np.rint(255 * np.clip((tones(colors) - low) / (high - low), 0, 1)).astype(np.uint8)
    smooth = cv2.edgePreservingFilter(levels, flags=cv2.RECURS_FILTER, sigma_s=_REACH, sigma_r=_STEP)
    return _from_tones(smooth.astype(np.float32) / 255 * (high - low) + low)

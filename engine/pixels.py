"""Distances, neighbours and means on the pixel grid."""

from collections.abc import Callable
from functools import reduce

import cv2
import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float32]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int32]

_FINENESS = 4.0
"""Pixels of the grid on which a Gaussian is computed, in its standard deviation."""
_SPREAD = 2.0
"""The same, of what is spread."""
_ROW = 1024
"""Samples that are taken in a row."""


def nearest(known: Bools) -> NDArray[np.int32]:
    """Flat index of the nearest known pixel for every pixel; `known` must not be empty."""
    _, labels = cv2.distanceTransformWithLabels(
        (~known).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_PIXEL
    )
    at = np.flatnonzero(known)
    lookup = np.zeros(labels.max() + 1, np.int32)
    lookup[labels.ravel()[at]] = at
    return lookup[labels]


def nearest_where(where: Bools, known: Bools) -> NDArray[np.int32]:
    """Flat index of the nearest known pixel for some pixels (if there are any, `known` must not be empty), and of
    itself for every other one."""
    own = np.arange(where.size, dtype=np.int32).reshape(where.shape)
    return np.where(where, nearest(known), own) if where.any() else own


def distance(mask: Bools) -> Float:
    """Distance of every pixel inside the mask to the nearest pixel centre outside it, in pixels; where nothing is
    outside, that around the picture."""
    inside = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5)
    return np.asarray(np.minimum(inside, sum(mask.shape)), np.float32)


def signed_distance(mask: Bools) -> Float:
    """Distance of every pixel from the mask's contour in pixels, positive inside."""
    return np.where(mask, distance(mask) - 0.5, 0.5 - distance(~mask)).astype(np.float32)


def soft_distance(mask: Bools, sigma: float) -> Float:
    """Distance of every pixel from the mask's contour, smoothed so that it tells where between pixels that runs."""
    return np.asarray(cv2.GaussianBlur(signed_distance(mask), (0, 0), sigma), np.float32)


def channel_sum(values: NDArray) -> NDArray:
    """Sum over the last axis, channel by channel: numpy's own takes twenty times as long for a few of them."""
    return reduce(np.add, np.moveaxis(values, -1, 0))


def lengths(vectors: NDArray) -> NDArray:
    """Euclidean length of vectors along the last axis."""
    return np.sqrt(channel_sum(vectors * vectors))


def channels(values: NDArray, count: int = 3) -> NDArray:
    """(...) as (..., count): numpy takes ten times as long to repeat an axis of one in its arithmetic."""
    result = np.empty((*values.shape, count), values.dtype)
    for channel in range(count):
        result[..., channel] = values
    return result


def black_outside(picture: NDArray[np.uint8], mask: Bools) -> NDArray[np.uint8]:
    """The picture (H, W, 3), black where the mask (H, W) is not."""
    return np.asarray(cv2.copyTo(picture, mask.astype(np.uint8)))


def gradient(values: Float) -> Float:
    """Derivatives along x and y per pixel, by Scharr's filter: (H, W, 2), or (H, W, C, 2) of (H, W, C)."""
    return np.stack([cv2.Scharr(values, cv2.CV_32F, 1 - axis, axis) for axis in (0, 1)], axis=-1) / 32


def large_pieces(mask: Bools, least: int) -> Bools:
    """The mask without its connected pieces (pixels side by side) of fewer than `least` pixels."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    keep = stats[:, cv2.CC_STAT_AREA] >= least
    keep[0] = False
    return np.asarray(keep[labels])


def smooth(values: Float, sigma: float) -> Float:
    """Gaussian mean, a wide one on a coarser grid."""
    height, width = values.shape[:2]
    step = max(1, int(sigma / _FINENESS))
    mean = cv2.GaussianBlur(_coarse(values, step), (0, 0), sigma / step)
    return np.asarray(cv2.resize(mean, (width, height)) if step > 1 else mean, np.float32)


def _coarse(values: Float, step: int) -> Float:
    """Means of `step` x `step` pixels."""
    size = -(-values.shape[1] // step), -(-values.shape[0] // step)
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA) if step > 1 else values, np.float32)


def blur(values: Float, weights: Float, sigma: float) -> Float:
    """Gaussian mean of the pixels with weight; where none is near, zero."""
    return _mean(_weighted(values, weights), weights, sigma)


def _weighted(values: Float, weights: Float) -> Float:
    return values * (channels(weights, values.shape[2]) if values.ndim == 3 else weights)


def _mean(weighted: Float, weights: Float, sigma: float) -> Float:
    total, mean = smooth(weights, sigma), smooth(weighted, sigma)
    total = np.maximum(total, 1e-6)
    return mean / (channels(total, mean.shape[2]) if mean.ndim == 3 else total)


def spread(values: Float, known: Bools, sigma: float) -> Float:
    """For every pixel the Gaussian mean of the known ones at the nearest of them; `known` must not be empty.

    A wide mean is taken on a coarser grid (see `_SPREAD`), and mixed within one of its steps of where another begins.
    """
    height, width = known.shape
    step = max(1, int(sigma / _SPREAD))
    weights = known.astype(np.float32)
    share = _coarse(weights, step)
    mean = _mean(_coarse(_weighted(values, weights), step), share, sigma / step)
    repeated = mean.reshape(-1, *mean.shape[2:])[nearest(share > 0)]
    return np.asarray(cv2.resize(repeated, (width, height)) if step > 1 else repeated, np.float32)


def ramp(values: Float, low: float, high: float) -> Float:
    """0 up to `low`, 1 from `high`, smooth between."""
    step = np.clip((values - low) / (high - low), 0, 1)
    return np.asarray(step * step * (3 - 2 * step), np.float32)


def sampled(values: Float, places: Float) -> Float:
    """Values (H, W) or (H, W, C) at places (h, w, 2; x, y as indices), bilinear; the border goes on outside."""
    x, y = np.ascontiguousarray(places[..., 0]), np.ascontiguousarray(places[..., 1])
    return np.asarray(cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def sampled_at(values: Float, places: Float) -> Float:
    """Values (H, W, C) at places (N, 2; x, y as indices), bilinear: (N, C); the border goes on outside."""
    wide = np.resize(places.astype(np.float32), (len(places) // _ROW + 1, _ROW, 2))  # OpenCV takes 32,767 in a row
    return sampled(values, wide).reshape(-1, values.shape[2])[: len(places)]


def exactly_at(values: Callable[[Ints, Ints], Float], rows: NDArray, columns: NDArray, shape: tuple[int, ...]) -> Float:
    """Values at places between pixels (N,) each, bilinear, not rounded to 1/32 of a pixel as OpenCV does: (N, C).

    values: gives those (N, C) of rows and columns (N,) each of a grid of `shape`.
    """
    rows, columns = (np.clip(places, 0, size - 1) for places, size in zip((rows, columns), shape, strict=True))
    top, left = rows.astype(np.int32), columns.astype(np.int32)
    down, right = ((places - first)[:, None].astype(np.float32) for places, first in ((rows, top), (columns, left)))
    bottom, last = np.minimum(top + 1, shape[0] - 1), np.minimum(left + 1, shape[1] - 1)
    above = (1 - right) * values(top, left) + right * values(top, last)
    below = (1 - right) * values(bottom, left) + right * values(bottom, last)
    return np.asarray((1 - down) * above + down * below, np.float32)


def around(points: NDArray[np.float64], rim: float, shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Rows and columns around points (N, 2 or more; x, y first) with a rim, within a grid of `shape`."""
    low, high = points[:, :2].min(axis=0) - rim, points[:, :2].max(axis=0) + rim
    left, top, right, bottom = np.clip([*low, *high], 0, [shape[1], shape[0]] * 2).astype(int).tolist()
    return slice(top, bottom), slice(left, right)

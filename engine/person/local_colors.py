"""Which colours are nearer to those of the person, and which to those of what is around, in each part of a picture.

What is seen of a palette's colours on either side is counted nearby, not in the whole picture: trousers are told from a
dark floor where they stand before a light wall, and a skirting board from trousers because it goes on beside them.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Bool = NDArray[np.bool_]
Float = NDArray[np.float32]

_PALETTE = 64
_SPREAD = 3.0
"""CIELAB distance by which a colour may be off that of the palette."""
_LEAST = 0.002
"""Share of every palette colour that is assumed everywhere: nothing is impossible."""
_CELL = 8
"""Cells per reach in which colours are counted."""
_SAMPLES = 8000


def color_evidence(colors: Float, inside: Bool, weight: Float, where: Bool, reach: float) -> Float:
    """Logarithm of how many times likelier the colours of the pixels `where` are inside than outside: (N,).

    colors: (H, W, 3) CIELAB. inside: (H, W), counted with the weight (H, W) in [0, 1]. reach: standard deviation in
    pixels of what is nearby.
    """
    step = max(1.0, reach / _CELL)
    size = tuple(max(1, round(n / step)) for n in colors.shape[1::-1])
    cells = np.asarray(cv2.resize(colors, size, interpolation=cv2.INTER_AREA), np.float32)
    palette = _palette(cells)
    seen = _membership(cells.reshape(-1, 3), palette).reshape(*cells.shape[:2], -1)
    row, column = (
        np.minimum((i / step).astype(int), n - 1) for i, n in zip(np.nonzero(where), size[::-1], strict=True)
    )
    here = _membership(colors[where], palette)
    likelihoods = []
    for part in (weight * inside, weight * ~inside):
        counted = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), np.float32)
        share = _nearby(seen, counted, reach / step)
        likelihoods.append(np.log((here * share[row, column]).sum(axis=1) + np.float32(_LEAST)))
    return likelihoods[0] - likelihoods[1]


def _nearby(seen: Float, weight: Float, sigma: float) -> Float:
    """(H, W, K) shares of the palette's colours around each cell."""
    total = cv2.GaussianBlur(weight, (0, 0), sigma)
    planes = [cv2.GaussianBlur(seen[..., k] * weight, (0, 0), sigma) for k in range(seen.shape[2])]
    return np.stack(planes, axis=-1) / np.maximum(total, 1e-6)[..., None]


def _palette(colors: Float) -> Float:
    """The means (K, 3) of groups of alike colours."""
    samples = colors.reshape(-1, 3)
    samples = np.ascontiguousarray(samples[:: max(1, len(samples) // _SAMPLES)])
    cv2.setRNGSeed(0)
    criteria = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 20, 0.5)
    labels = np.zeros((len(samples), 1), np.int32)
    count = min(_PALETTE, len(samples))
    return np.asarray(cv2.kmeans(samples, count, labels, criteria, 1, cv2.KMEANS_PP_CENTERS)[2], np.float32)


def _membership(colors: Float, palette: Float) -> Float:
    """(N, K) how far each of the colours (N, 3) is one of the palette's; every row sums to 1."""
    apart = (palette**2).sum(axis=1) - 2 * colors @ palette.T
    share = np.exp((apart.min(axis=1, keepdims=True) - apart) / np.float32(2 * _SPREAD**2))
    return np.asarray(share / share.sum(axis=1, keepdims=True), np.float32)

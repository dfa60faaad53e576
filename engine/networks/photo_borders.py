"""Borders between what a network tells apart, at the place where the photo has them.

The networks see 256 pixels and are some of them off; colours are seen on each.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pixels import Bools, Float, blur, channel_sum

_SPREAD, _MOST = 9.0, 18.0
"""Least and largest standard deviation of a thing's colours in CIELAB; more than that are some of another thing."""
_LEAST, _UNLIKE = 0.02, 0.02
"""What is added to the shares, and to the likelihood of a colour: nothing is impossible."""
_ANYWHERE = 1e-3
"""Weight of the colours of what is nowhere sure."""


@dataclass(frozen=True)
class Reach:
    """Sizes in pixels. alone: half the width of the surroundings in which a thing must be alone to be a sure one.
    nearby: standard deviation of what of it is nearby. moved: by how much a round moves borders at most. specks:
    standard deviation of the smoothing of the result. rounds: how often is looked; what is surely something is better
    known the second time."""

    alone: int
    nearby: float
    moved: int
    specks: float
    rounds: int = 1


def drawn_to(shares: Float, colors: Float, inside: Bools, reach: Reach) -> Float:
    """Shares (C, H, W) of what is seen, near borders by how much the colour (H, W, 3; CIELAB) of a pixel is that of
    what surely is the same thing nearby (a normal distribution around their mean)."""
    found = shares
    for _ in range(reach.rounds):
        found = _drawn(shares, np.where(inside, found.argmax(axis=0), -1), colors, reach)
    even = np.stack([cv2.GaussianBlur(one, (0, 0), reach.specks) for one in found])
    return np.where(inside, even / np.maximum(even.sum(axis=0), np.float32(1e-9)), shares)


def _drawn(shares: Float, codes: NDArray[np.int64], colors: Float, reach: Reach) -> Float:
    """The shares of pixels inside by their colours, if they are the things (H, W) that they have the codes of."""
    likely = np.zeros_like(shares)
    for code in np.unique(codes[codes >= 0]):
        own = (codes == code).astype(np.uint8)
        sure = cv2.erode(own, _window(reach.alone)) + np.float32(_ANYWHERE) * own
        like = _likelihood(colors, sure, reach.nearby) + np.float32(_UNLIKE)
        likely[code] = cv2.dilate(own, _window(reach.moved)) * (shares[code] + np.float32(_LEAST)) * like
    return likely * (codes >= 0) / np.maximum(likely.sum(axis=0), np.float32(1e-9))


def _likelihood(colors: Float, weight: Float, nearby: float) -> Float:
    """Of each colour among those with weight nearby: (H, W), 1 for the mean of colours that vary by no more than
    `_SPREAD`."""
    mean = blur(colors, weight, nearby)
    variance = np.clip(blur(colors**2, weight, nearby) - mean**2, _SPREAD**2, _MOST**2)
    away = channel_sum((colors - mean) ** 2 / variance)
    return np.asarray(np.exp(-away / 2) * np.sqrt((_SPREAD**2 / variance).prod(axis=2)), np.float32)


def _window(half: int) -> NDArray[np.uint8]:
    return np.ones((2 * half + 1, 2 * half + 1), np.uint8)

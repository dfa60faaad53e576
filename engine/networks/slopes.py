"""Slopes between an arm and what is beside it: networks of 256 pixels draw each towards the other.

An arm that hangs beside the trunk became one slab with it: the trunk's back rose to that of an arm behind it, so that
both seemed to touch. What is seen of a layer some pixels inside tells better how deep it is at its border.
"""

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.networks.layers import ARM_LAYERS
from engine.pixels import Bools, Float, distance, nearest, ramp, spread

_INSIDE = 4.0
"""Pixels from a border from which on a layer is as deep as it is said to be."""
_NEARER = (0.04, 0.1)
"""Network units (2 and 6 cm of a person of 1.8 m) by which what is beside a layer is the nearer one up to which it does
not draw it, and from which on it does."""
_EVEN = 3.0
"""Standard deviation in pixels of the smoothing of the depths inside."""
_ROOTED = (2.0, 10.0)
"""Pixels from where an arm comes out of the body up to which slopes stay, and from which on none does."""
_FREE = 0.5
"""Share from which on a limb can end at its border."""
_SEEN = 40
"""Pixels of an arm in front from which on it is one that the camera sees; where others are, is a guess."""
_BESIDE = np.ones((3, 3), np.uint8)

Labels = NDArray[np.int64]


def without_slopes(depths: Tensor, labels: Tensor, free: Tensor, mask: Tensor) -> Tensor:
    """Depths (2, LAYERS, H, W) of which none rises towards an arm that is before it, nor an arm towards what is.

    Only of arms that the camera sees.

    labels: (2, H, W) the layers that front and back show. free: (2, LAYERS, H, W) whether a layer can end at a border.
    mask: (H, W).
    """
    result, inside = depths.numpy().copy(), mask.numpy() > 0
    arms = [arm for arm in ARM_LAYERS if np.count_nonzero(inside & (labels[0].numpy() == arm)) >= _SEEN]
    for side, sign in ((0, 1), (1, -1)):
        shown = np.where(inside, labels[side].numpy(), -1)
        seen = np.take_along_axis(sign * result[side], np.maximum(shown, 0)[None], 0)[0]
        share = ramp(distance(~_rooted(shown, free[side].numpy(), arms)), *_ROOTED)
        for layer in np.unique(shown[inside]):
            flat = _flattened(seen, shown == layer, _drawing(shown, layer, arms), share)
            result[side, layer] = np.where(shown == layer, sign * flat, result[side, layer])
    return torch.from_numpy(result)


def _drawing(shown: Labels, layer: int, arms: list[int]) -> Bools:
    """What is seen (H, W) of layers that draw this one: of all others if it is an arm, else of arms."""
    others = (shown >= 0) & (shown != layer)
    return others if layer in arms else others & np.isin(shown, arms)


def _flattened(seen: Float, own: Bools, others: Bools, share: Float) -> Float:
    """The depth that is seen (H, W), as far as the share says that of the inside where nearer others draw a layer."""
    inner = own & (distance(~others) > _INSIDE)
    if not (others.any() and inner.any()):
        return seen
    level = spread(seen, inner, _EVEN)
    drawn = own & ~inner & (distance(~inner) <= 2 * _INSIDE) & (seen < level)
    draws = ramp(level - seen.ravel()[nearest(others)], *_NEARER)
    return np.where(drawn, seen + share * draws * (level - seen), seen)


def _rooted(shown: Labels, free: Float, arms: list[int]) -> Bools:
    """Pixels (H, W) of arms at whose border they come out of the body."""
    rooted = np.zeros(shown.shape, bool)
    for arm in arms:
        beside = cv2.dilate(((shown >= 0) & (shown != arm)).astype(np.uint8), _BESIDE) > 0
        rooted |= (shown == arm) & beside & (free[arm] < _FREE)
    return rooted

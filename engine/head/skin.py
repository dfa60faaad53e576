"""Which pixels of a head have the colour of its skin, and which that of its hair."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.head.draw import Drawn
from engine.head.model import HeadModel
from engine.pixels import Bools, Float
from engine.skeleton import INDEX

_SURELY = 0.9
"""Share from which on a pixel counts as a part of the head."""
FEWEST = 12
"""Least number of pixels that tell of a part."""
_DARK = 10.0
"""Lightness (of 255) below which ratios say little."""
_TOLERANCE = np.array([np.log(2), 9.0, 13.0], np.float32)
"""How far the logarithm of lightness, and a and b (of 255) may differ from those of the face's skin."""
_BALD, _ALIKE = 0.1, 1.0
"""Squared differences of the skull's colour from the face's, in tolerances, up to which it is bald, and up to which the
colour of a pixel does not tell hair from skin."""
_RED, _BLUE, _LIGHT = (135, 180), (85, 135), 40
"""Cr and Cb between which the colours of all skins lie (Chai and Ngan, Face Segmentation Using Skin-Color Map, 1999),
and the least Y at which they tell."""
_BARE = ("wrist", "finger2", "finger3", "finger4", "finger5"), ("elbow", "knee", "ankle")
"""Key points that are bare, most often first."""
_CLOTH = 12.0
"""Difference (CIELAB) from the colour of the trunk up to which a colour is that of cloth."""
_USUAL = np.array([190, 140, 115], np.float32)
"""Colour of skin of which a photo shows nothing."""
_SPOT = 2
"""Pixels around a key point that are looked at."""


def skin_of(rgb: NDArray[np.uint8], mask: Bools, keypoints: NDArray) -> Float:
    """Colour (3,) of the skin of a person whose face is not seen: that of the hands, or of what else is bare, where it
    looks like skin and not like the trunk.

    keypoints: (31, 2) pixels of rgb (H, W, 3) and mask (H, W).
    """
    trunk = [keypoints[INDEX[f"{side}_{name}"]] for side in ("left", "right") for name in ("shoulder", "hip")]
    cloth = _spot(rgb, mask, np.mean(trunk, axis=0))
    for names in _BARE:
        spots = [_spot(rgb, mask, keypoints[INDEX[f"{side}_{name}"]]) for name in names for side in ("left", "right")]
        skin = _skin_among(np.concatenate(spots), cloth)
        if len(skin) >= FEWEST:
            return np.median(skin, axis=0).astype(np.float32)
    return _USUAL


def _spot(rgb: NDArray[np.uint8], mask: Bools, place: NDArray) -> NDArray[np.uint8]:
    """Colours (N, 3) around a place (x, y)."""
    if not np.isfinite(place).all() or (place < 0).any():
        return np.zeros((0, 3), np.uint8)
    column, row = place.astype(int)
    near = np.s_[max(row - _SPOT, 0) : row + _SPOT + 1, max(column - _SPOT, 0) : column + _SPOT + 1]
    return np.asarray(rgb[near][mask[near]])


def _skin_among(colors: NDArray[np.uint8], cloth: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Those of the colours (N, 3) that may be skin, and not that of cloth (M, 3)."""
    if not len(colors):
        return colors
    light, red, blue = cv2.cvtColor(colors[None], cv2.COLOR_RGB2YCrCb)[0].T
    like = (light > _LIGHT) & (_RED[0] < red) & (red < _RED[1]) & (_BLUE[0] < blue) & (blue < _BLUE[1])
    if len(cloth):
        own, other = (cv2.cvtColor(some[None] / np.float32(255), cv2.COLOR_RGB2LAB)[0] for some in (colors, cloth))
        like &= np.linalg.norm(own - np.median(other, axis=0), axis=1) > _CLOTH
    return np.asarray(colors[like])


def unlike_skin(model: HeadModel, near: Drawn, rgb: NDArray[np.uint8]) -> Float:
    """(H, W) how far the colours of rgb (H, W, 3) are from that of the face of a drawn head; below 1 as skin may be."""
    differences = _from_skin(rgb, near.at_pixels(model.inner))
    if differences is None:
        return np.zeros(rgb.shape[:2], np.float32)
    return np.asarray(np.abs(differences).max(axis=2))


def like_hair(model: HeadModel, near: Drawn, rgb: NDArray[np.uint8], mask: Bools) -> Float | None:
    """(H, W) where the colours of rgb (H, W, 3) are on the way from that of the face, 0, to that of the skull, 1; where
    both are much alike, hair is where it usually is. None for a bald skull. mask: (H, W) the person's pixels."""
    usual = 1 - near.at_pixels(model.bare)
    differences = _from_skin(rgb, near.at_pixels(model.below_brows))
    skull = mask & (near.at_pixels(model.crown * (1 - np.maximum(model.bare, model.ear))) > _SURELY)
    if differences is None or np.count_nonzero(skull) < FEWEST:
        return usual
    hair = np.median(differences[skull], axis=0)
    if hair @ hair < _BALD:
        return None
    return usual if hair @ hair < _ALIKE else np.asarray(differences @ hair / (hair @ hair), np.float32)


def _from_skin(rgb: NDArray[np.uint8], face: Float) -> Float | None:
    """Differences (H, W, 3) of colours from that of a face, in tolerances; None without a face."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] = np.log(lab[..., 0] + _DARK)
    skin = lab[face > _SURELY]
    return None if len(skin) < FEWEST else np.asarray((lab - np.median(skin, axis=0)) / _TOLERANCE, np.float32)

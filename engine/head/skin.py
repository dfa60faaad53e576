"""Which pixels of a head have the colour of its skin, and which that of its hair."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.head.draw import Drawn
from engine.head.model import HeadModel
from engine.pixels import Bools, Float

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

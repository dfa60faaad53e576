"""What of the head is skin, and whether the ears are seen or lie under hair, a cap or a scarf."""

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.head.draw import Drawn
from engine.head.model import Float64, HeadModel
from engine.normals import vertex_normals
from engine.pixels import Bools

_FACING = 0.25
"""Least part of the normal towards the camera of what counts as seen."""
_SURELY, _MOSTLY = 0.9, 0.5
"""Shares of face and ear from which on a pixel counts as theirs."""
_FEWEST = 12
"""Least number of pixels that tell of an ear."""
_SHARE = 0.5
"""Share of them that must look like skin."""
_DARK = 10.0
"""Lightness (of 255) below which ratios say little."""
_TOLERANCE = np.array([np.log(2), 9.0, 13.0], np.float32)
"""How far the logarithm of lightness, and a and b (of 255) may differ from those of the face's skin."""


def like_skin(model: HeadModel, near: Drawn, rgb: NDArray[np.uint8]) -> Bools:
    """(H, W) pixels of rgb (H, W, 3) with a colour like that of the face of a drawn head."""
    lab = cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB).astype(np.float32)
    lab[..., 0] = np.log(lab[..., 0] + _DARK)
    skin = lab[near.at_pixels(model.inner) > _SURELY]
    if len(skin) < _FEWEST:
        return np.ones(rgb.shape[:2], bool)
    return np.asarray((np.abs(lab - np.median(skin, axis=0)) < _TOLERANCE).all(axis=2))


def hidden_ears(model: HeadModel, vertices: Float64, near: Drawn, skin: Bools) -> Bools:
    """(V,) the vertices of the half of a drawn head (V, 3) whose ear is not seen; skin: (H, W).

    An ear that is turned away is taken for what the other one is.
    """
    facing = near.at_pixels(-vertex_normals(vertices, model.faces)[:, 2]) > _FACING
    left = model.mean[:, 0] > 0
    seen = [_is_seen(near.at_pixels(model.ear * side) > _MOSTLY, facing, skin) for side in (left, ~left)]
    hidden = [own is False or (own is None and other is False) for own, other in (seen, seen[::-1])]
    return np.where(left, hidden[0], hidden[1])


def _is_seen(ear: Bools, facing: Bools, skin: Bools) -> bool | None:
    """None where too little of the ear faces the camera."""
    shown = skin[ear & facing]
    return bool(shown.mean() > _SHARE) if len(shown) >= _FEWEST else None

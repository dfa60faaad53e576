"""Whether the ears are seen or lie under hair, a cap or a scarf."""

import numpy as np

from engine.head.draw import Drawn
from engine.head.model import Float64, HeadModel
from engine.head.skin import FEWEST
from engine.normals import vertex_normals
from engine.pixels import Bools

_FACING = 0.25
"""Least part of the normal towards the camera of what counts as seen."""
_MOSTLY = 0.5
"""Share of the ear from which on a pixel counts as its."""
_SHARE = 0.5
"""Share of them that must look like skin."""


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
    return bool(shown.mean() > _SHARE) if len(shown) >= FEWEST else None

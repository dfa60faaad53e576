"""Traces that arms before the body leave on its back.

The coarse networks say at 128 pixels what differs from the prior, in which an arm ends with a step. On the back, where
the trunk goes on, they have to take that step away again, and of what is so narrow they can only take most.
"""

from dataclasses import replace

import torch
from torch import Tensor
from torch.nn.functional import max_pool2d

from engine.networks.layers import ARM_LAYERS, Layered, known_shares
from engine.networks.sharpen import blurred
from engine.types import Parts

_FINE = 4.0
"""Standard deviation in pixels (some 4 cm) of what is smoothed away."""
_AROUND = 15
"""Width in pixels of the window in which an arm leaves traces."""


def without_traces(depths: Tensor, layers: Layered, limbs: Tensor, mask: Tensor) -> tuple[Tensor, Layered]:
    """The back without them, in the depths (1, 2, 256, 256) and in the trunk's layer.

    limbs: see `limb_maps`. mask: (1, 1, 256, 256).
    """
    front, back = (side.argmax(1) for side in known_shares(layers, limbs).unbind(1))
    trunk = mask * (back == Parts.TRUNK)[:, None]
    hidden = torch.isin(front, front.new_tensor(ARM_LAYERS))[:, None] * trunk
    around = max_pool2d(hidden, _AROUND, 1, _AROUND // 2)
    where = blurred(around, torch.ones_like(mask), _FINE / 2) * _within(trunk)
    sheets = layers.depths.clone()
    sheets[:, 1, :1] = _evened(sheets[:, 1, :1], where, trunk)
    return torch.cat([depths[:, :1], _evened(depths[:, 1:], where, trunk)], 1), replace(layers, depths=sheets)


def _within(trunk: Tensor) -> Tensor:
    """(1, 1, H, W) 0..1, 1 well inside the trunk; at its outline the mean of what lies inside is no guess."""
    return (2 * blurred(trunk, torch.ones_like(trunk), _FINE) - 1).clamp(min=0) * trunk


def _evened(depth: Tensor, where: Tensor, trunk: Tensor) -> Tensor:
    """A depth (1, 1, H, W) that is smooth where (0..1) it should be; curved as before, for what smoothing takes from
    the curves is given back once."""
    smooth = blurred(depth, trunk, _FINE)
    return depth + where * (smooth + blurred(depth - smooth, trunk, _FINE) - depth)

"""The body in layers at 256 pixels: to which limb each pixel of the front and the back belongs, and how deep it lies.

One depth per pixel cannot say that an arm ends here and the chest goes on 20 cm behind it: between both a network
draws a slope. So a further one tells the trunk and the four limbs apart, each with a depth of its own that is smooth
(layered depth; Shade et al. 1998), and which of them is the nearest and the farthest at every pixel.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d, pixel_shuffle

from engine.networks.graph import BODY_DEPTH
from engine.networks.prior import ARMS, LIMBS
from engine.networks.sharpen import INPUTS, inputs
from engine.networks.unet import UNet, read

WEIGHTS = Path(__file__).with_name("layers.safetensors")

LAYERS = 1 + LIMBS
"""Trunk and head, then the limbs of `limb_maps`."""
ARM_LAYERS = tuple(range(1, 1 + ARMS))
_CHANNELS = (32, 48, 64, 96, 128)
_SHIFT = 0.1
"""Network units by which an output of 1 moves a middle."""
_MOST = 2.0
"""Largest change of a half thickness's logarithm."""
_LIMB = 0.06
"""Half thickness in network units (3.5 cm of a person of 1.8 m) of a limb before it is changed."""


@dataclass(frozen=True)
class Layered:
    """shares: (B, 2, LAYERS, H, W) logits of what the front and the back belong to. depths: (B, 2, LAYERS, H, W) front
    and back of every layer in network units."""

    shares: Tensor
    depths: Tensor


class Layers(UNet):
    """The inputs of `Sharpen`, with the depths that it gives -> the body in layers.

    H and W must be multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__(INPUTS, _CHANNELS, 4 * 4 * LAYERS, max_pool2d)
        for values in self.out.parameters():
            nn.init.zeros_(values)

    def forward(  # type: ignore[override]
        self, picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor
    ) -> Layered:
        said = super().forward(inputs(picture, prior, limbs, normals, depths))
        planes = pixel_shuffle(said.float(), 2).unflatten(1, (4, LAYERS))
        middle, half = _guess(limbs, depths)
        middle = middle + _SHIFT * planes[:, 2]
        half = half * planes[:, 3].clamp(-_MOST, _MOST).exp()
        return Layered(planes[:, :2], torch.stack([middle - half, middle + half], 1))


def _guess(limbs: Tensor, depths: Tensor) -> tuple[Tensor, Tensor]:
    """Middle and half thickness (B, LAYERS, H, W) of the layers: that of the body, and the limbs' bones."""
    bones = interpolate(limbs[:, :, 0], scale_factor=2.0, mode="bilinear") + BODY_DEPTH
    middle, half = depths.mean(1, keepdim=True), (depths[:, 1:] - depths[:, :1]) / 2
    return torch.cat([middle, bones], 1), torch.cat([half, torch.full_like(bones, _LIMB)], 1)


def known_shares(layers: Layered, limbs: Tensor) -> Tensor:
    """The logits (B, 2, LAYERS, H, W) without limbs (B, LIMBS, 3, h, w) of which nothing is known."""
    unknown = limbs[:, :, 2].amax((-1, -2)) <= 0
    unknown = torch.cat([torch.zeros_like(unknown[:, :1]), unknown], 1)
    return layers.shares.masked_fill(unknown[:, None, :, None, None], -torch.inf)


@torch.inference_mode()
def layered(picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor) -> Layered:
    """Arguments as in `Layers`, of one person."""
    return _network(str(depths.device))(picture, prior, limbs, normals, depths)


@lru_cache(maxsize=1)
def _network(device: str) -> Layers:
    return read(Layers(), WEIGHTS).to(device)

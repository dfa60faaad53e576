"""Which cloth each pixel of the front and the back shows, at 256 pixels: what lies over what.

The depth maps give a dressed body as one smooth surface. A network that was trained on synthetic people
(`engine.training.cloths`) tells skin, hair and clothes apart, so that hems, cuffs and collars can be given an edge
(`engine.networks.hems`).
"""

from enum import IntEnum
from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import max_pool2d, pixel_shuffle

from engine.networks.sharpen import INPUTS, inputs
from engine.networks.unet import UNet, read

WEIGHTS = Path(__file__).with_name("cloths.safetensors")

_CHANNELS = (24, 32, 48, 64, 96)


class Cloth(IntEnum):
    """What a surface is. Of two clothes the one with the larger number lies over the other."""

    BARE = 0
    HAIR = 1
    TUCKED = 2
    """A top under trousers or a skirt."""
    SHOE = 3
    BOTTOM = 4
    TOP = 5
    """Dresses too."""
    BOOT = 6
    """Shoes over trousers too."""
    COAT = 7
    HAT = 8
    CARRIED = 9


class Cloths(UNet):
    """The inputs of `Layers` -> logits (B, 2, len(Cloth), H, W) of front and back.

    H and W must be multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__(INPUTS, _CHANNELS, 4 * 2 * len(Cloth), max_pool2d)
        for values in self.out.parameters():
            nn.init.zeros_(values)

    def forward(  # type: ignore[override]
        self, picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor
    ) -> Tensor:
        said = super().forward(inputs(picture, prior, limbs, normals, depths))
        return pixel_shuffle(said.float(), 2).unflatten(1, (2, len(Cloth)))


@torch.inference_mode()
def cloths(picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor) -> Tensor:
    """How likely (2, len(Cloth), 256, 256) each pixel of front and back shows which cloth; arguments as in `Layers`, of
    one person."""
    return _network(str(depths.device))(picture, prior, limbs, normals, depths)[0].softmax(1)


@lru_cache(maxsize=1)
def _network(device: str) -> Cloths:
    return read(Cloths(), WEIGHTS).to(device)

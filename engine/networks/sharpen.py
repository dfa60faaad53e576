"""A second look at the coarse depths at 256 pixels: hems, limbs and hair get a shape and borders of their own.

The coarse networks of 2K2K work on 128 pixels with the default weights, where the body is overlooked as a whole and an
arm is three pixels wide. A further network sees their results beside the picture and says by how much the middle of
the body and its thickness differ (`engine.training.sharpen`).
"""

from functools import lru_cache
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, max_pool2d, pixel_shuffle, pixel_unshuffle

from engine.networks.graph import BODY_DEPTH
from engine.networks.prior import LIMBS
from engine.networks.unet import UNet, read

WEIGHTS = Path(__file__).with_name("sharpen.safetensors")

_CHANNELS = (32, 48, 64, 96, 128)
_SHIFT = 0.1
"""Network units by which an output of 1 moves the middle and changes half the thickness."""
_MOST = 2.0
"""Largest change of the thickness's logarithm."""
INPUTS = 4 * 6 + 6 + 3 + 3 * LIMBS
_OUTPUTS = 3
"""Changes of the middle, of the logarithm of the thickness, and of the thickness itself."""
_THINNEST = 1e-3
"""Half thickness (0.6 mm of a person of 1.8 m) below which nothing gets: the front stays before the back."""
_COARSER = 6.0
"""Standard deviation in pixels of what the coarse networks judge well by themselves."""
_BELIEVED, _BELIEVED_FINE = 0.2, 0.7
"""Shares of the changes coarser and finer than that which are taken: people unlike those that it has learned from get
too much of them (docs/training.md)."""


class Sharpen(UNet):
    """Picture (B, 3, H, W; -1..1, black outside the mask), prior (B, 4, H, W), limbs (B, LIMBS, 3, H / 2, W / 2; see
    `limb_maps`), coarse normals (B, 6, H, W) and depths (B, 2, H, W) -> better depths (B, 2, H, W).

    H and W must be multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__(INPUTS, _CHANNELS, 4 * _OUTPUTS, max_pool2d)
        for values in self.out.parameters():
            nn.init.zeros_(values)

    def forward(  # type: ignore[override]
        self, picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor
    ) -> Tensor:
        change = pixel_shuffle(super().forward(inputs(picture, prior, limbs, normals, depths)).float(), 2)
        middle, half = (depths[:, 1:] + depths[:, :1]) / 2, (depths[:, 1:] - depths[:, :1]) / 2
        middle = middle + _SHIFT * change[:, :1]
        half = half * change[:, 1:2].clamp(-_MOST, _MOST).exp() + _SHIFT * change[:, 2:]
        half = half.clamp(min=_THINNEST)
        return torch.cat([middle - half, middle + half], 1)


def inputs(picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor) -> Tensor:
    """What the network sees, at half the size (B, 45, H / 2, W / 2)."""
    fine = torch.cat([picture, prior[:, 3:], depths - BODY_DEPTH], 1)
    coarse = torch.cat([normals, prior[:, :3]], 1)[..., 1::2, 1::2]
    return torch.cat([pixel_unshuffle(fine, 2), coarse, limbs.flatten(1, 2)], 1)


@torch.inference_mode()
def sharpened(picture: Tensor, prior: Tensor, limbs: Tensor, normals: Tensor, depths: Tensor) -> Tensor:
    """Coarse depths (1, 2, 256, 256) with what the second look adds; arguments as in `Sharpen`."""
    change = _network(str(depths.device))(picture, prior, limbs, normals, depths) - depths
    coarse = blurred(change, prior[:, 3:], _COARSER)
    return depths + _BELIEVED * coarse + _BELIEVED_FINE * (change - coarse)


def blurred(values: Tensor, mask: Tensor, sigma: float) -> Tensor:
    """Gaussian mean (B, C, H, W) over the pixels of the mask (B, 1, H, W)."""
    reach = round(4 * sigma)
    steps = torch.arange(-reach, reach + 1, device=values.device, dtype=values.dtype)
    row = torch.exp(-((steps / sigma) ** 2) / 2)[None, None, None] / (sigma * (2 * torch.pi) ** 0.5)
    planes = torch.cat([values * mask, mask], 1).flatten(0, 1)[:, None]
    smooth = conv2d(conv2d(planes, row, padding=(0, reach)), row.mT, padding=(reach, 0))
    smooth = smooth.view(len(values), -1, *values.shape[-2:])
    return smooth[:, :-1] / smooth[:, -1:].clamp(min=1e-4)


@lru_cache(maxsize=1)
def _network(device: str) -> Sharpen:
    return read(Sharpen(), WEIGHTS).to(device)

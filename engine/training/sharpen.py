"""Teaches the network that looks at the coarse depths a second time (see `engine.networks.sharpen`).

python -m engine.training.sharpen VIEWS... [--weights NAME] [--minutes M] [--device DEVICE] [-o FILE]

VIEWS are folders of `train views` at 256 pixels with people who took no part in the training of the coarse networks:
what these make of people they know has other faults.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pad, smooth_l1_loss

from engine.networks.graph import TwoK2K, depth_maps
from engine.networks.sharpen import WEIGHTS, Sharpen
from engine.training.coarse import whole_views
from engine.training.colors import varied
from engine.training.fit import Batch, Loss
from engine.training.half import learn_from_views, parser_of
from engine.training.losses import gradient_loss, inner, mean_inside

SLOPE = 32.0
"""Slope of the surface where the network depth changes by 1 per pixel of 256."""
_BETA = 0.02
"""Error in network units beyond which it counts linearly."""
_BATCH, _RATE = 16, 2e-3


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random batches of whole views, half of them mirrored."""
    rng = np.random.default_rng(seed)
    for views in whole_views(folders, batch, rng):
        yield views | {"picture": varied(views["picture"], rng)}


def loss_with(network: TwoK2K) -> Loss:
    """The loss of a second look at what the coarse networks say (these do not learn)."""

    def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        picture = (batch["picture"] * batch["prior"][:, 3:] - 0.5) / 0.5
        with torch.no_grad():
            normals, raw = network.coarse(picture, batch["prior"])
            depths = depth_maps(raw, batch["prior"])
        with torch.autocast(picture.device.type, torch.bfloat16):
            found = module(picture, batch["prior"], normals, depths)
        return errors(found, torch.cat([batch["front"], batch["back"]], 1))

    return loss


def errors(found: Tensor, target: Tensor) -> dict[str, Tensor]:
    """Depth: smooth L1 and gradients; L1 of the normals. Both (B, 2, H, W), 0 = nobody is there."""
    mask = (target[:, :1] > 0).float()
    apart = smooth_l1_loss(found, target, beta=_BETA, reduction="none")
    return {
        "depth": 5 * mean_inside(apart, mask),
        "gradient": 5 * gradient_loss(found, target, mask),
        "normals": 1.5 * mean_inside((_normals(found) - _normals(target)).abs(), inner(mask)),
    }


def _normals(depths: Tensor) -> Tensor:
    """Unit normals (B, 6, H, W) of two depth maps (B, 2, H, W)."""
    right = pad(depths, (0, 1, 0, 0), mode="replicate")[..., 1:]
    below = pad(depths, (0, 0, 0, 1), mode="replicate")[..., 1:, :]
    dx, dy = (right - depths) * SLOPE, (below - depths) * SLOPE
    length = torch.sqrt(1 + dx * dx + dy * dy)
    return torch.cat([dx / length, dy / length, 1 / length], 1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = parser_of(__doc__, 85, WEIGHTS)
    learn_from_views(parser, arguments, Sharpen, lambda views: batches(views, _BATCH, 0), loss_with, _RATE)


if __name__ == "__main__":
    main()

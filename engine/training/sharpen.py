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
from torch.nn.functional import interpolate, pad, smooth_l1_loss

from engine.networks.graph import BODY_DEPTH, TwoK2K
from engine.networks.prior import ARMS
from engine.networks.sharpen import WEIGHTS, Sharpen, sharpened
from engine.training.coarse import Sample, coarse_of, whole_views
from engine.training.colors import varied
from engine.training.fit import Batch, Loss
from engine.training.half import learn_from_views, parser_of
from engine.training.losses import gradient_loss, inner, mean_inside
from engine.training.precision import mixed
from engine.training.views import Views

SLOPE = 32.0
"""Slope of the surface where the network depth changes by 1 per pixel of 256."""
_BEYOND, _APART, _FARTHEST = 60.0, 30.0, 0.3
"""Weight per network unit (up to so many) by which an arm lies before the front or behind the back, and one leg behind
the other."""
_INSIDE, _CLOSE = 0.9, 0.3
"""Confidences of being on and close to a limb."""
_BETA = 0.02
"""Error in network units beyond which it counts linearly."""
_BATCH, _RATE = 16, 2e-3


def batches(folders: Sequence[Path], batch: int, seed: int, sample: Sample = Views.sample) -> Iterator[Batch]:
    """Endless random batches of whole views, half of them mirrored."""
    rng = np.random.default_rng(seed)
    for views in whole_views(folders, batch, rng, sample):
        yield views | {"picture": varied(views["picture"], rng)}


def loss_with(network: TwoK2K) -> Loss:
    """The loss of a second look at what the coarse networks say (these do not learn)."""

    def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        picture, normals, depths = coarse_of(network, batch)
        with mixed(picture):
            found = module(picture, batch["prior"], batch["limbs"], normals, depths)
        target = torch.cat([batch["front"], batch["back"]], 1)
        return errors(found, target, weight(batch["limbs"], depths))

    return loss


def second_look(network: TwoK2K, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """The masked pictures (B, 3, H, W; -1..1), the coarse normals, and the depths after the second look in use."""
    picture, normals, coarse = coarse_of(network, batch)
    with torch.no_grad():
        return picture, normals, sharpened(picture, batch["prior"], batch["limbs"], normals, coarse)


def weight(limbs: Tensor, depths: Tensor) -> Tensor:
    """How much (B, 2, H, W) what is said of limbs (B, LIMBS, 3, H / 2, W / 2; see `limb_maps`) counts.

    Arms before or behind the body and crossed legs are small and rare: without a weight of its own nothing would be
    learned of what is known about them. What the truth is has no part in it: that would make them likelier than they
    are.
    """
    middle, half, near = _enlarged(limbs)
    outside = beyond(middle[:, :ARMS] + BODY_DEPTH, half[:, :ARMS], near[:, :ARMS], depths)
    return 1 + _BEYOND * outside + _APART * apart(middle[:, ARMS:], near[:, ARMS:]).clamp(max=_FARTHEST)


def beyond(middle: Tensor, half: Tensor, near: Tensor, depths: Tensor) -> Tensor:
    """By how much (B, 2, H, W) limbs lie before the front and behind the back of depths (B, 2, H, W).

    middle, half, near: (B, L, H, W), where the limbs are, how thick, and the confidence. All in network units.
    """
    out = torch.stack([depths[:, :1] - (middle - half), middle + half - depths[:, 1:]], 1)
    return (out * (near > _INSIDE)[:, None]).amax(2).clamp(0, _FARTHEST)


def _enlarged(limbs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Middle, half thickness and confidence (B, L, H, W) of limbs (B, L, 3, H / 2, W / 2)."""
    middle, half, near = interpolate(limbs.flatten(1, 2), scale_factor=2.0).unflatten(1, (-1, 3)).unbind(2)
    return middle, half, near


def apart(middle: Tensor, near: Tensor) -> Tensor:
    """How far (B, 1, H, W) one leg is behind the other, from the depths of both (B, 2, H, W) and their confidence; 0
    where the picture does not show them close to each other."""
    return (middle[:, :1] - middle[:, 1:]).abs() * (near > _CLOSE).all(1, keepdim=True)


def errors(found: Tensor, target: Tensor, weights: Tensor) -> dict[str, Tensor]:
    """Depth: smooth L1, weighted, and gradients; L1 of the normals. All (B, 2, H, W), 0 = nobody is there."""
    mask = (target[:, :1] > 0).float()
    away = smooth_l1_loss(found, target, beta=_BETA, reduction="none")
    return {
        "depth": 5 * mean_inside(away, weights * mask),
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

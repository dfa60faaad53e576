"""Teaches the network that sees the body in layers (see `engine.networks.layers`).

python -m engine.training.layers VIEWS... [--weights NAME] [--minutes M] [--device DEVICE] [-o FILE]

VIEWS are folders of `train views` at 256 pixels with people who took no part in the training of the coarse networks.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, smooth_l1_loss

from engine.networks.graph import TwoK2K
from engine.networks.layers import WEIGHTS, Layered, Layers
from engine.training import sharpen
from engine.training.fit import Batch, Loss
from engine.training.half import learn_from_views, parser_of
from engine.training.losses import gradient_loss, mean_inside
from engine.training.precision import mixed
from engine.training.sharpen import second_look, weight
from engine.training.views import with_labels

_BETA = 0.02
"""Error in network units beyond which it counts linearly."""
_BATCH, _RATE = 8, 2e-3


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random batches of whole views, half of them mirrored; labels: (B, 2, 256, 256) of front and back."""
    return sharpen.batches(folders, batch, seed, with_labels)


def loss_with(network: TwoK2K) -> Loss:
    """The loss of layers beside coarse networks that do not learn."""

    def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        picture, normals, depths = second_look(network, batch)
        with mixed(picture):
            found = module(picture, batch["prior"], batch["limbs"], normals, depths)
        target = torch.cat([batch["front"], batch["back"]], 1)
        return errors(found, target, batch["labels"].long(), weight(batch["limbs"], depths))

    return loss


def errors(found: Layered, target: Tensor, labels: Tensor, weights: Tensor) -> dict[str, Tensor]:
    """Cross entropy of the labels (B, 2, H, W), and smooth L1 and gradients of the depth that the true layers give;
    target: (B, 2, H, W), 0 = nobody is there."""
    mask = (target[:, :1] > 0).float()
    depth = found.depths.gather(2, labels[:, :, None]).squeeze(2)
    away = smooth_l1_loss(depth, target, beta=_BETA, reduction="none")
    unlike = cross_entropy(found.shares.flatten(0, 1), labels.flatten(0, 1), reduction="none").view_as(away)
    return {
        "labels": mean_inside(unlike, weights * mask),
        "depth": 5 * mean_inside(away, weights * mask),
        "gradient": 5 * gradient_loss(depth, target, mask),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = parser_of(__doc__, 60, WEIGHTS)
    learn_from_views(parser, arguments, Layers, lambda views: batches(views, _BATCH, 0), loss_with, _RATE)


if __name__ == "__main__":
    main()

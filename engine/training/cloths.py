"""Teaches the network that tells skin, hair and clothes apart (see `engine.networks.cloths`).

python -m engine.training.cloths VIEWS... [--weights NAME] [--minutes M] [--device DEVICE] [-o FILE]

VIEWS are folders of `train views` at 256 pixels with people who took no part in the training of the coarse networks.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from engine.networks.cloths import WEIGHTS, Cloths
from engine.networks.graph import TwoK2K
from engine.training import sharpen
from engine.training.cloth_maps import UNKNOWN
from engine.training.fit import Batch, Loss
from engine.training.half import learn_from_views, parser_of
from engine.training.precision import mixed
from engine.training.sharpen import second_look
from engine.training.views import with_cloths

_BATCH, _RATE = 8, 2e-3


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random batches of whole views, half of them mirrored; cloths: (B, 2, 256, 256) of front and back."""
    return sharpen.batches(folders, batch, seed, with_cloths)


def loss_with(network: TwoK2K) -> Loss:
    """The cross entropy beside coarse networks that do not learn."""

    def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        picture, normals, depths = second_look(network, batch)
        with mixed(picture):
            found = module(picture, batch["prior"], batch["limbs"], normals, depths)
        return {"cloths": errors(found, batch["cloths"].long())}

    return loss


def errors(found: Tensor, cloths: Tensor) -> Tensor:
    """Mean cross entropy of logits (B, 2, C, H, W), 0 where nothing is known; cloths: (B, 2, H, W)."""
    total = cross_entropy(found.flatten(0, 1), cloths.flatten(0, 1), ignore_index=UNKNOWN, reduction="sum")
    return total / (cloths != UNKNOWN).sum().clamp(min=1)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = parser_of(__doc__, 174, WEIGHTS)
    learn_from_views(parser, arguments, Cloths, lambda views: batches(views, _BATCH, 0), loss_with, _RATE)


if __name__ == "__main__":
    main()

"""Teaches the network that chooses from where the back takes its colours (see `engine.networks.back_colors`).

python -m engine.training.back_colors VIEWS... [--weights NAME] [--minutes M] [--device DEVICE] [-o FILE]

VIEWS are folders of `train views` at 256 pixels. The shares are chosen by the lit and developed picture, but mix
colours without light: so front and back can be compared, whatever the light.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.networks.back_colors import WEIGHTS, BackColors
from engine.networks.graph import TwoK2K
from engine.networks.sharpen import blurred
from engine.training.coarse import coarse_of, whole_views
from engine.training.colors import varied
from engine.training.fit import Batch, Loss
from engine.training.half import learn_from_views, parser_of
from engine.training.losses import mean_inside
from engine.training.precision import mixed
from engine.training.views import Views

_SMOOTH = 1.5
"""Standard deviation in pixels (2 cm) of the filter before colours are compared: patterns need not lie alike."""
_FINE = 0.5
"""Weight of the comparison without it."""
_ELSEWHERE = 0.01
"""Price of colours from elsewhere: where they are no better the pattern of the same place goes on."""
_TRUE = 0.5
"""Share of the examples that are told the true depths; the others what the coarse networks say."""
_LOST = 0.05
"""Share of the examples without key points."""
_BATCH, _RATE = 16, 2e-3


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random batches, half of them mirrored: the planes of `Views.sample`; colors (B, 6, 128, 128) without
    light, front and back, 0..1; told (B, 1, 1, 1): 1 = the true depths are."""
    rng = np.random.default_rng(seed)
    for stacked in whole_views(folders, batch, rng, _with_colors):
        told, lost = (torch.from_numpy(rng.random((batch, 1, 1, 1)) < share).float() for share in (_TRUE, _LOST))
        stacked["prior"][:, :3] *= 1 - lost
        yield stacked | {"picture": varied(stacked["picture"], rng), "told": told}


def _with_colors(views: Views, i: int, mirrored: bool) -> dict[str, NDArray[np.float32]]:
    colors = views.albedo[i].astype(np.float32).transpose(0, 3, 1, 2).reshape(6, *views.albedo.shape[2:4]) / 255
    return views.sample(i, mirrored) | {"colors": np.ascontiguousarray(colors[..., ::-1]) if mirrored else colors}


def loss_with(network: TwoK2K) -> Loss:
    """The loss of shares that are chosen by the picture and the depths of the coarse networks (these do not learn)."""

    def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
        picture, _, found = coarse_of(network, batch)
        true = torch.cat([batch["front"], batch["back"]], 1)
        depths = torch.where((batch["told"] > 0) & (true > 0), true, found)
        seen = [planes[..., 1::2, 1::2] for planes in (picture, batch["prior"], depths)]
        with mixed(picture):
            shares = module(*seen)
        mask = (batch["mask"] * (batch["prior"][:, 3:] > 0.5))[..., 1::2, 1::2]
        front, back = batch["colors"].split(3, 1)
        return {**errors(shares.mixed(front), back, mask), "elsewhere": _ELSEWHERE * mean_inside(1 - shares.own, mask)}

    return loss


def errors(made: Tensor, true: Tensor, mask: Tensor) -> dict[str, Tensor]:
    """L1 of two backs (B, 3, H, W) inside the mask (B, 1, H, W), as they are and as they look from afar."""
    apart = blurred(made, mask, _SMOOTH) - blurred(true, mask, _SMOOTH)
    return {
        "fine": _FINE * mean_inside((made - true).abs(), mask),
        "smooth": mean_inside(apart.abs(), mask),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = parser_of(__doc__, 60, WEIGHTS)
    learn_from_views(parser, arguments, BackColors, lambda views: batches(views, _BATCH, 0), loss_with, _RATE)


if __name__ == "__main__":
    main()

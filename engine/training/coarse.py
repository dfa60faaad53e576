"""Stage 1 of the training: coarse normals and depth, from the picture and the prior (see `TwoK2K.coarse`)."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.networks.graph import TwoK2K, depth_maps
from engine.training.colors import varied
from engine.training.fit import Batch
from engine.training.losses import depth_loss, depth_normals, inner, mean_inside, normal_loss
from engine.training.precision import mixed
from engine.training.views import Views

Sample = Callable[[Views, int, bool], dict[str, NDArray[np.float32]]]
"""Views, the number of one and whether it is mirrored -> its planes."""


class Coarse(nn.Module):
    """The two networks that see the whole body; `TwoK2K` under its own names, without the other six."""

    def __init__(self, network: TwoK2K) -> None:
        super().__init__()
        self.img2normal_down = network.img2normal_down
        self.ImgNorm_to_Dep = network.ImgNorm_to_Dep

    def forward(self, picture: Tensor, prior: Tensor) -> tuple[Tensor, Tensor]:
        inputs = torch.cat([picture, prior], 1)
        normals = self.img2normal_down(inputs)
        return normals.float(), self.ImgNorm_to_Dep(inputs, normals).float()


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random batches of rendered views at the 128 pixels that the networks work on, half of them mirrored."""
    rng = np.random.default_rng(seed)
    for stacked in whole_views(folders, batch, rng):
        yield _vary({name: tensor[..., 1::2, 1::2] for name, tensor in stacked.items()}, rng)


def whole_views(
    folders: Sequence[Path], batch: int, rng: np.random.Generator, sample: Sample = Views.sample
) -> Iterator[Batch]:
    """Endless random batches of views at 256 pixels as they were rendered, half of them mirrored."""
    views = [Views.open(folder) for folder in folders]
    while True:
        chosen = [views[i] for i in rng.integers(len(views), size=batch)]
        samples = [sample(v, v.any_done(rng), bool(rng.integers(2))) for v in chosen]
        yield {name: torch.from_numpy(np.stack([s[name] for s in samples])) for name in samples[0]}


def coarse_of(network: TwoK2K, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
    """The masked pictures (B, 3, H, W; -1..1), and the coarse normals and depths that the network sees in them."""
    picture = (batch["picture"] * batch["prior"][:, 3:] - 0.5) / 0.5
    with torch.no_grad():
        normals, raw = network.coarse(picture, batch["prior"])
        return picture, normals, depth_maps(raw, batch["prior"])


def _vary(batch: Batch, rng: np.random.Generator) -> Batch:
    """Exposure, contrast and white balance change; the background outside the input mask is black."""
    picture = varied(batch["picture"], rng)
    return batch | {"picture": (picture * batch["prior"][:, 3:] - 0.5) / 0.5}


def panels(module: nn.Module, batch: Batch) -> list[Tensor]:
    """The picture, its normals in front and behind, and those of the depth, each beside the truth."""
    normals, raw = module(batch["picture"], batch["prior"])
    depth, mask = depth_maps(raw, batch["prior"]), batch["mask"]
    pairs = [
        (normals[:, 3 * side : 3 * side + 3], depth_normals(depth[:, side : side + 1]), depth_normals(true))
        for side, true in enumerate((batch["front"], batch["back"]))
    ]
    return [batch["picture"] / 2 + 0.5, *(panel * mask for pair in pairs for panel in pair)]


def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """Normals: 0.85 L1 + 0.15 SSIM; depth: smooth L1 and gradients; normals of the depth; the mask."""
    channels_last = torch.channels_last
    with mixed(batch["picture"]):
        normals, raw = module(
            batch["picture"].contiguous(memory_format=channels_last),
            batch["prior"].contiguous(memory_format=channels_last),
        )
    target = torch.cat([batch["front"], batch["back"]], 1)
    mask = batch["mask"]
    edge = inner(mask)
    depth = depth_maps(raw, batch["prior"])
    true_normals = torch.cat([depth_normals(target[:, :1]), depth_normals(target[:, 1:])], 1)
    own_normals = torch.cat([depth_normals(depth[:, :1]), depth_normals(depth[:, 1:])], 1)
    return {
        "normals": 0.5 * normal_loss(normals, true_normals, edge),
        "depth": 5 * depth_loss(depth, target, mask),
        "depth_normals": 0.15 * mean_inside(F.smooth_l1_loss(own_normals, true_normals, reduction="none"), edge),
        "mask": 0.05 * F.binary_cross_entropy_with_logits(raw[:, 2:], mask),
    }

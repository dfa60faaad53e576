"""Stage 3 of the training (the method's second phase): the refinement, on tiles of full-size views."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.camera import CANVAS
from engine.networks.graph import TwoK2K
from engine.training.fit import Batch
from engine.training.losses import depth_normals, inner, mean_inside
from engine.training.precision import mixed
from engine.training.views import DEPTH_SCALE, Views

MARGIN = 32
"""Pixels around a tile that its result depends on."""

TILE = 192 + 2 * MARGIN


class Refine(nn.Module):
    """`TwoK2K.refined` with the refinement network as the only trainable part."""

    def __init__(self, network: TwoK2K) -> None:
        super().__init__()
        self.refine = network.refine
        self._refined = network.refined

    def forward(self, depths: Tensor, normals: Tensor) -> Tensor:
        return self._refined(depths, normals)


def batches(folders: Sequence[Path], batch: int, seed: int) -> Iterator[Batch]:
    """Endless random tiles with person in them.

    folders: N full-size views, and what was predicted for them: coarse.npy (N, 2, 256, 256) float32 depth, normals.npy
    (N, 6, 2048, 2048) uint8 normals.
    """
    rng = np.random.default_rng(seed)
    views, folder = Views.open(folders[0]), folders[1]
    coarse, normals = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("coarse", "normals"))
    while True:
        tiles: list[tuple[np.ndarray, ...]] = []
        while len(tiles) < batch:
            i = int(rng.integers(len(coarse)))
            row, column = (8 * int(k) for k in rng.integers((CANVAS - TILE) // 8, size=2))
            area = np.s_[row : row + TILE, column : column + TILE]
            low = np.s_[row // 8 : (row + TILE) // 8, column // 8 : (column + TILE) // 8]
            true = np.array(views.depth[i][:, *area])
            if (true[0] > 0).mean() > 0.2:
                tiles.append((coarse[i][:, *low], normals[i][:, *area], true))
        stacked = [torch.from_numpy(np.stack(x).astype(np.float32)) for x in zip(*tiles, strict=True)]
        yield {"coarse": stacked[0], "normals": stacked[1] / 255, "depth": stacked[2] / DEPTH_SCALE}


def loss(module: nn.Module, batch: Batch) -> dict[str, Tensor]:
    """0.85 smooth L1 of the depth and the L1 of its normals, without the tile's margin."""
    with mixed(batch["normals"]):
        predicted = module(batch["coarse"], batch["normals"].contiguous(memory_format=torch.channels_last))
    inside = np.s_[..., MARGIN:-MARGIN, MARGIN:-MARGIN]
    predicted, target = predicted.float()[inside], batch["depth"][inside]
    mask = (target[:, :1] > 0).float()
    error = mean_inside(F.smooth_l1_loss(predicted, target, beta=0.02, reduction="none"), mask)
    normals = [
        mean_inside((depth_normals(predicted[:, k : k + 1]) - depth_normals(target[:, k : k + 1])).abs(), inner(mask))
        for k in (0, 1)
    ]
    return {"depth": 0.85 * error, "normals": normals[0] + normals[1]}


def panels(module: nn.Module, batch: Batch) -> list[Tensor]:
    """Normals of the parts and of the refined depth, in front and behind, beside the truth."""
    predicted, mask = module(batch["coarse"], batch["normals"]), (batch["depth"][:, :1] > 0).float()
    pairs = [
        (batch["normals"][:, 3 * k : 3 * k + 3], depth_normals(predicted[:, k : k + 1]), depth_normals(true))
        for k, true in enumerate(batch["depth"].split(1, 1))
    ]
    return [panel * mask for pair in pairs for panel in pair]

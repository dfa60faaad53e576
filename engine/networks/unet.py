"""The small U-Net (Ronneberger et al., 2015) of the networks that stand beside those of 2K2K."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.functional import interpolate

Network = TypeVar("Network", bound=nn.Module)


class UNet(nn.Module):
    """(B, inputs, H, W) -> (B, outputs, H, W); H and W must be multiples of 2 ** (levels - 1).

    channels: of every level, finest first. halved: halves the sides between levels.
    """

    def __init__(
        self, inputs: int, channels: Sequence[int], outputs: int, halved: Callable[[Tensor, int], Tensor]
    ) -> None:
        super().__init__()
        self.down = nn.ModuleList(_block(a, b) for a, b in pairwise((inputs, *channels)))
        self.up = nn.ModuleList(_block(a + b, b) for a, b in zip(channels[:0:-1], channels[-2::-1], strict=True))
        self.out = nn.Conv2d(channels[0], outputs, 3, padding=1)
        self._halved = halved

    def forward(self, x: Tensor) -> Tensor:
        seen: list[Tensor] = []
        for block in self.down:
            x = block(self._halved(x, 2) if seen else x)
            seen.append(x)
        for block, finer in zip(self.up, seen[-2::-1], strict=True):
            x = block(torch.cat([interpolate(x, scale_factor=2.0, mode="nearest"), finer], 1))
        return self.out(x)


def read(network: Network, path: Path) -> Network:
    """A network for use, with the weights of a file in half precision."""
    network.load_state_dict({name: tensor.float() for name, tensor in load_file(path).items()})
    return network.eval()


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
        nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
    )  # fmt: skip

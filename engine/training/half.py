"""Weights of the small networks that stand beside those of 2K2K, as the engine reads them."""

from pathlib import Path

from safetensors.torch import save_file
from torch import nn


def write(network: nn.Module, path: Path) -> None:
    """Half precision is enough: the engine computes in full."""
    save_file({name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}, path)

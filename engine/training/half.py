"""The small networks that stand beside those of 2K2K: how they are trained, and written as the engine reads them."""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn

from engine.depth import network_of
from engine.networks.graph import TwoK2K
from engine.training.fit import Batch, Fit, FitOptions, Loss


def write(network: nn.Module, path: Path) -> None:
    """Half precision is enough: the engine computes in full."""
    save_file({name: tensor.half().contiguous() for name, tensor in network.state_dict().items()}, path)


def learn(network: nn.Module, path: Path, options: FitOptions, batches: Iterator[Batch], loss: Loss) -> None:
    """Train a network, with a checkpoint beside `path`, and write it there."""
    Fit(network, path.with_suffix(".fit"), options).run(batches, loss)
    write(network, path)


def parser_of(description: str | None, minutes: float, output: Path) -> argparse.ArgumentParser:
    """The options that all these commands have."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=minutes)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("-o", "--output", type=Path, default=output)
    return parser


def learn_from_views(
    parser: argparse.ArgumentParser,
    arguments: Sequence[str] | None,
    make: Callable[[], nn.Module],
    batches: Callable[[Sequence[Path]], Iterator[Batch]],
    loss_with: Callable[[TwoK2K], Loss],
    rate: float,
) -> None:
    """The command that trains a network on folders of views, beside coarse networks that do not learn."""
    parser.add_argument("views", type=Path, nargs="+")
    parser.add_argument("--weights", default="default")
    options = parser.parse_args(arguments)
    coarse, _ = network_of(options.weights, options.device)
    torch.manual_seed(0)
    settings = FitOptions(options.minutes, rate, 0.998, device=options.device)
    learn(make(), options.output, settings, batches(options.views), loss_with(coarse))

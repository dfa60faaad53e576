"""That a network learns beside coarse ones, and these do not."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import nn

from engine.depth import network_of
from engine.networks.graph import TwoK2K
from engine.training.fit import Batch, Fit, FitOptions, Loss


def check_only_it_learns(
    make: Callable[[], nn.Module],
    stream: Iterator[Batch],
    loss_with: Callable[[TwoK2K], Loss],
    path: Path,
    steps: int,
    share: float,
) -> None:
    """After `steps` steps the loss is below `share` of what it was at first; the coarse networks are what they were."""
    torch.manual_seed(0)
    coarse, _ = network_of("default", "cpu")
    before = [p.clone() for p in coarse.parameters()]
    fit, loss = Fit(make(), path, FitOptions(1.0)), loss_with(coarse)
    first = sum(fit.update(next(stream), loss).values())
    for _ in range(steps):
        last = sum(fit.update(next(stream), loss).values())
    assert last < share * first
    assert all(torch.equal(a, b) for a, b in zip(before, coarse.parameters(), strict=True))

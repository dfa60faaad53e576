"""How the network of the second look is trained."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.depth import network_of
from engine.networks.sharpen import Sharpen
from engine.training.fit import Fit, FitOptions
from engine.training.sharpen import batches, errors, loss_with
from engine.training.views import DEPTH_SCALE, Views

SIZE = 256


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of a grey tube that the prior takes for a slab."""
    folder = tmp_path_factory.mktemp("views")
    Views.create(folder, 2, SIZE)
    stored = Views.open(folder, "r+")
    x = np.arange(SIZE) - SIZE / 2
    half = np.sqrt(np.maximum(24**2 - x**2, 0)) / 32
    mask = np.zeros((SIZE, SIZE), bool)
    mask[40:220] = half > 0
    for i in range(2):
        stored.picture[i] = np.where(mask[..., None], np.uint8(150), np.uint8(20))
        depths = np.stack([2 - half, 2 + half])[:, None] * mask
        stored.depth[i] = (depths * DEPTH_SCALE).round()
        stored.mask[i], stored.done[i] = mask, True
        stored.prior[i] = np.stack([np.zeros_like(mask), 0.3 * mask, mask])
    return folder


def test_no_error_where_the_truth_is_found(views: Path) -> None:
    batch = next(batches([views], 2, 0))
    target = torch.cat([batch["front"], batch["back"]], 1)
    assert sum(float(term) for term in errors(target, target).values()) == 0
    assert all(float(term) > 0 for term in errors(target + batch["front"] * 0.1, target).values())


def test_what_lies_outside_does_not_count(views: Path) -> None:
    batch = next(batches([views], 2, 0))
    target = torch.cat([batch["front"], batch["back"]], 1)
    elsewhere = torch.where(target > 0, target, torch.rand_like(target))
    assert sum(float(term) for term in errors(elsewhere, target).values()) == 0


def test_only_the_second_look_learns(views: Path, tmp_path: Path) -> None:
    torch.manual_seed(0)
    coarse, _ = network_of("default", "cpu")
    before = [p.clone() for p in coarse.parameters()]
    batch = next(batches([views], 2, 0))
    network: nn.Module = Sharpen()
    fit, loss = Fit(network, tmp_path / "sharpen.fit", FitOptions(1.0)), loss_with(coarse)
    first = sum(fit.update(batch, loss).values())
    for _ in range(12):
        last = sum(fit.update(batch, loss).values())
    assert last < 0.9 * first
    assert all(torch.equal(a, b) for a, b in zip(before, coarse.parameters(), strict=True))

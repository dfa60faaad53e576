"""How the network that reads folds is trained."""

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from engine.networks.relief import Relief, inputs
from engine.training import relief
from engine.training.fit import Fit, FitOptions
from engine.training.relief import SIDE, Sight, batches, loss, made_up, of_person


@pytest.fixture(scope="module")
def tubes() -> Sight:
    """Two upright tubes, one of which stands before the other, at half the canvas's resolution."""
    x = np.arange(1024, dtype=np.float32) - 512
    near, far = (np.sqrt(np.maximum(80**2 - (x - middle) ** 2, 0)) for middle in (-50, 50))
    near[near > 0] += 150
    profile = np.maximum(near, far)
    heights = np.zeros((1024, 1024), np.float32)
    heights[100:900] = profile
    mask = heights > 0
    return Sight(np.where(mask[..., None], np.uint8(150), np.uint8(30)).repeat(3, axis=2), heights, mask)


def test_relief_beside_jumps_does_not_count(tubes: Sight) -> None:
    jump = 512 + 30
    for seed in range(20):
        one = of_person(np.random.default_rng(seed), tubes)
        assert one.seen.shape == (7, SIDE, SIDE)
        assert one.counts.min() == 0 or one.counts.max() == 1
        assert np.isfinite(one.height).all()
    assert tubes.heights[500, jump - 2] - tubes.heights[500, jump + 2] > 20
    wide = of_person(np.random.default_rng(0), tubes)
    assert 0 < wide.counts.mean() < 1
    assert np.abs(wide.height * wide.counts).max() < 15


def test_no_error_where_all_is_known() -> None:
    class Knowing(nn.Module):
        def forward(self, _: torch.Tensor) -> torch.Tensor:
            return batch["height"] + 3

    batch = next(batches([], 2, 0))
    assert sum(float(term) for term in loss(Knowing(), batch).values()) == pytest.approx(0, abs=1e-6)


def test_where_nothing_counts_nothing_is_wrong() -> None:
    batch = next(batches([], 2, 0))
    batch["counts"].zero_()
    assert all(float(term.detach()) == 0 for term in loss(Relief(), batch).values())


def test_mirrored_examples_are_those_of_the_mirrored_person(tubes: Sight) -> None:
    one = made_up(np.random.default_rng(4))
    other = relief._mirrored(one)
    again = relief._mirrored(other)
    torch.testing.assert_close(again.seen, one.seen)
    picture, base = np.zeros((8, 8, 3), np.uint8), np.random.default_rng(0).normal(0, 1, (8, 8)).astype(np.float32)
    plain = relief.Example(inputs(picture, base)[0], base, np.ones_like(base))
    torch.testing.assert_close(relief._mirrored(plain).seen, inputs(picture, base[:, ::-1])[0])


def test_training_lowers_the_error(tubes: Sight, tmp_path: Path) -> None:
    torch.manual_seed(0)
    batch = next(batches([tubes], 4, 0))
    fit = Fit(Relief(), tmp_path / "relief.fit", FitOptions(1.0))
    first = sum(fit.update(batch, loss).values())
    for _ in range(25):
        last = sum(fit.update(batch, loss).values())
    assert last < 0.8 * first

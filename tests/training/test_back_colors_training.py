"""How the network that chooses the back's colours is trained."""

from pathlib import Path

import numpy as np
import pytest
import torch
from only_learns import check_only_it_learns

from engine.networks.back_colors import BackColors
from engine.training.back_colors import batches, errors, loss_with
from engine.training.views import DEPTH_SCALE, Views, sparse

SIZE, SMALL = 256, 128
RED, BLUE = (180, 30, 30), (30, 40, 160)


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of a slab that is red in front, with a blue upper end, and blue at the back."""
    folder = tmp_path_factory.mktemp("views")
    Views.create(folder, 2, SIZE)
    stored = Views.open(folder, "r+")
    mask = np.zeros((SIZE, SIZE), bool)
    mask[40:220, 100:160] = True
    front = np.where(mask[..., None], np.uint8(RED), np.uint8(0))
    front[40:90][mask[40:90]] = BLUE
    back = np.where(mask[..., None], np.uint8(BLUE), np.uint8(0))
    for i in range(2):
        stored.picture[i], stored.mask[i], stored.done[i] = front, mask, True
        stored.albedo[i] = sparse(front), sparse(back)
        stored.depth[i] = (np.array([1.8, 2.2])[:, None, None] * mask * DEPTH_SCALE).round()
        stored.prior[i] = np.stack([np.zeros_like(mask), 0.2 * mask, mask])
    return folder


def test_colours_belong_to_the_planes_of_the_view(views: Path) -> None:
    for seed in range(4):
        batch = next(batches([views], 2, seed))
        front, back = batch["colors"].split(3, 1)
        inside = batch["mask"][..., 1::2, 1::2] > 0
        assert front.shape == (2, 3, SMALL, SMALL)
        assert ((front.sum(1, keepdim=True) > 0) == inside).all()
        assert (back[:, 2:][inside] == np.float32(BLUE[2] / 255)).all()


def test_what_is_alike_from_afar_costs_less() -> None:
    mask = torch.ones(1, 1, 32, 32)
    true = torch.full((1, 3, 32, 32), 0.5)
    weave = true + 0.2 * (-1.0) ** torch.arange(32)
    other = true + 0.2
    assert sum(errors(true, true, mask).values()) == 0
    fine, coarse = errors(weave, true, mask), errors(other, true, mask)
    assert float(fine["fine"]) == pytest.approx(float(coarse["fine"]), rel=1e-3)
    assert float(fine["smooth"]) < 0.2 * float(coarse["smooth"])


def test_it_learns_where_the_back_takes_its_colour(views: Path, tmp_path: Path) -> None:
    check_only_it_learns(BackColors, batches([views], 2, 0), loss_with, tmp_path / "back.fit", steps=25, share=0.6)

"""How the network of the second look is trained."""

from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
import torch
from only_learns import check_only_it_learns
from torch import Tensor

from engine.networks.prior import LIMBS
from engine.networks.sharpen import Sharpen
from engine.training import sharpen as training
from engine.training.sharpen import batches, errors, loss_with, weight
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
        stored.limbs[i] = 0
    return folder


def target_of(views: Path) -> Tensor:
    batch = next(batches([views], 2, 0))
    return torch.cat([batch["front"], batch["back"]], 1)


def test_no_error_where_the_truth_is_found(views: Path) -> None:
    target = target_of(views)
    even = torch.ones_like(target)
    assert sum(float(term) for term in errors(target, target, even).values()) == 0
    assert all(float(term) > 0 for term in errors(target + target[:, :1] * 0.1, target, even).values())


def test_what_lies_outside_does_not_count(views: Path) -> None:
    target = target_of(views)
    elsewhere = torch.where(target > 0, target, torch.rand_like(target))
    assert sum(float(term) for term in errors(elsewhere, target, torch.ones_like(target)).values()) == 0


def test_errors_count_by_their_weight(views: Path) -> None:
    target = target_of(views)
    wrong, weight = target.clone(), torch.ones_like(target)
    wrong[..., : SIZE // 2] += 0.1
    weight[..., : SIZE // 2] = 3
    even, uneven = (float(errors(wrong, target, w)["depth"]) for w in (torch.ones_like(target), weight))
    assert uneven == pytest.approx(1.5 * even, rel=1e-3)


def test_legs_apart_weigh_more() -> None:
    """By how far one is behind the other, where the picture shows both close to each other."""
    limbs = torch.zeros(1, LIMBS, 3, 4, 4)
    limbs[:, 2, 0], limbs[:, 3, 0] = -0.1, 0.1
    limbs[:, 2, 2, :, 1:], limbs[:, 3, 2, :, :2] = 1, 1
    found = weight(limbs, torch.full((1, 2, 8, 8), 2.0))[0]
    assert found[..., 2:4].unique().tolist() == pytest.approx([1 + 0.2 * training._APART])
    assert (found[..., :2] == 1).all()
    assert (found[..., 4:] == 1).all()


def test_arms_beyond_the_body_weigh_more() -> None:
    """By how far they are before its front or behind its back, and nothing elsewhere."""
    limbs = torch.zeros(1, LIMBS, 3, 4, 4)
    limbs[:, :, 0], limbs[:, :, 1] = -0.1, 0.05
    limbs[:, 1, 2, 1:] = 1
    depths = torch.tensor([2.0, 2.2])[None, :, None, None].repeat(1, 1, 8, 8)
    depths[:, 0, :, 4:], depths[:, 1, :, 4:] = 1.8, 1.9
    found = (weight(limbs, depths)[0] - 1) / training._BEYOND
    assert found[0, 2:, :4].unique().tolist() == pytest.approx([0.15])
    assert found[1, 2:, 4:].unique().tolist() == pytest.approx([0.05])
    assert not found[:, :2].any()
    assert not found[0, :, 4:].any()
    assert not found[1, :, :4].any()


def test_in_the_mirrored_view_left_is_right(views: Path) -> None:
    stored = Views.open(views, "r+")
    stored.limbs[1] = np.random.default_rng(0).random(stored.limbs[1].shape)
    plain, mirrored = stored.sample(1, False)["limbs"], stored.sample(1, True)["limbs"]
    for limb, other in ((0, 1), (2, 3)):
        np.testing.assert_array_equal(mirrored[other], plain[limb][..., ::-1])
        np.testing.assert_array_equal(mirrored[limb], plain[other][..., ::-1])


def test_only_the_second_look_learns(views: Path, tmp_path: Path) -> None:
    check_only_it_learns(
        Sharpen, repeat(next(batches([views], 2, 0))), loss_with, tmp_path / "sharpen.fit", steps=12, share=0.9
    )

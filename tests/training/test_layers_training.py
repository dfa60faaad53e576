"""How the network that sees the body in layers is trained."""

from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
import torch
from only_learns import check_only_it_learns
from torch import Tensor

from engine.networks.layers import LAYERS, Layered, Layers
from engine.training.layers import batches, errors, loss_with
from engine.training.views import DEPTH_SCALE, Views, with_labels

SIZE = 256
FRONT, BACK, ARM = 1.75, 2.25, 1.4


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of a slab with a left arm across it."""
    folder = tmp_path_factory.mktemp("views")
    Views.create(folder, 2, SIZE)
    stored = Views.open(folder, "r+")
    mask, arm = np.zeros((SIZE, SIZE), bool), np.zeros((SIZE, SIZE), bool)
    mask[40:220, 80:180] = True
    arm[100:130, 80:150] = True
    for i in range(2):
        stored.picture[i] = np.where(arm[..., None], np.uint8(200), np.uint8(100))
        stored.depth[i] = np.stack([np.where(arm, ARM, FRONT), np.full(mask.shape, BACK)]) * mask * DEPTH_SCALE
        stored.labels[i] = np.stack([arm, np.zeros_like(arm)])
        stored.mask[i], stored.done[i] = mask, True
        stored.prior[i] = np.stack([np.zeros_like(mask), 0.25 * mask, mask])
        stored.limbs[i] = 0
        stored.limbs[i, 0] = np.array([ARM - 2, 0.05, 1])[:, None, None] * arm[1::2, 1::2]
    return folder


def truth_of(views: Path) -> tuple[Layered, Tensor, Tensor]:
    """What a perfect network says of a batch; target and labels."""
    batch = next(batches([views], 2, 0))
    target, labels = torch.cat([batch["front"], batch["back"]], 1), batch["labels"].long()
    shares = 30 * torch.nn.functional.one_hot(labels, LAYERS).movedim(-1, 2).float()
    return Layered(shares, target[:, :, None].repeat(1, 1, LAYERS, 1, 1)), target, labels


def test_no_error_where_the_truth_is_found(views: Path) -> None:
    found, target, labels = truth_of(views)
    assert sum(float(e) for e in errors(found, target, labels, torch.ones_like(target)).values()) < 1e-6


def test_only_the_true_layer_is_judged(views: Path) -> None:
    found, target, labels = truth_of(views)
    even = torch.ones_like(target)
    unseen = Layered(found.shares, found.depths.clone())
    unseen.depths[:, :, 3] += 1
    assert sum(float(e) for e in errors(unseen, target, labels, even).values()) < 1e-6
    unseen.depths[:, :, 0] += 0.1 * (target > 0)
    assert errors(unseen, target, labels, even)["depth"] > 0.1


def test_a_wrong_label_counts(views: Path) -> None:
    found, target, labels = truth_of(views)
    wrong = Layered(-found.shares, found.depths)
    assert errors(wrong, target, labels, torch.ones_like(target))["labels"] > 1


def test_in_the_mirrored_view_left_is_right(views: Path) -> None:
    stored = Views.open(views, "r+")
    plain, mirrored = (with_labels(stored, 1, m)["labels"] for m in (False, True))
    np.testing.assert_array_equal(mirrored == 2, plain[..., ::-1] == 1)
    assert set(np.unique(plain)) == {0, 1}


def test_only_the_layers_learn(views: Path, tmp_path: Path) -> None:
    check_only_it_learns(
        Layers, repeat(next(batches([views], 2, 0))), loss_with, tmp_path / "layers.fit", steps=12, share=0.9
    )

"""The losses of the training."""

import pytest
import torch

from engine.training import losses

MASK = torch.ones(1, 1, 16, 16)


def plane(dx: float, dy: float) -> torch.Tensor:
    y, x = torch.meshgrid(torch.arange(16.0), torch.arange(16.0), indexing="ij")
    return (2 + dx * x + dy * y)[None, None]


def test_normals_of_a_plane() -> None:
    step = losses.NORMAL_STEP
    normals = losses.depth_normals(plane(step, 0))[0, :, 5, 5] * 2 - 1
    torch.testing.assert_close(normals, torch.tensor([-(0.5**0.5), 0.0, 0.5**0.5]), atol=1e-4, rtol=0)
    normals = losses.depth_normals(plane(0, step))[0, :, 5, 5] * 2 - 1
    torch.testing.assert_close(normals, torch.tensor([0.0, -(0.5**0.5), 0.5**0.5]), atol=1e-4, rtol=0)


def test_gradient_loss_is_blind_to_a_shift_and_true_to_scale() -> None:
    a, b = plane(0.01, 0), plane(0.02, 0)
    assert losses.gradient_loss(a, a + 0.5, MASK).item() == pytest.approx(0, abs=1e-6)
    assert losses.gradient_loss(a, b, MASK).item() == pytest.approx(0.03, rel=1e-3)


def test_errors_outside_the_mask_do_not_count() -> None:
    a, mask = plane(0, 0), MASK.clone()
    mask[..., 8:] = 0
    b = a + 10 * (1 - mask)
    assert losses.depth_loss(b, a, mask).item() == 0
    assert losses.depth_loss(b + 1, a, mask).item() > 0.5


def test_dissimilarity_is_zero_for_equal_maps_only() -> None:
    a = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    assert losses.structural_dissimilarity(a, a).abs().max().item() == pytest.approx(0, abs=1e-5)
    assert losses.structural_dissimilarity(a, 1 - a).mean().item() > 0.5


def test_inner_drops_the_rim() -> None:
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., 2:6, 2:6] = 1
    assert losses.inner(mask).sum().item() == 4

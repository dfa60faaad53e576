"""Means on the pixel grid."""

import cv2
import numpy as np
import pytest

from engine.pixels import blur, smooth, spread


@pytest.mark.parametrize("sigma", [2.0, 8.0, 16.0])
@pytest.mark.parametrize("shape", [(303, 257), (303, 257, 3)])
def test_a_wide_mean_is_the_gaussians(sigma: float, shape: tuple[int, ...]) -> None:
    """Up to the border, beyond which each way of computing it assumes something else."""
    noise = np.random.default_rng(0).normal(0, 1, shape).astype(np.float32)
    values = cv2.GaussianBlur(noise, (0, 0), 3.0)
    exact = cv2.GaussianBlur(values, (0, 0), sigma)
    inner = np.s_[40:-40, 40:-40]
    assert np.abs(smooth(values, sigma) - exact)[inner].max() < 0.1 * exact[inner].std()


@pytest.mark.parametrize("sigma", [2.0, 16.0])
def test_what_has_no_weight_does_not_count(sigma: float) -> None:
    values = np.full((100, 90), 7, np.float32)
    values[:, 50:] = 1e6
    mean = blur(values, (np.arange(90) < 50) * np.ones((100, 1), np.float32), sigma)
    np.testing.assert_allclose(mean[:, :52], 7, rtol=1e-4)


def test_what_is_known_is_spread_as_its_mean_to_what_is_nearest() -> None:
    known = np.zeros((20, 60), bool)
    known[:, [10, 50]] = True
    values = np.where(np.arange(60) < 30, 2, 7).astype(np.float32) + np.zeros((20, 60), np.float32)
    values[::2] += 1
    found = spread(np.where(known, values, 1e6).astype(np.float32), known, 3.0)
    assert np.abs(found[8:12, :30] - 2.5).max() < 0.1
    assert np.abs(found[8:12, 31:] - 7.5).max() < 0.1
    colors = spread(np.dstack([values, 2 * values]), known, 3.0)
    np.testing.assert_allclose(colors[..., 1], 2 * colors[..., 0], rtol=1e-5)

"""Means on the pixel grid."""

import cv2
import numpy as np
import pytest

from engine.pixels import blur, smooth


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

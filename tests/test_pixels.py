"""Means on the pixel grid."""

import cv2
import numpy as np
import pytest

from engine.pixels import (
    black_outside,
    blur,
    channel_sum,
    channels,
    exactly_at,
    gradient,
    lengths,
    sampled_at,
    smooth,
    soft_distance,
    spread,
)

PLANE = np.dstack(np.meshgrid(np.arange(60, dtype=np.float32), np.arange(40, dtype=np.float32)))
"""(40, 60, 2): the x and y of every pixel."""


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


@pytest.mark.parametrize("sigma", [3.0, 4.0, 6.0])
def test_what_is_known_is_spread_as_its_mean_to_what_is_nearest(sigma: float) -> None:
    """A wide mean, which is computed on a coarser grid, mixes both sides within a step of that from their border."""
    mixed = 3 if sigma >= 4 else 0
    known = np.zeros((40, 80), bool)
    known[:, [13, 67]] = True
    values = np.where(np.arange(80) < 40, 2, 7).astype(np.float32) + np.zeros((40, 80), np.float32)
    values[::2] += 1
    found = spread(np.where(known, values, 1e6).astype(np.float32), known, sigma)
    assert np.abs(found[15:25, : 40 - mixed] - 2.5).max() < 0.1
    assert np.abs(found[15:25, 41 + mixed :] - 7.5).max() < 0.1
    colors = spread(np.dstack([values, 2 * values]), known, sigma)
    np.testing.assert_allclose(colors[..., 1], 2 * colors[..., 0], rtol=1e-5)


@pytest.mark.parametrize("count", [0, 1, 1024, 5000])
def test_samples_between_pixels(count: int) -> None:
    """Exact ones as they are, the others to 1/32 of a pixel; any number of them."""
    places = np.random.default_rng(count).uniform(0, (59, 39), (count, 2))
    np.testing.assert_allclose(
        exactly_at(lambda y, x: PLANE[y, x], places[:, 1], places[:, 0], (40, 60)), places, atol=1e-4
    )
    rounded = sampled_at(PLANE, places.astype(np.float32))
    assert rounded.shape == (count, 2)
    np.testing.assert_allclose(rounded, places, atol=1 / 32)


def test_derivatives_of_a_plane() -> None:
    slopes = gradient(0.5 * PLANE[..., 0] - 2 * PLANE[..., 1])
    np.testing.assert_allclose(slopes[1:-1, 1:-1], np.broadcast_to([0.5, -2], (38, 58, 2)), rtol=1e-5)


def test_a_soft_distance_knows_where_a_slanted_contour_runs() -> None:
    """Nearer than the pixels' own distances, which follow their steps."""
    true = (PLANE[..., 0] - 30 - 0.3 * (PLANE[..., 1] - 20)) / np.hypot(1, 0.3)
    beside = np.abs(true) < 2
    beside[:8], beside[-8:] = False, False
    hard, soft = (np.abs(soft_distance(true > 0, sigma) - true)[beside].std() for sigma in (0.01, 2.0))
    assert soft < 0.6 * hard


@pytest.mark.parametrize("shape", [(7, 5, 3), (9, 2), (0, 3), (4, 1)])
def test_sums_and_lengths_over_channels_are_those_of_numpy(shape: tuple[int, ...]) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    np.testing.assert_array_equal(channel_sum(values), values.sum(axis=-1))
    np.testing.assert_array_equal(lengths(values), np.linalg.norm(values, axis=-1))


@pytest.mark.parametrize("shape", [(7, 5), (9,), (0,)])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_channels_repeat_values(shape: tuple[int, ...], count: int) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    np.testing.assert_array_equal(channels(values, count), np.repeat(values[..., None], count, axis=-1))


def test_a_picture_is_black_outside_of_a_mask() -> None:
    rng = np.random.default_rng(0)
    picture, mask = rng.integers(0, 256, (9, 7, 3), np.uint8), rng.random((9, 7)) < 0.5
    found = black_outside(picture, mask)
    np.testing.assert_array_equal(found[mask], picture[mask])
    assert not found[~mask].any()

"""Made-up patches of relief."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.training import creases
from engine.training.creases import sample_patch, slopes, smooth_noise

SIZE = 96


@given(st.integers(0, 2**31))
def test_patches_are_finite_and_repeatable(seed: int) -> None:
    one, same = (sample_patch(np.random.default_rng(seed), SIZE) for _ in range(2))
    assert one.picture.shape == (SIZE, SIZE, 3)
    assert one.picture.dtype == np.uint8
    for field in (one.base, one.height):
        assert field.shape == (SIZE, SIZE)
        assert field.dtype == np.float32
        assert np.isfinite(field).all()
    np.testing.assert_array_equal(one.picture, same.picture)
    np.testing.assert_array_equal(one.height, same.height)


def test_some_patches_are_flat_and_most_are_not() -> None:
    flat = [np.ptp(sample_patch(np.random.default_rng(seed), SIZE).height) == 0 for seed in range(200)]
    assert 0.02 < np.mean(flat) < 0.3


@given(st.integers(0, 2**31), st.floats(4, 200))
def test_noise_has_unit_size(seed: int, wavelength: float) -> None:
    noise = smooth_noise(np.random.default_rng(seed), 256, wavelength)
    assert noise.shape == (256, 256)
    assert np.abs(noise).max() < 8


def test_slopes_of_a_plane() -> None:
    x, y = np.meshgrid(np.arange(9, dtype=np.float32), np.arange(9, dtype=np.float32))
    columns, rows = slopes(0.5 * x - 2 * y)
    np.testing.assert_allclose(columns, 0.5)
    np.testing.assert_allclose(rows, -2)


def ridge(size: int = 64, height: float = 10.0) -> np.ndarray:
    """A wall from top to bottom in the middle."""
    wall = np.zeros((size, size), np.float32)
    wall[:, size // 2 - 2 : size // 2 + 2] = height
    return wall


def test_shadows_fall_away_from_the_light() -> None:
    sunlit = creases._sunlit(ridge(), np.array([0.8, 0.0, 0.6]))
    assert sunlit[32, 20:29].max() < 0.2
    assert sunlit[32, 36:].min() > 0.45


def test_pits_see_less_of_the_sky() -> None:
    openness = creases._openness(-ridge(), 1.0)
    assert openness[32, 32] < 0.5
    assert openness[32, 2] > 0.99


def test_a_slope_towards_the_light_is_brighter() -> None:
    """Lights come from above in most patches: slopes that look up are the brighter ones."""
    plain = np.full((SIZE, SIZE, 3), 0.5, np.float32)
    up = np.repeat(np.arange(SIZE, dtype=np.float32)[:, None], SIZE, axis=1) * 0.7
    brighter = [
        creases._lit(np.random.default_rng(seed), plain, up).mean()
        > creases._lit(np.random.default_rng(seed), plain, -up).mean()
        for seed in range(60)
    ]
    assert np.mean(brighter) > 0.75

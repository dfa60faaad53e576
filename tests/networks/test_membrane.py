"""The smoothest continuation of what stands at a border."""

import numpy as np
import pytest

from engine.networks.membrane import membrane


def disc(size: int = 160, radius: float = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns and rows from the middle, and a round mask."""
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return x.astype(np.float32), y.astype(np.float32), np.hypot(x, y) < radius


@pytest.mark.parametrize("slope", [(1.0, 0.0), (0.3, -0.7)])
def test_a_tilted_plane_goes_on_whatever_lies_within(slope: tuple[float, float]) -> None:
    x, y, inside = disc()
    plane = (slope[0] * x + slope[1] * y + 5).astype(np.float32)
    bumpy = np.where(np.hypot(x, y) < 40, plane + 100, plane)
    found = membrane(bumpy, inside, ~inside)
    deep = np.hypot(x, y) < 45
    assert np.abs(found - plane)[deep].max() < 2


def test_borders_to_nothing_are_free() -> None:
    """Where the head ends there is nothing to be continued: the values on the other side decide alone."""
    x, _, inside = disc()
    values = np.where(x > 0, 50, 7).astype(np.float32)
    beyond = ~inside & (x < -20)
    found = membrane(values, inside, beyond)
    np.testing.assert_allclose(found[inside], 7, atol=0.1)


def test_without_a_border_there_is_nothing_to_take_away() -> None:
    _, _, inside = disc()
    assert not membrane(np.ones(inside.shape, np.float32), inside, np.zeros_like(inside)).any()


def test_parts_without_a_border_stay_as_they_are_without_harm() -> None:
    x, _, inside = disc()
    apart = inside & (np.abs(x) > 8)
    found = membrane(np.full(inside.shape, 3, np.float32), apart, ~inside & (x < 0))
    assert np.isfinite(found).all()
    np.testing.assert_allclose(found[apart & (x < -12)], 3, atol=1e-3)

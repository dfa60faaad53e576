"""People made from a silhouette alone."""

import numpy as np
import pytest
import trimesh

from engine.camera import CANVAS, NETWORK_FOCAL, decode, ray_lengths
from engine.evaluation.baselines import fit_thickness, flat_card, inflated_silhouette
from engine.evaluation.surface import Surface


def mask() -> np.ndarray:
    rows = np.zeros((CANVAS, CANVAS), bool)
    rows[124:1924, 924:1125] = True
    return rows


def thickness(maps) -> np.ndarray:
    """In canvas pixels at the body's distance, 0 outside."""
    both = [decode(depth) / ray_lengths() for depth in (maps.front, maps.back)]
    return np.where(maps.mask, (both[1] - both[0]) * NETWORK_FOCAL, 0)


def test_a_card_is_evenly_thick_and_covers_the_mask() -> None:
    maps = flat_card(mask(), 0.1)
    np.testing.assert_array_equal(maps.mask, mask())
    np.testing.assert_array_equal(maps.back > 0, mask())
    np.testing.assert_allclose(thickness(maps)[mask()], 200, rtol=2e-3)


def test_inflation_follows_the_square_root_of_the_distance_to_the_contour() -> None:
    """The mask's height stands for 1.8 m: 1 mm per pixel here."""
    profile = thickness(inflated_silhouette(mask(), 0.3))[1000, 924:1125]
    distance = (np.minimum(np.arange(201), 200 - np.arange(201)) + 0.5) / 1000
    np.testing.assert_allclose(profile, 2000 * 0.3 * np.sqrt(distance), rtol=5e-3, atol=0.5)


def test_thickness_is_fitted_to_the_truth() -> None:
    ball = trimesh.creation.icosphere(5, 0.9)
    fitted = fit_thickness(Surface(np.asarray(ball.vertices), np.asarray(ball.faces, np.int32)))
    assert fitted.card == pytest.approx(0.9 * 2 / 3, rel=0.01)
    assert np.sqrt(0.9) < fitted.inflation < np.sqrt(1.8)

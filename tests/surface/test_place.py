"""How large the mesh of a person is who does not stand upright."""

from dataclasses import replace

import numpy as np
import pytest
from analytic_maps import canvas_of, maps_from_mask
from hypothesis import given
from hypothesis import strategies as st

from engine.camera import CANVAS, NETWORK_FOCAL
from engine.skeleton import INDEX
from engine.surface.place import FEET_MISSING, placement
from engine.types import Canvas, Settings

_HEIGHT = 0.7
"""Camera units."""


def _canvas(thigh: float, forward: float) -> Canvas:
    """Someone whose thighs and shins are `thigh` high and `forward` deep each; camera units."""
    hips, knees, ankles = 0.1, 0.1 + thigh, 0.1 + 2 * thigh
    rows = {"shoulder": hips - 0.27 * _HEIGHT, "hip": hips, "knee": knees, "ankle": ankles, "eye": -0.2}
    points, depths = np.full((31, 2), np.nan), np.full(31, np.nan)
    for joint, y in rows.items():
        for name, x in ((f"left_{joint}", 0.05), (f"right_{joint}", -0.05)):
            points[INDEX[name]] = np.array([x, y]) * NETWORK_FOCAL + CANVAS / 2
            depths[INDEX[name]] = -forward if joint == "knee" else 0.0
    canvas, _ = canvas_of(maps_from_mask(np.ones((4, 4), bool), np.ones((4, 4)), np.ones((4, 4))), keypoints=points)
    return replace(canvas, depths=depths)


def _metres_per_unit(canvas: Canvas, lifted: float) -> float:
    points = np.array([[0.0, 0, 0], [0, 0, lifted]])
    place = placement(points, np.array([1500.0, 300]), np.array([1024.0, 1024]), canvas, Settings(height=1.8))
    return place.scale


@given(st.floats(-0.04, 0.04))
def test_who_stands_has_the_height(more: float) -> None:
    lifted = _HEIGHT + more
    assert _metres_per_unit(_canvas(0.23 * _HEIGHT, 0.0), lifted) * lifted == pytest.approx(1.8, rel=1e-6)


def test_who_crouches_is_as_large_as_if_they_stood() -> None:
    bent = _canvas(0.23 * _HEIGHT * np.cos(1.1), 0.23 * _HEIGHT * np.sin(1.1))
    lifted = _HEIGHT - 2 * 0.23 * _HEIGHT * (1 - np.cos(1.1))
    assert _metres_per_unit(bent, lifted) == pytest.approx(1.8 / _HEIGHT, rel=0.05)


def test_the_height_changes_steadily_with_the_knees() -> None:
    angles = np.linspace(0, 1.2, 60)
    sizes = [
        _metres_per_unit(
            _canvas(0.23 * _HEIGHT * np.cos(a), 0.23 * _HEIGHT * np.sin(a)),
            _HEIGHT - 2 * 0.23 * _HEIGHT * (1 - np.cos(a)),
        )
        for a in angles
    ]
    assert np.abs(np.diff(sizes)).max() < 0.05 * sizes[0]


def test_who_stands_on_one_leg_has_the_height() -> None:
    canvas = _canvas(0.23 * _HEIGHT, 0.0)
    for joint in ("left_knee", "left_ankle"):
        canvas.keypoints[INDEX[joint]] = canvas.keypoints[INDEX["left_hip"]] + [30, 0]
    assert _metres_per_unit(canvas, _HEIGHT) * _HEIGHT == pytest.approx(1.8, rel=1e-6)


def test_without_legs_nothing_is_known() -> None:
    canvas = _canvas(0.1 * _HEIGHT, 0.0)
    canvas.keypoints[[INDEX["left_knee"], INDEX["right_knee"]]] = np.nan
    assert _metres_per_unit(canvas, 0.4) == pytest.approx(1.8 / 0.4)


@given(st.floats(0, 0.3))
def test_who_is_cut_off_is_as_large_wherever_that_is(cut: float) -> None:
    """cut: camera units above the hips at which the picture ends."""
    canvas = _canvas(0.23 * _HEIGHT, 0.0)
    canvas.keypoints[[INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("knee", "ankle")]] = np.nan
    hips = float(canvas.keypoints[INDEX["left_hip"], 1])
    points = np.array([[0.0, 0, cut], [0, 0, 0.49 * _HEIGHT]])
    rows = np.array([hips - cut * NETWORK_FOCAL, 300])
    place = placement(points, rows, np.array([CANVAS / 2, CANVAS / 2]), canvas, Settings(height=1.8))
    assert place.scale == pytest.approx(1.8 / _HEIGHT, rel=1e-3)
    assert place.warnings == (FEET_MISSING,)

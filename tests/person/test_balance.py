"""Who stands is put upright; who does not is left alone."""

from math import tan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.camera import NETWORK_FOCAL
from engine.person.balance import balanced
from engine.skeleton import INDEX, KEYPOINTS

HEIGHTS = {
    "nose": 330, "eye": 310, "ear": 320, "shoulder": 520, "elbow": 790, "wrist": 1030, "hip": 1040, "knee": 1420,
    "ankle": 1780, "toe": 1830, "heel": 1810, "finger": 1120,
}  # fmt: skip


def standing() -> np.ndarray:
    ys = [next(y for part, y in HEIGHTS.items() if part in name) for name in KEYPOINTS]
    xs = [1100.0 if name.startswith("left") else 948.0 for name in KEYPOINTS]
    return np.stack([xs, ys], 1).astype(np.float64)


@settings(deadline=None)
@given(st.floats(-0.2, 0.2), st.floats(-0.1, 0.1))
def test_a_lean_is_taken_out(lean: float, pitch: float) -> None:
    keypoints = standing()
    heights = keypoints[:, 1] / NETWORK_FOCAL
    upright = heights * tan(pitch)
    difference = balanced(keypoints, upright + lean * heights, pitch) - upright
    assert difference == pytest.approx(np.full(31, difference[0]), abs=1e-6)


def test_an_arm_held_forward_stays_forward() -> None:
    keypoints, depths = standing(), np.zeros(31)
    depths[INDEX["left_wrist"]] = -0.2
    result = balanced(keypoints, depths, 0.0)
    assert result[INDEX["left_wrist"]] - result[INDEX["right_wrist"]] == pytest.approx(-0.2)


def test_who_sits_or_hides_the_feet_is_left_alone() -> None:
    keypoints, depths = standing(), np.linspace(0, 0.1, 31)
    sitting, forward = keypoints.copy(), depths.copy()
    for side in ("left", "right"):
        sitting[INDEX[f"{side}_knee"], 1] = 1060
        forward[INDEX[f"{side}_knee"]] = -0.5
        forward[INDEX[f"{side}_ankle"]] = -0.5
    np.testing.assert_array_equal(balanced(sitting, forward, 0.0), forward)
    hidden = depths.copy()
    hidden[[INDEX[f"left_{part}"] for part in ("ankle", "big_toe", "small_toe", "heel")]] = np.nan
    np.testing.assert_array_equal(balanced(keypoints, hidden, 0.0), hidden)

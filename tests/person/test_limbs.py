"""Limbs whose depths suit their lengths."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.person.depths import MIRRORED_KEYPOINTS
from engine.person.limbs import suited
from engine.skeleton import INDEX, KEYPOINTS

ARM, FOREARM, THIGH, SHIN = 0.27, 0.238, 0.4, 0.38
"""Metres, about the shares of a usual body."""

SEEN = np.ones((1, len(KEYPOINTS)), bool)


def standing() -> tuple[np.ndarray, np.ndarray]:
    """Key points (31, 2) and depths (31,) in metres of who stands upright with hanging arms, all in one plane."""
    points = np.zeros((len(KEYPOINTS), 2))
    for side, sign in (("left", 1), ("right", -1)):
        for joint, x, y in (
            ("shoulder", 0.18, -0.5), ("elbow", 0.18, -0.5 + ARM), ("wrist", 0.18, -0.5 + ARM + FOREARM),
            ("hip", 0.1, 0), ("knee", 0.1, THIGH), ("ankle", 0.1, THIGH + SHIN),
        ):  # fmt: skip
            points[INDEX[f"{side}_{joint}"]] = sign * x, y
        for finger in (2, 3, 4, 5):
            points[INDEX[f"{side}_finger{finger}"]] = sign * 0.18, 0.1
    return points, np.zeros(len(KEYPOINTS))


def bent(points: np.ndarray, depths: np.ndarray, back: float) -> tuple[np.ndarray, np.ndarray]:
    """The same with the left elbow `back` metres behind and the wrist as far before it, foreshortened as they look."""
    points, depths = points.copy(), depths.copy()
    shoulder, elbow, wrist = (INDEX[f"left_{joint}"] for joint in ("shoulder", "elbow", "wrist"))
    points[elbow] = points[shoulder] + (0, np.sqrt(ARM**2 - back**2))
    points[wrist] = points[elbow] + (-np.sqrt(FOREARM**2 - back**2), 0)
    depths[elbow] = back
    return points, depths


def test_limbs_of_the_right_length_stay_where_they_are() -> None:
    points, depths = standing()
    result = suited(points[None], depths[None], SEEN)[0]
    assert np.abs(result - depths).max() < 0.01


@given(back=st.floats(0.1, 0.2), hint=st.floats(0.2, 0.6))
@settings(max_examples=20, deadline=None)
def test_a_foreshortened_arm_reaches_into_the_depth_on_the_side_that_is_hinted(back: float, hint: float) -> None:
    points, depths = bent(*standing(), back)
    result = suited(points[None], hint * depths[None], SEEN)[0]
    elbow = INDEX["left_elbow"]
    assert hint * back < result[elbow] < 1.25 * back
    assert abs(result[elbow] - back) < abs(hint * back - back)
    other = [INDEX[f"right_{joint}"] for joint in ("elbow", "wrist")]
    assert np.abs(result[other]).max() < 0.02


def test_the_hand_goes_with_the_wrist_and_the_foot_with_the_ankle() -> None:
    points, depths = bent(*standing(), 0.15)
    depths = 0.3 * depths
    points[INDEX["left_ankle"], 1] -= 0.05
    change = suited(points[None], depths[None], SEEN)[0] - depths
    for end, rest in (("wrist", ("finger2", "finger5")), ("ankle", ("heel", "big_toe", "small_toe"))):
        for name in rest:
            assert change[INDEX[f"left_{name}"]] == pytest.approx(change[INDEX[f"left_{end}"]])
    assert change[INDEX["nose"]] == 0


def test_the_mirror_image_is_treated_alike_and_people_do_not_depend_on_each_other() -> None:
    points, depths = bent(*standing(), 0.15)
    depths = 0.5 * depths
    mirrored = points[MIRRORED_KEYPOINTS] * (-1, 1), depths[MIRRORED_KEYPOINTS]
    both = suited(np.stack([points, mirrored[0]]), np.stack([depths, mirrored[1]]), np.tile(SEEN, (2, 1)))
    np.testing.assert_allclose(both[1], both[0][MIRRORED_KEYPOINTS], atol=1e-9)
    np.testing.assert_allclose(suited(points[None], depths[None], SEEN)[0], both[0], atol=1e-12)


@given(size=st.floats(0.3, 3))
@settings(max_examples=10, deadline=None)
def test_guessed_legs_out_of_the_picture_do_not_change_the_arms(size: float) -> None:
    points, depths = bent(*standing(), 0.15)
    seen = SEEN.copy()
    legs = [INDEX[f"{side}_{joint}"] for side in ("left", "right") for joint in ("knee", "ankle")]
    seen[:, legs] = False
    arm = INDEX["left_elbow"]
    expected = suited(points[None], 0.5 * depths[None], seen)[0]
    points[legs] *= size
    result = suited(points[None], 0.5 * depths[None], seen)[0]
    assert result[arm] == pytest.approx(expected[arm])
    assert (result[legs] == 0.5 * depths[legs]).all()
    assert result[arm] > 0.1

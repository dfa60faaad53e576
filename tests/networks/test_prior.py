"""The capsule prior: where the key points say the body is."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.camera import CANVAS, Camera
from engine.networks.prior import (
    CHANNELS,
    MIRRORED_LIMBS,
    SIZE,
    body_height,
    camera_joints,
    capsule_maps,
    limb_maps,
    prior_maps,
)
from engine.person.depths import MIRRORED_KEYPOINTS
from engine.skeleton import INDEX, KEYPOINTS
from engine.types import Canvas

STANDING = {
    "nose": (1024, 330), "eye": (1040, 310), "ear": (1080, 320), "shoulder": (1190, 520), "elbow": (1260, 790),
    "wrist": (1290, 1030), "hip": (1110, 1040), "knee": (1120, 1420), "ankle": (1120, 1780), "big_toe": (1140, 1830),
    "small_toe": (1160, 1820), "heel": (1110, 1810), "finger": (1300, 1120),
}  # fmt: skip


def standing() -> np.ndarray:
    points = []
    for name in KEYPOINTS:
        x, y = next(p for part, p in STANDING.items() if part in name)
        points.append((2 * 1024 - x if name.startswith("right") else x, y))
    return np.array(points, np.float64)


def test_the_arm_in_front_lies_in_front() -> None:
    depths = np.zeros(31)
    for name in ("left_elbow", "left_wrist"):
        depths[INDEX[name]] = -0.1
    maps = capsule_maps(standing(), depths)
    x, y = (int(v) // 8 for v in (standing()[INDEX["left_wrist"]] + standing()[INDEX["left_elbow"]]) / 2)
    assert maps[0, y, SIZE - 1 - x] - maps[0, y, x] == pytest.approx(0.1 * 2195.975 / 512, abs=0.05)


def test_an_elbow_beside_the_trunk_keeps_its_own_depth() -> None:
    points, depths = standing(), np.zeros(31)
    points[INDEX["left_elbow"]], depths[INDEX["left_elbow"]] = (1225, 790), 0.2
    maps = capsule_maps(points, depths)
    x, y = (int(v) // 8 for v in points[INDEX["left_elbow"]])
    assert maps[0, y, x] == pytest.approx(0.2 * 2195.975 / 512, rel=0.15)
    assert maps[1, y, x] < 0.6 * maps[1, y, SIZE // 2]


def test_capsules_have_thickness_only_inside() -> None:
    maps = capsule_maps(standing(), np.zeros(31))
    middle, half, confidence = maps[:, SIZE // 2 - 30, SIZE // 2]
    assert half > 0.05
    assert confidence == pytest.approx(1)
    assert maps[1, 2, 2] == 0
    assert maps[2, 2, 2] < 0.1
    assert np.isfinite(maps).all()
    assert abs(middle) < 0.1


def test_each_limb_has_maps_of_its_own() -> None:
    """An arm held before the other one does not hide it, and a limb without a known bone is empty."""
    points, depths = standing(), np.zeros(31)
    for joint, depth in (("wrist", -0.2), ("finger3", -0.2)):
        points[INDEX[f"left_{joint}"]] = points[INDEX[f"right_{joint}"]]
        depths[INDEX[f"left_{joint}"]] = depth
    points[INDEX["right_knee"]] = np.nan
    points[[INDEX[f"right_{joint}"] for joint in ("big_toe", "heel")]] = np.nan
    left, right, leg, other = limb_maps(points, depths)
    x, y = (points[INDEX["right_wrist"]] / 16).astype(int)
    assert left[0, y, x] < right[0, y, x] - 0.5
    assert left[2, y, x] == right[2, y, x] == pytest.approx(1)
    assert left[2, y, 128 - x] < 0.01
    assert leg[2].max() == pytest.approx(1)
    assert not other.any()


def test_limbs_of_the_mirrored_person_change_sides() -> None:
    points = standing()
    points[INDEX["left_wrist"]] += (90, -200)
    mirrored = (points * (-1, 1) + (CANVAS, 0))[MIRRORED_KEYPOINTS]
    maps, reflected = limb_maps(points, np.zeros(31)), limb_maps(mirrored, np.zeros(31))
    np.testing.assert_allclose(reflected, maps[list(MIRRORED_LIMBS)][..., ::-1], atol=2e-5)


def test_height_from_bones() -> None:
    joints = camera_joints(standing(), np.zeros(31))
    assert body_height(joints) == pytest.approx(1600 / 2195.975, rel=0.12)


def test_no_key_points_give_an_empty_prior() -> None:
    assert not capsule_maps(np.full((31, 2), np.nan), np.full(31, np.nan)).any()


@given(st.lists(st.integers(0, 30), max_size=25), st.floats(-0.3, 0.3))
def test_missing_joints_and_shifts_are_harmless(missing: list[int], shift: float) -> None:
    keypoints, depths = standing(), np.zeros(31)
    keypoints[missing], depths[missing] = np.nan, np.nan
    maps = capsule_maps(keypoints, depths)
    assert np.isfinite(maps).all()
    np.testing.assert_allclose(capsule_maps(keypoints, depths + shift), maps, atol=1e-4)


def test_the_mask_is_the_last_channel() -> None:
    mask = np.zeros((CANVAS, CANVAS), bool)
    mask[:1024] = True
    canvas = Canvas(np.zeros((CANVAS, CANVAS, 3), np.uint8), mask, standing(), np.zeros(31), Camera())
    maps = prior_maps(canvas)
    assert maps.shape == (CHANNELS, SIZE, SIZE)
    assert maps[3, :128].min() == 1
    assert maps[3, 128:].max() == 0

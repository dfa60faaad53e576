"""33 landmarks to 31 key points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.person.depths import key_depths
from engine.person.keypoints import LANDMARKS, SOURCES, WEIGHTS, keypoints
from engine.skeleton import INDEX, KEYPOINTS


def random_landmarks(seed: int, dimensions: int = 2) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(33, dimensions))


@settings(deadline=None)
@given(seed=st.integers(0, 1000), angle=st.floats(-3, 3), scale=st.floats(0.1, 10))
def test_key_points_move_with_the_landmarks(seed: int, angle: float, scale: float) -> None:
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    marks, shift = random_landmarks(seed), np.array([30.0, -4.0])
    np.testing.assert_allclose(keypoints(marks @ turn + shift), keypoints(marks) @ turn + shift, atol=1e-9)


def test_sides_are_treated_alike() -> None:
    other = {"left": "right", "right": "left"}
    for i, name in enumerate(KEYPOINTS[1:], 1):
        side, joint = name.split("_", 1)
        mirrored = WEIGHTS[INDEX[f"{other[side]}_{joint}"]]
        for landmark, index in LANDMARKS.items():
            if landmark != "nose":
                mark_side, part = landmark.split("_", 1)
                assert WEIGHTS[i, index] == mirrored[LANDMARKS[f"{other[mark_side]}_{part}"]]


def test_uncorrected_joints_are_the_landmarks() -> None:
    marks = random_landmarks(1)
    for name in ("nose", "left_eye", "left_shoulder", "right_elbow", "left_wrist", "right_knee"):
        np.testing.assert_array_equal(keypoints(marks)[INDEX[name]], marks[LANDMARKS[name]])


def test_corrections() -> None:
    marks = random_landmarks(2)
    at = {name: marks[index] for name, index in LANDMARKS.items()}
    points = keypoints(marks)
    hip = at["left_hip"]
    expected = hip + 0.032 * (at["left_shoulder"] - hip) - 0.036 * (at["right_hip"] - hip)
    np.testing.assert_allclose(points[INDEX["left_hip"]], expected)
    wrist, index, pinky = at["right_wrist"], at["right_index"], at["right_pinky"]
    fingers = [points[INDEX[f"right_finger{n}"]] for n in range(2, 6)]
    np.testing.assert_allclose(np.mean(fingers, axis=0), index + 0.233 * (wrist - index) - 0.813 * (wrist - pinky))
    np.testing.assert_allclose(fingers[0] - fingers[3], index - pinky)


def test_sources_belong_to_the_same_side() -> None:
    names = {index: name for name, index in LANDMARKS.items()}
    for name, source in zip(KEYPOINTS, SOURCES, strict=True):
        assert names[int(source)].split("_")[0] == name.split("_")[0]


def test_depths_are_relative_to_the_hips_and_shift_free() -> None:
    world = random_landmarks(3, 3)
    depths = key_depths(world)
    assert depths.shape == (31,)
    assert abs(depths[INDEX["left_hip"]] + depths[INDEX["right_hip"]]) < 1e-9
    np.testing.assert_allclose(key_depths(world + np.array([1.0, 2.0, 3.0])), depths, atol=1e-6)


def test_depths_follow_the_landmarks_away_from_the_camera() -> None:
    """A forearm that points at the camera is nearer than one that points away."""
    world = np.zeros((33, 3))
    world[[11, 12], 1], world[[11, 23]] = -0.5, world[[11, 23]] + np.array([0.15, 0, 0])
    far, near = world.copy(), world.copy()
    for marks, depth in ((far, 0.4), (near, -0.4)):
        marks[[15, 17, 19, 21], 2] = depth
    assert key_depths(far)[INDEX["left_wrist"]] > key_depths(near)[INDEX["left_wrist"]] + 0.2

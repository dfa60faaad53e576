"""33 landmarks to 31 key points."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.person.depths import MIRRORED_KEYPOINTS, key_depths, mirrored
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


def standing() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Landmarks of a person with hanging arms: in the picture (500 pixels per metre), in metres, and visibility."""
    heights = {"nose": -0.62, "eye": -0.65, "ear": -0.64, "mouth": -0.58, "shoulder": -0.5, "elbow": -0.22,
               "wrist": 0.02, "pinky": 0.1, "index": 0.1, "thumb": 0.08, "hip": 0.0, "knee": 0.4, "ankle": 0.8,
               "heel": 0.84, "toe": 0.86}  # fmt: skip
    world = np.zeros((33, 3))
    for name, index in LANDMARKS.items():
        side = 1 if name.startswith("left") else -1 if name.startswith("right") else 0
        part = next(part for part in heights if part in name)
        width = 0.05 if part in ("eye", "ear", "mouth") else 0.2 if part in ("elbow", "wrist", "index") else 0.15
        world[index, :2] = side * width, heights[part]
    return world[:, :2] * 500 + 1000, world, np.ones(33)


def test_depths_are_relative_to_the_hips_and_depend_on_neither_place_nor_scale() -> None:
    marks, world, visibility = standing()
    depths = key_depths(marks, world, visibility)
    assert depths.shape == (31,)
    assert abs(depths[INDEX["left_hip"]] + depths[INDEX["right_hip"]]) < 1e-9
    moved = key_depths(3 * marks + 100, world + np.array([1.0, 2.0, 3.0]), visibility)
    np.testing.assert_allclose(moved, depths, atol=1e-5)


def test_a_mirrored_person_has_mirrored_depths() -> None:
    marks, world, visibility = standing()
    world[LANDMARKS["left_wrist"], 2] = -0.3
    depths = key_depths(marks, world, visibility)
    reflected = key_depths(*(values[0] for values in mirrored(marks[None], world[None], visibility[None])))
    np.testing.assert_allclose(reflected[MIRRORED_KEYPOINTS], depths, atol=1e-5)


def test_depths_follow_the_landmarks_away_from_the_camera() -> None:
    """A forearm that points at the camera is nearer than one that points away; who stands does not lean."""
    marks, world, visibility = standing()
    far, near = world.copy(), world.copy()
    for points, depth in ((far, 0.3), (near, -0.3)):
        points[[15, 17, 19, 21], 2] = depth
    far_depths, near_depths = (key_depths(marks, points, visibility) for points in (far, near))
    assert far_depths[INDEX["left_wrist"]] > near_depths[INDEX["left_wrist"]] + 0.04
    still = key_depths(marks, world, visibility)
    ankles, shoulders = ([INDEX[f"{side}_{part}"] for side in ("left", "right")] for part in ("ankle", "shoulder"))
    assert abs(still[ankles].mean() - still[shoulders].mean()) < 0.15

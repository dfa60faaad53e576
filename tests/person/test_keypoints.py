"""33 landmarks to 31 key points."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.person.appearance import CHANNELS, GRID
from engine.person.depths import MIRRORED_KEYPOINTS, Marks, key_depths
from engine.person.detector import BUNDLE, Detection
from engine.person.joints import marks
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


def standing(world: np.ndarray | None = None) -> Marks:
    """Marks of a person with hanging arms (or with metric landmarks (33, 3) of another pose), 500 pixels per metre."""
    world = hanging_arms() if world is None else world
    viewpoint = np.array([[0.4, 0.0]])
    seen = np.full((1, 2, CHANNELS, GRID, GRID), 0.2, np.float16)
    return Marks((world[:, :2] * 500 + 1000)[None], world[None], np.ones((1, 33)), viewpoint, seen)


def hanging_arms() -> np.ndarray:
    heights = {"nose": -0.62, "eye": -0.65, "ear": -0.64, "mouth": -0.58, "shoulder": -0.5, "elbow": -0.22,
               "wrist": 0.02, "pinky": 0.1, "index": 0.1, "thumb": 0.08, "hip": 0.0, "knee": 0.4, "ankle": 0.8,
               "heel": 0.84, "toe": 0.86}  # fmt: skip
    world = np.zeros((33, 3))
    for name, index in LANDMARKS.items():
        side = 1 if name.startswith("left") else -1 if name.startswith("right") else 0
        part = next(part for part in heights if part in name)
        width = 0.05 if part in ("eye", "ear", "mouth") else 0.2 if part in ("elbow", "wrist", "index") else 0.15
        world[index, :2] = side * width, heights[part]
    return world


def test_depths_are_relative_to_the_hips_and_depend_on_neither_place_nor_scale() -> None:
    marks = standing()
    depths = key_depths(marks)
    assert depths.shape == (1, 31)
    assert abs(depths[0, INDEX["left_hip"]] + depths[0, INDEX["right_hip"]]) < 1e-9
    moved = replace(marks, picture=3 * marks.picture + 100, metric=marks.metric + np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(key_depths(moved), depths, atol=1e-5)


def test_several_people_get_what_each_gets_alone() -> None:
    one, other = standing(), standing(hanging_arms() + np.random.default_rng(0).normal(0, 0.05, (33, 3)))
    together = Marks(*(np.concatenate([getattr(m, f.name) for m in (one, other)]) for f in fields(Marks)))
    expected = np.concatenate([key_depths(one), key_depths(other)])
    np.testing.assert_allclose(key_depths(together), expected, atol=1e-5)


def test_a_mirrored_person_has_mirrored_depths() -> None:
    world = hanging_arms()
    world[LANDMARKS["left_wrist"], 2] = -0.3
    marks = standing(world)
    np.testing.assert_allclose(key_depths(marks.mirrored())[:, MIRRORED_KEYPOINTS], key_depths(marks), atol=1e-5)


def test_depths_follow_the_landmarks_away_from_the_camera() -> None:
    """A forearm that points at the camera is nearer than one that points away; who stands does not lean."""
    far, near = hanging_arms(), hanging_arms()
    for points, depth in ((far, 0.3), (near, -0.3)):
        points[[15, 17, 19, 21], 1:] = -0.2, depth
    far_depths, near_depths = (key_depths(standing(points))[0] for points in (far, near))
    assert far_depths[INDEX["left_wrist"]] > near_depths[INDEX["left_wrist"]] + 0.04
    still = key_depths(standing())[0]
    ankles, shoulders = ([INDEX[f"{side}_{part}"] for side in ("left", "right")] for part in ("ankle", "shoulder"))
    assert abs(still[ankles].mean() - still[shoulders].mean()) < 0.15


def detection(pixels: np.ndarray, world: np.ndarray) -> Detection:
    sure = np.ones(33)
    return Detection(pixels, sure, sure, world, np.zeros((2, 2), np.float32), (0.0, 0.0), 1.0)


@pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model has not been set up")
def test_the_viewpoint_is_that_of_a_pinhole_camera() -> None:
    """A torso of known size gives the distance; what is below the picture's middle is below the horizon."""
    world = hanging_arms()
    focal, distance, height = 1200.0, 3.0, 0.4
    pixels = (world[:, :2] + [0, height]) * focal / distance + [400, 300]
    photo = np.zeros((600, 800, 3), np.uint8)
    seen = marks(detection(pixels, world), photo, focal)
    assert seen.viewpoint[0, 0] == pytest.approx(1 / distance)
    middle = height + world[[11, 12, 23, 24], 1].mean()
    assert seen.viewpoint[0, 1] == pytest.approx(np.arctan(middle / distance))
    tilted = marks(detection(pixels, world), photo, focal, pitch=0.1)
    assert tilted.viewpoint[0, 1] == pytest.approx(seen.viewpoint[0, 1] + 0.1)

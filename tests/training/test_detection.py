"""What the networks are told of rendered people comes from the real detector, through the engine's own steps."""

from math import radians
from pathlib import Path

import numpy as np
import pytest
import torch

from engine.camera import NETWORK_FOCAL, Camera
from engine.person.appearance import CHANNELS, GRID
from engine.person.depths import MIRRORED_KEYPOINTS, Marks, features
from engine.person.detector import BUNDLE, Detection
from engine.photo import load_photo
from engine.render.maps import RenderedView, render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import View
from engine.skeleton import INDEX, KEYPOINTS
from engine.training.depth_calibration import fit, level_depths
from engine.training.detection import HANDS_AND_FEET, detected_marks, found_person, lose_some, metre

SAMPLE = Path(__file__).parents[2] / "docs" / "images" / "sample_person.jpg"


def rod(joints: np.ndarray, pitch: float = 0.0) -> RenderedView:
    """A flat upright strip with the given joints (31, 3) in metres."""
    vertices = np.array([[-0.3, 0, 0], [0.3, 0, 0], [0.3, 0, 1.7], [-0.3, 0, 1.7]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    mesh = TexturedMesh(vertices, faces, None, np.zeros(2, np.int32), (), np.full((4, 3), 128, np.uint8))
    return render_maps(mesh, joints, View(camera=Camera(NETWORK_FOCAL, pitch)), 64)


def upright() -> np.ndarray:
    joints = np.zeros((31, 3))
    joints[:, 2] = np.linspace(1.6, 0.1, 31)
    return joints


@pytest.mark.parametrize("degrees", [-8, 0, 12])
def test_who_stands_upright_has_level_depths_whatever_the_pitch(degrees: float) -> None:
    """Perspective is neglected, as where photos are framed: 3 cm remain at 12 degrees."""
    view = rod(upright(), radians(degrees))
    assert np.ptp(level_depths(view) / view.placement.scale) < 0.04


def test_what_is_behind_is_behind() -> None:
    joints = upright()
    joints[INDEX["left_wrist"], 1] = 0.4
    view = rod(joints)
    depths = level_depths(view) / view.placement.scale
    assert depths[INDEX["left_wrist"]] - depths[INDEX["right_wrist"]] == pytest.approx(0.4, abs=0.01)


def test_depths_are_learned_and_sides_are_alike() -> None:
    """Depth that can be read from a landmark's metric z is found, on both sides alike."""
    rng = np.random.default_rng(0)
    world = rng.normal(0, 0.2, (400, 33, 3))
    seen = rng.uniform(0, 1, (400, 2, CHANNELS, GRID, GRID)).astype(np.float16)
    marks = Marks(world[..., :2] * 300 + 500, world, np.ones((400, 33)), rng.normal(0.4, 0.1, (400, 2)), seen)
    depths = np.zeros((400, 31))
    depths[:, INDEX["left_wrist"]], depths[:, INDEX["right_wrist"]] = world[:, 15, 2], world[:, 16, 2]
    depths[:, [INDEX["left_wrist"], INDEX["right_wrist"]]] -= world[:, [11, 12, 23, 24], 2].mean(1, keepdims=True)
    network = fit(marks, depths, epochs=30)
    with torch.inference_mode():
        found, other = (
            network(torch.from_numpy(features(m)).float(), torch.from_numpy(m.seen[:, 0]).float()).numpy()
            for m in (marks, marks.mirrored())
        )
    wrist = INDEX["left_wrist"]
    assert np.corrcoef(found[:, wrist], depths[:, wrist])[0, 1] > 0.9
    assert np.corrcoef(found[:, wrist], other[:, MIRRORED_KEYPOINTS][:, wrist])[0, 1] > 0.9


def test_lost_points_lack_both_position_and_depth_and_whole_hands_get_lost() -> None:
    hands = 0
    for seed in range(300):
        keypoints, depths = lose_some(np.zeros((31, 2)), np.zeros(31), np.random.default_rng(seed))
        np.testing.assert_array_equal(np.isnan(keypoints).all(1), np.isnan(depths))
        hands += np.isnan(depths[HANDS_AND_FEET[0]]).all()
    assert 2 <= hands <= 30
    assert [KEYPOINTS[i] for i in HANDS_AND_FEET[0]] == [f"left_finger{k}" for k in range(2, 6)]


def test_joints_known_exactly_give_their_true_depths() -> None:
    """The detector's metre in camera units undoes the view's scale, whatever size the detector takes people for."""
    joints = upright()
    joints[:, 0] = np.linspace(-0.2, 0.2, 31)
    view = rod(joints)
    found = detection(view, size=1.3)
    assert metre(found, view) * 1.3 == pytest.approx(view.placement.scale, rel=0.05)


@pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model is not set up")
def test_the_distance_of_rendered_people_is_their_size() -> None:
    view = rod(upright())
    found = detection(view, size=1.3)
    seen = detected_marks(found, view.front.shaded, view)
    assert seen.viewpoint[0, 0] == pytest.approx(metre(found, view), rel=1e-6)


def detection(view: RenderedView, size: float) -> Detection:
    """Landmarks on the first 31 joints' places (two of them twice), metric ones `size` times too large."""
    order = np.arange(33) % 31
    world = (upright()[order] - [0, 0, 0.85]) @ np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]]) * size
    world[:, 0] = np.linspace(-0.2, 0.2, 31)[order] * size
    sure = np.ones(33)
    return Detection(view.joints[order], sure, sure, world, np.zeros((2, 2), np.float32), (0.0, 0.0), 1.0)


@pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model is not set up")
def test_another_person_than_the_rendered_one_is_refused() -> None:
    photo = load_photo(SAMPLE).rgb
    assert found_person(photo, rod(upright())) is None
    assert found_person(np.zeros((64, 64, 3), np.uint8), rod(upright())) is None

"""Placement, crops and blending of the twelve parts."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from engine.camera import CANVAS
from engine.networks.parts import (
    MAX_PARTIAL_SCALE,
    PARTS,
    Region,
    blend,
    blend_weight,
    crop,
    is_placed,
    part_affines,
)
from engine.skeleton import INDEX, KEYPOINTS

NAMES = [part.name for part in PARTS]


def standing_person() -> NDArray[np.float64]:
    """Key points (31, 2) of a person who faces the camera, in canvas pixels."""
    halves = {
        "nose": (0, 280), "eye": (25, 260), "ear": (60, 275), "shoulder": (160, 480), "elbow": (280, 740),
        "wrist": (360, 960), "hip": (90, 1020), "knee": (110, 1410), "ankle": (120, 1780), "big_toe": (150, 1870),
        "small_toe": (180, 1860), "heel": (115, 1810),
        **{f"finger{k}": (380 + 10 * k, 1050) for k in (2, 3, 4, 5)},
    }  # fmt: skip
    points = np.empty((31, 2))
    for i, name in enumerate(KEYPOINTS):
        side, _, joint = name.partition("_")
        x, y = halves[joint or name]
        points[i] = 1024 + (-x if side == "right" else x), y
    return points


def without(points: NDArray[np.float64], *names: str) -> NDArray[np.float64]:
    points = points.copy()
    points[[INDEX[name] for name in names]] = np.nan
    return points


def canonical(affine: NDArray, point: NDArray) -> NDArray:
    """Picture pixel -> canonical pixel from the centre."""
    return np.linalg.solve(affine[:, :2], point * 2 / CANVAS - 1 - affine[:, 2]) * CANVAS / 2


def affine_of(points: NDArray, part: str) -> NDArray:
    return part_affines(points)[NAMES.index(part)].astype(np.float64)


def scale_of(points: NDArray, part: str) -> float:
    """How much a part is enlarged on its canvas."""
    affine = affine_of(points, part)
    return float(1 / np.hypot(affine[0, 0], affine[1, 0]))


def test_two_joints_land_on_their_targets() -> None:
    points = standing_person()
    affine = affine_of(points, "left_upper_arm")
    np.testing.assert_allclose(canonical(affine, points[INDEX["left_shoulder"]]), (0, -192), atol=0.01)
    np.testing.assert_allclose(canonical(affine, points[INDEX["left_elbow"]]), (0, 64), atol=0.01)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.2, 0.9), st.floats(-3.1, 3.1), st.floats(-200, 200))
def test_small_limbs_are_not_enlarged(size: float, angle: float, shift: float) -> None:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    points = (standing_person() - 1024) @ turn.T * size + 1024 + shift
    for part in ("face", "left_upper_arm", "left_thigh", "right_shin"):
        assert scale_of(points, part) <= 1 + 1e-5


@settings(max_examples=30, deadline=None)
@given(st.floats(-100, 100), st.floats(-100, 100))
def test_a_shifted_person_shifts_every_part(x: float, y: float) -> None:
    points = standing_person()
    moved = part_affines(points + np.array([x, y])) - part_affines(points)
    np.testing.assert_allclose(moved[:, :, :2], 0, atol=1e-5)
    np.testing.assert_allclose(moved[:, :, 2] * CANVAS / 2, np.tile((x, y), (12, 1)), atol=1e-2)


def test_hand_without_fingers_keeps_elbow_and_wrist() -> None:
    points = without(standing_person(), *(f"left_finger{k}" for k in (2, 3, 4, 5)))
    wrist = canonical(affine_of(points, "left_lower_arm"), points[INDEX["left_wrist"]])
    np.testing.assert_allclose(wrist, (0, 0), atol=0.01)


def test_one_joint_places_a_part_upright_at_scale_one() -> None:
    affine = affine_of(without(standing_person(), "left_ankle"), "left_shin")
    np.testing.assert_allclose(affine[:, :2], np.eye(2), atol=1e-6)


def test_missing_ear_is_replaced_by_the_eye() -> None:
    points = standing_person()
    swapped = points.copy()
    swapped[INDEX["left_ear"]] = points[INDEX["left_eye"]]
    np.testing.assert_array_equal(part_affines(without(points, "left_ear")), part_affines(swapped))


def test_foot_with_toes_alone_is_placed_at_scale_one() -> None:
    points = without(standing_person(), "left_heel", "left_ankle")
    assert scale_of(points, "left_foot") == pytest.approx(1)


def test_partial_torso_is_enlarged_within_limits() -> None:
    points = without(standing_person(), "left_hip", "right_hip")
    points[INDEX["left_shoulder"]] = points[INDEX["right_shoulder"]] + (20, 0)
    assert scale_of(points, "upper_body") == pytest.approx(MAX_PARTIAL_SCALE)


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 30)), st.integers(0, 2**32 - 1))
def test_any_missing_joints_give_finite_affines(missing: set[int], seed: int) -> None:
    points = np.random.default_rng(seed).uniform(0, CANVAS, (31, 2)).round(-2)  # coarse: some joints coincide
    points[list(missing)] = np.nan
    affines = part_affines(points)
    assert np.isfinite(affines).all()
    for affine, part in zip(affines, PARTS, strict=True):
        joints = {i for group in part.joints for i in group}
        eyes = {INDEX["left_eye"], INDEX["right_eye"]} if part.name == "face" else set()
        assert is_placed(affine) == bool((joints | eyes) - missing)


def test_unplaced_part_sees_nothing() -> None:
    z = torch.from_numpy(part_affines(np.full((31, 2), np.nan)))
    assert crop(torch.ones(1, 1, CANVAS, CANVAS), z[:1], PARTS[0]).abs().max() == 0


def test_blend_weight_counts_the_picture_alone() -> None:
    points = standing_person() - (900, 0)  # the person's right is out of the picture
    z = torch.from_numpy(part_affines(points))
    index = NAMES.index("upper_body")
    weight = blend_weight(z[index : index + 1], PARTS[index])[0, 0]
    assert weight.amax() == pytest.approx(1, abs=1e-5)
    assert weight[:, 0].abs().max() == 0
    seen = crop(torch.ones(1, 1, CANVAS, CANVAS), z[index : index + 1], PARTS[index])[0, 0]
    assert weight[seen == 0].mean() < 0.05


def ramps() -> torch.Tensor:
    axis = torch.linspace(0, 1, CANVAS)
    return torch.stack([axis.expand(CANVAS, CANVAS), axis[:, None].expand(CANVAS, CANVAS)])[None]


def weighted_crops(picture: torch.Tensor, z: torch.Tensor) -> list[torch.Tensor]:
    pairs = zip(z, PARTS, strict=True)
    return [torch.cat([crop(picture, a[None], p), blend_weight(a[None], p)], 1) for a, p in pairs]


def test_cropped_and_blended_picture_is_the_picture() -> None:
    z = torch.from_numpy(part_affines(standing_person()))
    picture = ramps()
    region = Region(600, 700, 900, 1400)
    blended = blend(weighted_crops(picture, z), z, region)
    covered = blended.sum(1) > 0
    assert covered.float().mean() > 0.3
    error = (blended - picture[..., 600:900, 700:1400]).abs().amax(1)[covered]
    assert error.quantile(0.99) < 0.001


def test_a_region_is_cut_from_the_whole() -> None:
    z = torch.from_numpy(part_affines(without(standing_person(), "left_elbow", "left_wrist")))
    weighted = weighted_crops(ramps(), z)
    whole = blend(weighted, z)
    torch.testing.assert_close(blend(weighted, z, Region(0, 512, 640, 1600)), whole[..., :640, 512:1600])


def test_gradients_reach_the_picture_and_the_crops() -> None:
    z = torch.from_numpy(part_affines(standing_person()))
    weighted = [w.requires_grad_() for w in weighted_crops(ramps(), z)]
    blend(weighted, z, Region(400, 900, 700, 1100)).sum().backward()
    assert weighted[1].grad is not None
    assert weighted[1].grad[:, :2].abs().sum() > 0

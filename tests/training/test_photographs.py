from dataclasses import replace

import numpy as np
import pytest
import trimesh
from scipy import ndimage

from engine.camera import NETWORK_FOCAL
from engine.render.maps import RenderedView, render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import View
from engine.skeleton import INDEX, KEYPOINTS
from engine.training.photographs import MEAN_ERRORS, PARENTS, detected, develop, segmented

HEIGHT = 1.75


def joints() -> np.ndarray:
    """A standing person's key points in metres, z from the body's centre."""
    heights = {"nose": 0.75, "eye": 0.8, "ear": 0.78, "shoulder": 0.55, "elbow": 0.27, "wrist": 0.02, "hip": 0.05,
               "knee": -0.38, "ankle": -0.8, "toe": -0.86, "heel": -0.86, "finger": -0.1}  # fmt: skip
    points = np.zeros((len(KEYPOINTS), 3))
    for i, name in enumerate(KEYPOINTS):
        side = 0.15 if name.startswith("left") else -0.15 if name.startswith("right") else 0
        points[i] = side, 0, next(height for part, height in heights.items() if part in name)
    return points


@pytest.fixture(scope="module")
def rendered() -> RenderedView:
    capsule = trimesh.creation.capsule(height=1.25, radius=0.25)
    capsule.apply_translation(-capsule.bounds.mean(0))
    faces = np.asarray(capsule.faces, np.int32)
    colors = np.tile(np.array([180, 120, 90], np.uint8), (len(capsule.vertices), 1))
    mesh = TexturedMesh(capsule.vertices.astype(np.float32), faces, None, np.zeros(len(faces), np.int32), (), colors)
    return render_maps(mesh, joints(), View(), 512)


def generators(count: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in range(count)]


def test_everything_repeats_with_its_seed(rendered: RenderedView) -> None:
    for function in (develop, segmented):
        one, other = (function(rendered, np.random.default_rng(7)) for _ in range(2))
        np.testing.assert_array_equal(one, other)
    for one, other in zip(*(detected(rendered, np.random.default_rng(7)) for _ in range(2)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_photos_keep_the_person_recognisable_and_differ(rendered: RenderedView) -> None:
    photos = [develop(rendered, rng) for rng in generators(12)]
    clean = rendered.front.shaded[rendered.mask].astype(float).mean(1)
    means = []
    for photo in photos:
        assert photo.shape == (512, 512, 3)
        assert photo.dtype == np.uint8
        person = photo[rendered.mask].astype(float).mean(1)
        assert np.corrcoef(clean, person)[0, 1] > 0.5
        means.append(person.mean())
    assert np.std(means) > 5
    assert np.std([photo[~rendered.mask].mean() for photo in photos]) > 10


def test_masks_err_at_the_contour_only(rendered: RenderedView) -> None:
    far_inside = ndimage.distance_transform_edt(rendered.mask) > 8
    far_outside = ndimage.distance_transform_edt(~rendered.mask) > 8
    changed = []
    for rng in generators(20):
        mask = segmented(rendered, rng)
        assert mask.dtype == bool
        assert mask[far_inside].all()
        assert not mask[far_outside].any()
        changed.append((mask & rendered.mask).sum() / (mask | rendered.mask).sum())
    assert 0.95 < np.mean(changed) < 0.998
    assert min(changed) > 0.9


def test_key_point_errors_have_the_measured_size(rendered: RenderedView) -> None:
    everywhere = replace(rendered, visible=np.ones(len(KEYPOINTS), bool))
    found = np.stack([detected(everywhere, rng)[0] for rng in generators(400)])
    metres = rendered.window.step / (NETWORK_FOCAL * rendered.placement.scale)
    percent = np.nanmean(np.linalg.norm(found - rendered.joints, axis=2), axis=0) * metres / HEIGHT * 100
    for part, expected in MEAN_ERRORS.items():
        members = [i for i, name in enumerate(KEYPOINTS) if part in name]
        assert np.mean(percent[members]) == pytest.approx(expected, rel=0.35), part


def test_hidden_joints_err_more_and_are_lost_more_often(rendered: RenderedView) -> None:
    seen, hidden = (replace(rendered, visible=np.full(len(KEYPOINTS), flag)) for flag in (True, False))
    errors, missing = [], []
    for view in (seen, hidden):
        found = np.stack([detected(view, rng)[0] for rng in generators(150)])
        errors.append(np.nanmean(np.abs(found - rendered.joints)))
        missing.append(np.isnan(found[:, : INDEX["left_wrist"], 0]).mean())
    assert errors[1] > 1.5 * errors[0]
    assert 0.015 < missing[0] < 0.06 < missing[1] < 0.2


def test_depth_errors_grow_along_the_limbs_to_a_few_centimetres(rendered: RenderedView) -> None:
    found = np.stack([detected(rendered, rng)[1] for rng in generators(300)])
    centimetres = np.nanstd(found - rendered.offsets, axis=0) / rendered.placement.scale * 100
    wrist, shoulder, hip = (centimetres[INDEX[f"left_{name}"]] for name in ("wrist", "shoulder", "hip"))
    assert wrist > hip
    assert 1 < shoulder < 7
    assert 2 < wrist < 7


def test_missing_points_lack_both_position_and_depth_and_whole_hands_get_lost(rendered: RenderedView) -> None:
    hand = [INDEX[f"left_finger{k}"] for k in range(2, 6)]
    whole = 0
    for rng in generators(200):
        keypoints, depths = detected(rendered, rng)
        np.testing.assert_array_equal(np.isnan(keypoints).all(1), np.isnan(depths))
        whole += np.isnan(depths[hand]).all()
    assert 1 <= whole <= 30


def test_joints_that_the_model_lacks_stay_missing(rendered: RenderedView) -> None:
    gone = rendered.joints.copy()
    gone[INDEX["nose"]] = np.nan
    offsets = np.where(np.isnan(gone[:, 0]), np.nan, rendered.offsets)
    keypoints, depths = detected(replace(rendered, joints=gone, offsets=offsets), np.random.default_rng(0))
    assert np.isnan(keypoints[INDEX["nose"]]).all()
    assert np.isnan(depths[INDEX["nose"]])
    assert np.isfinite(depths).sum() > 20


def test_parents_are_key_points() -> None:
    assert {*PARENTS, *PARENTS.values()} <= {*KEYPOINTS}

import numpy as np
import pytest
import trimesh
from scipy import ndimage

from engine.render.maps import RenderedView, render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import View
from engine.skeleton import KEYPOINTS
from engine.training.photographs import cut_off, cut_rows, develop, segmented


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


def test_some_photos_cut_off_feet_and_few_the_crown(rendered: RenderedView) -> None:
    rows = np.array([cut_rows(rendered, rng) for rng in generators(400)])
    feet, crown = np.isfinite(rows[:, 1]), np.isfinite(rows[:, 0])
    assert 0.06 < feet.mean() < 0.2
    assert 0 < crown.mean() < 0.1
    person = np.flatnonzero(rendered.mask.any(1)) * rendered.window.step
    assert ((rows[feet, 1] > person.mean() - 4) & (rows[feet, 1] < person[-1])).all()


def test_beyond_the_photo_its_border_is_repeated() -> None:
    photo = np.arange(8, dtype=np.uint8).repeat(12).reshape(8, 4, 3)
    cut = cut_off(photo, 256.0, (512.0, 1400.0))
    np.testing.assert_array_equal(cut[:, 0, 0], [2, 2, 2, 3, 4, 5, 5, 5])
    np.testing.assert_array_equal(cut_off(photo, 256.0, (-np.inf, np.inf)), photo)

"""Scans of real people become training people: joints from pictures all around."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.person.detector import BUNDLE
from engine.render.mesh import TexturedMesh
from engine.skeleton import INDEX
from engine.training.people import load_wardrobe, sample_person
from engine.training.scans import find_joints, load_scans, standing, triangulate

ASSETS = Path(__file__).parents[3] / "shared" / "assets"


def cameras(count: int = 12) -> np.ndarray:
    angles = np.arange(count) * 2 * np.pi / count
    return np.stack([3 * np.cos(angles), 3 * np.sin(angles), np.full(count, 1.0)], 1)


@settings(deadline=None)
@given(st.tuples(*[st.floats(-1, 1)] * 3), st.integers(3, 12))
def test_rays_through_a_point_meet_there(place: tuple[float, float, float], count: int) -> None:
    seen = np.arange(12) < count
    found = triangulate(cameras(), np.array(place) - cameras(), seen)
    np.testing.assert_allclose(found, place, atol=1e-6)


def test_a_few_wrong_rays_do_not_matter() -> None:
    place, origins = np.array([0.2, -0.1, 0.9]), cameras()
    rays = place - origins
    rays[[2, 7]] += [0, 0, 0.8]
    np.testing.assert_allclose(triangulate(origins, rays, np.ones(12, bool)), place, atol=0.02)


def test_two_rays_are_too_few() -> None:
    assert np.isnan(triangulate(cameras(), -cameras(), np.arange(12) < 2)).all()


def test_scans_stand_on_the_floor_in_metres() -> None:
    corners = np.array([[100, 200, -50], [160, 230, -50], [130, 215, 125]], np.float32)
    mesh = TexturedMesh(corners, np.array([[0, 1, 2]], np.int32), None, np.zeros(1, np.int32), ())
    placed = standing(mesh).vertices
    assert np.ptp(placed[:, 2]) == pytest.approx(1.75)
    np.testing.assert_allclose(placed.min(0) + placed.max(0), [0, 0, 1.75], atol=1e-5)
    lifelike = standing(TexturedMesh(corners / 100, mesh.faces, None, mesh.materials, ()))
    assert np.ptp(lifelike.vertices[:, 2]) == pytest.approx(1.75)


def test_a_folder_without_meshes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="one mesh or sub-folder per person"):
        load_scans(tmp_path)


@pytest.mark.slow
@pytest.mark.skipif(not (ASSETS.is_dir() and BUNDLE.is_file()), reason="needs ../shared/assets and the pose model")
def test_joints_of_a_dressed_person_are_found() -> None:
    person = sample_person(np.random.default_rng([4, 0]), load_wardrobe(ASSETS))
    errors = np.linalg.norm(find_joints(person.mesh, "person") - person.joints, axis=1)
    limbs = [i for name, i in INDEX.items() if name.endswith(("shoulder", "elbow", "wrist", "knee", "ankle"))]
    assert np.nanmedian(errors) < 0.06
    assert np.isfinite(errors[limbs]).all()
    assert np.median(errors[limbs]) < 0.06


@pytest.mark.skipif(not BUNDLE.is_file(), reason="the pose model is not set up")
def test_what_is_nobody_is_refused() -> None:
    corners = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1.7]], np.float32)
    mesh = TexturedMesh(corners, np.array([[0, 1, 2]], np.int32), None, np.zeros(1, np.int32), ())
    with pytest.raises(UserError, match="No person is recognised in the scan box"):
        find_joints(mesh, "box")

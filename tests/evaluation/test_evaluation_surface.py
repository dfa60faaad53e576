"""Nearest points and rays against a maintained library and known values."""

import numpy as np
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.surface import Surface, as_surface
from engine.types import Mesh


def random_surface(rng: np.random.Generator, faces: int) -> Surface:
    vertices = rng.normal(size=(3 * faces, 3))
    return Surface(vertices, np.arange(3 * faces, dtype=np.int32).reshape(-1, 3))


@given(seed=st.integers(0, 2**32 - 1), faces=st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_nearest_points_agree_with_trimesh(seed: int, faces: int) -> None:
    rng = np.random.default_rng(seed)
    surface, points = random_surface(rng, faces), rng.normal(size=(30, 3)) * 2
    nearest, hit = surface.closest(points)
    triangles = surface.vertices[surface.faces]
    expected = [
        np.linalg.norm(trimesh.triangles.closest_point(triangles, np.tile(p, (faces, 1))) - p, axis=1) for p in points
    ]
    distance = np.linalg.norm(nearest - points, axis=1)
    np.testing.assert_allclose(distance, np.min(expected, axis=1), atol=1e-4)
    own = trimesh.triangles.closest_point(triangles[hit], points)
    np.testing.assert_allclose(own, nearest, atol=1e-2)


def test_rays_hit_a_sphere_where_it_is() -> None:
    ball = trimesh.creation.icosphere(5)
    surface = Surface(np.asarray(ball.vertices), np.asarray(ball.faces, np.int32))
    x = np.linspace(-0.95, 0.95, 41)
    origins = np.stack([x, np.full_like(x, -3), np.zeros_like(x)], axis=1)
    faces, distance = surface.cast(origins, np.tile([0.0, 1, 0], (len(x), 1)))
    assert (faces >= 0).all()
    np.testing.assert_allclose(distance, 3 - np.sqrt(1 - x * x), atol=5e-3)
    assert (surface.cast(origins, np.tile([0.0, -1, 0], (len(x), 1)))[0] == -1).all()


def test_samples_are_uniform_by_area_and_repeatable() -> None:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1], [9, 0, 0], [10, 0, 0], [9, 0, 3.0]])
    surface = Surface(vertices, np.array([[0, 1, 2], [3, 4, 5]], np.int32))
    points, faces = surface.sample(20_000)
    assert abs((faces == 1).mean() - 0.75) < 0.015
    np.testing.assert_array_equal(points, surface.sample(20_000)[0])


def test_yaw_turns_a_person_to_the_own_left() -> None:
    """Who looked at the camera (-y) looks to the picture's right (+x) after a quarter turn."""
    nose = np.array([[0, -1, 0]], np.float32)
    mesh = Mesh(nose, np.zeros((0, 3), np.int32), np.zeros((1, 3), np.uint8))
    np.testing.assert_allclose(as_surface(mesh, 90).vertices, [[1, 0, 0]], atol=1e-9)

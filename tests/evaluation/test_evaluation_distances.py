"""Distances against known values and against maintained libraries."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from engine.evaluation.distances import distances, vertex_errors
from engine.evaluation.surface import Surface


def surface(mesh: trimesh.Trimesh) -> Surface:
    return Surface(np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int32))


def sphere(radius: float) -> Surface:
    return surface(trimesh.creation.icosphere(5, radius))


def sheet() -> Surface:
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1.0]])
    return Surface(corners, np.array([[0, 1, 2], [0, 2, 3]], np.int32))


def hull(seed: int) -> Surface:
    return surface(trimesh.convex.convex_hull(np.random.default_rng(seed).normal(size=(25, 3))))


def test_identity_is_zero() -> None:
    near = distances(hull(0), hull(0))
    assert max(near.p2s, near.s2p) < 1e-7
    assert (near.precision, near.recall, near.f_scores) == ((1, 1), (1, 1), (1, 1))


@given(radius=st.floats(0.3, 1), gap=st.floats(0.001, 0.1))
@settings(max_examples=5, deadline=None)
def test_spheres_lie_the_difference_of_their_radii_apart(radius: float, gap: float) -> None:
    near = distances(sphere(radius + gap), sphere(radius))
    assert (near.p2s, near.s2p, near.chamfer) == pytest.approx((100 * gap,) * 3, rel=2e-3, abs=0.01)
    assert near.normal_consistency == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("gap", [0.009, 0.011, 0.019, 0.021])
def test_shifted_planes(gap: float) -> None:
    other = sheet().moved(1, np.array([0, gap, 0]))
    near = distances(other, sheet())
    assert (near.p2s, near.s2p, near.chamfer) == pytest.approx((100 * gap,) * 3, abs=1e-9)
    assert near.normal_consistency == pytest.approx(1)
    assert near.f_scores == (gap < 0.01, gap < 0.02)
    flipped = Surface(other.vertices, other.faces[:, ::-1])
    assert distances(flipped, sheet()).normal_consistency == pytest.approx(-1)


def test_directions_are_told_apart() -> None:
    """All of the prediction lies on the truth; half of the truth is far from it."""
    whole = sphere(0.9)
    upper = whole.vertices[whole.faces][:, :, 2].mean(1) > 0
    near = distances(Surface(whole.vertices, whole.faces[upper]), whole)
    assert near.p2s < 1e-7
    assert near.s2p > 10
    assert near.precision == (1, 1)
    assert near.recall[0] == pytest.approx(0.5, abs=0.02)
    assert near.f_scores[0] == pytest.approx(2 / 3, abs=0.02)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_distances_agree_with_trimesh(seed: int) -> None:
    """Against every triangle one by one."""
    goal, points = hull(seed), np.random.default_rng(seed + 1).normal(size=(40, 3))
    triangles = goal.vertices[goal.faces]
    closest = [trimesh.triangles.closest_point(triangles, np.tile(point, (len(triangles), 1))) for point in points]
    expected = [np.linalg.norm(near - point, axis=1).min() for near, point in zip(closest, points, strict=True)]
    np.testing.assert_allclose(goal.distance(points)[0], expected, atol=1e-6)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=2, deadline=None)
def test_p2s_agrees_with_the_nearest_of_many_points(seed: int) -> None:
    """scipy's k-d tree over points on the goal: never nearer than the surface, and hardly farther."""
    start, goal = hull(seed), hull(seed + 1)
    points = start.sample(20_000, seed=7)[0]
    cloud, _ = cKDTree(goal.sample(200_000, seed=8)[0]).query(points)
    exact = goal.distance(points)[0]
    assert (cloud > exact - 1e-6).all()
    assert 100 * cloud.mean() == pytest.approx(distances(start, goal).p2s, rel=0.03, abs=0.5)


@given(seed=st.integers(0, 10_000), shift=st.tuples(*[st.floats(-5, 5)] * 3))
@settings(max_examples=3, deadline=None)
def test_a_common_motion_and_the_order_do_not_matter(seed: int, shift: tuple[float, float, float]) -> None:
    turn = trimesh.transformations.random_rotation_matrix(np.random.default_rng(seed).random(3))[:3, :3]
    a, b = hull(seed), hull(seed + 1)
    plain = distances(a, b)
    moved = distances(*(one.moved(1, np.array(shift), turn) for one in (b, a)))
    assert (moved.s2p, moved.p2s) == pytest.approx((plain.p2s, plain.s2p), rel=1e-3)
    assert moved.normal_consistency == pytest.approx(plain.normal_consistency, abs=0.1)  # at edges either face counts


def test_errors_of_vertices() -> None:
    np.testing.assert_allclose(vertex_errors(sphere(0.95), sphere(0.9)), 0.05, atol=2e-3)

"""Crossing triangles are found, and taken out without a hole."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.surface import untangle as untangling
from engine.surface.health import check, without_area
from engine.surface.intersect import crossings
from engine.surface.untangle import untangle
from engine.types import Mesh

TRIANGLE = [[0, 0, 0], [1, 0, 0], [0, 1, 0]]


def _pairs(*triangles: list[list[float]]) -> int:
    vertices = np.array(triangles, float).reshape(-1, 3)
    return len(crossings(vertices, np.arange(len(vertices), dtype=np.int32).reshape(-1, 3)))


@pytest.mark.parametrize(
    ("other", "crossing"),
    [
        ([[0.2, 0.2, -1], [0.2, 0.2, 1], [2, 2, 0]], True),
        ([[0.2, 0.2, 0.1], [0.2, 0.2, 1], [2, 2, 1]], False),
        ([[0.2, 0.2, 0.0], [0.2, 0.2, 1], [2, 2, 1]], False),
        ([[0.9, 0.9, -1], [0.9, 0.9, 1], [2, 2, 0]], False),
        ([[5, 5, -1], [5, 5, 1], [6, 6, 0]], False),
    ],
)
def test_two_triangles(other: list[list[float]], crossing: bool) -> None:
    assert _pairs(TRIANGLE, other) == crossing
    assert _pairs(other, TRIANGLE) == crossing


@pytest.mark.parametrize(
    ("height", "contact", "found"), [(0.0, 1e-6, 1), (5e-7, 1e-6, 1), (5e-6, 1e-6, 0), (5e-7, 0.0, 0)]
)
def test_triangles_nearer_than_the_contact_count(height: float, contact: float, found: int) -> None:
    vertices = np.array([*TRIANGLE, [0.2, 0.2, height], [0.2, 0.2, 1], [2, 2, 1]], float)
    assert len(crossings(vertices, np.arange(6, dtype=np.int32).reshape(2, 3), contact=contact)) == found


def test_triangles_with_a_common_corner() -> None:
    vertices = np.array([*TRIANGLE, [0.5, 0.5, 0.5], [0.5, 0.2, -0.5], [0.5, 0.2, 0.5]])
    assert len(crossings(vertices, np.array([[0, 1, 2], [0, 4, 5]], np.int32))) == 1
    assert len(crossings(vertices, np.array([[0, 1, 2], [0, 3, 5]], np.int32))) == 0


@pytest.mark.parametrize(
    ("points", "faces", "found"),
    [
        ([[0.3, 0.3, 1e-9], [0.9, 0.9, 1]], [0, 3, 4], 1),  # a corner beside the common one lies on the inside
        ([[-1, 0, 0], [0, -1, 0]], [0, 3, 4], 0),  # flat, on the other side of the common corner
        ([[1, 1, 0], [2, 0, 0]], [1, 4, 3], 0),  # flat, beside each other
        ([[-1, 0.2, 0], [2, 0.3, 0], [2, 0.2, 0]], [3, 4, 5], 1),  # flat, across each other like a star
        ([[0.1, 0.1, 0], [0.1, 0.5, 0], [0.5, 0.1, 0]], [3, 4, 5], 1),  # flat, one within the other
    ],
)
def test_triangles_that_lie_on_each_other(points: list[list[float]], faces: list[int], found: int) -> None:
    vertices = np.array([*TRIANGLE, *points], float)
    for order in ([[0, 1, 2], faces], [faces, [0, 1, 2]], [[2, 1, 0], faces]):
        assert len(crossings(vertices, np.array(order, np.int32), contact=1e-7)) == found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 60))
def test_every_pair_is_found(seed: int, count: int) -> None:
    """The hierarchy leaves out no pair: a crossing pair crosses when it is alone as well."""
    rng = np.random.default_rng(seed)
    triangles = rng.uniform(0, 1, (count, 1, 3)) + rng.normal(0, 0.2, (count, 3, 3))
    faces = np.arange(3 * count, dtype=np.int32).reshape(-1, 3)
    found = {tuple(sorted(pair)) for pair in crossings(triangles.reshape(-1, 3), faces).tolist()}
    alone = {(i, j) for i in range(count) for j in range(i) if _pairs(*triangles[[i, j]].tolist())}
    assert {tuple(sorted(pair)) for pair in alone} == found


def _dented() -> Mesh:
    """A sphere whose top was pushed out through its bottom."""
    ball = trimesh.creation.icosphere(4)
    vertices = np.array(ball.vertices, np.float32)
    vertices[vertices[:, 2] > 0.97, 2] = -1.2
    return Mesh(vertices, np.array(ball.faces, np.int32), np.full(vertices.shape, 99, np.uint8))


def test_a_knot_is_cut_out_and_closed() -> None:
    mesh = _dented()
    assert len(crossings(mesh.vertices, mesh.faces)) > 0
    found = untangle(mesh.vertices, mesh.faces)
    assert found.crossing == 0
    assert len(crossings(found.vertices, found.faces)) == 0
    assert found.zone.all()
    health = check(Mesh(found.vertices, found.faces, mesh.colors[found.source]))
    assert health.sound
    assert health.volume == pytest.approx(4.1, abs=0.3)


def test_a_sound_mesh_is_returned_as_it_is() -> None:
    ball = trimesh.creation.icosphere(3)
    vertices, faces = np.array(ball.vertices, np.float32), np.array(ball.faces, np.int32)
    found = untangle(vertices, faces)
    assert found.vertices is vertices
    assert found.faces is faces
    assert (found.source == np.arange(642)).all()


def test_only_the_zone_is_looked_at() -> None:
    mesh = _dented()
    assert untangle(mesh.vertices, mesh.faces, np.zeros(len(mesh.faces), bool)).faces is mesh.faces


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.01, 0.4), st.floats(0.2, 1))
def test_any_tangle_stays_closed(seed: int, noise: float, share: float) -> None:
    rng = np.random.default_rng(seed)
    ball = trimesh.creation.icosphere(3)
    vertices = (ball.vertices + rng.normal(0, noise, ball.vertices.shape)).astype(np.float32)
    faces = np.array(ball.faces, np.int32)
    found = untangle(vertices, faces, vertices[faces].mean(axis=1)[:, 2] < 2 * share - 1)
    health = check(Mesh(found.vertices, found.faces, np.zeros(found.vertices.shape, np.uint8)))
    assert health.watertight
    assert health.manifold_edges
    assert health.manifold_vertices
    assert health.unused == 0
    pairs = crossings(found.vertices, found.faces[found.zone])
    assert len(np.unique(pairs)) <= found.crossing


def test_only_fans_that_cross_something_are_undone() -> None:
    ball = trimesh.creation.icosphere(3)
    vertices, faces = np.array(ball.vertices, np.float32), np.array(ball.faces, np.int32)
    caps = [sign * vertices[faces].mean(axis=1)[:, 2] > 0.9 for sign in (1, -1)]
    part = untangling._Part(vertices, faces, np.arange(len(vertices)))
    capped = untangling._capped(part, caps[0] | caps[1])
    fan = np.flatnonzero((capped.faces >= len(vertices)).any(axis=1) & (capped.vertices[capped.faces[:, 0], 2] > 0))
    left = untangling._without_knots(part, caps[0] | caps[1], capped, fan[:1].astype(np.int32))
    np.testing.assert_array_equal(left, caps[1])


def test_what_still_crosses_is_told_with_its_vertices() -> None:
    """Two solids in each other, all of whose triangles cross: nothing would be left."""
    one = trimesh.Trimesh(
        [[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]], [[0, 1, 2], [0, 3, 1], [0, 2, 3], [1, 3, 2]]
    )
    both = trimesh.util.concatenate([one, trimesh.Trimesh(-one.vertices, one.faces[:, ::-1])])
    found = untangle(np.array(both.vertices, np.float32), np.array(both.faces, np.int32))
    assert found.crossing == len(np.unique(crossings(found.vertices, found.faces))) == 8
    assert found.knots.tolist() == list(range(8))


def test_fan_around_a_point_of_its_own_border_has_areas() -> None:
    """The border's mean lies on the first of its edges."""
    border = [[0, 0, 0], [4, 0, 0], [4, -2, 0], [5, -2, 0], [5, 2, 0], [0, 2, 0]]
    faces = np.array([[4, 5, 0], [4, 0, 1], [4, 1, 2], [4, 2, 3]], np.int32)
    part = untangling._Part(np.array(border, np.float32), faces, np.arange(6))
    fan = untangling._capped(part, np.ones(4, bool))
    assert len(fan.faces) == 6
    assert not without_area(fan.vertices, fan.faces).any()

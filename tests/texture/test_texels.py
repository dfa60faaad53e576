"""Texture maps and their borders; interpolation on the fine surface."""

import numpy as np
import pytest
import trimesh
from bodies import ball, unwrapped
from hypothesis import given
from hypothesis import strategies as st

from engine.texture.fine import Fine
from engine.texture.texels import MARGIN, find_texels


def test_texture_sampled_at_vertices_gives_their_colors() -> None:
    mesh, size = ball(4), 512
    uv = unwrapped(mesh, size)
    texels = find_texels(uv, size)
    painted = texels.interpolate(mesh.colors[mesh.faces].astype(np.float32)).round().astype(np.uint8)
    (picture,) = texels.pictures(painted)
    columns, rows = np.clip((uv * size).astype(int), 0, size - 1).reshape(-1, 2).T
    assert np.abs(picture[rows, columns].astype(int) - mesh.colors[mesh.faces].reshape(-1, 3)).max() <= 4


def test_charts_run_on_beyond_their_borders() -> None:
    triangle = np.float32([[[0.4, 0.4], [0.6, 0.4], [0.5, 0.6]]])
    texels = find_texels(triangle, 2048)
    (picture,) = texels.pictures(np.full((len(texels.pixels), 3), (9, 8, 7), np.uint8))
    (two,) = texels.pictures((texels.pixels[:, None] // 2048 < 1024).repeat(3, axis=1).astype(np.uint8))
    assert (picture == (9, 8, 7)).all()
    above, beyond = int(0.4 * 2048) - MARGIN + 2, int(0.4 * 2048) - MARGIN - 2
    assert (two[above, 1024] == 1).all()
    assert (two[int(0.6 * 2048) + MARGIN - 2, 1024] == 0).all()
    assert (two[beyond, 1024] == np.median(two.reshape(-1, 3)[texels.pixels], axis=0)).all()


@given(st.integers(0, 2**31), st.floats(0, 0.02))
def test_points_move_onto_the_fine_surface(seed: int, away: float) -> None:
    fine = _FINE
    directions = np.random.default_rng(seed).normal(size=(50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    points = (directions * (0.5 + away)).astype(np.float32)
    nearby = fine.near(points, directions.astype(np.float32))
    assert nearby.weights.sum(axis=1) == pytest.approx(np.ones(50), abs=1e-5)
    assert np.linalg.norm(fine.onto(points, nearby), axis=1) == pytest.approx(np.full(50, 0.5), abs=5e-4)
    normals = nearby.mean(fine.normals)
    assert (normals * directions).sum(axis=1).min() > 0.999


def test_what_faces_away_does_not_count() -> None:
    sheet = trimesh.creation.box((1, 0.01, 1)).subdivide().subdivide().subdivide().subdivide()
    inner = np.abs(sheet.vertices[:, [0, 2]]).max(axis=1) < 0.49
    side = np.sign(sheet.vertices[:, 1:2]) * [0, 1, 0]
    fine = Fine(sheet.vertices[inner].astype(np.float32), side[inner].astype(np.float32))
    points = np.float32([[0.1, 0.004, 0.1], [0.1, -0.006, 0.2]])
    nearby = fine.near(points, np.float32([[0, -1, 0], [0, -1, 0]]))
    assert (fine.points[nearby.index][nearby.weights > 0][:, 1] < 0).all()


_FINE = Fine.of_mesh(ball(6).vertices, ball(6).faces)

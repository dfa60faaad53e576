"""Surfaces that are round between their vertices."""

import numpy as np
import pytest
import trimesh

from engine.head.draw import drawn

RADIUS, SIDE = 80.0, 200


@pytest.mark.parametrize("side", [0, 1])
def test_a_ball_of_few_triangles_is_nearly_round(side: int) -> None:
    ball = trimesh.creation.icosphere(2, RADIUS)
    vertices = ball.vertices + np.array([SIDE / 2, SIDE / 2, 0])
    seen = drawn(vertices, np.asarray(ball.faces, np.int64), (SIDE, SIDE))[side]
    rounded = seen.rounded(vertices, (ball.vertices / RADIUS).astype(np.float32))
    rows, columns = np.indices((SIDE, SIDE)) + 0.5 - SIDE / 2
    true = np.sqrt(np.maximum(RADIUS**2 - rows**2 - columns**2, 0)) * (-1, 1)[side]
    inner = np.hypot(rows, columns) < 0.7 * RADIUS
    flat, round_ = (np.abs(depth - true)[inner].mean() for depth in (seen.at_pixels(vertices[:, 2]), rounded))
    assert round_ < 0.4 * flat
    assert (rounded[~seen.hit] == 0).all()


def test_a_plane_stays_flat() -> None:
    vertices = np.array([[0.0, 0, 5], [100, 0, 30], [0, 100, 5], [100, 100, 30]])
    normal = np.cross([100, 0, 25], [0, 100, 0]) / np.linalg.norm(np.cross([100, 0, 25], [0, 100, 0]))
    near, _ = drawn(vertices, np.array([[0, 1, 2], [2, 1, 3]]), (100, 100))
    rounded = near.rounded(vertices, np.tile(normal, (4, 1)).astype(np.float32))
    assert np.abs(rounded - near.at_pixels(vertices[:, 2]))[near.hit].max() < 0.01

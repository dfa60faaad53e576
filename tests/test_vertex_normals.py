"""Normals of a mesh's vertices."""

import hypothesis.extra.numpy as arrays
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.normals import vertex_normals

OCTAHEDRON = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], np.float32)
OUTSIDE = np.array([[0, 2, 4], [2, 1, 4], [1, 3, 4], [3, 0, 4], [2, 0, 5], [1, 2, 5], [3, 1, 5], [0, 3, 5]], np.int32)


def test_normals_of_a_square_point_by_the_right_hand_rule() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
    normals = vertex_normals(points, np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    np.testing.assert_allclose(normals, np.tile([0, 0, 1], (4, 1)), atol=1e-6)


def test_vertex_without_triangles_has_none() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [5, 5, 5]], np.float32)
    normals = vertex_normals(points, np.array([[0, 1, 2]], np.int32))
    np.testing.assert_array_equal(normals[3], [0, 0, 0])


@given(arrays.arrays(np.float32, 3, elements=st.floats(0.25, 4, width=32)), st.floats(-5, 5, width=32))
def test_normals_are_of_length_1_and_point_outside(axes: np.ndarray, shift: float) -> None:
    normals = vertex_normals(OCTAHEDRON * axes + np.float32(shift), OUTSIDE)
    np.testing.assert_allclose(normals, OCTAHEDRON, atol=1e-4)

"""The edges of triangles; that Blender finds the same is checked within it."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.edges import edges_of

TRIANGLES = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3, unique=True), min_size=1, max_size=30)
"""Over few vertices: edges have one triangle, two or many, which turn as they like, and may be the same."""


def sides(faces: np.ndarray) -> list[list[list[int]]]:
    """Of every triangle the vertices of its three sides, the lower one first."""
    return [[sorted(side) for side in ((a, b), (b, c), (c, a))] for a, b, c in faces.tolist()]


@given(TRIANGLES)
def test_every_edge_is_there_once_and_every_corner_has_its_own(triangles: list[list[int]]) -> None:
    faces = np.array(triangles, np.int32)
    edges, corner_edges = edges_of(faces)
    assert edges[corner_edges].tolist() == sides(faces)
    assert edges.tolist() == sorted(
        map(list, {tuple(side) for triangle in sides(faces) for side in triangle}), key=last
    )
    assert edges.dtype == corner_edges.dtype == np.int32


def last(edge: list[int]) -> list[int]:
    return edge[::-1]


def test_a_grid_of_200_by_200_has_the_edges_of_a_grid() -> None:
    x, y = np.meshgrid(np.arange(200), np.arange(200))
    corner = (201 * y + x).ravel()
    faces = np.concatenate(
        [np.c_[corner, corner + 1, corner + 202], np.c_[corner, corner + 202, corner + 201]], dtype=np.int32
    )
    edges, corner_edges = edges_of(faces)
    assert len(edges) == 2 * 200 * 201 + 200 * 200
    assert sorted(np.bincount(corner_edges.ravel())) == [1] * 800 + [2] * (len(edges) - 800)

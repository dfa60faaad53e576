"""Simplification."""

import fast_simplification
import numpy as np
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.surface.detail import _cleaned, _merged


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**31), st.floats(0.03, 0.8))
def test_vertices_merge_as_in_a_replay(seed: int, share: float) -> None:
    parts = [trimesh.creation.icosphere(4), trimesh.creation.icosphere(1, radius=0.02).apply_translation([2, 0, 0])]
    solid = trimesh.util.concatenate(parts)
    noise = np.random.default_rng(seed).normal(scale=0.02, size=solid.vertices.shape)
    vertices, faces = (solid.vertices + noise).astype(np.float32), solid.faces.astype(np.int32)
    count = int(share * len(faces))
    points, reduced, collapses = fast_simplification.simplify(
        vertices, faces, target_count=count, return_collapses=True
    )
    again, same, merged = fast_simplification.replay_simplification(vertices, faces, collapses)
    ours = _merged(faces, collapses, len(vertices))
    np.testing.assert_array_equal(ours[ours >= 0], merged[ours >= 0])
    assert ours.max() + 1 == len(points) == len(again)
    np.testing.assert_array_equal(reduced, same)


def test_opposite_triangles_go_in_pairs() -> None:
    one, other, lone = [0, 1, 2], [2, 1, 0], [1, 2, 3]
    assert _cleaned(np.array([one, other, lone], np.int32)).tolist() == [lone]
    assert _cleaned(np.array([one, [1, 0, 2], [1, 2, 0], lone], np.int32)).tolist() == [one, lone]
    assert _cleaned(np.array([one, [2, 0, 1]], np.int32)).tolist() == [one, [2, 0, 1]]

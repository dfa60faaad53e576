"""The fit finds again what has made the landmarks."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from posed_heads import SCALE, landmarks, posed_head
from scipy.spatial.transform import Rotation

from engine.head.fit import fit_head, similarity
from engine.head.model import head_model

angles = st.floats(-70, 70)


@settings(max_examples=30)
@given(angles, angles, st.floats(0.01, 50), st.integers(0, 2**31))
def test_similarity_is_found_exactly(yaw: float, pitch: float, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    points, shift = rng.normal(size=(20, 3)), rng.normal(size=3)
    turn = Rotation.from_euler("xy", [pitch, yaw], degrees=True).as_matrix()
    found = similarity(points, scale * points @ turn + shift, rng.uniform(0.1, 1, 20))
    for value, wanted in zip(found, (scale, turn, shift), strict=True):
        np.testing.assert_allclose(value, wanted, atol=1e-6 * max(1, scale))


@settings(max_examples=15)
@given(angles, st.floats(-25, 25), st.integers(0, 2**31))
def test_a_head_is_found_from_its_landmarks(yaw: float, pitch: float, seed: int) -> None:
    shape = np.clip(np.random.default_rng(seed).normal(size=len(head_model().modes)), -2, 2)
    head = posed_head(yaw, pitch, shape)
    vertices, scale = fit_head(head_model(), landmarks(head))
    face = head_model().bare > 0.9
    misses = np.linalg.norm(vertices - head, axis=1) / SCALE
    assert misses[face].mean() < 0.002
    assert misses.mean() < 0.008
    assert 0.8 < scale / SCALE < 1.25


@settings(max_examples=10)
@given(angles, st.integers(0, 2**31))
def test_wrong_landmarks_do_not_tear_it(yaw: float, seed: int) -> None:
    head = posed_head(yaw)
    face = landmarks(head)
    face += np.random.default_rng(seed).normal(0, 0.004 * SCALE, face.shape)
    vertices, _ = fit_head(head_model(), face)
    assert (np.linalg.norm(vertices - head, axis=1) / SCALE).mean() < 0.008

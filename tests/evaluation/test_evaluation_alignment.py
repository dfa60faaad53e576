"""Height and shift are taken out; specks and rotation are not allowed to matter or to be taken out."""

import numpy as np
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.evaluation.alignment import place
from engine.evaluation.surface import Surface

LENGTH = st.floats(-20, 20)


def person() -> Surface:
    parts = [
        trimesh.creation.capsule(height=0.6, radius=0.18).apply_translation((0, 0, 0.9)),
        trimesh.creation.capsule(height=0.7, radius=0.08).apply_translation((0.1, 0.02, 0.1)),
        trimesh.creation.capsule(height=0.7, radius=0.08).apply_translation((-0.1, -0.05, 0.1)),
        trimesh.creation.icosphere(3, 0.12).apply_translation((0, -0.03, 1.7)),
    ]
    mesh = trimesh.util.concatenate(parts)
    return Surface(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))


def laid(predicted: Surface, truth: Surface) -> Surface:
    placement = place(predicted, truth, "height-shift")
    return predicted.moved(placement.scale, np.array(placement.shift))


@given(scale=st.floats(0.01, 100), shift=st.tuples(LENGTH, LENGTH, LENGTH))
@settings(max_examples=8, deadline=None)
def test_scale_and_shift_are_undone(scale: float, shift: tuple[float, float, float]) -> None:
    moved = laid(person().moved(scale, np.array(shift)), person())
    np.testing.assert_allclose(moved.vertices, person().vertices, atol=1e-4)


def test_none_leaves_everything_where_it_is() -> None:
    placement = place(person().moved(2, np.ones(3)), person(), "none")
    assert (placement.scale, placement.shift) == (1, (0, 0, 0))


def test_a_speck_far_away_hardly_matters() -> None:
    body = person()
    speck = trimesh.creation.icosphere(1, 0.005).apply_translation((3, 1, -2))
    mesh = trimesh.util.concatenate([body.mesh, speck])
    moved = laid(Surface(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32)), body)
    assert np.abs(moved.vertices[: len(body.vertices)] - body.vertices).max() < 0.002


def test_a_prop_does_not_pull_the_body_away() -> None:
    """A bag in the truth alone: the mean distance is smallest where the bodies lie on each other."""
    body = person()
    bag = trimesh.creation.box((0.2, 0.2, 0.2)).apply_translation((0.4, 0, 0.9))
    mesh = trimesh.util.concatenate([body.mesh, bag])
    truth = Surface(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))
    moved = laid(body.moved(1, np.array([0.1, 0.2, 0.3])), truth)
    assert np.abs(moved.vertices - body.vertices).max() < 0.01


def test_rotation_is_not_taken_out() -> None:
    body = person()
    turned = Surface(body.vertices @ trimesh.transformations.rotation_matrix(0.5, (0, 0, 1))[:3, :3].T, body.faces)
    assert np.abs(laid(turned, body).vertices - body.vertices).max() > 0.03

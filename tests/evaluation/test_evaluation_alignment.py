"""Height and shift are taken out, a rotation only where asked for; specks are not allowed to matter."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from engine.evaluation.alignment import ALIGNMENTS, Align, place
from engine.evaluation.distances import distances
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


def laid(predicted: Surface, truth: Surface, align: Align = "height-shift") -> Surface:
    return place(predicted, truth, align).move(predicted)


def turned(surface: Surface, degrees: tuple[float, float, float]) -> Surface:
    return surface.moved(1, np.zeros(3), Rotation.from_euler("xyz", degrees, degrees=True).as_matrix())


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
    assert np.abs(laid(turned(person(), (0, 0, 28)), person()).vertices - person().vertices).max() > 0.03


@given(degrees=st.tuples(*[st.floats(-10, 10)] * 3), scale=st.floats(0.1, 10), shift=st.tuples(LENGTH, LENGTH, LENGTH))
@settings(max_examples=6, deadline=None)
def test_icp_undoes_a_small_rotation_too(degrees: tuple, scale: float, shift: tuple) -> None:
    """A height that the rotation changes stays: the scale is that of the heights."""
    moved = turned(person(), degrees).moved(scale, np.array(shift))
    back = laid(moved, person(), "height-shift-icp")
    stretch = np.ptp(back.vertices[:, 2]) / np.ptp(person().vertices[:, 2])
    np.testing.assert_allclose(back.vertices, person().vertices, atol=0.004 + 2 * abs(stretch - 1))


def test_icp_tells_its_rotation() -> None:
    placement = place(turned(person(), (0, 0, 6)), person(), "height-shift-icp")
    np.testing.assert_allclose(placement.rotation, Rotation.from_euler("z", -6, degrees=True).as_matrix(), atol=0.01)
    assert placement.angle == pytest.approx(6, abs=0.2)
    assert place(person(), person(), "height-shift").angle == 0


def test_icp_never_ends_farther_away() -> None:
    thick = Surface(person().vertices * [1.3, 0.8, 1], person().faces)
    near = [distances(laid(thick, person(), align), person()).chamfer for align in ALIGNMENTS]
    assert near[2] < near[1] + 0.01
    assert near[1] < near[0] + 0.01

"""The figures on shapes whose values are known."""

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UserError
from engine.evaluation.alignment import Align
from engine.evaluation.figures import check_health, compare, prepare_truth
from engine.evaluation.surface import Surface


def surface(mesh: trimesh.Trimesh) -> Surface:
    return Surface(np.asarray(mesh.vertices, np.float64), np.asarray(mesh.faces, np.int32))


def sphere(radius: float = 0.9, subdivisions: int = 4) -> Surface:
    return surface(trimesh.creation.icosphere(subdivisions, radius))


def layers() -> Surface:
    """Open, of several parts, with a hidden core, scaled like a person in centimetres."""
    shell = trimesh.creation.capsule(height=160, radius=10, count=(12, 12))
    shell.update_faces(np.arange(len(shell.faces)) != 7)
    return surface(trimesh.util.concatenate([shell, trimesh.creation.box((4, 4, 80)).apply_translation((0, 0, 80))]))


@pytest.mark.parametrize(
    ("shape", "align"), [(sphere(), "none"), (sphere(), "height-shift"), (layers(), "height-shift")]
)
def test_identity_is_exactly_right(shape: Surface, align: Align) -> None:
    figures = compare(shape, prepare_truth(shape), align)
    assert (figures.chamfer, figures.p2s, figures.s2p) == pytest.approx((0, 0, 0), abs=1e-4)
    assert figures.normal_consistency == pytest.approx(1, abs=1e-3)
    assert (figures.front_iou, figures.side_iou) == (1, 1)
    assert (figures.front_angle, figures.back_angle) == pytest.approx((0, 0), abs=1e-3)


@pytest.mark.parametrize(("shape", "rounding"), [(sphere(), 1e-11), (layers(), 1e-5)])
def test_identity_is_zero_where_nothing_is_aligned(shape: Surface, rounding: float) -> None:
    """Distances in cm but for rounding, which slivers raise; everything that is seen exactly."""
    figures = compare(shape, prepare_truth(shape), "none")
    assert max(figures.chamfer, figures.chamfer_sum, figures.p2s, figures.s2p) < rounding
    assert (figures.front_angle, figures.back_angle, figures.normal_angle) == (0, 0, 0)
    assert (figures.front_normal_l2, figures.normal_l2) == (0, 0)
    assert (figures.f_score_1cm, figures.f_score_2cm) == (1, 1)


def test_both_conventions_of_chamfer() -> None:
    figures = compare(sphere(0.92), prepare_truth(sphere(0.9)), "none")
    assert figures.chamfer == pytest.approx((figures.p2s + figures.s2p) / 2)
    assert figures.chamfer_sum == pytest.approx(2 * figures.chamfer)


def test_f_scores_of_concentric_spheres() -> None:
    figures = compare(sphere(0.915), prepare_truth(sphere(0.9)), "none")
    assert (figures.f_score_1cm, figures.f_score_2cm) == (0, 1)


@given(degrees=st.floats(-180, 180), shift=st.tuples(*[st.floats(-3, 3)] * 3), scale=st.floats(0.1, 10))
@settings(max_examples=3, deadline=None)
def test_figures_do_not_see_where_the_prediction_stands(degrees: float, shift: tuple, scale: float) -> None:
    """Both turned alike (distances stay), the prediction alone scaled and shifted (aligned away)."""
    turn = trimesh.transformations.rotation_matrix(np.radians(degrees), (0, 0, 1))[:3, :3]
    truth = Surface(sphere().vertices * [0.4, 0.3, 1], sphere().faces)
    predicted = Surface(truth.vertices * [1.2, 0.9, 1], truth.faces)
    plain = compare(predicted, prepare_truth(truth))
    moved = compare(
        predicted.moved(scale, np.array(shift), turn), prepare_truth(truth.moved(1, np.zeros(3), turn)), "height-shift"
    )
    assert moved.chamfer == pytest.approx(plain.chamfer, abs=0.02)
    assert moved.normal_consistency == pytest.approx(plain.normal_consistency, abs=0.01)
    assert moved.f_score_1cm == pytest.approx(plain.f_score_1cm, abs=0.03)


def test_concentric_spheres() -> None:
    figures = compare(sphere(0.92), prepare_truth(sphere(0.9)), "none")
    assert (figures.chamfer, figures.p2s, figures.s2p) == pytest.approx((2, 2, 2), abs=0.05)
    assert figures.normal_consistency == pytest.approx(1, abs=2e-3)
    assert figures.side_iou == pytest.approx((0.9 / 0.92) ** 2, abs=3e-3)
    assert figures.front_iou == pytest.approx((0.9 / 0.92) ** 2, abs=3e-3)


def test_alignment_undoes_height_and_shift_but_not_the_shape() -> None:
    tall = surface(trimesh.creation.icosphere(3, 0.9).apply_transform(np.diag([0.8, 1, 1, 1])))
    plain = compare(tall, prepare_truth(sphere()))
    moved = compare(tall.moved(3.7, np.array([5.0, -2, 1])), prepare_truth(sphere()))
    assert moved.chamfer == pytest.approx(plain.chamfer, abs=1e-2)
    assert plain.chamfer > 3
    assert plain.front_iou == pytest.approx(0.8, abs=0.01)
    assert plain.side_iou == pytest.approx(1, abs=0.01)


def test_the_unit_of_the_truth_does_not_matter() -> None:
    metres, millimetres = sphere(0.5), sphere(500)
    a = compare(sphere(0.55), prepare_truth(metres), "none")
    b = compare(sphere(550), prepare_truth(millimetres), "none")
    assert a.chamfer == pytest.approx(b.chamfer, rel=1e-3)
    assert a.chamfer == pytest.approx(9, rel=0.01)


def test_health_is_that_of_the_whole_prediction() -> None:
    health = check_health(layers())
    assert not health.watertight
    assert health.components == 2


@pytest.mark.parametrize("flat_one", ["truth", "predicted"])
def test_flat_meshes_are_refused(flat_one: str) -> None:
    flat = Surface(np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0.0]]), np.array([[0, 1, 2]], np.int32))
    with pytest.raises(UserError, match="no height"):
        compare(flat, prepare_truth(flat if flat_one == "truth" else sphere()))

"""The figures on shapes whose values are known."""

import numpy as np
import pytest
import trimesh

from engine.errors import UserError
from engine.evaluation.alignment import Align
from engine.evaluation.figures import check_health, compare, distances, prepare_truth
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


def test_shifted_planes() -> None:
    plane = Surface(
        np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1.0]]), np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    )
    other = plane.moved(1, np.array([0, 0.02, 0]))
    near = distances(other, plane)
    assert (near.p2s, near.s2p, near.chamfer) == pytest.approx((2, 2, 2), abs=1e-4)
    assert near.normal_consistency == pytest.approx(1)
    flipped = Surface(other.vertices, other.faces[:, ::-1])
    assert distances(flipped, plane).normal_consistency == pytest.approx(-1)


def test_p2s_and_s2p_are_told_apart() -> None:
    """Half a prediction lies on the truth; half of the truth is far from it."""
    whole = sphere()
    upper = whole.vertices[whole.faces][:, :, 2].mean(1) > 0
    near = distances(Surface(whole.vertices, whole.faces[upper]), whole)
    assert near.p2s == pytest.approx(0, abs=1e-4)
    assert near.s2p > 10


def test_health_is_that_of_the_whole_prediction() -> None:
    health = check_health(layers())
    assert not health.watertight
    assert health.components == 2


@pytest.mark.parametrize("flat_one", ["truth", "predicted"])
def test_flat_meshes_are_refused(flat_one: str) -> None:
    flat = Surface(np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0.0]]), np.array([[0, 1, 2]], np.int32))
    with pytest.raises(UserError, match="no height"):
        compare(flat, prepare_truth(flat if flat_one == "truth" else sphere()))

"""Silhouettes, normals and colours as a camera sees them."""

import numpy as np
import pytest
import trimesh

from engine.evaluation.surface import Surface, as_surface
from engine.evaluation.views import SIZE, Frame, View, colour_view, common_frame, iou, mean_angle, normal_distance, view
from engine.render.mesh import TexturedMesh


def box(size: tuple[float, float, float]) -> Surface:
    mesh = trimesh.creation.box(size)
    return Surface(np.asarray(mesh.vertices), np.asarray(mesh.faces, np.int32))


@pytest.mark.parametrize(("yaw", "width"), [(0, 0.4), (90, 0.2), (180, 0.4), (270, 0.2)])
def test_a_box_shows_the_right_side(yaw: float, width: float) -> None:
    mask = view(box((0.4, 0.2, 1.0)), yaw, Frame(np.zeros(3), 1.5)).mask
    assert mask.sum() * (1.5 / SIZE) ** 2 == pytest.approx(width * 1.0, rel=0.02)


def test_yaw_agrees_with_turning_the_person() -> None:
    rng = np.random.default_rng(0)
    blob = trimesh.convex.convex_hull(rng.normal(size=(30, 3)))
    turned = blob.copy().apply_transform(trimesh.transformations.rotation_matrix(np.radians(40), (0, 0, 1)))
    frame = Frame(np.zeros(3), 8.0)
    a, b = (Surface(np.asarray(m.vertices), np.asarray(m.faces, np.int32)) for m in (blob, turned))
    assert iou(view(a, 40, frame).mask, view(b, 0, frame).mask) > 0.995


def test_up_is_up_and_depth_is_behind_the_centre() -> None:
    seen = view(box((0.2, 0.2, 0.2)).moved(1, np.array([0.3, 0.1, 0.4])), 0, Frame(np.zeros(3), 2.0))
    rows, columns = np.nonzero(seen.mask)
    assert rows.max() < SIZE / 2
    assert columns.min() > SIZE / 2
    np.testing.assert_allclose(seen.depth[seen.mask], 0.0, atol=1e-5)
    np.testing.assert_allclose(seen.normals[seen.mask], np.tile([0.0, -1, 0], (len(rows), 1)), atol=1e-9)


def test_normals_face_the_camera_whatever_the_winding() -> None:
    flipped = Surface(box((1, 1, 1)).vertices, box((1, 1, 1)).faces[:, ::-1])
    frame = common_frame(flipped)
    assert mean_angle(view(flipped, 0, frame), view(box((1, 1, 1)), 0, frame)) == pytest.approx(0, abs=1e-4)


def test_a_tilted_plane_differs_by_its_angle() -> None:
    plane = Surface(
        np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1.0]]), np.array([[0, 1, 2], [0, 2, 3]], np.int32)
    )
    turn = trimesh.transformations.rotation_matrix(np.radians(10), (1, 0, 0))[:3, :3]
    tilted = Surface(plane.vertices @ turn.T, plane.faces)
    frame = common_frame(plane, tilted)
    assert mean_angle(view(plane, 0, frame), view(tilted, 0, frame)) == pytest.approx(10, abs=1e-3)


def test_normals_of_a_tilted_plane_lie_a_chord_apart() -> None:
    """Tilted by 60 degrees: unit normals 1 apart; what only one of both covers counts 1 as well."""
    plane = box((1, 1e-3, 1))
    turn = trimesh.transformations.rotation_matrix(np.radians(60), (1, 0, 0))[:3, :3]
    tilted = plane.moved(1, np.zeros(3), turn)
    frame = Frame(np.zeros(3), 2.0)
    a, b = (view(surface, 0, frame) for surface in (plane, tilted))
    assert normal_distance(a, b) == pytest.approx(1, abs=2e-3)
    assert normal_distance(a, a) == 0


def test_opposite_normals_lie_two_apart() -> None:
    mask = np.ones((2, 2), bool)
    left, right = (View(mask, np.full((2, 2, 3), (x, 0.0, 0)), np.zeros((2, 2))) for x in (-1, 1))
    assert normal_distance(left, right) == 2
    assert mean_angle(left, right) == 180


def test_colours_and_holes_are_seen_from_the_right_side() -> None:
    """Red to the front, blue to the back, and a hole cut by the texture."""
    picture = np.full((8, 8, 4), 255, np.uint8)
    picture[..., 1:3] = 0
    picture[:, 4:, 3] = 0
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 0, 1], [0, 0, 1.0]], np.float32)
    uv = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3], [6, 5, 4], [7, 6, 4]], np.int32)
    skin = TexturedMesh(
        np.concatenate([corners, corners + np.array([0, 0.1, 0])]).astype(np.float32),
        faces,
        np.concatenate([uv, uv])[faces],
        np.array([0, 0, -1, -1], np.int32),
        (picture,),
        np.tile(np.array([0, 0, 255], np.uint8), (8, 1)),
    )
    sheet = as_surface(skin)
    frame = common_frame(sheet)
    front, back = (colour_view(sheet, yaw, frame) for yaw in (0, 180))
    assert front.colours[256, 200].round(5).tolist() == [1, 0, 0]
    assert front.colours[256, 312].round(5).tolist() == [0, 0, 1]  # through the hole
    assert back.colours[256, 200].round(5).tolist() == [0, 0, 1]
    assert (front.mask == view(sheet, 0, frame).mask).mean() > 0.995
    np.testing.assert_allclose(front.slant[front.mask], 1, atol=1e-6)


def test_overlap_of_masks() -> None:
    a, b = np.zeros((4, 4), bool), np.zeros((4, 4), bool)
    assert iou(a, b) == 1
    a[:2], b[1:3] = True, True
    assert iou(a, b) == pytest.approx(1 / 3)

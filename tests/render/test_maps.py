from dataclasses import replace
from math import pi, radians, tan

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from render_shapes import box, joined, sheet, sphere

from engine.camera import CANVAS, NETWORK_FOCAL, Camera, decode, to_world, unproject
from engine.render.maps import RenderedView, render_maps
from engine.render.mesh import TexturedMesh
from engine.render.view import HALF_EXTENT, View, Window
from engine.skeleton import INDEX


def points_of(rendered: RenderedView, depth: np.ndarray) -> np.ndarray:
    """The engine's own way from a depth map back to camera space."""
    window = rendered.window
    rows, columns = np.nonzero(rendered.mask)
    x = window.left + (columns + 0.5) * window.step - 0.5
    y = window.top + (rows + 0.5) * window.step - 0.5
    return unproject(depth[rendered.mask].astype(np.float64), x, y, rendered.placement.camera)


def test_sphere_depths_match_the_ray_sphere_intersection() -> None:
    size = 160
    rendered = render_maps(sphere(), None, View(), size)
    slopes = ((2 * np.arange(size) + 1) / size - 1) * tan(radians(25))
    rays = np.stack([*np.meshgrid(slopes, slopes), np.ones((size, size))], -1)
    along = rays[..., 2] / np.linalg.norm(rays, axis=-1)
    root = np.sqrt((HALF_EXTENT**2 - 1 + along**2).clip(0))
    inner = root > 0.05  # grazing rays see the facets
    assert (rendered.mask[inner]).all()
    assert not rendered.mask[along**2 < 1 - HALF_EXTENT**2].any()
    for depth, distance in ((rendered.front.depth, along - root), (rendered.back.depth, along + root)):
        assert np.abs(decode(depth[inner]) - distance[inner]).max() < 1e-3
    unit = np.abs(decode(rendered.front.depth) - along + root)[root > 0.2]
    assert unit.max() < 1e-4


def test_a_plane_has_its_analytic_depth() -> None:
    corners = np.array([[-1, 0, 1], [1, 0, 1], [1, 0, -1], [-1, 0, -1]])
    rendered = render_maps(sheet(np.full((1, 1, 4), 255, np.uint8), corners), None, View(), 64)
    slopes = ((2 * np.arange(64) + 1) / 64 - 1) * tan(radians(25))
    lengths = np.sqrt(1 + slopes[:, None] ** 2 + slopes[None] ** 2)
    np.testing.assert_allclose(decode(rendered.front.depth)[rendered.mask], lengths[rendered.mask], atol=1e-6)
    np.testing.assert_array_equal(rendered.front.depth, rendered.back.depth)


def test_nearest_and_farthest_of_three_boxes() -> None:
    boxes = [box((0.5, 0.1, 1.0), (0, y, 0)) for y in (-0.5, 0.0, 0.5)]
    scene = joined(*boxes)
    colors = np.repeat(np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8), 8, axis=0)
    rendered = render_maps(replace(scene, colors=colors), None, View(), 64)
    centre = (32, 32)
    assert rendered.front.albedo[centre].tolist() == [255, 0, 0]
    assert rendered.back.albedo[centre].tolist() == [0, 0, 255]
    assert (rendered.front.depth[rendered.mask] <= rendered.back.depth[rendered.mask]).all()
    assert (rendered.front.depth[~rendered.mask] == 0).all()


focals = st.floats(0.6, 6).map(lambda factor: factor * NETWORK_FOCAL)


@given(focals, st.floats(-0.3, 0.3), st.floats(-pi, pi), st.integers(0, 2**32 - 1))
@settings(max_examples=25, deadline=None)
def test_unproject_takes_the_depth_map_back_to_the_surface(focal: float, pitch: float, yaw: float, seed: int) -> None:
    centre = np.random.default_rng(seed).uniform(-2, 2, 3)
    extents = (0.6, 0.3, 1.7)
    rendered = render_maps(box(extents, tuple(centre)), None, View(yaw, Camera(focal, pitch)), 48)
    for layer in (rendered.front, rendered.back):
        points = points_of(rendered, layer.depth)
        world = (rendered.placement.to_world(points) - centre) / (np.array(extents) / 2)
        assert np.abs(np.abs(world).max(1) - 1).max() < 1e-4  # every point lies on a face of the box


@given(st.floats(-0.4, 0.4), st.floats(-pi, pi))
@settings(max_examples=25, deadline=None)
def test_camera_to_world_is_upright_and_undoes_the_pitch(pitch: float, yaw: float) -> None:
    camera = Camera(pitch=pitch)
    rendered = render_maps(box((0.5, 0.2, 1.6)), None, View(yaw, camera), 32)
    placement = rendered.placement
    points = np.random.default_rng(0).normal(size=(9, 3))
    upright = to_world(placement.to_camera(points), camera) / placement.scale
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    np.testing.assert_allclose(upright, points @ turn.T, atol=1e-9)


def person_like() -> TexturedMesh:
    """A trunk with a nose in front (-y) and a hand at the left (+x)."""
    return joined(box((0.4, 0.2, 1.7)), box((0.1, 0.1, 0.1), (0, -0.15, 0.7)), box((0.3, 0.1, 0.1), (0.3, 0, 0.3)))


def test_at_yaw_zero_the_camera_sees_the_face_and_the_left_hand_on_the_right() -> None:
    rendered = render_maps(person_like(), None, View(), 128)
    columns = np.nonzero(rendered.mask.any(0))[0]
    assert columns.max() - 63.5 > 63.5 - columns.min() - 20
    hand = rendered.placement.to_canvas(rendered.placement.to_camera(np.array([[0.4, 0, 0.3]])))
    assert hand[0, 0] > CANVAS / 2
    nose = rendered.placement.to_camera(np.array([[0.0, -0.2, 0.7]]))
    assert nose[0, 2] < 0  # before the body's centre


def test_positive_yaw_turns_the_face_to_the_right_of_the_picture() -> None:
    placement = render_maps(person_like(), None, View(yaw=pi / 2), 32).placement
    nose, trunk = placement.to_camera(np.array([[0.0, -0.2, 0.7], [0.0, 0.0, 0.7]]))
    assert nose[0] > trunk[0] + 0.01
    assert nose[2] == pytest.approx(trunk[2], abs=1e-9)


def test_positive_pitch_looks_down_and_positive_roll_turns_clockwise() -> None:
    head = np.array([[0.0, 0.0, 0.8]])
    pitched = render_maps(person_like(), None, View(camera=Camera(pitch=0.3)), 32).placement.to_camera(head)
    rolled = render_maps(person_like(), None, View(roll=0.3), 32).placement.to_camera(head)
    level = render_maps(person_like(), None, View(), 32).placement.to_camera(head)
    assert pitched[0, 2] < level[0, 2]  # from above, the head is nearer
    assert rolled[0, 0] > level[0, 0]


@given(st.floats(0.3, 3), st.floats(-pi, pi))
@settings(max_examples=20, deadline=None)
def test_the_largest_coordinate_becomes_the_training_extent(size: float, yaw: float) -> None:
    mesh = box((0.4 * size, 0.3 * size, 1.7 * size), (1, 2, 3))
    points = render_maps(mesh, None, View(yaw), 16).placement.to_camera(mesh.vertices)
    assert np.abs(points).max() == pytest.approx(HALF_EXTENT)


def test_the_focal_length_keeps_the_size_and_a_given_scale_and_shift_are_used() -> None:
    near, far = (render_maps(sphere(subdivisions=3), None, View(camera=Camera(f * NETWORK_FOCAL)), 64) for f in (1, 8))
    assert abs(int(near.mask.any(0).sum()) - int(far.mask.any(0).sum())) <= 4
    placement = render_maps(sphere(subdivisions=3), None, View(scale=0.2, shift=(0.1, -0.05)), 16).placement
    np.testing.assert_allclose(placement.to_camera(np.zeros((1, 3))), [[0.1, -0.05, 0]], atol=1e-7)
    assert placement.scale == 0.2


def test_a_window_shows_the_same_pixels_as_the_whole_canvas() -> None:
    whole = render_maps(person_like(), None, View(0.4), 256)
    part = render_maps(person_like(), None, View(0.4), window=Window(50, 70, 90 * 8, 40 * 8, 8))
    np.testing.assert_array_equal(part.front.depth, whole.front.depth[40:110, 90:140])
    np.testing.assert_array_equal(part.back.albedo, whole.back.albedo[40:110, 90:140])


def test_texture_is_perspective_correct() -> None:
    ramp = np.full((1, 256, 4), 255, np.uint8)
    ramp[0, :, 0] = np.arange(256)
    corners = np.array([[-0.5, -0.5, 0.5], [0.5, 0.5, 0.5], [0.5, 0.5, -0.5], [-0.5, -0.5, -0.5]])
    rendered = render_maps(sheet(ramp, corners), None, View(), 128)
    row = 64
    columns = np.nonzero(rendered.mask[row])[0]
    slope = ((2 * columns + 1) / 128 - 1) * tan(radians(25))
    x = slope / (1 - slope)  # the sheet is the plane z = 1 + x
    expected = ((x / rendered.placement.scale + 0.5) * 256 - 0.5)[2:-2]
    np.testing.assert_allclose(rendered.front.albedo[row, columns, 0][2:-2], expected, atol=0.8)


def test_transparent_texels_are_holes_and_lend_no_colour() -> None:
    texture = np.zeros((8, 8, 4), np.uint8)
    texture[:, :4] = (0, 200, 0, 255)
    corners = np.array([[-1, -0.2, 1], [1, -0.2, 1], [1, -0.2, -1], [-1, -0.2, -1]])
    rendered = render_maps(sheet(texture, corners), None, View(), 64)
    columns = np.nonzero(rendered.mask.any(0))[0]
    assert columns.max() < 32 < columns.max() + 4
    assert (rendered.front.albedo[rendered.mask] == (0, 200, 0)).all()


def test_joints_are_projected_with_depth_and_visibility() -> None:
    joints = np.full((len(INDEX), 3), np.nan)
    joints[INDEX["nose"]] = (0, -0.2, 0.7)
    joints[INDEX["left_ear"]] = (0, 0.4, 0.7)
    rendered = render_maps(joined(person_like(), box((0.1, 0.1, 0.1), (0, 0.4, 0.7))), joints, View(), 256)
    nose, ear, eye = (INDEX[name] for name in ("nose", "left_ear", "left_eye"))
    assert rendered.visible[nose]
    assert not rendered.visible[ear]
    assert not rendered.visible[eye]
    assert np.isnan(rendered.joints[eye]).all()
    assert rendered.joints[nose, 0] == pytest.approx(128, abs=20)
    assert rendered.offsets[nose] == pytest.approx(rendered.placement.to_camera(joints[[nose]])[0, 2])


def test_smooth_normals_point_at_the_viewer_in_front_and_away_behind() -> None:
    rendered = render_maps(sphere(subdivisions=4), None, View(), 64)
    points = points_of(rendered, rendered.front.depth)
    expected = points / np.linalg.norm(points, axis=1, keepdims=True)
    assert (expected * rendered.front.normals[rendered.mask]).sum(1).min() > 0.99
    assert rendered.front.normals[32, 32, 2] < -0.9
    assert rendered.back.normals[32, 32, 2] > 0.9


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_draws_the_same_picture() -> None:
    here, there = (render_maps(sphere(subdivisions=4), None, View(0.3), 128, device=d) for d in ("cpu", "cuda"))
    np.testing.assert_array_equal(here.mask, there.mask)
    np.testing.assert_allclose(here.front.depth, there.front.depth, atol=1e-5)
    np.testing.assert_allclose(here.back.shaded.astype(int), there.back.shaded.astype(int), atol=2)

"""Depth maps of known solids become the solids' own meshes."""

import cv2
import numpy as np
import pytest
import trimesh
from analytic_maps import canvas_of, ellipsoid, maps_from_mask, maps_of
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from engine.camera import CANVAS, NETWORK_FOCAL
from engine.errors import Cancelled, UserError
from engine.evaluation.surface import as_surface
from engine.skeleton import INDEX
from engine.surface import build
from engine.surface.clean import _without_pits, clean
from engine.surface.health import check
from engine.surface.place import FEET_MISSING
from engine.types import Maps, Mesh, Settings


def _build(maps: Maps, **options: object) -> Mesh:
    canvas, photo = canvas_of(maps)
    return build(maps, canvas, photo, Settings(**options))[0]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def egg() -> Maps:
    return maps_of(ellipsoid((0.0, 0.0, 1.0), (0.05, 0.1, 0.07)))


def test_ellipsoid_has_its_shape_and_volume(egg: Maps) -> None:
    mesh = _build(egg, height=2.0)
    health = check(mesh)
    assert health.sound
    assert health.components == 1
    assert health.volume == pytest.approx(4 / 3 * np.pi * 0.5 * 1.0 * 0.7, rel=0.01)
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    assert low[2] == pytest.approx(0, abs=1e-5)
    assert high - low == pytest.approx([1.0, 1.4, 2.0], abs=0.02)
    assert low + high == pytest.approx([0, 0, 2.0], abs=1e-4)
    radius = np.linalg.norm((mesh.vertices - [0, 0, 1]) / [0.5, 0.7, 1.0], axis=1)
    assert np.abs(radius - 1).max() < 0.03


def test_front_is_before_the_back(egg: Maps) -> None:
    maps = Maps(egg.front, np.where(egg.mask, 2.0, 0).astype(np.float32).clip(egg.front))
    mesh = _build(maps)
    flat = mesh.vertices[:, 1].max() - np.median(mesh.vertices[:, 1])
    assert flat < mesh.vertices[:, 1].max() - mesh.vertices[:, 1].min() - flat


def test_flat_edge_is_rounded() -> None:
    mask = np.ones((120, 60), bool)
    mesh = _build(maps_from_mask(mask, np.full(mask.shape, 20.0), np.full(mask.shape, 20.0)))
    assert check(mesh).sound
    scale = np.ptp(mesh.vertices[:, 2]) / 120
    side = mesh.vertices[np.abs(mesh.vertices[:, 0]) > 29 * scale]
    assert np.ptp(side[:, 1]) < 25 * scale


def test_silhouette_is_the_mask(egg: Maps) -> None:
    mesh = _build(egg)
    scale = 0.2 / np.ptp(mesh.vertices[:, 2])
    points = (mesh.vertices - [0, 0, np.ptp(mesh.vertices[:, 2]) / 2]) * scale
    z = 1 + points[:, 1]
    pixel = np.stack([points[:, 0] / z, -points[:, 2] / z], axis=1) * NETWORK_FOCAL + CANVAS / 2 - 0.5
    drawn = np.zeros((CANVAS, CANVAS), np.uint8)
    cv2.fillConvexPoly(drawn, cv2.convexHull(np.rint(pixel).astype(np.int32)), 1)
    inside = drawn > 0
    assert (inside & egg.mask).sum() / (inside | egg.mask).sum() > 0.97


def _arm_before_trunk(blur: float = 0) -> Maps:
    """A trunk and a thinner limb that crosses in front of it, 60 px apart, both ends of the limb beyond the trunk."""
    trunk = ellipsoid((0.0, 0.0, 1.0), (0.07, 0.14, 0.04))
    limb = ellipsoid((0.0, 0.0, 0.9), (0.12, 0.016, 0.016))
    maps = maps_of(trunk, limb)
    if not blur:
        return maps
    weight = np.maximum(cv2.GaussianBlur(maps.mask.astype(np.float32), (0, 0), blur), 1e-6)
    return Maps(*(np.where(maps.mask, cv2.GaussianBlur(m, (0, 0), blur) / weight, 0) for m in (maps.front, maps.back)))


@pytest.mark.parametrize("blur", [0, 4, 8])
def test_limb_before_the_trunk_is_not_webbed_to_it(blur: float) -> None:
    mesh = _build(_arm_before_trunk(blur), height=0.28)
    assert check(mesh).sound
    depth = mesh.vertices[:, 1] - mesh.vertices[:, 1].max()
    between = np.abs(mesh.vertices[:, 0]) < 0.05
    gap = (depth > -0.115) & (depth < -0.095) & between
    assert np.count_nonzero(gap) < (20 if blur == 0 else 400)
    limb = mesh.vertices[between & (depth < -0.115)]
    assert np.ptp(limb[:, 1]) > 0.02


@pytest.mark.parametrize("detail", ["medium", "low"])
def test_a_level_of_detail_webs_the_limb_no_more_than_the_full_one(detail: str) -> None:
    full, coarse = (_build(_slanted_limb(), height=0.28, detail=d) for d in ("full", detail))
    areas = [trimesh.Trimesh(m.vertices, m.faces, process=False).area for m in (full, coarse)]
    assert areas[1] == pytest.approx(areas[0], rel=0.03)


def _slanted_limb() -> Maps:
    """A thin limb 60 px before a trunk, across the pixel grid's own directions."""
    trunk = ellipsoid((0.0, 0.0, 1.0), (0.07, 0.14, 0.04))
    return maps_of(trunk, *(ellipsoid((0.01 * k, 0.012 * k, 0.9), (0.02, 0.02, 0.016)) for k in range(-9, 10)))


def test_a_crack_opens_no_gap() -> None:
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.08, 0.17, 0.06)))
    front = maps.front.copy()
    front[1000:1008, 1000:1012] = maps.back[1000:1008, 1000:1012] - 0.01
    whole, cracked = (_build(m) for m in (maps, Maps(front, maps.back)))
    assert len(cracked.vertices) == len(whole.vertices)
    assert np.abs(cracked.vertices - whole.vertices).max() < 0.005


def test_a_narrow_slit_is_no_crack() -> None:
    depth = np.zeros((60, 60), np.float32)
    depth[5:55, 30:34] = 50
    everywhere = np.ones(depth.shape, bool)
    assert np.array_equal(_without_pits(depth, everywhere), depth)
    depth[10:55] = 0
    assert not _without_pits(depth, everywhere).any()


def test_a_side_that_falls_off_is_no_crack() -> None:
    """The same spot, but beyond the silhouette depths go on from it: it is where a side ends."""
    depth = np.zeros((60, 60), np.float32)
    depth[20:25, 30:34] = 50
    body = np.zeros(depth.shape, bool)
    body[:, :32] = True
    assert np.array_equal(_without_pits(depth, body), depth)


def test_parts_that_touch_stay_one_body() -> None:
    maps = maps_of(ellipsoid((-0.05, 0, 1.0), (0.06, 0.12, 0.05)), ellipsoid((0.05, 0, 1.0), (0.06, 0.12, 0.05)))
    health = check(_build(maps))
    assert health.sound
    assert health.components == 1


def test_specks_go_and_separate_parts_stay() -> None:
    body = ellipsoid((0, 0, 1.0), (0.04, 0.12, 0.04))
    speck = ellipsoid((0.1, 0, 1.0), (0.003, 0.003, 0.003))
    part = ellipsoid((0.1, 0, 1.0), (0.02, 0.05, 0.02))
    assert check(_build(maps_of(body, speck))).components == 1
    assert check(_build(maps_of(body, part))).components == 2


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**31), st.floats(1.5, 6), st.booleans(), st.sampled_from(["full", "medium"]))
def test_random_blobs_with_noise_and_jumps_are_sound(seed: int, coarse: float, jumps: bool, detail: str) -> None:
    rng = np.random.default_rng(seed)
    noise = [gaussian_filter(rng.normal(size=(90, 70)), coarse) for _ in range(3)]
    mask = noise[0] > np.quantile(noise[0], 0.3)
    near, far = (20 + 15 * n / n.std() for n in noise[1:])
    near = near + np.where(noise[1] > 0, 60, 0) if jumps else near
    mesh = _build(maps_from_mask(mask, near, np.maximum(far, -near), scale=2), detail=detail)
    health = check(mesh)
    assert health.watertight
    assert health.manifold_edges
    assert health.manifold_vertices
    assert health.outward
    assert health.finite
    assert health.degenerate == 0


@pytest.mark.parametrize(("detail", "target"), [("high", 400_000), ("medium", 100_000), ("low", 25_000)])
def test_detail_gives_its_triangles_and_stays_sound(detail: str, target: int) -> None:
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.08, 0.17, 0.06)), ellipsoid((0.0, 0.0, 0.9), (0.12, 0.02, 0.02)))
    mesh = _build(maps, detail=detail)
    assert 0.9 * target < len(mesh.faces) <= target
    assert len(mesh.colors) == len(mesh.vertices)
    assert check(mesh).sound
    assert np.ptp(mesh.vertices[:, 2]) == pytest.approx(1.75, abs=0.005)


def test_fewer_triangles_lie_on_the_full_surface() -> None:
    maps = maps_of(ellipsoid((0.0, 0.0, 1.0), (0.08, 0.17, 0.06)), ellipsoid((0.0, 0.0, 0.9), (0.12, 0.02, 0.02)))
    full = as_surface(_build(maps))
    for detail, millimetres in (("high", 0.5), ("medium", 1.5), ("low", 2)):
        distances, _ = full.distance(_build(maps, detail=detail).vertices)
        assert np.quantile(distances, 0.99) < millimetres / 1000
        assert distances.max() < 0.015


def test_missing_feet_are_told_and_leave_room_below(egg: Maps) -> None:
    points = np.full((31, 2), np.nan)
    points[[INDEX["left_hip"], INDEX["right_hip"]]] = [[1060, 1200], [990, 1200]]
    canvas, photo = canvas_of(egg, keypoints=points)
    mesh, warnings = build(egg, canvas, photo, Settings(height=1.8))
    assert warnings == (FEET_MISSING,)
    assert mesh.vertices[:, 2].max() == pytest.approx(1.8, abs=1e-4)
    assert mesh.vertices[:, 2].min() > 0.1


def test_empty_maps_are_a_user_error() -> None:
    empty = np.zeros((CANVAS, CANVAS), np.float32)
    line = empty.copy()
    line[500:1500, 1000] = 2
    for maps in (Maps(empty, empty), Maps(line, line * 1.1), Maps(empty * np.nan, empty)):
        with pytest.raises(UserError):
            _build(maps)


def test_progress_can_cancel(egg: Maps) -> None:
    def stop(stage: str, fraction: float) -> None:
        raise Cancelled

    canvas, photo = canvas_of(egg)
    with pytest.raises(Cancelled):
        build(egg, canvas, photo, Settings(), stop)


def test_same_input_same_mesh(egg: Maps) -> None:
    a, b = _build(egg), _build(egg)
    assert np.array_equal(a.vertices, b.vertices)
    assert np.array_equal(a.colors, b.colors)


def test_depths_beyond_the_range_of_a_map_are_no_body() -> None:
    """Weights from elsewhere could ask for any amount of memory with them."""
    maps = maps_of(ellipsoid((0, 0, 1), (0.2, 0.4, 0.1)))
    maps.back[1000:1100, 1000:1100] = 1e5
    shell = clean(maps)
    assert np.ptp(shell.far[shell.mask]) < 1024


def test_cleaning_leaves_the_silhouette_where_it_is() -> None:
    mask = np.zeros((CANVAS, CANVAS), bool)
    mask[500:1500, 700:1201] = True
    depth = np.ones((CANVAS, CANVAS))
    shell = clean(Maps(*(np.where(mask, value * depth, 0).astype(np.float32) for value in (1.9, 2.1))))
    found = np.zeros_like(mask)
    found[shell.row : shell.row + shell.mask.shape[0], shell.column : shell.column + shell.mask.shape[1]] = shell.mask
    np.testing.assert_array_equal(found, mask)

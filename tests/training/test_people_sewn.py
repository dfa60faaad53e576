"""Sewn clothes, folds and shoes on real bodies."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from engine.networks.cloths import Cloth
from engine.training.people import Wardrobe, load_wardrobe
from engine.training.people.body import BODY_VERTICES
from engine.training.people.collision import Covered, Hull, outside
from engine.training.people.dress import Worn
from engine.training.people.fitting import COLLARS, Fit, sample_folds
from engine.training.people.folds import ridges
from engine.training.people.footwear import Shoe, heel_angle, sole_surface, soles
from engine.training.people.garment import Garment
from engine.training.people.glasses import glasses
from engine.training.people.headwear import BEANIE, BEARD, BOB, BRIMMED, CROP, sample_shell
from engine.training.people.layers import Posed, _put_on, dressed_layers, pose_body
from engine.training.people.material import IDENTITY, Material
from engine.training.people.pose import JOINT, rotate
from engine.training.people.rig import bone_rotations
from engine.training.people.standing import sample_standing

ASSETS = Path(__file__).parents[2].parent / "shared" / "assets"

needs_assets = pytest.mark.skipif(not ASSETS.is_dir(), reason="needs ../shared/assets")

SMOOTH = sample_folds(np.random.default_rng(0), 0)
PLAIN = Fit(0.006, 0.006, 0.006, 0.006, 0.008, 8, 0.3, 0.1, "none", 1.0, 0.005, SMOOTH)


@pytest.fixture(scope="module")
def wardrobe() -> Wardrobe:
    return load_wardrobe(ASSETS, texture_size=128)


@pytest.fixture(scope="module")
def posed(wardrobe: Wardrobe) -> Posed:
    return stand(wardrobe, 0.0)


def stand(wardrobe: Wardrobe, heels: float) -> Posed:
    body = wardrobe.body
    rest = body.rest(body.coefficients({"age": 0.67, "gender": 0.8}, {}))
    pose = sample_standing(np.random.default_rng(4))
    for side in "lr":
        pose[JOINT[f"foot_{side}"]] = pose[JOINT[f"foot_{side}"]] @ rotate("x", heels)
    return pose_body(wardrobe, rest, body.bone_transforms(rest, bone_rotations(body, rest, pose, (1, 1))))


def named(wardrobe: Wardrobe, name: str) -> Garment:
    return next(g for group in wardrobe.garments.values() for g in group if g.name == name)


def put_on(wardrobe: Wardrobe, posed: Posed, *clothes: tuple[str, Fit]) -> list[np.ndarray]:
    worn = [Worn(named(wardrobe, name), (), fit=fit) for name, fit in clothes]
    return [points.astype(np.float64) for points in _put_on(wardrobe, posed, worn)]


def share_outside(inner: np.ndarray, cloth: np.ndarray, faces: np.ndarray) -> float:
    """Share of points that are more than 1 mm in front of the cloth next to them."""
    middles = cloth[faces].mean(axis=1)
    mesh = trimesh.Trimesh(cloth, faces, process=False)
    index = np.argmin(((inner[:, None] - middles[None]) ** 2).sum(axis=2), axis=1)
    height = np.einsum("ni,ni->n", inner - middles[index], mesh.face_normals[index])
    return float((height > 0.001).mean())


@needs_assets
@pytest.mark.parametrize("name", ["top_long", "dress_short_v", "coat_closed", "trousers_long", "shoes_high"])
def test_cloth_encloses_the_skin_that_it_hides(wardrobe: Wardrobe, posed: Posed, name: str) -> None:
    garment = named(wardrobe, name)
    (cloth,) = put_on(wardrobe, posed, (name, PLAIN))
    assert garment.sewing is not None
    hidden = np.flatnonzero(garment.hidden[0] & (np.abs(wardrobe.arms - 0.5) > 0.4))  # armpits are creases
    assert len(hidden) > 300
    skin = posed.vertices[hidden[:: max(1, len(hidden) // 300)]].astype(np.float64)
    assert share_outside(skin, cloth, garment.sewing.faces) < 0.03


@needs_assets
def test_a_coat_encloses_the_pullover_under_it(wardrobe: Wardrobe, posed: Posed) -> None:
    thick = replace(PLAIN, trunk=0.02, shoulder=0.012, length=0.1)
    coat, pullover = put_on(wardrobe, posed, ("coat_high", PLAIN), ("top_long", thick))
    outer, inner = named(wardrobe, "coat_high"), named(wardrobe, "top_long")
    assert outer.sewing is not None
    assert inner.sewing is not None
    near = inner.nearest[: inner.sewing.cut]
    covered = outer.hidden[0][near] & (wardrobe.arms[near] < 0.2)
    points = pullover[: inner.sewing.cut][covered]
    assert share_outside(points[:: max(1, len(points) // 300)], coat, outer.sewing.faces) < 0.04


@needs_assets
@pytest.mark.parametrize("thickness", [0.002, 0.01])
def test_edges_are_as_thick_as_told(wardrobe: Wardrobe, posed: Posed, thickness: float) -> None:
    garment = named(wardrobe, "coat_open")
    (cloth,) = put_on(wardrobe, posed, ("coat_open", replace(PLAIN, thickness=thickness)))
    assert garment.sewing is not None
    for rim in garment.sewing.rims:
        np.testing.assert_allclose(
            np.linalg.norm(cloth[rim.rows[1]] - cloth[rim.rows[0]], axis=1), thickness, atol=1e-4
        )


@needs_assets
@pytest.mark.parametrize(("length", "flare"), [(0.2, 0.0), (0.6, 0.3)])
def test_a_skirt_hangs_as_long_and_wide_as_told(wardrobe: Wardrobe, posed: Posed, length: float, flare: float) -> None:
    (skirt,) = put_on(wardrobe, posed, ("skirt", replace(PLAIN, length=length, flare=flare)))
    sewing = named(wardrobe, "skirt").sewing
    assert sewing is not None
    (flap,) = sewing.flaps
    seam, hem = skirt[flap.rows[0]], skirt[flap.rows[-1]]
    np.testing.assert_allclose((seam - hem)[:, 2], length, atol=0.03)
    assert np.ptp(hem[:, 0]) > np.ptp(seam[:, 0]) + 2 * flare * length - 0.05
    legs = posed.vertices[:BODY_VERTICES][wardrobe.arms < 0.3]
    around = legs[np.abs(legs[:, 2] - hem[:, 2].mean()) < 0.02]
    centre = hem[:, :2].mean(axis=0)
    reach = np.linalg.norm(around[:, :2] - centre, axis=1).max()
    assert np.linalg.norm(hem[:, :2] - centre, axis=1).max() > reach


@needs_assets
def test_folds_move_cloth_as_far_as_told_and_nothing_else(wardrobe: Wardrobe, posed: Posed) -> None:
    folds = replace(sample_folds(np.random.default_rng(3), 1), bend=0.016, bunch=0.01, overall=0.004)
    (smooth,) = put_on(wardrobe, posed, ("trousers_long", PLAIN))
    skin = posed.vertices.copy()
    (folded,) = put_on(wardrobe, posed, ("trousers_long", replace(PLAIN, folds=folds)))
    moved = np.linalg.norm(folded - smooth, axis=1)
    assert 0.003 < np.percentile(moved, 99) < 0.5 * 0.016 * 1.9 + 0.5 * 0.01 + 0.004
    knee = posed.heads[wardrobe.body.bones["lowerleg01.L"]]
    near, far = (np.abs(smooth[:, 2] - knee[2] - above) < 0.03 for above in (0.0, -0.17))
    assert moved[near].max() > 1.2 * moved[far].max()
    np.testing.assert_array_equal(posed.vertices, skin)


@needs_assets
@pytest.mark.parametrize("collar", list(COLLARS))
def test_collars_stay_at_the_neck(wardrobe: Wardrobe, posed: Posed, collar: str) -> None:
    (top,) = put_on(wardrobe, posed, ("top_long_high", replace(PLAIN, collar=collar)))
    sewing = named(wardrobe, "top_long_high").sewing
    assert sewing is not None
    flap = next(flap for flap in sewing.flaps if flap.edge == "neck")
    neck = posed.heads[wardrobe.body.bones["neck01"]]
    assert np.linalg.norm(top[flap.rows] - neck, axis=2).max() < 0.24


@needs_assets
@pytest.mark.parametrize(("heel", "block"), [(0.0, 1.2), (0.05, 0.6), (0.1, 0.2), (0.07, 1.2)])
def test_heels_are_as_high_as_told_and_stand_on_the_floor(wardrobe: Wardrobe, heel: float, block: float) -> None:
    shoe = Shoe(heel, 0.008, 0.004, 0.02, 0.005, 0.002, block)
    body = wardrobe.body
    rest = body.rest(body.coefficients({"age": 0.67, "gender": 0.8}, {}))
    posed = stand(wardrobe, heel_angle(body, rest, shoe))
    parts = soles(body, posed.rest, posed.transforms, shoe)
    assert len(parts) == (4 if heel and block < 1 else 2)
    lowest = [part[:, 2].min() for part in parts[: len(parts) // 2]]
    assert np.ptp(lowest) < 0.004
    top = parts[0].reshape(6, -1, 3)[4]
    assert np.ptp(top[:, 2]) == pytest.approx(heel, abs=0.03)
    for part in parts:
        assert trimesh.Trimesh(part, sole_surface().faces).volume > 1e-6


@needs_assets
def test_trousers_end_outside_of_boots(wardrobe: Wardrobe, posed: Posed) -> None:
    trousers, boots = put_on(wardrobe, posed, ("trousers_long", PLAIN), ("shoes_boot", PLAIN))
    outer, inner = named(wardrobe, "trousers_long"), named(wardrobe, "shoes_boot")
    assert outer.sewing is not None
    assert inner.sewing is not None
    shaft = boots[: inner.sewing.cut][inner.sewing.limits.leg[: inner.sewing.cut] > 0.15]
    assert share_outside(shaft[::4], trousers, outer.sewing.faces) < 0.03


@needs_assets
@pytest.mark.parametrize(
    ("names", "cloths"),
    [
        (("coat_open", "top_long", "trousers_long", "shoes_boot"), (Cloth.COAT, Cloth.TOP, Cloth.BOTTOM, Cloth.SHOE)),
        (("trousers_long", "top_long"), (Cloth.BOTTOM, Cloth.TUCKED)),
        (("shoes_boot", "trousers_long"), (Cloth.BOOT, Cloth.BOTTOM)),
        (("dress_short_v", BEANIE), (Cloth.TOP, Cloth.HAT)),
    ],
)
def test_clothes_are_known_by_what_lies_over_what(
    wardrobe: Wardrobe, posed: Posed, names: tuple[str, ...], cloths: tuple[Cloth, ...]
) -> None:
    plain = Material("pattern_plain", IDENTITY)
    clothes = [Worn(named(wardrobe, name), (plain,), fit=PLAIN) for name in names]
    layers = dressed_layers(wardrobe, posed, clothes, plain)
    assert tuple(layer.cloths[0] for layer in layers) == (Cloth.BARE, *cloths)


@settings(max_examples=25, deadline=None)
@given(st.floats(-0.03, 0.03), st.integers(0, 10**6))
def test_points_end_outside_of_what_they_cover(height: float, seed: int) -> None:
    grid = np.stack([*np.meshgrid(np.linspace(0, 0.1, 21), np.linspace(0, 0.1, 21)), np.zeros((21, 21))], axis=-1)
    beneath = grid.reshape(-1, 3).astype(np.float32)
    up = np.tile(np.array([0, 0, 1], np.float32), (len(beneath), 1))
    points = np.random.default_rng(seed).uniform(0.01, 0.09, (30, 3)).astype(np.float32)
    points[:, 2] = height
    arm = np.zeros(30, np.float32)
    moved = outside(points, arm, Covered(beneath, up, np.zeros(len(beneath), np.float32)), 0.004)
    np.testing.assert_allclose(moved[:, 2], max(height, 0.004), atol=1e-5)
    np.testing.assert_array_equal(moved[:, :2], points[:, :2])
    np.testing.assert_array_equal(
        outside(points, arm, Covered(beneath, up, np.ones(len(beneath), np.float32)), 0.004), points
    )


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 0.5), st.floats(0.05, 0.5), st.floats(-2, 2))
def test_hull_of_a_box_is_its_outline(half_x: float, half_y: float, x: float) -> None:
    corners = np.array([[sx * half_x + x, sy * half_y, z] for sx in (1, -1) for sy in (1, -1) for z in (0.0, 0.01)])
    hull = Hull(corners.astype(np.float32), np.array([x, 0.0]))
    azimuth = np.radians([0.0, 90.0, 180.0, 270.0])
    expected = [half_x, half_y, half_x, half_y]
    np.testing.assert_allclose(hull.radius_at(azimuth, np.zeros(4)), expected, rtol=0.01)


def test_ridges_are_round_and_valleys_narrow() -> None:
    height = ridges(np.linspace(0, 10 * np.pi, 10001))
    assert height.min() == pytest.approx(-1)
    assert height.max() == pytest.approx(1)
    assert (height > 0).mean() > 0.6


@needs_assets
@pytest.mark.parametrize("name", [CROP, BOB, BEARD, BEANIE, BRIMMED])
def test_shells_enclose_the_head_as_thick_as_told(wardrobe: Wardrobe, posed: Posed, name: str) -> None:
    fit = replace(sample_shell(np.random.default_rng(1), name), trunk=0.02, folds=SMOOTH)
    (shell,) = put_on(wardrobe, posed, (name, fit))
    garment = named(wardrobe, name)
    assert garment.sewing is not None
    inner = garment.sewing.inset > 0.025
    away = cKDTree(posed.vertices[:BODY_VERTICES]).query(shell[: garment.sewing.cut][inner])[0]
    assert 0.012 < np.median(away) < 0.03
    assert garment.hidden.any() == (name != BEARD)  # lips show through a beard
    if name == BEARD:
        return
    hidden = posed.vertices[:BODY_VERTICES][garment.hidden[0]].astype(np.float64)
    assert share_outside(hidden[:: max(1, len(hidden) // 300)], shell, garment.sewing.faces) < 0.03


@needs_assets
def test_a_visor_is_in_front_and_a_brim_all_around(wardrobe: Wardrobe, posed: Posed) -> None:
    fit = replace(sample_shell(np.random.default_rng(1), BRIMMED), length=0.08, folds=SMOOTH)
    sewing = named(wardrobe, BRIMMED).sewing
    assert sewing is not None
    (flap,) = sewing.flaps
    reach = {}
    for collar in ("visor", "brim"):
        (cap,) = put_on(wardrobe, posed, (BRIMMED, replace(fit, collar=collar)))
        reach[collar] = np.linalg.norm(cap[flap.rows[-1]] - cap[flap.rows[0]], axis=1)
    assert reach["visor"].max() == pytest.approx(0.085, abs=0.02)
    assert reach["visor"].min() < 0.015
    assert reach["brim"].min() > 0.06


@needs_assets
def test_hands_in_pockets_are_left_away(wardrobe: Wardrobe, posed: Posed) -> None:
    skin = Material(wardrobe.skins[0], IDENTITY)
    whole, without = (dressed_layers(wardrobe, posed, [], skin, sides)[0].shown for sides in ((), ("l",)))
    assert whole is not None
    assert without is not None
    gone = wardrobe.body.faces[whole & ~without]
    fingers = posed.heads[wardrobe.body.bones["finger3-1.L"]]
    assert len(gone) > 500
    assert np.linalg.norm(posed.vertices[gone.ravel()] - fingers, axis=1).max() < 0.14


@needs_assets
def test_glasses_are_before_the_eyes(wardrobe: Wardrobe, posed: Posed) -> None:
    bones = wardrobe.body.bones
    eyes = posed.heads[[bones["eye.L"], bones["eye.R"]]]
    lenses = glasses(np.random.default_rng(0), bones, posed.heads)[::2]
    for eye, layer in zip(eyes, lenses, strict=True):
        assert np.linalg.norm(layer.vertices.mean(axis=0) - eye) < 0.04
        assert layer.vertices[:, 1].mean() < eye[1] - 0.01

"""How the network that tells clothes apart is trained, and what it is told."""

from dataclasses import replace
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
import torch
from only_learns import check_only_it_learns

from engine.camera import Camera
from engine.networks.cloths import Cloth, Cloths
from engine.networks.prior import LIMBS, SIZE
from engine.render.mesh import TexturedMesh
from engine.render.view import HALF_EXTENT, View
from engine.training.cloth_maps import UNKNOWN, cloth_maps
from engine.training.cloths import batches, errors, loss_with
from engine.training.people import SyntheticPerson
from engine.training.views import DEPTH_SCALE, Views, with_cloths

STRAIGHT = View(0.0, Camera(), 0.0, HALF_EXTENT, (0.0, 0.0))


def card(hole: bool = False) -> SyntheticPerson:
    """A square standing before another: a shirt in front, skin behind."""
    corners = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
    vertices = np.concatenate([corners * 0.5 + [0, -0.1, 0], corners]).astype(np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 6, 5], [4, 7, 6]], np.int32)
    uv = np.tile(np.array([[0, 0], [1, 0], [1, 1]], np.float32), (4, 1, 1))
    shirt, skin = np.full((2, 8, 8, 4), 255, np.uint8)
    shirt[..., 3] = 0 if hole else 255
    shirt[..., :3] = np.random.default_rng(0).integers(0, 255, (8, 8, 3))
    mesh = TexturedMesh(vertices, faces, uv, np.array([0, 0, 1, 1], np.int32), (shirt, skin))
    return SyntheticPerson(mesh, np.full((31, 3), np.nan, np.float32), {}, (Cloth.TOP, Cloth.BARE))


def test_maps_tell_what_is_seen() -> None:
    front, back = cloth_maps(card(), STRAIGHT)
    middle = SIZE // 2
    assert front[middle, middle] == Cloth.TOP
    assert front[middle, middle // 2 - 10] == Cloth.BARE
    assert set(np.unique(back)) == {Cloth.BARE, UNKNOWN}


def test_holes_of_textures_show_what_is_behind() -> None:
    front, _ = cloth_maps(card(hole=True), STRAIGHT)
    assert set(np.unique(front)) == {Cloth.BARE, UNKNOWN}


def test_of_scans_nothing_is_known() -> None:
    assert (cloth_maps(replace(card(), cloths=()), STRAIGHT) == UNKNOWN).all()


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two views of a slab with a shirt above and trousers below on its left half, skin on its right."""
    folder = tmp_path_factory.mktemp("views")
    Views.create(folder, 2, SIZE)
    stored = Views.open(folder, "r+")
    mask, shirt, bare = np.zeros((3, SIZE, SIZE), bool)
    mask[40:220, 80:180] = shirt[40:120, 80:130] = bare[40:220, 130:180] = True
    cloths = np.where(bare, Cloth.BARE, np.where(shirt, Cloth.TOP, np.where(mask, Cloth.BOTTOM, UNKNOWN)))
    for i in range(2):
        stored.picture[i] = 20 * np.minimum(cloths, 10)[..., None]
        stored.depth[i] = np.stack([1.75 * mask, 2.25 * mask]) * DEPTH_SCALE
        stored.cloths[i] = cloths
        stored.mask[i], stored.done[i] = mask, True
        stored.prior[i] = np.stack([np.zeros_like(mask), 0.25 * mask, mask])
        stored.limbs[i] = np.zeros((LIMBS, 3, SIZE // 2, SIZE // 2))
    return folder


def test_mirrored_views_have_mirrored_cloths(views: Path) -> None:
    stored = Views.open(views)
    there, mirrored = (with_cloths(stored, 0, flag) for flag in (False, True))
    np.testing.assert_array_equal(mirrored["cloths"], there["cloths"][..., ::-1])
    np.testing.assert_array_equal(mirrored["picture"], there["picture"][..., ::-1])


def test_no_error_where_the_truth_is_found(views: Path) -> None:
    cloths = next(batches([views], 2, 0))["cloths"].long()
    known = torch.where(cloths == UNKNOWN, 0, cloths)
    found = 30 * torch.nn.functional.one_hot(known, len(Cloth)).movedim(-1, 2).float()
    assert errors(found, cloths) < 1e-6
    assert errors(-found, cloths) > 1
    assert errors(found, torch.full_like(cloths, UNKNOWN)) == 0


def test_only_the_network_of_clothes_learns(views: Path, tmp_path: Path) -> None:
    check_only_it_learns(
        Cloths, repeat(next(batches([views], 2, 0))), loss_with, tmp_path / "cloths.fit", steps=12, share=0.9
    )

"""Garment files, recolouring and joining, without the assets."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import identity

from engine.networks.cloths import Cloth
from engine.training.people.assembly import Layer, assemble, shown_cloths
from engine.training.people.body import BODY_VERTICES, Body
from engine.training.people.garment import Garment, Surface, load_garment
from engine.training.people.material import IDENTITY, LUMA, Material, color_change, dye

MHCLO = """# a comment
name patch
obj_file patch.obj
x_scale 0 1 2.0
y_scale 0 2 2.0
z_scale 0 3 2.0
verts 0
0 1 2 0.5 0.25 0.25 0.1 0.2 0.3
1
2
delete_verts
0 - 2 5
"""
OBJ = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nvt 1 0\nvt 0 1\nf 1/1 2/2 3/3\n"


def base_mesh() -> np.ndarray:
    points = np.random.default_rng(0).uniform(-0.5, 0.5, (BODY_VERTICES + 4, 3)).astype(np.float32)
    points[:4] = [[0, 0, 0], [0.2, 0, 0], [0, 0, 0.2], [0, -0.2, 0]]
    return points


@pytest.fixture(scope="module")
def patch(tmp_path_factory: pytest.TempPathFactory) -> Garment:
    folder = tmp_path_factory.mktemp("clothes")
    (folder / "patch.mhclo").write_text(MHCLO)
    (folder / "patch.obj").write_text(OBJ)
    points = base_mesh()
    body = SimpleNamespace(template=points, weights=identity(len(points), format="csr", dtype=np.float32))
    return load_garment(folder / "patch.mhclo", "hat", cast(Body, body), {})


def test_fit_mixes_anchors_and_adds_scaled_offsets_in_our_axes(patch: Garment) -> None:
    points = base_mesh()
    expected = 0.5 * points[0] + 0.25 * points[1] + 0.25 * points[2] + np.array([0.01, -0.03, 0.02])
    np.testing.assert_allclose(patch.fit(points), [expected, points[1], points[2]], atol=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.3, 3), st.tuples(*[st.floats(-5, 5)] * 3))
def test_fit_follows_size_and_place_of_the_body(patch: Garment, size: float, shift: tuple[float, ...]) -> None:
    moved = np.float32(size) * base_mesh() + np.array(shift, np.float32)
    np.testing.assert_allclose(patch.fit(moved), size * patch.fit(base_mesh()) + shift, atol=1e-4)


def test_garment_hides_listed_skin_and_turns_pictures_upside(patch: Garment) -> None:
    assert np.flatnonzero(patch.hidden[0]).tolist() == [0, 1, 2, 5]
    np.testing.assert_array_equal(patch.surface.uv[0], [[0, 1], [1, 1], [0, 0]])
    np.testing.assert_allclose(np.asarray(patch.skin[0, :3].todense()), [[0.5, 0.25, 0.25]])


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 1), st.floats(0.2, 1.0))
def test_color_change_keeps_greys_grey(hue: float, brightness: float) -> None:
    grey = np.full((2, 2, 4), 120, np.uint8)
    painted = Material("grey", color_change(hue, 0.7, brightness)).paint(grey)
    np.testing.assert_allclose(painted[..., :3], 120 * brightness, atol=1)
    assert (painted[..., 3] == 120).all()


def test_dye_gives_the_mean_color_and_keeps_the_pattern() -> None:
    picture = np.full((1, 2, 4), 255, np.uint8)
    picture[0, :, :3] = [[60], [140]]
    change = dye(np.array([0.8, 0.4, 0.2]), 100 / 255, 1.0, 0.5)
    painted = Material("cloth", change).paint(picture)[0, :, :3].astype(float) / 255
    np.testing.assert_allclose(painted.mean(axis=0), [0.8, 0.4, 0.2], atol=0.01)
    assert painted[0] @ LUMA < painted[1] @ LUMA


def test_assemble_drops_what_is_not_shown() -> None:
    faces = np.array([[0, 1, 2], [2, 3, 4]], np.int32)
    surface = Surface(faces, np.zeros((2, 3, 2), np.float32), np.array([0, 1], np.int32))
    vertices = np.arange(15, dtype=np.float32).reshape(5, 3)
    pictures = {name: np.full((2, 2, 4), i, np.uint8) for i, name in enumerate("ab")}
    materials = (Material("a", IDENTITY), Material("b", IDENTITY))
    layers = [Layer("cloth", vertices, materials, (Cloth.TOP, Cloth.BOTTOM), np.array([False, True]))]
    mesh = assemble(layers, {"cloth": surface}, pictures)
    assert shown_cloths(layers, {"cloth": surface}) == (Cloth.BOTTOM,)
    np.testing.assert_array_equal(mesh.vertices, vertices[2:])
    np.testing.assert_array_equal(mesh.faces, [[0, 1, 2]])
    assert mesh.materials.tolist() == [0]
    assert [int(texture[0, 0, 0]) for texture in mesh.textures] == [1]

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from engine.errors import UserError
from engine.render.maps import render_maps
from engine.render.mesh import load_mesh
from engine.render.view import View

OBJ = """mtllib scene.mtl
v -0.5 0 0
v 0.5 0 0
v 0.5 1 0
v -0.5 1 0
v 0.5 2 0
v -0.5 2 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl lower
f 1/1 2/2 3/3 4/4
usemtl upper
f 4/1 3/2 5/3 6/4
"""


@pytest.fixture
def obj(tmp_path: Path) -> Path:
    """Two squares above each other with a picture each; y up, facing +z."""
    (tmp_path / "scene.obj").write_text(OBJ)
    names = {"lower": (250, 10, 10), "upper": (10, 10, 250)}
    (tmp_path / "scene.mtl").write_text("\n".join(f"newmtl {n}\nmap_Kd {n}.png" for n in names))
    for name, color in names.items():
        picture = np.full((4, 4, 3), color, np.uint8)
        picture[0, 0] = (0, 255, 0)  # top left
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    return tmp_path / "scene.obj"


def test_obj_with_two_materials_is_turned_into_world_space(obj: Path) -> None:
    mesh = load_mesh(obj)
    assert len(mesh.vertices) == 6  # welded across the materials
    assert len(mesh.textures) == 2
    np.testing.assert_allclose(mesh.vertices.max(0), [0.5, 0, 2])
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces], 1, 0)
    assert (np.cross(b - a, c - a)[:, 1] < 0).all()  # facing -y


def test_obj_pictures_are_upright_and_on_their_own_faces(obj: Path) -> None:
    front = render_maps(load_mesh(obj), None, View(), 128).front
    assert front.albedo[50, 64].tolist() == [10, 10, 250]
    assert front.albedo[78, 64].tolist() == [250, 10, 10]
    rows, columns = np.nonzero((front.depth > 0) & (front.albedo[..., 1] > 200))
    assert columns.max() < 64  # the green corner is at the left
    assert rows.min() < np.nonzero(front.depth)[0].min() + 6  # and at the top


def test_the_up_axis_can_be_given(obj: Path) -> None:
    assert load_mesh(obj, up="z").vertices[:, 1].max() == 2


@pytest.mark.parametrize("suffix", [".ply", ".stl", ".glb"])
def test_vertex_colours_and_axes_of_other_files(tmp_path: Path, suffix: str) -> None:
    ball = trimesh.creation.icosphere(1)
    ball.visual.vertex_colors = np.tile(np.array([10, 90, 200, 255], np.uint8), (len(ball.vertices), 1))
    ball.apply_translation([0, 0, 5])
    path = tmp_path / f"ball{suffix}"
    ball.export(path)
    mesh = load_mesh(path)
    centre = (mesh.vertices.max(0) + mesh.vertices.min(0)) / 2
    np.testing.assert_allclose(centre, [0, -5, 0] if suffix == ".glb" else [0, 0, 5], atol=1e-5)
    assert len(mesh.faces) == len(ball.faces)
    if suffix != ".stl":
        assert mesh.colors is not None
        assert (mesh.colors == (10, 90, 200)).all()


def test_glb_with_a_textured_and_a_coloured_part(tmp_path: Path) -> None:
    box = trimesh.creation.box()
    box.visual.vertex_colors = np.tile(np.array([10, 90, 200, 255], np.uint8), (8, 1))
    uv = np.random.default_rng(0).random((8, 2))
    picture = Image.new("RGBA", (3, 2), (200, 0, 0, 255))
    other = trimesh.creation.box()
    other.apply_translation([0, 3, 0])
    other.visual = trimesh.visual.TextureVisuals(uv, image=picture)
    path = tmp_path / "two.glb"
    trimesh.Scene([box, other]).export(path)
    mesh = load_mesh(path)
    front = render_maps(mesh, None, View(), 128).front
    seen = {tuple(color) for color in front.albedo[front.depth > 0].tolist()}
    assert seen == {(10, 90, 200), (200, 0, 0)}


@pytest.mark.parametrize(
    ("name", "content"), [("a.txt", b"x"), ("missing.obj", None), ("a.glb", b"junk"), ("a.obj", b"")]
)
def test_files_that_are_no_meshes_raise_one_sentence(tmp_path: Path, name: str, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(UserError) as caught:
        load_mesh(tmp_path / name)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("person", ["female02", "male02", "fuel_FemaleVisitor", "garmentcode_mean_female"])
def test_evaluation_people_stand_upright_and_face_the_camera(person: str) -> None:
    path = Path(__file__).parents[3] / "shared/evaluation/meshes" / person / "mesh.obj"
    if not path.is_file():
        pytest.skip("needs ../shared")
    mesh = load_mesh(path)
    low, high = mesh.vertices.min(0), mesh.vertices.max(0)
    assert low[2] == pytest.approx(0, abs=0.01)
    assert 1.5 < high[2] < 2
    feet = mesh.vertices[mesh.vertices[:, 2] < 0.05]
    shins = mesh.vertices[(mesh.vertices[:, 2] > 0.15) & (mesh.vertices[:, 2] < 0.3)]
    assert feet[:, 1].min() < shins[:, 1].min()  # toes point to -y

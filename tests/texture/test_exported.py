"""Textured files as other programs read them."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh
from bodies import ball, textured

from engine import export
from engine.errors import UserError
from engine.gltf import split_corners, y_up
from engine.render.mesh import load_mesh


@pytest.fixture(scope="module")
def body() -> tuple:
    mesh = ball(3)
    return mesh, textured(mesh)


def test_glb_carries_both_maps_and_tangents(body: tuple, tmp_path: Path) -> None:
    mesh, texture = body
    export.save(mesh, tmp_path / "a.glb", texture)
    assert [path.name for path in tmp_path.iterdir()] == ["a.glb"]
    loaded = trimesh.load(tmp_path / "a.glb", force="mesh", process=False)
    material = loaded.visual.material
    assert np.array_equal(np.asarray(material.baseColorTexture.convert("RGB")), texture.color)
    assert np.array_equal(np.asarray(material.normalTexture.convert("RGB")), texture.normal)
    assert np.allclose(loaded.triangles, y_up(mesh.vertices)[mesh.faces], atol=1e-6)
    assert np.allclose(loaded.visual.uv[loaded.faces] * [1, -1] + [0, 1], texture.uv, atol=1e-6)
    data = (tmp_path / "a.glb").read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    attributes = document["meshes"][0]["primitives"][0]["attributes"]
    assert sorted(attributes) == ["NORMAL", "POSITION", "TANGENT", "TEXCOORD_0"]
    assert all(view["byteOffset"] % 4 == 0 for view in document["bufferViews"])
    assert document["buffers"][0]["byteLength"] == len(data) - 28 - struct.unpack_from("<I", data, 12)[0]


def test_obj_comes_with_material_and_pictures(body: tuple, tmp_path: Path) -> None:
    mesh, texture = body
    export.save(mesh, tmp_path / "eva 1.obj", texture)
    names = {"eva 1.obj", "eva 1.mtl", "eva 1_color.png", "eva 1_normal.png"}
    assert {path.name for path in tmp_path.iterdir()} == names
    loaded = load_mesh(tmp_path / "eva 1.obj")
    assert np.array_equal(loaded.textures[0][..., :3], texture.color)
    assert np.allclose(np.sort(loaded.uv.reshape(-1, 2), axis=0), np.sort(texture.uv.reshape(-1, 2), axis=0), atol=1e-5)
    assert np.allclose(loaded.vertices[loaded.faces], mesh.vertices[mesh.faces], atol=1e-5)


@pytest.mark.parametrize("ending", ["ply", "stl"])
def test_formats_without_textures_say_so(body: tuple, tmp_path: Path, ending: str) -> None:
    with pytest.raises(UserError, match=f"{ending.upper()} files carry no textures; choose .glb or .obj"):
        export.save(body[0], tmp_path / f"a.{ending}", body[1])
    assert not list(tmp_path.iterdir())


def test_obj_is_written_whole_or_not_at_all(body: tuple, tmp_path: Path) -> None:
    (tmp_path / "a.mtl").mkdir()
    with pytest.raises(UserError, match="cannot be saved"):
        export.save(body[0], tmp_path / "a.obj", body[1])
    assert [path.name for path in tmp_path.iterdir()] == ["a.mtl"]


def test_corners_are_split_at_seams_alone(body: tuple) -> None:
    mesh, texture = body
    corner, faces = split_corners(mesh.faces, texture.uv)
    assert np.array_equal(mesh.faces.ravel()[corner][faces], mesh.faces)
    assert np.array_equal(texture.uv.reshape(-1, 2)[corner][faces], texture.uv)
    assert len(mesh.vertices) < len(corner) < 1.3 * len(mesh.vertices)

"""Files that other programs read back the same, complete or not at all."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine import export
from engine.errors import UserError
from engine.types import Mesh


@pytest.fixture
def mesh() -> Mesh:
    ball = trimesh.creation.icosphere(2)
    colors = np.random.default_rng(0).integers(0, 256, (len(ball.vertices), 3)).astype(np.uint8)
    return Mesh(
        ball.vertices.astype(np.float32) * (1, 1, 2) + np.float32([0, 0, 2]), ball.faces.astype(np.int32), colors
    )


@pytest.mark.parametrize("ending", [".glb", ".ply", ".obj", ".stl", ".GLB"])
def test_round_trip(mesh: Mesh, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"person{ending}"
    export.save(mesh, path)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    loaded = trimesh.load(path, force="mesh")
    assert loaded.is_watertight
    assert loaded.volume == pytest.approx(trimesh.Trimesh(mesh.vertices, mesh.faces).volume, rel=1e-4)
    up = 1 if ending.lower() in (".glb", ".obj") else 2
    assert loaded.bounds[:, up] == pytest.approx([0, 4], abs=1e-4)


@pytest.mark.parametrize("ending", [".ply", ".obj"])
def test_srgb_colors(mesh: Mesh, tmp_path: Path, ending: str) -> None:
    export.save(mesh, tmp_path / f"a{ending}")
    loaded = trimesh.load(tmp_path / f"a{ending}", force="mesh", process=False)
    assert np.abs(loaded.visual.vertex_colors[:, :3].astype(int) - mesh.colors).max() <= 1


def test_glb_layout_and_linear_colors(mesh: Mesh, tmp_path: Path) -> None:
    export.save(mesh, tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    magic, version, total = struct.unpack_from("<4sII", data)
    assert (magic, version, total) == (b"glTF", 2, len(data))
    length = struct.unpack_from("<I", data, 12)[0]
    document, body = json.loads(data[20 : 20 + length]), data[28 + length :]
    view = document["bufferViews"][document["meshes"][0]["primitives"][0]["attributes"]["COLOR_0"]]
    raw = np.frombuffer(body, "<u2", view["byteLength"] // 2, view["byteOffset"]).reshape(-1, 4)
    value = raw[:, :3] / 65535
    back = np.where(value <= 0.0031308, 12.92 * value, 1.055 * value ** (1 / 2.4) - 0.055)
    assert np.abs(back * 255 - mesh.colors).max() < 0.51
    assert (raw[:, 3] == 65535).all()
    assert document["buffers"][0]["byteLength"] == len(body)
    assert all(v["byteOffset"] % 4 == 0 for v in document["bufferViews"])


def test_gltf_faces_plus_z() -> None:
    assert export.y_up(np.float32([[0, -1, 0]])).tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("name", ["person.fbx", "person", "person.glb.txt"])
def test_unknown_ending(mesh: Mesh, tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="ending"):
        export.save(mesh, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_missing_folder(mesh: Mesh, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be saved"):
        export.save(mesh, tmp_path / "nowhere" / "a.glb")
    (tmp_path / "b.glb").mkdir()
    with pytest.raises(UserError, match="folder"):
        export.save(mesh, tmp_path / "b.glb")


def test_full_disk_keeps_the_old_file(mesh: Mesh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ply"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.os, "fsync", full)
    with pytest.raises(UserError, match="no space left"):
        export.save(mesh, path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]

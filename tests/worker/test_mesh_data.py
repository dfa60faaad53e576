from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_engine import box

from engine.edges import edges_of

Arrays = dict[str, np.ndarray]


TRIANGLES = st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3, unique=True), min_size=1, max_size=30)


def good() -> Arrays:
    mesh = box(1.7)
    edges, corner_edges = edges_of(mesh.faces)
    geometry = {"vertices": mesh.vertices, "faces": mesh.faces, "edges": edges, "corner_edges": corner_edges}
    return {**geometry, "colors": mesh.colors}


def change(name: str, edit: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    arrays = good()
    return {**arrays, name: edit(arrays[name].copy())}


def put(index: tuple[int, int], value: float) -> Callable[[np.ndarray], np.ndarray]:
    def edit(array: np.ndarray) -> np.ndarray:
        array[index] = value
        return array

    return edit


PNG = np.frombuffer(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x08\0\0\0\x08\0", np.uint8)


def textured() -> Arrays:
    arrays = good()
    uv = np.zeros((len(arrays["faces"]), 3, 2), np.float32)
    uv[:, 1, 1] = 0.25
    return {**arrays, "uv": uv, "color_map": PNG, "normal_map": PNG}


def test_texture_is_read_upside_up(mesh_data: ModuleType, tmp_path: Path) -> None:
    np.savez(tmp_path / "mesh.npz", **textured())
    texture = mesh_data.read_mesh(tmp_path / "mesh.npz").texture
    assert np.array_equal(texture.uv[0], [[0, 1], [0, 0.75], [0, 1]])
    assert texture.color == texture.normal == PNG.tobytes()


@pytest.mark.parametrize(
    "change",
    [
        {"uv": textured()["uv"][:-1]},
        {"uv": textured()["uv"] * np.float32(np.nan)},
        {"uv": textured()["uv"] + np.float32(2)},
        {"uv": textured()["uv"].astype(np.float64)},
        {"color_map": PNG[:-4]},
        {"color_map": PNG[::-1].copy()},
        {"normal_map": np.where(np.arange(len(PNG)) == 16, 255, PNG).astype(np.uint8)},
        {"normal_map": PNG.reshape(2, -1)},
    ],
)
def test_damaged_textures_are_refused(mesh_data: ModuleType, tmp_path: Path, change: Arrays) -> None:
    np.savez(tmp_path / "mesh.npz", **{**textured(), **change})
    with pytest.raises(mesh_data.MeshFileError, match="generate again"):
        mesh_data.read_mesh(tmp_path / "mesh.npz")


def test_a_texture_with_missing_maps_is_refused(mesh_data: ModuleType, tmp_path: Path) -> None:
    np.savez(tmp_path / "mesh.npz", **{k: v for k, v in textured().items() if k != "normal_map"})
    with pytest.raises(mesh_data.MeshFileError):
        mesh_data.read_mesh(tmp_path / "mesh.npz")


def test_good_mesh_is_read(mesh_data: ModuleType, tmp_path: Path) -> None:
    np.savez(tmp_path / "mesh.npz", **good())
    data = mesh_data.read_mesh(tmp_path / "mesh.npz")
    assert np.array_equal(data.faces, good()["faces"])
    assert data.colors.dtype == np.float32
    assert np.allclose(data.colors[1], [1, 0.21586, 0, 1], atol=1e-5)


@pytest.mark.parametrize(
    "arrays",
    [
        change("vertices", put((0, 0), np.nan)),
        change("vertices", put((0, 0), np.inf)),
        change("vertices", lambda a: a.astype(np.float64)),
        change("vertices", lambda a: a[:, :2]),
        change("faces", put((0, 0), 8)),
        change("faces", put((0, 0), -1)),
        change("faces", lambda a: a[:, [0, 0, 1]]),
        change("faces", lambda a: a[:0]),
        change("colors", lambda a: a[:-1]),
        change("colors", lambda a: a.astype(object)),
        change("edges", put((0, 0), 7)),
        change("edges", lambda a: a[:, ::-1]),
        change("edges", lambda a: a[::-1]),
        change("edges", lambda a: a[:-1]),
        change("edges", lambda a: np.append(a, [[6, 7]], axis=0).astype(np.int32)),
        change("edges", lambda a: a.astype(np.int64)),
        change("corner_edges", put((11, 2), 0)),
        change("corner_edges", put((0, 0), -1)),
        change("corner_edges", put((0, 0), 18)),
        change("corner_edges", lambda a: a[:-1]),
    ],
)
def test_damaged_meshes_are_refused(mesh_data: ModuleType, tmp_path: Path, arrays: Arrays) -> None:
    np.savez(tmp_path / "mesh.npz", **arrays)
    with pytest.raises(mesh_data.MeshFileError, match="generate again"):
        mesh_data.read_mesh(tmp_path / "mesh.npz")


@given(TRIANGLES, st.data())
def test_a_corner_with_another_edge_is_noticed(
    mesh_data: ModuleType, triangles: list[list[int]], data: st.DataObject
) -> None:
    faces = np.array(triangles, np.int32)
    edges, corner_edges = edges_of(faces)
    assert mesh_data.are_edges(faces, edges, corner_edges)
    corner = data.draw(st.tuples(st.integers(0, len(faces) - 1), st.integers(0, 2)))
    corner_edges[corner] = (corner_edges[corner] + data.draw(st.integers(1, len(edges) - 1))) % len(edges)
    assert not mesh_data.are_edges(faces, edges, corner_edges)


def test_all_triangles_of_a_large_mesh_are_looked_at(mesh_data: ModuleType) -> None:
    faces = np.arange(3 * (mesh_data.STEP + 1), dtype=np.int32).reshape(-1, 3)
    edges, corner_edges = edges_of(faces)
    assert mesh_data.are_edges(faces, edges, corner_edges)
    corner_edges[-1] = corner_edges[-1, ::-1]
    assert not mesh_data.are_edges(faces, edges, corner_edges)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_files_that_are_no_meshes_are_refused(mesh_data: ModuleType, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mesh.npz").write_bytes(content)
    with pytest.raises(mesh_data.MeshFileError):
        mesh_data.read_mesh(tmp_path / "mesh.npz")
    with pytest.raises(mesh_data.MeshFileError):
        mesh_data.read_mesh(tmp_path / "missing.npz")


def test_an_archive_is_no_picture(mesh_data: ModuleType, tmp_path: Path) -> None:
    with (tmp_path / "picture.npy").open("wb") as file:
        np.savez(file, vertices=np.zeros(3))
    with pytest.raises(mesh_data.MeshFileError, match="cannot be read"):
        mesh_data.read_picture(tmp_path / "picture.npy")

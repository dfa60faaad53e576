from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from small_engine import box

Arrays = dict[str, np.ndarray]


def good() -> Arrays:
    mesh = box(1.7)
    return {"vertices": mesh.vertices, "faces": mesh.faces, "colors": mesh.colors}


def change(name: str, edit: Callable[[np.ndarray], np.ndarray]) -> Arrays:
    arrays = good()
    return {**arrays, name: edit(arrays[name].copy())}


def put(index: tuple[int, int], value: float) -> Callable[[np.ndarray], np.ndarray]:
    def edit(array: np.ndarray) -> np.ndarray:
        array[index] = value
        return array

    return edit


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
    ],
)
def test_damaged_meshes_are_refused(mesh_data: ModuleType, tmp_path: Path, arrays: Arrays) -> None:
    np.savez(tmp_path / "mesh.npz", **arrays)
    with pytest.raises(mesh_data.MeshFileError, match="generate again"):
        mesh_data.read_mesh(tmp_path / "mesh.npz")


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_files_that_are_no_meshes_are_refused(mesh_data: ModuleType, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "mesh.npz").write_bytes(content)
    with pytest.raises(mesh_data.MeshFileError):
        mesh_data.read_mesh(tmp_path / "mesh.npz")
    with pytest.raises(mesh_data.MeshFileError):
        mesh_data.read_mesh(tmp_path / "missing.npz")

"""Test pictures, their cameras, and the people they are taken of."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from engine.errors import UserError
from engine.evaluation.people import find_people
from engine.evaluation.photographs import Studio, photograph_people, read_shots
from engine.evaluation.predictions import evaluate_predictions
from engine.render.mesh import Up


def write(path: Path) -> Path:
    """A mesh without any symmetry, 1 m and more from the origin."""
    path.parent.mkdir(parents=True, exist_ok=True)
    points = np.random.default_rng(3).normal(size=(40, 3)) * [0.2, 0.15, 0.5]
    trimesh.convex.convex_hull(points).apply_translation((1, 2, 3)).export(path)
    return path


def test_people_are_meshes_and_sub_folders(tmp_path: Path) -> None:
    for name in ("b/mesh.obj", "b/deep/a.obj", "a/x/y/scan.GLB", "empty/readme.txt", "c.ply", "notes.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found = [(name, path.relative_to(tmp_path).as_posix()) for name, path in find_people(tmp_path)]
    assert found == [("a", "a/x/y/scan.GLB"), ("b", "b/mesh.obj"), ("c", "c.ply")]
    for folder, message in ((tmp_path / "empty", "holds no"), (tmp_path / "gone", "not a folder")):
        with pytest.raises(UserError, match=message):
            find_people(folder)


def test_two_people_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ann.ply").touch()
    (tmp_path / "ann.obj").touch()
    with pytest.raises(UserError, match="two people named ann"):
        find_people(tmp_path)


@pytest.mark.parametrize(("up", "suffix"), [("z", "ply"), ("y", "ply"), ("y", "obj"), ("z", "obj")])
@pytest.mark.parametrize("fov", [50.0, 1.0])
def test_the_camera_projects_the_file_onto_the_mask(tmp_path: Path, up: Up, suffix: str, fov: float) -> None:
    path = write(tmp_path / "people" / "ann" / f"mesh.{suffix}")
    studio = Studio(yaws=(0.0, 30.0), size=200, fov=fov, up=up)
    list(photograph_people(tmp_path / "people", tmp_path / "shots", studio))
    vertices = np.asarray(trimesh.load_mesh(path, process=False).vertices)
    shots = read_shots(tmp_path / "shots")
    assert [(shot.picture, shot.yaw, shot.up) for shot in shots] == [
        ("ann_yaw000.png", 0, up),
        ("ann_yaw030.png", 30, up),
    ]
    for shot in shots:
        camera = np.array(shot.camera_matrix) @ np.array(shot.world_to_camera)
        x, y, z = camera @ np.vstack([vertices.T, np.ones(len(vertices))])
        mask = np.asarray(Image.open(tmp_path / "shots" / "masks" / shot.picture)) > 0
        rows, columns = np.nonzero(mask)
        box = [(x / z).min(), (y / z).min(), (x / z).max(), (y / z).max()]
        np.testing.assert_allclose(box, [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1], atol=1.2)
        picture = np.asarray(Image.open(tmp_path / "shots" / shot.picture))
        assert (picture[~mask] == 190).all()
        assert (picture[mask] != 190).any()


def test_a_folder_without_pictures_is_told(tmp_path: Path) -> None:
    write(tmp_path / "ann_yaw000.ply")
    with pytest.raises(UserError, match="evaluate render"):
        list(evaluate_predictions(tmp_path, tmp_path, "height-shift"))
    (tmp_path / "cameras.json").write_text('[{"picture": 1}]')
    with pytest.raises(UserError, match="evaluate render"):
        read_shots(tmp_path)


def test_names_must_fit_one_prediction_each(tmp_path: Path) -> None:
    """1_yaw000 is no part of 11_yaw000; of several that fit, the one with the very name counts."""
    for name in ("1", "11"):
        write(tmp_path / "people" / f"{name}.ply")
    list(photograph_people(tmp_path / "people", tmp_path / "shots", Studio(yaws=(0.0,), size=16)))
    theirs = tmp_path / "theirs"

    def errors() -> list[str | None]:
        return [row.error for row in evaluate_predictions(theirs, tmp_path / "shots", "none")]

    with pytest.raises(UserError, match="holds no meshes"):
        errors()
    write(theirs / "out_11_yaw000_refined.ply")
    assert ["There are 0 meshes named 1_yaw000" in str(errors()[0]), errors()[1]] == [True, None]
    write(theirs / "out_11_yaw000_coarse.ply")
    assert "There are 2 meshes named 11_yaw000" in str(errors()[1])
    write(theirs / "11_yaw000.ply")
    write(theirs / "1_yaw000.ply").write_bytes(b"junk")
    assert ["cannot be read" in str(errors()[0]), errors()[1]] == [True, None]

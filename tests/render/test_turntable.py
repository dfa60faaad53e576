from pathlib import Path

import cv2
import numpy as np
import pytest
import trimesh
from render_shapes import box, joined

from engine.errors import UserError
from engine.render.turntable import BACKGROUND, main, turntable, write_picture
from engine.types import Mesh


def red_front() -> Mesh:
    """A box person: red in front (-y), blue behind."""
    body = joined(box((0.4, 0.1, 1.7), (0, -0.05, 0)), box((0.4, 0.1, 1.7), (0, 0.06, 0)))
    colors = np.repeat(np.array([[250, 20, 20], [20, 20, 250]], np.uint8), 8, axis=0)
    return Mesh(body.vertices, body.faces, colors)


def test_front_first_then_the_back_in_the_middle() -> None:
    picture = turntable(red_front(), views=2, size=64)
    assert picture.shape[0] == 128
    front, back = np.split(picture[:64].astype(int), 2, axis=1)
    assert front[32, front.shape[1] // 2, 0] > front[32, front.shape[1] // 2, 2] + 50
    assert back[32, back.shape[1] // 2, 2] > back[32, back.shape[1] // 2, 0] + 50


def test_the_body_fits_with_a_margin_and_the_clay_is_grey() -> None:
    picture = turntable(red_front(), views=8, size=96)
    for row in (picture[:96], picture[96:]):
        assert (row[0] == BACKGROUND).all()
        assert (row[-1] == BACKGROUND).all()
        assert (row[8:-8] != BACKGROUND).any(axis=(1, 2)).all()
    assert np.ptp(picture[96:].astype(int), axis=2).max() < 20


def test_command_line_writes_a_picture(tmp_path: Path) -> None:
    mesh = red_front()
    trimesh.Trimesh(mesh.vertices, mesh.faces, vertex_colors=mesh.colors, process=False).export(tmp_path / "box.ply")
    assert main([str(tmp_path / "box.ply"), str(tmp_path / "out.png"), "--views", "3", "--size", "32"]) == 0
    assert cv2.imread(str(tmp_path / "out.png")).shape[0] == 64


def test_command_line_explains_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert main([str(tmp_path / "no.ply"), str(tmp_path / "out.png")]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("name", ["no/such/folder.png", "picture.nonsense", "picture"])
def test_pictures_that_cannot_be_written_are_explained(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError):
        write_picture(tmp_path / name, np.zeros((2, 2, 3), np.uint8))

"""`python -m engine evaluate` and the suite around it."""

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.cli import main
from engine.errors import UserError
from engine.evaluation import suite
from engine.evaluation.figures import compare, prepare_truth
from engine.evaluation.report import Row, table
from engine.evaluation.surface import Surface


@pytest.fixture
def capsules(tmp_path: Path) -> tuple[Path, Path]:
    paths = tmp_path / "one.ply", tmp_path / "two.ply"
    for path, radius in zip(paths, (0.2, 0.22), strict=True):
        trimesh.creation.capsule(height=1.4, radius=radius).export(path)
    return paths


def test_a_pair_as_json(capsules: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", *map(str, capsules), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)
    assert 0.5 < figures["chamfer"] < 3
    assert figures["align"] == "height-shift"
    assert figures["health"]["watertight"]


def test_a_pair_as_text(capsules: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(capsules[0]), str(capsules[0]), "--align", "none"]) == 0
    text = capsys.readouterr().out
    assert "Chamfer             0.000 cm" in text
    assert "none: scale 1.0000" in text


@pytest.mark.parametrize(
    "arguments",
    [[], ["one.ply"], ["a.ply", "b.ply"], ["a.ply", "b.ply", "--suite", "x"], ["--suite", "nowhere"], ["--yaws", "x"]],
)
def test_mistakes_get_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *arguments]) == 2
    assert len([line for line in capsys.readouterr().err.splitlines() if "Warp" not in line]) == 1
    assert not list(tmp_path.iterdir())


def test_people_are_the_sub_folders_with_a_mesh(tmp_path: Path) -> None:
    for name in ("b", "a", "empty"):
        (tmp_path / name).mkdir()
    (tmp_path / "b" / "mesh.obj").touch()
    (tmp_path / "a" / "scan.GLB").touch()
    assert [path.parent.name for path in suite.find_people(tmp_path)] == ["a", "b"]
    with pytest.raises(UserError, match="no sub-folder"):
        suite.find_people(tmp_path / "empty")


def test_a_person_who_fails_becomes_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ball").mkdir()
    trimesh.creation.icosphere(2).export(tmp_path / "ball" / "mesh.ply")

    def nobody(photo: Path, settings: object) -> None:
        raise UserError(f"There is nobody in {photo.name}.")

    monkeypatch.setattr(suite, "reconstruct", nobody)
    monkeypatch.setattr(suite, "PICTURE", 64)
    rows = list(suite.evaluate_suite(tmp_path, suite.Options(tmp_path / "out", (0.0, 20.0))))
    assert [(row.yaw, row.error) for row in rows] == [
        (0.0, "There is nobody in ball_yaw000.png."),
        (20.0, "There is nobody in ball_yaw020.png."),
    ]
    assert (tmp_path / "out" / "ball_yaw020.png").is_file()


def test_an_output_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "ball").mkdir()
    (tmp_path / "ball" / "mesh.ply").touch()
    with pytest.raises(UserError, match="cannot be made"):
        list(suite.evaluate_suite(tmp_path, suite.Options(tmp_path / "ball" / "mesh.ply" / "out")))


def test_the_table_has_means_by_method_and_names_failures() -> None:
    ball = trimesh.creation.icosphere(3)
    surface = Surface(np.asarray(ball.vertices), np.asarray(ball.faces, np.int32))
    figures = compare(surface, prepare_truth(surface))
    text = table([Row("ann", 0, "card", figures), Row("bob", 20, "card", None, "no legs")]).splitlines()
    assert text[1].split()[:3] == ["ann", "0", "card"]
    assert text[2].split()[:2] == ["mean", "card"]
    assert text[3] == "bob, yaw 20, card: no legs"

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
    [
        [],
        ["one.ply"],
        ["a.ply", "b.ply"],
        ["a.ply", "b.ply", "c.ply"],
        ["a.ply", "b.ply", "--suite", "x"],
        ["a.ply", "b.ply", "--align", "affine"],
        ["--suite", "nowhere"],
        ["--yaws", "x"],
        ["render", "nowhere", "-o", "out"],
        ["render", "."],
        ["render", ".", "-o", "out"],
        ["render", ".", "-o", "out", "--size", "1"],
        ["render", ".", "-o", "out", "--fov", "180"],
        ["predictions", "."],
        ["surface", "nowhere"],
        ["gallery"],
        ["gallery", "--assets", "nowhere"],
        ["gallery", "--assets", ".", "--bodies", "0"],
    ],
)
def test_mistakes_get_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["evaluate", *arguments]) == 2
    assert len([line for line in capsys.readouterr().err.splitlines() if "Warp" not in line]) == 1
    assert not list(tmp_path.iterdir())


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
    shape, seen = table([Row("ann", 0, "card", figures), Row("bob", 20, "card", None, "no legs")]).split("\n\n")
    for text in (shape.splitlines(), seen.splitlines()):
        assert text[1].split()[:3] == ["ann", "0", "card"]
        assert text[2].split()[:2] == ["mean", "card"]
    assert seen.splitlines()[1].split()[-1] == "-"  # no colours, no likeness
    assert seen.splitlines()[3] == "bob, yaw 20, card: no legs"
    assert "height-shift" in seen.splitlines()[4]


def test_a_table_of_failures_alone() -> None:
    assert table([Row("bob", 20, "card", None, "no legs")]) == "bob, yaw 20, card: no legs"


def test_a_pair_with_evidence(capsules: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "deep" / "out"
    assert main(["evaluate", *map(str, capsules), "-o", str(output), "--json"]) == 0
    assert json.loads((output / "results.json").read_text()) == json.loads(capsys.readouterr().out)
    assert {path.name for path in output.iterdir()} == {"results.json", "error.ply", "comparison.png"}


def test_pictures_and_what_another_method_made_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The method is perfect but unaware of scale and place; one picture was too hard for it."""
    true = trimesh.creation.box((0.5, 0.3, 1.8))
    (tmp_path / "people").mkdir()
    true.export(tmp_path / "people" / "ann.ply")
    shots = str(tmp_path / "shots")
    render = ["evaluate", "render", str(tmp_path / "people"), "-o", shots, "--yaws", "0,90", "--size", "32"]
    assert main([*render, "--fov", "1", "--backdrop"]) == 0
    assert capsys.readouterr().out.split() == [f"{shots}/ann_yaw000.png", f"{shots}/ann_yaw090.png"]
    (tmp_path / "theirs" / "deep").mkdir(parents=True)
    turned = trimesh.creation.box((0.3, 0.5, 1.8)).apply_translation((1, 2, 3)).apply_scale(7)
    turned.export(tmp_path / "theirs" / "deep" / "result_ann_yaw090_512.ply")
    assert main(["evaluate", str(tmp_path / "theirs"), shots, "--json"]) == 0
    lost, measured = json.loads(capsys.readouterr().out)
    assert (lost["yaw"], lost["figures"]) == (0, None)
    assert "ann_yaw000" in lost["error"]
    assert (measured["person"], measured["yaw"], measured["method"]) == ("ann", 90, "theirs")
    assert measured["figures"]["chamfer"] == pytest.approx(0, abs=0.01)
    assert measured["figures"]["front_iou"] > 0.99


def test_both_vertical_axes_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    upright, lying = tmp_path / "z.ply", tmp_path / "y.ply"
    body = trimesh.creation.capsule(height=1.4, radius=0.2)
    body.export(upright)
    body.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0))).export(lying)
    for pair in ([upright, lying, "--up", "y"], [lying, upright, "--predicted-up", "y"]):
        assert main(["evaluate", *map(str, pair), "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["chamfer"] == pytest.approx(0, abs=1e-3)

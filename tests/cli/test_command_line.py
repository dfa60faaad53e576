"""The command line's contract: exit codes, one sentence on stderr, nothing heavy for nothing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import engine.pipeline
from engine.cli import COMMANDS, main
from engine.cli.reconstruct import check_output, progress_printer
from engine.errors import UserError
from engine.person.detector import BUNDLE
from engine.types import Settings

ROOT = Path(__file__).parent.parent.parent


def _fails_with(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    *progress, sentence = captured.err.splitlines()
    assert all("%  " in line for line in progress)
    return sentence


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([name, "--help"]) == 0
    assert f"python -m engine {name}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ([], "COMMAND"),
        (["dance"], "dance"),
        (["reconstruct", "photo.jpg"], "--output"),
        (["reconstruct", "photo.jpg", "-o", "out.fbx"], ".glb, .ply, .obj or .stl"),
        (["reconstruct", "photo.jpg", "-o", "nowhere/out.glb"], "nowhere"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--height", "175"], "between 0.3 and 3"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--height", "tall"], "tall"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--height", "nan"], "nan"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--person", "-1"], "-1"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--detail", "extreme"], "extreme"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--texture", "1000"], "1000"),
        (["reconstruct", "photo.jpg", "-o", "out.ply", "--texture", "2048", "--detail", "low"], "PLY files carry no"),
        (["reconstruct", "photo.jpg", "-o", "out.stl", "--texture", "2048", "--detail", "low"], "STL files carry no"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--texture", "4096"], "high, medium or low"),
        (["reconstruct", "photo.jpg", "-o", "out.glb", "--keypoints", "none.json"], "none.json cannot be read"),
        (["reconstruct", "no such photo.jpg", "-o", "out.glb"], "no such photo.jpg"),
        (["reconstruct", "no such photo.jpg", "-o", "out.glb", "--device", "abacus"], "no device called 'abacus'"),
        (["reconstruct", "no such photo.jpg", "-o", "out.glb", "--device", "cuda:99"], "cuda:99"),
        (["worker", "--idle", "nan"], "between 0.1 and 86400"),
    ],
)
def test_user_mistakes(
    arguments: list[str], part: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    error = _fails_with(arguments, capsys)
    assert part in error
    assert list(tmp_path.iterdir()) == []


def test_import_and_help_are_light() -> None:
    code = "import sys, engine, engine.cli; engine.cli.main(['reconstruct', '--help']); engine.Settings()\n"
    code += "sys.exit(sorted({'torch', 'cv2', 'mediapipe', 'scipy'} & set(sys.modules)) or 0)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True)


def test_library_entry_points() -> None:
    assert engine.Settings is Settings
    assert engine.reconstruct is engine.pipeline.reconstruct


def _ends(error: BaseException) -> Callable[..., None]:
    def reconstruct(*_: object) -> None:
        raise error

    return reconstruct


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (UserError("Take another picture."), 2, "Take another picture.\n"),
        (KeyboardInterrupt(), 130, "Interrupted.\n"),
        (ModuleNotFoundError("x", name="torch"), 2, f"The Python package torch is missing in {sys.executable}; "),
        (ZeroDivisionError("by zero"), 1, "Internal error (ZeroDivisionError: by zero); run it again with "),
    ],
)
def test_exit_codes(
    error: BaseException,
    code: int,
    text: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(engine.pipeline, "reconstruct", _ends(error))
    arguments = ["reconstruct", "photo.jpg", "-o", str(tmp_path / "out.glb")]
    assert main(arguments) == code
    assert capsys.readouterr().err.startswith(text)
    assert main([*arguments, "--debug"]) == code
    assert "Traceback" in capsys.readouterr().err


def test_output_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "person.glb").mkdir()
    with pytest.raises(UserError, match="is a folder"):
        check_output(tmp_path / "person.glb")


def test_read_only_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)
    with pytest.raises(UserError, match="cannot be written"):
        check_output(tmp_path / "person.glb")


def test_progress_prints_each_stage_once(capsys: pytest.CaptureFixture[str]) -> None:
    show = progress_printer()
    for stage, fraction in (("Reading", 0.0), ("Reading", 0.1), ("Building", 0.5), ("Building", 1.0)):
        show(stage, fraction)
    assert capsys.readouterr().err == "  0%  Reading\n 50%  Building\n"


def test_info(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert "torch" in out
    assert "cpu:" in out
    assert "default: CC0" in out


@pytest.mark.skipif(not BUNDLE.is_file(), reason="the model of the pose is not set up")
def test_kept_key_points_of_a_bust_can_be_given_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The picture ends at the waist, so that the hips are known but below it."""
    photo, maps = tmp_path / "bust.png", tmp_path / "maps"
    with Image.open(ROOT / "docs" / "images" / "sample_person.jpg") as whole:
        whole.crop((0, 0, whole.width, 673)).save(photo)
    command = ["reconstruct", str(photo), "-o", str(tmp_path / "bust.glb"), "--detail", "low"]
    assert main([*command, "--keep-maps", str(maps)]) == 0
    kept = json.loads((maps / "keypoints.json").read_text())
    assert "left_shoulder" in kept
    assert "left_hip" not in kept
    assert main([*command, "--keypoints", str(maps / "keypoints.json")]) == 0
    assert "upper body" in capsys.readouterr().err

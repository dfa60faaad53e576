"""The command line over many pictures: when it does that, what it refuses, what it reports."""

import json
from collections.abc import Generator, Sequence
from pathlib import Path

import pytest

from engine.batch import workers
from engine.batch.run import Runner
from engine.batch.task import Job, Outcome
from engine.cli import main
from engine.cli.reconstruct import SOME_FAILED
from engine.types import Settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with pictures in "photos"; work on "bad" ones fails."""
    (tmp_path / "photos").mkdir()
    for name in ("a.jpg", "b.png", "bad.jpg"):
        (tmp_path / "photos" / name).write_text("picture")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers, "local_runner", lambda settings, count: _small_runner(settings))
    return tmp_path


def _small_runner(settings: Settings) -> Runner:
    def run(jobs: Sequence[Job]) -> Generator[tuple[Job, Outcome], None, None]:
        for job in jobs:
            if job.photo.stem == "bad":
                yield job, Outcome(error="The picture is bad; choose another.")
            else:
                job.mesh.write_text(settings.detail)
                yield job, Outcome(1.0, 8, 12)

    return run


def test_a_folder(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", "photos", "-o", "new/meshes", "--detail", "low"]) == SOME_FAILED
    out, err = capsys.readouterr()
    assert out.startswith("new/meshes: 2 of 3 meshes, 1 failed")
    assert f"Failed: {folder}/photos/bad.jpg: The picture is bad; choose another." in err.splitlines()
    assert {path.name for path in Path("new/meshes").glob("*.glb")} == {"a.glb", "b.glb"}
    assert json.loads(Path("new/meshes/summary.json").read_text())["settings"]["detail"] == "low"


@pytest.mark.parametrize(
    "call",
    [["photos/a.jpg", "photos/b.png", "-o", "out"], ["photos/[ab].*", "-o", "out"], ["photos/a.jpg", "-o", "out"]],
)
def test_pictures_and_patterns(call: list[str]) -> None:
    assert main(["reconstruct", *call, "--format", "ply"]) == 0
    assert Path("out/a.ply").read_text() == "full"


def test_a_second_call_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", "photos/a.jpg", "-o", "out"]) == 0
    capsys.readouterr()
    assert main(["reconstruct", "photos/?.*", "-o", "out", "--workers", "2"]) == 0
    assert capsys.readouterr().err == "2/2  b.glb: 12 triangles, 1.0 s\n"


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (["photos", "-o", "out.glb"], "give a folder"),
        (["photos", "nowhere.jpg", "-o", "out"], "nowhere.jpg does not exist"),
        (["photos/*.gif", "-o", "out"], "matches"),
        (["photos", "-o", "out", "--mask", "mask.png"], "--mask"),
        (["photos", "-o", "out", "--keep-maps", "maps"], "--keep-maps"),
        (["photos", "-o", "out", "--keypoints", "points.json"], "--keypoints"),
        (["photos", "-o", "out", "--format", "fbx"], "fbx"),
        (["photos", "-o", "out", "--workers", "0"], "between 1 and 999"),
        (["photos", "-o", "out", "--weights", "unknown"], "no weights called 'unknown'"),
        (["photos/a.jpg", "-o", "a.glb", "--workers", "2"], "--workers is for many pictures"),
        (["photos/a.jpg", "-o", "a.glb", "--retry-failed"], "--retry-failed is for many pictures"),
    ],
)
def test_mistakes(call: list[str], part: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reconstruct", *call]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert part in err
    assert err.count("\n") == 1
    assert [path.name for path in folder.iterdir()] == ["photos"]

"""`python -m engine check`."""

import json
from pathlib import Path

import pytest
import trimesh

from engine.cli import main


@pytest.fixture
def capsule(tmp_path: Path) -> Path:
    path = tmp_path / "one.ply"
    trimesh.creation.capsule(height=1.5, radius=0.12).export(path)
    return path


def test_a_sound_mesh(capsule: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(capsule)]) == 0
    assert "closed      ok" in capsys.readouterr().out


def test_faults_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "two.ply"
    one, two = trimesh.creation.icosphere(2), trimesh.creation.icosphere(2).apply_translation([1, 0.03, 0.02])
    trimesh.util.concatenate([one, two]).export(path)
    assert main(["check", str(path), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)
    assert set(found["failed"]) == {"crossing", "volume"}
    assert found["figures"]["crossing"] > 10
    assert found["figures"]["watertight"]


def test_an_unreadable_file_is_a_user_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "no.ply"
    path.write_text("nothing")
    assert main(["check", str(path)]) == 2
    assert main(["check", str(tmp_path / "none.ply")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 2

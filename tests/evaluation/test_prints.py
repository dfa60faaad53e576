"""Meshes made of true depth maps are judged by MeshLab."""

import json
from pathlib import Path

import numpy as np
import pytest
import trimesh

from engine.cli import main
from engine.evaluation.prints import Print, _judged, prints_table
from engine.types import Mesh


def test_a_capsule_can_be_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pymeshlab")
    trimesh.creation.capsule(height=1.4, radius=0.2, count=[32, 32]).export(tmp_path / "capsule.ply")
    assert main(["evaluate", "prints", str(tmp_path), "--details", "low", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["holes"], row["manifold"], row["crossing"], row["degenerate"], row["parts"]) == (0, True, 0, 0, 1)


def test_faults_are_found() -> None:
    library = pytest.importorskip("pymeshlab")
    box, other = trimesh.creation.box(), trimesh.creation.box().apply_translation([0.5, 0.4, 0.3])
    both = trimesh.util.concatenate([box, other])
    faces = np.concatenate([both.faces[1:], [[0, 0, 1]]])
    mesh = Mesh(both.vertices.astype(np.float32), faces.astype(np.int32), np.zeros(both.vertices.shape, np.uint8))
    found = _judged(library, mesh, "boxes", "low", ())
    assert found.holes >= 3
    assert found.crossing > 0
    assert found.degenerate == 1
    assert not found.sound


def test_the_table_counts_and_names_faults() -> None:
    good = Print("a", "low", 100, 0, True, 0, 0, 1)
    bad = Print("b", "low", 100, 0, True, 3, 0, 1, ("Odd.",))
    lines = prints_table([good, bad]).splitlines()
    assert lines[1].split() == ["low", "2", "2", "2", "1", "2", "1"]
    assert lines[2] == "b, low: 0 open edges, 3 crossing, 0 degenerate"
    assert lines[3] == "b, low: Odd."

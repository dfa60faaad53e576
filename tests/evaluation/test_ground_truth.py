"""True depth maps of a known solid become that solid."""

import json
from pathlib import Path

import pytest
import trimesh

from engine.cli import main
from engine.evaluation.ground_truth import SurfaceRow, surface_table


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    trimesh.creation.capsule(height=1.4, radius=0.2, count=[64, 64]).export(tmp_path / "capsule.ply")
    return tmp_path


@pytest.mark.slow
def test_a_capsule_comes_back(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "surface", str(folder), "--details", "low", "--no-poisson", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["person"], row["method"], row["closed"], row["crossing"]) == ("capsule", "low", True, 0)
    assert row["chamfer"] < 0.15
    assert row["visible"] < 0.1
    assert row["front_angle"] < 3
    assert row["back_angle"] < 3


def test_the_table_has_every_row_the_means_and_the_warnings() -> None:
    rows = [
        SurfaceRow(name, "full", 100, 1.0, k, 0.5, 0.25, 2.0, 3.0, 4.0, k == 0, k, ("Odd.",) * k)
        for k, name in enumerate("ab")
    ]
    lines = surface_table(rows).splitlines()
    assert lines[1].split() == [
        "a",
        "full",
        "100",
        "1.000",
        "0.000",
        "50.00%",
        "25.00%",
        "2.00",
        "3.00",
        "4.00",
        "yes",
        "0",
    ]
    assert lines[3].split() == [
        "mean",
        "full",
        "100",
        "1.000",
        "0.500",
        "50.00%",
        "25.00%",
        "2.00",
        "3.00",
        "4.00",
        "no",
        "1",
    ]
    assert lines[4] == "b, full: Odd."

"""The benchmark measures the real pipeline and says what it measured."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.bench import measure, report, run
from engine.bench.blender import scene_seconds
from engine.bench.measure import Measured, Stage
from engine.bench.meter import Meter, resident_memory
from engine.bench.pictures import SAMPLE, at_sizes
from engine.bench.reference import ARRAYS, CONVOLUTION
from engine.bench.widths import Width, measure_width
from engine.cli import main
from engine.errors import UserError

ROOT = Path(__file__).resolve().parents[2]


def test_every_watched_function_is_where_the_pipeline_looks_it_up() -> None:
    with Meter().watching(measure.STAGES):
        pass


def test_calls_count_as_their_stage_and_are_restored() -> None:
    meter, before = Meter(), os.path.basename
    with meter.watching({"os.path:basename": "names", "os.path:dirname": "names", "os.path:abspath": "paths"}):
        assert os.path.basename("a/b") == "b"
        os.path.dirname("a/b")
    assert os.path.basename is before
    assert list(meter.costs) == ["names"]
    assert meter.costs["names"].seconds > 0


def test_memory_that_is_given_back_within_a_stage_is_seen() -> None:
    meter, before = Meter(), resident_memory()
    with meter.stage("large"):
        np.ones(200 * 2**20, np.uint8).sum()
    assert meter.costs["large"].memory > before + 150


def test_pictures_have_the_sizes_asked_for(tmp_path: Path) -> None:
    photos = at_sizes(SAMPLE, (300, 512), tmp_path)
    assert {side: max(Image.open(path).size) for side, path in photos.items()} == {300: 300, 512: 512}


def test_what_is_no_picture_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = tmp_path / "text.jpg"
    text.write_text("text")
    assert main(["bench", str(text)]) == 2
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--sizes", "10"], ["--widths", "2"], ["--repeats", "0"]])
def test_senseless_numbers_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_program_that_is_not_blender_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not run Blender"):
        scene_seconds(Path(sys.executable), tmp_path / "mesh.npz", 1)


def test_tables_hold_every_stage_and_the_ratios() -> None:
    stages = (Stage("photo", 0.5, 0.25, 100, 0), Stage(report.NETWORKS, 3.0, 2.0, 300, 0))
    case = Measured(2048, "full", "default", "cpu", stages, 5.0, 2.5, 300, 1000)
    width = Width(1.0, 9.0, 8.0, 900, 0, 1500)
    results = report.Results({CONVOLUTION: 0.5, ARRAYS: 0.1}, "cpu", [case], [width], (0.4, 0.3))
    text = results.as_text()
    assert "photo          0.50    0.25    2.50 arrays" in text
    assert "4.00 convolution" in text
    assert "16.00" in text
    assert "again 0.30 s" in text
    assert json.loads(json.dumps(results.as_json()))["cases"][0]["stages"][1]["memory"] == 300


def test_sizes_and_details_are_measured_once_each() -> None:
    plan = run.Plan(SAMPLE, (512, 2048), ("full", "medium"), (), "default", "cpu", 1)
    assert run._cases(plan) == [(512, "full"), (2048, "full"), (2048, "medium")]


@pytest.mark.slow
def test_the_command_measures_the_pipeline(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "bench.json"
    blender = ROOT / ".venv-bpy-4.2/bin/python"
    more = ["--blender", str(blender)] if blender.exists() else []
    sizes = ["--sizes", "512", "--details", "--widths", "--repeats", "1"]
    assert main(["bench", *sizes, "--device", "cpu", "--json", "-o", str(target), *more]) == 0
    result = json.loads(target.read_text())
    assert json.loads(capsys.readouterr().out) == result
    (case,) = result["cases"]
    stages = {stage["name"]: stage for stage in case["stages"]}
    assert {"photo", "key points", "mask", "networks", "surface", "colours", measure.EXPORT} <= set(stages)
    assert all(stage["cold"] > 0 for name, stage in stages.items() if name != measure.REST)
    assert case["cold"] > case["warm"] > stages["networks"]["warm"] > 0
    assert case["triangles"] > 100_000
    assert (result["scene"] is not None) == blender.exists()


@pytest.mark.slow
def test_a_wider_network_needs_more_operations(tmp_path: Path) -> None:
    photo = at_sizes(SAMPLE, (512,), tmp_path)[512]
    thin, wide = (measure_width(width, photo, "cpu", 1) for width in (0.0625, 0.125))
    assert 2 < wide.gigaflops / thin.gigaflops < 4
    assert min(thin.warm, wide.warm) > 0

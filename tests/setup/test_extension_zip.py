"""The zips install, enable and generate in each Blender with nothing but what they bring, the light one with an engine
Python."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from zips import LIGHT, Zip, with_wheels

from build_steps import extension
from build_steps.demo import SAMPLE
from build_steps.environments import BLENDERS, DEVELOPMENT, ensure, ensure_engine
from build_steps.targets import this_platform

pytestmark = pytest.mark.slow

SCRIPT = Path(__file__).parent / "zip_in_blender.py"


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Path]:
    """A folder for one Blender's extensions (1 GB), removed afterwards."""
    yield tmp_path / "resources"
    shutil.rmtree(tmp_path / "resources", ignore_errors=True)


def _blender(version: str, resources: Path, *arguments: object) -> str:
    command = [str(ensure(BLENDERS[version])), str(SCRIPT), *map(str, arguments)]
    environ = {**os.environ, "BLENDER_USER_RESOURCES": str(resources), "TWOK2K_DATA": str(resources / "data")}
    done = subprocess.run(command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@with_wheels
@pytest.mark.parametrize("version", BLENDERS)
def test_installs_enables_and_generates(version: str, built: Zip, resources: Path) -> None:
    if (BLENDERS[version].version, this_platform()) != (built.target.python, built.target.platform):
        pytest.skip(f"{built.target.name} is not for Blender {version} on this machine")
    _blender(version, resources, "install", built.file)
    _check(_blender(version, resources, "generate", SAMPLE), built, resources)


@pytest.mark.parametrize("built", [LIGHT], indirect=True)
@pytest.mark.parametrize("version", ["4.2", "5.0"])
def test_the_light_zip_generates_with_an_engine_python(version: str, built: Zip, resources: Path) -> None:
    _blender(version, resources, "install", built.file)
    told = _blender(version, resources, "refuse", SAMPLE).splitlines()[-1]
    assert re.fullmatch(
        r"The engine's Python \(.*\) lacks the package 'torch'; name one that has it as Engine Python in the "
        r"extension's preferences, or install the extension's full zip\.",
        told,
    )
    _check(_blender(version, resources, "generate", SAMPLE, ensure_engine(DEVELOPMENT)), built, resources)


def _check(printed: str, built: Zip, resources: Path) -> None:
    """A person came into the scene, and nothing into the extension's folder."""
    facts = json.loads(printed.splitlines()[-1])
    assert facts["type"] == "MESH"
    assert 20_000 <= facts["triangles"] <= 25_000
    assert facts["low"][2] == pytest.approx(0, abs=0.02)
    assert facts["high"][2] == pytest.approx(1.75, abs=0.1)
    assert facts["color"] == "Color"
    assert facts["license"].startswith("CC0")
    assert facts["modules"] == [], "Blender's own process must not load the engine"
    installed = resources / "extensions/user_default" / extension.identity()["id"]
    files = [path for path in installed.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert {path.relative_to(installed).as_posix() for path in files} == set(built.names), "writes into its own folder"

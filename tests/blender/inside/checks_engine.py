"""The engine's process as seen from Blender, and the weights."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import bpy
import pytest

Part = Callable[[str], ModuleType]
Jobs = Callable[..., list[Any]]


@pytest.mark.usefixtures("small_engine")
def test_engine_stays_until_its_memory_is_released(part: Part, photo: Callable[[str], str]) -> None:
    session = part("session").session
    assert not bpy.ops.twok2k.release_memory.poll()
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    process = session._client._process.pid
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    assert session._client._process.pid == process
    assert bpy.ops.twok2k.release_memory() == {"FINISHED"}
    assert not session.engine_running
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


@pytest.mark.usefixtures("small_engine")
def test_check_engine_learns_the_weights(part: Part) -> None:
    assert bpy.ops.twok2k.check_engine() == {"FINISHED"}
    choices = part("choices")
    assert [weights.name for weights in choices.preferences().known_weights] == ["default", "published"]
    assert choices.is_non_commercial("published")
    assert not choices.is_non_commercial("default")


@pytest.mark.usefixtures("small_engine")
def test_import_chooses_the_weights(part: Part, tmp_path: Path) -> None:
    preferences = part("choices").preferences()
    assert bpy.ops.twok2k.import_weights(filepath=str(tmp_path / "a.safetensors")) == {"FINISHED"}
    assert preferences.weights == "published"
    with pytest.raises(RuntimeError, match="holds no weights"):
        bpy.ops.twok2k.import_weights(filepath=str(tmp_path / "a.txt"))
    preferences.weights = "default"


def test_engine_python_that_cannot_start_is_told(part: Part, photo: Callable[[str], str], tmp_path: Path) -> None:
    preferences = part("choices").preferences()
    preferences.engine_python = str(tmp_path / "python")
    with pytest.raises(RuntimeError, match="cannot be started"):
        bpy.ops.twok2k.check_engine()
    preferences.engine_python = ""


def test_engine_python_without_torch_is_told(part: Part) -> None:
    preferences = part("choices").preferences()
    preferences.engine_python = sys.executable
    with pytest.raises(RuntimeError, match="lacks the package 'torch'"):
        bpy.ops.twok2k.check_engine()
    preferences.engine_python = ""


def test_own_python_finds_the_engine_and_the_wheels(part: Part) -> None:
    launch = part("session")._launch()
    assert launch.command[0] == sys.executable
    assert launch.command[1 : 1 + len(bpy.app.python_args)] == bpy.app.python_args
    with pytest.raises(RuntimeError, match="lacks the package 'torch'"):
        bpy.ops.twok2k.check_engine()


@pytest.mark.usefixtures("small_engine")
@pytest.mark.parametrize("name", ["slow.jpg", "endless.jpg"])
def test_cancel(part: Part, photo_jobs: Jobs, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    module = part("session")
    monkeypatch.setattr(module, "CANCEL_SECONDS", 0.5)
    job = photo_jobs(name)[0]
    module.session.add([job])
    module.session.step()
    assert job.state == "working"
    module.session.cancel()
    while not job.over:
        time.sleep(0.02)
        module.session.step()
    assert job.state == "cancelled"


def test_disabling_ends_the_engine(part: Part, small_engine: None, photo: Callable[[str], str]) -> None:
    bpy.ops.twok2k.generate(filepath=photo("anna.jpg"))
    process = part("session").session._client._process
    part("background").unregister()
    part("background").register()
    assert process.poll() is not None
